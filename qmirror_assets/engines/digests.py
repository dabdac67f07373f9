"""SHA-256 of large files, remembered by path, size and modification time.

A model of a gigabyte is hashed once, not at every start; a file that changes in place changes
its time.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from qmirror_assets.engines.memory import remember


def file_digest(path: Path) -> str:
    """SHA-256 of a file as hex.

    Raises:
        OSError: the file cannot be read.
    """
    path = path.resolve()
    stat = path.stat()
    mark = [stat.st_size, stat.st_mtime_ns]
    return str(remember(f"sha256:{path}", mark, lambda: hash_file(path)))


def hash_file(path: Path) -> str:
    """SHA-256 of a file as hex, read from the disk whatever is remembered."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
