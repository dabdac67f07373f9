"""A reader that knows nothing of the spec finds every value in the picture."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from qmirror_assets.figures.render import render
from qmirror_assets.figures.spec import parse_spec
from tests.unit.figures.gallery import GALLERY

NAMES = [
    name
    for name in GALLERY
    # Greek, Ω, µ and × are not in the reader's alphabet; these pictures hold such values.
    if name not in {"orbit", "series", "parallel", "cell", "cell_round", "microscope"}
]


@pytest.fixture(scope="module")
def reader() -> Any:
    return pytest.importorskip("rapidocr_onnxruntime").RapidOCR()


def _squeeze(text: str) -> str:
    plain = text.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹−–·", "0123456789--."))
    return "".join(plain.split()).lower()


@pytest.mark.parametrize("name", NAMES)
def test_every_value_is_read(name: str, reader: Any) -> None:
    drawing = render(parse_spec(GALLERY[name]))
    with Image.open(io.BytesIO(drawing.png)) as image:
        found, _ = reader(np.asarray(image.convert("RGB")))
    seen = _squeeze("|".join(text for _, text, _ in found))
    values = [drawn.text for drawn in drawing.drawn if drawn.role == "value"]
    assert [value for value in values if _squeeze(value) not in seen] == []
