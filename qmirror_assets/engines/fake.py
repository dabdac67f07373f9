"""The fake engine: deterministic replies in process, with latency and faults when asked for."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import orjson

from qmirror_assets.engines.base import Call, FailureKind, Outcome, Raw, Role, Usage
from qmirror_assets.engines.chat_wire import read_reply
from qmirror_assets.engines.fake_picture import draw_caption, draw_picture, read_picture
from qmirror_assets.engines.fake_reply import Draw, fill_schema
from qmirror_assets.engines.faults import Fault, FaultPlan, spoil_text
from qmirror_assets.engines.retry import Refused, Waits, run_with_retry
from qmirror_assets.records import Json

_CHARACTERS_A_TOKEN: Final = 4
_REFUSED: Final = {
    Fault.RATE_LIMIT: FailureKind.RATE_LIMITED,
    Fault.RATE_LIMIT_AFTER: FailureKind.RATE_LIMITED,
    Fault.BAD_REQUEST: FailureKind.BAD_REQUEST,
    Fault.UNAUTHORIZED: FailureKind.BAD_REQUEST,
    Fault.SERVER_500: FailureKind.SERVER,
    Fault.SERVER_502: FailureKind.SERVER,
    Fault.SERVER_503: FailureKind.SERVER,
    Fault.HANG: FailureKind.TIMEOUT,
    Fault.RESET: FailureKind.RESET,
    Fault.TOO_LONG: FailureKind.GARBAGE,
    Fault.BROKEN_ENVELOPE: FailureKind.GARBAGE,
    Fault.NO_CHOICE: FailureKind.GARBAGE,
    Fault.TWO_CHOICES: FailureKind.GARBAGE,
    Fault.REFUSAL: FailureKind.REFUSAL,
    Fault.LENGTH: FailureKind.LENGTH,
    Fault.CONTENT_FILTER: FailureKind.CONTENT_FILTER,
}


@dataclass(frozen=True, slots=True)
class Scripted:
    """A fixed reply for requests whose text matches `pattern` (a regular expression)."""

    pattern: str
    text: str


@dataclass(frozen=True, slots=True)
class FakeOptions:
    """How the fake answers. random_seed decides the replies; the plan has its own seed."""

    random_seed: int = 0
    latency_s: float = 0.0
    in_flight: int = 16
    batch_size: int = 1
    plan: FaultPlan = field(default_factory=FaultPlan)
    scripted: Sequence[Scripted] = ()


async def _no_sleep(_seconds: float) -> None:
    """Retries of the fake cost no time."""


class FakeEngine:
    """Answers every role except embeddings. `calls` counts tries, faults included."""

    def __init__(self, options: FakeOptions, identity: Mapping[str, str]) -> None:
        self.identity = identity
        self.in_flight, self.batch_size = options.in_flight, options.batch_size
        self.calls = 0
        self._options = options
        self._tries: Counter[bytes] = Counter()
        self._waits = Waits(sleep=_no_sleep)

    async def run(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        """Answer `calls` in order."""
        if self._options.latency_s:
            await asyncio.sleep(self._options.latency_s)
        return [await self._answer(call) for call in calls]

    async def _answer(self, call: Call) -> Outcome:
        if call.request.role is Role.IMAGE:
            self.calls += 1
            return draw_picture(call.request.body.get("spec"))
        if call.request.role is Role.TEXT_TO_IMAGE:
            self.calls += 1
            return draw_caption(call.request.body)
        if call.request.role is Role.OCR:
            self.calls += 1
            return read_picture(call.images[0] if call.images else b"")
        key = request_digest(call.request.body, call.request.images, self._options.random_seed)

        async def attempt() -> Raw | Refused:
            return self._chat(call, key)

        return await run_with_retry(attempt, lambda: key, self._waits)

    def _chat(self, call: Call, key: bytes) -> Raw | Refused:
        self.calls += 1
        body = call.request.body
        text = write_reply(body, key, self._options.scripted)
        usage = count_tokens(body, text)
        fault = self._draw_fault(call, key)
        if fault is None:
            return Raw({"text": text, "finish_reason": "stop"}, usage=usage)
        if fault in _REFUSED:
            return Refused(_REFUSED[fault], f"fault {fault.value} on purpose", usage=usage)
        choice = {"message": {"content": spoil_text(fault, text)}, "finish_reason": "stop"}
        return read_reply(orjson.dumps({"choices": [choice]}), body.get("schema"))

    def _draw_fault(self, call: Call, key: bytes) -> Fault | None:
        if not self._options.plan.rules:
            return None
        self._tries[key] += 1
        return self._options.plan.draw(key, request_text(call.request.body), self._tries[key])

    async def close(self) -> None:
        """Nothing is held."""


def request_digest(body: Mapping[str, Json], images: Sequence[str], random_seed: int) -> bytes:
    """Digest of what is asked: it alone decides the fake's reply."""
    canonical = orjson.dumps([random_seed, body, list(images)], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(canonical).digest()


def request_text(body: Mapping[str, Json]) -> str:
    """The words of all messages, for patterns."""
    return "\n".join(_content(message.get("content", "")) for message in body.get("messages", ()))


def _content(content: Json) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(str(part.get("text", "")) for part in content)


def write_reply(body: Mapping[str, Json], key: bytes, scripted: Sequence[Scripted] = ()) -> str:
    """The text of a good reply: the first scripted match, a schema's filler, or words."""
    if scripted:
        text = request_text(body)
        for line in scripted:
            if re.search(line.pattern, text):
                return line.text
    if body.get("schema") is not None:
        return orjson.dumps(fill_schema(body["schema"], Draw(key))).decode()
    return Draw(key).words(12) + "."


def count_tokens(body: Mapping[str, Json], text: str) -> Usage:
    """Tokens as a function of lengths, so that cost reports have something to add up."""
    asked = sum(len(_content(message.get("content", ""))) for message in body.get("messages", ()))
    return Usage(1 + asked // _CHARACTERS_A_TOKEN, 1 + len(text) // _CHARACTERS_A_TOKEN)
