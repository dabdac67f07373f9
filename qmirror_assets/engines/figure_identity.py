"""The identity of our figures, remembered: asking the drawing libraries takes a third of a second.

The mark is everything that can change it: the drawing code and data of this package, and the
releases of the libraries that draw.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from qmirror_assets.engines.memory import remember
from qmirror_assets.errors import EngineUnavailable
from qmirror_assets.records import Json

_LIBRARIES: Final = ("matplotlib", "pillow", "rdkit", "numpy")


def read_identity() -> dict[str, str]:
    """What decides the bytes of a picture beside its spec.

    Raises:
        EngineUnavailable: the drawing code is not installed.
    """
    found = find_spec("qmirror_assets.figures")
    if found is None or not found.submodule_search_locations:
        raise EngineUnavailable("the drawing code is missing", remedy="Install the package again")
    folder = Path(found.submodule_search_locations[0])
    identity = remember(f"figures:{folder}", _mark(folder), _ask)
    return {str(name): str(value) for name, value in identity.items()}


def _mark(folder: Path) -> Json:
    files = sorted(path for path in folder.rglob("*") if path.suffix != ".pyc" and path.is_file())
    stats = [[path.name, path.stat().st_size, path.stat().st_mtime_ns] for path in files]
    return [sys.version, [version(name) for name in _LIBRARIES], stats]


def _ask() -> dict[str, str]:
    from qmirror_assets.figures.render import figure_identity  # noqa: PLC0415 - imports matplotlib

    return figure_identity()
