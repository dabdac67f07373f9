"""docs/fingerprints.md is the table of what is in each fingerprint; every line is tried here.

A line names a field, says `in` or `out`, and why. `FLIPS` changes that field in a small build
and looks at the fingerprint, at the calls made and at the nodes that were rebuilt. A line without
a flip, or a flip without a line, fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.engines import config
from qmirror_assets.engines.fake import FakeOptions
from qmirror_assets.engines.library.config import LibraryConfig
from qmirror_assets.engines.library.known import KNOWN_LIBRARIES
from qmirror_assets.recipe import GateSpec, RecipeSpec
from qmirror_assets.records import Column, Rejection
from qmirror_assets.release.content import version_content
from qmirror_assets.stages import llm
from qmirror_assets.stages.llm import LlmStep
from quality_checks import suite_fingerprint
from tests.lab import NODES, SEEDS, Built, Lab, new_lab, seed

DOC = Path(__file__).parents[2] / "docs" / "fingerprints.md"
LINE = re.compile(r"\| (?P<field>[^|]+) \| (?P<state>in|out) \| [^|]+ \|")


def documented() -> dict[tuple[str, str], str]:
    found, table = {}, ""
    for line in DOC.read_text("utf-8").splitlines():
        if line.startswith("## "):
            table = line.removeprefix("## ")
        elif match := LINE.fullmatch(line):
            assert (table, match["field"]) not in found, f"{table}: {match['field']} stands twice"
            found[table, match["field"]] = match["state"]
    return found


TABLE = documented()
Change = Callable[[Lab, pytest.MonkeyPatch], object]
LLM = {n for n in NODES if n.rpartition("/")[2] in ("draft", "revise", "judge")}
JUDGES = {n for n in NODES if n.endswith("/judge")}
IMAGES = {n for n in NODES if n.endswith("/image")}
ROUND_2 = {n for n in NODES if "round_2" in n}


def no_change(_lab: Lab, _patch: pytest.MonkeyPatch) -> None:
    """Nothing."""


def after(name: str) -> set[str]:
    """A node and all that follow it in build order."""
    return set(NODES[NODES.index(name) :])


ALL = after("draft")
FROM_LOOP = after("polish/round_1/revise")
AFTER_JUDGE = after("polish/round_1/judge")
PARSED = LLM | AFTER_JUDGE - {"polish/round_2/image"}


@dataclass(frozen=True)
class Flip:
    """One field of one fingerprint, changed.

    calling: nodes that make calls, exactly. rebuilt: nodes that are not proved fresh, exactly
    (None: names of nodes changed, so all that bear a new name). before: what makes the field
    matter at all.
    """

    change: Change
    calling: frozenset[str] | set[str]
    rebuilt: set[str] | None
    before: Change = no_change


def put(stage: str, **values: Any) -> Change:
    return lambda lab, _: lab.stage(stage).update(values)


def setting(stage: str, **values: Any) -> Change:
    return lambda lab, _: lab.stage(stage)["with"].update(values)


def step(name: str, **values: Any) -> Change:
    return lambda lab, _: lab.step(name)["with"].update(values)


def top(**values: Any) -> Change:
    return lambda lab, _: lab.spec.update(values)


def engine(role: str, **values: Any) -> Change:
    """Another identity, and other answers with it."""

    def change(lab: Lab, _: pytest.MonkeyPatch) -> None:
        lab.identities[role].update(values)
        lab.engine_options[role] = FakeOptions(random_seed=5)

    return change


def rows(edit: Callable[[dict[str, Any]], dict[str, Any]]) -> Change:
    def change(lab: Lab, _: pytest.MonkeyPatch) -> None:
        lab.rows = [edit(row) for row in lab.rows]

    return change


def one_row(lab: Lab, _: pytest.MonkeyPatch) -> None:
    lab.rows[3] = seed(300)


def attribute(name: str, value: Any) -> Change:
    return lambda lab, _: setattr(lab, name, value)


def other_parser(_: Lab, patch: pytest.MonkeyPatch) -> None:
    """Good scores are read as 100: the same rows are accepted. The code number says so."""
    read = llm.read_object

    def read_roundly(text: str, columns: Mapping[str, Column]) -> dict[str, Any]:
        found = read(text, columns)
        assert not isinstance(found, Rejection)
        return {"score": found["score"] if found["score"] < 50 else 100}

    patch.setattr(llm, "read_object", read_roundly)
    patch.setattr(LlmStep, "code", LlmStep.code + 1)


def new_code(_: Lab, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(LlmStep, "code", LlmStep.code + 1)


def other_domain(lab: Lab, _: pytest.MonkeyPatch) -> None:
    lab.rows = [{**row, "domain": "others"} for row in lab.rows]
    lab.domain = "others"


def same_engine(lab: Lab, _: pytest.MonkeyPatch) -> None:
    lab.identities["judge"] = lab.identities["text"]


def renamed_stage(lab: Lab, _: pytest.MonkeyPatch) -> None:
    lab.stage("polish")["name"] = "refined"


def renamed_prompt(lab: Lab, _: pytest.MonkeyPatch) -> None:
    lab.prompt("other", "Draft: {{ question }}")
    lab.stage("draft")["with"]["messages"] = [{"prompt": "other.j2"}]


def renamed_seed_column(lab: Lab, _: pytest.MonkeyPatch) -> None:
    lab.rows = [{("ask" if k == "question" else k): v for k, v in row.items()} for row in lab.rows]
    lab.spec["seeds"] = [{"file": "seeds/*", "columns": {"question": "ask"}}]


def moved_seeds(lab: Lab, _: pytest.MonkeyPatch) -> None:
    lab.seed_file = "elsewhere/other.jsonl"
    lab.spec["seeds"] = [{"file": "seeds/elsewhere/*.jsonl"}]


def seeds(**values: Any) -> Change:
    return lambda lab, _: lab.spec.update(seeds=[{"file": "seeds/*", **values}])


def prompt(name: str, text: str) -> Change:
    return lambda lab, _: lab.prompt(name, text)


def threads(lab: Lab, _: pytest.MonkeyPatch) -> None:
    lab.engine_options["text"] = FakeOptions(in_flight=2, batch_size=4, latency_s=0.001)


def titles(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "figure": {**row["figure"], "title": row["figure"]["title"] + "!"}}


NONE: set[str] = set()
DOWN = LLM | {"place"}
TEXT = DOWN | {"read"}
IN_LOOP = {n for n in LLM if n != "draft"} | {"place"}
FLIPS: dict[tuple[str, str], Flip] = {
    # what is asked, of whom
    ("Action key", "messages"): Flip(prompt("draft", "Write: {{ question }}"), DOWN, ALL),
    ("Action key", "reply schema"): Flip(
        step("judge", reply={"score": {"type": "integer", "minimum": 0, "maximum": 90}}),
        {*JUDGES, "polish/round_2/revise", "place"}, AFTER_JUDGE,
    ),
    ("Action key", "temperature"): Flip(step("revise", temperature=0.6), IN_LOOP, FROM_LOOP),
    ("Action key", "top_p"): Flip(step("revise", top_p=0.9), IN_LOOP, FROM_LOOP),
    ("Action key", "max_tokens"): Flip(setting("draft", max_tokens=256), DOWN, ALL),
    ("Action key", "random seed of the call"): Flip(top(random_seed=8), IN_LOOP, FROM_LOOP),
    ("Action key", "draw"): Flip(step("revise", draw=1), IN_LOOP, FROM_LOOP),
    ("Action key", "input pictures"): Flip(
        rows(titles), {"polish/round_1/image", "read"}, ALL
    ),
    ("Action key", "engine identity"): Flip(engine("text", revision="2"), DOWN, ALL),
    ("Action key", "role"): Flip(
        step("judge", engine="text"), NONE, JUDGES, before=same_engine
    ),
    ("Action key", "stage name"): Flip(renamed_stage, NONE, None),
    ("Action key", "parser"): Flip(other_parser, NONE, PARSED),
    ("Action key", "code number"): Flip(new_code, NONE, LLM),
    ("Action key", "filter rule"): Flip(
        put("good", where=[{"column": "score", "at_least": 60}]), NONE, after("good")
    ),
    ("Action key", "dataset"): Flip(attribute("dataset", "other"), NONE, ALL),
    ("Action key", "domain"): Flip(other_domain, NONE, ALL),
    ("Action key", "licence, source and id of the seed"): Flip(
        rows(lambda row: {**row, "licence": "MIT", "source": "b", "id": row["question"]}),
        NONE, ALL,
    ),
    ("Action key", "run id"): Flip(attribute("run_id", "another"), NONE, NONE),
    ("Action key", "concurrency, batch size and speed"): Flip(threads, NONE, NONE),
    # what a stage does
    ("Stage fingerprint", "prompt text"): Flip(prompt("judge", "Rate: {{ revised }}"),
        {*JUDGES, "polish/round_2/revise", "place"}, AFTER_JUDGE),
    ("Stage fingerprint", "prompt file name"): Flip(renamed_prompt, NONE, {"draft"}),
    ("Stage fingerprint", "setting of a step"): Flip(setting("draft", max_tokens=99), DOWN, ALL),
    ("Stage fingerprint", "columns a step reads"): Flip(
        setting("draft", reads=["question", "answer"]), NONE, {"draft"}
    ),
    ("Stage fingerprint", "code number of a step"): Flip(new_code, NONE, LLM),
    ("Stage fingerprint", "random_seed, of steps that sample"): Flip(
        top(random_seed=9), IN_LOOP, FROM_LOOP
    ),
    ("Stage fingerprint", "accept"): Flip(
        put("polish", accept=[{"column": "score", "at_least": 0}]),
        {"place"}, AFTER_JUDGE,
    ),
    ("Stage fingerprint", "no_suggestion"): Flip(
        put("polish", no_suggestion=[{"column": "score", "at_most": -1}]), NONE, JUDGES
    ),
    ("Stage fingerprint", "rank_by"): Flip(
        put("polish", rank_by=["score", "image_width"]), NONE, AFTER_JUDGE
    ),
    ("Stage fingerprint", "patience"): Flip(put("polish", patience=5), NONE, JUDGES),
    ("Stage fingerprint", "rounds, of the last round"): Flip(
        put("polish", rounds=1), {"place"},
        {"polish/round_1/judge", *after("polish/judged")},
    ),
    ("Stage fingerprint", "where, reason and detail of a filter"): Flip(
        put("good", reason="filtered"), NONE, {"good"}
    ),
    ("Stage fingerprint", "columns, near and quotas of a dedup"): Flip(
        put("unique", near=0.99), NONE, {"unique"}
    ),
    ("Stage fingerprint", "columns and image of the final sample"): Flip(
        lambda lab, _: lab.stage("final")["columns"].update(drafted="draft"), NONE, {"final"}
    ),
    ("Stage fingerprint", "random_seed, of steps that do not"): Flip(
        lambda lab, _: (step("revise", temperature=0.0)(lab, _), top(random_seed=8)(lab, _)),
        NONE, NONE, before=step("revise", temperature=0.0),
    ),
    ("Stage fingerprint", "engine identity"): Flip(
        engine("ocr", reading="2"), {"read"}, {"read"}
    ),
    ("Stage fingerprint", "description"): Flip(put("draft", description="Other."), NONE, NONE),
    ("Stage fingerprint", "seeds"): Flip(one_row, TEXT | IMAGES - ROUND_2, ALL),
    ("Stage fingerprint", "title, domains, gate, release, limits and profile"): Flip(
        top(title="T", description="D", domains={"sums": "Adding"}, gate={"min_rows": 2},
            release={"title": "R"}, limits={"failure_rate": 0.5}, profile="smoke"),
        NONE, NONE,
    ),
    # whether a partition is up to date
    ("Partition fingerprint", "stage fingerprint"): Flip(new_code, NONE, LLM),
    ("Partition fingerprint", "identity of the text engine"): Flip(
        engine("text", model="b"), DOWN, ALL
    ),
    ("Partition fingerprint", "identity of the judge"): Flip(
        engine("judge", model="b"), {*JUDGES, "polish/round_2/revise", "place"}, AFTER_JUDGE
    ),
    ("Partition fingerprint", "figure style"): Flip(
        engine("image", style="2"), {"polish/round_1/image"}, IMAGES
    ),
    ("Partition fingerprint", "OCR identity"): Flip(engine("ocr", reading="2"), {"read"}, {"read"}),
    ("Partition fingerprint", "embedding identity"): Flip(
        engine("embed", model="b"), {"place"}, {"place"}
    ),
    ("Partition fingerprint", "rows of the inputs"): Flip(one_row, TEXT | IMAGES - ROUND_2, ALL),
    ("Partition fingerprint", "names of the inputs"): Flip(renamed_stage, NONE, None),
    ("Partition fingerprint", "manifests of equal input rows"): Flip(
        put("good", reason="filtered"), NONE, {"good"}
    ),
    ("Partition fingerprint", "run id, host and time"): Flip(
        attribute("run_id", "another"), NONE, NONE
    ),
    ("Partition fingerprint", "price, time-outs and concurrency"): Flip(threads, NONE, NONE),
    # which seeds
    ("Intake fingerprint", "contents of the seed files"): Flip(
        one_row, TEXT | IMAGES - ROUND_2, ALL
    ),
    ("Intake fingerprint", "column mapping"): Flip(renamed_seed_column, NONE, NONE),
    ("Intake fingerprint", "default language, licence and source"): Flip(
        seeds(source="elsewhere", licence="MIT", language="en"), NONE, NONE
    ),
    ("Intake fingerprint", "unused column added"): Flip(
        rows(lambda row: {**row, "unused": 5}), NONE, ALL
    ),
    ("Intake fingerprint", "columns reordered"): Flip(
        rows(lambda row: dict(reversed(row.items()))), NONE, NONE
    ),
    ("Intake fingerprint", "rows reordered"): Flip(
        lambda lab, _: lab.rows.reverse(), NONE, NONE
    ),
    ("Intake fingerprint", "CRLF"): Flip(attribute("newline", "\r\n"), NONE, NONE),
    ("Intake fingerprint", "limit"): Flip(attribute("limit", SEEDS), NONE, ALL),
    ("Intake fingerprint", "dataset"): Flip(attribute("dataset", "other"), NONE, ALL),
    ("Intake fingerprint", "file name and folder"): Flip(
        moved_seeds, NONE, NONE
    ),
    ("Intake fingerprint", "random_seed"): Flip(top(random_seed=8), IN_LOOP, FROM_LOOP),
    ("Intake fingerprint", "display names of domains"): Flip(
        top(domains={"sums": "Adding"}), NONE, NONE
    ),
    ("Intake fingerprint", "stages"): Flip(put("draft", description="Other."), NONE, NONE),
}  # fmt: skip


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lab, Built]:
    lab = new_lab(tmp_path_factory.mktemp("lab") / "built")
    return lab, lab.build()


@pytest.fixture(scope="module")
def built(first: tuple[Lab, Built]) -> Lab:
    return first[0]


def observe(table: str, before: Built, now: Built) -> bool:
    """Whether the fingerprint of a table has changed anywhere."""
    if table == "Intake fingerprint":
        return before.intake != now.intake
    if table == "Stage fingerprint":
        return list(before.stages.values()) != list(now.stages.values())
    if table == "Partition fingerprint":
        return list(before.partitions.values()) != list(now.partitions.values())
    return bool(now.calls)


@pytest.mark.parametrize(("table", "name"), FLIPS, ids=lambda part: part)
def test_line_of_a_build(
    first: tuple[Lab, Built],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    table: str,
    name: str,
) -> None:
    flip, (lab, before) = FLIPS[table, name], first
    lab = lab.copy(tmp_path / "lab")
    if flip.before is not no_change:
        flip.before(lab, monkeypatch)
        before = lab.build()
    flip.change(lab, monkeypatch)
    now = lab.build()
    assert set(now.calls) == set(flip.calling)
    if flip.rebuilt is not None:
        assert now.rebuilt == flip.rebuilt
    if (table, name) not in BUILT_ANEW:
        assert observe(table, before, now) is (TABLE[table, name] == "in")
    again = lab.build()
    assert (again.calls.total(), again.rebuilt) == (0, set())


# lines whose field belongs to some nodes only: what changed is looked at by node
BUILT_ANEW = {
    ("Stage fingerprint", "rounds, of the last round"),
    ("Partition fingerprint", "manifests of equal input rows"),
}


def test_last_round_decides_otherwise(built: Lab, tmp_path: Path) -> None:
    lab = built.copy(tmp_path / "lab")
    before = lab.build().stages
    lab.stage("polish")["rounds"] = 3
    now = lab.build().stages
    assert TABLE["Stage fingerprint", "rounds, of the last round"] == "in"
    changed = {name for name in before if before[name] != now[name]}
    assert changed == {"polish/round_2/judge"}


def test_equal_input_rows_under_another_manifest(built: Lab, tmp_path: Path) -> None:
    lab = built.copy(tmp_path / "lab")
    before = lab.build()
    put("good", reason="filtered")(lab, pytest.MonkeyPatch())
    now = lab.build()
    assert TABLE["Partition fingerprint", "manifests of equal input rows"] == "out"
    assert before.done["good"].digest != now.done["good"].digest
    assert before.partitions["unique"] == now.partitions["unique"]


ENGINES: dict[str, tuple[type[config.EngineConfig], dict[str, Any], dict[str, Any]]] = {
    "openai": (
        config.OpenAIConfig,
        {"kind": "openai", "base_url": "http://127.0.0.1:1/v1", "model": "m", "revision": "a"},
        {"base_url": "http://127.0.0.1:2/v1", "model": "n", "revision": "b", "precision": "q4",
         "api_key_env": "KEY", "timeout_s": 5.0, "in_flight": 3},
    ),
    "llama_cpp": (
        config.LlamaCppConfig,
        {"kind": "llama_cpp", "model": "m", "model_path": "/a.gguf", "sha256": "0" * 64},
        {"model": "n", "model_path": "/b.gguf", "sha256": "1" * 64, "n_ctx": 1024, "threads": 1,
         "timeout_s": 5.0, "idle_s": 5.0},
    ),
    "fake": (
        config.FakeConfig,
        {"kind": "fake"},
        {"model": "b", "random_seed": 1, "latency_ms": 5.0, "in_flight": 2, "batch_size": 2,
         "faults": ("500:0.1",), "scripted": ({"pattern": "a", "text": "b"},)},
    ),
    "rapidocr": (config.RapidOcrConfig, {"kind": "rapidocr"}, {"threads": 1}),
    "measures": (config.MeasuresConfig, {"kind": "measures"}, {"threads": 1}),
    "library": (
        LibraryConfig,
        {"kind": "library", "folder": "a", "name": "a", "licence": "MIT"},
        {"library": None, "folder": "b", "name": "b", "licence": "CC0-1.0", "floor": 0.9},
    ),
}  # fmt: skip
ENGINE_FIELDS = [(kind, name) for kind, (_, _, others) in ENGINES.items() for name in others]


KNOWN = "tuxpaint-stamps-default"


def make_pictures(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """The same two pictures in two folders, and a second known library."""
    patch.chdir(folder)
    patch.setenv("QMIRROR_CACHE", str(folder / "cache"))
    other = replace(KNOWN_LIBRARIES[KNOWN], name=f"{KNOWN}-2", sha256="1" * 64)
    patch.setitem(KNOWN_LIBRARIES, other.name, other)
    for name in ("a", "b"):
        Path(name).mkdir()
        Path(name, "cat.png").write_bytes(b"a picture")
        Path(name, "cat.txt").write_text("A cat.", "utf-8")


@pytest.mark.parametrize(("kind", "name"), ENGINE_FIELDS, ids=lambda part: part)
def test_line_of_an_engine(
    kind: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, base, others = ENGINES[kind]
    if kind == "library":
        make_pictures(tmp_path, monkeypatch)
    if name == "library":  # instead of a folder
        base, others = {"kind": "library", "library": KNOWN}, {"library": KNOWN + "-2"}
    changed = model.model_validate({**base, name: others[name]}).identity()
    same = changed == model.model_validate(base).identity()
    assert TABLE["Engine identity", f"{kind}: {name}"] == ("out" if same else "in")


@pytest.mark.parametrize("kind", ENGINES)
def test_every_setting_of_an_engine_has_a_line(kind: str) -> None:
    model, _, others = ENGINES[kind]
    assert set(others) == set(model.model_fields) - {"kind"}


def recipe(**changes: Any) -> RecipeSpec:
    data: dict[str, Any] = {
        "recipe": "a", "random_seed": 1, "seeds": [{"file": "a.jsonl"}],
        "stages": [{"kind": "assemble", "name": "final", "columns": {"question": "question"}}],
    }  # fmt: skip
    return RecipeSpec.model_validate({**data, **changes})


ROWS = {"sums": "1" * 64}
CONTENT: dict[str, tuple[RecipeSpec, dict[str, str]]] = {
    "final rows of every domain": (recipe(), {"sums": "2" * 64}),
    "which domains": (recipe(), {**ROWS, "others": "2" * 64}),
    "release": (recipe(release={"licence": "MIT"}), ROWS),
    "gate": (recipe(gate={"min_rows": 5}), ROWS),
    "title, description, domains, limits, random_seed and profile": (
        recipe(title="T", description="D", domains={"sums": "S"}, limits={"failure_rate": 0.3},
               random_seed=2, profile="smoke"), ROWS,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTENT)
def test_line_of_a_version(name: str) -> None:
    same = version_content(*CONTENT[name]) == version_content(recipe(), ROWS)
    assert TABLE["Version content", name] == ("out" if same else "in")


SUITE: dict[str, tuple[GateSpec, float]] = {
    **{
        f"gate.{name}": (GateSpec.model_validate({name: value}), 0.1)
        for name, value in {
            "min_rows": 3, "min_rows_per_domain": 3, "min_evaluated": 0.5, "max_reject_rate": 0.5,
            "max_duplicate_rate": 0.5, "min_yield": 0.5, "score_column": "rating",
            "score_range": (0, 10), "require_image": False, "preserve": {"answer": "answer"},
        }.items()
    },
    "limits.failure_rate": (GateSpec(), 0.2),
}  # fmt: skip


@pytest.mark.parametrize("name", SUITE)
def test_line_of_the_suite(name: str) -> None:
    same = suite_fingerprint(*SUITE[name]) == suite_fingerprint(GateSpec(), 0.1)
    assert TABLE["Suite fingerprint", name] == ("out" if same else "in")


def test_every_line_of_the_document_is_tried_and_every_trial_stands_in_it() -> None:
    tried = {
        *FLIPS,
        *(("Engine identity", f"{kind}: {name}") for kind, name in ENGINE_FIELDS),
        *(("Version content", name) for name in CONTENT),
        *(("Suite fingerprint", name) for name in SUITE),
    }
    assert set(TABLE) == tried
    assert {f"gate.{name}" for name in GateSpec.model_fields} <= set(SUITE)


def test_style_of_our_figures_is_in_their_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    from qmirror_assets.figures import render, style

    before = render.figure_identity()
    monkeypatch.setattr(style, "STYLE_VERSION", style.STYLE_VERSION + 1)
    assert render.figure_identity() != before


def test_a_lower_accept_threshold_asks_nothing_in_the_loop(built: Lab, tmp_path: Path) -> None:
    lab = built.copy(tmp_path / "lab")
    scores = [row["score"] for row in lab.column(lab.build(), "polish/round_1/judge", "score")]
    assert any(score < 50 for score in scores)
    lab.stage("polish")["accept"] = [{"column": "score", "at_least": min(scores)}]
    now = lab.build()
    assert not [name for name in now.calls if name.startswith("polish/")]
    assert now.done["polish/round_2/revise"].manifest.counts.rows_in == 0


def test_a_higher_one_asks_for_the_samples_that_need_another_round(
    built: Lab, tmp_path: Path
) -> None:
    lab = built.copy(tmp_path / "lab")
    scores = [row["score"] for row in lab.column(lab.build(), "polish/round_1/judge", "score")]
    lab.stage("polish")["accept"] = [{"column": "score", "at_least": 80}]
    now = lab.build()
    more = sum(50 <= score < 80 for score in scores)
    assert more
    assert {k: v for k, v in now.calls.items() if k.startswith("polish/")} == {
        "polish/round_2/revise": more, "polish/round_2/judge": more,
    }  # fmt: skip


def test_several_variants_stay_cached(built: Lab, tmp_path: Path) -> None:
    lab = built.copy(tmp_path / "lab")
    texts = ["Draft: {{ question }}", "Write: {{ question }}", "Say: {{ question }}"]
    first = [lab.build().versions]
    for text in texts[1:]:
        lab.prompt("draft", text)
        made = lab.build()
        assert made.calls["draft"] == SEEDS
        first.append(made.versions)
    for text, versions in zip(texts, first, strict=True):
        lab.prompt("draft", text)
        made = lab.build()
        assert (made.calls.total(), made.versions) == (0, versions)


def test_identical_actions_in_flight_run_once(tmp_path: Path) -> None:
    lab = new_lab(tmp_path / "lab")
    lab.prompt("draft", "The same for every row")
    made = lab.build()
    assert made.calls["draft"] == 1
    assert made.done["draft"].facts.shared == SEEDS - 1
