"""Pictures are served on white, at most 512 px, with the same bytes every time."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from qmirror_assets.engines.library.picture import UnfitPicture, prepare


def encode(picture: Image.Image, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def square_on(size: tuple[int, int], box: tuple[int, int, int, int]) -> bytes:
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    picture.paste((200, 0, 0, 255), box)
    return encode(picture)


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (encode(Image.new("RGB", (1024, 600), "navy")), (512, 300)),
        (encode(Image.new("RGB", (300, 1200), "navy"), "JPEG"), (128, 512)),
        (encode(Image.new("L", (200, 100), 30)), (200, 100)),
        (encode(Image.new("P", (200, 100), 1)), (200, 100)),
        (square_on((600, 600), (100, 100, 300, 200)), (200, 100)),
    ],
    ids=["wide", "tall-jpeg", "grey", "palette", "trimmed"],
)
def test_size_mode_and_repeatable_bytes(data: bytes, size: tuple[int, int]) -> None:
    first = prepare(data)
    assert first == prepare(data)
    with Image.open(io.BytesIO(first.png)) as picture:
        assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", size)
    assert (first.width, first.height) == size


def test_what_is_clear_becomes_white() -> None:
    picture = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (0, 0, 200, 20))
    picture.paste((0, 0, 0, 255), (0, 180, 200, 200))
    with Image.open(io.BytesIO(prepare(encode(picture)).png)) as served:
        assert served.getpixel((100, 100)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "cannot be decoded"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 50, "cannot be decoded"),
        (encode(Image.new("RGB", (300, 200), "navy"))[:80], "cannot be decoded"),
        (encode(Image.new("RGB", (300, 200), "navy"), "GIF"), "cannot be decoded"),
        (encode(Image.new("RGB", (60, 60), "navy")), "too few"),
        (square_on((600, 600), (10, 10, 50, 50)), "too few"),
        (encode(Image.new("RGBA", (300, 200), (0, 0, 0, 0))), "transparent"),
        (encode(Image.new("RGB", (300, 200), (250, 255, 240))), "hardly be seen"),
        (encode(Image.new("1", (9000, 9000))), "too many"),
        (encode(Image.new("1", (14_000, 14_000))), "cannot be decoded|exceeds limit"),
    ],
    ids=["empty", "junk", "cut", "gif", "tiny", "tiny-trimmed", "clear", "pale", "large", "bomb"],
)
def test_unfit_pictures(data: bytes, says: str) -> None:
    with pytest.raises(UnfitPicture, match=says):
        prepare(data)
