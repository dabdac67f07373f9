"""Text and vision from any OpenAI-compatible server, hosted or local.

One `aiohttp` session for all calls and plain bytes in between: the official client builds a
tower of objects per call that costs several times the network work at this call size.
"""

from __future__ import annotations

import email.utils
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from qmirror_assets.engines.base import Call, FailureKind, Outcome, Raw
from qmirror_assets.engines.chat_wire import encode_request, read_reply
from qmirror_assets.engines.http_json import HttpLimits, HttpPoster, HttpReply
from qmirror_assets.engines.retry import DEFAULT_WAITS, Refused, Waits, run_with_retry
from qmirror_assets.errors import EngineUnavailable
from qmirror_assets.records import Json

_OK, _SERVER_ERROR = 200, 500  # an attribute of HTTPStatus costs a call in Python 3.11
_LONGEST_PAUSE_ASKED_S: Final = 86_400.0
_NOTHING_ANSWERS: Final = {
    401: "Set the API key in the environment variable that api_key_env names",
    402: "The account of this API key cannot pay for calls",
    404: "Correct base_url and model in the profile",
}
"""Statuses that no other call of the same engine would escape, with the remedy."""
_NO_EXTRAS: Final[Mapping[str, Json]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where calls go. base_url: up to and without `/chat/completions`."""

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    timeout_s: float = 120.0
    in_flight: int = 16


class ChatClient:
    """One try of one call. Belongs to the event loop of its first call, until `close`."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._model = endpoint.model
        self._url = f"{endpoint.base_url.rstrip('/')}/chat/completions"
        limits = HttpLimits(endpoint.timeout_s, endpoint.in_flight)
        self.poster = HttpPoster(endpoint.api_key, limits)

    async def ask(self, call: Call, extras: Mapping[str, Json] = _NO_EXTRAS) -> Raw | Refused:
        """Send one call once; `extras` are further keys of the JSON body.

        Raises:
            EngineUnavailable: the server answers, but would refuse every call.
        """
        try:
            data = encode_request(call, self._model, extras)
        except (ValueError, KeyError, TypeError) as error:
            return Refused(FailureKind.BAD_REQUEST, f"the request cannot be sent: {error}")
        reply = await self.poster.post(self._url, data)
        if isinstance(reply, Refused):
            return reply
        if reply.status != _OK:
            return refuse_status(reply)
        return read_reply(reply.body, call.request.body.get("schema"))

    async def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        await self.poster.close()


def refuse_status(reply: HttpReply) -> Refused:
    """Read an HTTP error.

    Raises:
        EngineUnavailable: no other call would fare better.
    """
    detail = f"HTTP {reply.status}: {reply.body[:160].decode('utf-8', 'replace')}"
    if reply.status in _NOTHING_ANSWERS:
        raise EngineUnavailable(
            "the engine's server refuses all calls",
            found=detail,
            remedy=_NOTHING_ANSWERS[reply.status],
        )
    after = read_retry_after(reply.headers.get("Retry-After", ""))
    return Refused(_kind(reply), detail, after)


def _kind(reply: HttpReply) -> FailureKind:
    match reply.status:
        case 429:
            return FailureKind.RATE_LIMITED
        case 408:
            return FailureKind.TIMEOUT
        case status if status >= _SERVER_ERROR:
            return FailureKind.SERVER
    if b"content_filter" in reply.body:
        return FailureKind.CONTENT_FILTER
    return FailureKind.BAD_REQUEST


def read_retry_after(value: str) -> float | None:
    """Seconds that a Retry-After header asks for, given as seconds or as an HTTP date."""
    try:
        seconds = float(value)
    except ValueError:
        return _seconds_until(value)
    if not math.isfinite(seconds) or seconds < 0.0:
        return None
    return min(seconds, _LONGEST_PAUSE_ASKED_S)


def _seconds_until(date: str) -> float | None:
    try:
        at = email.utils.parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, at - time.time()), _LONGEST_PAUSE_ASKED_S)


class OpenAIEngine:
    """The engine over a `ChatClient`: identity and retries."""

    batch_size: Final = 1

    def __init__(
        self, endpoint: Endpoint, identity: Mapping[str, str], waits: Waits = DEFAULT_WAITS
    ) -> None:
        self.identity, self.in_flight = identity, endpoint.in_flight
        self._client, self._waits = ChatClient(endpoint), waits

    async def run(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        """Answer `calls` in order.

        Raises:
            EngineUnavailable: the server cannot be reached, or refuses every call.
        """
        return [await self._answer(call) for call in calls]

    async def _answer(self, call: Call) -> Outcome:
        return await run_with_retry(
            lambda: self._client.ask(call), lambda: retry_key(call), self._waits
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def retry_key(call: Call) -> bytes:
    """Bytes that name a call, for the jitter of its pauses."""
    return repr((call.request.body, call.request.images)).encode("utf-8", "replace")
