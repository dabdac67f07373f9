"""The audit trail of one sample: the same structure from a working store and from a release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from qmirror_assets.records import Json


@dataclass(frozen=True, slots=True)
class AttemptTrail:
    """One execution of an action. at: unix seconds; seconds: engine time."""

    outcome: str
    tries: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    cost: float
    run_id: str
    at: float


@dataclass(frozen=True, slots=True)
class ActionTrail:
    """One call, render or fetch. reply is None when the action never succeeded."""

    key: str
    engine: Mapping[str, str]
    request: Mapping[str, Json]
    reply: Mapping[str, Json] | None
    images: tuple[str, ...]  # digests of pictures that went in
    pictures: tuple[str, ...]  # digests of pictures that came out
    prompt_tokens: int
    completion_tokens: int
    attempts: tuple[AttemptTrail, ...]


@dataclass(frozen=True, slots=True)
class RejectionTrail:
    """Why a row stopped at a node (in a loop: why it left the loop there)."""

    reason: str
    detail: str
    place: str


@dataclass(frozen=True, slots=True)
class StepTrail:
    """What one node made of the sample: a row, or a rejection."""

    node: str
    stage: str
    turn: int
    round: int
    ordinal: int
    row_digest: str  # "" when there is no row
    parent_digest: str
    data: Mapping[str, Json]
    actions: tuple[ActionTrail, ...]
    rejections: tuple[RejectionTrail, ...]


@dataclass(frozen=True, slots=True)
class GateTrail:
    """The gate's word on a version."""

    passed: bool
    suite: str
    checks: int
    failed: tuple[str, ...]  # sentences
    at: float


@dataclass(frozen=True, slots=True)
class HeldBy:
    """A version that holds the sample. state: published or candidate."""

    version: str
    state: str
    split: str
    release_digest: str
    gate: GateTrail | None


@dataclass(frozen=True, slots=True)
class AuditTrail:
    """Everything known about one sample.

    origin: "store", or the version it was read from. status: accepted, rejected or duplicate;
    "unfinished" when the build has not come to an end for it.
    """

    sample_id: str
    dataset: str
    domain: str
    origin: str
    status: str
    reason: str
    seed: Mapping[str, Json]
    seed_digest: str
    licence: str
    source: str
    supersedes: str
    superseded_by: str
    steps: tuple[StepTrail, ...]
    held_by: tuple[HeldBy, ...]

    def to_json(self) -> dict[str, Json]:
        """The trail as JSON."""
        return asdict(self)
