"""The recipe `intersyn` over a handful of seeds, built in process with scripted engines."""

from __future__ import annotations

import io
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson
import yaml
from PIL import Image

from qmirror_assets.engines.base import Call, Failure, FailureKind, Outcome, Raw, Request, Role
from qmirror_assets.keys import PartitionKey
from qmirror_assets.profile import Profile, ProfileSpec
from qmirror_assets.recipe import Recipe, load_recipe, shipped_recipes
from qmirror_assets.runner import Runner
from qmirror_assets.runner.engines import Engines
from qmirror_assets.runner.facts import Materialized
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.runner.sources import Sources
from qmirror_assets.stages.compile import compile_recipe
from qmirror_assets.store import Store, open_store, tables
from tests.conftest import write_seeds

DATASET, DOMAIN = "intersyn", "animals"
ROLES = ("text", "judge", "image", "text_to_image")
Reply = Callable[[Request], Any]


def question_of(request: Request) -> str:
    """The text of the last message."""
    return str(request.body["messages"][-1]["content"])


def kind_of(request: Request) -> str:
    """What a text request asks for: question, answer, caption or critique."""
    names = tuple(request.body["schema"]["properties"])
    return {
        ("question",): "question",
        ("answer", "caption"): "answer",
        ("caption",): "caption",
    }.get(names, "critique")


@dataclass
class Script:
    """What each kind of request is answered with; a test replaces what it is about."""

    question: Reply = lambda r: {"question": f"Why {words(r, 7)}? Please show me a picture."}
    answer: Reply = lambda r: {
        "answer": f"It is so because {words(r, 14)}. That is all.",
        "caption": f"The {words(r, 6)[::-1]} seen.",
    }
    caption: Reply = lambda r: {"caption": f"The {words(r, 6)} from near."}
    critique: Reply = lambda _: {"score": 9, "suggestion": None}
    judge: Reply = lambda _: scores(4)
    asked: list[Request] = field(default_factory=list)

    def text(self, request: Request) -> Any:
        return getattr(self, kind_of(request))(request)


def tag(request: Request) -> str:
    """A word that is another one for another request."""
    return f"x{crc32(question_of(request).encode())}"


def words(request: Request, count: int) -> str:
    """Words that are others for another request."""
    said = question_of(request)
    return " ".join(f"x{crc32(f'{n} {said}'.encode())}" for n in range(count))


def scores(value: int, suggestion: str | None = None) -> dict[str, Any]:
    """A judge's structured reply."""
    each = {"score": value, "reason": "as scripted"}
    return {**dict.fromkeys(("tcc", "icc", "iq", "its"), each), "suggestion": suggestion}


def photo(caption: str) -> bytes:
    """A picture that is another one for another caption."""
    data = io.BytesIO()
    colour = tuple(crc32(caption.encode()).to_bytes(4, "big")[:3])
    Image.new("RGB", (80, 60), colour).save(data, "PNG")
    return data.getvalue()


class ScriptedEngine:
    """Answers one role from a script and keeps what it was asked."""

    batch_size, in_flight = 1, 4

    def __init__(self, role: str, script: Script) -> None:
        self._role, self._script = role, script
        self.identity = {"kind": "scripted", "model": role}

    async def run(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        return [self._answer(call.request) for call in calls]

    def _answer(self, request: Request) -> Outcome:
        self._script.asked.append(request)
        if request.role is Role.TEXT_TO_IMAGE:
            return self._picture(str(request.body["caption"]))
        if request.role is Role.IMAGE:
            return Raw(
                {"width": 9, "height": 9, "alt": "A figure.", "drawn": []}, {"image": photo("")}
            )
        reply = self._script.text if request.role is Role.TEXT else self._script.judge
        said = reply(request)
        if isinstance(said, Failure):
            return said
        return Raw({"text": said if isinstance(said, str) else orjson.dumps(said).decode()})

    def _picture(self, caption: str) -> Outcome:
        if "unknown" in caption:
            return Failure(FailureKind.RENDER, "no picture of this")
        source = {"kind": "library", "licence": "CC0-1.0", "title": caption[:20]}
        body = {"width": 80, "height": 60, "alt": caption, "source": source, "match": 0.9}
        return Raw(body, {"image": photo(caption)})

    async def close(self) -> None:
        """Nothing is held."""


@dataclass
class Dialogues:
    """A project folder with the shipped recipe over seeds of its own."""

    folder: Path
    script: Script = field(default_factory=Script)
    seeds: int = 4
    change: Callable[[dict[str, Any]], None] = lambda _: None
    done: dict[str, Materialized] = field(default_factory=dict)

    def recipe(self) -> Recipe:
        shipped = shipped_recipes()["intersyn"].parent
        spec: dict[str, Any] = yaml.safe_load((shipped / "recipe.yaml").read_text("utf-8"))
        spec["seeds"] = [{"file": "seeds/animals.jsonl"}]
        self.change(spec)
        self.folder.mkdir(exist_ok=True)
        if not (self.folder / "prompts").exists():
            (self.folder / "prompts").symlink_to(shipped / "prompts")
        (self.folder / "recipe.yaml").write_text(yaml.safe_dump(spec, sort_keys=False), "utf-8")
        write_seeds(self.folder / "seeds" / "animals.jsonl", [seed(n) for n in range(self.seeds)])
        return load_recipe(str(self.folder))

    def store(self) -> Store:
        return open_store(self.folder / "data")

    def build(self) -> Counter[str]:
        """Bring every node up to date. Calls made, by node."""
        recipe, store = self.recipe(), self.store()
        engines = {role: {"kind": "fake", "model": role} for role in ROLES}
        profile = Profile(ProfileSpec.model_validate({"profile": "scripted", "engines": engines}))
        made = Engines(
            profile, self._engine, lambda c: {"kind": "scripted", "model": str(c["model"])}
        )
        runner = Runner(store, compile_recipe(recipe), made, DATASET, "run", lease_wait=5)
        try:
            run_intake(store, DATASET, Sources.of(recipe))
            for node in runner.graph:
                self.done[node.name] = runner.materialize(node.name, DOMAIN)
                assert self.done[node.name].manifest.counts.balanced()
        finally:
            runner.close()
            store.close()
        return Counter({n: m.facts.calls for n, m in self.done.items() if m.facts.calls})

    def _engine(self, config: Mapping[str, Any]) -> ScriptedEngine:
        return ScriptedEngine(str(config["model"]), self.script)

    def rows(self, node: str = "final") -> list[dict[str, Any]]:
        """All rows of a node, JSON columns read."""
        store = self.store()
        current = store.current(PartitionKey(DATASET, node, DOMAIN))
        assert current is not None
        table = store.table(current[1])
        kinds = tables.columns_of(table.schema())
        rows = [row for batch in table.batches() for row in batch.to_pylist()]
        store.close()
        return [
            {k: orjson.loads(v) if v and kinds.get(k) == "json" else v for k, v in row.items()}
            for row in rows
        ]

    def rejections(self, node: str) -> list[dict[str, Any]]:
        store = self.store()
        path = store.cas.verified_path(self.done[node].manifest.rejections)
        found: list[dict[str, Any]] = tables.read_columns(path, ["reason", "detail"]).to_pylist()
        store.close()
        return found


def seed(number: int) -> dict[str, Any]:
    """A seed as the source of topics makes them."""
    topic = f"a bird of kind {number}"
    return {
        "question": f"What is surprising about {topic}? Tell me, and show it in a picture.",
        "answer": "made by the recipe", "domain": DOMAIN, "family": topic, "licence": "CC0-1.0",
        "topic": topic, "category": "birds", "kind": "thing",
    }  # fmt: skip


def rounds_of(rows: Sequence[Mapping[str, Any]], loop: str) -> list[tuple[str, int, int]]:
    """(stop reason, best round, rounds) of a loop in the first turn of each sample."""
    found = [row["conversation"][0]["loops"][loop] for row in rows]
    return [(f["stop_reason"], f["best_round"], f["rounds"]) for f in found]


def two_turns(spec: dict[str, Any]) -> None:
    """Every sample has two turns."""
    stage_of(spec)["shares"] = [0.0, 1.0]


def one_turn(spec: dict[str, Any]) -> None:
    """Every sample has one turn."""
    stage_of(spec)["shares"] = [1.0]


def stage_of(spec: dict[str, Any]) -> dict[str, Any]:
    """The stage of turns."""
    return next(stage for stage in spec["stages"] if stage["kind"] == "turns")


def round_number(node: str) -> int:
    """The round in a node's name."""
    found = re.search(r"round_(\d+)", node)
    assert found is not None
    return int(found[1])


class Forgetful(list[Request]):
    """Keeps no request: what an engine was asked would be most of the memory."""

    def append(self, item: Request) -> None:
        """Nothing."""


def peak_of_this_process() -> int:
    """Bytes. Not `ru_maxrss`: through vfork and exec that one starts at the parent's peak."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024


def main(folder: str, seeds: str) -> None:
    """Build dialogues of two turns; print samples, seconds and peak memory (bytes) as JSON."""
    made = Dialogues(Path(folder), Script(asked=Forgetful()), int(seeds), two_turns)
    started = time.monotonic()
    calls = sum(made.build().values())
    peak = peak_of_this_process()
    rows = made.done["final"].manifest.counts.rows_out
    seconds = round(time.monotonic() - started, 1)
    print(orjson.dumps({"rows": rows, "calls": calls, "seconds": seconds, "peak": peak}).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
