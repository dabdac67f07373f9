"""Biology families."""

from __future__ import annotations

from qmirror_assets.seeds.computed.biology import bodies, genetics, populations

FAMILIES = (*genetics.FAMILIES, *populations.FAMILIES, *bodies.FAMILIES)
