import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from qmirror_assets.release import pictures
from qmirror_assets.release.pictures import PictureFacts, examine, read_picture
from qmirror_assets.store import open_store


def encode(kind: str) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(data, kind)
    return data.getvalue()


@pytest.mark.parametrize(("kind", "suffix"), [("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp")])
def test_known_formats_decode(kind: str, suffix: str) -> None:
    assert examine(encode(kind)) == PictureFacts(True, 40, 30, suffix)


def png(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        tail = name + data
        return struct.pack(">I", len(data)) + tail + struct.pack(">I", zlib.crc32(tail))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    "data",
    [None, b"", b"GIF89a" + b"\0" * 50, encode("GIF"), encode("PNG")[:60], b"<svg/>", png(9, 9)],
    ids=["none", "empty", "broken gif", "gif", "truncated", "svg", "no pixels"],
)
def test_what_cannot_be_decoded_is_a_fact(data: bytes | None) -> None:
    assert not examine(data).decodes


def test_a_bomb_is_measured_and_not_unpacked() -> None:
    assert examine(png(9_000, 9_000)) == PictureFacts(False, 9_000, 9_000)
    assert not examine(png(60_000, 60_000)).decodes


def test_bytes_are_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "BYTES_CAP", 10)
    assert not examine(encode("PNG")).decodes


def test_a_picture_is_read_by_digest_and_nothing_else(tmp_path: Path) -> None:
    store = open_store(tmp_path / "data")
    digest = store.cas.put(b"picture")
    assert read_picture(store, digest) == b"picture"
    (tmp_path / "secret").write_bytes(b"secret")
    for name in ("../../secret", str(tmp_path / "secret"), "f" * 64, ""):
        assert read_picture(store, name) is None
    store.cas.path(digest).write_bytes(b"changed")
    assert read_picture(store, digest) is None
    store.close()
