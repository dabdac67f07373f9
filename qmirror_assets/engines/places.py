"""Where the machine-wide cache of models and local servers lives."""

from __future__ import annotations

import os
from pathlib import Path

CACHE_VARIABLE = "QMIRROR_CACHE"


def cache_dir() -> Path:
    """The cache folder: `QMIRROR_CACHE`, or `qmirror-assets` among the user's caches."""
    given = os.environ.get(CACHE_VARIABLE)
    if given:
        return Path(given).expanduser().resolve()
    shared = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(shared).expanduser() / "qmirror-assets"


def run_dir() -> Path:
    """The folder of locks and addresses of local servers; made for this user alone."""
    folder = cache_dir() / "run"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
