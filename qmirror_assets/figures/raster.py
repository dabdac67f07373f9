"""Paint a display list: matplotlib's Agg for lines and text, Pillow for the file.

The object interface alone is used, under rcParams of our own, so that neither a user's
matplotlibrc nor another drawing in the process changes a byte.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.text import Text
from matplotlib.transforms import Affine2D
from PIL import Image

from qmirror_assets.figures.canvas import Canvas, Glyphs, Path, Picture
from qmirror_assets.figures.occupancy import Box
from qmirror_assets.figures.text import DPI, font_path

if TYPE_CHECKING:
    from matplotlib.transforms import Transform

_POINTS = 72 / DPI
_COLOURS = 128


@contextmanager
def own_defaults() -> Iterator[None]:
    """The library's own settings, whatever the user's are."""
    defaults = {k: v for k, v in mpl.rcParamsDefault.items() if not k.startswith("backend")}
    with mpl.rc_context(defaults):
        yield


def paint(canvas: Canvas, page: Box) -> tuple[bytes, int, int]:
    """PNG bytes, width and height of the part of `canvas` inside `page` (whole pixels)."""
    width, height = round(page.width), round(page.height)
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor="white")
    agg = FigureCanvasAgg(figure)
    place = Affine2D().translate(-round(page.left), -round(page.bottom))
    for order, item in enumerate(canvas.items):
        if not isinstance(item, Picture):
            artist = _line(item, place) if isinstance(item, Path) else _text(item, place)
            artist.set_zorder(order)
            figure.add_artist(artist)
    agg.draw()
    image = Image.frombytes("RGBA", (width, height), bytes(agg.buffer_rgba()))
    for item in canvas.items:
        if isinstance(item, Picture):
            _paste(image, item, page)
    return _encode(image), width, height


def _line(path: Path, place: Transform) -> Artist:
    codes = None
    points = list(path.points)
    if path.closed:
        points.append(points[0])
        codes = [Outline.MOVETO, *[Outline.LINETO] * (len(points) - 2), Outline.CLOSEPOLY]
    patch = PathPatch(
        Outline(points, codes),
        facecolor=path.fill or "none",
        edgecolor=path.line or "none",
        linewidth=path.width * _POINTS if path.line else 0,
        linestyle=(0, (4, 3)) if path.dashed else "solid",
        capstyle="butt" if path.dashed else "round",
        joinstyle="round",
        fill=path.fill is not None,
    )
    patch.set_transform(place)
    return patch


def _text(glyphs: Glyphs, place: Transform) -> Artist:
    text = Text(
        glyphs.x,
        glyphs.y,
        glyphs.text,
        color=glyphs.colour,
        fontproperties=FontProperties(fname=font_path(glyphs.face), size=glyphs.size),
        verticalalignment="baseline",
        parse_math=False,
        usetex=False,
    )
    text.set_transform(place)
    return text


def _paste(image: Image.Image, picture: Picture, page: Box) -> None:
    with Image.open(io.BytesIO(picture.png)) as source:
        part = source.convert("RGBA")
    top = page.top - picture.y - part.height
    image.alpha_composite(part, (round(picture.x - page.left), round(top)))


def _encode(image: Image.Image) -> bytes:
    """A palette PNG without any metadata."""
    flat = image.convert("RGB").quantize(
        colors=_COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
    )
    out = io.BytesIO()
    flat.save(out, format="PNG", optimize=True)
    return out.getvalue()
