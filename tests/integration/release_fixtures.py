"""A toy dataset with a loop, pictures, duplicates and rejections, built with the fake engine."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.engines.fake import FakeEngine, FakeOptions
from qmirror_assets.profile import Profile, ProfileSpec
from qmirror_assets.recipe import load_recipe
from qmirror_assets.release.candidate import Candidate, make_candidate
from qmirror_assets.release.gate import CheckResult, GateRecord
from qmirror_assets.release.registry import save_gate
from qmirror_assets.release.snapshot import Snapshot, take_snapshot
from qmirror_assets.runner import Runner
from qmirror_assets.runner.engines import Engines
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.runner.sources import Sources
from qmirror_assets.stages.compile import compile_recipe
from qmirror_assets.stages.graph import Graph
from qmirror_assets.store import Store, open_store

DATASET, VERSION, SUITE = "shop", "2026.11.0", "5" * 64
RECIPE = """\
recipe: shop
title: Toy shop
description: Sums | with <b>markup</b> in their description.
random_seed: 7
seeds: [{file: "seeds/*"}]
stages:
  - kind: map
    name: draft
    uses: llm
    with: {messages: [{prompt: draft.j2}], reads: [question], column: draft}
  - kind: refine
    name: polish
    rounds: 3
    steps:
      - name: revise
        uses: llm
        with: {messages: [{prompt: revise.j2}], reads: [draft, question], column: revised}
      - {name: image, uses: figure, with: {spec: figure}}
      - name: judge
        uses: llm
        with:
          messages: [{prompt: judge.j2}]
          reads: [revised]
          reply: {score: {type: integer, minimum: 0, maximum: 100}, why: {type: string}}
    accept: [{column: score, at_least: 40}]
    rank_by: [score]
  - {kind: filter, name: good, where: [{column: accepted, equals: true}], reason: rule_failed}
  - {kind: dedup, name: unique, columns: [question], near: 0.95}
  - kind: assemble
    name: final
    image: image
    columns:
      {question: revised, image: image, answer: answer, score: score, rounds: rounds,
       givens: givens, licence: licence}
gate: {preserve: {answer: answer}}
release: {licence: CC-BY-4.0, tags: [toy], split_by: family}
"""
PROMPTS = {
    "draft": "Draft: {{ question }}",
    "revise": "Revise: {{ draft }} {{ question }}",
    "judge": "Judge: {{ revised }}",
}


def seed(number: int, domain: str) -> dict[str, Any]:
    """One seed; three of a family, each with a picture of its own."""
    return {
        "question": f"What does {domain} number {number} weigh, and why is it {number * 7}?",
        "answer": f"{number * 8} kg",
        "domain": domain,
        "id": f"{domain}-{number}",
        "family": f"{domain}-{number // 3}",
        "licence": "CC0-1.0" if number % 2 else "CC-BY-4.0",
        "source": "a toy | catalogue",
        "givens": [{"role": "mass", "symbol": "m", "value": str(number), "unit": "kg"}],
        "figure": {"kind": "table", "title": f"Item {number}", "rows": [[domain, str(number)]]},
    }


def seeds(count: int = 30, domains: Sequence[str] = ("crates", "parcels")) -> list[dict[str, Any]]:
    """Seeds in turn over the domains."""
    return [seed(number, domains[number % len(domains)]) for number in range(count)]


@dataclass
class Shop:
    """The toy project: its folder, stores and graph."""

    folder: Path
    store: Store
    engine: Callable[[], FakeEngine]

    @property
    def graph(self) -> Graph:
        return compile_recipe(load_recipe(str(self.folder)))

    @property
    def domains(self) -> list[str]:
        return list(self.store.state.domain_names(DATASET))

    def write_seeds(self, rows: Sequence[dict[str, Any]], tail: str = "") -> None:
        path = self.folder / "seeds" / "seeds.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows) + tail, "utf-8")

    def edit(self, old: str, new: str) -> None:
        path = self.folder / "recipe.yaml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    def build(self, *, limit: int | None = None, only: Sequence[str] = ()) -> None:
        """Intake, then every node (or only those named) of every domain."""
        kinds = {"text": {"kind": "fake"}, "image": {"kind": "fake"}}
        profile = Profile(ProfileSpec(profile="toy", engines=kinds))
        engine = self.engine()
        engines = Engines(profile, lambda _c: engine, lambda _c: dict(engine.identity))
        runner = Runner(self.store, self.graph, engines, DATASET, "run-1", lease_wait=5)
        record = {"recipe": str(self.folder), "profile": "toy", "seeds": [], "limit": limit}
        self.store.state.put_dataset(DATASET, record)
        try:
            run_intake(self.store, DATASET, Sources.of(self.graph.recipe, limit=limit))
            for domain in self.domains:
                for node in self.graph:
                    if not only or node.name in only:
                        runner.materialize(node.name, domain)
        finally:
            runner.close()

    def snapshots(self) -> list[Snapshot]:
        return [take_snapshot(self.store, self.graph, DATASET, d) for d in self.domains]

    def candidate(self, version: str = VERSION) -> Candidate:
        return make_candidate(self.store, self.graph, DATASET, version, self.snapshots())

    def pass_gate(self, made: Candidate, **changes: Any) -> GateRecord:
        """Save a gate record for a candidate; `changes` override its fields."""
        record = GateRecord(**{**_passing(made), **changes})
        save_gate(self.store, record)
        return record


def _passing(made: Candidate) -> dict[str, Any]:
    return {
        "dataset": made.dataset, "version": made.version, "candidate": made.bytes_digest,
        "release_digest": made.release_digest, "suite": SUITE, "passed": True, "partial": False,
        "checks": (check("rows"), check("images", domain="crates")),
        "libraries": {"great_expectations": "1.24.1"}, "at": 1_795_000_000.0,
    }  # fmt: skip


def check(name: str, **changes: Any) -> CheckResult:
    """A passing check with some fields changed."""
    fields: dict[str, Any] = {
        "name": name, "column": "", "domain": "", "passed": True, "severity": "critical",
        "evaluated": 20, "observed": {"rows": 20}, "unexpected_count": 0, "unexpected_ids": (),
        "sentence": f"Expected {name} | fine; found <i>20</i>.",
    }  # fmt: skip
    return CheckResult(**{**fields, **changes})


@contextmanager
def open_shop(folder: Path, **options: Any) -> Iterator[Shop]:
    """A toy project in `folder`, with seeds but not built."""
    for name, text in PROMPTS.items():
        path = folder / "prompts" / f"{name}.j2"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (folder / "recipe.yaml").write_text(RECIPE, "utf-8")
    store = open_store(folder / "data")
    engine = FakeOptions(**options)
    shop = Shop(folder, store, lambda: FakeEngine(engine, {"kind": "fake", "model": "a"}))
    rows = seeds()
    shop.write_seeds([*rows, rows[4]], tail='{"question": "no answer"}\n{broken\n')
    try:
        yield shop
    finally:
        store.close()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built project that tests copy."""
    folder = tmp_path_factory.mktemp("shop")
    with open_shop(folder) as made:
        made.build()
    return folder


@pytest.fixture
def shop(built: Path, tmp_path: Path) -> Iterator[Shop]:
    """A copy of the built project with its stores open."""
    folder = tmp_path / "shop"
    shutil.copytree(built, folder)
    with open_shop(folder) as opened:
        yield opened
