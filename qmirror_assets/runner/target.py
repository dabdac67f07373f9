"""N accepted samples a domain: where a domain stands, and how many seeds to draw next.

Read from three manifests (pool, intake, last stage); no row is read, so an unchanged dataset is
proved to need no draw in milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from qmirror_assets.keys import PartitionKey
from qmirror_assets.recipe import Target
from qmirror_assets.stages.graph import INTAKE
from qmirror_assets.store import Store
from qmirror_assets.store.manifest import Manifest

POOL = "intake/pool"
"""Pseudo-node that holds all seeds of a domain, drawn or waiting. No stage can have its name:
a stage may not be called intake."""


class TargetState(StrEnum):
    """How far a domain is on its way to its target."""

    OPEN = "open"  # more seeds will be drawn, or what is drawn is not built yet
    REACHED = "reached"
    CAP = "cap"  # all candidates that the recipe allows are drawn
    SEEDS_USED_UP = "seeds_used_up"


@dataclass(frozen=True, slots=True)
class TargetStatus:
    """A domain and its target.

    accepted: samples of the last stage, or None while they are not made from the seeds drawn now.
    drawn: seeds in intake. pool: all seeds of the domain.
    """

    target: Target
    accepted: int | None
    drawn: int
    pool: int

    @property
    def waiting(self) -> int:
        """Seeds that are not drawn."""
        return self.pool - self.drawn

    @property
    def room(self) -> int:
        """How many more seeds may be drawn; a lowered cap takes no drawn seed back."""
        most = self.pool if self.target.candidates is None else self.target.candidates
        return max(min(most, self.pool) - self.drawn, 0)

    @property
    def state(self) -> TargetState:
        """Which of the ends of a draw is reached, if any."""
        if self.accepted is None:
            return TargetState.OPEN
        if self.accepted >= self.target.accepted:
            return TargetState.REACHED
        if self.room:
            return TargetState.OPEN
        return TargetState.CAP if self.waiting else TargetState.SEEDS_USED_UP

    @property
    def draw(self) -> int:
        """How many seeds to draw next; 0 when the state is not open, or unknown yet.

        The first draw supposes that every seed gives a sample; later ones go by the yield so far,
        and by a doubling while nothing was accepted.
        """
        if self.accepted is None:
            return min(max(self.target.accepted - self.drawn, 0), self.room)
        missing = self.target.accepted - self.accepted
        if missing <= 0:
            return 0
        if not self.accepted:
            return min(max(self.drawn, 1), self.room)
        # in whole numbers: a quotient of floats may round 10 up to 11
        return min(-(-missing * self.drawn // self.accepted), self.room)


def find_target_status(
    store: Store, dataset: str, final: str, domain: str, target: Target
) -> TargetStatus:
    """Where a domain stands.

    Args:
        store: The stores of a data folder.
        dataset: Name of the dataset.
        final: Node whose rows are the accepted samples.
        domain: Partition key.
        target: What the recipe asks for.
    """
    pool, intake, last = (_current(store, dataset, node, domain) for node in (POOL, INTAKE, final))
    drawn = intake.counts.rows_out if intake else 0
    made = last is not None and _is_consistent(store, dataset, domain, last)
    return TargetStatus(
        target,
        last.counts.rows_out if last is not None and made else None,
        drawn,
        pool.counts.rows_out if pool else drawn,
    )


def _current(store: Store, dataset: str, node: str, domain: str) -> Manifest | None:
    found = store.current(PartitionKey(dataset, node, domain))
    return found[1] if found else None


def _is_consistent(store: Store, dataset: str, domain: str, last: Manifest) -> bool:
    """Whether every manifest back to intake was made from what its inputs hold now."""
    waiting, seen = [last], set[str]()
    while waiting:
        for item in waiting.pop().inputs:
            now = _current(store, dataset, item.node, domain)
            if now is None or now.data_version != item.data_version:
                return False
            if item.node not in seen:
                seen.add(item.node)
                waiting.append(now)
    return True
