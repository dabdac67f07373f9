"""`qmirror plan` and `qmirror audit --why` as a user sees them: text and --json."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from qmirror_assets import cli
from tests.conftest import Toy, toy_seed
from tests.integration.test_plan import Desk, desk


@dataclass
class Terminal:
    """The command line in this process, in a project that is built without Dagster."""

    desk: Desk
    capsys: pytest.CaptureFixture[str]
    said: str = ""  # on stderr, by the last command

    @property
    def toy(self) -> Toy:
        return self.desk.toy

    def run(self, *arguments: str, code: int = 0) -> str:
        self.capsys.readouterr()
        found = cli.run([*arguments, "--project", str(self.toy.folder)])
        out, self.said = self.capsys.readouterr()
        assert found == code, self.said
        return out

    def plan(self) -> tuple[list[str], dict[str, Any]]:
        """(lines, the same as JSON)."""
        arguments = ("plan", str(self.toy.folder), "--profile", "mine")
        found: dict[str, Any] = json.loads(self.run(*arguments, "--json"))
        return self.run(*arguments).splitlines(), found

    def why(self, sample_id: str) -> tuple[list[str], dict[str, Any]]:
        """(lines, the same as JSON)."""
        found: dict[str, Any] = json.loads(self.run("audit", sample_id, "--why", "--json"))
        return self.run("audit", sample_id, "--why").splitlines(), found

    def seeds(self, count: int, **edits: str) -> None:
        """So many seeds, two thirds of them in alpha; `edits`: id -> another question."""
        rows = [
            toy_seed(number, "beta" if number % 3 == 0 else "alpha", id=f"s{number}")
            for number in range(count)
        ]
        for row in rows:
            row["question"] = edits.get(row["id"], row["question"])
        self.toy.write(rows)


def line(lines: list[str], stage: str) -> str:
    """The table's line of a stage, single-spaced."""
    return next(re.sub(r" +", " ", row) for row in lines if row.split()[:1] == [stage])


def stale(found: dict[str, Any]) -> dict[str, list[str]]:
    """`node:domain` -> reasons of what is to do."""
    return {
        f"{item['node']}:{item['domain']}": item["reasons"]
        for item in found["partitions"]
        if not item["fresh"]
    }


@pytest.fixture
def project(desk: Desk, capsys: pytest.CaptureFixture[str]) -> Terminal:
    made = Terminal(desk, capsys)
    made.seeds(12)
    return made


@pytest.fixture
def done(project: Terminal) -> Terminal:
    assert project.desk.build() == 24
    return project


def test_a_cold_plan(project: Terminal) -> None:
    lines, found = project.plan()
    assert lines[0] == "toy  profile mine"
    assert lines[1:3] == ["  8 seeds new in alpha", "  4 seeds new in beta"]
    assert line(lines, "draft") == "draft alpha, beta 12 12 - never built"
    assert line(lines, "final") == "final alpha, beta 12 - - never built"
    assert "6 partitions to do, 0 up to date" in lines
    assert "calls    exactly 24, if calls succeed" in lines
    assert any("run with --pilot 3" in row for row in lines)
    assert (found["calls"]["low"], found["calls"]["high"]) == (24, 24)
    assert found["expense"] is None
    assert stale(found)["draft:alpha"] == ["never built"]


def test_nothing_to_do(done: Terminal) -> None:
    lines, found = done.plan()
    assert lines == [
        "toy  profile mine", "  everything is up to date (6 partitions): a build makes no call",
    ]  # fmt: skip
    assert stale(found) == {}


def change_prompt(project: Terminal) -> None:
    project.toy.prompt("polish", "Please polish: {{ draft }}")


def change_setting(project: Terminal) -> None:
    project.toy.edit("column: polished}", "column: polished, max_tokens: 9}")


def change_engine(project: Terminal) -> None:
    project.desk.engine("b")


CHANGES: list[tuple[str, Callable[[Terminal], None], str, str, int]] = [
    ("prompt", change_prompt, "polish", "prompt polish.j2 of stage polish changed", 12),
    (
        "setting", change_setting, "polish",
        "setting max_tokens of stage polish changed from 512 to 9", 12,
    ),
    ("new seeds", lambda project: project.seeds(18), "draft", "alpha: 4 seeds new", 12),
    ("engine", change_engine, "draft", "text engine changed: model a -> b", 24),
    ("edited", lambda project: project.seeds(12, s4="What is 5?"), "draft", "1 seed edited", 2),
    ("gone seeds", lambda project: project.seeds(11), "draft", "1 seed gone", 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "stage", "why", "calls"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES]
)
def test_a_reason_for_every_change(
    done: Terminal, change: Callable[[Terminal], None], stage: str, why: str, calls: int
) -> None:
    change(done)
    lines, found = done.plan()
    assert why in line(lines, stage)
    reason = why.removeprefix("alpha: ")
    assert any(
        reason in reasons for node, reasons in stale(found).items() if node.startswith(f"{stage}:")
    )
    assert f"calls    exactly {calls}" + (", if calls succeed" if calls else "") in lines
    assert any(row.startswith("tokens   about") for row in lines) is bool(calls)
    assert done.desk.build() == calls == found["calls"]["low"]
    assert "everything is up to date" in done.plan()[0][1]


def test_a_plan_says_the_seeds_that_changed(done: Terminal) -> None:
    done.seeds(18, s4="What is 5?")
    lines, found = done.plan()
    assert lines[1:3] == ["  4 seeds new, 1 edited in alpha", "  2 seeds new in beta"]
    assert found["seeds_changed"]
    assert {item["domain"]: item["new"] for item in found["seeds"]} == {"alpha": 4, "beta": 2}


def test_a_plan_of_one_domain(done: Terminal) -> None:
    change_prompt(done)
    one = ("plan", str(done.toy.folder), "--profile", "mine", "--domain")
    lines = done.run(*one, "beta").splitlines()
    assert line(lines, "polish").startswith("polish beta 4 4 - prompt polish.j2")
    assert done.run(*one, "gamma", code=2) == ""
    assert "expected one of alpha, beta" in done.said


# -- one sample


def test_why_a_sample_is_up_to_date(done: Terminal) -> None:
    lines, found = done.why(done.desk.samples()["s4"])
    assert lines[0] == f"sample {found['sample_id']}  dataset toy  domain alpha"
    assert lines[1:] == ["  draft   up to date", "  polish  up to date", "  final   up to date"]


def test_why_a_sample_would_be_made_again(done: Terminal) -> None:
    name = done.desk.samples()["s4"]
    change_prompt(done)
    lines, found = done.why(name)
    assert lines[1:] == [
        "  draft   up to date",
        "  polish  would be made again  prompt polish.j2 of stage polish changed",
        "  final   would follow         its row of a stage before is made again",
    ]
    assert [stage["fate"] for stage in found["stages"]] == [
        "up to date", "would be made again", "would follow",
    ]  # fmt: skip


def test_why_an_edited_seed_has_no_sample(done: Terminal) -> None:
    name = done.desk.samples()["s4"]
    done.seeds(12, s4="What is 5?")
    lines, found = done.why(name)
    assert re.fullmatch(
        r"  intake  not there +its seed was edited: sample \w{32} replaces it", lines[1]
    )
    assert [stage["node"] for stage in found["stages"]] == ["intake"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("0" * 32, "--why"), "no sample"),
        (("0" * 32, "--why", "--release", "."), "leave --release or --why out"),
        (("../../etc", "--why"), "sample id"),
    ],
    ids=["unknown", "of a release", "hostile"],
)
def test_what_cannot_be_explained(done: Terminal, arguments: tuple[str, ...], says: str) -> None:
    assert done.run("audit", *arguments, code=2) == ""
    assert says in done.said
