"""Seeds asked from topics: a labelled hierarchy, question templates, a sampler that covers."""

from __future__ import annotations

from qmirror_assets.seeds.topics.source import SAMPLER, AskedSeed, Questions, ask

__all__ = ["SAMPLER", "AskedSeed", "Questions", "ask"]
