"""F13: an edit of the recipe or the profile rebuilds what depends on it, and nothing else.

Every key that a recipe or a profile may hold has a line here. Steps' own settings are tried in
tests/unit/test_fingerprint_tables.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from qmirror_assets import recipe, stage_specs
from qmirror_assets.engines import build
from qmirror_assets.profile import Price, ProfileSpec, load_profile
from qmirror_assets.runner.engines import Engines
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.runner.sources import Sources
from qmirror_assets.stages.compile import compile_recipe
from tests.conftest import Toy, toy_seed
from tests.lab import NODES, Lab, new_lab

NONE: frozenset[str] = frozenset()
ALL = frozenset(NODES)


def after(name: str) -> frozenset[str]:
    return frozenset(NODES[NODES.index(name) :])


JUDGES = frozenset(name for name in NODES if name.endswith("/judge"))
LOOP = "stages.1"
# place in the recipe -> (new value, nodes that are rebuilt); None: all, under new names or ids
EDITS: Mapping[str, tuple[Any, frozenset[str] | None]] = {
    "recipe": ("other", NONE),  # the dataset is named by the build
    "title": ("Another", NONE),
    "description": ("Another", NONE),
    "random_seed": (8, after("polish/round_1/revise")),
    "profile": ("smoke", NONE),
    "domains": ({"sums": "Adding"}, NONE),
    "limits.failure_rate": (0.9, NONE),
    "target": ({"accepted": 12}, None),
    "seeds.0.file": ("seeds/*.jsonl", NONE),
    "seeds.0.columns": ({"question": "question"}, NONE),
    "seeds.0.domain": ("general", NONE),
    "seeds.0.language": ("de", ALL),
    "seeds.0.licence": ("MIT", NONE),  # every row names its own
    "seeds.0.source": ("book", NONE),
    "stages.0.kind": ("map", NONE),
    "stages.0.name": ("first", None),
    "stages.0.uses": ("llm", NONE),
    "stages.0.with": (
        {"messages": [{"prompt": "draft.j2"}], "reads": ["question"], "column": "draft",
         "max_tokens": 9}, ALL,
    ),
    "stages.0.description": ("Another", NONE),
    f"{LOOP}.name": ("refined", None),
    f"{LOOP}.kind": ("refine", NONE),
    f"{LOOP}.rounds": (
        3,
        frozenset(
            {"polish/round_2/judge", *after("polish/judged")}
            | {f"polish/round_3/{step}" for step in ("revise", "image", "judge")}
        ),
    ),
    f"{LOOP}.steps.1.name": ("picture", None),
    f"{LOOP}.steps.1.uses": ("figure", NONE),
    f"{LOOP}.steps.1.with": ({"spec": "figure", "image": "image"}, NONE),
    f"{LOOP}.steps.0.with.draw": (4, after("polish/round_1/revise")),
    f"{LOOP}.accept": ([{"column": "score", "at_least": 51}], JUDGES),
    f"{LOOP}.no_suggestion": ([{"column": "score", "at_most": -1}], JUDGES),
    f"{LOOP}.rank_by": (["score", "image_height"], after("polish/round_1/judge")),
    f"{LOOP}.patience": (9, JUDGES),
    f"{LOOP}.refinements": (1, NONE),  # two passes, as before
    f"{LOOP}.no_gain": ([{"column": "score", "at_most": -1}], JUDGES),
    f"{LOOP}.ties": ("last", JUDGES),
    f"{LOOP}.record": ("loops", after("polish/judged")),
    f"{LOOP}.description": ("Another", NONE),
    "stages.4.kind": ("filter", NONE),
    "stages.4.name": ("passable", None),
    "stages.4.where": ([{"column": "score", "at_least": 60}], after("good")),
    "stages.4.reason": ("filtered", frozenset({"good"})),
    "stages.4.detail": ("question", frozenset({"good"})),
    "stages.4.description": ("Another", NONE),
    "stages.5.kind": ("dedup", NONE),
    "stages.5.name": ("distinct", None),
    "stages.5.columns": (["question", "answer"], frozenset({"unique"})),
    "stages.5.near": (0.99, frozenset({"unique"})),
    "stages.5.quotas": ([{"column": "family", "most": 99}], frozenset({"unique"})),
    "stages.5.description": ("Another", NONE),
    "stages.6.kind": ("assemble", NONE),
    "stages.6.name": ("samples", None),
    "stages.6.columns": ({"question": "question", "image": "image"}, frozenset({"final"})),
    "stages.6.image": ("", frozenset({"final"})),
    "stages.6.description": ("Another", NONE),
    **{
        f"gate.{name}": (value, NONE)
        for name, value in {
            "min_rows": 2, "min_rows_per_domain": 2, "min_evaluated": 0.5, "max_reject_rate": 0.5,
            "max_duplicate_rate": 0.5, "min_yield": 0.5, "score_column": "", "preserve": {},
            "score_range": [0, 10], "require_image": False,
        }.items()
    },
    **{
        f"release.{name}": (value, NONE)
        for name, value in {
            "title": "T", "licence": "MIT", "language": ["de"], "tags": ["a"], "split_by": "",
            "splits": {"train": 1.0}, "hub_repo": "a/b",
        }.items()
    },
}  # fmt: skip
MODELS: Mapping[str, type[BaseModel]] = {
    "": recipe.RecipeSpec, "seeds.0.": recipe.SeedFiles, "stages.0.": stage_specs.MapStage,
    f"{LOOP}.": stage_specs.RefineStage, f"{LOOP}.steps.1.": stage_specs.StepSpec,
    "stages.4.": stage_specs.FilterStage, "stages.5.": stage_specs.DedupStage,
    "stages.6.": stage_specs.AssembleStage, "gate.": recipe.GateSpec,
    "release.": recipe.ReleaseSpec, "limits.": recipe.Limits,
}  # fmt: skip


def put(data: Any, place: str, value: Any) -> None:
    *path, last = place.split(".")
    for part in path:
        data = data[int(part)] if isinstance(data, list) else data.setdefault(part, {})
    data[last] = value


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    lab = new_lab(tmp_path_factory.mktemp("edits") / "built")
    lab.build()
    return lab


@pytest.mark.parametrize("place", EDITS)
def test_edit_of_a_key(built: Lab, tmp_path: Path, place: str) -> None:
    value, expected = EDITS[place]
    lab = built.copy(tmp_path / "lab")
    put(lab.spec, place, value)
    if place.endswith("refinements"):  # it stands in the place of rounds
        del lab.stage("polish")["rounds"]
    now = lab.build()
    if expected is not None:
        assert now.rebuilt == expected
    if expected in (NONE, None):
        assert now.calls.total() == 0


@pytest.mark.parametrize("prefix", MODELS)
def test_every_key_of_a_recipe_is_tried(prefix: str) -> None:
    names = {field.alias or name for name, field in MODELS[prefix].model_fields.items()}
    tried = {
        place.removeprefix(prefix).split(".")[0] for place in EDITS if place.startswith(prefix)
    }
    assert names <= tried


WRITTEN = {
    "comments": lambda text: "# first\n" + text.replace("\n", "  # said\n", 3),
    "order of keys": lambda text: yaml.safe_dump(_reversed(yaml.safe_load(text)), sort_keys=False),
    "flow style": lambda text: yaml.safe_dump(yaml.safe_load(text), default_flow_style=True),
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "quotes": lambda text: yaml.safe_dump(yaml.safe_load(text), default_style='"'),
}


def _reversed(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _reversed(data[key]) for key in reversed(data)}
    return [_reversed(item) for item in data] if isinstance(data, list) else data


@pytest.mark.parametrize("way", WRITTEN)
def test_the_same_recipe_written_otherwise(built: Lab, tmp_path: Path, way: str) -> None:
    lab = built.copy(tmp_path / "lab")
    digest = lab.recipe().digest
    lab.recipe_text = WRITTEN[way](yaml.safe_dump(lab.spec, sort_keys=False))
    now = lab.build()
    assert (now.rebuilt, now.calls.total()) == (set(), 0)
    assert lab.recipe().digest == digest


# -- profiles

PROFILE: dict[str, Any] = {
    "profile": "own",
    "engines": {"text": {"kind": "fake", "model": "a", "in_flight": 4}},
}
TOY_ALL = {"draft", "polish", "final"}
PROFILE_EDITS: Mapping[str, tuple[Any, set[str]]] = {
    "profile": ("other", set()),
    "description": ("Another", set()),
    "prices": ({"text": {"prompt": 1.0, "completion": 2.0, "as_of": "2026-11-01"}}, set()),
    "for_data": (False, set()),
    "strict": (True, {"draft", "polish"}),
    "engines": ({**PROFILE["engines"], "ocr": {"kind": "rapidocr"}}, set()),
    "engines.text.in_flight": (2, set()),
    "engines.text.batch_size": (3, set()),
    "engines.text.latency_ms": (1.0, set()),
    "engines.text.faults": (["500:0.0"], set()),
    "engines.text.random_seed": (5, TOY_ALL),
    "engines.text.model": ("b", {"draft", "polish"}),
    "engines.text.scripted": ([{"pattern": "Polish", "text": "The same."}], TOY_ALL),
}  # fmt: skip


def build_with(toy: Toy, profile: str) -> tuple[set[str], int]:
    """(nodes rebuilt, calls) of a build with a profile file's text."""
    path = toy.folder / "own.yaml"
    path.write_text(profile, "utf-8")
    store = toy.open()
    runner = toy.runner(store, toy.engine())
    loaded = load_profile(str(path))
    identify = build.strict_identity if loaded.spec.strict else build.engine_identity
    runner.engines = Engines(loaded, build.build_engine, identify)
    run_intake(store, "toy", Sources.of(runner.graph.recipe))
    done = [runner.materialize(n.name, "sums") for n in compile_recipe(runner.graph.recipe)]
    runner.close()
    store.close()
    return {m.key.node for m in done if not m.fresh}, sum(m.facts.calls for m in done)


@pytest.mark.parametrize("place", PROFILE_EDITS)
def test_edit_of_a_profile(toy: Toy, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    value, expected = PROFILE_EDITS[place]
    monkeypatch.setitem(build._LIBRARIES, "fake", ("aiohttp",))
    toy.write([toy_seed(i) for i in range(8)])
    assert build_with(toy, yaml.safe_dump(PROFILE)) == (TOY_ALL, 16)
    data = yaml.safe_load(yaml.safe_dump(PROFILE))
    put(data, place, value)
    rebuilt, calls = build_with(toy, yaml.safe_dump(data))
    assert rebuilt == expected
    assert bool(calls) is bool(expected)


def test_comments_and_order_of_a_profile(toy: Toy) -> None:
    toy.write([toy_seed(i) for i in range(8)])
    build_with(toy, yaml.safe_dump(PROFILE))
    text = "# mine\n" + yaml.safe_dump(_reversed(PROFILE), sort_keys=False)
    assert build_with(toy, text) == (set(), 0)


def test_every_key_of_a_profile_is_tried() -> None:
    tried = {place.split(".")[0] for place in PROFILE_EDITS}
    assert set(ProfileSpec.model_fields) <= tried
    assert set(Price.model_fields) == {"prompt", "completion", "currency", "as_of"}
