"""Rows whose content a plan cannot know, because a call that was not made decides it.

A row whose step would make a call goes through the rest of the graph by its id alone: it is
there for sure while every step keeps its rows, and may be there once a step can drop it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from qmirror_assets.stages.graph import Node
from qmirror_assets.stages.loop import LoopEnd

Ids = frozenset[str]


@dataclass(frozen=True, slots=True)
class Range:
    """A count: at least `low`, at most `high`."""

    low: int = 0
    high: int = 0

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    def __str__(self) -> str:
        return f"{self.low}" if self.exact else f"{self.low} to {self.high}"


NONE = Range()


@dataclass(frozen=True, slots=True)
class Unknown:
    """Sample ids in a table of which only the ids are known.

    sure: rows that are there if calls succeed; maybe: rows that may be. asks: how many different
    requests the sure rows will make at the least (rows that shared a request may share again).
    loose: known rows may be missing as well (a duplicate of an unknown row may be dropped).
    """

    sure: Ids = field(default_factory=frozenset)
    maybe: Ids = field(default_factory=frozenset)
    asks: int = 0
    loose: bool = False

    @property
    def ids(self) -> Ids:
        """All of them."""
        return self.sure | self.maybe

    @property
    def rows(self) -> Range:
        """How many there are."""
        return Range(len(self.sure), len(self.sure) + len(self.maybe))

    def calls(self, node: Node) -> Range:
        """The calls of a row node for these rows."""
        low, high = (0, 0) if node.step is None else node.step.calls
        low = 0 if node.when else low  # it may be of a turn that the row does not have
        return Range(self.asks * low, self.rows.high * high)

    def doubted(self) -> Unknown:
        """The same rows, each of which may now be missing."""
        return Unknown(frozenset(), self.ids, 0, self.loose)


NOTHING = Unknown()


def leaving(node: Node, entering: Unknown, asked: Ids, asks: int) -> Unknown:
    """Unknown rows in the table of a row node.

    Args:
        node: The node.
        entering: Unknown rows of its input.
        asked: Known input rows whose step would make a call.
        asks: How many different calls these make.
    """
    if entering.loose:
        found = Unknown(entering.sure, entering.maybe | asked, entering.asks, loose=True)
    else:
        found = Unknown(entering.sure | asked, entering.maybe, entering.asks + asks)
    return found if node.step is not None and node.step.keeps else found.doubted()


def reading(source: Node, unknown: Unknown) -> Unknown:
    """Unknown rows of a round that the next round sees: it sees those that did not settle."""
    end = source.loop_end
    return unknown.doubted() if end is not None and may_stop(end) else unknown


def may_stop(end: LoopEnd) -> bool:
    """Whether a row can settle at the end of this round."""
    late = end.patience is not None and end.round > end.patience
    return bool(end.accept or end.no_suggestion or end.no_gain or late or end.last)


def joined(first_end: Unknown, rounds: list[Unknown]) -> Unknown:
    """Unknown rows in the union of a loop's rounds.

    A row that came out of the first round stands in the union whatever a later round made of it.
    """
    everything = frozenset[str]().union(*(r.ids for r in rounds))
    maybe = first_end.maybe
    sure = everything - maybe
    loose = any(r.loose for r in rounds)
    return Unknown(sure, maybe, first_end.asks + len(sure - first_end.sure), loose)


def deduplicated(entering: Unknown, dropped: Ids) -> Unknown:
    """Unknown rows after a step over the whole partition that drops rows by their likeness.

    Any row may repeat an unknown one, and one that was dropped may stand once that is gone.
    """
    if not entering.ids and not entering.loose:
        return NOTHING
    return Unknown(frozenset(), entering.ids | dropped, 0, loose=True)
