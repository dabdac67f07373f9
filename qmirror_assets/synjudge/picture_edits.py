"""Planted defects of the picture: blurred, another one, none at all, a part left out."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any, Final

from qmirror_assets.errors import FigureError
from qmirror_assets.figures.render import render
from qmirror_assets.figures.spec import parse_spec
from qmirror_assets.synjudge.edit import Edit, Editor, Unfit
from qmirror_assets.synjudge.items import Item
from qmirror_assets.synjudge.legible import read_share
from qmirror_assets.synjudge.shorter_specs import without_one_part

SIGMAS: Final = (1.5, 2.0, 3.0, 1.0, 4.0)
"""Standard deviations of the Gaussian, in pixels."""
_IS_LABEL: Final = 0.8


def no_image(item: Item, editor: Editor) -> Edit | Unfit:
    """The picture is gone, and its record with it."""
    if not item.image or editor.variation:
        return Unfit("there is only one way to have no picture")
    return Edit(replace(item, image=b"", picture={}, drawn=(), spec=None), "no picture")


def swap_image(item: Item, editor: Editor) -> Edit | Unfit:
    """The picture of an item of another topic, with that picture's own record."""
    fit = [other for other in editor.others if other.image and _differs(item, other)]
    if not item.image or not fit:
        return Unfit("there is no item of another topic")
    donor = editor.choose(fit)
    changed = replace(
        item, image=donor.image, picture=donor.picture, drawn=donor.drawn, spec=donor.spec
    )
    return Edit(changed, f"picture of {donor.key}")


def _differs(item: Item, other: Item) -> bool:
    return item.topic != other.topic and item.sample_id != other.sample_id


def blur(item: Item, editor: Editor) -> Edit | Unfit:
    """Gaussian blur; each variation has another width."""
    if not item.image:
        return Unfit("there is no picture")
    if editor.variation >= len(SIGMAS):
        return Unfit("every width of blur is planted")
    from PIL import ImageFilter

    sigma = SIGMAS[editor.variation]
    picture = _open(item.image).filter(ImageFilter.GaussianBlur(sigma))
    return Edit(replace(item, image=_encode(picture)), f"Gaussian blur of {sigma} pixels")


def drop_object(item: Item, editor: Editor) -> Edit | Unfit:
    """One part of a figure is not drawn, while its record still says that it is.

    Drawn again without it where the spec is known, else painted over.
    """
    if not item.drawn:
        return Unfit("only a drawn figure has a list of its parts")
    if item.spec is not None:
        return _redraw(item, editor)
    return _paint_over(item, editor)


def _redraw(item: Item, editor: Editor) -> Edit | Unfit:
    choices = without_one_part(item.spec or {})
    if not choices:
        return _paint_over(item, editor)
    name, spec = editor.choose(choices)
    try:
        picture = render(parse_spec(spec))
    except FigureError as error:
        return Unfit(f"without a part it cannot be drawn: {error}")
    return Edit(replace(item, image=picture.png), f"drawn without {name!r}")


def _paint_over(item: Item, editor: Editor) -> Edit | Unfit:
    labels = item.subject.labels
    boxes = [
        (text, box)
        for text, box in editor.locate(item)
        if any(read_share(label, [text]) >= _IS_LABEL for label in labels)
    ]
    if not boxes:
        return Unfit("none of its texts is found in the picture")
    text, (left, top, right, bottom) = editor.choose(boxes)
    picture = _open(item.image)
    ground = picture.getpixel((max(0, left - 3), (top + bottom) // 2))
    picture.paste(ground, (left - 2, top - 2, right + 2, bottom + 2))
    return Edit(replace(item, image=_encode(picture)), f"{text!r} painted over")


def _open(data: bytes) -> Any:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as picture:
        layer = picture.convert("RGBA")
    page = Image.new("RGBA", layer.size, "white")
    page.alpha_composite(layer)
    return page.convert("RGB")


def _encode(picture: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
