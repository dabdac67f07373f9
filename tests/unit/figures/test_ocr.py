"""A reader that knows nothing of the spec finds every value in the picture."""

from __future__ import annotations

import io
import unicodedata
from typing import Any

import numpy as np
import pytest
from PIL import Image

from qmirror_assets.figures.render import render
from qmirror_assets.figures.spec import parse_spec
from tests.unit.figures.gallery import GALLERY


@pytest.fixture(scope="module")
def reader() -> Any:
    return pytest.importorskip("rapidocr_onnxruntime").RapidOCR()


# How the reader writes what its alphabet lacks or confuses: 10³⁰ -> 1030, Ω -> Q, J/(g·K).
_ALIKE = str.maketrans("−–·ω×", "---qx")


def _squeeze(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).lower().translate(_ALIKE)
    return "".join(plain.split())


@pytest.mark.parametrize("name", GALLERY)
def test_every_value_is_read(name: str, reader: Any) -> None:
    drawing = render(parse_spec(GALLERY[name]))
    with Image.open(io.BytesIO(drawing.png)) as image:
        found, _ = reader(np.asarray(image.convert("RGB")))
    seen = _squeeze("|".join(text for _, text, _ in found))
    values = [drawn.text for drawn in drawing.drawn if drawn.role == "value"]
    assert [value for value in values if _squeeze(value) not in seen] == []
