"""The embedded text engine: a GGUF model behind the machine's one shared local server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from qmirror_assets.engines.base import Call, FailureKind, Outcome, Raw
from qmirror_assets.engines.llama_host import ServerWish, SharedServer
from qmirror_assets.engines.llama_prefix import PrefixCache
from qmirror_assets.engines.llama_state import Listening, StateFiles
from qmirror_assets.engines.locks import all_cores
from qmirror_assets.engines.openai import ChatClient, Endpoint, retry_key
from qmirror_assets.engines.retry import DEFAULT_WAITS, Refused, Waits, run_with_retry
from qmirror_assets.errors import EngineUnavailable

MOST_RESTARTS: Final = 2
_LOST: Final = frozenset({FailureKind.RESET, FailureKind.TIMEOUT})
"""Failures after which the server may be gone or stuck."""


class LlamaCppEngine:
    """Asks one call at a time: the server has one slot and the machine few cores."""

    batch_size: Final = 1
    in_flight: Final = 1

    def __init__(
        self,
        wish: ServerWish,
        find_model: Callable[[], Path],
        identity: Mapping[str, str],
        *,
        timeout_s: float = 300.0,
        waits: Waits = DEFAULT_WAITS,
    ) -> None:
        """Nothing is fetched or started before the first call.

        Args:
            wish: the server.
            find_model: returns verified weights; may take long.
            identity: what decides the answers.
            timeout_s: of one call.
            waits: how retries pause.
        """
        self.identity = identity
        self._wish, self._find_model = wish, find_model
        self._timeout_s, self._waits = timeout_s, waits
        self._server: SharedServer | None = None
        self._link: _Link | None = None

    async def run(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        """Answer `calls` in order.

        Raises:
            ModelMissing: the weights are not there and cannot be fetched.
            EngineUnavailable: the server does not start, or died more than twice.
        """
        return [await self._answer(call) for call in calls]

    async def _answer(self, call: Call) -> Outcome:
        return await run_with_retry(lambda: self._try(call), lambda: retry_key(call), self._waits)

    async def _try(self, call: Call) -> Raw | Refused:
        if call.images:
            return Refused(FailureKind.BAD_REQUEST, "the embedded text model sees no pictures")
        link = self._link or await self._attach()
        async with all_cores():
            result = await link.ask(call)
        if isinstance(result, Refused) and result.kind in _LOST:
            await self._attach()
            return replace(result, unreachable=False)  # a healthy server is there again
        return result

    async def _attach(self) -> _Link:
        if self._server is None:
            model = await asyncio.to_thread(self._find_model)
            self._server = SharedServer(self._wish, model)
        server = self._server
        listening = await asyncio.to_thread(server.attach)
        if server.starts > 1 + MOST_RESTARTS:
            raise EngineUnavailable(
                f"the local model server died {server.starts - 1} times",
                remedy="Check free memory, or take a smaller model in the profile",
            )
        await self._unlink()
        self._link = _connect(listening, server.state, self._wish.alias, self._timeout_s)
        return self._link

    async def _unlink(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            await link.client.close()

    async def close(self) -> None:
        """Detach: the server leaves by itself when nobody uses it for a while."""
        await self._unlink()
        if self._server is not None:
            self._server.detach()


@dataclass(frozen=True, slots=True)
class _Link:
    """The way to one living server."""

    client: ChatClient
    prefixes: PrefixCache

    async def ask(self, call: Call) -> Raw | Refused:
        extras = await self.prefixes.prime(call.request.body["messages"])
        return extras if isinstance(extras, Refused) else await self.client.ask(call, extras)


def _connect(listening: Listening, state: StateFiles, alias: str, timeout_s: float) -> _Link:
    url = f"{listening.url}/v1"
    client = ChatClient(Endpoint(url, alias, listening.token, timeout_s, in_flight=1))
    return _Link(client, PrefixCache(client.poster, listening.url, state.saved))
