"""A compiled recipe: nodes in build order, each with its columns, fingerprint and inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from qmirror_assets.conditions import Condition
from qmirror_assets.engines.base import Role
from qmirror_assets.recipe import Recipe
from qmirror_assets.records import Column, Json
from qmirror_assets.stages.base import AnyStep
from qmirror_assets.stages.loop import LoopEnd

INTAKE = "intake"


class NodeKind(StrEnum):
    """How a node is run."""

    ROWS = "rows"  # a step over each row
    JUDGED = "judged"  # union of a loop's rounds, best round of each row
    DEDUP = "dedup"  # needs all rows of the partition


@dataclass(frozen=True, slots=True)
class Node:
    """One asset of a recipe: a stage, or one step of one round of a loop."""

    name: str  # such as plan or refine/round_2/write
    kind: NodeKind
    stage: str
    inputs: tuple[str, ...]
    columns: Mapping[str, Column]  # of the table it writes
    fingerprint: str
    description: str
    step: AnyStep | None = None
    settings: Json = None  # of nodes without a step
    roles: tuple[Role, ...] = ()
    turn: int = 0
    round: int = 0
    last: bool = False  # the last round of its loop
    active_only: bool = False  # reads only rows that the loop has not settled
    when: tuple[Condition, ...] = ()  # rows that do not meet these pass through as they are
    shortens: str = ""  # column of the number of turns: a rejection here only ends the dialogue
    loop_end: LoopEnd | None = None
    final: bool = False
    new_columns: tuple[str, ...] = ()
    uses: str = ""
    identity: Json = None  # what the fingerprint is made of: says what changed

    @property
    def most_requests(self) -> int:
        """Most requests of one row."""
        if self.step is None:
            return 0
        most = getattr(self.step, "most_requests", None)
        return int(most(self.round, last=self.last) if most else self.step.calls[1])


@dataclass(frozen=True, slots=True)
class Graph:
    """All nodes of a recipe in build order."""

    recipe: Recipe
    nodes: tuple[Node, ...]
    _by_name: Mapping[str, Node] = field(default_factory=dict)

    @classmethod
    def of(cls, recipe: Recipe, nodes: tuple[Node, ...]) -> Graph:
        """A graph over `nodes`."""
        return cls(recipe, nodes, {node.name: node for node in nodes})

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __getitem__(self, name: str) -> Node:
        return self._by_name[name]

    @property
    def final(self) -> Node:
        """The node whose rows are the samples."""
        return self.nodes[-1]
