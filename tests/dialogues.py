"""Small dialogues by refinement, judged by a fake judge with a planted curve.

Every reply is a function of the request alone, so the cache stays true: the fake writer counts
its revisions inside the text ("take 2"), the fake picture carries its caption, and the judge
reads sample and take from the picture and looks up the planted score.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from qmirror_assets.engines.base import Call, Outcome, Raw, Role, Usage
from qmirror_assets.engines.fake import FakeEngine, FakeOptions
from qmirror_assets.engines.fake_picture import read_picture
from qmirror_assets.evidence import find_evidence
from qmirror_assets.evidence.model import Curve, Evidence
from qmirror_assets.profile import Profile, ProfileSpec
from qmirror_assets.recipe import load_recipe
from qmirror_assets.runner import Runner
from qmirror_assets.runner.engines import Engines
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.runner.sources import Sources
from qmirror_assets.stages.compile import compile_recipe
from qmirror_assets.stages.graph import Graph
from qmirror_assets.store import Store, open_store
from tests.conftest import write_seeds

DIMENSIONS = ("tcc", "icc", "iq", "its")
_NAMED = re.compile(r"No (\d+)\b(?:.*take (\d+))?", re.DOTALL)

IMAGE_LOOP = """\
recipe: pictures
title: Pictures
random_seed: 7
profile: fake
seeds: [{file: "seeds/*.jsonl"}]
stages:
  - kind: refine
    name: image
    refinements: 3
    steps:
      - name: caption
        uses: draft
        with:
          reads: [question]
          reply: {caption: {type: string}}
          generate: [{prompt: caption.j2}]
          revise: [{prompt: caption_revise.j2}]
      - {name: picture, uses: picture}
      - {name: judge, uses: syn_judge}
    no_suggestion: [{column: suggestion, empty: true}]
    rank_by: [syn_score]
  - kind: assemble
    name: final
    image: image
    columns: {question: question, answer: answer, image: image, score: syn_score}
gate: {min_yield: 0.0, max_reject_rate: 1.0}
release: {split_by: ""}
"""
BEST_OF_N = IMAGE_LOOP.replace("recipe: pictures", "recipe: tries").replace(
    "revise: [{prompt: caption_revise.j2}]", "again: true\n          temperature: 0.7"
)

TURNS = """\
recipe: talks
title: Talks
random_seed: 7
profile: fake
seeds: [{file: "seeds/*.jsonl"}]
stages:
  - kind: turns
    name: turns
    shares: [0.5, 0.5]
    keeps: [question, answer, caption, image, image_alt, image_source, picture, tcc, icc, iq, its,
      syn_score, loops]
    image: image
    means: {score: syn_score}
    stages:
      - kind: refine
        name: question
        refinements: 3
        steps:
          - name: text
            uses: draft
            with:
              reads: [extra, dialogue]
              reply: {question: {type: string}}
              generate: [{prompt: question.j2}]
              revise: [{prompt: question_revise.j2}]
              critique: [{prompt: question_critique.j2}]
        no_suggestion: [{column: satisfied, equals: true}]
        rank_by: [rules_kept]
        ties: last
        record: loops
      - kind: refine
        name: answer
        refinements: 3
        steps:
          - name: text
            uses: draft
            with:
              reads: [question, extra]
              reply: {answer: {type: string}, caption: {type: string}}
              generate: [{prompt: answer.j2}]
              revise: [{prompt: answer_revise.j2}]
              critique: [{prompt: answer_critique.j2}]
              rules: {apart: {caption: answer}, most_overlap: 1.0}
        no_suggestion: [{column: satisfied, equals: true}]
        rank_by: [rules_kept]
        ties: last
        record: loops
      - kind: refine
        name: image
        refinements: 3
        steps:
          - name: caption
            uses: draft
            with:
              reads: [question]
              reply: {caption: {type: string}}
              revise: [{prompt: caption_revise.j2}]
          - {name: picture, uses: picture, with: {shown: dialogue}}
          - {name: judge, uses: syn_judge}
        no_suggestion: [{column: suggestion, empty: true}]
        rank_by: [syn_score]
        record: loops
  - kind: assemble
    name: final
    image: images
    columns:
      topic: {path: extra.topic}
      turns: turns
      conversation: dialogue
      images: images
      score: score
      domain: domain
      licence: licence
      family: family
gate: {min_yield: 0.0, max_reject_rate: 1.0, score_column: score, score_range: [0, 5]}
release: {licence: CC0-1.0, split_by: family, splits: {train: 0.7, test: 0.3}}
"""
PROMPTS = {
    "caption": "Caption for {{ question }}",
    "caption_revise": "Question: {{ question }}\nRevise: {{ caption }}. {{ suggestion }}",
    "question": "Ask about {{ extra.topic }}, turn {{ dialogue | length + 1 }}",
    "question_revise": "Revise: {{ question }}. {{ suggestion }}",
    "question_critique": "Criticise: {{ question }}",
    "answer": "Answer {{ question }}",
    "answer_revise": "Revise: {{ answer }}. {{ suggestion }}",
    "answer_critique": "Criticise: {{ answer }}",
    "judge_system": "Judge by {{ lowest }} to {{ highest }}.",
    "judge_user": "{{ question }}: {{ answer }}",
}


def planted(curve: Sequence[float], count: int) -> Callable[[int, int], int]:
    """Whole scores of `count` samples whose mean at take k is exactly curve[k] (times 1/count).

    Which samples get the higher one differs from take to take: the curve is all they share.
    """
    strides = (1, 7, 11, 13, 17, 19, 23, 29, 31, 37)  # no factor of 10 or 12: permutations

    def score(number: int, take: int) -> int:
        at = min(take, len(curve) - 1)
        rank = number * strides[at] % count
        return int(curve[at] + (rank + 0.5) / count)

    return score


def carry_on(_number: int, _take: int) -> bool:
    """A judge that always has one suggestion more."""
    return True


@dataclass
class Planted(FakeEngine):
    """Writes, draws and judges by a plant.

    score: (sample, take) -> 0 to 5. goes_on: whether there is a suggestion. redraws: the take
    that a draft at random is, by its random seed.
    """

    score: Callable[[int, int], int]
    goes_on: Callable[[int, int], bool] = carry_on
    redraws: Callable[[int], int] = lambda seed: seed % 4

    def __post_init__(self) -> None:
        super().__init__(FakeOptions(), {"kind": "fake", "model": "planted"})

    async def run(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        chats = (Role.TEXT, Role.JUDGE)
        if calls[0].request.role not in chats:
            return await super().run(calls)
        await asyncio.sleep(0)
        return [self._reply(call) for call in calls]

    def _reply(self, call: Call) -> Raw:
        if call.request.role is Role.JUDGE:
            said = self._judge(*_named(_caption_in(call.images[0])))
        else:
            said = self._write(call.request.body)
        body = {"text": orjson.dumps(said).decode(), "finish_reason": "stop"}
        return Raw(body, usage=Usage(9, 5))

    def _judge(self, number: int, take: int) -> dict[str, Any]:
        scores = {name: self.score(number, take) for name in DIMENSIONS}
        more = "Show more." if self.goes_on(number, take) else None
        parts = {name: {"score": value, "reason": "planted"} for name, value in scores.items()}
        return {**parts, "suggestion": more}

    def _write(self, body: Mapping[str, Any]) -> dict[str, Any]:
        text = body["messages"][-1]["content"]
        number, take = _named(text)
        wanted = body["schema"]["properties"]
        if "score" in wanted:
            more = "Say more." if self.goes_on(number, take) else None
            return {"score": 2 * self.score(number, take), "suggestion": more}
        take = take + 1 if "Revise" in text else self.redraws(body["seed"]) if "seed" in body else 0
        return {name: f"A {name} of No {number}, take {take}." for name in wanted}


def _named(text: str) -> tuple[int, int]:
    """Sample and take; the last take named is the one that counts."""
    found = _NAMED.search(text)
    assert found is not None, text
    takes = re.findall(r"take (\d+)", text)
    return int(found[1]), int(takes[-1]) if takes else 0


def _caption_in(picture: bytes) -> str:
    items = read_picture(picture)
    assert isinstance(items, Raw)
    return str(items.body["items"][0]["text"])


@dataclass
class Dialogues:
    """A recipe folder with seeds and its stores."""

    folder: Path
    store: Store
    dataset: str
    engine: Callable[[], FakeEngine]
    domains: Sequence[str] = ("flora", "stars")

    @property
    def graph(self) -> Graph:
        return compile_recipe(load_recipe(str(self.folder)))

    def seed(self, count: int) -> None:
        rows = [
            {
                "question": f"What is No {i}?", "answer": f"No {i} is a thing worth a picture.",
                "domain": self.domains[i % len(self.domains)], "family": f"family-{i // 2}",
                "licence": "CC0-1.0", "source": "plant", "topic": f"No {i}",
            }
            for i in range(count)
        ]  # fmt: skip
        write_seeds(self.folder / "seeds" / "seeds.jsonl", rows)

    def build(self) -> int:
        """Intake and every node of every domain; calls made."""
        roles = {name: {"kind": "fake"} for name in ("text", "judge", "text_to_image", "image")}
        profile = Profile(ProfileSpec.model_validate({"profile": "planted", "engines": roles}))
        engine = self.engine()
        made = Engines(profile, lambda _c: engine, lambda _c: dict(engine.identity))
        runner = Runner(self.store, self.graph, made, self.dataset, "run", lease_wait=5)
        record = {"recipe": str(self.folder), "profile": "fake", "seeds": [], "limit": None}
        self.store.state.put_dataset(self.dataset, record)
        calls = 0
        try:
            run_intake(self.store, self.dataset, Sources.of(self.graph.recipe))
            for domain in self.store.state.domain_names(self.dataset):
                for node in self.graph:
                    done = runner.materialize(node.name, domain)
                    assert done.manifest.counts.balanced()
                    calls += done.facts.calls
        finally:
            runner.close()
        return calls

    def evidence(self) -> Evidence:
        return find_evidence(self.store, self.graph, self.dataset)


@contextmanager
def open_dialogues(
    folder: Path,
    recipe: str,
    engine: Callable[[], FakeEngine],
    count: int,
    data: Path | None = None,
) -> Iterator[Dialogues]:
    """A dataset in `folder` with `count` seeds, not built; `data` may be another's."""
    for name, text in PROMPTS.items():
        path = folder / "prompts" / f"{name}.j2"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (folder / "recipe.yaml").write_text(recipe, "utf-8")
    store = open_store(data or folder / "data")
    made = Dialogues(folder, store, load_recipe(str(folder)).name, engine)
    made.seed(count)
    try:
        yield made
    finally:
        store.close()


def curve_of(evidence: Evidence, stage: str, column: str, turn: int = 0) -> Curve:
    loop = next(x for x in evidence.loops if (x.turn, x.stage) == (turn, stage))
    return next(curve for curve in loop.curves if curve.column == column)
