"""The files by which the processes of one machine share one llama.cpp server.

Per model and context size, under `<cache>/run/`: `.json` says where the server listens; `.start`
is held while one process looks, starts or stops; `.alive` is held exclusively by the server for
as long as it lives; `.clients` is held shared by every client; `.slot` is held for one call. The kernel drops these locks when
a process dies in any way, so nothing here can be stale.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

import orjson

from qmirror_assets.engines.digests import write_whole
from qmirror_assets.engines.places import cache_dir


@dataclass(frozen=True, slots=True)
class Listening:
    """A server's address. token: the key that calls must carry, new for every server."""

    pid: int
    url: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class StateFiles:
    """The files of one server, all with the same beginning."""

    base: Path

    @classmethod
    def of(cls, sha256: str, n_ctx: int) -> Self:
        """The files for a model (by digest) and a context size; the folder is made."""
        folder = cache_dir() / "run"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cls(folder / f"llama-{sha256[:16]}-{n_ctx}")

    def path(self, suffix: str) -> Path:
        """One of the files: json, start, alive, clients, log."""
        return self.base.with_name(f"{self.base.name}.{suffix}")

    @property
    def saved(self) -> Path:
        """The folder of saved prompt prefixes; emptied when a server starts."""
        return self.path("slots")

    def siblings(self) -> Iterator[StateFiles]:
        """The files of the other servers of this machine."""
        for path in sorted(self.base.parent.glob("llama-*.json")):
            other = StateFiles(path.with_suffix(""))
            if other.base != self.base:
                yield other

    def write(self, listening: Listening) -> None:
        """Say where the server listens, readable by this user only."""
        write_whole(self.path("json"), orjson.dumps(asdict(listening)))

    def read(self) -> Listening | None:
        """Where a living server listens, or None."""
        if try_lock(self.path("alive")):
            return None
        try:
            return Listening(**orjson.loads(self.path("json").read_bytes()))
        except (FileNotFoundError, orjson.JSONDecodeError, TypeError):
            return None

    def forget(self) -> None:
        """Take the address away: nobody comes any more, and the server leaves when it sees it."""
        self.path("json").unlink(missing_ok=True)


class Hold:
    """A lock file held until `release` or the end of the process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """Let go; a second time does nothing."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def hold_lock(path: Path, *, shared: bool = False, wait: bool = False) -> Hold | None:
    """Take a lock file, or return None when another process has it and `wait` is off."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(descriptor, mode if wait else mode | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return Hold(descriptor)


def try_lock(path: Path) -> bool:
    """Whether nobody holds the lock file at this moment."""
    hold = hold_lock(path)
    if hold is None:
        return False
    hold.release()
    return True


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file for a block, waiting for it."""
    hold = hold_lock(path, wait=True)
    try:
        yield
    finally:
        if hold is not None:
            hold.release()
