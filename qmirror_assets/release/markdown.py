"""Markdown for the dataset card: everything from data or models is text, never markup."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

CAP = 300
"""Characters of one piece of text in a card."""

_HARMLESS = frozenset(" ,;:?%()'\".")
_INSIDE_WORDS = frozenset("-_/")  # markup only at the edge of a word
_LINKING_DOT = re.compile(r"\.(?=[^\W\d])")  # "www.name" would become a link


def escape(value: object, cap: int = CAP) -> str:
    """One line of text that Markdown and HTML show as it is, shortened to `cap` characters."""
    text = " ".join(str(value).split())
    if len(text) > cap:
        text = f"{text[:cap]}…"
    shown = "".join(
        c if c in _INSIDE_WORDS and _is_inside_word(text, i) else _character(c)
        for i, c in enumerate(text)
    )
    return _LINKING_DOT.sub("&#46;", shown)


def _is_inside_word(text: str, index: int) -> bool:
    return 0 < index < len(text) - 1 and text[index - 1].isalnum() and text[index + 1].isalnum()


def _character(character: str) -> str:
    if character.isalnum() or character in _HARMLESS:
        return character
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return "�"
    if ord(character) < 128:  # noqa: PLR2004
        return f"&#{ord(character)};"  # an entity is never markup, neither here nor in HTML
    return character


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; cells are escaped."""
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    lines += [f"| {' | '.join(escape(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def code(value: object) -> str:
    """A short name, digest or number as code; what is not plain is shown as text."""
    text = str(value)
    return f"`{text}`" if re.fullmatch(r"[\w.\-/:@ ]{1,120}", text, re.ASCII) else escape(text)
