"""What happened, in words that are computed from the numbers."""

from __future__ import annotations

from collections.abc import Iterator

from qmirror_assets.evidence.model import STOPS, Asked, Curve, Loop, Round
from qmirror_assets.evidence.shape import Kind, Shape
from qmirror_assets.evidence.spread import FEWEST, Interval

_STOP_WORDS = {
    "accepted": "accepted",
    "no_suggestion": "no suggestion left",
    "no_gain": "no gain",
    "max_rounds": "all refinements used",
    "lost": "failed in a later round",
}


def number(value: float) -> str:
    """A score, with as many digits as it is worth."""
    return f"{value:.3g}" if 0 < abs(value) < 0.1 else f"{value:.2f}"  # noqa: PLR2004


def signed(value: float) -> str:
    """A change with its sign; nothing has none."""
    text = number(abs(value))
    return text if float(text) == 0 else f"{'+' if value > 0 else '−'}{text}"


def span(interval: Interval | None) -> str:
    """An interval in words."""
    if interval is None:
        return f"no interval below {FEWEST} samples"
    return f"95 % interval {signed(interval.low)} to {signed(interval.high)}"


def describe_shape(shape: Shape) -> str:
    """What a curve does, with the change and its interval."""
    change = f"{signed(shape.change.mean)}, {span(shape.interval)}, {shape.change.count} samples"
    at = f"k = {shape.first} to {shape.last}"
    match shape.kind:
        case Kind.TOO_FEW:
            return f"{shape.kind} ({shape.change.count} samples)"
        case Kind.RISES_THEN_FALLS | Kind.FALLS_THEN_RISES:
            return f"{shape.kind}: it turns at k = {shape.turn}; over all, {at}, {change}"
        case Kind.RISING | Kind.FALLING if shape.level_from is not None:
            until = f"up to k = {shape.level_from}, no sure change after it"
            return f"{shape.kind} {until}; {at}: {change}"
        case _:
            return f"{shape.kind}; {at}: {change}"


def describe_curve(curve: Curve) -> tuple[str, ...]:
    """One sentence for the rounds as they came, one for what is kept, and what both leave out."""
    return tuple(_curve_sentences(curve))


def _curve_sentences(curve: Curve) -> Iterator[str]:
    yield f"{curve.label}. Rounds as they came: {_shaped(curve.raw_shape)}."
    yield f"Kept (best round so far, all samples): {_shaped(curve.kept_shape)}."
    left_out = [point.k for point in curve.points if not point.comparable]
    if left_out:
        which = ", ".join(f"k = {k}" for k in left_out)
        yield f"Not compared, since fewer than half of the rows have a number: {which}."
    if curve.unscored:
        rows = sum(point.reached for point in curve.points)
        yield f"{curve.unscored} of {rows} rows have no number ({curve.missing})."
    if _only_picked(curve):
        yield (
            "What is kept rises although the rounds do not: that gain is of picking the best of "
            "several tries, not of refining."
        )


def _shaped(shape: Shape | None) -> str:
    return "nothing to compare" if shape is None else describe_shape(shape)


def _only_picked(curve: Curve) -> bool:
    raw, kept = curve.raw_shape, curve.kept_shape
    if raw is None or kept is None or not curve.higher_is_better:
        return False
    return kept.kind is Kind.RISING and raw.kind in (Kind.FLAT, Kind.UNCLEAR, Kind.FALLING)


def describe_loop(loop: Loop) -> tuple[str, ...]:
    """How many samples, why they stopped, what they asked for."""
    return tuple(_loop_sentences(loop))


def _loop_sentences(loop: Loop) -> Iterator[str]:
    last = loop.rounds[-1]
    yield (
        f"{loop.samples} samples, at most {last.k} refinements. {last.stopped_early:.0%} stopped "
        f"before the last one."
    )
    totals = {stop: sum(r.stops.get(stop, 0) for r in loop.rounds) for stop in STOPS}
    said = [f"{_STOP_WORDS[stop]} {count}" for stop, count in totals.items() if count]
    yield f"Why they stopped: {', '.join(said) or 'nothing has stopped'}."
    failed = sum(r.failed for r in loop.rounds)
    if failed:
        yield f"{failed} rows failed or were refused in a round."
    yield describe_asked(loop.asked, loop.ceiling, loop.samples)
    best = _best_gain(loop)
    if best is not None:
        yield (
            f"Most for its requests: k = {best.k}, {signed(best.gain_per_request or 0)} points of "
            "the kept score a request."
        )


def _best_gain(loop: Loop) -> Round | None:
    gains = [r for r in loop.rounds if (r.gain_per_request or 0) > 0]
    return max(gains, key=lambda r: r.gain_per_request or 0, default=None)


def describe_asked(asked: Asked, ceiling: Asked, samples: int) -> str:
    """Requests used beside the most that could have been."""
    most = ceiling.total * samples
    share = f"{asked.total / most:.0%}" if most else "none"
    parts = [
        f"{getattr(asked, kind) / samples:.1f} of {getattr(ceiling, kind)} {word}"
        for kind, word in (("text", "text"), ("judge", "judge or vision"), ("image", "image"))
        if getattr(ceiling, kind)
    ]
    return (
        f"Requests a sample, of the most there could be: {', '.join(parts) or 'none'} "
        f"({share} of the ceiling)."
    )
