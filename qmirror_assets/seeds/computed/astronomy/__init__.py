"""Astronomy families."""

from __future__ import annotations

from qmirror_assets.seeds.computed.astronomy import orbits, stars

FAMILIES = (*orbits.FAMILIES, *stars.FAMILIES)
