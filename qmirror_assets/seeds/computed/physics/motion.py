"""Kinematics: speeding up, braking, throwing."""

from __future__ import annotations

import math

from qmirror_assets.seeds.computed.family import Answer, Constant, Family, Quantity
from qmirror_assets.seeds.computed.grid import expand, rising, span
from qmirror_assets.seeds.computed.pictures import scene

GRAVITY = Constant("g", "9.8", "m/s²")

_START = Quantity("initial speed", "v0", "m/s")
_END = Quantity("final speed", "v", "m/s")
_TIME = Quantity("time", "t", "s")
_SLOWING = Quantity("deceleration", "a", "m/s²")
_LAUNCH = Quantity("launch speed", "v0", "m/s")
_ANGLE = Quantity("launch angle", "θ", "degrees")

SPEEDING_UP = Family(
    id="physics.speeding_up",
    formula="d = (v0 + v) / 2 * t",
    givens=(_START, _END, _TIME),
    axes=(rising("v0", "v", "2", "36", gap=4), span("t", "2", "20", "0.5")),
    wordings=expand(
        "A [vehicle] speeds up steadily from an initial speed of {v0} to a final speed of {v} in "
        "a time of {t}. How far does it travel while speeding up?",
        "The speed of a [vehicle] on a straight track rises uniformly from {v0} to {v}. This "
        "takes {t}. What distance does the [vehicle] cover in this time?",
        "With constant acceleration, a [vehicle] needs {t} to go from {v0} to {v}. Calculate the "
        "distance it covers meanwhile.",
        vehicle=("car", "motorcycle", "train", "racing boat", "delivery van"),
    ),
    law=lambda q: (q["v0"] + q["v"]) / 2 * q["t"],
    answer=Answer("m"),
    figure=scene(
        "kinematics",
        "Motion with constant acceleration",
        initial_speed=_START,
        final_speed=_END,
        time=_TIME,
    ),
)

BRAKING = Family(
    id="physics.braking",
    formula="d = v0² / (2 a)",
    givens=(_START, _SLOWING),
    axes=(span("v0", "5", "45", "0.5"), span("a", "1", "9", "0.1")),
    wordings=expand(
        "A [vehicle] with an initial speed of {v0} brakes with a constant deceleration of {a}. "
        "How far does it move before it stops?",
        "The driver of a [vehicle] moving at {v0} sees an obstacle and brakes. The deceleration "
        "is constant at {a}. What is the braking distance?",
        "A [vehicle] travels at {v0} when its brakes are applied. It slows down uniformly at {a} "
        "until it comes to rest. Calculate the distance covered while braking.",
        vehicle=("car", "bus", "truck", "tram", "motorcycle"),
    ),
    law=lambda q: q["v0"] ** 2 / (2 * q["a"]),
    answer=Answer("m"),
    figure=scene("kinematics", "Braking to a stop", initial_speed=_START, acceleration=_SLOWING),
)

PROJECTILE = Family(
    id="physics.projectile_range",
    formula="R = v0² sin(2θ) / g",
    givens=(_LAUNCH, _ANGLE),
    axes=(span("v0", "6", "40", "0.2"), span("θ", "15", "75")),
    wordings=expand(
        "A [ball] leaves the ground with a launch speed of {v0} at a launch angle of {θ} above "
        "the horizontal. Neglecting air resistance and taking g = 9.8 m/s², how far from the "
        "launch point does it land on the level ground?",
        "On level ground, a [ball] is struck so that it takes off at {θ} to the horizontal. Its "
        "speed at that moment is {v0}. Find its horizontal range. Ignore air resistance and use "
        "g = 9.8 m/s².",
        "A [ball] is launched from ground level with a speed of {v0} and an angle of {θ} to the "
        "horizontal. What is the range on flat ground without air resistance "
        "(g = 9.8 m/s²)?",
        ball=("football", "golf ball", "rubber ball", "tennis ball"),
    ),
    law=lambda q: q["v0"] ** 2 * math.sin(2 * q["θ"]) / q["g"],
    answer=Answer("m"),
    constants=(GRAVITY,),
    figure=scene("projectile", "Path of a projectile", speed=_LAUNCH, angle=_ANGLE),
)

FAMILIES = (SPEEDING_UP, BRAKING, PROJECTILE)
