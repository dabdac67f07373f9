"""`plan` names stages, counts and reasons; the build that follows keeps to its prediction."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from qmirror_assets.building import Silent
from qmirror_assets.errors import BudgetReached
from qmirror_assets.planning import NO_SEED_DIFFERS, Plan, make_plan
from qmirror_assets.planning.pilot import run_pilot
from qmirror_assets.planning.why import Why, explain_sample
from qmirror_assets.project import find_project
from qmirror_assets.runner import Budget
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.runner.unknown import Range
from qmirror_assets.store import tables
from qmirror_assets.workspace import Workspace, default_record, open_workspace
from tests.conftest import LOOP, Toy, toy_seed

ROWS = 200
REFINE = (
    LOOP.replace("at_least: 80", "at_least: 50")
    + """\
  - {kind: filter, name: good, where: [{column: accepted, equals: true}]}
  - kind: map
    name: polish
    uses: llm
    with: {messages: [{prompt: polish.j2}], reads: [text], column: polished}
  - kind: assemble
    name: final
    columns: {question: question, answer: polished, licence: licence, family: family}
"""
)
PRICES = "prices: {text: {prompt: 1000, completion: 2000, as_of: 2026-11-01}}"


@dataclass
class Desk:
    """A project that is planned and built in this process, without Dagster."""

    toy: Toy

    def engine(self, model: str = "a", more: str = "") -> None:
        text = f"profile: mine\nengines: {{text: {{kind: fake, model: {model}}}}}\n{more}\n"
        (self.toy.folder / "profiles").mkdir(exist_ok=True)
        (self.toy.folder / "profiles" / "mine.yaml").write_text(text, "utf-8")

    def open(self) -> Workspace:
        return open_workspace(find_project(self.toy.folder))

    def plan(self, *domains: str) -> Plan:
        workspace = self.open()
        try:
            record = default_record(str(self.toy.folder), profile="mine")
            return make_plan(workspace, record, domains)
        finally:
            workspace.close()

    def build(self, max_calls: int | None = None) -> int:
        """Build everything; the calls it made."""
        workspace, calls = self.open(), 0
        dataset = workspace.register(default_record(str(self.toy.folder), profile="mine"))
        runner = dataset.runner(budget=Budget(max_calls))
        facts = {"recipe": dataset.recipe.digest, "profile": dataset.profile.name}
        workspace.store.state.add_run(runner.run_id, dataset.name, facts)
        try:
            if not dataset.intake_is_fresh():
                run_intake(workspace.store, dataset.name, dataset.sources)
            for domain in dataset.domains():
                for node in dataset.graph:
                    calls += runner.materialize(node.name, domain).facts.calls
        finally:
            runner.close()
            workspace.close()
        return calls

    def pilot(self, seeds: int) -> int:
        workspace = self.open()
        try:
            record = default_record(str(self.toy.folder), profile="mine")
            return run_pilot(workspace, record, seeds, Silent())
        finally:
            workspace.close()

    def why(self, sample: str) -> Why:
        workspace = self.open()
        try:
            return explain_sample(workspace, "toy", sample)
        finally:
            workspace.close()

    def samples(self) -> dict[str, str]:
        """User id of a seed -> sample id."""
        workspace = self.open()
        try:
            found = {}
            for key, digest in workspace.store.state.pointers("toy").items():
                if key.node == "intake":
                    path = workspace.store.cas.path(workspace.store.manifest(digest).rows)
                    table = tables.read_columns(path, ["seed_id", "sample_id"])
                    found.update(zip(*(c.to_pylist() for c in table.columns), strict=True))
            return found
        finally:
            workspace.close()

    def contents(self) -> dict[str, str]:
        """Digest of every file under the data folder; of databases, of their rows."""
        found = {}
        for path in sorted((self.toy.folder / "data").rglob("*")):
            if path.suffix == ".sqlite":
                with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
                    text = "\n".join(connection.iterdump())
                found[path.name] = hashlib.sha256(text.encode()).hexdigest()
            elif path.is_file() and not path.name.endswith(("-wal", "-shm")):
                place = str(path.relative_to(self.toy.folder))
                found[place] = hashlib.sha256(path.read_bytes()).hexdigest()
        return found


@pytest.fixture
def desk(toy: Toy) -> Desk:
    made = Desk(toy)
    toy.write([toy_seed(i, id=f"s{i}") for i in range(ROWS)])
    made.engine()
    return made


def refine(desk: Desk) -> None:
    (desk.toy.folder / "recipe.yaml").write_text(REFINE, "utf-8")
    desk.toy.prompt("write", "Write: {{ question }} {{ advice }}")
    desk.toy.prompt("judge", "Judge: {{ text }}")
    desk.toy.prompt("polish", "Polish: {{ text }}")


def stale(plan: Plan) -> dict[str, tuple[int, int, int]]:
    """Node -> rows to do, calls, cached results; exact plans only."""
    assert all(p.calls.exact and p.rows.exact for p in plan.partitions)
    return {p.node: (p.rows.low, p.calls.low, p.cached) for p in plan.partitions if not p.fresh}


def reasons(plan: Plan) -> dict[str, str]:
    return {p.node: "; ".join(p.reasons) for p in plan.partitions if not p.fresh}


def seeds(*edited: int, count: int = ROWS) -> list[dict]:
    rows = [toy_seed(i, id=f"s{i}") for i in range(count)]
    for index in edited:
        rows[index]["question"] = f"What is {index} plus two?"
    return rows


def back_and_forth(desk: Desk) -> None:
    desk.toy.prompt("polish", "Please polish: {{ draft }}")
    desk.build()
    desk.toy.prompt("polish", "Polish: {{ draft }}")


def moved(desk: Desk) -> None:
    desk.toy.write(list(reversed(seeds())))
    text = desk.toy.seeds.read_text("utf-8").replace("\n", "\r\n")
    desk.toy.seeds.unlink()
    (desk.toy.folder / "seeds" / "other.jsonl").write_bytes(text.encode())


SCENARIOS: list[tuple[str, Callable[[Desk], object], dict, dict]] = [
    ("rerun", lambda _: None, {}, {}),
    (
        "second prompt changed",
        lambda d: d.toy.prompt("polish", "Please polish: {{ draft }}"),
        {"polish": (200, 200, 0), "final": (200, 0, 0)},
        {"polish": "prompt polish.j2 of stage polish changed"},
    ),
    (
        "changed back",
        back_and_forth,
        {"polish": (200, 0, 200), "final": (200, 0, 0)},
        {"polish": "prompt polish.j2 of stage polish changed", "final": "rows of polish changed"},
    ),
    (
        "setting changed",
        lambda d: d.toy.edit("column: polished}", "column: polished, max_tokens: 99}"),
        {"polish": (200, 200, 0), "final": (200, 0, 0)},
        {"polish": "setting max_tokens of stage polish changed from 512 to 99"},
    ),
    (
        "twenty seeds added",
        lambda d: d.toy.write(seeds(count=220)),
        {"draft": (20, 20, 0), "polish": (20, 20, 0), "final": (20, 0, 0)},
        {"draft": "20 seeds new", "polish": "rows of draft would be made"},
    ),
    (
        "one seed edited",
        lambda d: d.toy.write(seeds(17)),
        {"draft": (1, 1, 0), "polish": (1, 1, 0), "final": (1, 0, 0)},
        {"draft": "1 seed edited"},
    ),
    ("file moved, rows shuffled, CRLF", moved, {}, {}),
    (
        "unused column added",
        lambda d: d.toy.write([{**row, "unused": 5} for row in seeds()]),
        {"draft": (200, 0, 200), "polish": (200, 0, 200), "final": (200, 0, 0)},
        {"draft": "200 seeds with other labels"},
    ),
    (
        "engine changed",
        lambda d: d.engine("b"),
        {"draft": (200, 200, 0), "polish": (200, 200, 0), "final": (200, 0, 0)},
        {"draft": "text engine changed: model a -> b"},
    ),
    (
        "seeds gone",
        lambda d: d.toy.write(seeds(count=198)),
        {"draft": (0, 0, 0), "polish": (0, 0, 0), "final": (0, 0, 0)},
        {"draft": "2 seeds gone"},
    ),
]


def test_cold(desk: Desk) -> None:
    plan = desk.plan()
    assert stale(plan) == {"draft": (200, 200, 0), "polish": (200, 200, 0), "final": (200, 0, 0)}
    assert reasons(plan)["draft"] == "never built"
    assert [str(change) for change in plan.seeds] == ["200 seeds new"]
    assert plan.calls == Range(400, 400)
    assert desk.build() == 400


@pytest.mark.parametrize(
    ("change", "counts", "why"), [s[1:] for s in SCENARIOS], ids=[s[0] for s in SCENARIOS]
)
def test_plan_then_build(
    desk: Desk, change: Callable[[Desk], object], counts: dict, why: dict
) -> None:
    desk.build()
    change(desk)
    before = desk.contents()
    plan = desk.plan()
    assert desk.contents() == before, "a plan changes nothing"
    assert stale(plan) == counts
    said = reasons(plan)
    assert {node: said[node] for node in why} == why
    assert desk.build() == plan.calls.low == plan.calls.high


def test_moved_seed_files_are_said_to_differ_in_no_seed(desk: Desk) -> None:
    desk.build()
    moved(desk)
    plan = desk.plan()
    assert (plan.seeds_changed, plan.notes, plan.fresh) == (True, (NO_SEED_DIFFERS,), 3)


@pytest.mark.parametrize("done", [137, 200, 311], ids=["first stage", "between", "second stage"])
def test_what_a_stopped_build_left_is_counted_exactly(desk: Desk, done: int) -> None:
    with pytest.raises(BudgetReached):
        desk.build(max_calls=done)
    assert desk.plan().calls == Range(400 - done, 400 - done)
    assert desk.build() == 400 - done


def test_requests_that_rows_share_make_a_range(desk: Desk) -> None:
    desk.toy.prompt("draft", "The same prompt for every row")
    plan = desk.plan()
    assert {p.node: p.calls for p in plan.partitions} == {
        "draft": Range(1, 1), "polish": Range(1, 200), "final": Range(0, 0),
    }  # fmt: skip
    assert plan.calls.low <= desk.build() <= plan.calls.high


def test_a_domain_alone(desk: Desk) -> None:
    desk.toy.write([toy_seed(i, "sums" if i % 4 else "others") for i in range(40)])
    plan = desk.plan("others")
    assert ({p.domain for p in plan.partitions}, plan.calls) == ({"others"}, Range(20, 20))


# -- loops


def test_a_loop_is_a_range_and_the_build_falls_in_it(desk: Desk) -> None:
    refine(desk)
    desk.toy.write(seeds(count=40))
    plan = desk.plan()
    assert plan.calls == Range(80, 3 * 80 + 40)
    assert plan.calls.low <= desk.build() <= plan.calls.high
    assert desk.plan().nothing


@pytest.mark.parametrize("threshold", [0, 30, 70, 95])
def test_another_accept_threshold_decides_again_from_verdicts(desk: Desk, threshold: int) -> None:
    refine(desk)
    desk.toy.write(seeds(count=40))
    desk.build()
    desk.toy.edit("at_least: 50", f"at_least: {threshold}")
    plan = desk.plan()
    said = next(p for p in plan.partitions if p.node == "refine/round_1/judge")
    assert said.reasons == (
        "accept rule of stage refine/round_1/judge changed "
        f"from score at least 50 to score at least {threshold}",
    )
    assert (said.calls, said.cached) == (Range(0, 0), 40), "verdicts are stored"
    assert plan.calls.low <= desk.build() <= plan.calls.high


def test_a_loop_that_cannot_stop_early_is_exact(desk: Desk) -> None:
    refine(desk)
    desk.toy.edit("    accept: [{column: score, at_least: 50}]\n", "")
    desk.toy.edit("  - {kind: filter, name: good, where: [{column: accepted, equals: true}]}\n", "")
    desk.toy.write(seeds(count=30))
    plan = desk.plan()
    assert plan.calls == Range(30 * 7, 30 * 7)
    assert desk.build() == plan.calls.low


def test_after_a_dedup_nothing_is_sure(desk: Desk) -> None:
    desk.toy.edit(
        "  - kind: assemble",
        "  - {kind: dedup, name: unique, columns: [draft], near: 0.9}\n"
        "  - kind: map\n    name: last\n    uses: llm\n"
        "    with: {messages: [{prompt: draft.j2}], reads: [question], column: last}\n"
        "  - kind: assemble",
    )
    desk.toy.write(seeds(count=30))
    plan = desk.plan()
    calls = {p.node: p.calls for p in plan.partitions}
    assert (calls["polish"], calls["last"]) == (Range(30, 30), Range(0, 30))
    assert plan.calls.low <= desk.build() <= plan.calls.high


# -- tokens, time, money


def test_without_history_nothing_is_made_up(desk: Desk) -> None:
    assert desk.plan().expense is None


def test_means_of_earlier_builds(desk: Desk) -> None:
    desk.engine(more=PRICES)
    desk.build()
    desk.toy.prompt("polish", "Please polish: {{ draft }}")
    expense = desk.plan().expense
    assert expense is not None
    assert (expense.measured, expense.prices_as_of) == (("earlier builds",), ("2026-11-01",))
    assert expense.tokens.low == expense.tokens.high > 200
    assert expense.cost is not None
    per_token = expense.cost.mean / expense.tokens.mean
    assert 1000 / 1e6 < per_token < 2000 / 1e6


def test_a_pilot_measures_keeps_its_calls_and_touches_no_partition(desk: Desk) -> None:
    assert desk.pilot(3) == 6
    plan = desk.plan()
    assert plan.calls == Range(394, 394)
    assert plan.expense is not None
    tokens = plan.expense.tokens
    assert plan.expense.measured == ("a pilot",)
    assert 0 < tokens.low < tokens.mean < tokens.high
    assert plan.expense.cost is None
    assert desk.build() == 394


# -- one sample


def test_why_one_sample_would_be_made_again(desk: Desk) -> None:
    desk.build()
    sample = desk.samples()["s3"]
    assert {s.fate for s in desk.why(sample).stages} == {"up to date"}
    desk.toy.prompt("polish", "Please polish: {{ draft }}")
    assert [(s.node, s.fate, s.why) for s in desk.why(sample).stages] == [
        ("draft", "up to date", ""),
        ("polish", "would be made again", "prompt polish.j2 of stage polish changed"),
        ("final", "would follow", "its row of a stage before is made again"),
    ]


def test_why_a_cached_variant_needs_no_call(desk: Desk) -> None:
    desk.build()
    back_and_forth(desk)
    sample = desk.samples()["s3"]
    fates = {s.node: (s.fate, s.why) for s in desk.why(sample).stages}
    assert fates["polish"] == ("action cached", "no call; prompt polish.j2 of stage polish changed")


def test_why_an_edited_seed_is_not_there(desk: Desk) -> None:
    desk.build()
    samples = desk.samples()
    desk.toy.write(seeds(17))
    (stage,) = desk.why(samples["s17"]).stages
    assert (stage.node, stage.fate) == ("intake", "not there")
    assert stage.why.startswith("its seed was edited: sample ")
    others = {s.fate for s in desk.why(samples["s3"]).stages}
    assert others == {"up to date"}, "its partitions are stale, its rows are not"


# -- proof without work


def test_an_up_to_date_dataset_is_planned_without_reading_a_row(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.build()

    def refuse(*_args: object, **_more: object) -> None:
        raise AssertionError("a table was opened")

    monkeypatch.setattr(tables, "open_table", refuse)
    assert desk.plan().nothing


def test_a_plan_of_a_new_project_leaves_only_empty_stores(desk: Desk) -> None:
    desk.plan()
    data = desk.toy.folder / "data"
    files = [p.name for p in data.rglob("*") if p.is_file() and "sqlite-" not in p.name]
    assert files == ["state.sqlite"]


def test_a_target_draws_what_is_counted_and_says_what_may_follow(desk: Desk) -> None:
    desk.toy.edit("stages:", "target: {accepted: 20, candidates: 50}\nstages:")
    plan = desk.plan()
    drawn = {p.node: p.calls for p in plan.partitions}
    assert (drawn["draft"], drawn["polish"]) == (Range(20, 20), Range(20, 20))
    assert plan.calls == Range(40, 40 + 30 * 2)
    assert any("the target may draw further seeds" in note for note in plan.notes)
