"""The pinned font: its digest, the characters it knows, the size of a text, and wrapping.

DejaVu Sans comes with matplotlib, so every machine with the same package has the same bytes.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from matplotlib.backends.backend_agg import RendererAgg

Face = Literal["regular", "bold", "oblique"]
DPI = 100
_FILES: dict[Face, str] = {
    "regular": "DejaVuSans.ttf",
    "bold": "DejaVuSans-Bold.ttf",
    "oblique": "DejaVuSans-Oblique.ttf",
}


def font_path(face: Face) -> Path:
    """Where the installed package keeps the file of `face`."""
    import matplotlib as mpl  # noqa: PLC0415

    return Path(mpl.get_data_path()) / "fonts" / "ttf" / _FILES[face]


@functools.cache
def font_digest() -> str:
    """sha256 over the bytes of all faces."""
    digest = hashlib.sha256()
    for face in _FILES:
        digest.update(font_path(face).read_bytes())
    return digest.hexdigest()


@functools.cache
def known_characters() -> frozenset[str]:
    """The characters that every face has a glyph for."""
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415

    faces = [{chr(code) for code in FT2Font(font_path(face)).get_charmap()} for face in _FILES]
    return frozenset(set.intersection(*faces))


@functools.lru_cache(maxsize=4096)
def measure(text: str, size: float, face: Face = "regular") -> float:
    """Width of one line in pixels as it will be painted; `size` in points at 100 dpi."""
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415

    font = FontProperties(fname=font_path(face), size=size)
    return float(_ruler().get_text_width_height_descent(text, font, False)[0])


@functools.cache
def _ruler() -> RendererAgg:
    from matplotlib.backends.backend_agg import RendererAgg  # noqa: PLC0415

    return RendererAgg(8, 8, DPI)


def line_height(size: float) -> float:
    """Distance of two base lines in pixels."""
    return size * DPI / 72 * 1.28


def wrap(text: str, width: float, size: float, face: Face = "regular") -> list[str]:
    """Break `text` into lines of at most `width` pixels: at spaces, else inside a word."""
    lines: list[str] = []
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and measure(joined, size, face) <= width:
            lines[-1] = joined
        else:
            lines.extend(_split_word(word, width, size, face))
    return lines or [""]


def _split_word(word: str, width: float, size: float, face: Face) -> list[str]:
    pieces = [""]
    for character in word:
        if pieces[-1] and measure(pieces[-1] + character, size, face) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces
