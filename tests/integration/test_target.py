"""A recipe that asks for N accepted samples a domain: drawing on, stopping, saying which."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from qmirror_assets.building import Build, Wishes
from qmirror_assets.engines.fake import FakeEngine
from qmirror_assets.errors import FailureLimit, RecipeError
from qmirror_assets.keys import PartitionKey
from qmirror_assets.project import find_project
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.store import schema, tables
from qmirror_assets.summary import BuildResult
from qmirror_assets.workspace import Dataset, Workspace, default_record, open_workspace
from tests.conftest import TOY, Toy, ToyProject, toy_seed

FILTERED = TOY.replace(
    "  - kind: assemble",
    "  - kind: filter\n    name: good\n    where: [{column: family, equals: good}]\n"
    "  - kind: assemble",
)


@dataclass
class Direct:
    """Drives intake and the runner without Dagster, as `Driver` does with it."""

    dataset: Dataset
    live: Any = field(default_factory=SimpleNamespace)
    draws: list[tuple[str, ...] | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.runner = self.dataset.runner("run")
        self.live.retry, self.live.draw_for = False, None
        self.live.close = self.runner.close

    def intake(self) -> None:
        self.draws.append(self.live.draw_for)
        aim = self.dataset.aim(self.live.draw_for)
        run_intake(self.dataset.store, self.dataset.name, self.dataset.sources, aim=aim)

    def domain(self, domain: str, nodes: list[str]) -> None:
        for node in nodes:
            self.runner.materialize(node, domain, retry=self.live.retry)


class OnlyRows(Build):
    """A build that ends before the version."""

    def _version(self, domains: Any) -> tuple[str, bool]:
        return "", False


@dataclass
class Lab:
    toy: Toy
    workspace: Workspace
    driver: Direct | None = None

    def write(self, rows: list[dict[str, Any]]) -> None:
        self.toy.write(rows)

    def target(self, text: str) -> None:
        path = self.toy.folder / "recipe.yaml"
        lines = [row for row in path.read_text().splitlines() if not row.startswith("target:")]
        path.write_text("\n".join([*lines, f"target: {text}" if text else "", ""]))

    def build(self, **wishes: Any) -> BuildResult:
        dataset = self.workspace.register(default_record(str(self.toy.folder)))
        self.driver = Direct(dataset)
        run = "run" + str(len(self.workspace.store.state.materializations("toy")))
        self.driver.runner.run_id = run
        build = OnlyRows(self.workspace, dataset, Wishes(**wishes), run_id=run, _driver=self.driver)
        return build.run()

    def rows(self, node: str = "intake", domain: str = "sums") -> set[str]:
        current = self.workspace.store.current(PartitionKey("toy", node, domain))
        assert current is not None
        path = self.workspace.store.cas.path(current[1].rows)
        return set(tables.read_columns(path, ["sample_id"]).column(0).to_pylist())


def seeds(count: int, domain: str = "sums", share: int = 2) -> list[dict[str, Any]]:
    """Every `share`th seed will be accepted."""
    return [
        toy_seed(
            i if domain == "sums" else i + 10_000,
            domain,
            family="bad" if i % share else "good",
            id=f"{domain}-{i}",
        )
        for i in range(count)
    ]


@pytest.fixture
def lab(toy: Toy) -> Iterator[Lab]:
    (toy.folder / "recipe.yaml").write_text(FILTERED)
    workspace = open_workspace(find_project(toy.folder))
    made = Lab(toy, workspace)
    made.write(seeds(100))
    made.target("{accepted: 10, candidates: 40}")
    yield made
    workspace.close()


def test_draws_until_reached_and_then_nothing(lab: Lab) -> None:
    result = lab.build()
    found = result.targets["sums"]
    assert (found.state, found.wanted) == ("reached", 10)
    assert 10 <= found.accepted == result.accepted
    assert found.drawn == result.seeds <= 40
    assert (found.waiting, result.seeds_waiting) == (100 - found.drawn, 100 - found.drawn)
    assert result.totals["calls"] == 2 * found.drawn, "only drawn seeds are paid for"
    assert result.accepted + result.rejected + result.duplicates == result.seeds
    before = lab.workspace.store.state.pointers("toy")
    again = lab.build()
    assert again.totals["calls"] == 0
    assert lab.driver is not None
    assert lab.driver.draws == []
    assert lab.workspace.store.state.pointers("toy") == before


def test_the_first_draw_supposes_that_all_pass_and_no_row_is_done_twice(lab: Lab) -> None:
    lab.write(seeds(100, share=1))
    result = lab.build()
    assert (result.targets["sums"].drawn, result.accepted, result.totals["calls"]) == (10, 10, 20)


@pytest.mark.parametrize(
    ("target", "count", "state", "drawn"),
    [
        ("{accepted: 10, candidates: 12}", 100, "cap", 12),
        ("{accepted: 10, candidates: 40}", 14, "seeds_used_up", 14),
        ("{accepted: 10}", 14, "seeds_used_up", 14),
    ],
    ids=["cap", "seeds before the cap", "no cap"],
)
def test_says_which_end_it_came_to(
    lab: Lab, target: str, count: int, state: str, drawn: int
) -> None:
    lab.target(target)
    lab.write(seeds(count))
    found = lab.build().targets["sums"]
    assert (found.state, found.drawn) == (state, drawn)
    assert found.accepted < 10


def test_nothing_is_accepted_but_the_draws_end(lab: Lab) -> None:
    lab.write(seeds(100, share=1000)[1:])
    found = lab.build().targets["sums"]
    assert (found.state, found.accepted, found.drawn) == ("cap", 0, 40)


def test_the_order_is_of_content_not_of_lines(lab: Lab) -> None:
    lab.build()
    drawn = lab.rows()
    lab.write(seeds(100)[::-1])
    lab.toy.seeds.rename(lab.toy.seeds.with_name("renamed.jsonl"))
    assert lab.build().totals["calls"] == 0
    assert lab.rows() == drawn


def test_a_raised_target_draws_on_and_a_lowered_one_keeps(lab: Lab) -> None:
    first = lab.build()
    rows = lab.rows()
    lab.target("{accepted: 15, candidates: 80}")
    more = lab.build()
    assert more.targets["sums"].accepted >= 15
    assert lab.rows() > rows
    assert more.totals["calls"] == 2 * (more.seeds - first.seeds)
    rows = lab.rows()
    lab.target("{accepted: 2, candidates: 3}")
    less = lab.build()
    assert (less.totals["calls"], less.targets["sums"].state) == (0, "reached")
    assert lab.rows() == rows


def test_new_seeds_serve_a_domain_that_ran_out_and_only_that(lab: Lab) -> None:
    lab.target("{accepted: 10}")
    lab.write(seeds(14) + seeds(100, "others", share=1))
    first = lab.build()
    assert {d: t.state for d, t in first.targets.items()} == {
        "others": "reached", "sums": "seeds_used_up",
    }  # fmt: skip
    others, sums = lab.rows(domain="others"), lab.rows()
    lab.write(seeds(60) + seeds(160, "others", share=1))
    second = lab.build()
    assert second.targets["sums"].state == "reached"
    assert lab.rows(domain="others") == others
    assert lab.rows() > sums
    assert second.totals["calls"] == 2 * (second.targets["sums"].drawn - 14)


def test_an_edited_seed_keeps_its_place(lab: Lab) -> None:
    first = lab.build()
    rows = seeds(100)
    taken = lab.workspace.store.current(PartitionKey("toy", "intake", "sums"))
    assert taken is not None
    path = lab.workspace.store.cas.path(taken[1].rows)
    name = tables.read_columns(path, ["seed_id"]).column(0)[0].as_py()
    number = int(name.split("-")[1])
    rows[number] = {**rows[number], "answer": "other"}
    lab.write(rows)
    assert lab.build().totals["calls"] <= 2
    assert len(lab.rows()) == first.seeds
    assert len(lab.workspace.store.state.rows(schema.supersedes.select())) == 1


def test_a_removed_seed_leaves_and_another_is_drawn(lab: Lab) -> None:
    lab.write(seeds(100, share=1))
    lab.build()
    drawn = lab.rows()
    path = lab.workspace.store.current(PartitionKey("toy", "intake", "sums"))
    assert path is not None
    table = tables.read_columns(lab.workspace.store.cas.path(path[1].rows), ["seed_id"])
    gone = table.column(0)[0].as_py()
    lab.write([row for row in seeds(100, share=1) if row["id"] != gone])
    result = lab.build()
    assert (result.accepted, result.totals["calls"]) == (10, 2)
    assert len(lab.rows() & drawn) == 9


def test_one_domain_draws_and_the_other_stays(lab: Lab) -> None:
    lab.write(seeds(100) + seeds(100, "others"))
    result = lab.build(domains=("sums",))
    assert list(result.targets) == ["sums"]
    assert result.targets["sums"].state == "reached"
    assert len(lab.rows(domain="others")) == 10, "the first draw alone: nothing is built of it"


def test_a_target_that_comes_and_goes(lab: Lab) -> None:
    lab.target("")
    whole = lab.build()
    assert (whole.seeds, whole.targets) == (100, {})
    lab.target("{accepted: 10}")
    kept = lab.build()
    assert (kept.seeds, kept.totals["calls"]) == (100, 0), "no built row is dropped"
    lab.write(seeds(130))
    assert lab.build().seeds == 100
    lab.target("")
    assert lab.build().seeds == 130


def test_repeats_are_counted_and_the_balance_holds(lab: Lab) -> None:
    lab.write(seeds(20, share=1) + seeds(5, share=1))
    result = lab.build()
    assert (result.seeds, result.duplicates, result.rejected) == (10, 5, 0)
    current = lab.workspace.store.current(PartitionKey("toy", "intake", "sums"))
    assert current is not None
    assert current[1].counts.balanced()


def test_computed_seeds_are_a_pool(lab: Lab) -> None:
    text = (lab.toy.folder / "recipe.yaml").read_text()
    source = "computed: {count: 60, domains: [physics]}"
    text = text.replace('file: "seeds/*.jsonl"', source)
    path = lab.toy.folder / "recipe.yaml"
    path.write_text(text.replace("column: family, equals: good", "column: question, empty: false"))
    found = lab.build().targets["physics"]
    assert (found.state, found.drawn, found.waiting) == ("reached", 10, 50)


def test_a_damaged_pool_is_read_again(lab: Lab) -> None:
    lab.target("{accepted: 5}")
    lab.build()
    pool = lab.workspace.store.current(PartitionKey("toy", "intake/pool", "sums"))
    assert pool is not None
    lab.workspace.close()
    lab.workspace.store.cas.path(pool[1].rows).unlink()
    lab.workspace = open_workspace(find_project(lab.toy.folder))
    lab.target("{accepted: 12}")
    assert lab.build().targets["sums"].state == "reached"


def test_an_engine_that_fails_does_not_use_the_seeds_up(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qmirror_assets.engines.base import Failure, FailureKind

    async def fail(_self: FakeEngine, calls: Any) -> list[Failure]:
        return [Failure(FailureKind.SERVER, "down") for _ in calls]

    monkeypatch.setattr(FakeEngine, "run", fail)
    with pytest.raises(FailureLimit):
        lab.build()
    assert len(lab.rows()) == 10


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{accepted: 0}", "greater than or equal to 1"),
        ("{accepted: 5, candidates: 4}", "at least accepted"),
        ("{acepted: 5}", "Did you mean 'accepted'"),
    ],
    ids=["none", "cap below", "misspelt"],
)
def test_a_bad_target_is_refused(lab: Lab, text: str, says: str) -> None:
    lab.target(text)
    with pytest.raises(RecipeError, match=says):
        lab.build()


def test_through_the_command_line_and_dagster(toy_project: ToyProject) -> None:
    path = toy_project.recipe / "recipe.yaml"
    path.write_text(FILTERED + "target: {accepted: 6, candidates: 30}\n")
    rows = seeds(40) + seeds(8, "few")
    folder: Path = toy_project.recipe / "seeds"
    (folder / "seeds.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = toy_project.qmirror("build", str(toy_project.recipe), "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["targets"]["sums"]["state"] == "reached"
    assert result["targets"]["few"] == {
        "state": "seeds_used_up", "wanted": 6, "accepted": 4, "drawn": 8, "waiting": 0,
    }  # fmt: skip
    assert result["published"]
    assert "drawing seeds" in done.stderr
    again = toy_project.qmirror("build", str(toy_project.recipe))
    assert "calls        0" in again.stdout
    assert "few not reached: all seeds are used up: 4 of 6 wanted" in again.stdout
    assert "dagster" not in again.stderr.lower()
