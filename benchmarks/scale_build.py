"""Child of `scale.py`: one build of the scale project in a process of its own; prints JSON.

    python benchmarks/scale_build.py FOLDER

Builds what `qmirror build` would build up to the samples, without Dagster, with an engine in this
process that answers every call at once with 200 fresh bytes.
"""

from __future__ import annotations

import hashlib
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import orjson

from qmirror_assets.cli import leave
from qmirror_assets.engines.base import Call, Outcome, Raw, Usage
from qmirror_assets.keys import PartitionKey
from qmirror_assets.profile import Profile, ProfileSpec
from qmirror_assets.project import Project
from qmirror_assets.runner import Runner
from qmirror_assets.runner.engines import Engines
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.workspace import Dataset, DatasetRecord, open_workspace

REPLY_BYTES = 200
IN_FLIGHT = 64
IDENTITY = {"kind": "bench", "model": "bytes-200"}


class InstantEngine:
    """Answers at once; the reply is a function of the last message."""

    identity, in_flight, batch_size = IDENTITY, IN_FLIGHT, 1

    def __init__(self) -> None:
        self.calls = 0

    async def run(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        self.calls += len(calls)
        return [_answer(call) for call in calls]

    async def close(self) -> None:
        return


def _answer(call: Call) -> Outcome:
    text = call.request.body["messages"][-1]["content"]
    reply = hashlib.shake_128(text.encode()).hexdigest(REPLY_BYTES // 2)
    return Raw({"text": reply, "finish_reason": "stop"}, usage=Usage(40, 50))


def build(folder: Path) -> dict[str, object]:
    """Intake and every stage; what it took."""
    started = time.perf_counter()
    workspace = open_workspace(Project(folder, folder / "data"))
    record = DatasetRecord("scale", str(folder / "recipe"), "fake")
    dataset = Dataset(record, workspace.store, workspace.project)
    engine = InstantEngine()
    profile = Profile(ProfileSpec(profile="bench", engines={"text": {"kind": "bench"}}))
    engines = Engines(profile, lambda _config: engine, lambda _config: IDENTITY)
    runner = Runner(workspace.store, dataset.graph, engines, "scale", "bench")
    try:
        if not dataset.intake_is_fresh():
            run_intake(workspace.store, "scale", dataset.sources)
        seconds = {"intake": time.perf_counter() - started}
        rows, versions = 0, []
        for domain in dataset.domains():
            for node in dataset.graph:
                begun = time.perf_counter()
                done = runner.materialize(node.name, domain)
                seconds[node.name] = time.perf_counter() - begun
                rows, versions = done.manifest.counts.rows_out, [done.manifest.data_version]
            assert workspace.store.state.pointer(PartitionKey("scale", node.name, domain))
    finally:
        runner.close()
        workspace.close()
    return {
        "stages": seconds, "calls": engine.calls, "rows": rows, "data_version": versions[-1],
        "rss_mb": _peak_mb(), "cpu": sum(resource.getrusage(resource.RUSAGE_SELF)[:2]),
    }  # fmt: skip


def _peak_mb() -> float:
    """Not `ru_maxrss`: through vfork and exec that one starts at the parent's peak."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    sys.stdout.write(orjson.dumps(build(Path(sys.argv[1]))).decode() + "\n")
    leave(0)  # as `qmirror` does
