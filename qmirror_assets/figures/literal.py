"""Text that may be drawn: one clean line that the pinned font can show.

Cleaning is small on purpose (NFC, every Unicode space becomes a space, ends stripped): what a
spec says is what is drawn, character by character.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

# Right-to-left letters need shaping and reordering; we draw characters one after another.
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


def clean(text: str) -> str:
    """`text` as it will be drawn.

    Raises:
        ValueError: a control, format or right-to-left character, stacked accents, or a
            character the pinned font has no glyph for.
    """
    normal = unicodedata.normalize("NFC", text)
    line = "".join(" " if unicodedata.category(c) == "Zs" else c for c in normal).strip()
    if line.isascii() and line.isprintable():
        return line
    _refuse_unprintable(line)
    _refuse_unknown_glyphs(line)
    return line


def _refuse_unprintable(line: str) -> None:
    accents = 0
    for character in line:
        if not character.isprintable():
            raise ValueError(f"character U+{ord(character):04X} cannot be printed")
        if unicodedata.bidirectional(character) in _RIGHT_TO_LEFT:
            raise ValueError("right-to-left text cannot be drawn")
        accents = accents + 1 if unicodedata.combining(character) else 0
        if accents > 1:
            raise ValueError("stacked accents cannot be drawn")


def _refuse_unknown_glyphs(line: str) -> None:
    # Imported here: plain ASCII specs are read without loading a font.
    from qmirror_assets.figures.text import known_characters  # noqa: PLC0415

    unknown = sorted(set(line) - known_characters())
    if unknown:
        raise ValueError(f"the font has no glyph for U+{ord(unknown[0]):04X}")


def _capped(limit: int) -> StringConstraints:
    return StringConstraints(strict=True, max_length=limit)


# The cap is checked before cleaning (cost) and again after it (NFC can lengthen a text).
_CLEAN = AfterValidator(clean)
Text8 = Annotated[str, _capped(8), _CLEAN, _capped(8)]
Text24 = Annotated[str, _capped(24), _CLEAN, _capped(24)]
Text40 = Annotated[str, _capped(40), _CLEAN, _capped(40)]
Text48 = Annotated[str, _capped(48), _CLEAN, _capped(48)]
Text60 = Annotated[str, _capped(60), _CLEAN, _capped(60)]
Text80 = Annotated[str, _capped(80), _CLEAN, _capped(80)]


def _require_text(text: str) -> str:
    """Refuse an empty text where a picture would show nothing."""
    if not text:
        raise ValueError("text is empty")
    return text


Named48 = Annotated[Text48, AfterValidator(_require_text)]
