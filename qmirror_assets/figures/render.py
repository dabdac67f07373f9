"""From a parsed spec to a picture: one drawing function per kind, one page around it."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from qmirror_assets.errors import FigureError
from qmirror_assets.figures import style
from qmirror_assets.figures.alt import describe
from qmirror_assets.figures.canvas import Canvas, Drawn
from qmirror_assets.figures.occupancy import Box
from qmirror_assets.figures.spec import SPEC_VERSION, FigureSpec
from qmirror_assets.figures.text import font_digest, line_height, wrap

# kind -> module with `draw(canvas, spec)`; loaded when first drawn.
_KINDS = {
    "chart": "chart",
    "table": "table",
    "timeline": "timeline",
    "flow": "flow",
    "scene": "scenes",
    "circuit": "circuit",
    "molecule": "molecule",
    "ray_diagram": "rays",
    "punnett": "punnett",
}
_LOCK = threading.Lock()  # FreeType faces and matplotlib's rcParams are shared by all threads


@dataclass(frozen=True, slots=True)
class Rendering:
    """A drawn figure: PNG bytes, its size in pixels, a description, every text in it."""

    png: bytes
    width: int
    height: int
    alt: str
    drawn: tuple[Drawn, ...]


def render(spec: FigureSpec) -> Rendering:
    """Draw `spec`. The same spec gives the same bytes in every process; safe in threads.

    Raises:
        FigureError: a spec that turned out to be impossible to draw.
    """
    from qmirror_assets.figures.raster import own_defaults, paint  # noqa: PLC0415

    with _LOCK, own_defaults():
        canvas, page = lay_out(spec)
        png, width, height = paint(canvas, page)
    return Rendering(png, width, height, describe(spec), tuple(canvas.drawn))


def lay_out(spec: FigureSpec) -> tuple[Canvas, Box]:
    """Everything that is drawn for `spec`, and the page around it. Not safe in threads."""
    canvas = Canvas()
    _find_drawing(spec.kind)(canvas, spec)
    canvas.settle()
    if canvas.bounds is None:
        raise FigureError("The figure shows nothing", found=spec.kind)
    return canvas, _lay_out_page(canvas, canvas.bounds, spec.title)


def figure_identity() -> dict[str, str]:
    """What decides the bytes of a picture beside its spec."""
    from importlib.metadata import version  # noqa: PLC0415

    from matplotlib import ft2font  # noqa: PLC0415
    from PIL import features  # noqa: PLC0415

    return {
        "spec": str(SPEC_VERSION),
        "style": str(style.STYLE_VERSION),
        "font": font_digest(),
        "matplotlib": version("matplotlib"),
        "freetype": ft2font.__freetype_version__,
        "pillow": version("pillow"),
        "zlib": features.version("zlib") or "",
        "rdkit": version("rdkit"),
    }


def _find_drawing(kind: str) -> Callable[[Canvas, FigureSpec], None]:
    module: Any = importlib.import_module(f"qmirror_assets.figures.{_KINDS[kind]}")
    return cast("Callable[[Canvas, FigureSpec], None]", module.draw)


def _lay_out_page(canvas: Canvas, content: Box, title: str) -> Box:
    """Write the title above the content and return the page around both."""
    middle = content.centre[0]
    width = max(style.MIN_WIDTH - 2 * style.MARGIN, content.width)
    top = content.top
    if title:
        lines = wrap(title, width, style.TITLE_SIZE, "bold")
        step = line_height(style.TITLE_SIZE)
        top += step * len(lines) + 14
        for i, line in enumerate(lines):
            at = (middle, top - step * (i + 0.5))
            canvas.write(line, at, size=style.TITLE_SIZE, face="bold")
        canvas.drawn.insert(0, Drawn("title", title))
    left = middle - width / 2
    return Box(left, content.bottom, left + width, top).grown(style.MARGIN)
