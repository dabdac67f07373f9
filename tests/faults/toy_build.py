"""Child process of the kill tests: builds a toy project with a fake engine that logs its calls."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from qmirror_assets.engines.fake import FakeEngine, FakeOptions
from qmirror_assets.store import atomic
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
    (folder / "done.txt").write_text("\n".join(f"{k} {v}" for k, v in toy.versions().items()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
