"""What a stage is made of, and what changed, in words."""

from __future__ import annotations

import pytest

from qmirror_assets.stages.parts import differences, parts_of

OLD = {
    "kind": "llm",
    "code": 1,
    "with": {"messages": [{"prompt": "a.j2"}], "prompts": ["d1"], "temperature": 0.0},
    "loop": {"accept": [{"column": "score", "at_least": 80.0}], "patience": None},
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ()),
        ({"code": 2}, ("code of stage s changed",)),
        ({"kind": "figure"}, ("kind of step of stage s changed from llm to figure",)),
        (
            {"with": {**OLD["with"], "prompts": ["d2"]}},
            ("prompt a.j2 of stage s changed",),
        ),
        (
            {"with": {**OLD["with"], "temperature": 0.5}},
            ("setting temperature of stage s changed from 0 to 0.5",),
        ),
        (
            {"loop": {"accept": [{"column": "score", "at_least": 85.0}], "patience": 2}},
            (
                "accept rule of stage s changed from score at least 80 to score at least 85",
                "loop patience of stage s changed from none to 2",
            ),
        ),
        ({"random_seed": 8}, ("random_seed of stage s changed from none to 8",)),
    ],
    ids=["same", "code", "kind", "prompt", "setting", "loop", "random seed"],
)
def test_each_part_that_differs_is_named(change: dict, said: tuple[str, ...]) -> None:
    assert differences(parts_of(OLD), parts_of({**OLD, **change}), "s") == said


def test_prompts_by_name() -> None:
    parts = parts_of({"kind": "w", "code": 1, "with": {"prompts": {"x.j2": "d1"}}})
    assert parts == {"kind": "w", "code": 1, "prompt x.j2": "d1"}
    assert differences(parts, {"kind": "w", "code": 1}, "s") == ("prompt x.j2 of stage s left out",)
