"""SHA-256 of large files, remembered by path, size and modification time.

A model of a gigabyte is hashed once, not at every start. The memory is only a shortcut: losing
it costs one hash, and a file that changes in place changes its time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Final

import orjson

from qmirror_assets.engines.places import cache_dir

_BLOCK: Final = 4 * 1024 * 1024
_FILE_NAME: Final = "digests.json"


def file_digest(path: Path) -> str:
    """SHA-256 of a file as hex.

    Raises:
        OSError: the file cannot be read.
    """
    path = path.resolve()
    stat = path.stat()
    mark = [stat.st_size, stat.st_mtime_ns]
    known = _read_memory().get(str(path))
    if isinstance(known, list) and known[:2] == mark and len(known) == 3:
        return str(known[2])
    digest = hash_file(path)
    _remember(str(path), [*mark, digest])
    return digest


def hash_file(path: Path) -> str:
    """SHA-256 of a file as hex, read from the disk whatever is remembered."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _read_memory() -> dict[str, object]:
    try:
        memory = orjson.loads((cache_dir() / _FILE_NAME).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return memory if isinstance(memory, dict) else {}


def _remember(path: str, entry: list[object]) -> None:
    # an unwritable cache folder costs a hash at the next start, so it is not an error here
    with contextlib.suppress(OSError):
        write_whole(cache_dir() / _FILE_NAME, orjson.dumps(_read_memory() | {path: entry}))


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
