"""Runs of the tools: medians, the Markdown table and what it says about the limits."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

RAW: Final = "raw aiohttp client"
OURS: Final = "this project, runner"
CPU_LIMIT_MS: Final = 0.5  # CPU per call above start-up, at the larger load
WALL_LIMIT: Final = 1.3  # x the raw client's wall, plus start-up, at the smaller load


@dataclass(frozen=True, slots=True)
class Measured:
    """A cold run and its rerun. *_s: seconds. rss_mb: 10^6 bytes. start_*: the rerun."""

    tool: str
    rows: int
    in_flight: int
    calls: int
    most_in_flight: int
    rerun_calls: int
    wall_s: float
    cpu_s: float
    rss_mb: float
    start_wall_s: float
    start_cpu_s: float

    @property
    def cpu_ms_per_call(self) -> float:
        """CPU above start-up, in milliseconds per call."""
        return (self.cpu_s - self.start_cpu_s) / max(self.calls, 1) * 1000

    def line(self) -> str:
        """The run on one line, as it is known."""
        return (
            f"{self.tool:<32} {self.rows:>6} rows {self.wall_s:>7.1f} s {self.cpu_s:>7.2f} CPU s"
            f" {self.cpu_ms_per_call:>7.2f} ms/call {self.rss_mb:>6.0f} MB {self.calls:>6} calls"
        )


def summarize(runs: Sequence[Measured], order: Sequence[str]) -> list[list[Measured]]:
    """Runs grouped by load and tool, in the order given; a tool without runs is left out."""
    loads = sorted({run.rows for run in runs})
    groups = [
        [run for run in runs if run.rows == rows and run.tool == tool]
        for rows in loads
        for tool in order
    ]
    return [group for group in groups if group]


def _median(group: Sequence[Measured], name: str) -> float:
    return float(statistics.median(getattr(run, name) for run in group))


def _spread(group: Sequence[Measured], name: str, form: str) -> str:
    values = sorted(getattr(run, name) for run in group)
    middle = format(statistics.median(values), form)
    low, high = format(values[0], form), format(values[-1], form)
    return middle if low == high else f"{middle} ({low}–{high})"


def _row(group: Sequence[Measured]) -> str:
    first = group[0]
    calls = {run.calls for run in group}
    cells = [
        first.tool,
        _spread(group, "wall_s", ".1f"),
        _spread(group, "cpu_s", ".1f"),
        f"{_median(group, 'start_wall_s'):.1f} / {_median(group, 'start_cpu_s'):.1f}",
        _spread(group, "cpu_ms_per_call", ".2f"),
        f"{_median(group, 'rss_mb'):.0f}",
        ", ".join(map(str, sorted(calls))),
        str(max(run.most_in_flight for run in group)),
    ]
    return "| " + " | ".join(cells) + " |"


_HEAD = (
    "| | wall, s | CPU, s | start-up: wall / CPU, s | CPU ms per call above start-up "
    "| peak RSS, MB | calls | most in flight |\n|---|---|---|---|---|---|---|---|"
)


def write_markdown(conditions: Mapping[str, object], groups: Sequence[Sequence[Measured]]) -> str:
    """The whole report: conditions, one table for each load, limits."""
    versions = conditions["versions"]
    assert isinstance(versions, dict)
    said = ", ".join(f"{name} {version}" for name, version in versions.items())
    lines = [
        f"Measured on {conditions['date']}: Python {conditions['python']}, "
        f"{conditions['cores']} cores, fake server with {conditions['latency_ms']:g} ms latency, "
        f"median of {conditions['repeats']} (least–most), load average before "
        f"{conditions['load_average_before']}. {said}.",
    ]
    for rows in sorted({group[0].rows for group in groups}):
        same = [group for group in groups if group[0].rows == rows]
        load = f"{rows:,} rows × 2 chained calls, {same[0][0].in_flight} in flight"
        lines += ["", f"**{load}**", "", _HEAD, *(_row(group) for group in same)]
    return "\n".join([*lines, *_further(groups), *_limits(groups)]) + "\n"


def _further(groups: Sequence[Sequence[Measured]]) -> list[str]:
    """CPU of each further call: between two loads, whatever a cold start costs cancels out."""
    tools = list(dict.fromkeys(group[0].tool for group in groups))
    said = []
    for tool in tools:
        same = [group for group in groups if group[0].tool == tool]
        if len(same) > 1:
            small, large = same[0], same[-1]
            cpu = _median(large, "cpu_s") - _median(small, "cpu_s")
            calls = large[0].calls - small[0].calls
            told = min(m.cpu_s for m in large) > max(m.cpu_s for m in small)
            said.append(f"{tool} {cpu / calls * 1000:.2f}" if told else f"{tool} within the noise")
    if not said:
        return []
    return ["", "CPU ms for each further call, from the smaller load to the larger one, which "
            "leaves out every fixed cost: " + ", ".join(said) + "."]  # fmt: skip


def _limits(groups: Sequence[Sequence[Measured]]) -> list[str]:
    """The limits this project sets itself, and what was found in this run."""
    ours = [group for group in groups if group[0].tool == OURS]
    raw = {group[0].rows: group for group in groups if group[0].tool == RAW}
    if not ours or not raw:
        return []
    small, large = ours[0], ours[-1]
    cpu = _median(large, "cpu_ms_per_call")
    most = WALL_LIMIT * _median(raw[small[0].rows], "wall_s") + _median(small, "start_wall_s")
    wall = _median(small, "wall_s")
    return [
        "",
        f"- Runner, {large[0].calls:,} calls: {cpu:.2f} ms CPU per call above start-up "
        f"(limit {CPU_LIMIT_MS}): {_state(cpu <= CPU_LIMIT_MS)}.",
        f"- Runner, {small[0].calls:,} calls: {wall:.1f} s wall (limit {most:.1f} = "
        f"{WALL_LIMIT} × raw + start-up): {_state(wall <= most)}.",
    ]


def _state(holds: bool) -> str:
    return "met" if holds else "not met"
