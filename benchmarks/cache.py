"""How many calls a build makes after every kind of edit, kill and failure.

    make bench-cache        (or: python -m benchmarks.cache --help)

Exit code 1 when one count is off.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.scenarios import GROUPS, Bench, Result, Size
from benchmarks.server import CountingServer

_LINE = "{:<44} {:<28} {:<24} {:<4} {:>7}"


def measure(
    size: Size,
    groups: Sequence[str],
    latency_ms: float,
    *,
    first: int | None = None,
    quiet: bool = False,
) -> list[Result]:
    """Run groups of scenarios in a temporary folder, printing each line as it is known.

    first: only so many scenarios of each group; None for all.
    """
    results: list[Result] = []
    with (
        tempfile.TemporaryDirectory(prefix="bench-cache-") as folder,
        CountingServer(latency_ms) as server,
    ):
        bench = Bench(Path(folder), server, size)
        started = time.perf_counter()
        chosen = (itertools.islice(bench.run(group), first) for group in groups)
        for result in itertools.chain.from_iterable(chosen):
            results.append(result)
            if not quiet:
                _print(result, time.perf_counter() - started)
            started = time.perf_counter()
    return results


def _print(result: Result, seconds: float) -> None:
    state = "ok" if result.ok else "OFF"
    line = _LINE.format(result.scenario, result.expected, result.found, state, f"{seconds:.1f}")
    print(line, flush=True)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, default=200, help="seeds at the start")
    parser.add_argument("--in-flight", type=int, default=16, help="calls at once")
    parser.add_argument("--failing", type=float, default=0.05, help="share of calls that fail")
    parser.add_argument("--latency-ms", type=float, default=20.0, help="of every reply")
    parser.add_argument(
        "--only", action="append", choices=GROUPS, help="a group of scenarios (repeatable)"
    )
    parser.add_argument("--first", type=int, help="only so many scenarios of each group")
    parser.add_argument("--json", action="store_true", help="results as JSON on stdout")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0 when every count is as expected."""
    given = _parse(arguments)
    size = Size(given.seeds, given.in_flight, given.failing)
    if not given.json:
        print(f"{size.seeds} seeds x 2 chained calls, {size.in_flight} in flight\n")
        print(_LINE.format("scenario", "expected", "found", "", "seconds"))
    groups = given.only or GROUPS
    results = measure(size, groups, given.latency_ms, first=given.first, quiet=given.json)
    wrong = sum(not result.ok for result in results)
    if given.json:
        print(json.dumps([asdict(result) for result in results], indent=2))
    else:
        print(f"\n{len(results) - wrong} of {len(results)} as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
