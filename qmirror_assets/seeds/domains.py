"""Domain names: what a seed file writes becomes a slug that is safe as key and folder name."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from qmirror_assets.errors import KeyParseError
from qmirror_assets.seeds.faults import RowFault
from qmirror_assets.seeds.text import clean_text, snippet

SLUG_CHARACTERS = 64
SLUG_BYTES = 192  # with a prefix such as `domain=` still below the 255 bytes of a file name

_PATH_PARTS = re.compile(r"[/\\]|\.\.")
# Device names: a folder of that name cannot be made on Windows.
_PORTS = (f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))
_RESERVED = frozenset({"con", "prn", "aux", "nul", *_PORTS})
_REMEDY = "Use letters, digits, spaces and hyphens, such as 'Earth science'"


@lru_cache(maxsize=1_024)  # a file names few domains, each on many lines
def slugify_domain(name: str) -> tuple[str, str]:
    """The slug of a domain name (partition key) and the name as shown.

    The slug holds lower-case letters (with their marks), digits and single inner hyphens,
    1..64 characters, in NFC. Names that differ in case, normal form or punctuation share a slug.
    A slug is its own slug.

    Raises:
        KeyParseError: path-like, reserved, too long, without a letter or digit, or with
            control or bidi characters.
    """
    try:
        display = clean_text(name, limit=4 * SLUG_CHARACTERS, lines=False).strip()
    except RowFault as fault:
        raise _refused(name, fault.detail) from fault
    if _PATH_PARTS.search(display):
        raise _refused(name, "a path")
    slug = _slug(display)
    if not slug or slug in _RESERVED:
        raise _refused(name, "a reserved name" if slug else "no letter or digit")
    if len(slug) > SLUG_CHARACTERS or len(slug.encode()) > SLUG_BYTES:
        raise _refused(name, f"{len(slug)} characters")
    return slug, display


def _slug(display: str) -> str:
    folded = _fold(display)
    kept = "-"
    for character in folded:
        kept += _keep(kept[-1], character)
    return unicodedata.normalize("NFC", re.sub(r"-+", "-", kept).strip("-"))


def _fold(text: str) -> str:
    # Twice: folding can undo the normal form, and normalising can bring back a foldable letter.
    for _ in range(2):
        text = unicodedata.normalize("NFC", text.casefold())
    return text


def _keep(before: str, character: str) -> str:
    """`character`, or a hyphen in its place; `before` is what was kept last."""
    category = unicodedata.category(character)
    if category[0] == "L" or category == "Nd":
        return character
    # A mark belongs to the letter before it (Hindi vowels); elsewhere it is punctuation.
    if category[0] == "M" and unicodedata.category(before)[0] in "LM":
        return character
    return "-"


def _refused(name: str, found: str) -> KeyParseError:
    return KeyParseError(
        f"domain name '{snippet(name)}' cannot be used",
        expected=f"1 to {SLUG_CHARACTERS} letters, digits or hyphens",
        found=found,
        remedy=_REMEDY,
    )
