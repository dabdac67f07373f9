"""Chains: "grass → grasshopper → frog", with the order said by arrows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from qmirror_assets.mirror.frames import PREDICATE, SHOWN, Frame
from qmirror_assets.mirror.spans import Item, Kind, Span
from qmirror_assets.mirror.words import FUNCTION, WORD

_ARROW: Final = r"\s*(?:→|⟶|⇒|->|-->|=>|\$\\(?:right|long)?(?:arrow|rightarrow|to)\$)\s*"
_ITEM: Final = r"[^→⟶⇒.,;:?!()\[\]\n$=>+]{1,60}?"
_CHAIN: Final = re.compile(rf"(?:{_ITEM}{_ARROW}){{2,}}[^→⟶⇒.,;:?!()\[\]\n$=>+]{{1,60}}")
NAMES: Final = (
    "chain|web|sequence|pathway|series|cycle|order|path|line|process|route|flow|steps|stages|"
    "succession|lineage|cascade|hierarchy|progression|loop"
)
_MAX_ITEMS: Final = 12
_MAX_WORDS: Final = 5


def find_chains(question: str) -> Iterator[Span]:
    """Chains of at least three named items; reaction equations are not chains."""
    for match in _CHAIN.finditer(question):
        parts = re.split(_ARROW, match.group())
        start = match.start() + _first_item(question[: match.start()], parts[0])
        end = match.end() - len(parts[-1]) + _last_item(parts[-1])
        names = [name.strip(" -") for name in re.split(_ARROW, question[start:end].strip())]
        if 2 < len(names) <= _MAX_ITEMS and all(_is_name(name) for name in names):
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
    name = rf"(?P<adjectives>(?:{WORD} ){{0,3}})(?P<name>{NAMES})"
    following = re.search(rf"\b(?:the|this|a|an) (?:following |simple )?{name}(?:,? |: | of |, )?$", left, re.I)
    if following and not re.search(r"\b(?:is|of)\b", following["adjectives"]):
        return _named(span, left, following, right)
    verb = re.search(rf"\b{name}[^.:;?!]{{0,40}} (?:is|was|runs|goes|reads):? $", left)
    if verb:
        noun = f"{verb['adjectives']}{verb['name']}"
        start = len(left.rstrip(": ")) + 1
        return Frame(start - 1, span.end, f" {PREDICATE}", _bare(noun), rule="chain_is")
    bracket = re.search(r" \($", left)
    named = re.search(rf"{name}\b[^.;?!]{{0,60}}$", left)
    if named is None:
        return None
    noun = _bare(f"{named['adjectives']}{named['name']}")
    if bracket and right.startswith(")"):
        return Frame(span.start - 1, span.end + 1, f"({PREDICATE})", noun, rule="chain_bracket")
    colon = re.search(r": ?$", left)
    if colon and re.match(r"[.?!]|$|\n|,", right):
        end = f"({PREDICATE})"
        return Frame(span.start - len(colon.group()), span.end, f" {end}", noun, rule="chain_colon")
    return None


def _named(span: Span, left: str, match: re.Match[str], right: str) -> Frame:
    noun = _bare(f"{match['adjectives']}{match['name']}")
    the = "The" if left[match.start()].isupper() else "the"
    take = 1 if left.endswith("(") and right.startswith(")") else 0
    start = match.start()
    return Frame(start, span.end + take, f"{the} {noun} {SHOWN}", noun, rule="chain_named")


def _bare(noun: str) -> str:
    words = noun.split()
    while words and words[0].lower() in FUNCTION | {"following", "simple"}:
        words = words[1:]
    return " ".join(words)
