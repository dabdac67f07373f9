"""A toy project on disk that the command line, Dagster and the UI can build."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import TOY, toy_seed, write_seeds


@dataclass
class ToyProject:
    """A recipe folder and a project folder beside it."""

    recipe: Path
    project: Path

    def seeds(self, **domains: int) -> None:
        rows = [toy_seed(1000 * n + i, d) for n, d in enumerate(domains) for i in range(domains[d])]
        write_seeds(self.recipe / "seeds" / "seeds.jsonl", rows)

    @property
    def environment(self) -> dict[str, str]:
        return {k: v for k, v in os.environ.items() if k not in ("DAGSTER_HOME", "QMIRROR_DATA")}

    def qmirror(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "qmirror_assets.cli", *arguments],
            cwd=self.project, env=self.environment, capture_output=True, text=True, timeout=280,
        )  # fmt: skip


@pytest.fixture
def toy_project(tmp_path: Path) -> ToyProject:
    recipe, project = tmp_path / "recipe", tmp_path / "project"
    for folder in (recipe / "prompts", project):
        folder.mkdir(parents=True)
    (recipe / "recipe.yaml").write_text(TOY, "utf-8")
    (recipe / "prompts" / "draft.j2").write_text("Draft: {{ question }}", "utf-8")
    (recipe / "prompts" / "polish.j2").write_text("Polish: {{ draft }}", "utf-8")
    made = ToyProject(recipe, project)
    made.seeds(alpha=12, beta=8)
    return made
