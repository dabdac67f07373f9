"""The fake server over real HTTP, and the client against it."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from qmirror_assets.engines.base import Call, Failure, FailureKind, Raw, Request, Role
from qmirror_assets.engines.fake import FakeEngine, FakeOptions
from qmirror_assets.engines.faults import FaultPlan, parse_rule
from qmirror_assets.engines.openai import ChatClient, Endpoint, OpenAIEngine
from qmirror_assets.engines.retry import Refused, Waits
from qmirror_assets.errors import EngineUnavailable
from qmirror_assets.testing.fake_server import FakeServer, ServerOptions

MIB = 1024 * 1024
SCHEMA = {"type": "object", "properties": {"score": {"type": "number"}}, "required": ["score"]}


async def no_sleep(_seconds: float) -> None:
    return


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    made = FakeServer(ServerOptions())
    await made.start()
    yield made
    await made.stop()


def engine_for(server: FakeServer, **more: Any) -> OpenAIEngine:
    endpoint = Endpoint(f"http://127.0.0.1:{server.port}/v1", "m", **more)
    return OpenAIEngine(endpoint, {}, Waits(no_sleep))


def plan(*rules: str) -> ServerOptions:
    return ServerOptions(plan=FaultPlan([parse_rule(rule) for rule in rules]))


def ask(text: str, **more: Any) -> Call:
    body = {"messages": [{"role": "user", "content": text}], "temperature": 0, **more}
    return Call(Request(Role.TEXT, body))


async def test_http_and_in_process_fakes_answer_alike(server: FakeServer) -> None:
    calls = [ask("a"), ask("b", schema=SCHEMA)]
    engine = engine_for(server)
    over_http = await engine.run(calls)
    await engine.close()
    assert over_http == await FakeEngine(FakeOptions(), {}).run(calls)


async def test_counts_and_reset(server: FakeServer) -> None:
    engine = engine_for(server)
    await asyncio.gather(*(engine.run([ask(f"row {i}")]) for i in range(8)))
    await engine.close()
    assert server.stats()["calls"] == server.stats()["requests"] == 8
    url = f"http://127.0.0.1:{server.port}"
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}/stats") as reply:
            assert (await reply.json())["calls"] == 8
        async with session.post(f"{url}/reset", json={"faults": ["500:1"]}) as reply:
            assert reply.status == 200
        async with session.post(f"{url}/reset", json={"faults": ["nope:1"]}) as reply:
            assert reply.status == 400
        async with session.get(f"{url}/stats") as reply:
            assert (await reply.json())["calls"] == 0


@pytest.mark.parametrize("status", ["401"], ids=str)
async def test_a_server_that_refuses_all_ends_the_engine(server: FakeServer, status: str) -> None:
    server.options = plan(f"{status}:1")
    engine = engine_for(server)
    with pytest.raises(EngineUnavailable, match="api_key_env"):
        await engine.run([ask("a")])
    await engine.close()
    assert server.calls == 1


async def test_nothing_listens() -> None:
    engine = OpenAIEngine(Endpoint("http://127.0.0.1:1/v1", "m"), {}, Waits(no_sleep))
    with pytest.raises(EngineUnavailable, match="base_url"):
        await engine.run([ask("a")])
    await engine.close()


async def test_a_wrong_path_names_the_profile(server: FakeServer) -> None:
    endpoint = Endpoint(f"http://127.0.0.1:{server.port}/nowhere?", "m")
    engine = OpenAIEngine(endpoint, {}, Waits(no_sleep))
    with pytest.raises(EngineUnavailable, match="base_url and model"):
        await engine.run([ask("a")])
    await engine.close()


async def test_a_slow_server_times_out(server: FakeServer) -> None:
    server.options = plan("hang:1")
    engine = engine_for(server, timeout_s=0.2)
    (outcome,) = await engine.run([ask("a")])
    await engine.close()
    assert isinstance(outcome, Failure)
    assert (outcome.kind, outcome.tries) == (FailureKind.TIMEOUT, 2)


async def test_a_reply_of_ten_megabytes_is_not_read_to_its_end(server: FakeServer) -> None:
    server.options = plan("too_long:1")
    engine = engine_for(server)
    (outcome,) = await engine.run([ask("a")])
    await engine.close()
    assert isinstance(outcome, Failure)
    assert outcome.kind is FailureKind.GARBAGE
    assert "longer than" in outcome.detail


async def test_a_reply_without_end_is_cut() -> None:
    sent = 0

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while sent < 64 * MIB:
                writer.write(b"100000\r\n" + b"x" * MIB + b"\r\n")
                sent += MIB
                await writer.drain()
        writer.close()

    listener = await asyncio.start_server(pour, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    client = ChatClient(Endpoint(f"http://127.0.0.1:{port}/v1", "m"))
    result = await client.ask(ask("a"))
    await client.close()
    listener.close()
    assert isinstance(result, Refused)
    assert "longer than" in result.detail
    assert sent < 32 * MIB


async def test_retry_after_reaches_the_clock(server: FakeServer) -> None:
    pauses: list[float] = []

    async def record(seconds: float) -> None:
        pauses.append(seconds)

    rules = FaultPlan([parse_rule("429_after:1")])
    server.options = ServerOptions(plan=rules, retry_after_s=23)
    endpoint = Endpoint(f"http://127.0.0.1:{server.port}/v1", "m")
    engine = OpenAIEngine(endpoint, {}, Waits(record))
    await engine.run([ask("a")])
    await engine.close()
    assert pauses[0] == 23.0


async def test_the_key_is_sent_and_shows_nowhere(server: FakeServer) -> None:
    key = "canary-7f3a"
    server.options = plan("400:1:match=bad")
    engine = engine_for(server, api_key=key)
    good, bad = await engine.run([ask(f"say {key}"), ask(f"bad {key}")])
    await engine.close()
    assert key not in repr((good, bad, engine.__dict__["_client"].__dict__["_url"]))
    assert key not in repr(Endpoint("http://h", "m", key))


async def test_an_echoed_key_is_redacted() -> None:
    seen: list[str] = []

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        key = head.split("Bearer ")[1].split("\r\n")[0]
        seen.append(key)
        body = f'{{"error": "bad key {key}"}}'.encode()
        writer.write(b"HTTP/1.1 400 Bad\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    listener = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    endpoint = Endpoint(f"http://127.0.0.1:{port}/v1", "m", "canary-7f3a")
    engine = OpenAIEngine(endpoint, {}, Waits(no_sleep))
    (outcome,) = await engine.run([ask("a")])
    await engine.close()
    listener.close()
    assert seen == ["canary-7f3a"]
    assert isinstance(outcome, Failure)
    assert "canary" not in outcome.detail
    assert "[redacted]" in outcome.detail


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"junk\r\n\r\n", FailureKind.GARBAGE),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
         FailureKind.BAD_REQUEST),
        (b"", FailureKind.RESET),
    ],
    ids=["not-http", "redirect", "closed"],
)  # fmt: skip
async def test_servers_that_are_none(answer: bytes, kind: FailureKind) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    engine = OpenAIEngine(Endpoint(f"http://127.0.0.1:{port}/v1", "m"), {}, Waits(no_sleep))
    (outcome,) = await engine.run([ask("a")])
    await engine.close()
    listener.close()
    assert isinstance(outcome, Failure)
    assert outcome.kind is kind


async def test_the_engine_works_in_a_second_loop_after_close(server: FakeServer) -> None:
    engine = engine_for(server)
    for _ in range(2):
        (outcome,) = await engine.run([ask("a")])
        assert isinstance(outcome, Raw)
        await engine.close()


def test_the_program_prints_its_port_and_ends_on_sigterm() -> None:
    command = [sys.executable, "-m", "qmirror_assets.testing.fake_server", "--fault", "429:0.5"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as child:
        assert child.stdout is not None
        assert 0 < int(child.stdout.readline()) < 65_536
        child.send_signal(signal.SIGTERM)
        assert child.wait(10) == 0
