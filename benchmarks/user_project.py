"""A project as a user keeps it: a recipe folder, a profile, seed files, and the command line."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from benchmarks.server import MODEL

TEMPLATE = Path(__file__).parent / "project"
ROOT = Path(__file__).parents[1]
DATASET = "questions"
Through = Literal["command", "runner"]
Row = dict[str, str]

_PROFILE = """\
profile: local
engines:
  text:
    kind: openai
    base_url: {url}
    model: {model}
    revision: "1"
    in_flight: {in_flight}
"""


def seed_row(number: int) -> Row:
    """A seed; equal numbers give equal seeds."""
    return {
        "id": f"exercise-{number}",
        "question": f"A cart of {number + 2} kg gains {number % 7 + 1} m/s in 4 s. Which force?",
        "answer": f"{(number + 2) * (number % 7 + 1) / 4:g} N",
        "domain": "mechanics",
        "licence": "CC0-1.0",
        "source": "benchmark",
    }


@dataclass
class UserProject:
    """Files of one project, and builds of its dataset in processes of their own.

    through: `command` runs `qmirror build` (Dagster, gate and release included), `runner` the
    runner alone.
    """

    folder: Path
    through: Through
    rows: list[Row] = field(default_factory=list)

    @classmethod
    def make(cls, folder: Path, through: Through, url: str, in_flight: int) -> UserProject:
        """A fresh project in `folder`, which must not exist, for the server at `url`."""
        shutil.copytree(TEMPLATE, folder / "recipe")
        profile = folder / "profiles" / "local.yaml"
        profile.parent.mkdir()
        profile.write_text(_PROFILE.format(url=url, model=MODEL, in_flight=in_flight), "utf-8")
        (folder / "recipe" / "seeds").mkdir(exist_ok=True)
        return cls(folder, through)

    # -- what a user edits

    @property
    def seeds(self) -> Path:
        """The seed folder."""
        return self.folder / "recipe" / "seeds"

    def write_rows(self, name: str = "exercises.jsonl", line_end: str = "\n") -> None:
        """Write the rows as the only seed file; a name that ends in .csv makes a CSV file."""
        for old in self.seeds.rglob("*.*"):
            old.unlink()
        path = self.seeds / name
        if path.suffix == ".csv":
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(self.rows[0]), lineterminator=line_end)
                writer.writeheader()
                writer.writerows(self.rows)
            return
        text = "".join(json.dumps(row) + line_end for row in self.rows)
        path.write_bytes(text.encode())

    def edit(self, name: str, *changes: tuple[str, str]) -> None:
        """Replace text in a file of the recipe; what is replaced must be there."""
        path = self.folder / "recipe" / name
        text = path.read_text("utf-8")
        for old, new in changes:
            if old not in text:
                raise ValueError(f"{name} does not hold {old!r}")
            text = text.replace(old, new)
        path.write_text(text, "utf-8")

    # -- builds

    def build(self, *, new_parser: bool = False) -> dict[str, Any]:
        """Bring the dataset up to date; accepted rows and calls as the tool reports them."""
        if new_parser:
            return self._facts([*self._runner(), "--new-parser"])
        return self._facts(self._build())

    def retry(self) -> dict[str, Any]:
        """Run the failed rows again."""
        if self.through == "runner":
            return self._facts([*self._runner(), "--retry"])
        return self._facts(self._qmirror("retry", DATASET, "--json"))

    def rejects(self) -> list[dict[str, Any]]:
        """What `qmirror rejects` lists."""
        found: list[dict[str, Any]] = self._run(self._qmirror("rejects", DATASET, "--json"))
        return found

    def kill_when(self, due: Callable[[], bool]) -> None:
        """Start a build and end it with SIGKILL as soon as `due`.

        Raises:
            RuntimeError: the build ended before.
        """
        process = subprocess.Popen(
            self._build(), cwd=ROOT, env=self._environment(), start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while not due():
            if process.poll() is not None:
                raise RuntimeError(f"the build ended by itself with code {process.returncode}")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _build(self) -> list[str]:
        if self.through == "runner":
            return self._runner()
        return self._qmirror("build", str(self.folder / "recipe"), "--json")

    def _qmirror(self, *arguments: str) -> list[str]:
        place = ("--project", str(self.folder))
        return [sys.executable, "-m", "qmirror_assets.cli", *arguments, *place]

    def _runner(self) -> list[str]:
        recipe = str(self.folder / "recipe")
        module = [sys.executable, "-m", "benchmarks.without_dagster"]
        return [*module, recipe, "--project", str(self.folder)]

    def _facts(self, command: Sequence[str]) -> dict[str, Any]:
        found: dict[str, Any] = self._run(command)
        return found

    def _run(self, command: Sequence[str]) -> Any:
        done = subprocess.run(
            command, cwd=ROOT, env=self._environment(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"code {done.returncode} of {' '.join(command)}\n{done.stderr}")
        return json.loads(done.stdout)

    def _environment(self) -> dict[str, str]:
        ours = ("DAGSTER_HOME", "QMIRROR_DATA", "QMIRROR_PROJECT")
        return {name: value for name, value in os.environ.items() if name not in ours}
