"""OCR on a picture drawn here; hostile pictures are failures of their call."""

import io
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from qmirror_assets.engines.base import Call, Failure, FailureKind, Raw, Request, Role
from qmirror_assets.engines.ocr import RapidOcrEngine


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QMIRROR_CACHE", str(tmp_path))


def read(picture: bytes) -> Call:
    return Call(Request(Role.OCR, {}, ("d",)), (picture,))


def picture_of(text: str, mode: str = "RGB") -> bytes:
    page = Image.new(mode, (420, 120), (255, 255, 255, 0)[: len(mode)])
    black = (0, 0, 0, 255)[: len(mode)]
    ImageDraw.Draw(page).text((30, 40), text, fill=black, font=ImageFont.load_default(28))
    file = io.BytesIO()
    page.save(file, "PNG")
    return file.getvalue()


async def test_reads_text_with_score_and_place() -> None:
    engine = RapidOcrEngine({}, threads=1)
    (raw,) = await engine.run([read(picture_of("mass 2.5 kg"))])
    await engine.close()
    assert isinstance(raw, Raw)
    (item,) = raw.body["items"]
    assert item["text"] == "mass 2.5 kg"
    assert 0.8 < item["score"] <= 1.0
    left, top, right, bottom = item["box"]
    assert 0 <= left < right <= 420
    assert 0 <= top < bottom <= 120


async def test_transparent_and_empty_pictures() -> None:
    engine = RapidOcrEngine({}, threads=1)
    clear, empty = await engine.run([read(picture_of("12 V", "RGBA")), read(picture_of(""))])
    await engine.close()
    assert [item["text"].replace(" ", "") for item in clear.body["items"]] == ["12V"]
    assert empty.body == {"items": []}


def header_of(width: int, height: int) -> bytes:
    """A PNG that promises more pixels than it holds."""
    file = io.BytesIO()
    Image.new("1", (1, 1)).save(file, "PNG")
    data = bytearray(file.getvalue())
    data[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    return bytes(data)


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (read(b""), "cannot be decoded"),
        (read(b"junk"), "cannot be decoded"),
        (read(header_of(9_000, 9_000)), "pixels are too many"),
        (Call(Request(Role.OCR, {})), "one picture"),
    ],
    ids=["empty", "junk", "bomb", "no-picture"],
)
async def test_pictures_that_cannot_be_read(call: Call, why: str) -> None:
    engine = RapidOcrEngine({}, threads=1)
    (outcome,) = await engine.run([call])
    await engine.close()
    assert isinstance(outcome, Failure)
    assert outcome.kind is FailureKind.BAD_REQUEST
    assert why in outcome.detail
