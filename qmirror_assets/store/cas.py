"""Content-addressed store: sha256 -> bytes, in files `ab/cd/<sha256>`.

Objects are written unsynced and flushed together by `sync()` before a manifest names them:
one fsync a file costs seven times the throughput. Every read re-hashes; a file's mode or time
proves nothing.

A write may run beside a collection of garbage: storing bytes that are there already makes them
young again, and the collector looks at an object's age and removes it in one step that no write
can come between (`removing`).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qmirror_assets.errors import DamagedObject, NotFoundError
from qmirror_assets.fingerprint import content_digest
from qmirror_assets.store import atomic

_LOCK = ".lock"
_LOCK_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC


def file_digest(path: Path) -> str:
    """sha256 of a file, streamed."""
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _size(path: Path) -> int:
    """Size of a file in bytes, -1 where there is none."""
    try:
        return path.stat().st_size if path.is_file() else -1
    except FileNotFoundError:  # removed between the two looks at it
        return -1


def _renewed(path: Path, digest: str, size: int) -> bool:
    """Whether the object lies there whole; it is young again then.

    Bytes of the right size may still be damaged: what is stored anew heals them.
    """
    with atomic.wrap_os_errors(path, "read"):
        if _size(path) != size or file_digest(path) != digest:
            return False
        os.utime(path)
        return True


class Cas:
    """Bytes by digest under one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._unsynced: set[Path] = set()
        self._verified: set[str] = set()
        self._has_temp = False

    def path(self, digest: str) -> Path:
        """Where an object lies, whether or not it is there."""
        return Path(f"{self.root}/{digest[:2]}/{digest[2:4]}/{digest}")

    def has(self, digest: str) -> bool:
        """Whether an object of that name lies here (its bytes are checked when read)."""
        return self.path(digest).is_file()

    def put(self, data: bytes, *, often: bool = False) -> str:
        """Store `data` and give its digest; damaged bytes under that name are replaced.

        often: the same bytes come again in this process; then they are flushed once.
        """
        digest = content_digest(data)
        path = self.path(digest)
        with self._locked(fcntl.LOCK_SH):
            renewed = _renewed(path, digest, len(data))
            if not renewed:
                atomic.write_bytes(path, data, durable=False)
        self._to_sync(digest, path, renewed=renewed)
        if often:
            self._verified.add(digest)
        return digest

    def _to_sync(self, digest: str, path: Path, *, renewed: bool) -> None:
        # What was read here is on disk, since a manifest names it; so is what was flushed here.
        # All else is flushed also when it was there: a process that died may have left it so.
        if not (renewed and digest in self._verified):
            self._unsynced.add(path)

    def adopt(self, temp: Path) -> str:
        """Move a finished temporary file in and give its digest."""
        with atomic.wrap_os_errors(temp, "read"):
            digest, size = file_digest(temp), temp.stat().st_size
        path = self.path(digest)
        with self._locked(fcntl.LOCK_SH):
            renewed = _renewed(path, digest, size)
            if not renewed:
                with atomic.wrap_os_errors(path.parent, "write in"):
                    path.parent.mkdir(parents=True, exist_ok=True)
                atomic.replace(temp, path, durable=False)
        self._to_sync(digest, path, renewed=renewed)
        self._verified.add(digest)
        return digest

    def remove(self, digest: str, older_than: float | None = None) -> bool:
        """Remove an object that was last stored before `older_than` (unix seconds; None: now).

        No write comes between the look at its age and its end. False: it is younger, or gone.
        """
        path = self.path(digest)
        with self._locked(fcntl.LOCK_EX), atomic.wrap_os_errors(path, "remove"):
            if _size(path) < 0:
                return False
            if older_than is not None and path.stat().st_mtime >= older_than:
                return False
            path.unlink()
        self._verified.discard(digest)
        return True

    @contextmanager
    def _locked(self, mode: int) -> Iterator[None]:
        """Writers share the lock, a removal holds it alone; it ends with the process."""
        place = self.root / _LOCK
        with atomic.wrap_os_errors(place, "lock"):
            try:
                handle = os.open(place, _LOCK_FLAGS, 0o644)
            except FileNotFoundError:
                self.root.mkdir(parents=True, exist_ok=True)
                handle = os.open(place, _LOCK_FLAGS, 0o644)
        try:
            with atomic.wrap_os_errors(place, "lock"):
                fcntl.flock(handle, mode)
            yield
        finally:
            os.close(handle)

    def new_temp(self) -> Path:
        """A path for a file that will be adopted; on the same file system as the objects."""
        folder = self.root / "temp"
        if not self._has_temp:
            with atomic.wrap_os_errors(folder, "write in"):
                folder.mkdir(parents=True, exist_ok=True)
            self._has_temp = True
        return folder / f"{atomic.TEMP_PREFIX}{secrets.token_hex(16)}"

    def get(self, digest: str) -> bytes:
        """The bytes of an object, checked.

        Raises:
            NotFoundError: no such object. DamagedObject: its bytes changed.
        """
        path = self.path(digest)
        with atomic.wrap_os_errors(path, "read"):
            if not path.is_file():
                raise self._missing(digest)
            data = path.read_bytes()
        if content_digest(data) != digest:
            raise self._damaged(digest)
        return data

    def renew(self, digest: str) -> None:
        """Let an object count as stored just now.

        Raises:
            NotFoundError: it is not there.
        """
        path = self.path(digest)
        with atomic.wrap_os_errors(path, "write"):
            try:
                os.utime(path)
            except FileNotFoundError as error:
                raise self._missing(digest) from error

    def verified_path(self, digest: str) -> Path:
        """The path of an object whose bytes were checked in this process."""
        path = self.path(digest)
        if digest not in self._verified:
            with atomic.wrap_os_errors(path, "read"):
                if not path.is_file():
                    raise self._missing(digest)
                found = file_digest(path)
            if found != digest:
                raise self._damaged(digest)
            self._verified.add(digest)
        return path

    def sync(self) -> None:
        """Flush everything written since the last call."""
        folders = {path.parent for path in self._unsynced}
        for path in [*self._unsynced, *folders]:
            with atomic.wrap_os_errors(path, "flush"):
                if path.exists():
                    atomic.fsync_path(path)
        self._unsynced.clear()

    def __iter__(self) -> Iterator[str]:
        for path in self.root.glob("??/??/*"):
            if not path.name.startswith(atomic.TEMP_PREFIX):
                yield path.name

    def _missing(self, digest: str) -> NotFoundError:
        return NotFoundError(
            "an object is missing from the store",
            expected=f"sha256 {digest}",
            found="no file",
            remedy="Run `qmirror fsck --repair`, then `qmirror build` to make it again",
        )

    def _damaged(self, digest: str) -> DamagedObject:
        return DamagedObject(
            f"an object in the store is damaged ({self.path(digest)})",
            expected=f"sha256 {digest}",
            found="other bytes",
            remedy="Run `qmirror fsck --repair`, then `qmirror build` to make it again",
        )
