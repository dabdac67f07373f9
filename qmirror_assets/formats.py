"""The versions of everything that is stored, and the refusal of later ones.

A version grows when what is stored is written otherwise, never for a new reader. What an earlier
version of the package wrote is read as long as its version is known here; what a later one wrote
is refused before anything is changed, because what cannot be read cannot be judged damaged.
"""

from __future__ import annotations

from typing import Final

from qmirror_assets.errors import UnknownFormat
from qmirror_assets.records import Json

STATE: Final = 1
"""Tables of the state database."""
ACTIONS: Final = 1
"""Files of the action cache, and the entries in them."""
MANIFEST: Final = 3
"""Manifest of a (stage, domain). 2: rows may be a file and the changes since. 3: it may name their
keys."""
SNAPSHOT: Final = 1
"""Snapshot of a domain for a version."""
GATE: Final = 1
"""Gate record."""
RELEASE: Final = 1
"""`manifest.json` of a candidate or release."""


def refuse_later(what: str, found: Json, known: int) -> None:
    """Refuse what a later version of the package stored; other oddities are the reader's matter.

    Raises:
        UnknownFormat: `found` is a version after `known`.
    """
    if type(found) is int and found > known:
        raise later(what, known, f"format {found}")


def later(what: str, known: int, found: str) -> UnknownFormat:
    """The refusal of something that a later version of the package stored."""
    return UnknownFormat(
        f"{what} was stored by a later version of this package",
        expected=f"format {known}" if known == 1 else f"a format up to {known}",
        found=found,
        remedy="Update the package, or use another data folder; nothing was changed",
    )
