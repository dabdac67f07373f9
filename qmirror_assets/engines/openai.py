"""Text and vision from any OpenAI-compatible server, hosted or local.

One `aiohttp` session for all calls and plain bytes in between: the official client builds a
tower of objects per call that costs several times the network work at this call size.
"""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import aiohttp

from qmirror_assets.engines.base import Call, FailureKind, Outcome, Raw
from qmirror_assets.engines.chat_wire import LONGEST_REPLY, encode_request, read_reply
from qmirror_assets.engines.retry import DEFAULT_WAITS, Refused, Waits, run_with_retry
from qmirror_assets.errors import EngineUnavailable

CONNECT_S: Final = 5.0
_REDACTED: Final = b"[redacted]"
_NOTHING_ANSWERS: Final = {
    401: "Set the API key in the environment variable that api_key_env names",
    402: "The account of this API key cannot pay for calls",
    404: "Correct base_url and model in the profile",
}
"""Statuses that no other call of the same engine would escape, with the remedy."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where calls go. base_url: up to and without `/chat/completions`."""

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    timeout_s: float = 120.0
    in_flight: int = 16


class ChatClient:
    """One try of one call. Belongs to the loop it is first used in, until `close`."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._url = f"{endpoint.base_url.rstrip('/')}/chat/completions"
        self._secret = endpoint.api_key.encode()
        self._session: aiohttp.ClientSession | None = None

    async def ask(self, call: Call) -> Raw | Refused:
        """Send one call once.

        Raises:
            EngineUnavailable: the server answers, but would refuse every call.
        """
        try:
            data = encode_request(call, self._endpoint.model)
        except (ValueError, KeyError, TypeError) as error:
            return Refused(FailureKind.BAD_REQUEST, f"the request cannot be sent: {error}")
        try:
            return await self._post(data, call)
        except TimeoutError:
            limit = f"no reply within {self._endpoint.timeout_s:g} s"
            return Refused(FailureKind.TIMEOUT, limit)
        except aiohttp.ClientConnectorError as error:
            return Refused(FailureKind.RESET, self._clean(error), unreachable=True)
        except aiohttp.ClientResponseError as error:
            return Refused(FailureKind.GARBAGE, f"not HTTP: {self._clean(error)}")
        except (aiohttp.ClientError, OSError) as error:
            return Refused(FailureKind.RESET, f"connection lost: {self._clean(error)}")

    async def _post(self, data: bytes, call: Call) -> Raw | Refused:
        async with self._open().post(self._url, data=data, allow_redirects=False) as response:
            body = await _read_capped(response)
            if self._secret and self._secret in body:
                body = body.replace(self._secret, _REDACTED)
            if response.status == 200:
                return read_reply(body, call.request.body.get("schema"))
            return _refuse(response.status, response.headers, body)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            headers = {"Content-Type": "application/json", "Accept": "application/json"}
            if self._endpoint.api_key:
                headers["Authorization"] = f"Bearer {self._endpoint.api_key}"
            self._session = aiohttp.ClientSession(
                headers=headers,
                connector=aiohttp.TCPConnector(limit=self._endpoint.in_flight),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(
                    total=self._endpoint.timeout_s, sock_connect=CONNECT_S
                ),
            )
        return self._session

    def _clean(self, error: Exception) -> str:
        text = f"{type(error).__name__}: {error}"[:200]
        key = self._endpoint.api_key
        return text.replace(key, _REDACTED.decode()) if key else text

    async def close(self) -> None:
        """Close the session; the next call opens a new one."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


async def _read_capped(response: aiohttp.ClientResponse) -> bytes:
    """Read at most one byte over the cap, so that a longer body is seen as such."""
    length = response.content_length
    if length is not None and length <= LONGEST_REPLY and "Content-Encoding" not in response.headers:
        return await response.read()
    parts, size = [], 0
    async for part in response.content.iter_any():
        parts.append(part)
        size += len(part)
        if size > LONGEST_REPLY:
            response.close()
            break
    return b"".join(parts)[: LONGEST_REPLY + 1]


def _refuse(status: int, headers: Mapping[str, str], body: bytes) -> Refused:
    detail = f"HTTP {status}: {body[:160].decode('utf-8', 'replace')}"
    if status in _NOTHING_ANSWERS:
        raise EngineUnavailable(
            "the engine's server refuses all calls",
            found=detail,
            remedy=_NOTHING_ANSWERS[status],
        )
    return Refused(_kind(status, body), detail, read_retry_after(headers.get("Retry-After", "")))


def _kind(status: int, body: bytes) -> FailureKind:
    if status == 429:
        return FailureKind.RATE_LIMITED
    if status == 408:
        return FailureKind.TIMEOUT
    if status >= 500:
        return FailureKind.SERVER
    if b"content_filter" in body:
        return FailureKind.CONTENT_FILTER
    return FailureKind.BAD_REQUEST


def read_retry_after(value: str) -> float | None:
    """Seconds that a Retry-After header asks for, given as seconds or as an HTTP date."""
    if not value:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return min(float(value), 86_400.0)
    try:
        at = email.utils.parsedate_to_datetime(value).timestamp()
    except (ValueError, OverflowError):
        return None
    return max(0.0, at - time.time())


class OpenAIEngine:
    """The engine over a `ChatClient`: identity, retries, many calls at once."""

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
