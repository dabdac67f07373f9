"""The topics and templates that come with the package (CC0-1.0)."""

from __future__ import annotations

import importlib.resources
from pathlib import Path


def shipped_topics() -> list[Path]:
    """The topic files, one a domain."""
    return sorted((_folder() / "topics").glob("*.yaml"))


def shipped_templates() -> Path:
    """The template file."""
    return _folder() / "templates.yaml"


def _folder() -> Path:
    return Path(str(importlib.resources.files("qmirror_assets.seeds.topics") / "shipped"))
