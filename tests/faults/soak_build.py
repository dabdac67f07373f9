"""Child process of the soak test: builds the toy and prints how memory and handles went."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import orjson
import psutil

from qmirror_assets.engines.fake import FakeEngine, FakeOptions
from qmirror_assets.recipe import load_recipe
from qmirror_assets.runner.facts import Progress
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.runner.sources import Sources
from tests.conftest import Toy

MEGABYTE = 1 << 20


def main(folder: Path) -> None:
    """Build every stage; one line of JSON: calls, and what was measured after each window."""
    engine = FakeEngine(FakeOptions(in_flight=64), {"kind": "fake", "model": "a"})
    toy = Toy(folder, lambda: engine)
    me, store = psutil.Process(), toy.open()
    runner = toy.runner(store, engine)
    samples: dict[str, list[tuple[int, float, int]]] = {}

    def measure(progress: Progress) -> None:
        taken = (progress.done, me.memory_info().rss / MEGABYTE, me.num_fds())
        samples.setdefault(progress.key.node, []).append(taken)

    runner.on_progress = measure
    started = time.perf_counter()
    run_intake(store, "toy", Sources.of(load_recipe(str(folder))))
    versions = {}
    for node in runner.graph:
        versions[node.name] = runner.materialize(node.name, "sums").manifest.data_version
    seconds = time.perf_counter() - started
    runner.close()
    store.close()
    found = {"calls": engine.calls, "seconds": seconds, "samples": samples, "versions": versions}
    sys.stdout.write(orjson.dumps(found).decode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
