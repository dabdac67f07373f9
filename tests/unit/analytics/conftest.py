"""Two small builds by the fake engine: a loop with rules and failures, and a recipe without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from qmirror_assets.analytics import AnalyticsResult, run_analytics
from qmirror_assets.engines.fake import FakeEngine, FakeOptions
from qmirror_assets.engines.faults import FaultPlan, parse_rule
from qmirror_assets.keys import PartitionKey
from qmirror_assets.recipe import load_recipe
from qmirror_assets.stages.compile import compile_recipe
from qmirror_assets.stages.graph import Graph
from qmirror_assets.store import Store, tables
from tests.conftest import TOY, Toy, toy_seed

LOOP = """\
recipe: toy
random_seed: 7
profile: fake
seeds: [{file: "seeds/*.jsonl"}]
stages:
  - kind: refine
    name: polish
    rounds: 3
    steps:
      - name: revise
        uses: llm
        with: {messages: [{prompt: draft.j2}], reads: [question], column: revised, temperature: 1}
      - name: judge
        uses: llm
        with:
          messages: [{prompt: polish.j2}]
          reads: [revised]
          temperature: 1
          reply:
            score: {type: integer, minimum: 0, maximum: 100}
            fluent: {type: boolean}
            rules:
              type: array
              minItems: 3
              items:
                type: object
                required: [name, state, sentence]
                properties:
                  name: {enum: [moved_absent, answer_kept]}
                  state: {enum: [pass, fail, abstain]}
                  sentence: {type: string}
    accept: [{column: score, at_least: 80}]
    rank_by: [fluent, score]
  - {kind: filter, name: good, where: [{column: accepted, equals: true}]}
  - {kind: dedup, name: unique, columns: [question]}
  - kind: assemble
    name: final
    columns: {question: question, answer: revised, score: score, writer: language}
gate: {require_image: false}
release: {split_by: ""}
"""


@dataclass(frozen=True)
class Build:
    """A finished build with its analytics, and readers that go past them to the row tables."""

    store: Store
    graph: Graph
    result: AnalyticsResult

    def mart(self, name: str) -> list[dict[str, Any]]:
        path = next(m.path for m in self.result.models if m.name == name)
        return pq.read_table(path).to_pylist()

    def table(self, node: str, *, rejections: bool = False) -> list[dict[str, Any]]:
        rows = []
        for domain in [*self.store.state.domain_names("toy"), "quarantine"]:
            found = self.store.current(PartitionKey("toy", node, domain))
            if found is not None:
                digest = found[1].rejections if rejections else found[1].rows
                path = self.store.cas.verified_path(digest)
                for batch in tables.iter_batches(path):
                    rows += [{**row, "at_domain": domain} for row in batch.to_pylist()]
        return rows


def make_build(folder: Path, recipe: str, asked: str, *faults: str) -> Build:
    (folder / "prompts").mkdir(parents=True)
    (folder / "recipe.yaml").write_text(recipe, "utf-8")
    plan = FaultPlan(tuple(parse_rule(text) for text in faults))
    identity = {"kind": "fake", "model": "a"}
    toy = Toy(folder, lambda: FakeEngine(FakeOptions(plan=plan), identity))
    toy.prompt("draft", "Draft: {{ question }}")
    toy.prompt("polish", f"Polish: {{{{ {asked} }}}}")
    rows = [toy_seed(i, "sums" if i % 3 else "more") for i in range(60)]
    rows += [toy_seed(1), {"question": 5}, toy_seed(70, licence="MIT", source="other")]
    toy.write(rows)
    toy.build()
    store, graph = toy.open(), compile_recipe(load_recipe(str(folder)))
    return Build(store, graph, run_analytics(store, graph, "toy"))


@pytest.fixture(scope="session")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    folder = tmp_path_factory.mktemp("loop") / "toy"
    build = make_build(folder, LOOP, "revised", "refusal:0.15:permanent:match=Polish")
    yield build
    build.store.close()


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    build = make_build(tmp_path_factory.mktemp("plain") / "toy", TOY, "draft")
    yield build
    build.store.close()


def write_project(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder
