"""Evidence from the rows of the three loop marts: domains pooled, curves compared, words found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from qmirror_assets.evidence.columns import measure_of, shown_columns
from qmirror_assets.evidence.model import (
    STOPS,
    Asked,
    Curve,
    DomainLoop,
    Evidence,
    Loop,
    Point,
    Round,
    Turn,
)
from qmirror_assets.evidence.shape import Changes, Shape, find_shape
from qmirror_assets.evidence.spread import Spread, pool
from qmirror_assets.evidence.wording import describe_asked, describe_curve, describe_loop
from qmirror_assets.stages.graph import Graph, Node

Rows = Sequence[Mapping[str, Any]]
_JUDGES = ("vision", "judge")


@dataclass(frozen=True, slots=True)
class Marts:
    """Rows of `loop_rounds`, `loop_scores` and `loop_gains`."""

    rounds: Rows
    scores: Rows
    gains: Rows

    def of(self, turn: int, stage: str) -> Marts:
        """The rows of one loop."""
        picked = (self.rounds, self.scores, self.gains)
        return Marts(*([r for r in rows if _at(r) == (turn, stage)] for rows in picked))

    def in_domain(self, domain: str) -> Marts:
        """The rows of one domain."""
        picked = (self.rounds, self.scores, self.gains)
        return Marts(*([r for r in rows if r["domain"] == domain] for rows in picked))


def _at(row: Mapping[str, Any]) -> tuple[int, str]:
    return row["turn"], row["stage"]


def read_evidence(dataset: str, graph: Graph, marts: Marts) -> Evidence:
    """What the marts say of every loop that has rows, in build order."""
    there = {_at(row) for row in marts.rounds}
    ends = {(n.turn, n.stage): n for n in graph if n.loop_end and (n.turn, n.stage) in there}
    loops = [_loop(graph, node, marts.of(*at)) for at, node in ends.items()]
    return Evidence(dataset, tuple(loops), tuple(_turns(loops)))


def _loop(graph: Graph, end: Node, marts: Marts) -> Loop:
    headline = headline_of(end)
    present = {row["score_column"] for row in marts.scores}
    curves = [_curve(name, marts) for name in shown_columns(present, headline) if name in present]
    domains = sorted({row["domain"] for row in marts.rounds})
    made = Loop(
        end.turn, end.stage, tuple(_rounds(marts.rounds)), tuple(curves),
        tuple(_domain(name, headline, marts.in_domain(name)) for name in domains),
        _ceiling(graph, end),
    )  # fmt: skip
    return replace(made, sentences=describe_loop(made))


def headline_of(end: Node) -> str:
    """A loop's own score: the first of its ranking columns that is a number, not a yes or no."""
    rank_by = end.loop_end.rank_by if end.loop_end else ()
    numbers = [name for name in rank_by if end.columns[name].value != "bool"]
    return [*numbers, *rank_by][0]


def _ceiling(graph: Graph, end: Node) -> Asked:
    nodes = [n for n in graph if n.round and (n.turn, n.stage) == (end.turn, end.stage)]
    return sum((_most(node) for node in nodes), Asked())


def _most(node: Node) -> Asked:
    most, role = node.most_requests, node.roles[0].value if node.roles else ""
    return Asked(
        text=most * (role == "text"),
        judge=most * (role in _JUDGES),
        image=most * (role in ("image", "text_to_image")),
    )


# -- rounds


def _rounds(rows: Rows) -> Iterator[Round]:
    before: float | None = None
    for k in sorted({row["k"] for row in rows}):
        own = [row for row in rows if row["k"] == k]
        kept = pool(Spread(r["kept_scored"], r["kept_mean"] or 0.0) for r in own)
        mean = kept.mean if kept.count else None
        gain = None if mean is None or before is None else mean - before
        yield _round(k, own, gain)
        before = mean


def _round(k: int, own: Rows, gain: float | None) -> Round:
    def total(name: str) -> Any:
        return sum(row[name] for row in own)

    asked = Asked(total("text_requests"), total("judge_requests"), total("image_requests"))
    samples = total("samples")
    each = None if gain is None or not asked.total else gain * samples / asked.total
    return Round(
        k, samples, total("reached"), total("failed"), {stop: total(stop) for stop in STOPS},
        total("stopped_early") / samples, asked, total("calls"),
        total("prompt_tokens") + total("completion_tokens"), total("engine_seconds"),
        total("cost"), gain, each,
    )  # fmt: skip


# -- curves


def _curve(column: str, marts: Marts) -> Curve:
    measure = measure_of(column)
    scores = [row for row in marts.scores if row["score_column"] == column]
    gains = [row for row in marts.gains if row["score_column"] == column]
    points = [_point(k, scores) for k in sorted({row["k"] for row in scores})]
    made = Curve(
        column, measure.label, measure.higher_is_better, measure.missing, tuple(points),
        _shape(points, _changes(gains, "raw")), _shape(points, _changes(gains, "kept")),
    )  # fmt: skip
    return replace(made, sentences=describe_curve(made))


def _point(k: int, scores: Rows) -> Point:
    own = [row for row in scores if row["k"] == k]
    reached, samples = (sum(row[name] for row in own) for name in ("reached", "samples"))
    raw = pool(spread_of(row, "raw") for row in own)
    kept = pool(spread_of(row, "kept") for row in own)
    comparable = reached > 0 and 2 * raw.count >= reached and 2 * kept.count >= samples
    return Point(k, reached, raw, raw.interval(), samples, kept, kept.interval(), comparable)


def spread_of(row: Mapping[str, Any], curve: str) -> Spread:
    """The spread that a row of `loop_scores` holds of one of its curves."""
    return _spread(row[f"{curve}_scored"], row[f"{curve}_mean"], row[f"{curve}_sd"])


def _spread(count: int, mean: float | None, sd: float | None) -> Spread:
    return Spread(count, mean or 0.0, sd or 0.0)


def _changes(gains: Rows, curve: str) -> Changes:
    own = [row for row in gains if row["curve"] == curve]
    pairs = {(row["from_k"], row["to_k"]) for row in own}
    return {
        pair: pool(
            _spread(r["pairs"], r["mean"], r["sd"]) for r in own if (r["from_k"], r["to_k"]) == pair
        )
        for pair in sorted(pairs)
    }


def _shape(points: Sequence[Point], changes: Changes) -> Shape | None:
    steps = [point.k for point in points if point.comparable]
    if len(steps) < 2 or steps[0] != points[0].k:  # noqa: PLR2004  # a change needs two
        return None
    return find_shape(steps, changes, points[0].raw.sd)


# -- domains and turns


def _domain(domain: str, headline: str, marts: Marts) -> DomainLoop:
    scores = [row for row in marts.scores if row["score_column"] == headline]
    gains = [row for row in marts.gains if row["score_column"] == headline]
    last = max((row["k"] for row in scores), default=0)
    kept = {row["k"]: spread_of(row, "kept") for row in scores}
    change = _changes(gains, "kept").get((0, last), Spread())
    rounds = list(_rounds(marts.rounds))
    return DomainLoop(
        domain, rounds[0].samples, kept.get(0, Spread()), kept.get(last, Spread()), change,
        change.interval(), rounds[-1].stopped_early, sum((r.asked for r in rounds), Asked()),
    )  # fmt: skip


def _turns(loops: Iterable[Loop]) -> Iterator[Turn]:
    found: dict[int, list[Loop]] = {}
    for loop in loops:
        found.setdefault(loop.turn, []).append(loop)
    for turn, own in found.items():
        samples = own[0].samples
        asked = sum((loop.asked for loop in own), Asked())
        ceiling = sum((loop.ceiling for loop in own), Asked())
        yield Turn(turn, samples, asked, ceiling, describe_asked(asked, ceiling, samples))
