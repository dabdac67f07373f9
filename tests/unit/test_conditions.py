"""A condition lets nothing through by accident: not NaN, not null, not True as 1."""

from __future__ import annotations

import math
from typing import Any

import pytest
from pydantic import ValidationError

from qmirror_assets.conditions import (
    Condition,
    all_hold,
    as_json,
    columns_of,
    first_failing,
)


def one(**test: Any) -> Condition:
    return Condition(column="x", **test)


@pytest.mark.parametrize(
    ("test", "passing", "failing"),
    [
        ({"equals": True}, [True], [1, 1.0, "True", "true", False, None]),
        ({"equals": False}, [False], [0, 0.0, "", None, True]),
        ({"equals": 1}, [1, 1.0], [True, "1", 2, None, math.nan]),
        ({"equals": 0}, [0, 0.0, -0.0], [False, None, "", "0"]),
        ({"equals": 0.5}, [0.5], ["0.5", None, True, math.nan]),
        ({"equals": "a"}, ["a"], ["A", "a ", None, ["a"]]),
        ({"equals": ""}, [""], [None, 0, [], False]),
        ({"one_of": ["a", "b"]}, ["a", "b"], ["c", None, 1, ["a"], {"a": 1}]),
        ({"at_least": 1}, [1, 1.0, 2, 1e300], [0.999, None, math.nan, True, "5", math.inf, [2]]),
        ({"at_most": 1}, [1, 0, -5], [1.001, None, math.nan, False, "0", -math.inf, {}]),
        ({"at_least": 0}, [0, 0.0], [False, None, "", math.nan, -1e-9]),
        ({"empty": True}, [None, "", [], {}], [0, False, 0.0, "x", [None], math.nan]),
        ({"empty": False}, [0, False, "x", [0], math.nan], [None, "", [], {}]),
    ],
    ids=str,
)
def test_holds(test: dict[str, Any], passing: list[Any], failing: list[Any]) -> None:
    condition = one(**test)
    assert [v for v in passing if not condition.holds({"x": v})] == []
    assert [v for v in failing if condition.holds({"x": v})] == []


@pytest.mark.parametrize(
    "test",
    [{"equals": 1}, {"one_of": ["a"]}, {"at_least": -1e9}, {"at_most": 1e9}, {"empty": False}],
    ids=str,
)
def test_a_missing_column_never_passes(test: dict[str, Any]) -> None:
    assert not one(**test).holds({})


@pytest.mark.parametrize(
    "test",
    [
        *[{}, {"equals": 1, "at_least": 1}, {"at_least": 1, "at_most": 2}, {"equal": 1}],
        *[{"at_least": math.nan}, {"at_most": math.inf}, {"equals": math.nan}, {"at_least": "x"}],
    ],
    ids=str,
)
def test_refused(test: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        one(**test)


@pytest.mark.parametrize("value", [True, 1, 1.0, "1"], ids=repr)
def test_equals_keeps_its_type(value: Any) -> None:
    assert type(one(equals=value).equals) is type(value)


def test_lists_of_conditions() -> None:
    rules = [
        Condition(column="a", at_least=1),
        Condition(column="b", equals="x"),
        Condition(column="a", at_most=5),
    ]
    assert columns_of(rules) == ("a", "b")
    assert all_hold(rules, {"a": 3, "b": "x"})
    assert all_hold([], {})
    assert first_failing(rules, {"a": 9, "b": "x"}) is rules[2]
    assert first_failing(rules, {"a": 3, "b": "x"}) is None
    assert rules[0].sentence() == "a at least 1.0"
    assert as_json(rules)[1] == {"column": "b", "equals": "x"}


def test_a_changed_threshold_changes_the_json() -> None:
    assert as_json([one(at_least=1)]) != as_json([one(at_least=2)])
    assert as_json([one(at_least=1)]) != as_json([one(at_most=1)])
    assert as_json([one(equals=1)]) == as_json([one(equals=1)])
