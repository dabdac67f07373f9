"""Child process of the kill tests: builds a toy project with a fake engine that logs its calls.

What it built is written to `done.txt`: data versions, lineage of every node, release digest.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from qmirror_assets.engines.fake import FakeEngine, FakeOptions
from qmirror_assets.fingerprint import content_digest
from qmirror_assets.recipe import load_recipe
from qmirror_assets.release.digest import release_digest
from qmirror_assets.release.snapshot import take_snapshot
from qmirror_assets.stages.compile import compile_recipe
from qmirror_assets.store import atomic, tables
from tests.conftest import Toy


class LoggingEngine(FakeEngine):
    def __init__(self, log: Path) -> None:
        super().__init__(FakeOptions(latency_s=0.004, in_flight=8), {"kind": "fake", "model": "a"})
        self._log = log.open("ab", buffering=0)

    async def run(self, calls):
        self._log.write(b"." * len(calls))
        return await super().run(calls)


def main(folder: Path, crash_at: str, nth: int) -> None:
    seen = 0

    def hook(name: str) -> None:
        nonlocal seen
        if name == crash_at:
            seen += 1
            if seen == nth:
                os._exit(137)

    if crash_at:
        atomic.set_crash_point(hook)
    toy = Toy(folder, lambda: LoggingEngine(folder / "calls.log"))
    toy.build()
    (folder / "done.txt").write_text("\n".join(describe(toy)))


def describe(toy: Toy) -> list[str]:
    """One line a partition, and the digest of the release that they would make."""
    store = toy.open()
    graph = compile_recipe(load_recipe(str(toy.folder)))
    lines = []
    for done in toy.last:
        columns = ["sample_id", "row_digest", "parent_digest", "actions"]
        path = store.cas.verified_path(done.manifest.rows)
        lineage = repr(tables.read_columns(path, columns).to_pylist())
        version, digest = done.manifest.data_version, content_digest(lineage.encode())
        lines.append(f"{done.key} {done.manifest.counts.rows_out} {version} {digest}")
    domains = sorted({done.key.domain for done in toy.last})
    snapshots = [take_snapshot(store, graph, "toy", domain) for domain in domains]
    lines.append(f"release {release_digest(store, graph, snapshots)}")
    store.close()
    return lines


def stop(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    try:
        main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
    except KeyboardInterrupt:
        sys.exit(130)
