"""Fake pictures: a one-pixel PNG that carries the texts it "draws", and the OCR that reads them.

They let a whole recipe run in process, tens of thousands of rows a minute, with the figure and
OCR steps still agreeing on what is in the picture.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Final

import orjson

from qmirror_assets.engines.base import Failure, FailureKind, Outcome, Raw
from qmirror_assets.records import Json

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_KEYWORD: Final = b"Description\x00"
_NOT_DRAWN: Final = frozenset({"version", "kind", "style", "template", "layout", "topology"})
_LENGTH: Final = 4  # bytes of a chunk's length, and of its name
_LINE_HEIGHT: Final = 20


def draw_picture(spec: Json) -> Outcome:
    """Answer a figure request: the short texts of the spec are what is drawn."""
    if not isinstance(spec, dict) or not isinstance(spec.get("kind"), str):
        return Failure(FailureKind.RENDER, "the figure spec has no kind")
    texts = list(_texts(spec))
    body = {
        "width": 1,
        "height": 1,
        "alt": "; ".join(texts),
        "drawn": [["label", t] for t in texts],
    }
    return Raw(body, {"image": _write_png(texts)})


def draw_caption(body: Mapping[str, Json]) -> Outcome:
    """Answer a text-to-image request: a pixel that carries the caption, and none to avoid."""
    caption = body.get("caption")
    if not isinstance(caption, str) or not caption:
        return Failure(FailureKind.BAD_REQUEST, "the picture request has no caption")
    avoided = {digest for digest in body.get("avoid", ()) if isinstance(digest, str)}
    # one of any n + 1 different pictures is not among n avoided ones
    for number in range(len(avoided) + 1):
        png = _write_png([caption, *[f"again {number}"] * bool(number)])
        digest = hashlib.sha256(png).hexdigest()
        if digest not in avoided:
            break
    source = {
        "kind": "fake",
        "library": "fake",
        "version": "1",
        "sha256": "0" * 64,
        "file": f"{digest}.png",
        "file_sha256": digest,
        "licence": "CC0-1.0",
        "title": caption,
    }
    drawn = {"width": 1, "height": 1, "alt": caption, "match": 1.0, "source": source}
    return Raw(drawn, {"image": png})


def read_picture(picture: bytes) -> Outcome:
    """Answer an OCR request: the texts that a fake picture carries, none for another picture."""
    items = [
        {"text": text, "score": 1.0, "box": [0, top, 8 * len(text), top + _LINE_HEIGHT]}
        for top, text in zip(range(0, 10**6, _LINE_HEIGHT), _read_png(picture), strict=False)
    ]
    return Raw({"items": items})


def _texts(node: Json) -> Iterator[str]:
    if isinstance(node, str):
        if node:
            yield node
    elif isinstance(node, dict):
        for key, value in node.items():
            if key not in _NOT_DRAWN:
                yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)


def _write_png(texts: list[str]) -> bytes:
    pixel = hashlib.sha256(orjson.dumps(texts)).digest()[:3]
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    chunks = (
        (b"IHDR", header),
        (b"zTXt", _KEYWORD + b"\x00" + zlib.compress(orjson.dumps(texts))),
        (b"IDAT", zlib.compress(b"\x00" + pixel)),
        (b"IEND", b""),
    )
    return _SIGNATURE + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _read_png(picture: bytes) -> list[str]:
    at = picture.find(b"zTXt" + _KEYWORD + b"\x00")
    if at < _LENGTH or not picture.startswith(_SIGNATURE):
        return []
    (size,) = struct.unpack(">I", picture[at - _LENGTH : at])
    packed = picture[at + _LENGTH + len(_KEYWORD) + 1 : at + _LENGTH + size]
    try:
        texts = orjson.loads(zlib.decompressobj().decompress(packed, 1 << 20))
    except (zlib.error, orjson.JSONDecodeError):
        return []
    return [text for text in texts if isinstance(text, str)] if isinstance(texts, list) else []
