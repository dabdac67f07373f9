"""Child process of the concurrency tests: builds the toy project each time it is told to.

It reads one word a line: the seconds to wait for a lease. It answers with one line of JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from qmirror_assets.engines.fake import FakeEngine, FakeOptions
from qmirror_assets.errors import PartitionBusy
from tests.conftest import Toy

SLOW = FakeOptions(latency_s=0.002, in_flight=4)


def build(folder: Path, domains: list[str], wait: float) -> dict[str, object]:
    toy = Toy(folder, lambda: FakeEngine(SLOW, {"kind": "fake", "model": "a"}))
    toy.lease_wait, toy.domains = wait, domains
    try:
        calls = toy.build().calls
    except PartitionBusy as error:
        return {"busy": str(error)}
    return {"calls": calls, "versions": toy.versions()}


def main(folder: Path, domains: list[str]) -> None:
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(build(folder, domains, float(line))), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
