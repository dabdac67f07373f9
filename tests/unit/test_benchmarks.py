"""The benchmarks that anyone can run: call counts in short form, tables, process costs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks import cache
from benchmarks.peers.measure import Failed, run
from benchmarks.peers.table import OURS, RAW, Measured, _further, summarize, write_markdown
from benchmarks.peers.task import delivered
from benchmarks.peers.tools import HERE, TOOLS
from benchmarks.scenarios import Result, Size, edits
from benchmarks.user_project import ROOT, UserProject, seed_row

SHORT = ["--seeds", "20", "--in-flight", "8", "--failing", "0.2", "--latency-ms", "1", "--json"]
CONDITIONS = {
    "date": "2026-11-21", "python": "3.11.7", "cores": 2, "latency_ms": 50.0, "repeats": 1,
    "load_average_before": 0.1, "versions": {"aiohttp": "3"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("group", "lines"),
    [
        pytest.param("edited", 4, id="first edits"),
        pytest.param("edited", len(edits(Size())) + 1, id="all edits", marks=pytest.mark.slow),
        pytest.param("failing", 5, id="failing calls"),
    ],
)
def test_a_build_makes_exactly_the_calls_it_must(
    group: str, lines: int, capsys: pytest.CaptureFixture[str]
) -> None:
    code = cache.main([*SHORT, "--only", group, "--first", str(lines)])
    results = json.loads(capsys.readouterr().out)
    assert [line for line in results if not line["ok"]] == []
    assert code == 0
    assert len(results) == lines


def test_one_count_that_is_off_fails_the_benchmark(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [Result("a", "0 calls", "0 calls", ok=True), Result("b", "0 calls", "1", ok=False)]
    monkeypatch.setattr(cache, "measure", lambda *_a, **_k: lines)
    assert cache.main([]) == 1
    assert "1 of 2 as expected" in capsys.readouterr().out


def test_an_edit_that_finds_nothing_to_change_is_an_error(tmp_path: Path) -> None:
    project = UserProject.make(tmp_path / "p", "runner", "http://127.0.0.1:1/v1", 4)
    with pytest.raises(ValueError, match="does not hold 'no such words'"):
        project.edit("recipe.yaml", ("no such words", ""))


def test_seeds_of_different_numbers_differ_in_what_is_asked() -> None:
    assert len({seed_row(n)["question"] for n in range(2000)}) == 2000


def test_measure_counts_cpu_and_memory_of_children(tmp_path: Path) -> None:
    child = "x = bytearray(60_000_000); import time; [i for i in range(4_000_000)]; time.sleep(.3)"
    parent = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    cost = run([sys.executable, "-c", parent, child], {}, tmp_path / "log", limit_s=60)
    assert cost.rss_mb > 60
    assert cost.cpu_s > 0


@pytest.mark.parametrize(
    ("code", "limit_s", "said"),
    [("raise SystemExit('out of luck')", 60, "out of luck"),
     ("import time; time.sleep(60)", 0.2, "code -9")],
    ids=["fails", "takes too long"],
)  # fmt: skip
def test_measure_names_a_command_that_fails(
    code: str, limit_s: float, said: str, tmp_path: Path
) -> None:
    with pytest.raises(Failed, match=said):
        run([sys.executable, "-c", code], {}, tmp_path / "log", limit_s)


def _measured(tool: str, rows: int, cpu_s: float, wall_s: float = 2.0) -> Measured:
    return Measured(tool, rows, 16, 2 * rows, 16, 0, wall_s, cpu_s, 50.0, 0.5, 0.4)


@pytest.mark.parametrize(("cpu_s", "state"), [(2.2, "met"), (2.6, "not met")])
def test_the_table_says_whether_the_cpu_limit_is_met(cpu_s: float, state: str) -> None:
    runs = [_measured(tool, rows, cpu_s if rows == 2000 else 0.6)
            for rows in (200, 2000) for tool in (RAW, OURS)]  # fmt: skip
    text = write_markdown(CONDITIONS, summarize(runs, [RAW, OURS]))
    assert "**2,000 rows × 2 chained calls, 16 in flight**" in text
    assert f"limit 0.5): {state}." in text
    assert f"{RAW} {(cpu_s - 0.6) / 3600 * 1000:.2f}" in text


@pytest.mark.parametrize(
    "output",
    ['{"rows": 7}\n', 'progress\n{"rows": 7}\n', '{"accepted": 7}', '{\n  "accepted": 7\n}\n'],
    ids=["a line", "after other lines", "runner", "command"],
)
def test_delivered_reads_what_a_driver_prints_last(output: str) -> None:
    assert delivered(output) == 7


def test_every_tool_has_a_driver_and_no_tool_is_a_dependency() -> None:
    wanted = (ROOT / "pyproject.toml").read_text("utf-8")
    for tool in TOOLS:
        assert (HERE / tool.folder / "run.py").is_file()
        if tool.folder not in ("raw", "qmirror"):
            assert tool.package not in wanted
            assert f"{tool.package}" in (HERE / tool.folder / "requirements.txt").read_text()


@pytest.mark.parametrize(
    ("large", "said"), [([2.0, 3.0], "tool 1.00"), ([1.0, 3.0], "tool within the noise")]
)
def test_a_further_call_costs_nothing_that_noise_could_be(large: list[float], said: str) -> None:
    def measured(calls: int, cpu: float) -> Measured:
        return Measured("tool", calls, 1, calls, 1, 0, 1.0, cpu, 1.0, 0.1, 0.1)

    groups = [[measured(500, 1.4), measured(500, 1.6)], [measured(1500, cpu) for cpu in large]]
    assert _further(groups)[1].endswith(f": {said}.")
