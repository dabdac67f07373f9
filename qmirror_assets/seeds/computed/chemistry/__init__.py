"""Chemistry families."""

from __future__ import annotations

from qmirror_assets.seeds.computed.chemistry import amounts, gases_and_decay, solutions

FAMILIES = (*amounts.FAMILIES, *solutions.FAMILIES, *gases_and_decay.FAMILIES)
