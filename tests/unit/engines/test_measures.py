"""The engine that measures: pixels only, the same answer every time."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qmirror_assets.engines.base import Call, Failure, FailureKind, Raw, Request, Role
from qmirror_assets.engines.measures import MeasuresEngine
from qmirror_assets.engines.pixels import decode_picture, measure_pixels
from tests.unit.engines.test_ocr import header_of, picture_of
from tests.unit.synjudge.shelf import blurred, photo_items


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QMIRROR_CACHE", str(tmp_path))


def look(*pictures: bytes, **body: object) -> Call:
    return Call(Request(Role.JUDGE, body, tuple("d" for _ in pictures)), pictures)


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


async def test_measures_and_reads_whatever_is_asked() -> None:
    engine, again = MeasuresEngine({}, threads=1), MeasuresEngine({}, threads=1)
    picture = picture_of("mass 2.5 kg")
    one, two = await engine.run([look(picture), look(picture, messages=["rate it"], schema={})])
    (three,) = await again.run([look(picture)])
    await engine.close()
    await again.close()
    assert isinstance(one, Raw)
    assert one == two == three
    measures = one.body["measures"]
    assert [item["text"] for item in measures["texts"]] == ["mass 2.5 kg"]
    assert (measures["width"], measures["height"]) == (420, 120)
    assert 0.0 < measures["ink"] < 0.2


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (look(), "one picture"),
        (look(picture_of("a"), picture_of("b")), "one picture"),
        (look(b"junk"), "cannot be decoded"),
        (look(header_of(9_000, 9_000)), "pixels are too many"),
    ],
    ids=["none", "two", "junk", "bomb"],
)
async def test_what_cannot_be_measured_fails_its_own_call(call: Call, why: str) -> None:
    engine = MeasuresEngine({}, threads=1)
    (outcome,) = await engine.run([call])
    await engine.close()
    assert isinstance(outcome, Failure)
    assert outcome.kind is FailureKind.BAD_REQUEST
    assert why in outcome.detail


def test_sharpness_falls_with_every_step_of_blur_and_hardly_depends_on_the_picture() -> None:
    for item in photo_items():
        levels = [0.0, 1.0, 1.5, 2.0, 3.0]
        found = [
            measure_pixels(decode_picture(blurred(item.image, s) if s else item.image))["sharpness"]
            for s in levels
        ]
        assert found == sorted(found, reverse=True)
        assert found[0] > 0.6
        assert 0.5 > found[1] > 0.3 > found[2]


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (np.full((40, 60, 3), 200, np.uint8), (0.0, 0.0, 0.0)),
        (np.zeros((1, 1, 3), np.uint8), (0.0, 0.0, 0.0)),
        (np.zeros((3, 200, 3), np.uint8), (0.0, 0.0, 0.0)),
    ],
    ids=["flat", "one-pixel", "strip"],
)
def test_pictures_of_nothing(pixels: np.ndarray, expected: tuple[float, ...]) -> None:
    found = measure_pixels(decode_picture(png(pixels)))
    assert (found["sharpness"], found["contrast"], found["ink"]) == expected


def test_ink_and_contrast() -> None:
    pixels = np.full((100, 100, 3), 255, np.uint8)
    pixels[25:75, 25:75] = 0
    pixels[25:50, 25:75] = 128
    found = measure_pixels(decode_picture(png(pixels)))
    assert found["ink"] == 0.25
    assert found["contrast"] == pytest.approx(0.502, abs=0.001)
