"""The embedded text engine: a GGUF model behind the machine's one shared local server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from qmirror_assets.engines.base import Call, FailureKind, Outcome, Raw
from qmirror_assets.engines.llama_host import ServerWish, SharedServer
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
            wish: the server; its `model` is replaced by what `find_model` returns.
            find_model: returns verified weights; may take long.
            identity: what decides the answers.
            timeout_s: of one call.
            waits: how retries pause.
        """
        self.identity = identity
        self._wish, self._find_model = wish, find_model
        self._timeout_s, self._waits = timeout_s, waits
        self._server: SharedServer | None = None
        self._client: ChatClient | None = None

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
        if self._client is None:
            await self._attach()
        client = self._client
        if client is None:
            raise EngineUnavailable("the local model server was closed while it was asked")
        result = await client.ask(call)
        if isinstance(result, Refused) and result.kind in _LOST:
            await self._attach()
            return replace(result, unreachable=False)  # a healthy server is there again
        return result

    async def _attach(self) -> None:
        if self._server is None:
            model = await asyncio.to_thread(self._find_model)
            self._server = SharedServer(replace(self._wish, model=model))
        server = self._server
        listening = await asyncio.to_thread(server.attach)
        if server.starts > 1 + MOST_RESTARTS:
            raise EngineUnavailable(
                f"the local model server died {server.starts - 1} times",
                remedy="Check free memory, or take a smaller model in the profile",
            )
        await self._close_client()
        endpoint = Endpoint(
            f"{listening.url}/v1", self._wish.alias, listening.token, self._timeout_s, 1
        )
        self._client = ChatClient(endpoint)

    async def _close_client(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def close(self) -> None:
        """Detach: the server leaves by itself when nobody uses it for a while."""
        await self._close_client()
        if self._server is not None:
            self._server.detach()
