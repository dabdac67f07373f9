"""What a user does between two builds, and how many calls the next build may make."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.server import CountingServer
from benchmarks.user_project import Row, Through, UserProject, seed_row

GROUPS = ("edited", "killed", "failing", "command")
Edit = Callable[[UserProject], None]


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table. Calls are counted by the server, rows by the last stage."""

    scenario: str
    expected: str
    found: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Size:
    """seeds: rows at the start. in_flight: calls at once. failing: share that fails for good."""

    seeds: int = 200
    in_flight: int = 16
    failing: float = 0.05
    random_seed: int = 7

    @property
    def added(self) -> int:
        """Seeds that are added later."""
        return max(1, self.seeds // 10)


# -- edits


def nothing(_project: UserProject) -> None:
    """The user changes nothing."""


def change_prompt(project: UserProject) -> None:
    """Another prompt of the second stage."""
    project.edit("prompts/solve.j2", ("in one sentence", "in two sentences"))


def change_prompt_back(project: UserProject) -> None:
    """The prompt as it was."""
    project.edit("prompts/solve.j2", ("in two sentences", "in one sentence"))


def add_seeds(project: UserProject) -> None:
    """One seed more for every ten."""
    count = len(project.rows)
    project.rows += [seed_row(count + i) for i in range(count // 10)]
    project.write_rows()


def edit_seed(project: UserProject) -> None:
    """One question corrected in place, same id."""
    row = project.rows[len(project.rows) // 2]
    row["question"] = row["question"].replace("A cart", "A heavy cart")
    project.write_rows()


def move_file(project: UserProject) -> None:
    """The seed file under another name."""
    project.write_rows("renamed.jsonl")


def shuffle_rows(project: UserProject) -> None:
    """The same rows in another order."""
    random.Random(7).shuffle(project.rows)
    project.write_rows()


def add_column(project: UserProject) -> None:
    """A column that no stage reads, before all others."""
    project.rows = [{"reviewed_by": "someone", **row} for row in project.rows]
    project.write_rows()


def reorder_columns(project: UserProject) -> None:
    """Columns in the opposite order."""
    project.rows = [_reversed(row) for row in project.rows]
    project.write_rows()


def _reversed(row: Row) -> Row:
    return dict(reversed(row.items()))


def windows_lines(project: UserProject) -> None:
    """Line ends CR LF."""
    project.write_rows(line_end="\r\n")


def to_csv(project: UserProject) -> None:
    """The same rows as CSV with CR LF."""
    project.write_rows("exercises.csv", line_end="\r\n")


def rename_stages(project: UserProject) -> None:
    """Other stage names."""
    project.edit("recipe.yaml", ("name: write", "name: compose"), ("name: solve", "name: finish"))


def rename_column(project: UserProject) -> None:
    """Another name for the second stage's column."""
    project.edit("recipe.yaml", ("column: solution", "column: worked"),
                 ("answer: solution", "answer: worked"))  # fmt: skip


def add_rule(project: UserProject) -> None:
    """A rule over what the model answered."""
    rule = "  - {kind: filter, name: checked, where: [{column: worked, empty: false}]}\n"
    project.edit("recipe.yaml", ("  - kind: assemble", rule + "  - kind: assemble"))


def edits(size: Size) -> list[tuple[str, Edit, int]]:
    """(what the user does, the edit, calls that the next build makes)."""
    return [
        ("cold build", nothing, 2 * size.seeds),
        ("nothing changed", nothing, 0),
        ("second prompt changed", change_prompt, size.seeds),
        ("second prompt changed back", change_prompt_back, 0),
        (f"{size.added} seeds added", add_seeds, 2 * size.added),
        ("one seed edited in place", edit_seed, 2),
        ("seed file renamed", move_file, 0),
        ("rows shuffled", shuffle_rows, 0),
        ("unused column added", add_column, 0),
        ("columns reordered", reorder_columns, 0),
        ("line ends CR LF", windows_lines, 0),
        ("seeds as CSV", to_csv, 0),
        ("both stages renamed", rename_stages, 0),
        ("output column renamed", rename_column, 0),
        ("rule over replies added", add_rule, 0),
    ]


# -- scenarios


@dataclass(frozen=True, slots=True)
class Bench:
    """Runs scenarios in projects below `folder`."""

    folder: Path
    server: CountingServer
    size: Size

    def run(self, group: str) -> Iterator[Result]:
        """The scenarios of one of `GROUPS`."""
        return {
            "edited": self.edited, "killed": self.killed, "failing": self.failing,
            "command": self.commanded,
        }[group]()  # fmt: skip

    def edited(self) -> Iterator[Result]:
        """One project through all edits."""
        project = self._project("edited", "runner")
        for name, edit, calls in edits(self.size):
            edit(project)
            yield self._counted(name, calls, len(project.rows), project.build)
        rows = len(project.rows)
        yield self._counted("reply parser changed", 0, rows, lambda: project.build(new_parser=True))

    def killed(self) -> Iterator[Result]:
        """SIGKILL half-way through the calls, then the same command again."""
        project = self._project("killed", "runner")
        self.server.reset()
        project.kill_when(lambda: self.server.calls >= self.size.seeds)
        made = self.server.calls
        self.server.reset()
        built = project.build()
        calls, most = self.server.calls, self.size.seeds + self.size.in_flight
        yield Result(
            f"killed (-9) at {made} calls, built again",
            f"at most {most} calls, {self.size.seeds} rows",
            f"{calls} calls, {built['accepted']} rows",
            calls <= most and built["accepted"] == self.size.seeds,
        )

    def failing(self) -> Iterator[Result]:
        """Some calls fail on every try; later the server is healthy again."""
        project, size = self._project("failing", "runner"), self.size
        self.server.reset([f"400:{size.failing}:permanent"])
        built = project.build()
        stats = self.server.stats()
        failed = int(sum(stats["faults"].values()))
        good = size.seeds - failed
        yield _compare(f"{size.failing:.0%} of calls fail for good", "rows", good,
                       built["accepted"], also=failed > 0)  # fmt: skip
        listed = [row for row in project.rejects() if row["retryable"]]
        yield _compare("`qmirror rejects` lists them", "rows", failed, len(listed))
        self.server.reset([])
        yield self._counted("built again without `retry`", 0, good, project.build)
        missing = 2 * size.seeds - (stats["calls"] - failed)
        yield self._counted("`retry`, server healthy", missing, size.seeds, project.retry)
        yield self._counted("nothing changed", 0, size.seeds, project.build)

    def commanded(self) -> Iterator[Result]:
        """The first edits through the whole command line: Dagster, gate and release included."""
        project = self._project("command", "command")
        for name, edit, calls in edits(self.size)[:3]:
            edit(project)
            rows = len(project.rows)
            yield self._counted(f"`qmirror build`: {name}", calls, rows, project.build)

    def _project(self, name: str, through: Through) -> UserProject:
        folder = self.folder / name
        project = UserProject.make(folder, through, self.server.url, self.size.in_flight)
        project.rows = [seed_row(number) for number in range(self.size.seeds)]
        project.write_rows()
        return project

    def _counted(
        self, name: str, calls: int, rows: int, build: Callable[[], dict[str, Any]]
    ) -> Result:
        self.server.reset()
        accepted = build()["accepted"]
        made = self.server.calls
        return Result(
            name, f"{calls} calls, {rows} rows", f"{made} calls, {accepted} rows",
            (made, accepted) == (calls, rows),
        )  # fmt: skip


def _compare(name: str, unit: str, expected: int, found: int, *, also: bool = True) -> Result:
    return Result(name, f"{expected} {unit}", f"{found} {unit}", also and expected == found)
