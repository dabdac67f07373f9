"""Lock files of the kernel: dropped when their holder dies in any way, so never stale."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

from qmirror_assets.engines.places import run_dir

_LOOK_S: Final = 0.005
_COURTESY_S: Final = 0.02


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


@asynccontextmanager
async def all_cores() -> AsyncIterator[None]:
    """Be the only heavy computation of this machine for a block.

    Inference threads wait for each other at every layer: two models at work on the same cores
    each fall to a tenth of their speed, so they take turns, across processes.
    """
    path = run_dir() / "cores.lock"
    while (hold := hold_lock(path)) is None:  # noqa: ASYNC110 - other processes
        await asyncio.sleep(_LOOK_S)
    try:
        yield
    finally:
        hold.release()
    await asyncio.sleep(_COURTESY_S)  # longer than a look, so that whoever waits comes next
