"""Actions: look up, run what is missing with bounded concurrency, journal, share in flight."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from qmirror_assets.engines.base import (
    Call,
    Engine,
    Failure,
    FailureKind,
    Outcome,
    Raw,
    Request,
    Role,
    Usage,
)
from qmirror_assets.errors import BudgetReached, DamagedObject, NotFoundError, QMirrorError
from qmirror_assets.fingerprint import action_key, canonical
from qmirror_assets.keys import PartitionKey
from qmirror_assets.records import Json
from qmirror_assets.runner.engines import Engines
from qmirror_assets.runner.facts import Facts
from qmirror_assets.runner.journal import Journal
from qmirror_assets.store import Store
from qmirror_assets.store.actions import Entry

GROUP_SECONDS = (
    0.000_25  # for each call in flight; results that arrive within it share a transaction
)
BLOBS = "blobs"  # key of a cached raw body: names of its fields that are CAS digests


@dataclass(slots=True)
class Budget:
    """A cap on calls and cost of a whole run."""

    max_calls: int | None = None
    max_cost: float | None = None
    calls: int = 0
    cost: float = 0.0

    def spend(self) -> None:
        """Count one call that is about to be made.

        Raises:
            BudgetReached: a cap is reached; what is finished is kept.
        """
        if self.max_calls is not None and self.calls >= self.max_calls:
            raise BudgetReached(
                "the cap on calls is reached",
                found=f"{self.calls} calls",
                remedy="Run again with a larger --max-calls; finished calls are kept",
            )
        if self.max_cost is not None and self.cost >= self.max_cost:
            raise BudgetReached(
                "the cap on cost is reached",
                found=f"{self.cost:.4f}",
                remedy="Run again with a larger --max-cost; finished calls are kept",
            )
        self.calls += 1


@dataclass(frozen=True, slots=True)
class Origin:
    """Which row of which partition asks."""

    key: PartitionKey
    sample_id: str


@dataclass(frozen=True, slots=True)
class _Job:
    key: str
    request: Request
    origin: Origin
    future: asyncio.Future[Outcome]


class Caller:
    """Answers requests of one materialization from the cache or an engine."""

    def __init__(
        self,
        store: Store,
        engines: Engines,
        facts: Facts,
        budget: Budget,
        run_id: str,
        on_call: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._engines, self._facts = store, engines, facts
        self._budget, self._run_id, self._on_call = budget, run_id, on_call
        self._journal = Journal(store, run_id)
        self._known: dict[str, Entry] = {}
        self._missing: set[str] = set()  # preloaded keys that were not there
        self._in_flight: dict[str, asyncio.Future[Outcome]] = {}
        self._pools: dict[Role, _Pool] = {}
        self._group: _Group | None = None
        self._unwritable: Exception | None = None

    def key_of(self, request: Request) -> str:
        """The action key of a request under this run's engine for its role."""
        return action_key(self._engines.identity(request.role), request.body, request.images)

    def preload(self, keys: Sequence[str]) -> None:
        """Look many keys up at once; forget what was preloaded before."""
        self._known = self._store.actions.get_many(keys)
        self._missing.update(set(keys).difference(self._known))

    def cached(self, key: str) -> Raw | None:
        """The raw result of a preloaded key, if the cache holds it."""
        entry = self._known.get(key)
        if entry is None or self._is_lost(key, entry):
            return None
        self._facts.hits += 1
        return Raw(entry.raw)

    def ask(self, key: str, request: Request, origin: Origin) -> asyncio.Future[Outcome]:
        """The raw result of a request: cached, shared with one in flight, or to be made.

        Who waits for it must not cancel it: others may wait as well.
        """
        future = self._in_flight.get(key)
        if future is not None:
            self._facts.shared += 1
            return future
        entry = self._lookup(key)
        future = asyncio.get_running_loop().create_future()
        if entry is not None:
            self._facts.hits += 1
            future.set_result(Raw(entry.raw))
            return future
        self._pool(request.role).submit(_Job(key, request, origin, future))
        self._in_flight[key] = future
        return future

    def _lookup(self, key: str) -> Entry | None:
        if key in self._missing:  # looked up a moment ago; the next one to ask looks again
            self._missing.discard(key)
            return None
        entry = self._known.get(key) or self._journal.pending(key) or self._store.actions.get(key)
        return None if entry is None or self._is_lost(key, entry) else entry

    def _is_lost(self, key: str, entry: Entry) -> bool:
        """Whether a picture that the entry names was deleted: then the action is made again."""
        lost = [n for n in entry.raw.get(BLOBS, ()) if not self._store.cas.has(entry.raw[n])]
        if lost:
            self._store.actions.drop([key])
            self._known.pop(key, None)
        return bool(lost)

    def _pool(self, role: Role) -> _Pool:
        if role not in self._pools:
            engine = self._engines.get(role)
            self._pools[role] = _Pool(self, engine)
        return self._pools[role]

    async def execute(self, engine: Engine, jobs: Sequence[_Job]) -> None:
        """Run one engine batch and settle its futures."""
        started = time.perf_counter()
        calls, broken = self._load(jobs)
        outcomes = list(await engine.run(calls)) if calls else []
        seconds = (time.perf_counter() - started) / max(len(jobs), 1)
        ready = [job for job in jobs if job.key not in broken] if broken else jobs
        if len(outcomes) != len(ready):
            fault = Failure(FailureKind.GARBAGE, f"{len(outcomes)} outcomes for {len(ready)} calls")
            outcomes = [fault] * len(ready)
        for job, outcome in chain(zip(ready, outcomes, strict=True), self._pair(jobs, broken)):
            self._settle(job, outcome, seconds)
        if jobs:
            await self._journalled()

    async def _journalled(self) -> None:
        """Wait until what is settled is on disk: a slot is free once its result cannot be lost.

        Results that arrive within a moment share one transaction.
        """
        slots = sum(pool.size for pool in self._pools.values())
        if self._group is None:
            self._group = _Group()
            loop = asyncio.get_running_loop()
            self._group.timer = loop.call_later(GROUP_SECONDS * slots, self._commit, self._group)
        group = self._group
        group.waiting += 1
        if group.waiting >= slots:  # nobody is left who could join
            self._commit(group)
        await group.wait()

    def _commit(self, group: _Group) -> None:
        self._group = None
        group.stop()
        try:
            self._journal.flush()
        except Exception as error:  # noqa: BLE001  # handed to every row that waits for it
            # no further call is made: its result could not be kept
            self._unwritable = group.error = error
        group.written.set()

    @staticmethod
    def _pair(jobs: Sequence[_Job], broken: Mapping[str, Failure]) -> list[tuple[_Job, Outcome]]:
        return [(job, broken[job.key]) for job in jobs if job.key in broken] if broken else []

    def _load(self, jobs: Sequence[_Job]) -> tuple[list[Call], dict[str, Failure]]:
        calls, broken = [], {}
        for job in jobs:
            try:
                images = tuple(self._store.cas.get(digest) for digest in job.request.images)
                calls.append(Call(job.request, images))
            except (NotFoundError, DamagedObject) as error:
                broken[job.key] = Failure(FailureKind.ENGINE, str(error))
        return calls, broken

    def afford(self, jobs: Sequence[_Job]) -> list[_Job]:
        """Jobs the budget still allows; the rows of the others are told why not.

        Counted when a call is about to be made, not when its row asks for it: all rows of a
        window ask at once, and what is asked but never made must not use the budget up.
        """
        affordable = []
        for job in jobs:
            refused = self._unwritable or self._spend()
            if refused is None:
                affordable.append(job)
            else:
                self.refuse(job, refused)
        return affordable

    def refuse(self, job: _Job, error: Exception) -> None:
        """Tell the rows that wait for a job that it was not made."""
        self._in_flight.pop(job.key, None)
        if not job.future.done():
            job.future.set_exception(error)

    def _spend(self) -> BudgetReached | None:
        try:
            self._budget.spend()
        except BudgetReached as reached:
            return reached
        return None

    def _settle(self, job: _Job, outcome: Outcome, seconds: float) -> None:
        outcome = _checked(outcome)
        if isinstance(outcome, Raw):
            raw, entry = self._keep(job, outcome)
            result: Outcome = raw
        else:
            result, entry = outcome, None
            self._facts.failures += 1
        cost = self._cost(job.request.role, outcome.usage)
        self._count(outcome.usage, seconds, cost)
        self._journal.add(job.key, entry, self._attempt(job, outcome, seconds, cost))
        self._on_call()
        self._in_flight.pop(job.key, None)  # from here on the journal has it
        if not job.future.done():
            job.future.set_result(result)

    def _keep(self, job: _Job, raw: Raw) -> tuple[Raw, Entry]:
        if raw.blobs:
            kept = {name: self._store.cas.put(data) for name, data in raw.blobs.items()}
            raw = Raw({**raw.body, **kept, BLOBS: sorted(kept)}, usage=raw.usage)
        entry = Entry(
            self._engines.identity(job.request.role), job.request.body, job.request.images,
            raw.body, raw.usage.prompt_tokens, raw.usage.completion_tokens,
        )  # fmt: skip
        return raw, entry

    def _cost(self, role: Role, usage: Usage) -> float:
        price = self._engines.price(role)
        if price is None:
            return 0.0
        return (
            usage.prompt_tokens * price.prompt + usage.completion_tokens * price.completion
        ) / 1e6

    def _count(self, usage: Usage, seconds: float, cost: float) -> None:
        self._facts.calls += 1
        self._facts.prompt_tokens += usage.prompt_tokens
        self._facts.completion_tokens += usage.completion_tokens
        self._facts.engine_seconds += seconds
        self._facts.cost += cost
        self._budget.cost += cost

    def _attempt(self, job: _Job, outcome: Outcome, seconds: float, cost: float) -> dict[str, Json]:
        origin, usage = job.origin, outcome.usage
        failure = outcome if isinstance(outcome, Failure) else None
        return {
            "action_key": job.key, "dataset": origin.key.dataset, "node": origin.key.node,
            "domain": origin.key.domain, "sample_id": origin.sample_id, "run_id": self._run_id,
            "role": job.request.role.value, "outcome": failure.kind.value if failure else "ok",
            "tries": failure.tries if failure else 1, "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens, "seconds": round(seconds, 6),
            "cost": cost, "at": time.time(),
        }  # fmt: skip

    async def finish(self) -> None:
        """Stop the workers and keep what is done; also after an error or a cancellation."""
        for pool in self._pools.values():
            await pool.stop()
        self._pools.clear()
        if self._group is not None:
            self._group.stop()
        self._journal.flush()
        self._store.cas.sync()


def _checked(outcome: Outcome) -> Outcome:
    """A raw result that could not be read back as it is (NaN, no JSON) is garbage, not a value."""
    if isinstance(outcome, Raw):
        try:
            canonical(outcome.body)
        except QMirrorError as error:
            return Failure(FailureKind.GARBAGE, str(error), usage=outcome.usage)
    return outcome


@dataclass(slots=True)
class _Group:
    """Results that arrive within a moment and share one transaction."""

    written: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None
    timer: asyncio.TimerHandle | None = None
    waiting: int = 0

    def stop(self) -> None:
        """Let the timer do nothing any more."""
        if self.timer is not None:
            self.timer.cancel()

    async def wait(self) -> None:
        """Until the group is on disk.

        Raises:
            QMirrorError: it cannot be written.
        """
        await self.written.wait()
        if self.error is not None:
            raise self.error


class _Pool:
    """Workers of one engine: as many as it takes `run` calls at once, each filling a batch."""

    def __init__(self, caller: Caller, engine: Engine) -> None:
        self._caller, self._engine = caller, engine
        self._queue: asyncio.Queue[_Job] = asyncio.Queue()
        self._workers = [asyncio.create_task(self._work()) for _ in range(engine.in_flight)]

    @property
    def size(self) -> int:
        """Calls of `run` at once."""
        return len(self._workers)

    def submit(self, job: _Job) -> None:
        self._queue.put_nowait(job)

    async def _work(self) -> None:
        while True:
            jobs = [await self._queue.get()]
            while len(jobs) < self._engine.batch_size and not self._queue.empty():
                jobs.append(self._queue.get_nowait())
            try:
                jobs = self._caller.afford(jobs)
                await self._caller.execute(self._engine, jobs)
            except Exception as error:  # noqa: BLE001  # handed to every row that waits for it
                for job in jobs:
                    self._caller.refuse(job, error)

    async def stop(self) -> None:
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
