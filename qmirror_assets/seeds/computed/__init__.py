"""Computed seeds: problem families whose answers follow from a formula."""

from __future__ import annotations

from qmirror_assets.seeds.computed.agreement import answers_agree
from qmirror_assets.seeds.computed.catalogue import FamilyInfo, families
from qmirror_assets.seeds.computed.generator import generate, recompute

__all__ = ["FamilyInfo", "answers_agree", "families", "generate", "recompute"]
