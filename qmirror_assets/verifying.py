"""`build --verify`: ask a sample of cached actions again and compare the raw replies.

Nothing is stored: no attempt, no picture, no reply, so lineage counts only what made the data.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from qmirror_assets.engines.base import Call, Engine, Failure, Outcome, Raw, Request, Role
from qmirror_assets.errors import DamagedObject, NotFoundError, UsageError
from qmirror_assets.fingerprint import canonical, content_digest
from qmirror_assets.keys import PartitionKey
from qmirror_assets.records import Json
from qmirror_assets.runner.calls import BLOBS
from qmirror_assets.runner.engines import Engines
from qmirror_assets.store import Store
from qmirror_assets.store.actions import Entry
from qmirror_assets.workspace import Dataset

_CHUNK = 256  # actions in memory at once
_PICTURED_BY = {Role.IMAGE: "spec", Role.TEXT_TO_IMAGE: "caption"}  # a key of such requests alone


@dataclass(frozen=True, slots=True)
class Difference:
    """An action whose reply was another one now, or that failed."""

    action_key: str
    sample_id: str
    node: str
    domain: str
    engine: str
    what: str


@dataclass(slots=True)
class Verified:
    """Counts by outcome: equal, different, failed; skipped: of an engine the profile lacks."""

    random_seed: int
    share: float
    actions: int = 0  # of the built partitions
    counts: Counter[str] = field(default_factory=Counter)
    engines: dict[str, Counter[str]] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Share of the compared replies that were not equal."""
        compared = self.counts["equal"] + self.counts["different"]
        return self.counts["different"] / compared if compared else 0.0

    @property
    def equal(self) -> bool:
        """Whether every sampled action came out as before."""
        return not (self.counts["different"] or self.counts["failed"])

    def to_json(self) -> dict[str, Json]:
        """The result as JSON."""
        return {**asdict(self), "rate": self.rate}


def parse_share(text: str) -> float:
    """A share such as `2%` or `0.02`.

    Raises:
        UsageError: not between 0 (left out) and 1.
    """
    try:
        share = float(text.removesuffix("%")) / (100.0 if text.endswith("%") else 1.0)
    except ValueError:
        share = -1.0
    if not 0.0 < share <= 1.0:
        raise UsageError("bad share to verify", expected="such as 2% or 0.02", found=repr(text))
    return share


def verify(dataset: Dataset, domains: Sequence[str], share: float, random_seed: int) -> Verified:
    """Ask a share of the actions behind the built partitions again; at least one when any.

    Raises:
        EngineUnavailable: an engine answers nothing at all.
    """
    return verify_with(dataset.engines(), dataset.store, _keys_of(dataset, domains), share,
                       random_seed)  # fmt: skip


Place = tuple[str, str, str]  # sample id, node, domain


def verify_with(
    engines: Engines, store: Store, keys: Mapping[str, Place], share: float, random_seed: int
) -> Verified:
    """The same for given action keys and the place each was first met."""
    result = Verified(random_seed, share, len(keys))
    chosen = sorted(keys, key=lambda key: _draw(key, random_seed))
    wanted = chosen[: max(1, round(share * len(chosen)))]

    async def work() -> None:
        try:
            for start in range(0, len(wanted), _CHUNK):
                part = store.actions.get_many(wanted[start : start + _CHUNK])
                await _compare_all(engines, store, part, keys, result)
        finally:
            await engines.close()

    asyncio.run(work())
    return result


def _draw(key: str, random_seed: int) -> bytes:
    return hashlib.blake2b(f"{random_seed}:{key}".encode(), digest_size=16).digest()


def _keys_of(dataset: Dataset, domains: Sequence[str]) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for domain in domains:
        for node in dataset.graph:
            current = dataset.store.current(PartitionKey(dataset.name, node.name, domain))
            if current is not None and node.roles:
                table = dataset.store.table(current[1])
                for batch in table.batches(["sample_id", "actions"]):
                    for row in batch.to_pylist():
                        for key in row["actions"]:
                            found.setdefault(key, (row["sample_id"], node.name, domain))
    return found


async def _compare_all(
    engines: Engines,
    store: Store,
    entries: Mapping[str, Entry],
    places: Mapping[str, Place],
    result: Verified,
) -> None:
    by_role: dict[Role | None, list[str]] = {}
    for key, entry in entries.items():
        by_role.setdefault(_role_of(engines, entry), []).append(key)
    for role, keys in by_role.items():
        if role is None:
            for key in keys:
                _count(result, entries[key], "skipped")
            continue
        async for key, outcome in _ask(engines.get(role), role, store, entries, keys):
            verdict, what = _compare(entries[key], outcome)
            _count(result, entries[key], verdict)
            if verdict != "equal":
                name = _name(entries[key])
                result.differences.append(Difference(key, *places[key], name, what))


def _role_of(engines: Engines, entry: Entry) -> Role | None:
    """The role whose engine made the entry; None when the profile has no such engine now."""
    roles = [Role(name) for name in engines.profile.spec.engines]
    # engines of one identity answer alike; what is asked tells which pictures are meant
    fitting = [role for role in roles if dict(engines.identity(role)) == dict(entry.engine)]
    pictured = next((role for role, key in _PICTURED_BY.items() if key in entry.body), None)
    for role in fitting:
        if role is pictured or (pictured is None and role not in _PICTURED_BY):
            return role
    return fitting[0] if fitting else None


async def _ask(
    engine: Engine, role: Role, store: Store, entries: Mapping[str, Entry], keys: Sequence[str]
) -> AsyncIterator[tuple[str, Outcome | str]]:
    gate = asyncio.Semaphore(engine.in_flight)

    async def run(part: Sequence[str]) -> list[tuple[str, Outcome | str]]:
        calls, lost = [], list[tuple[str, Outcome | str]]()
        for key in part:
            try:
                calls.append((key, _call(store, role, entries[key])))
            except (NotFoundError, DamagedObject) as error:
                lost.append((key, str(error)))
        async with gate:
            outcomes = await engine.run([call for _, call in calls]) if calls else []
        return [*lost, *zip([key for key, _ in calls], outcomes, strict=True)]

    size = max(engine.batch_size, 1)
    parts = [keys[start : start + size] for start in range(0, len(keys), size)]
    for pairs in await asyncio.gather(*map(run, parts)):
        for pair in pairs:
            yield pair


def _call(store: Store, role: Role, entry: Entry) -> Call:
    images = tuple(store.cas.get(digest) for digest in entry.images)
    return Call(Request(role, entry.body, entry.images), images)


def _compare(entry: Entry, outcome: Outcome | str) -> tuple[str, str]:
    if isinstance(outcome, str):
        return "failed", outcome
    if isinstance(outcome, Failure):
        return "failed", f"{outcome.kind.value}: {outcome.detail}"
    now = _raw_body(outcome)
    if canonical(now) == canonical(dict(entry.raw)):
        return "equal", ""
    fields = sorted(name for name in {*now, *entry.raw} if now.get(name) != entry.raw.get(name))
    return "different", f"another {', '.join(fields)}"


def _raw_body(raw: Raw) -> dict[str, Json]:
    """The reply as the cache holds it; its pictures by digest, and not stored."""
    body = dict(raw.body)
    for name, data in raw.blobs.items():
        body[name] = content_digest(data)
    if raw.blobs:
        body[BLOBS] = sorted(raw.blobs)
    return body


def _count(result: Verified, entry: Entry, verdict: str) -> None:
    result.counts[verdict] += 1
    result.engines.setdefault(_name(entry), Counter())[verdict] += 1


def _name(entry: Entry) -> str:
    return " ".join(str(value) for value in entry.engine.values())
