"""`make bench-scale`: how time and memory grow with rows, over six stages.

    python benchmarks/scale.py --rows 10000 100000 1000000

Four stages ask an engine once a row (200 fresh bytes each), two are cheap. For each size: a cold
build, a rebuild with nothing to do, a rebuild after 1 % of the seeds were edited; each in a
process of its own. Small sizes are measured several times, and the median counts. Exits with 1
when a figure is over its limit.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

HERE = Path(__file__).parent
STAGES, ASKING, EDITED = 6, 4, 0.01
NO_OP_S, EDIT_SHARE, RSS_MB, RSS_GROWTH, EXPONENT = 3.0, 0.05, 700.0, 1.15, 1.05
RSS_FROM = 100_000  # rows: memory may not grow from here on
SMALL = 20_000  # rows: up to these, all is measured REPEATS times
REPEATS, SHOTS = 5, 5  # and in each, the rebuilds of about a second SHOTS times
NAMES = ["one", "two", "three", "four"]


@dataclass(frozen=True, slots=True)
class Size:
    """Figures of one number of rows. Seconds are wall time, start-up included.

    edit_share: of the cold build's time, what the edited one takes above start-up.
    """

    rows: int
    cold_s: float
    rows_a_second: float
    cpu_ms_a_call: float
    rss_mb: float
    no_op_s: float
    edited_s: float
    edited_calls: int
    data_mb: float
    edit_share: float


def write_recipe(folder: Path) -> None:
    """Four chained model stages, a filter, and the choice of columns."""
    reads = ["question", *NAMES]
    stages = [
        f"  - kind: map\n    name: {name}\n    uses: llm\n    with: {{messages: "
        f"[{{prompt: {name}.j2}}], reads: [{reads[i]}], column: {name}}}\n"
        for i, name in enumerate(NAMES)
    ]
    (folder / "prompts").mkdir(parents=True)
    for i, name in enumerate(NAMES):
        text = f"Stage {name}: {{{{ {reads[i]} }}}}"
        (folder / "prompts" / f"{name}.j2").write_text(text, "utf-8")
    (folder / "recipe.yaml").write_text(
        "recipe: scale\nrandom_seed: 7\nprofile: fake\nseeds: [{file: seeds.jsonl}]\nstages:\n"
        + "".join(stages)
        + "  - {kind: filter, name: kept, where: [{column: four, empty: false}]}\n"
        "  - kind: assemble\n    name: final\n"
        "    columns: {question: question, answer: four, licence: licence, family: family}\n"
        'gate: {score_column: "", require_image: false, min_yield: 0.0, max_reject_rate: 1.0}\n'
        "release: {split_by: family}\n",
        "utf-8",
    )


def write_seeds(path: Path, rows: int, edited: int) -> None:
    """`rows` seeds; the first `edited` ones ask something else."""
    with path.open("wb") as file:
        for number in range(rows):
            ask = "What would" if number < edited else "What does"
            seed = {
                "question": f"{ask} a load of {number} N do to a beam of {number % 97 + 1} m?",
                "answer": f"It bends by {number % 89} mm.", "domain": "beams",
                "licence": "CC0-1.0", "source": "bench",
            }  # fmt: skip
            file.write(orjson.dumps(seed) + b"\n")


def build(folder: Path) -> dict[str, float]:
    """One build in a process of its own; its figures. Seconds are those of the whole command."""
    os.sync()  # what others wrote would be flushed by the build, as part of its time
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, str(HERE / "scale_build.py"), str(folder)],
        stdout=subprocess.PIPE,
        check=True,
        env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
    )
    figures: dict[str, float] = orjson.loads(done.stdout)
    figures["seconds"] = time.perf_counter() - started
    print(f"  {orjson.dumps(figures).decode()}", file=sys.stderr, flush=True)
    return figures


def measure(rows: int, scratch: Path, shots: int) -> Size:
    """A cold build of one size, and as many no-op and edited ones of it."""
    folder = scratch / str(rows)
    recipe = folder / "recipe"
    write_recipe(recipe)
    edited = int(rows * EDITED)
    write_seeds(recipe / "seeds.jsonl", rows, 0)
    cold = build(folder)
    size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6
    no_op = [build(folder) for _ in range(shots)]
    changed = [_edit(folder, rows, edited, keep=shot + 1 < shots) for shot in range(shots)]
    shutil.rmtree(folder)
    assert cold["calls"] == rows * ASKING
    assert not any(one["calls"] for one in no_op)
    assert len({one["calls"] for one in changed}) == 1
    return Size(
        rows, cold["seconds"], rows / cold["seconds"],
        1000 * (cold["cpu"] - _middle(no_op, "cpu")) / cold["calls"],
        max(one["rss_mb"] for one in (cold, *changed)), _middle(no_op, "seconds"),
        _middle(changed, "seconds"), int(changed[0]["calls"]), size,
        (_middle(changed, "seconds") - _middle(no_op, "seconds")) / cold["seconds"],
    )  # fmt: skip


def _edit(folder: Path, rows: int, edited: int, *, keep: bool) -> dict[str, float]:
    """An edited build of a project, or of a copy of it to keep it as it is."""
    place = folder.with_name(f"{folder.name}-edited") if keep else folder
    if keep:
        shutil.copytree(folder, place)
    write_seeds(place / "recipe" / "seeds.jsonl", rows, edited)
    figures = build(place)
    if keep:
        shutil.rmtree(place)
    return figures


def _middle(found: list[dict[str, float]], name: str) -> float:
    return statistics.median(one[name] for one in found)


def measure_often(rows: int, scratch: Path) -> Size:
    """`measure`, for a small size the median of each figure over a few times."""
    times, shots = (REPEATS, SHOTS) if rows <= SMALL else (1, 1)
    found = [asdict(measure(rows, scratch, shots)) for _ in range(times)]
    return Size(**{name: statistics.median(one[name] for one in found) for name in found[0]})


def exponent(sizes: list[Size]) -> float | None:
    """Growth of cold time from the smallest to the largest size: 1.0 is linear."""
    if len(sizes) < 2:
        return None
    first, last = sizes[0], sizes[-1]
    return math.log(last.cold_s / first.cold_s) / math.log(last.rows / first.rows)


def judge(sizes: list[Size]) -> list[str]:
    """What is over its limit, in words."""
    wrong = []
    for size in sizes:
        if size.rows <= RSS_FROM and size.no_op_s > NO_OP_S:
            wrong.append(f"{size.rows} rows: no-op {size.no_op_s:.1f} s > {NO_OP_S} s")
        if size.edit_share > EDIT_SHARE:
            wrong.append(
                f"{size.rows} rows: edited {size.edit_share:.1%} of cold > {EDIT_SHARE:.0%}"
            )
        if size.edited_calls != int(size.rows * EDITED) * ASKING:
            wrong.append(f"{size.rows} rows: {size.edited_calls} calls after the edit")
        if size.rss_mb > RSS_MB:
            wrong.append(f"{size.rows} rows: {size.rss_mb:.0f} MB > {RSS_MB:.0f} MB")
    base = next((s.rss_mb for s in sizes if s.rows == RSS_FROM), None)
    if base is not None and sizes[-1].rss_mb > base * RSS_GROWTH:
        wrong.append(f"memory grew from {base:.0f} to {sizes[-1].rss_mb:.0f} MB")
    growth = exponent(sizes)
    if growth is not None and growth > EXPONENT:
        wrong.append(f"growth exponent {growth:.3f} > {EXPONENT}")
    return wrong


def table(sizes: list[Size]) -> str:
    """The figures as a Markdown table."""
    lines = [
        f"{STAGES} stages, {ASKING} calls a row; {dt.datetime.now(dt.UTC):%Y-%m-%d}, Python "
        f"{platform.python_version()}",
        "",
        "| rows | cold s | rows/s | CPU ms/call | peak RSS MB | no-op s | 1 % edited s "
        "| above no-op, of cold | calls |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {s.rows:,} | {s.cold_s:.1f} | {s.rows_a_second:,.0f} | {s.cpu_ms_a_call:.3f} "
        f"| {s.rss_mb:.0f} | {s.no_op_s:.2f} | {s.edited_s:.2f} | {s.edit_share:.1%} "
        f"| {s.edited_calls:,} |"
        for s in sizes
    ]
    growth = exponent(sizes)
    return "\n".join([*lines, *([f"\ngrowth exponent {growth:.3f}"] if growth else [])])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--table", type=Path, help="also write the table to this file")
    parser.add_argument("--scratch", type=Path, help="folder for the data (default: temporary)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.scratch, prefix="bench-scale-") as scratch:
        sizes = [measure_often(rows, Path(scratch)) for rows in sorted(given.rows)]
    wrong = judge(sizes)
    said = "\n".join([table(sizes), *_said(wrong)])
    print(said)
    if given.table:
        given.table.write_text(said + "\n", "utf-8")
    if given.json:
        found = {"sizes": [asdict(s) for s in sizes], "exponent": exponent(sizes)}
        given.json.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2))
    return 1 if wrong else 0


def _said(wrong: list[str]) -> list[str]:
    return [f"\nover the limit: {line}" for line in wrong] or ["\nall within the limits"]


if __name__ == "__main__":
    raise SystemExit(main())
