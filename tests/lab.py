"""A small recipe with every kind of dependency, built in process with one fake engine a role.

The text, judge, image, ocr and embed engines each have an identity of their own, so a test can
change one of them and see which nodes are rebuilt and what that costs.
"""

from __future__ import annotations

import asyncio
import copy
import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import yaml

from qmirror_assets.engines.base import Call, Outcome, Raw, Request, Role
from qmirror_assets.engines.fake import FakeEngine, FakeOptions
from qmirror_assets.keys import PartitionKey
from qmirror_assets.profile import Profile, ProfileSpec
from qmirror_assets.recipe import Recipe, load_recipe
from qmirror_assets.records import Column, Json, Row
from qmirror_assets.runner import Runner
from qmirror_assets.runner.engines import Engines
from qmirror_assets.runner.facts import Materialized
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.runner.sources import Sources
from qmirror_assets.stages import registry
from qmirror_assets.stages.base import At, StepConfig, StepRun
from qmirror_assets.stages.compile import compile_recipe
from qmirror_assets.store import Store, open_store, tables
from qmirror_assets.templates import Prompts
from tests.conftest import toy_seed, write_seeds

SEEDS, DOMAIN, DATASET = 12, "sums", "lab"
RECIPE: dict[str, Any] = {
    "recipe": DATASET,
    "title": "Lab",
    "random_seed": 7,
    "profile": "fake",
    "seeds": [{"file": "seeds/*"}],
    "domains": {DOMAIN: "Sums"},
    "stages": [
        {
            "kind": "map", "name": "draft", "uses": "llm", "description": "First words.",
            "with": {
                "messages": [{"prompt": "draft.j2"}], "reads": ["question"], "column": "draft",
            },
        },
        {
            "kind": "refine", "name": "polish", "rounds": 2,
            "steps": [
                {
                    "name": "revise", "uses": "llm",
                    "with": {
                        "messages": [{"prompt": "revise.j2"}], "reads": ["draft", "revised"],
                        "column": "revised", "temperature": 0.5,
                    },
                },
                {"name": "image", "uses": "figure", "with": {"spec": "figure"}},
                {
                    "name": "judge", "uses": "llm",
                    "with": {
                        "engine": "judge", "messages": [{"prompt": "judge.j2"}],
                        "reads": ["revised"],
                        "reply": {"score": {"type": "integer", "minimum": 0, "maximum": 100}},
                    },
                },
            ],
            "accept": [{"column": "score", "at_least": 50}],
            "rank_by": ["score"],
        },
        {"kind": "map", "name": "read", "uses": "lab_read"},
        {"kind": "map", "name": "place", "uses": "lab_place"},
        {
            "kind": "filter", "name": "good", "reason": "rule_failed",
            "where": [{"column": "score", "at_least": 10}],
        },
        {"kind": "dedup", "name": "unique", "columns": ["question"], "near": 0.95},
        {
            "kind": "assemble", "name": "final", "image": "image",
            "columns": {
                "question": "question", "answer": "revised", "score": "score", "image": "image",
                "texts": "texts", "place": "place", "licence": "licence", "family": "family",
            },
        },
    ],
    "gate": {"min_yield": 0.0, "max_reject_rate": 1.0},
    "release": {"split_by": "family"},
}  # fmt: skip
PROMPTS = {
    "draft": "Draft: {{ question }}",
    "revise": "Revise: {{ draft }} after {{ revised }}",
    "judge": "Judge: {{ revised }}",
}
IDENTITIES: dict[str, dict[str, str]] = {
    "text": {"kind": "fake", "model": "writer", "revision": "1"},
    "judge": {"kind": "fake", "model": "judge", "revision": "1"},
    "image": {"kind": "figure", "style": "1"},
    "ocr": {"kind": "rapidocr", "reading": "1"},
    "embed": {"kind": "fake", "model": "embedder", "revision": "1"},
}
NODES = [
    "draft",
    *(f"polish/round_{n}/{step}" for n in (1, 2) for step in ("revise", "image", "judge")),
    *["polish/judged", "read", "place", "good", "unique", "final"],
]


class ReadStep:
    """Asks the ocr engine for the texts of a picture."""

    kind: ClassVar[str] = "lab_read"
    code: ClassVar[int] = 1
    roles: ClassVar[tuple[Role, ...]] = (Role.OCR,)
    Config = StepConfig
    inputs: ClassVar[Sequence[str]] = ("image",)
    outputs: ClassVar[Mapping[str, Column]] = {"texts": Column.JSON}
    fingerprint: ClassVar[Mapping[str, Json]] = {}

    def __init__(self, config: StepConfig, prompts: Prompts) -> None:
        """Nothing to configure."""

    def run(self, row: Row, at: At) -> StepRun:
        raw = yield Request(Role.OCR, {}, (row["image"],))
        return {"texts": [item["text"] for item in raw.body["items"]]}


class PlaceStep:
    """Asks the embed engine where a text lies."""

    kind: ClassVar[str] = "lab_place"
    code: ClassVar[int] = 1
    roles: ClassVar[tuple[Role, ...]] = (Role.EMBED,)
    Config = StepConfig
    inputs: ClassVar[Sequence[str]] = ("revised",)
    outputs: ClassVar[Mapping[str, Column]] = {"place": Column.INT}
    fingerprint: ClassVar[Mapping[str, Json]] = {}

    def __init__(self, config: StepConfig, prompts: Prompts) -> None:
        """Nothing to configure."""

    def run(self, row: Row, at: At) -> StepRun:
        raw = yield Request(Role.EMBED, {"text": row["revised"]})
        return {"place": raw.body["place"]}


class LabEngine(FakeEngine):
    """The fake engine, with embeddings."""

    async def run(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        if calls[0].request.role is not Role.EMBED:
            return await super().run(calls)
        await asyncio.sleep(0)
        return [Raw({"place": len(call.request.body["text"])}) for call in calls]


registry.KINDS.update(
    lab_read=f"{__name__}:{ReadStep.__name__}", lab_place=f"{__name__}:{PlaceStep.__name__}"
)


@dataclass(frozen=True, slots=True)
class Built:
    """What one build did. By node: calls made, data version, partition fingerprint."""

    done: Mapping[str, Materialized]
    intake: str

    @property
    def calls(self) -> Counter[str]:
        return Counter({name: m.facts.calls for name, m in self.done.items() if m.facts.calls})

    @property
    def rebuilt(self) -> set[str]:
        return {name for name, m in self.done.items() if not m.fresh}

    @property
    def versions(self) -> dict[str, str]:
        return {name: m.manifest.data_version for name, m in self.done.items()}

    @property
    def stages(self) -> dict[str, str]:
        return {name: m.manifest.stage_fingerprint for name, m in self.done.items()}

    @property
    def partitions(self) -> dict[str, str]:
        return {name: m.manifest.fingerprint for name, m in self.done.items()}


@dataclass
class Lab:
    """A recipe folder with seeds, prompts, engines and a data folder."""

    folder: Path
    spec: dict[str, Any] = field(default_factory=lambda: copy.deepcopy(RECIPE))
    identities: dict[str, dict[str, str]] = field(default_factory=lambda: copy.deepcopy(IDENTITIES))
    engine_options: dict[str, FakeOptions] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=lambda: [seed(i) for i in range(SEEDS)])
    seed_file: str = "seeds.jsonl"
    newline: str = "\n"
    dataset: str = DATASET
    run_id: str = "run"
    domain: str = DOMAIN
    limit: int | None = None
    retry: bool = False
    recipe_text: str = ""

    def stage(self, name: str) -> dict[str, Any]:
        return next(stage for stage in self.spec["stages"] if stage["name"] == name)

    def step(self, name: str) -> dict[str, Any]:
        return next(step for step in self.stage("polish")["steps"] if step["name"] == name)

    def prompt(self, name: str, text: str) -> None:
        path = self.folder / "prompts" / f"{name}.j2"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def write(self) -> None:
        """Write the recipe and the seeds; whatever lay in the seeds folder goes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        text = self.recipe_text or yaml.safe_dump(self.spec, sort_keys=False)
        (self.folder / "recipe.yaml").write_text(text, "utf-8")
        shutil.rmtree(self.folder / "seeds", ignore_errors=True)
        path = self.folder / "seeds" / self.seed_file
        write_seeds(path, self.rows)
        if self.newline != "\n":
            path.write_bytes(path.read_bytes().replace(b"\n", self.newline.encode()))

    def recipe(self) -> Recipe:
        return load_recipe(str(self.folder))

    def open(self) -> Store:
        return open_store(self.folder / "data")

    def runner(self, store: Store) -> Runner:
        engines = {role: {"kind": "fake", "model": role} for role in self.identities}
        profile = Profile(ProfileSpec.model_validate({"profile": "lab", "engines": engines}))
        made = Engines(profile, self._engine, lambda config: self.identities[config["model"]])
        graph = compile_recipe(self.recipe())
        return Runner(store, graph, made, self.dataset, self.run_id, lease_wait=5)

    def _engine(self, config: Mapping[str, Any]) -> LabEngine:
        role = config["model"]
        return LabEngine(self.engine_options.get(role, FakeOptions()), self.identities[role])

    def build(self) -> Built:
        """Write, then bring every node of the domain up to date."""
        self.write()
        store = self.open()
        runner = self.runner(store)
        try:
            run_intake(store, self.dataset, Sources.of(self.recipe(), limit=self.limit))
            done = {}
            for node in runner.graph:
                done[node.name] = runner.materialize(node.name, self.domain, retry=self.retry)
                assert done[node.name].manifest.counts.balanced()
            current = store.current(PartitionKey(self.dataset, "intake", self.domain))
            assert current is not None
            return Built(done, current[1].fingerprint)
        finally:
            runner.close()
            store.close()

    def column(self, built: Built, node: str, *names: str) -> list[dict[str, Any]]:
        """Columns of a node's table, in sample order."""
        store = self.open()
        path = store.cas.path(built.done[node].manifest.rows)
        found: list[dict[str, Any]] = tables.read_columns(path, list(names)).to_pylist()
        store.close()
        return found

    def copy(self, folder: Path) -> Lab:
        """The same lab elsewhere, with its stores."""
        shutil.copytree(self.folder, folder)
        made = copy.deepcopy(self)
        made.folder = folder
        return made


def seed(number: int) -> dict[str, Any]:
    """Seed row `number`, with a figure that the fake image engine can draw."""
    return toy_seed(number, DOMAIN, figure={"kind": "table", "title": f"Row {number}"})


def new_lab(folder: Path) -> Lab:
    """A lab with its prompts; nothing is built."""
    lab = Lab(folder)
    for name, text in PROMPTS.items():
        lab.prompt(name, text)
    return lab


def dump_seeds(rows: Sequence[Mapping[str, Any]]) -> str:
    """Seed rows as JSON Lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)
