from collections import Counter

import pytest

from qmirror_assets.errors import RecipeError
from qmirror_assets.release.splits import check_names, group_of, plan_splits

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}


def test_shares_hold_over_many_groups() -> None:
    splits = plan_splits(SHARES, map(str, range(5_000)))
    counts = Counter(splits.of(str(n)) for n in range(5_000))
    assert counts["train"] / 5_000 == pytest.approx(0.8, abs=0.03)
    assert counts["test"] / 5_000 == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize("start", range(0, 400, 10))
def test_ten_groups_fill_every_split(start: int) -> None:
    groups = [f"g{n}" for n in range(start, start + 10)]
    splits = plan_splits(SHARES, groups * 3)
    assert {splits.of(group) for group in groups} == set(SHARES)


def test_order_and_repeats_do_not_matter() -> None:
    groups = [f"g{n}" for n in range(12)]
    one, other = plan_splits(SHARES, groups), plan_splits(SHARES, [*groups[::-1], *groups])
    assert [one.of(g) for g in groups] == [other.of(g) for g in groups]


def test_a_group_keeps_its_split_when_others_join() -> None:
    few = [f"g{n}" for n in range(100)]
    before, after = plan_splits(SHARES, few), plan_splits(SHARES, [f"g{n}" for n in range(900)])
    assert [before.of(g) for g in few] == [after.of(g) for g in few]


def test_few_groups_are_left_to_the_hash() -> None:
    assert plan_splits(SHARES, ["only"]).moved == {}


def test_a_share_of_zero_stays_empty() -> None:
    splits = plan_splits({"train": 1.0, "test": 0.0}, map(str, range(50)))
    assert {splits.of(str(n)) for n in range(50)} == {"train"}


@pytest.mark.parametrize(
    ("value", "expected"), [("f", "v:f"), ("", "s:id"), (None, "s:id"), (0, "v:0")]
)
def test_a_row_without_a_value_is_its_own_group(value: object, expected: str) -> None:
    assert group_of(value, "id") == expected


@pytest.mark.parametrize("name", ["../x", "", "Train", "a b", "1st", "x" * 40, "train\n"])
def test_names_that_are_no_file_names_are_refused(name: str) -> None:
    with pytest.raises(RecipeError):
        check_names({name: 1.0})
