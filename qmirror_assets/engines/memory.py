"""A small file of remembered values: what is costly to compute and follows from a cheap mark.

Only a shortcut: losing it costs one computation, and an entry with another mark is not used.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import orjson

from qmirror_assets.engines.places import cache_dir
from qmirror_assets.records import Json

_FILE_NAME: Final = "remembered.json"


def remember(key: str, mark: Json, compute: Callable[[], Json]) -> Json:
    """The value kept under `key` if it was kept with this `mark`, else `compute()`, now kept."""
    entry = _read().get(key)
    if isinstance(entry, list) and len(entry) == 2 and entry[0] == mark:  # noqa: PLR2004
        return entry[1]
    value = compute()
    # an unwritable cache folder costs the same again at the next start; it is not an error here
    with contextlib.suppress(OSError):
        write_whole(cache_dir() / _FILE_NAME, orjson.dumps(_read() | {key: [mark, value]}))
    return value


def _read() -> dict[str, Json]:
    try:
        memory = orjson.loads((cache_dir() / _FILE_NAME).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return memory if isinstance(memory, dict) else {}


def write_whole(path: Path, data: bytes) -> None:
    """Write a small file so that readers see the old or the new content, nothing between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
