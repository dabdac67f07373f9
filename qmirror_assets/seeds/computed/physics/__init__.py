"""Physics families."""

from __future__ import annotations

from qmirror_assets.seeds.computed.physics import electricity, forces, motion, waves_and_heat

FAMILIES = (
    *motion.FAMILIES,
    *electricity.FAMILIES,
    *forces.FAMILIES,
    *waves_and_heat.FAMILIES,
)
