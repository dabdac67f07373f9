"""Sorted streams against what sorting and sets of Python say, wherever batches are cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qmirror_assets.store.merging import SampleIds, merge_column, merge_sorted

# ids of one length are compared as numbers, others as text: both ways must agree with Python
ALIKE = st.text("abé", min_size=3, max_size=3)
MIXED = st.text("abé", max_size=4)
IDS = st.sampled_from([ALIKE, MIXED]).flatmap(lambda ids: st.lists(ids, max_size=40))
CUTS = st.lists(st.integers(0, 40), max_size=4)


def batches(ids: Sequence[str], cuts: Sequence[int], side: int = 0) -> Iterator[pa.RecordBatch]:
    """Sorted rows (sample_id, side, place) in batches, some of them empty."""
    places = sorted(min(cut, len(ids)) for cut in cuts)
    for start, stop in zip([0, *places], [*places, len(ids)], strict=True):
        yield pa.RecordBatch.from_arrays(
            [
                pa.array(ids[start:stop], pa.string()),
                pa.array([side] * (stop - start), pa.int64()),
                pa.array(range(start, stop), pa.int64()),
            ],
            names=["sample_id", "side", "place"],
        )


def rows(stream: Iterator[pa.RecordBatch]) -> list[tuple[str, int, int]]:
    return [tuple(row.values()) for part in stream for row in part.to_pylist()]


@given(IDS, IDS, CUTS, st.booleans())
def test_a_column_of_both_is_in_sample_order(
    many: list[str], few: list[str], cuts: list[int], alike: bool
) -> None:
    one = sorted(set(many))
    two = sorted(set(few).difference(many))
    text = (lambda sample: f"<{sample}>") if not alike else (lambda sample: f"{hash(sample):+020}")
    parts = merge_column(with_text(one, cuts, text), next(with_text(two, [], text)), "text")
    found = [(rows, bytes(values)) for rows, values in parts]
    assert b"".join(values for _, values in found).decode() == "".join(map(text, sorted(one + two)))
    assert sum(rows for rows, _ in found) == len(one) + len(two)


def with_text(
    ids: Sequence[str], cuts: Sequence[int], text: Callable[[str], str]
) -> Iterator[pa.RecordBatch]:
    for batch in batches(ids, cuts):
        samples = batch.column("sample_id")
        texts = pa.array([text(sample) for sample in samples.to_pylist()], pa.string())
        yield pa.RecordBatch.from_arrays([samples, texts], names=["sample_id", "text"])


@given(IDS, IDS, CUTS, CUTS)
def test_a_merge_is_a_stable_sort(
    left: list[str], right: list[str], left_cuts: list[int], right_cuts: list[int]
) -> None:
    one, two = sorted(left), sorted(right)
    merged = merge_sorted(batches(one, left_cuts, 0), batches(two, right_cuts, 1))
    found = rows(merged)
    assert [sample for sample, _, _ in found] == sorted([*one, *two])
    assert sorted(found) == sorted(rows(batches(one, [], 0)) + rows(batches(two, [], 1)))
    for side in (0, 1):  # equal ids stay in the order they were read
        places = [place for _, of, place in found if of == side]
        assert places == sorted(places)


@given(IDS, IDS, CUTS)
def test_samples_are_told_apart_as_by_a_set(
    given_rows: list[str], wanted: list[str], cuts: list[int]
) -> None:
    ordered, ids = sorted(given_rows), pa.array(sorted(wanted), pa.string())
    whole = rows(batches(ordered, []))
    only = rows(SampleIds(ids).only(batches(ordered, cuts)))
    without = rows(SampleIds(ids).without(batches(ordered, cuts)))
    assert only == [row for row in whole if row[0] in wanted]
    assert without == [row for row in whole if row[0] not in wanted]


@pytest.mark.parametrize("wanted", [["aa", "ab"], ["aab", "abb"], ["aaa", "aaa", "abb"]])
def test_a_mask_has_a_place_for_every_row(wanted: list[str]) -> None:
    """Ids of another length, of the same one, and one that stands twice among the wanted."""
    found = ["aaa", "aab", "aab", "abb"]
    (batch,) = batches(found, [])
    mask = SampleIds(pa.array(wanted)).mask(batch)
    assert mask.to_pylist() == [sample in wanted for sample in found]


def test_nothing_is_read_for_no_samples() -> None:
    def unreadable() -> Iterator[pa.RecordBatch]:
        raise AssertionError("read")
        yield

    assert rows(SampleIds(pa.array([], pa.string())).only(unreadable())) == []
