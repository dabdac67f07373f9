"""Engines that never answer: they note what would be asked, each request once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from qmirror_assets.engines.base import Call, Engine, Failure, FailureKind, Outcome, Role
from qmirror_assets.fingerprint import action_key
from qmirror_assets.runner.engines import Engines

UNASKED = "this call was planned, not made"
"""Detail of the failure that a row of a plan gets in place of a result."""


class Ledger:
    """The different requests that would be made, over a whole plan."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def __len__(self) -> int:
        return len(self._seen)

    def note(self, key: str) -> None:
        """A request with this action key would be made, unless it was noted before."""
        self._seen.add(key)


class DryEngine:
    """Takes calls, notes their keys, makes none."""

    batch_size: Final = 2_048
    in_flight: Final = 1

    def __init__(self, identity: Mapping[str, str], ledger: Ledger) -> None:
        self.identity, self._ledger = identity, ledger

    async def run(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        """A failure for each call."""
        for call in calls:
            request = call.request
            self._ledger.note(action_key(self.identity, request.body, request.images))
        return [Failure(FailureKind.ENGINE, UNASKED)] * len(calls)

    async def close(self) -> None:
        """Nothing was started."""


class DryEngines(Engines):
    """The identities of real engines, and a `DryEngine` for each role."""

    def __init__(self, real: Engines, ledger: Ledger) -> None:
        self.profile = real.profile
        self._real, self._ledger = real, ledger

    def identity(self, role: Role) -> Mapping[str, str]:
        """The real engine's identity; starts nothing."""
        return self._real.identity(role)

    def get(self, role: Role) -> Engine:
        """An engine that never answers."""
        return DryEngine(self.identity(role), self._ledger)

    async def close(self) -> None:
        """Nothing was started."""
