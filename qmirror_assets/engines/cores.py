"""How many cores heavy work should use."""

from __future__ import annotations

import os
from pathlib import Path


def count_cores() -> int:
    """Physical cores this process may use: hyper-threads only slow matrix work down."""
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    siblings = set()
    for cpu in allowed:
        path = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        siblings.add(path.read_text().strip() if path.is_file() else str(cpu))
    return len(siblings) or os.cpu_count() or 1
