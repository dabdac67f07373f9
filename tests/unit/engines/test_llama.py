"""The shared local server, its life and death, around a stand-in for the native library."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.engines import llama_host
from qmirror_assets.engines.base import Call, Failure, FailureKind, Raw, Request, Role
from qmirror_assets.engines.llama_cpp import LlamaCppEngine
from qmirror_assets.engines.llama_host import ServerWish, SharedServer
from qmirror_assets.engines.llama_state import StateFiles
from qmirror_assets.engines.locks import try_lock
from qmirror_assets.engines.retry import Waits
from qmirror_assets.errors import EngineUnavailable

SHA = "5" * 64
Made = Callable[..., LlamaCppEngine]


async def no_sleep(_seconds: float) -> None:
    return


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    monkeypatch.setenv("QMIRROR_CACHE", str(tmp_path))
    real = llama_host._environment

    def with_stub() -> dict[str, str]:
        given = real()
        stub = Path(__file__).parent / "stub"
        return {**given, "PYTHONPATH": f"{stub}{os.pathsep}{given['PYTHONPATH']}"}

    monkeypatch.setattr(llama_host, "_environment", with_stub)
    yield tmp_path
    for path in (tmp_path / "run").glob("llama-*.json"):
        path.unlink()  # forgotten servers leave
    until = time.monotonic() + 10
    for path in (tmp_path / "run").glob("llama-*.alive"):
        while not try_lock(path) and time.monotonic() < until:
            time.sleep(0.05)
        assert try_lock(path), "a server was left behind"


def wish(idle_s: float = 60.0, sha256: str = SHA) -> ServerWish:
    return ServerWish(sha256, "toy", n_ctx=512, idle_s=idle_s)


def engine(**more: Any) -> LlamaCppEngine:
    path = more.pop("path", Path("toy.gguf"))
    return LlamaCppEngine(wish(**more), lambda: path, {}, timeout_s=5.0, waits=Waits(no_sleep))


def ask(*words: str) -> Call:
    roles = ["system", *["user", "assistant"] * 9]
    messages = [
        {"role": role if len(words) > 1 else "user", "content": text}
        for role, text in zip(roles, words, strict=False)
    ]
    return Call(Request(Role.TEXT, {"messages": messages, "temperature": 0}))


def said(outcome: object) -> dict[str, Any]:
    assert isinstance(outcome, Raw)
    answer: dict[str, Any] = json.loads(outcome.body["text"])
    return answer


async def test_two_builds_share_one_server() -> None:
    one, two = engine(), engine()
    (first,), (second,) = await asyncio.gather(one.run([ask("a")]), two.run([ask("b")]))
    assert said(first)["pid"] == said(second)["pid"]
    await one.close()
    await two.close()


async def test_the_slot_holds_the_prefix_and_nothing_of_the_last_prompt() -> None:
    made = engine()
    outcomes = await made.run(
        [ask("be short", "a"), ask("be long", "b"), ask("be short", "c"), ask("alone")]
    )
    await made.close()
    slots = [said(outcome)["slot"] for outcome in outcomes]
    prefix = ["<system>be short<user>", "<system>be long<user>", "<system>be short<user>"]
    assert slots[:3] == prefix
    assert [said(outcome)["cache"] for outcome in outcomes] == [True, True, True, False]


async def test_nothing_is_started_before_the_first_call(cache: Path) -> None:
    await engine().close()
    assert not (cache / "run").exists()


async def test_a_killed_server_is_replaced_twice_then_the_engine_gives_up() -> None:
    made, pids = engine(), []
    for _ in range(3):
        (outcome,) = await made.run([ask("a")])
        pids.append(said(outcome)["pid"])
        os.kill(pids[-1], signal.SIGKILL)
    assert len(set(pids)) == 3
    with pytest.raises(EngineUnavailable, match="died 3 times"):
        await made.run([ask("a")])
    await made.close()


async def test_a_request_that_kills_the_server_ends_in_a_named_error() -> None:
    made = engine()
    with pytest.raises(EngineUnavailable, match="died"):
        await made.run([ask("die")])
    await made.close()


async def test_a_stuck_server_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llama_host, "_HEALTH_S", 0.3)
    made = LlamaCppEngine(
        wish(), lambda: Path("toy.gguf"), {}, timeout_s=0.5, waits=Waits(no_sleep)
    )
    (before,) = await made.run([ask("a")])
    os.kill(said(before)["pid"], signal.SIGSTOP)
    (after,) = await made.run([ask("a")])
    await made.close()
    assert said(after)["pid"] != said(before)["pid"]


def wait_until(true: Callable[[], bool], seconds: float = 10.0) -> bool:
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.05)
    return true()


async def test_an_unused_server_leaves_and_an_attached_one_stays() -> None:
    made = engine(idle_s=0.5)
    await made.run([ask("system", "a")])
    state = StateFiles.of(SHA, 512)
    await asyncio.sleep(2.5)
    assert state.read() is not None
    await made.close()
    assert wait_until(lambda: try_lock(state.path("alive")))
    assert state.read() is None
    assert not state.saved.exists()


async def test_an_idle_server_of_another_model_makes_room() -> None:
    other, mine = engine(sha256="6" * 64), engine()
    await other.run([ask("a")])
    other_state = StateFiles.of("6" * 64, 512)
    await mine.run([ask("a")])
    assert other_state.read() is not None  # still attached: it stays
    await other.close()
    third = engine(sha256="7" * 64)
    await third.run([ask("a")])
    assert wait_until(lambda: try_lock(other_state.path("alive")))
    await mine.close()
    await third.close()


async def test_a_server_that_cannot_start_says_why() -> None:
    made = engine(path=Path("broken.gguf"))
    with pytest.raises(EngineUnavailable, match="the weights are broken"):
        await made.run([ask("a")])
    await made.close()


async def test_pictures_are_refused() -> None:
    made = engine()
    call = ask("a")
    (outcome,) = await made.run([Call(call.request, (b"png",))])
    assert isinstance(outcome, Failure)
    assert outcome.kind is FailureKind.BAD_REQUEST
    await made.close()


def test_the_address_is_readable_by_its_user_only() -> None:
    server = SharedServer(wish(), Path("toy.gguf"))
    listening = server.attach()
    mode = server.state.path("json").stat().st_mode
    server.detach()
    assert mode & 0o077 == 0
    assert listening.url.startswith("http://127.0.0.1:")
    assert listening.token not in repr(listening)


def test_keys_do_not_reach_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "canary-7f3a")
    server = SharedServer(wish(), Path("toy.gguf"))
    listening = server.attach()
    environment = Path(f"/proc/{listening.pid}/environ").read_bytes()
    server.detach()
    assert b"canary" not in environment
