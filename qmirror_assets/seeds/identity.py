"""What makes two seeds the same seed."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import orjson

from qmirror_assets.fingerprint import short_digest

if TYPE_CHECKING:
    from qmirror_assets.records import Given, Seed


def seed_identity(seed: Seed) -> bytes:
    """Canonical bytes over question, answer, givens, choices and input image digests.

    Text counts in NFC with LF line ends, whatever the file wrote. Domain, id, licence, source,
    language, figure and unmapped columns are carried and do not count.
    """
    content = {
        "question": _normalise(seed.question),
        "answer": _normalise(seed.answer),
        "givens": [_given(given) for given in seed.givens],
        "choices": [_normalise(choice) for choice in seed.choices],
        "input_images": list(seed.input_images),
    }
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def seed_digest(seed: Seed) -> str:
    """32 hexadecimal digits over the identity of a seed."""
    return short_digest(seed_identity(seed).decode())


def _given(given: Given) -> dict[str, str]:
    return {
        "role": _normalise(given.role),
        "symbol": _normalise(given.symbol),
        "value": _normalise(given.value),
        "unit": _normalise(given.unit),
    }


def _normalise(text: str) -> str:
    if text.isascii() and "\r" not in text:
        return text
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
