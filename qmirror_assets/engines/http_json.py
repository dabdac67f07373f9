"""JSON over HTTP with one shared session: caps, timeouts, redaction, failure kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp

from qmirror_assets.engines.base import FailureKind
from qmirror_assets.engines.chat_wire import LONGEST_REPLY
from qmirror_assets.engines.retry import Refused

CONNECT_S: Final = 5.0
_REDACTED: Final = "[redacted]"
_LONGEST_DETAIL: Final = 200


@dataclass(frozen=True, slots=True)
class HttpReply:
    """A whole reply. body: at most one byte over the cap; the API key in it is redacted."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """timeout_s: of one call in all. connections: most at a time."""

    timeout_s: float = 120.0
    connections: int = 16


DEFAULT_LIMITS: Final = HttpLimits()


class HttpPoster:
    """Posts bytes. Belongs to the event loop of its first call, until `close`."""

    def __init__(self, api_key: str = "", limits: HttpLimits = DEFAULT_LIMITS) -> None:
        self._api_key, self._limits = api_key, limits
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, data: bytes) -> HttpReply | Refused:
        """Send once; every way the network can fail is a `Refused`."""
        try:
            # a redirect would carry the API key to wherever the server points
            async with self._open().post(url, data=data, allow_redirects=False) as response:
                body = self._redact(await _read_capped(response))
                return HttpReply(response.status, response.headers, body)
        except TimeoutError:
            return Refused(FailureKind.TIMEOUT, f"no reply within {self._limits.timeout_s:g} s")
        except aiohttp.ClientConnectorError as error:
            return Refused(FailureKind.RESET, self._describe(error), unreachable=True)
        except aiohttp.ClientResponseError as error:
            return Refused(FailureKind.GARBAGE, f"not HTTP: {self._describe(error)}")
        except (aiohttp.ClientError, OSError) as error:
            return Refused(FailureKind.RESET, f"connection lost: {self._describe(error)}")

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            headers = {"Content-Type": "application/json", "Accept": "application/json"}
            if self._api_key:
                headers["Authorization"] = f"Bearer {self._api_key}"
            self._session = aiohttp.ClientSession(
                headers=headers,
                connector=aiohttp.TCPConnector(limit=self._limits.connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=self._limits.timeout_s, sock_connect=CONNECT_S),
            )
        return self._session

    def _redact(self, body: bytes) -> bytes:
        key = self._api_key.encode()
        return body.replace(key, _REDACTED.encode()) if key and key in body else body

    def _describe(self, error: Exception) -> str:
        text = f"{type(error).__name__}: {error}"
        if self._api_key:
            text = text.replace(self._api_key, _REDACTED)
        return text[:_LONGEST_DETAIL]

    async def close(self) -> None:
        """Close the session; the next call opens a new one."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


async def _read_capped(response: aiohttp.ClientResponse) -> bytes:
    """Read at most one byte over the cap, so that a longer body is seen as such."""
    length = response.content_length
    if (
        length is not None
        and length <= LONGEST_REPLY
        and "Content-Encoding" not in response.headers
    ):
        return await response.read()
    parts, size = [], 0
    async for part in response.content.iter_any():
        parts.append(part)
        size += len(part)
        if size > LONGEST_REPLY:
            response.close()
            break
    return b"".join(parts)[: LONGEST_REPLY + 1]
