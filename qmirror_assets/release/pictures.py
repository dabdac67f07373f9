"""Pictures of a version: read from the store, and decoded once to prove that they can be."""

from __future__ import annotations

import io
from dataclasses import dataclass

from qmirror_assets.errors import DamagedObject, KeyParseError, NotFoundError
from qmirror_assets.keys import parse_digest
from qmirror_assets.store import Store

BYTES_CAP = 64_000_000
PIXELS_CAP = 40_000_000
_SUFFIXES = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
"""Formats that are read; no other decoder sees the bytes."""


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What is known of a picture. width, height in pixels; suffix "" when it does not decode."""

    decodes: bool = False
    width: int = 0
    height: int = 0
    suffix: str = ""


def read_picture(store: Store, digest: str) -> bytes | None:
    """The bytes of a picture, or None when the store has none that match the digest.

    A lost picture is a fact that the gate refuses, not an error that hides all other facts.
    """
    try:
        return store.cas.get(parse_digest(digest))
    except (KeyParseError, NotFoundError, DamagedObject):
        return None


def examine(data: bytes | None) -> PictureFacts:
    """Decode a picture within caps on bytes and pixels."""
    from PIL import Image  # noqa: PLC0415

    if data is None or len(data) > BYTES_CAP:
        return PictureFacts()
    try:
        with Image.open(io.BytesIO(data), formats=tuple(_SUFFIXES)) as picture:
            width, height = picture.size
            if width * height > PIXELS_CAP:
                return PictureFacts(width=width, height=height)
            picture.load()
            return PictureFacts(True, width, height, _SUFFIXES[str(picture.format)])
    # what decoders raise on broken bytes; such a picture is a fact for the gate
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return PictureFacts()
