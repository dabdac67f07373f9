"""Rows that wait for results, driven by what arrives rather than by a task for each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from qmirror_assets.engines.base import Failure, Outcome, Request
from qmirror_assets.errors import BudgetReached
from qmirror_assets.keys import PartitionKey
from qmirror_assets.records import Rejection
from qmirror_assets.runner.calls import Caller, Origin
from qmirror_assets.stages.base import At, StepOutput, StepRun


class Running:
    """A row whose step has begun. request: what it waits for; None when its output is there."""

    __slots__ = ("_run", "actions", "at", "failed", "key", "output", "request", "skipped")

    def __init__(
        self,
        at: At,
        run: StepRun | None,
        output: StepOutput | None = None,
        skipped: bool = False,
    ) -> None:
        self.at, self._run, self.skipped = at, run, skipped
        self.output: StepOutput = output if output is not None else {}
        self.request: Request | None = None
        self.key = ""
        self.actions: list[str] = []
        self.failed = False

    def advance(self, raw: Any) -> None:
        """Give the step what it asked for (None: let it begin)."""
        self.key = ""
        try:
            self.request = self._run.send(raw) if self._run is not None else None
        except StopIteration as stop:
            self.request, self.output = None, stop.value

    def fail(self, failure: Failure) -> None:
        """End the step: its call failed."""
        self.request = None
        self.output = Rejection(failure.kind.reason, failure.detail)
        self.failed = True
        if self._run is not None:
            self._run.close()

    def forget_failed(self) -> None:
        """Of a row that goes on: its actions are those that have a result, and no failed one."""
        if self.failed:
            self.actions.pop()


class Drive:
    """Takes rows to the end of their step. A task for each would cost more than its bookkeeping.

    Args:
        caller: Answers requests.
        key: The partition that asks.
        rows: Each waits for its request.
        on_row: Called for each row whose step ended.
    """

    def __init__(
        self,
        caller: Caller,
        key: PartitionKey,
        rows: Sequence[Running],
        on_row: Callable[[], None] = lambda: None,
    ) -> None:
        self._caller, self._key, self._rows, self._open = caller, key, rows, len(rows)
        self._on_row = on_row
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reached: BudgetReached | None = None

    async def run(self) -> None:
        """Until all rows are complete, or one of them raised.

        Raises:
            BudgetReached: a cap was reached, and what was in flight has arrived.
        """
        for row in self._rows:
            self._ask(row)
        await self._ended
        if self._reached is not None:
            raise self._reached

    def _ask(self, row: Running) -> None:
        if row.request is None:
            self._on_row()
            self._close_one()
            return
        row.key = row.key or self._caller.key_of(row.request)
        origin = Origin(self._key, row.at.sample_id)
        self._caller.ask(row.key, row.request, origin).add_done_callback(partial(self._take, row))

    def _take(self, row: Running, answer: asyncio.Future[Outcome]) -> None:
        if answer.cancelled():
            return
        if self._ended.done():  # nobody waits
            answer.exception()  # asked for, or asyncio would tell of it at the end
            return
        try:
            outcome = answer.result()
            row.actions.append(row.key)
            if isinstance(outcome, Failure):
                row.fail(outcome)
            else:
                row.advance(outcome)
            self._ask(row)
        except BudgetReached as reached:
            # no reason to throw calls away that are already in flight
            self._reached = self._reached or reached
            self._close_one()
        except Exception as error:  # noqa: BLE001  # raised where the pass is waited for
            self._ended.set_exception(error)

    def _close_one(self) -> None:
        self._open -= 1
        if not self._open and not self._ended.done():
            self._ended.set_result(None)
