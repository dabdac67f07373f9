"""Which builds are running: nothing they made may be taken from them."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import sqlalchemy as sa

from qmirror_assets.store import Store
from qmirror_assets.store.leases import STALE_AFTER, is_gone
from qmirror_assets.store.schema import leases


def oldest_live_start(store: Store) -> float:
    """When the oldest build that holds a lease began (unix seconds); infinity: none runs.

    0.0 when one runs on another host, whose processes cannot be looked at from here.
    """
    held = store.state.rows(sa.select(leases).where(leases.c.owner != ""))
    starts = [_start(row.owner, row.heartbeat) for row in held]
    return min(starts, default=float("inf"))


def _start(owner: str, heartbeat: float) -> float:
    if is_gone(owner):
        return float("inf")
    host, _, rest = owner.partition("|")
    if host != socket.gethostname():
        return 0.0 if time.time() - heartbeat <= STALE_AFTER else float("inf")
    ticks = rest.partition("|")[2]
    return _booted() + int(ticks) / os.sysconf("SC_CLK_TCK") if ticks.isdigit() else 0.0


def _booted() -> float:
    for line in Path("/proc/stat").read_text("utf-8").splitlines():
        if line.startswith("btime "):
            return float(line.split()[1])
    return 0.0
