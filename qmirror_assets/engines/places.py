"""Where the machine-wide cache of models and local servers lives."""

from __future__ import annotations

import os
from pathlib import Path

CACHE_VARIABLE = "QMIRROR_CACHE"


def cache_dir() -> Path:
    """The cache folder: `QMIRROR_CACHE`, or the platform's place for caches. Not created."""
    given = os.environ.get(CACHE_VARIABLE)
    if given:
        return Path(given).expanduser().resolve()
    import platformdirs

    return Path(platformdirs.user_cache_dir("qmirror-assets", appauthor=False))
