"""Budgets and failures over real HTTP: nothing above a cap, nothing lost, only failures retried."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.building import Wishes
from qmirror_assets.engines.base import FailureKind
from qmirror_assets.engines.retry import POLICIES
from qmirror_assets.errors import BudgetReached, RecipeError, UsageError
from qmirror_assets.profile import load_profile
from qmirror_assets.project import find_project
from qmirror_assets.rejecting import list_rejects
from qmirror_assets.store import schema
from qmirror_assets.summary import BuildResult
from qmirror_assets.workspace import default_record, open_workspace
from tests.conftest import Toy, ToyProject, toy_seed
from tests.integration.test_target import Direct, OnlyRows

ROOT = Path(__file__).parents[2]
ROWS = 40
PROFILE = """\
profile: wire
engines:
  text:
    kind: openai
    base_url: "http://127.0.0.1:{port}/v1"
    model: fake
    revision: r1
    in_flight: 16
    timeout_s: 20
prices:
  text: {{prompt: 1000, completion: 1000, currency: EUR, as_of: "2026-11-01"}}
"""


@dataclass
class Wire:
    """A fake server in a process of its own, and a toy project that asks it."""

    port: int
    toy: Toy

    def post(self, path: str, value: Any = None) -> Any:
        data = None if value is None else json.dumps(value).encode()
        url = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(urllib.request.Request(url, data)) as reply:  # noqa: S310
            return json.loads(reply.read())

    @property
    def calls(self) -> int:
        return int(self.post("/stats")["calls"])

    def faults(self, *rules: str) -> None:
        self.post("/reset", {"faults": list(rules)})

    def build(self, **wishes: Any) -> BuildResult:
        workspace = open_workspace(find_project(self.toy.folder))
        try:
            dataset = workspace.register(default_record(str(self.toy.folder), profile="wire"))
            driver = Direct(dataset)
            driver.runner.budget.max_calls = wishes.get("max_calls")
            driver.runner.budget.max_cost = wishes.get("max_cost")
            driver.live.retry = wishes.get("retry", False)
            build = OnlyRows(workspace, dataset, Wishes(**wishes), _driver=driver)
            driver.runner.run_id = build.run_id
            return build.run()
        finally:
            workspace.close()

    def read(self, what: str) -> list[Any]:
        workspace = open_workspace(find_project(self.toy.folder))
        try:
            if what == "rejects":
                return list(list_rejects(workspace.dataset("toy")))
            return workspace.store.state.rows(schema.attempts.select())
        finally:
            workspace.close()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    command = ["-m", "qmirror_assets.testing.fake_server", "--latency-ms", "20"]
    server = subprocess.Popen(
        [sys.executable, *command, "--retry-after", "0"], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    yield int(server.stdout.readline())
    server.terminate()
    server.wait(10)


@pytest.fixture
def wire(port: int, toy: Toy) -> Wire:
    (toy.folder / "profiles").mkdir()
    (toy.folder / "profiles" / "wire.yaml").write_text(PROFILE.format(port=port))
    toy.write([toy_seed(i) for i in range(ROWS)])
    made = Wire(port, toy)
    made.faults()
    return made


@pytest.mark.parametrize("cap", [0, 1, 25, ROWS, 65], ids=lambda cap: f"{cap} calls")
def test_never_a_call_above_the_cap_and_the_next_build_goes_on(wire: Wire, cap: int) -> None:
    with pytest.raises(BudgetReached, match="finished calls are kept"):
        wire.build(max_calls=cap)
    assert wire.calls == cap
    result = wire.build()
    assert wire.calls == 2 * ROWS, "no call is made twice"
    assert result.totals["calls"] == 2 * ROWS - cap
    assert result.accepted == ROWS


def test_a_cap_that_is_enough_changes_nothing(wire: Wire) -> None:
    assert wire.build(max_calls=2 * ROWS).accepted == ROWS
    assert wire.build(max_calls=0).totals["calls"] == 0, "up to date: no call is needed"


def test_a_cap_on_cost_stops_and_what_is_in_flight_is_kept(wire: Wire) -> None:
    whole = wire.build().totals
    assert whole["cost"] > 0
    assert (whole["currency"], whole["prices_as_of"]) == ("EUR", "2026-11-01")
    attempts = wire.read("attempts")
    assert sum(row.cost for row in attempts) == pytest.approx(whole["cost"])
    wire.toy.prompt("draft", "Again: {{ question }}")
    wire.faults()
    cap = whole["cost"] / 4
    with pytest.raises(BudgetReached, match="cap on cost"):
        wire.build(max_cost=cap)
    made = wire.calls
    assert 0 < made < 2 * ROWS
    later = [row.cost for row in wire.read("attempts")[len(attempts) :]]
    assert len(later) == made
    assert cap <= sum(later) <= cap + 16 * max(later), "over it by what was in flight at most"
    wire.build()
    assert wire.calls == 2 * ROWS


def test_a_cap_on_cost_without_prices_is_refused(wire: Wire) -> None:
    path = wire.toy.folder / "profiles" / "wire.yaml"
    path.write_text(path.read_text().split("prices:")[0])
    with pytest.raises(UsageError, match="needs prices"):
        wire.build(max_cost=1.0)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("2026-11-01", "2026-13-01", "a day such as"),
        ("prices:\n", "prices:\n  judge: {prompt: 1, completion: 1, as_of: 2026-11-01}\n",
         "one currency"),
    ],
    ids=["no such day", "two currencies"],
)  # fmt: skip
def test_a_bad_price_is_refused(wire: Wire, old: str, new: str, says: str) -> None:
    path = wire.toy.folder / "profiles" / "wire.yaml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(RecipeError, match=says):
        load_profile(str(path))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("refusal", "refusal"), ("length", "length"), ("content_filter", "content_filter"),
     ("400", "bad_request"), ("garbage", "garbage")],
)  # fmt: skip
def test_failures_are_rows_with_attempts_and_retry_makes_only_them(
    wire: Wire, fault: str, reason: str
) -> None:
    schema_ = "messages: [{prompt: draft.j2}], reads: [question], "
    wire.toy.edit(schema_ + "column: draft", schema_ + "reply: {draft: {type: string}}")
    wire.toy.edit("release: {", "limits: {failure_rate: 1.0}\nrelease: {")
    wire.faults(f"{fault}:0.25:permanent")
    first = wire.build()
    failed = first.engine_failures
    assert 0 < failed < ROWS
    assert first.accepted == ROWS - failed
    assert first.rejected_by_reason == {reason: failed}
    assert [row.reason for row in wire.read("rejects")] == [reason] * failed
    attempts = [row for row in wire.read("attempts") if row.outcome != "ok"]
    assert {row.outcome for row in attempts} == {reason}
    assert {row.tries for row in attempts} == {POLICIES[FailureKind(reason)].tries}
    assert reason == "bad_request" or all(row.cost > 0 for row in attempts), "every try is paid"
    wire.faults()
    assert wire.build().totals["calls"] == 0, "a build leaves failures to `retry`"
    second = wire.build(retry=True)
    assert wire.calls >= failed
    assert second.accepted == ROWS
    assert wire.read("rejects") == []


def test_a_cap_and_too_many_failures_leave_with_1(wire: Wire, toy_project: ToyProject) -> None:
    folder = toy_project.project / "profiles"
    folder.mkdir()
    (folder / "wire.yaml").write_text(PROFILE.format(port=wire.port))
    build = ("build", str(toy_project.recipe), "--profile", "wire")
    capped = toy_project.qmirror(*build, "--max-calls", "3")
    assert (capped.returncode, wire.calls) == (1, 3), capped.stderr
    assert "cap on calls is reached" in capped.stderr
    assert "larger --max-calls" in capped.stderr
    wire.faults("refusal:0.5:permanent")
    failed = toy_project.qmirror(*build)
    assert failed.returncode == 1, failed.stderr
    assert "limits.failure_rate" in failed.stderr
    assert "qmirror retry toy" in failed.stderr


def test_every_kind_of_failure_has_a_policy_and_a_documented_row() -> None:
    assert set(POLICIES) == set(FailureKind)
    text = (ROOT / "docs" / "recipes.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| .* \| (\d+) \| ([\d.]+) \|$", text, re.MULTILINE)
    assert {kind: (int(tries), float(base)) for kind, tries, base in rows} == {
        kind.value: (policy.tries, policy.base_s) for kind, policy in POLICIES.items()
    }
