"""The embedded engine with a real model: schema obeyed, temperature 0 repeats, no orphan."""

import asyncio
import itertools
import os
import time
from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.engines.base import Call, Raw, Request, Role
from qmirror_assets.engines.build import build_engine
from qmirror_assets.engines.llama_state import StateFiles
from qmirror_assets.engines.locks import try_lock
from qmirror_assets.engines.models import KNOWN_MODELS, find_model
from qmirror_assets.engines.places import cache_dir
from qmirror_assets.engines.reply import read_json

pytestmark = pytest.mark.model

SYSTEM = "You name the things in a science figure. Answer with short plain labels. " * 4
ABOUT = ("boiling water", "a falling stone", "a copper wire")
SCHEMA = {
    "type": "object",
    "properties": {
        "label": {"type": "string", "maxLength": 40},
        "icon": {"enum": ["flask", "star", "block"]},
    },
    "required": ["label", "icon"],
    "additionalProperties": False,
}


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """A server of this test's own, with weights wherever this machine has them."""
    models = os.environ.get("QMIRROR_MODEL_DIR") or str(cache_dir() / "models")
    monkeypatch.setenv("QMIRROR_MODEL_DIR", models)
    here = [name for name, spec in KNOWN_MODELS.items() if find_model(spec) is not None]
    name = here[0] if here else "qwen2.5-coder-0.5b-instruct-q4_k_m"
    if here:
        monkeypatch.setenv("QMIRROR_CACHE", str(tmp_path))
    return {"kind": "llama_cpp", "model": name, "idle_s": 1.0, "n_ctx": 2048}


def ask(about: str) -> Call:
    messages = [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": f"Name the label for a figure about {about}."},
    ]
    body = {"messages": messages, "schema": SCHEMA, "temperature": 0, "max_tokens": 60}
    return Call(Request(Role.TEXT, body))


async def test_answers_fit_repeat_and_leave_nothing_behind(config: dict[str, Any]) -> None:
    engine = build_engine(config)
    orders = list(itertools.permutations(ABOUT))[:3]
    answers: dict[str, set[str]] = {about: set() for about in ABOUT}
    for order in orders:  # another neighbour in the prompt cache each time
        for about in order:
            (outcome,) = await engine.run([ask(about)])
            assert isinstance(outcome, Raw)
            assert outcome.usage.completion_tokens > 0
            assert read_json(outcome.body["text"])["icon"] in {"flask", "star", "block"}
            answers[about].add(outcome.body["text"])
    assert all(len(texts) == 1 for texts in answers.values())
    await engine.close()
    state = StateFiles.of(engine.identity["sha256"], 2048)
    until = time.monotonic() + 15
    while not try_lock(state.path("alive")) and time.monotonic() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    assert try_lock(state.path("alive"))
