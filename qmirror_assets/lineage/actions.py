"""Entries of the action cache as rows of the actions table."""

from __future__ import annotations

from typing import Any

import orjson

from qmirror_assets.store.actions import Entry

BLOBS = "blobs"  # the field of a raw body that names its fields holding picture digests


def action_row(key: str, entry: Entry) -> dict[str, Any]:
    """One entry as a row of `schemas.ACTIONS`."""
    return {
        "action_key": key,
        "engine": _text(dict(entry.engine)),
        "request": _text(entry.body),
        "raw": _text(entry.raw),
        "images": list(entry.images),
        "pictures": pictures_of(entry),
        "prompt_tokens": entry.prompt_tokens,
        "completion_tokens": entry.completion_tokens,
    }


def pictures_of(entry: Entry) -> list[str]:
    """Digests of the pictures an action made."""
    return [str(entry.raw[name]) for name in entry.raw.get(BLOBS, ())]


def _text(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
