"""From a library's file to the picture of a data set: on white, at most 512 px, plain RGB PNG."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL import Image

# Pillow is imported where it is used: the identity of an engine is asked without it
# ruff: noqa: PLC0415

LONGEST_SIDE: Final = 512
PICTURE_VERSION: Final = "1"
"""Bumped by hand when the same file gives other bytes."""
_MOST_PIXELS: Final = 40_000_000
_LEAST_LONG_SIDE: Final = 96  # less is an icon: nothing to look at
_LEAST_SHORT_SIDE: Final = 48
_PALE: Final = 160  # a pixel whose darkest channel is above it hardly stands out from white
_LEAST_SEEN: Final = 0.01


class UnfitPicture(Exception):
    """A file that cannot be shown: broken, too large to decode, too small or too pale to see."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture as it is served. width, height in pixels."""

    png: bytes
    width: int
    height: int


def prepare(data: bytes) -> Prepared:
    """Decode, trim transparent margins, put on white, shrink, encode.

    The same bytes for the same file and releases of Pillow and its codecs.

    Raises:
        UnfitPicture: broken, too large, too small or too pale.
    """
    from PIL import Image

    picture = _trim(_decode(data))
    if max(picture.size) < _LEAST_LONG_SIDE or min(picture.size) < _LEAST_SHORT_SIDE:
        raise UnfitPicture(f"{picture.width} x {picture.height} pixels are too few to see")
    page = Image.new("RGBA", picture.size, "white")
    page.alpha_composite(picture)
    plain = page.convert("RGB")
    if _share_seen(plain) < _LEAST_SEEN:
        raise UnfitPicture("it can hardly be seen on white")
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    plain.save(out, "PNG", optimize=False, compress_level=6)
    return Prepared(out.getvalue(), plain.width, plain.height)


def _decode(data: bytes) -> Image.Image:
    from PIL import Image

    try:
        with warnings.catch_warnings():
            # Pillow only warns of a bomb up to twice its limit
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
                if picture.width * picture.height > _MOST_PIXELS:
                    raise UnfitPicture(f"{picture.width} x {picture.height} pixels are too many")
                return picture.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnfitPicture(f"it cannot be decoded: {error}") from error
    except Image.DecompressionBombWarning as error:
        raise UnfitPicture(str(error)) from error


def _share_seen(picture: Image.Image) -> float:
    """Share of the pixels that stand out from white."""
    from PIL import ImageChops

    red, green, blue = picture.split()
    counts = ImageChops.darker(ImageChops.darker(red, green), blue).histogram()
    return sum(counts[:_PALE]) / sum(counts)


def _trim(picture: Image.Image) -> Image.Image:
    box = picture.getchannel("A").getbbox()
    if box is None:
        raise UnfitPicture("it is transparent all over")
    return picture.crop(box)
