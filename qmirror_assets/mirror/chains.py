"""Chains: "grass → grasshopper → frog", with the order said by arrows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from qmirror_assets.mirror.frames import PREDICATE, SHOWN, Frame
from qmirror_assets.mirror.spans import Item, Kind, Span
from qmirror_assets.mirror.words import FUNCTION, VERBS, WORD

_ARROW: Final = r"\s{0,3}(?:→|⟶|⇒|->|-->|=>|\$\\(?:right|long)?(?:arrow|rightarrow|to)\$)\s{0,3}"
_ITEM: Final = r"[^→⟶⇒.,;:?!()\[\]\n$=>+]{1,60}?"
_CHAIN: Final = re.compile(rf"(?:{_ITEM}{_ARROW}){{2,}}[^→⟶⇒.,;:?!()\[\]\n$=>+]{{1,60}}")
NAMES: Final = (
    "chain|web|sequence|pathway|series|cycle|order|path|line|process|route|flow|steps|stages|"
    "succession|lineage|cascade|hierarchy|progression|loop|phases|classes|layers|eras|periods|ranks"
)
_MIN_ITEMS: Final = 3
_MAX_ITEMS: Final = 12
_MAX_WORDS: Final = 5


def find_chains(question: str) -> Iterator[Span]:
    """Chains of at least three named items; reaction equations are not chains."""
    for match in _CHAIN.finditer(question):
        parts = re.split(_ARROW, match.group())
        start = match.start() + _first_item(question[: match.start()], parts[0])
        end = match.end() - len(parts[-1]) + _last_item(parts[-1])
        names = [name.strip(" -") for name in re.split(_ARROW, question[start:end].strip())]
        if _MIN_ITEMS <= len(names) <= _MAX_ITEMS and all(_is_name(name) for name in names):
            items = tuple(Item(name) for name in names)
            start += len(question[start:end]) - len(question[start:end].lstrip())
            yield Span("", Kind.CHAIN, start, end, " → ".join(names), items=items)


def _is_name(name: str) -> bool:
    words = name.split()
    return 0 < len(words) <= _MAX_WORDS and re.search(r"\w", name) is not None


def _first_item(before: str, part: str) -> int:
    """Where the first item begins in `part`: after a chain noun, a verb or a function word."""
    if re.search(r"[:(]\s*$", before):
        return 0
    cut = 0
    for match in re.finditer(rf"\b(?:{NAMES})\s|{WORD}", part):
        word = match.group().strip().lower()
        if word in FUNCTION or re.fullmatch(NAMES, word):
            cut = match.end()
    return cut


def _last_item(part: str) -> int:
    for match in re.finditer(WORD, part):
        if match.start() and match.group().lower() in FUNCTION - {"of", "the"}:
            return len(part[: match.start()].rstrip())
    return len(part.rstrip())


def chain_frame(question: str, span: Span) -> Frame | None:
    """How the question reads with the chain in the figure."""
    left, right = question[: span.start], question[span.end :]
    return _behind_name(span, left) or _behind_verb(span, left) or _set_apart(span, left, right)


def _find_name(text: str, before: str = "", after: str = "") -> re.Match[str] | None:
    """The chain noun in `text` with the adjectives before it, none of them a function word."""
    for count in (3, 2, 1, 0):
        pattern = rf"{before}(?P<name>(?:{WORD} ){{{count}}}(?:{NAMES})){after}"
        match = re.search(pattern, text, re.IGNORECASE)
        words = match["name"].lower().split() if match else []
        if match and not any(word in FUNCTION | VERBS | {"following"} for word in words[:-1]):
            return match
    return None


def _behind_name(span: Span, left: str) -> Frame | None:
    """Read "the following food chain: A → B → C" -> "the food chain shown in the figure"."""
    match = _find_name(
        left, r"\b(?:the|this|a|an) (?:following |simple )?", r"(?:,? |: | of |, )?$"
    )
    if match is None or left.endswith("("):
        return None
    the = "The" if left[match.start()].isupper() else "the"
    noun = match["name"]
    return Frame(match.start(), span.end, f"{the} {noun} {SHOWN}", noun, rule="chain_named")


def _behind_verb(span: Span, left: str) -> Frame | None:
    """Read "The spectrum runs: A → B → C" -> "The spectrum runs as shown in the figure"."""
    verb = re.search(
        r"(?P<subject>[^.:;?!]{3,80}) (?P<verb>is|are|was|were|runs?|goes|go|reads?):? $", left
    )
    if verb is None:
        return None
    found = _find_name(verb["subject"])
    as_ = "" if verb["verb"] in {"is", "are", "was", "were"} else "as "
    noun = found["name"] if found else "sequence"
    return Frame(verb.end("verb"), span.end, f" {as_}{PREDICATE}", noun, rule="chain_is")


def _set_apart(span: Span, left: str, right: str) -> Frame | None:
    """A chain in brackets or behind a colon, somewhere after the noun that names it."""
    found = _find_name(left, after=r"\b[^.;?!]{0,60}$")
    if found is None:
        return None
    if left.endswith(" (") and right.startswith(")"):
        return Frame(span.start, span.end, PREDICATE, found["name"], rule="chain_bracket")
    if left.endswith(": ") and re.match(r"[.?!,]|$|\n", right):
        return Frame(span.start - 2, span.end, f" ({PREDICATE})", found["name"], rule="chain_colon")
    return None
