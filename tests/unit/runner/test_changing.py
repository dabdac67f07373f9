"""What the changes beside a table tell is what a comparison of all its rows tells."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pytest

from qmirror_assets.fingerprint import short_digest
from qmirror_assets.records import Reason
from qmirror_assets.runner.changing import Difference, compare_changes, difference
from qmirror_assets.runner.standing import Previous, compare
from qmirror_assets.store import tables
from qmirror_assets.store.layers import DROPPED, Table
from qmirror_assets.store.tables import REJECTIONS, TableWriter, row_schema

Rows = dict[str, str]  # sample -> digest
ID = "sample_id"


def draw(rng: random.Random, number: int) -> Rows:
    return {short_digest(n): rng.choice("abc") for n in rng.sample(range(80), number)}


def edit(rng: random.Random, rows: Rows) -> Rows:
    kept = {sample: digest for sample, digest in rows.items() if rng.random() > 0.1}
    return {**kept, **draw(rng, rng.randrange(8))}


def write_rows(path: Path, rows: Rows, parents: bool = False) -> Path:
    names = sorted(rows)
    digests = [rows[name] for name in names]
    columns = {
        ID: names,
        "seed_digest": ["s"] * len(names),
        "row_digest": ["r"] * len(names) if parents else digests,
        "parent_digest": digests if parents else ["p"] * len(names),
        "actions": [[] for _ in names],
    }
    writer = TableWriter(path, row_schema({}), ["row_digest"])
    writer.write(tables.to_batch(row_schema({}), columns))
    writer.close()
    return path


def write_dropped(path: Path, names: set[str]) -> Path:
    writer = TableWriter(path, DROPPED, [])
    writer.write(tables.to_batch(DROPPED, {ID: sorted(names)}))
    writer.close()
    return path


def write_rejections(path: Path, rows: Rows, reasons: list[Reason]) -> Path:
    names = sorted(rows)
    writer = TableWriter(path, REJECTIONS, [ID, "reason"])
    columns = {
        ID: names,
        "reason": [reason.value for reason in reasons],
        "detail": [""] * len(names),
        "parent_digest": [rows[name] for name in names],
        "actions": [[] for _ in names],
        "place": [""] * len(names),
    }
    writer.write(tables.to_batch(REJECTIONS, columns))
    writer.close()
    return path


def beside(folder: Path, base: tuple[Path, Rows], rows: Rows, dropped: set[str]) -> Table:
    """`rows` as a table over a base, of which at least `dropped` does not count."""
    path, below = base
    dropped = dropped | {s for s, digest in below.items() if rows.get(s) != digest}
    delta = {s: digest for s, digest in rows.items() if s in dropped or s not in below}
    folder.mkdir()
    return Table(
        path, write_rows(folder / "delta", delta), write_dropped(folder / "dropped", dropped)
    )


def dropped_of(table: Table) -> set[str]:
    assert table.dropped is not None
    return set(tables.read_columns(table.dropped, [ID]).column(ID).to_pylist())


def difference_of(before: Table, now: Table) -> Difference:
    found = difference(before, now)
    assert found is not None
    return found


@pytest.mark.parametrize("case", range(40))
def test_a_small_comparison_says_what_a_whole_one_says(case: int, tmp_path: Path) -> None:
    rng = random.Random(case)
    below = draw(rng, rng.randrange(80))
    base = write_rows(tmp_path / "base", below), below
    rows_before = edit(rng, below) if case % 4 else below
    rows_now = edit(rng, rows_before)
    before = beside(tmp_path / "before", base, rows_before, set()) if case % 4 else Table(base[0])
    now = beside(tmp_path / "now", base, rows_now, dropped_of(before) if before.dropped else set())

    refused = {s: d for s, d in rows_before.items() if rng.random() < 0.3}
    reasons = [rng.choice([Reason.FILTERED, Reason.TIMEOUT]) for _ in refused]
    made = {s: d for s, d in rows_before.items() if s not in refused}
    previous = Previous(
        Table(write_rows(tmp_path / "made", made, parents=True)),
        write_rejections(tmp_path / "refused", refused, reasons),
    )
    whole = compare(now.batches([ID, "row_digest"]), previous)
    small = compare_changes(len(rows_now), difference_of(before, now), previous)
    assert (small.rows, small.unchanged) == (whole.rows, whole.unchanged)
    assert small.todo.to_pylist() == whole.todo.to_pylist()
    assert small.refused.to_pylist() == whole.refused.to_pylist()
    gone = small.gone.to_pylist()
    assert gone == sorted(set(gone))
    assert set(whole.gone.to_pylist()) <= set(gone)
    stand = {s for s, digest in made.items() if rows_now.get(s) == digest}
    assert not stand.intersection(gone)


def test_an_edit_that_is_taken_back_is_compared_whole(tmp_path: Path) -> None:
    below = {"a": "1", "b": "1"}
    base = write_rows(tmp_path / "base", below), below
    edited = beside(tmp_path / "edited", base, {"a": "2", "b": "1"}, set())
    assert difference(edited, Table(base[0])) is None
    assert difference(edited, Table(tmp_path / "other")) is None
    same = difference_of(edited, edited)
    assert (len(same.there), len(same.gone)) == (0, 0)
    assert isinstance(same.there, pa.StringArray)
