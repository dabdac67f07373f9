"""Wall, CPU, memory and calls of this project and of similar tools on one task.

make bench-peers        (or: python -m benchmarks.peers --help)
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import platform
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from benchmarks.peers.measure import Failed, run
from benchmarks.peers.table import Measured, summarize, write_markdown
from benchmarks.peers.task import Load, delivered, quiet_environment, write_task
from benchmarks.peers.tools import TOOLS, Tool
from benchmarks.server import CountingServer

RESULTS = Path(__file__).parents[1] / "results"
LOADS = (Load(200, 16), Load(2000, 64))


@dataclass(frozen=True, slots=True)
class Bench:
    """Where runs happen, against which server, and how long one may take."""

    folder: Path
    server: CountingServer
    limit_s: float

    def once(self, tool: Tool, load: Load, turn: int) -> Measured:
        """A cold run and its rerun in fresh folders."""
        place = self.folder / "-".join([tool.folder, *tool.arguments, str(load.rows), str(turn)])
        task = write_task(place, load, self.server.url)
        environment = quiet_environment(place)
        self.server.reset()
        cold = run(tool.command(task), environment, place / "cold.log", self.limit_s)
        stats, rows = self.server.stats(), delivered(cold.output)
        if rows != load.rows:
            raise Failed(f"{rows} of {load.rows} rows delivered")
        rerun_task = task
        if tool.folder == "raw":  # it keeps nothing: its start-up is a task without rows
            rerun_task = write_task(place / "empty", Load(0, load.in_flight), self.server.url)
        self.server.reset()
        again = run(tool.command(rerun_task), environment, place / "rerun.log", self.limit_s)
        return Measured(
            tool.name, load.rows, load.in_flight, calls=int(stats["calls"]),
            most_in_flight=int(stats["most_in_flight"]), rerun_calls=self.server.calls,
            wall_s=cold.wall_s, cpu_s=cold.cpu_s, rss_mb=cold.rss_mb,
            start_wall_s=again.wall_s, start_cpu_s=again.cpu_s,
        )  # fmt: skip


def measure(bench: Bench, tools: Sequence[Tool], repeats: int, seed: int) -> Iterator[Measured]:
    """Every tool `repeats` times for each load, in an order of its own each time."""
    order = random.Random(seed)
    for load in LOADS:
        for turn in range(repeats):
            for tool in order.sample(tools, len(tools)):
                try:
                    yield bench.once(tool, load, turn)
                except Failed as error:
                    print(f"{tool.name}, {load.rows} rows: no figure, {error}", file=sys.stderr)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--repeats", type=int, default=3, help="runs per tool and load")
    parser.add_argument("--latency-ms", type=float, default=50.0, help="of every reply")
    parser.add_argument("--limit-s", type=float, default=300.0, help="longest run")
    parser.add_argument("--random-seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--only", action="append", default=[], help="tools by folder name")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the reports")
    return parser.parse_args(arguments)


def _conditions(given: argparse.Namespace, tools: Sequence[Tool]) -> dict[str, object]:
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "python": platform.python_version(),
        "cores": psutil.cpu_count(),
        "latency_ms": given.latency_ms,
        "repeats": given.repeats,
        "random_seed": given.random_seed,
        "versions": {tool.package: tool.version() for tool in tools},
        "load_average_before": round(psutil.getloadavg()[0], 1),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Install, measure, print, write both reports."""
    given = _parse(arguments)
    tools = [tool for tool in TOOLS if not given.only or tool.folder in given.only]
    for tool in tools:
        if tool.own_environment:
            tool.install()
    conditions = _conditions(given, tools)
    print(f"random_seed {given.random_seed}", flush=True)
    runs: list[Measured] = []
    with (
        tempfile.TemporaryDirectory(prefix="bench-peers-", ignore_cleanup_errors=True) as folder,
        CountingServer(given.latency_ms) as server,
    ):
        bench = Bench(Path(folder), server, given.limit_s)
        for done in measure(bench, tools, given.repeats, given.random_seed):
            runs.append(done)
            print(done.line(), flush=True)
    given.results.mkdir(exist_ok=True)
    report = {"conditions": conditions, "runs": [asdict(one) for one in runs]}
    (given.results / "peers.json").write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    text = write_markdown(conditions, summarize(runs, [tool.name for tool in tools]))
    (given.results / "peers.md").write_text(text, "utf-8")
    print("\n" + text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
