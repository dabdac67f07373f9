"""Scenes: one drawing function per template, generic in its proportions.

Geometry never follows the values: a slot that is not labelled cannot be measured off a picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.catalogue import Template
from qmirror_assets.figures.scenes import (
    callouts,
    chemistry,
    gas,
    life,
    machines,
    mechanics,
    motion,
    optics,
    sky,
    waves,
)
from qmirror_assets.figures.scenes.parts import Labels
from qmirror_assets.figures.spec import Scene

DRAWINGS: Mapping[Template, Callable[[Canvas, Labels], None]] = {
    "inclined_plane": mechanics.draw_inclined_plane,
    "free_body": mechanics.draw_free_body,
    "kinematics": motion.draw_kinematics,
    "projectile": motion.draw_projectile,
    "beaker": chemistry.draw_beaker,
    "gas_cylinder": gas.draw_gas_cylinder,
    "spring": machines.draw_spring,
    "pendulum": machines.draw_pendulum,
    "lever": machines.draw_lever,
    "wave": waves.draw_wave,
    "orbit": sky.draw_orbit,
    "microscope": optics.draw_microscope,
    "pulley": machines.draw_pulley,
    "calorimeter": chemistry.draw_calorimeter,
    "cell": life.draw_cell,
    "population": life.draw_population,
    "telescope": optics.draw_telescope,
}
"""Every template but `callouts`, which also reads the object's name and icon."""


def draw(canvas: Canvas, spec: Scene) -> None:
    """Draw the scene that `spec` names with its labels."""
    if spec.template == "callouts":
        callouts.draw_callouts(canvas, spec)
    else:
        DRAWINGS[spec.template](canvas, spec.labels)
