"""Forces: friction, slopes, pulleys, springs, levers, pendulums."""

from __future__ import annotations

import math

from qmirror_assets.seeds.computed.family import Answer, Family, Quantity
from qmirror_assets.seeds.computed.grid import expand, rising, span, unequal
from qmirror_assets.seeds.computed.physics.motion import GRAVITY
from qmirror_assets.seeds.computed.pictures import callouts, scene

_MASS = Quantity("mass", "m", "kg")
_PULL = Quantity("pulling force", "F", "N")
_FRICTION = Quantity("friction force", "f", "N")
_SLOPE = Quantity("slope angle", "θ", "degrees")
_LIGHT = Quantity("mass of the lighter block", "m1", "kg")
_HEAVY = Quantity("mass of the heavier block", "m2", "kg")
_HUNG = Quantity("hanging mass", "m", "g")
_STRETCH = Quantity("extension", "x", "cm")
_EFFORT = Quantity("force on the left", "F1", "N")
_LEFT_ARM = Quantity("left arm", "d1", "m")
_RIGHT_ARM = Quantity("right arm", "d2", "m")
_LENGTH = Quantity("length", "L", "cm")
_SWINGS = Quantity("number of swings", "n", "swings")
_LOAD = Quantity("mass of the load", "m", "kg")
_HEIGHT = Quantity("height", "h", "m")
_LIFT_TIME = Quantity("lifting time", "t", "s")

FRICTION = Family(
    id="physics.pull_with_friction",
    formula="a = (F - f) / m",
    givens=(_MASS, _PULL, _FRICTION),
    axes=(span("m", "12", "60", "0.5"), span("F", "40", "200", "2"), span("f", "4", "36")),
    wordings=expand(
        "A [thing] with a mass of {m} is pulled along a horizontal floor by a horizontal force "
        "of {F}. A friction force of {f} opposes the motion. What is the acceleration of the "
        "[thing]?",
        "A worker pulls a [thing] horizontally with a force of {F}. The mass of the [thing] is "
        "{m} and the friction force is {f}. Find its acceleration.",
        "A rope pulls a [thing] over level ground with a horizontal force of {F} against a "
        "friction force of {f}. The [thing] has a mass of {m}. Calculate its acceleration.",
        thing=("crate", "sled", "wooden box", "trunk", "toolbox"),
    ),
    law=lambda q: (q["F"] - q["f"]) / q["m"],
    answer=Answer("m/s²"),
    figure=scene("free_body", "Forces on a body", mass=_MASS, force=_PULL, friction=_FRICTION),
)

INCLINE = Family(
    id="physics.inclined_plane",
    formula="a = g sin(θ) - f / m",
    givens=(_MASS, _SLOPE, _FRICTION),
    axes=(span("m", "4", "24", "0.5"), span("θ", "22", "55"), span("f", "1", "12", "0.5")),
    wordings=expand(
        "A [thing] with a mass of {m} slides down a slope that makes an angle of {θ} with the "
        "horizontal. The friction force is {f}. Taking g = 9.8 m/s², what is the acceleration "
        "of the [thing]?",
        "A ramp is inclined at {θ} to the horizontal. A [thing] of mass {m} slides down it "
        "against a friction force of {f}. Find its acceleration (g = 9.8 m/s²).",
        "A friction force of {f} acts on a [thing] that slides down a plane inclined at {θ}. The "
        "mass of the [thing] is {m}. Use g = 9.8 m/s² to calculate its acceleration.",
        thing=("block", "crate", "suitcase", "metal box"),
    ),
    law=lambda q: q["g"] * math.sin(q["θ"]) - q["f"] / q["m"],
    answer=Answer("m/s²"),
    constants=(GRAVITY,),
    figure=scene(
        "inclined_plane", "A body on a slope", mass=_MASS, angle=_SLOPE, friction=_FRICTION
    ),
)

ATWOOD = Family(
    id="physics.two_blocks_on_a_pulley",
    formula="a = g (m2 - m1) / (m2 + m1)",
    givens=(_LIGHT, _HEAVY),
    axes=(rising("m1", "m2", "0.5", "25", "0.1", gap=3),),
    wordings=expand(
        "Two [blocks] hang from the ends of a light string that passes over a frictionless, "
        "massless pulley. The lighter one has a mass of {m1} and the heavier one has a mass of "
        "{m2}. What is the size of their acceleration when they are released? Take "
        "g = 9.8 m/s².",
        "A light string over an ideal pulley connects two [blocks] with masses of {m1} and {m2}. "
        "Find the size of the acceleration after they are released (g = 9.8 m/s²).",
        "In an Atwood machine, one of the [blocks] has a mass of {m2} and the other one has a "
        "mass of {m1}. String and pulley are massless and there is no friction. Calculate the "
        "acceleration with g = 9.8 m/s².",
        blocks=("blocks", "metal cylinders", "weights"),
    ),
    law=lambda q: q["g"] * (q["m2"] - q["m1"]) / (q["m2"] + q["m1"]),
    answer=Answer("m/s²"),
    constants=(GRAVITY,),
    figure=scene("pulley", "Two blocks on a pulley", mass1=_LIGHT, mass2=_HEAVY),
)

SPRING = Family(
    id="physics.spring_constant",
    formula="k = m g / x",
    givens=(_HUNG, _STRETCH),
    axes=(span("m", "100", "1500", "5"), span("x", "2", "25", "0.1")),
    wordings=expand(
        "A mass of {m} hung from a vertical [spring] stretches it by {x}. What is the spring "
        "constant? Take g = 9.8 m/s².",
        "When a mass of {m} hangs at rest from a [spring], it causes an extension of {x}. "
        "Calculate the spring constant with g = 9.8 m/s².",
        "A vertical [spring] is {x} longer when a body with a mass of {m} hangs from it. Find "
        "the spring constant (g = 9.8 m/s²).",
        spring=("spring", "steel spring", "light spring"),
    ),
    law=lambda q: q["m"] * q["g"] / q["x"],
    answer=Answer("N/m"),
    constants=(GRAVITY,),
    figure=scene("spring", "A mass on a spring", mass=_HUNG, extension=_STRETCH),
)

LEVER = Family(
    id="physics.lever",
    formula="F2 = F1 d1 / d2",
    givens=(_EFFORT, _LEFT_ARM, _RIGHT_ARM),
    axes=(span("F1", "20", "400", "10"), unequal("d1", "d2", "0.2", "3.2", "0.1")),
    wordings=expand(
        "A light, horizontal [lever] rests on a pivot. A downward force of {F1} acts at a "
        "distance of {d1} to the left of the pivot. What downward force at a distance of {d2} to "
        "the right of the pivot keeps the [lever] in balance?",
        "A light [lever] is in balance. On its left side a force of {F1} pulls down at {d1} from "
        "the pivot. The force on its right side acts at {d2} from the pivot. How large is the "
        "force on the right?",
        "To balance a light [lever], a force of {F1} is applied with a left arm of {d1}. The "
        "right arm is {d2}. Calculate the force needed on the right.",
        lever=("lever", "beam", "plank", "seesaw"),
    ),
    law=lambda q: q["F1"] * q["d1"] / q["d2"],
    answer=Answer("N"),
    figure=scene("lever", "A lever in balance", force1=_EFFORT, arm1=_LEFT_ARM, arm2=_RIGHT_ARM),
)

PENDULUM = Family(
    id="physics.pendulum_swings",
    formula="t = n 2π √(L / g)",
    givens=(_LENGTH, _SWINGS),
    axes=(span("L", "20", "250"), span("n", "5", "60")),
    wordings=expand(
        "A [pendulum] with a length of {L} swings with a small amplitude. How long does it take "
        "for {n} to and fro? Take g = 9.8 m/s².",
        "The length of a [pendulum] is {L}. Find the time it needs for {n} back and forth "
        "through a small angle (g = 9.8 m/s²).",
        "A student counts {n}, each to and fro, of a [pendulum] with a length of {L}. The "
        "amplitude is small. What time passes meanwhile, if g = 9.8 m/s²?",
        pendulum=("simple pendulum", "pendulum with a light string"),
    ),
    law=lambda q: q["n"] * 2 * math.pi * (q["L"] / q["g"]) ** 0.5,
    answer=Answer("s"),
    constants=(GRAVITY,),
    figure=scene("pendulum", "A simple pendulum", length=_LENGTH, period=_SWINGS),
)

LIFTING = Family(
    id="physics.lifting_power",
    formula="P = m g h / t",
    givens=(_LOAD, _HEIGHT, _LIFT_TIME),
    axes=(span("m", "20", "500", "10"), span("h", "2", "30", "0.5"), span("t", "4", "45")),
    wordings=expand(
        "A [machine] lifts a load with a mass of {m} at constant speed through a height of {h} "
        "in a time of {t}. What useful power does it deliver? Take g = 9.8 m/s².",
        "At constant speed, a [machine] raises a load by a height of {h} in {t}. The mass of the "
        "load is {m}. Calculate the useful power of the [machine] with g = 9.8 m/s².",
        "A load of mass {m} is raised by {h} at a steady speed. The [machine] takes {t} to do "
        "this. Find its useful power output (g = 9.8 m/s²).",
        machine=("crane", "winch", "goods lift", "hoist"),
    ),
    law=lambda q: q["m"] * q["g"] * q["h"] / q["t"],
    answer=Answer("W"),
    constants=(GRAVITY,),
    figure=callouts("load", "Lifting a load", "block", _LOAD, _HEIGHT, _LIFT_TIME),
)

FAMILIES = (FRICTION, INCLINE, ATWOOD, SPRING, LEVER, PENDULUM, LIFTING)
