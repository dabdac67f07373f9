"""The one step contract: pure functions over a row, no Dagster, no HTTP, no files.

A step that needs an engine is written as a generator: it yields `Request`s and is sent the
`Raw` results, so that several dependent calls of one model stay one step::

    def run(self, row, at):
        raw = yield Request(Role.TEXT, {"messages": [...]})
        return {"answer": raw.body["text"]}

The runner looks each request up in the action cache, runs what is missing, and replays the
generator from cached results on any rebuild. A failed call never reaches the step: the row
becomes a rejection with the failure's reason.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

from qmirror_assets.engines.base import Raw, Request, Role
from qmirror_assets.records import Column, Json, Rejection, Row

StepOutput = Mapping[str, Json] | Rejection
StepRun = Generator[Request, Raw, StepOutput]


class StepConfig(BaseModel):
    """Base of all step configurations: unknown keys refused, no NaN."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class At:
    """Where a row stands when a step sees it."""

    sample_id: str
    seed_digest: str
    turn: int
    round: int
    random_seed: Callable[
        [int], int
    ]  # draw -> H(recipe random_seed, seed digest, turn, round, draw)
    last: bool = False  # whether this is the last round of its loop


class Step(Protocol):
    """A row step. Adding a kind is one class and one line in `registry.py`."""

    kind: ClassVar[str]
    code: ClassVar[int]  # bumped by hand when the same inputs give another output
    roles: ClassVar[tuple[Role, ...]]
    calls: ClassVar[tuple[int, int]]  # fewest and most requests of one row, for `plan`
    keeps: ClassVar[bool]  # whether a row whose calls succeed and parse always comes out

    @property
    def inputs(self) -> Sequence[str]:
        """Columns the step reads."""
        ...

    @property
    def outputs(self) -> Mapping[str, Column]:
        """Columns the step adds or replaces."""
        ...

    @property
    def fingerprint(self) -> Mapping[str, Json]:
        """Templates, parameters and thresholds; never the engine."""
        ...

    # Optional `sampled: bool`: True when requests hold `at.random_seed(...)`. The recipe's
    # random_seed is then part of the stage fingerprint; of all other steps it is not.
    # Optional `most_requests(round, last=...) -> int`: where rounds differ in what they ask.
    # Optional `reads_last: bool`: True when the step looks at `at.last`, which is then part of it.

    def run(self, row: Row, at: At) -> StepRun | StepOutput:
        """One row through the step."""
        ...


AnyStep = Any  # a class satisfying Step; the registry builds them from configs
