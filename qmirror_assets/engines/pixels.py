"""Pixels of a picture, and what can be measured on them without knowing what they show."""

from __future__ import annotations

import io
from typing import Any, Final

from qmirror_assets.records import Json

MEASURES_VERSION: Final = "1"
"""Bumped by hand when the same picture would be measured differently."""
_MOST_PIXELS: Final = 40_000_000
_WINDOW: Final = 5  # pixels of the mean that blurs a line again
_SAME_AS_GROUND: Final = 12  # levels of 255: less is noise of a flat ground
_DIGITS: Final = 4


def decode_picture(data: bytes) -> Any:
    """Pixels of a picture on white, as an array of (height, width, blue-green-red) bytes.

    Raises:
        ValueError: more pixels than we are willing to decode.
        OSError: not a picture.
    """
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(data)) as picture:
        if picture.width * picture.height > _MOST_PIXELS:
            raise ValueError(f"{picture.width} x {picture.height} pixels are too many")
        layer = picture.convert("RGBA")
    page = Image.new("RGBA", layer.size, "white")
    page.alpha_composite(layer)
    return np.ascontiguousarray(np.asarray(page.convert("RGB"))[:, :, ::-1])


def measure_pixels(pixels: Any) -> dict[str, Json]:
    """Size and appearance of a picture given by `decode_picture`, to fixed digits.

    width, height: pixels. sharpness: 0 (smooth) to 1 (every edge one pixel wide). contrast:
    standard deviation of the brightness over its greatest value, 0 to 1, the ground left out.
    ink: share of the picture that is not ground. The ground is the colour of the border.
    """
    import numpy as np

    grey = pixels.astype(np.float64) @ np.array([0.114, 0.587, 0.299])
    inked = np.abs(grey - _ground(grey)) > _SAME_AS_GROUND
    contrast = float(grey[inked].std()) / 127.5 if inked.any() else 0.0
    return {
        "width": int(pixels.shape[1]),
        "height": int(pixels.shape[0]),
        "sharpness": round(1.0 - max(_blur(grey), _blur(grey.T)), _DIGITS),
        "contrast": round(contrast, _DIGITS),
        "ink": round(float(inked.mean()), _DIGITS),
    }


def _ground(grey: Any) -> float:
    import numpy as np

    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return float(np.median(border))


def _blur(grey: Any) -> float:
    """How little of the differences between neighbours is lost when lines are blurred again.

    A sharp picture loses most of them, a blurred one has nothing left to lose (Crete and others,
    2007). It needs no reference picture and hardly depends on what is shown.
    """
    import numpy as np

    if grey.shape[1] <= _WINDOW:
        return 1.0
    half = _WINDOW // 2
    padded = np.pad(grey, ((0, 0), (half + 1, half)), mode="edge")
    sums = np.cumsum(padded, axis=1)
    again = (sums[:, _WINDOW:] - sums[:, :-_WINDOW]) / _WINDOW
    before, after = np.abs(np.diff(grey, axis=1)), np.abs(np.diff(again, axis=1))
    total = float(before.sum())
    lost = float(np.maximum(0.0, before - after).sum())
    return 1.0 if total == 0.0 else (total - lost) / total
