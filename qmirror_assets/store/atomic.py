"""All durable writes of the package: temp name in the same folder, fsync, replace."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from qmirror_assets.errors import StoreUnavailable

TEMP_PREFIX = ".tmp-"

crash_point: Callable[[str], None] = lambda _name: None  # noqa: E731
"""Called with the name of each step of a durable write; fault tests replace it."""


def set_crash_point(hook: Callable[[str], None]) -> None:
    """Install a hook that is called at each named crash point (fault tests only)."""
    global crash_point  # noqa: PLW0603
    crash_point = hook


@contextmanager
def wrap_os_errors(path: Path, what: str) -> Iterator[None]:
    """Turn an OSError into `StoreUnavailable` that names path and reason."""
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(
            f"cannot {what} {path}",
            found=error.strerror or str(error),
            remedy="Free space or fix the rights of the data folder, then run again",
        ) from error


@contextmanager
def temp_beside(path: Path) -> Iterator[Path]:
    """A temporary path in the folder of `path`, removed when the block fails."""
    with wrap_os_errors(path.parent, "write in"):
        path.parent.mkdir(parents=True, exist_ok=True)
    temp = path.parent / f"{TEMP_PREFIX}{secrets.token_hex(16)}"
    try:
        yield temp
    finally:
        with contextlib.suppress(OSError):
            temp.unlink(missing_ok=True)


def fsync_path(path: Path) -> None:
    """Flush a file or folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace(temp: Path, path: Path, *, durable: bool = True) -> None:
    """Move `temp` to `path`; readers see the old file or the new one, never a part."""
    crash_point("before_fsync")
    with wrap_os_errors(path, "write"):
        if durable:
            fsync_path(temp)
        crash_point("before_replace")
        temp.chmod(0o644)
        os.replace(temp, path)  # noqa: PTH105
        crash_point("after_replace")
        if durable:
            fsync_path(path.parent)


def write_bytes(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write `data` to `path` atomically."""
    with temp_beside(path) as temp:
        crash_point("before_temp_write")
        with wrap_os_errors(path, f"write {len(data)} bytes to"), temp.open("wb") as file:
            file.write(data)
        replace(temp, path, durable=durable)
