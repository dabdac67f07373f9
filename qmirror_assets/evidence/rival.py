"""Loop against best-of-N: is the gain the loop's, or just more tries?

Both datasets are built from the same seeds. At each refinement the loop has asked for so many
requests a sample; best-of-N is read where it has asked for at least as many, so it is never the
one that had fewer tries.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from qmirror_assets.evidence.model import Curve, Evidence, Loop
from qmirror_assets.evidence.spread import Interval, Spread, difference
from qmirror_assets.evidence.wording import number, signed, span


@dataclass(frozen=True, slots=True)
class Match:
    """One score of one loop at its last refinement, and best-of-N at no fewer requests.

    requests: a sample, in this loop. drafts: how many of best-of-N. enough: False where even all
    of best-of-N asked for less than the loop. gap: loop less best-of-N, with its interval.
    """

    turn: int
    stage: str
    column: str
    label: str
    k: int
    loop_requests: float
    loop_score: Spread
    drafts: int
    rival_requests: float
    rival_score: Spread
    gap: float
    interval: Interval | None
    enough: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Rivalry:
    """All comparisons with one best-of-N dataset."""

    rival: str
    matches: tuple[Match, ...]


def compare(loops: Evidence, drafts: Evidence) -> Rivalry:
    """Every score that both datasets have in the same loop."""
    theirs = {(loop.turn, loop.stage): loop for loop in drafts.loops}
    found = [
        match
        for loop in loops.loops
        if (rival := theirs.get((loop.turn, loop.stage))) is not None
        for match in _matches(loop, rival)
    ]
    return Rivalry(drafts.dataset, tuple(found))


def _matches(loop: Loop, rival: Loop) -> Iterator[Match]:
    curves = {curve.column: curve for curve in rival.curves}
    for curve in loop.curves:
        other = curves.get(curve.column)
        if other is not None and (match := _match(loop, curve, rival, other)) is not None:
            yield match


def _match(loop: Loop, curve: Curve, rival: Loop, other: Curve) -> Match | None:
    last = max((p.k for p in curve.points if p.comparable), default=None)
    theirs = [p.k for p in other.points if p.comparable]
    if last is None or not theirs:
        return None
    wanted, had = _spent(loop, last), {k: _spent(rival, k) for k in theirs}
    at = min((k for k in theirs if had[k] >= wanted), default=theirs[-1])
    ours, his = _kept(curve, last), _kept(other, at)
    gap, interval = ours.mean - his.mean, difference(ours, his)
    enough = had[at] >= wanted
    said = _sentence(curve, loop, (wanted, ours), (at + 1, had[at], his), interval, enough=enough)
    return Match(
        loop.turn, loop.stage, curve.column, curve.label, last, wanted, ours, at + 1, had[at],
        his, gap, interval, enough, said,
    )  # fmt: skip


def _spent(loop: Loop, k: int) -> float:
    """Requests a sample up to refinement k."""
    return sum(r.asked.total for r in loop.rounds if r.k <= k) / loop.samples


def _kept(curve: Curve, k: int) -> Spread:
    return next(point.kept for point in curve.points if point.k == k)


def _sentence(
    curve: Curve,
    loop: Loop,
    ours: tuple[float, Spread],
    theirs: tuple[int, float, Spread],
    interval: Interval | None,
    *,
    enough: bool,
) -> str:
    gap = ours[1].mean - theirs[2].mean
    fewer = "" if enough else " (fewer than the loop: build it with a larger N)"
    return (
        f"{loop.title}, {curve.label}: {number(ours[1].mean)} after {ours[0]:.1f} requests a "
        f"sample, best of {theirs[0]} drafts {number(theirs[2].mean)} after {theirs[1]:.1f}"
        f"{fewer}. {_verdict(gap, interval, higher_is_better=curve.higher_is_better)}"
    )


def _verdict(gap: float, interval: Interval | None, *, higher_is_better: bool) -> str:
    said = f"{signed(gap)}, {span(interval)}"
    if interval is None:
        return f"Too few samples to say ({said})."
    sign = interval.sign if higher_is_better else -interval.sign
    if sign > 0:
        return f"The loop is better than as many tries ({said})."
    if sign < 0:
        return f"The loop is worse than as many tries ({said})."
    return f"The loop cannot be told apart from as many tries ({said})."
