"""Seed text: one normal form (NFC, LF) and no characters that hide or reorder what is read."""

from __future__ import annotations

import re
import unicodedata

from qmirror_assets.records import Reason
from qmirror_assets.seeds.faults import RowFault

SNIPPET_CHARACTERS = 200
MOST_MARKS = 30

_SURROGATES = "\ud800-\udfff"
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# C0 without \t \n, DEL and C1, the line separators some readers split rows at, stray byte order
# marks, annotation anchors and invisible tag letters. Joiners stay: words need them.
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
# Patterns as text: to compile them takes milliseconds, and plain ASCII never meets them.
_REFUSED = f"[{_CONTROLS}{_BIDI}{_SURROGATES}]"
_BIDI_ONE = f"[{_BIDI}]"
_SURROGATE_ONE = f"[{_SURROGATES}]"
# All combining marks are above U+02FF, so plain text is not looked at letter by letter.
_ABOVE_LATIN = f"[\u0300-\U0010ffff]{{{MOST_MARKS + 1},}}"
_BREAKS = r"[\n\t]"


def clean_text(text: str, *, limit: int, lines: bool = True, blank: bool = False) -> str:
    """`text` in NFC with LF line ends; everything else, LaTeX included, byte for byte.

    Args:
        text: as the file writes it.
        limit: most characters, counted after normalising.
        lines: whether line feeds and tabs may stand in it.
        blank: whether it may be empty or all white space.

    Raises:
        RowFault: too_long, bad_encoding, bidi_character, control_character or empty_field.
    """
    if len(text) <= limit and text.isascii() and text.isprintable() and (blank or text.strip()):
        return text  # most text: nothing below would find or change anything
    if len(text) > 2 * limit:
        raise RowFault(Reason.TOO_LONG, f"{len(text)} characters; at most {limit}")
    text = check_characters(text)
    _check_marks(text)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if len(text) > limit:
        raise RowFault(Reason.TOO_LONG, f"{len(text)} characters; at most {limit}")
    if not blank and not text.strip():
        raise RowFault(Reason.EMPTY_FIELD, "empty or only white space")
    if not lines and re.search(_BREAKS, text):
        raise RowFault(Reason.CONTROL_CHARACTER, "a line feed or tab in a one-line field")
    return text


def check_characters(text: str) -> str:
    """`text` with LF line ends, refused if it holds control, bidi or surrogate characters."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = re.search(_REFUSED, text)
    if found is None:
        return text
    raise RowFault(_reason(found[0]), f"U+{ord(found[0]):04X} at character {found.start() + 1}")


def _check_marks(text: str) -> None:
    # Normalising sorts each run of combining marks in quadratic time: 32,000 take two seconds.
    # 30 is the limit of Unicode's stream-safe text format.
    for stretch in re.finditer(_ABOVE_LATIN, text):
        run = 0
        for character in stretch[0]:
            run = run + 1 if unicodedata.combining(character) else 0
            if run > MOST_MARKS:
                raise RowFault(
                    Reason.CONTROL_CHARACTER, f"more than {MOST_MARKS} combining marks in a row"
                )


def _reason(character: str) -> Reason:
    if re.match(_SURROGATE_ONE, character):
        return Reason.BAD_ENCODING
    return Reason.BIDI_CHARACTER if re.match(_BIDI_ONE, character) else Reason.CONTROL_CHARACTER


def snippet(text: str) -> str:
    """The first 200 characters on one line, safe to print: refused characters become U+FFFD."""
    return re.sub(_BREAKS, " ", re.sub(_REFUSED, "\ufffd", text[:SNIPPET_CHARACTERS]))
