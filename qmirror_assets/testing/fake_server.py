"""The fake engine over real HTTP: an OpenAI-compatible server with faults on request.

    python -m qmirror_assets.testing.fake_server --port 0 --latency-ms 50 --fault 429:0.05

prints its port as the first line. GET /health; GET /stats (calls, most in flight, faults made);
POST /reset (optional body `{"faults": ["500:0.1"]}` replaces the plan).
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import orjson
from aiohttp import web

from qmirror_assets.engines.fake import (
    Scripted,
    request_digest,
    request_text,
    write_reply,
)
from qmirror_assets.engines.faults import Fault, FaultPlan, parse_rule, spoil_text
from qmirror_assets.errors import UsageError
from qmirror_assets.records import Json
from qmirror_assets.testing.fake_http import (
    answer_json,
    bend_envelope,
    cut_reply,
    write_envelope,
)

_TEN_MB: Final = 10 * 1024 * 1024
_LARGEST_REQUEST: Final = 64 * 1024 * 1024
_STATUS: Final = {
    Fault.RATE_LIMIT: 429,
    Fault.RATE_LIMIT_AFTER: 429,
    Fault.BAD_REQUEST: 400,
    Fault.UNAUTHORIZED: 401,
    Fault.SERVER_500: 500,
    Fault.SERVER_502: 502,
    Fault.SERVER_503: 503,
}


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """latency_s: of every reply. retry_after_s: what 429_after asks for. hang_s: of a hang."""

    plan: FaultPlan = field(default_factory=FaultPlan)
    scripted: Sequence[Scripted] = ()
    random_seed: int = 0
    latency_s: float = 0.0
    retry_after_s: int = 1
    hang_s: float = 3600.0


class FakeServer:
    """State and handlers; `start` binds a loopback port."""

    def __init__(self, options: ServerOptions) -> None:
        self.options = options
        self.port = 0
        self._runner: web.ServerRunner | None = None
        self.reset()

    def reset(self) -> None:
        """Forget all counts, so that the same requests meet the same faults again."""
        self.calls, self.in_flight, self.most_in_flight = 0, 0, 0
        self.faults: Counter[str] = Counter()
        self.tries: Counter[bytes] = Counter()

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; `port` 0 takes a free one."""
        self._runner = web.ServerRunner(web.Server(self._handle), shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.endswith("/chat/completions") and request.method == "POST":
            return await self._count_chat(request)
        if request.path == "/health":
            return answer_json({"status": "ok"})
        if request.path == "/stats":
            return answer_json(self.stats())
        if request.path == "/reset" and request.method == "POST":
            return self._reset_plan(await request.read())
        return answer_json({"error": "not found"}, status=404)

    def stats(self) -> dict[str, Json]:
        """What was served since the last reset."""
        return {
            "calls": self.calls,
            "requests": len(self.tries),
            "most_in_flight": self.most_in_flight,
            "faults": dict(self.faults),
        }

    def _reset_plan(self, body: bytes) -> web.Response:
        self.reset()
        if body:
            try:
                rules = [parse_rule(text) for text in orjson.loads(body)["faults"]]
            except (UsageError, ValueError, KeyError, TypeError) as error:
                return answer_json({"error": str(error)}, status=400)
            plan = FaultPlan(rules, self.options.plan.random_seed)
            self.options = replace(self.options, plan=plan)
        return answer_json({"status": "ok"})

    async def _count_chat(self, request: web.BaseRequest) -> web.StreamResponse:
        self.calls += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            return await self._chat(request)
        finally:
            self.in_flight -= 1

    async def _chat(self, request: web.BaseRequest) -> web.StreamResponse:
        asked = orjson.loads(await _read_body(request))
        body = _request_body(asked)
        key = request_digest(body, (), self.options.random_seed)
        self.tries[key] += 1
        fault = self.options.plan.draw(key, request_text(body), self.tries[key])
        if self.options.latency_s:
            await asyncio.sleep(self.options.latency_s)
        text = write_reply(body, key, self.options.scripted)
        if fault is None:
            return answer_json(write_envelope(body, text, asked.get("model")))
        self.faults[fault.value] += 1
        return await self._fail(
            request, fault, write_envelope(body, spoil_text(fault, text), "fake")
        )

    async def _fail(
        self, request: web.BaseRequest, fault: Fault, envelope: dict[str, Json]
    ) -> web.StreamResponse:
        if fault in _STATUS:
            after = {"Retry-After": str(self.options.retry_after_s)}
            headers = after if fault is Fault.RATE_LIMIT_AFTER else {}
            error = {"error": {"message": f"fault {fault.value}"}}
            return answer_json(error, status=_STATUS[fault], headers=headers)
        if fault is Fault.HANG:
            await asyncio.sleep(self.options.hang_s)
        if fault is Fault.RESET:
            return await cut_reply(request, orjson.dumps(envelope))
        if fault is Fault.TOO_LONG:
            envelope["padding"] = "x" * _TEN_MB
        if fault is Fault.BROKEN_ENVELOPE:
            return web.Response(body=b"<html>busy</html>", content_type="application/json")
        return answer_json(bend_envelope(envelope, fault))


async def _read_body(request: web.BaseRequest) -> bytes:
    body = await request.content.read(_LARGEST_REQUEST)
    while not request.content.at_eof():
        body += await request.content.read(_LARGEST_REQUEST)
    return body


def _request_body(asked: Mapping[str, Json]) -> dict[str, Json]:
    """The request as an engine sees it, so that both fakes give one answer to one request."""
    body = {k: v for k, v in asked.items() if k not in ("model", "response_format")}
    schema = asked.get("response_format", {}).get("json_schema", {}).get("schema")
    return body if schema is None else {**body, "schema": schema}


def _parse_arguments(arguments: Sequence[str] | None) -> tuple[int, ServerOptions]:
    parser = argparse.ArgumentParser(description="A fake OpenAI-compatible server with faults.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--fault", action="append", default=[], metavar="FAULT:RATE[:OPTION]")
    parser.add_argument("--random-seed", type=int, default=0)
    parser.add_argument("--retry-after", type=int, default=1, metavar="SECONDS")
    parser.add_argument("--hang", type=float, default=3600.0, metavar="SECONDS")
    given = parser.parse_args(arguments)
    try:
        plan = FaultPlan([parse_rule(text) for text in given.fault], given.random_seed)
    except UsageError as error:
        parser.error(str(error))
    options = ServerOptions(
        plan=plan,
        random_seed=given.random_seed,
        latency_s=given.latency_ms / 1000.0,
        retry_after_s=given.retry_after,
        hang_s=given.hang,
    )
    return given.port, options


async def _serve(port: int, options: ServerOptions) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    server = FakeServer(options)
    await server.start(port)
    print(server.port, flush=True)  # noqa: T201 - the port is this program's output
    await stopped.wait()
    await server.stop()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    port, options = _parse_arguments(arguments)
    asyncio.run(_serve(port, options))


if __name__ == "__main__":
    main()
