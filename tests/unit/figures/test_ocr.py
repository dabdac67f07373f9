"""The reader that judges pictures, which knows nothing of the spec, finds every value."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Iterator

import pytest

from qmirror_assets.engines.base import Call, Raw, Request, Role
from qmirror_assets.engines.ocr import RapidOcrEngine
from qmirror_assets.figures.render import render
from qmirror_assets.figures.spec import parse_spec
from tests.unit.figures.gallery import GALLERY

# How the reader writes what it confuses: Ω -> Q, × -> x, O -> 0, a minus sign of any length.
_ALIKE = str.maketrans("−–·ω×o", "---qx0")


# One of each kind and a few scenes every time; the others when there is time.
_OFTEN = {
    "inclined_plane", "gas_cylinder", "calorimeter", "callouts", "bar", "table", "timeline",
    "series", "molecule", "converging_lens", "punnett",
}  # fmt: skip
NAMES = [
    pytest.param(name, marks=() if name in _OFTEN else pytest.mark.slow, id=name)
    for name in GALLERY
]


@pytest.fixture(scope="module")
def reader() -> Iterator[RapidOcrEngine]:
    pytest.importorskip("rapidocr")
    engine = RapidOcrEngine({}, threads=2)
    yield engine
    asyncio.run(engine.close())


def _read(reader: RapidOcrEngine, png: bytes) -> str:
    (outcome,) = asyncio.run(reader.run([Call(Request(Role.OCR, {}), (png,))]))
    assert isinstance(outcome, Raw)
    return "|".join(item["text"] for item in outcome.body["items"])


def _squeeze(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).lower().translate(_ALIKE)
    return "".join(plain.split())


@pytest.mark.parametrize("name", NAMES)
def test_every_value_is_read(name: str, reader: RapidOcrEngine) -> None:
    drawing = render(parse_spec(GALLERY[name]))
    seen = _squeeze(_read(reader, drawing.png))
    values = {drawn.text for drawn in drawing.drawn if drawn.role == "value"}
    assert {value for value in values if _squeeze(value) not in seen} == set()
