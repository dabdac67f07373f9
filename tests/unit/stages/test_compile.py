"""Recipe -> graph: a typing error is found before any call; a loop unrolls into its rounds.

A cycle cannot be written: a stage reads what stands before it, and has no key to name another.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from qmirror_assets.errors import RecipeError
from qmirror_assets.recipe import load_recipe
from qmirror_assets.records import SEED_FIELDS
from qmirror_assets.stages.compile import SEED_COLUMNS, compile_recipe
from qmirror_assets.stages.graph import Graph, NodeKind
from qmirror_assets.store.tables import SYSTEM


def step(
    name: str, reads: list[str], *, column: str = "", reply: Any = None, prompt: str = "a.j2"
) -> Any:
    settings: dict[str, Any] = {"messages": [{"prompt": prompt}], "reads": reads}
    settings |= {"reply": reply} if reply else {"column": column or name}
    return {"name": name, "uses": "llm", "with": settings}


VERDICT = {"score": {"type": "number"}, "ok": {"type": "boolean"}, "advice": {"type": "array"}}


def recipe(**changes: Any) -> dict[str, Any]:
    refine = {
        "kind": "refine",
        "name": "refine",
        "rounds": 2,
        "steps": [
            step("write", ["question", "advice"], column="text"),
            step("judge", ["text"], reply=VERDICT),
        ],
        "accept": [{"column": "ok", "equals": True}],
        "rank_by": ["score"],
    }
    data: dict[str, Any] = {
        "recipe": "toy",
        "random_seed": 1,
        "seeds": [{"file": "x.jsonl"}],
        "stages": [
            {"kind": "map", **step("draft", ["question"])},
            refine,
            {"kind": "filter", "name": "good", "where": [{"column": "accepted", "equals": True}]},
            {
                "kind": "dedup",
                "name": "unique",
                "columns": ["text"],
                "quotas": [{"column": "family", "most": 2}],
            },
            {
                "kind": "assemble",
                "name": "final",
                "columns": {"question": "text", "score": "score"},
            },
        ],
    }
    for place, value in changes.items():
        inner: Any = data
        *path, last = [int(p) if p.isdigit() else p for p in place.split("__")]
        for part in path:
            inner = inner[part]
        inner[last] = value
    return data


def compiled(folder: Path, data: dict[str, Any]) -> Graph:
    (folder / "prompts").mkdir(exist_ok=True)
    (folder / "prompts" / "a.j2").write_text("{{ question }}")
    (folder / "recipe.yaml").write_text(yaml.safe_dump(data, sort_keys=False))
    return compile_recipe(load_recipe(str(folder)))


def test_a_loop_unrolls_into_rounds_and_a_union(tmp_path: Path) -> None:
    graph = compiled(tmp_path, recipe())
    names = [node.name for node in graph]
    rounds = [f"refine/round_{r}/{s}" for r in (1, 2) for s in ("write", "judge")]
    assert names == ["draft", *rounds, "refine/judged", "good", "unique", "final"]
    before = {"intake"}
    for node in graph:
        assert set(node.inputs) <= before, "every input stands before its reader: no cycle"
        before.add(node.name)
    assert graph["refine/judged"].inputs == tuple(rounds)
    assert [graph[n].round for n in rounds] == [1, 1, 2, 2]
    assert [graph[n].active_only for n in rounds] == [False, False, True, True]
    assert [graph[n].loop_end is not None for n in rounds] == [False, True, False, True]
    assert graph["refine/round_2/judge"].loop_end.last
    assert graph.final.name == "final"
    assert list(graph.final.columns) == ["question", "score"]
    assert graph["unique"].kind is NodeKind.DEDUP


def test_loop_columns_end_with_the_loop(tmp_path: Path) -> None:
    graph = compiled(tmp_path, recipe())
    assert {"best", "stale", "loop_state"} <= set(graph["refine/round_1/judge"].columns)
    assert not {"best", "stale", "loop_state"} & set(graph["refine/judged"].columns)
    assert {"stop_reason", "best_round", "rounds", "accepted"} <= set(graph["good"].columns)


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        ("stages__0__uses", "lmm", "unknown kind of step 'lmm'; expected one of llm"),
        ("stages__0__with__readz", [], "stage draft (uses: llm): readz is not a known key"),
        ("stages__0__with__messages__0__prompt", "b.j2", "prompt file 'b.j2' is missing"),
        ("stages__0__with__messages__0__prompt", "../a.j2", "prompt file '../a.j2' is missing"),
        ("stages__0__with__reads", ["qestion"], "stage draft: no column 'qestion' at this point"),
        ("stages__0__with__reads", ["text"], "stage draft: no column 'text' at this point"),
        ("stages__0__with__reply", {"a": {"type": "string"}}, "give either `column`"),
        ("stages__0__with__temperature", -1, "greater than or equal to 0"),
        ("stages__1__accept__0__column", "okk", "stage refine: no column 'okk' to decide by"),
        (
            "stages__1__rank_by",
            ["text"],
            "rank_by column 'text' is not numeric; expected int, float or bool",
        ),
        ("stages__1__rank_by", ["advice"], "rank_by column 'advice' is not numeric"),
        ("stages__2__where__0__column", "acepted", "stage good: no column 'acepted'"),
        ("stages__2__detail", "why", "stage good: no column 'why'"),
        ("stages__3__columns", ["best"], "stage unique: no column 'best'"),
        ("stages__3__quotas__0__column", "famly", "stage unique: no column 'famly'"),
        ("stages__4__columns__score", "scores", "stage final: no column 'scores'"),
        ("stages__4__image", "picture", "image column 'picture' is not one of its columns"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_refused(tmp_path: Path, place: str, value: Any, says: str) -> None:
    with pytest.raises(RecipeError) as caught:
        compiled(tmp_path, recipe(**{place: value}))
    assert says in str(caught.value)
    if "no column" in says and value != ["text"]:
        assert "Did you mean" in str(caught.value) or "Valid here" in str(caught.value)


@pytest.mark.parametrize(
    "name", [*SYSTEM, "loop_state", "best", "stale", "stop_reason", "accepted"]
)
def test_the_systems_own_columns_cannot_be_made_by_a_step(tmp_path: Path, name: str) -> None:
    for change in ({"stages__0__with__column": name}, {"stages__1__steps__0__with__column": name}):
        with pytest.raises(RecipeError, match=f"column name '{name}' is one of the system's own"):
            compiled(tmp_path, recipe(**change))


@pytest.mark.parametrize("name", SYSTEM)
def test_nor_by_the_final_sample(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecipeError, match="one of the system's own"):
        compiled(tmp_path, recipe(stages__4__columns={name: "text"}))


def test_a_final_column_may_show_what_the_loop_decided(tmp_path: Path) -> None:
    columns = {"accepted": "accepted", "stop_reason": "stop_reason", "rounds": "rounds"}
    assert list(compiled(tmp_path, recipe(stages__4__columns=columns)).final.columns) == list(
        columns
    )


@pytest.mark.parametrize(
    "name", ["", 'a"b', "a b", "a;--", "1a", "_a", "é", "a" * 65, "a\n", "x)y"], ids=ascii
)
def test_column_names_are_plain(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecipeError, match="bad column name"):
        compiled(tmp_path, recipe(stages__4__columns={name: "text"}))


def test_columns_that_differ_only_in_case_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="'Text' and 'text' differ only in case"):
        compiled(tmp_path, recipe(stages__4__columns={"Text": "text", "text": "question"}))


def fingerprints(folder: Path, **changes: Any) -> dict[str, str]:
    return {node.name: node.fingerprint for node in compiled(folder, recipe(**changes))}


@pytest.mark.parametrize(
    ("change", "stale"),
    [
        ({"title": "Another"}, set()),
        ({"stages__0__description": "Another"}, set()),
        ({"stages__1__description": "Another"}, set()),
        ({"gate": {"min_rows": 5}}, set()),
        ({"profile": "smoke"}, set()),
        ({"seeds": [{"file": "y.jsonl"}]}, set()),
        ({"stages__0__with__max_tokens": 9}, {"draft"}),
        ({"stages__1__patience": 2}, {"refine/round_1/judge", "refine/round_2/judge"}),
        ({"stages__1__accept__0__equals": False}, {"refine/round_1/judge", "refine/round_2/judge"}),
        ({"stages__1__rounds": 3}, {"refine/round_2/judge"}),
        ({"stages__2__where__0__equals": False}, {"good"}),
        ({"stages__3__near": 0.9}, {"unique"}),
        ({"stages__4__columns": {"question": "text"}}, {"final"}),
    ],
    ids=lambda value: str(value)[:50] if isinstance(value, dict) else "",
)
def test_only_what_a_setting_concerns_gets_another_fingerprint(
    tmp_path: Path, change: dict[str, Any], stale: set[str]
) -> None:
    before, after = fingerprints(tmp_path), fingerprints(tmp_path, **change)
    assert {name for name in before if before[name] != after[name]} == stale


def test_a_prompt_is_part_of_the_fingerprint(tmp_path: Path) -> None:
    before = fingerprints(tmp_path)
    (tmp_path / "prompts" / "a.j2").write_text("other {{ question }}")
    after = {n.name: n.fingerprint for n in compile_recipe(load_recipe(str(tmp_path)))}
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {name for name in before if name == "draft" or "round" in name}


def test_seed_columns_hold_every_field_of_a_seed() -> None:
    assert set(SEED_COLUMNS) == set(SEED_FIELDS)
