"""Shared fixtures: a toy recipe, and a project folder of its own for every test."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from qmirror_assets.engines.fake import FakeEngine, FakeOptions
from qmirror_assets.profile import Profile, ProfileSpec
from qmirror_assets.recipe import load_recipe
from qmirror_assets.runner import Budget, Runner
from qmirror_assets.runner.engines import Engines
from qmirror_assets.runner.facts import Facts, Materialized
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.runner.sources import Sources
from qmirror_assets.stages.compile import compile_recipe
from qmirror_assets.store import Store, open_store

os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")

# A change is judged by the same cases every time; `make test-faults` draws new ones.
settings.register_profile("same", derandomize=True, database=None, deadline=None)
settings.register_profile("new", print_blob=True, database=None, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

TOY = """\
recipe: toy
random_seed: 7
profile: fake
seeds: [{file: "seeds/*.jsonl"}]
stages:
  - kind: map
    name: draft
    uses: llm
    with: {messages: [{prompt: draft.j2}], reads: [question], column: draft}
  - kind: map
    name: polish
    uses: llm
    with: {messages: [{prompt: polish.j2}], reads: [draft], column: polished}
  - kind: assemble
    name: final
    columns: {question: question, answer: polished, licence: licence, family: family}
gate: {score_column: "", require_image: false, min_yield: 0.0, max_reject_rate: 1.0}
release: {split_by: family}
"""

LOOP = """\
recipe: toy
random_seed: 7
profile: fake
seeds: [{file: "seeds/*.jsonl"}]
stages:
  - kind: refine
    name: refine
    rounds: 3
    steps:
      - name: write
        uses: llm
        with: {messages: [{prompt: write.j2}], reads: [question, text, advice], column: text}
      - name: judge
        uses: llm
        with:
          messages: [{prompt: judge.j2}]
          reads: [question, text]
          reply: {score: {type: integer, minimum: 0, maximum: 99}, advice: {type: string}}
    accept: [{column: score, at_least: 80}]
    rank_by: [score]
"""
"""The beginning of a recipe: its first stage is a loop."""


def write_seeds(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, "utf-8")


def toy_seed(number: int, domain: str = "sums", **more: Any) -> dict[str, Any]:
    return {
        "question": f"What is {number} plus {number * 7}?",
        "answer": str(number * 8),
        "domain": domain,
        "licence": "CC0-1.0",
        "source": "toy",
        **more,
    }


@dataclass
class Toy:
    """A toy project without Dagster: intake and every node of every domain."""

    folder: Path
    engine: Callable[[], FakeEngine]
    retry: bool = False
    lease_wait: float = 5
    domains: list[str] = field(default_factory=list)  # none named: all
    budget: Budget = field(default_factory=Budget)
    last: list[Materialized] = field(default_factory=list)

    @property
    def seeds(self) -> Path:
        return self.folder / "seeds" / "seeds.jsonl"

    def write(self, rows: list[dict[str, Any]]) -> None:
        write_seeds(self.seeds, rows)

    def prompt(self, name: str, text: str) -> None:
        (self.folder / "prompts" / f"{name}.j2").write_text(text, "utf-8")

    def edit(self, old: str, new: str) -> None:
        path = self.folder / "recipe.yaml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    def open(self) -> Store:
        return open_store(self.folder / "data")

    def runner(self, store: Store, engine: FakeEngine) -> Runner:
        profile = Profile(ProfileSpec(profile="fake", engines={"text": {"kind": "fake"}}))
        engines = Engines(profile, lambda _config: engine, lambda _config: dict(engine.identity))
        graph = compile_recipe(load_recipe(str(self.folder)))
        return Runner(
            store, graph, engines, "toy", "run", budget=self.budget, lease_wait=self.lease_wait
        )

    def build(self) -> Facts:
        """Build everything; the summed facts."""
        total, store = Facts(), self.open()
        runner = self.runner(store, self.engine())
        self.last = []
        try:
            sources = Sources.of(load_recipe(str(self.folder)))
            run_intake(store, "toy", sources, wait=max(self.lease_wait, 30.0))
            for domain in self.domains or store.state.domain_names("toy"):
                for node in runner.graph:
                    done = runner.materialize(node.name, domain, retry=self.retry)
                    assert done.manifest.counts.balanced()
                    self.last.append(done)
                    total.calls += done.facts.calls
                    total.hits += done.facts.hits
                    total.failures += done.facts.failures
        finally:
            runner.close()
            store.close()
        return total

    def versions(self) -> dict[str, str]:
        """Node and domain -> data version of the last build."""
        return {f"{m.key.node}:{m.key.domain}": m.manifest.data_version for m in self.last}


def make_toy(folder: Path) -> Toy:
    (folder / "prompts").mkdir(parents=True)
    (folder / "recipe.yaml").write_text(TOY, "utf-8")
    made = Toy(folder, lambda: FakeEngine(FakeOptions(), {"kind": "fake", "model": "a"}))
    made.prompt("draft", "Draft: {{ question }}")
    made.prompt("polish", "Polish: {{ draft }}")
    made.write([toy_seed(i) for i in range(200)])
    return made


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return make_toy(tmp_path / "toy")


@dataclass
class ToyProject:
    """A recipe folder and a project folder beside it, for the command line, Dagster and the UI."""

    recipe: Path
    project: Path
    first: dict[str, Any] = field(default_factory=dict)
    """What its first build said; empty when nothing is built."""

    @classmethod
    def make(cls, folder: Path) -> ToyProject:
        made = cls(folder / "recipe", folder / "project")
        for path in (made.recipe / "prompts", made.project):
            path.mkdir(parents=True)
        (made.recipe / "recipe.yaml").write_text(TOY, "utf-8")
        (made.recipe / "prompts" / "draft.j2").write_text("Draft: {{ question }}", "utf-8")
        (made.recipe / "prompts" / "polish.j2").write_text("Polish: {{ draft }}", "utf-8")
        made.seeds(alpha=12, beta=8)
        return made

    def copy(self, folder: Path) -> ToyProject:
        """The same project elsewhere, with what it has built."""
        shutil.copytree(self.recipe, folder / "recipe")
        shutil.copytree(self.project, folder / "project")
        release = folder / "project" / Path(self.first["directory"]).relative_to(self.project)
        first = {**self.first, "directory": str(release)}
        return ToyProject(folder / "recipe", folder / "project", first)

    def seeds(self, **domains: int) -> None:
        rows = [toy_seed(1000 * n + i, d) for n, d in enumerate(domains) for i in range(domains[d])]
        write_seeds(self.recipe / "seeds" / "seeds.jsonl", rows)

    @property
    def home(self) -> Path:
        """DAGSTER_HOME."""
        return self.project / ".qmirror" / "dagster"

    @property
    def environment(self) -> dict[str, str]:
        return {k: v for k, v in os.environ.items() if k not in ("DAGSTER_HOME", "QMIRROR_DATA")}

    def qmirror(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "qmirror_assets.cli", *arguments],
            cwd=self.project, env=self.environment, capture_output=True, text=True, timeout=280,
        )  # fmt: skip

    def build(self, *more: str) -> dict[str, Any]:
        """Build by the command line; what it said."""
        done = self.qmirror("build", str(self.recipe), "--json", *more)
        assert done.returncode == 0, done.stderr
        said: dict[str, Any] = json.loads(done.stdout)
        return said


@pytest.fixture
def toy_project(tmp_path: Path) -> ToyProject:
    return ToyProject.make(tmp_path)


@pytest.fixture(scope="session")
def released_once(tmp_path_factory: pytest.TempPathFactory) -> ToyProject:
    """A project that is built and published; tests take copies of it."""
    made = ToyProject.make(tmp_path_factory.mktemp("released"))
    made.first = made.build("--version", "2026.11.0")
    return made


@pytest.fixture
def released_project(released_once: ToyProject, tmp_path: Path) -> ToyProject:
    return released_once.copy(tmp_path)
