"""The files by which the processes of one machine share one llama.cpp server.

Per model and context size, under `<cache>/run/`: `.json` says where the server listens; `.start`
is held while one process looks, starts or stops; `.alive` is held exclusively by the server for
as long as it lives; `.clients` is held shared by every client. The kernel drops these locks when
a process dies in any way, so nothing here can be stale.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

import orjson

from qmirror_assets.engines.locks import try_lock
from qmirror_assets.engines.memory import write_whole
from qmirror_assets.engines.places import run_dir


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
        """The files for a model (by digest) and a context size."""
        return cls(run_dir() / f"llama-{sha256[:16]}-{n_ctx}")

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
