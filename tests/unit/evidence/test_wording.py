"""Sentences that are computed from numbers."""

from __future__ import annotations

import pytest

from qmirror_assets.evidence.model import Asked, Curve, Loop, Point, Round
from qmirror_assets.evidence.shape import Kind, Shape
from qmirror_assets.evidence.spread import Interval, Spread
from qmirror_assets.evidence.wording import (
    describe_asked,
    describe_curve,
    describe_loop,
    describe_shape,
    signed,
)

CHANGE = Spread(500, 0.9167, 1.0)
WIDE = Interval(0.8, 1.034)


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "0.00"), (-0.0, "0.00"), (1.234, "+1.23"), (-0.5, "−0.50"), (0.00123, "+0.00123")],
    ids=str,
)
def test_signed(value: float, said: str) -> None:
    assert signed(value) == said


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (
            Shape(Kind.RISING, 0, 3, CHANGE, WIDE),
            "rising; k = 0 to 3: +0.92, 95 % interval +0.80 to +1.03, 500 samples",
        ),
        (
            Shape(Kind.FALLING, 0, 3, CHANGE, WIDE, level_from=1),
            "falling up to k = 1, no sure change after it; k = 0 to 3: +0.92, 95 % interval +0.80 "
            "to +1.03, 500 samples",
        ),
        (
            Shape(Kind.RISES_THEN_FALLS, 0, 3, CHANGE, WIDE, turn=2),
            "rises then falls: it turns at k = 2; over all, k = 0 to 3, +0.92, 95 % interval "
            "+0.80 to +1.03, 500 samples",
        ),
        (
            Shape(Kind.UNCLEAR, 0, 1, Spread(9, 0.1, 1.0), Interval(-0.7, 0.9)),
            "cannot be told apart from flat; k = 0 to 1: +0.10, 95 % interval −0.70 to +0.90, "
            "9 samples",
        ),
        (Shape(Kind.TOO_FEW, 0, 3, Spread(4, 1.0)), "too few samples to say (4 samples)"),
    ],
    ids=["rising", "falling and level", "turning", "unclear", "few"],
)
def test_shapes_in_words(shape: Shape, said: str) -> None:
    assert describe_shape(shape) == said


def curve(raw: Kind, kept: Kind, *, comparable: bool = True, scored: int = 10) -> Curve:
    point = Point(3, 10, Spread(scored, 1.0), None, 10, Spread(10, 1.0), None, comparable)
    shapes = [Shape(kind, 0, 3, CHANGE, WIDE) for kind in (raw, kept)]
    return Curve("its", "ITS", True, "judge abstained", (point,), *shapes)


@pytest.mark.parametrize(
    ("raw", "kept", "picked"),
    [
        (Kind.FLAT, Kind.RISING, True),
        (Kind.FALLING, Kind.RISING, True),
        (Kind.RISING, Kind.RISING, False),
        (Kind.FLAT, Kind.FLAT, False),
    ],
    ids=str,
)
def test_a_gain_of_picking_alone_is_named(raw: Kind, kept: Kind, *, picked: bool) -> None:
    said = " ".join(describe_curve(curve(raw, kept)))
    assert ("not of refining" in said) is picked


def test_rows_without_a_number_are_counted_and_not_compared() -> None:
    said = " ".join(describe_curve(curve(Kind.FLAT, Kind.FLAT, comparable=False, scored=4)))
    assert "6 of 10 rows have no number (judge abstained)" in said
    assert "fewer than half of the rows have a number: k = 3" in said


def test_a_loop_says_why_it_stopped_and_what_it_asked() -> None:
    stops = {"accepted": 0, "no_suggestion": 6, "no_gain": 0, "max_rounds": 0, "lost": 1}
    first = Round(0, 10, 10, 0, stops, 0.6, Asked(10, 10, 10), 30, 0, 0.0, 0.0)
    last = Round(
        1, 10, 3, 1, {**stops, "no_suggestion": 0, "lost": 0, "max_rounds": 3}, 0.6,
        Asked(4, 3, 3), 10, 0, 0.0, 0.0, 0.25, 0.25,
    )  # fmt: skip
    said = " ".join(describe_loop(Loop(1, "image", (first, last), (), (), Asked(2, 2, 2))))
    assert "10 samples, at most 1 refinements. 60% stopped before the last one." in said
    assert "no suggestion left 6, all refinements used 3, failed in a later round 1." in said
    assert "1.4 of 2 text, 1.3 of 2 judge or vision, 1.3 of 2 image (67% of the ceiling)" in said
    assert "k = 1, +0.25 points" in said


def test_a_loop_without_requests_has_no_ceiling() -> None:
    assert "none (none of the ceiling)" in describe_asked(Asked(), Asked(), 5)
