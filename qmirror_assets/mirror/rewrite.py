"""The rewritten question: frames applied to the untouched original, marks turned into words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from qmirror_assets.mirror.frames import LISTED, NOUN, PREDICATE, SHOWN, Frame

_FIRST: Final = "shown in the figure"
_AGAIN: Final = "shown there"
_LISTED: Final = "listed in the figure"
_OPEN: Final = "\x05"  # where a noun phrase that ends in SHOWN begins
_BODY: Final = rf"[^.,;?!(){SHOWN}{PREDICATE}{_OPEN}]"
# "the length shown in the figure and the mass shown in the figure" names the figure once.
_SIDE_BY_SIDE: Final = re.compile(
    rf"{_OPEN}({_BODY}+) {SHOWN}(,? and | to | or )(?={_OPEN}{_BODY}+ {SHOWN})"
)
# "The mass is shown in the figure, and the length is shown in the figure" has two subjects.
_TWO_SUBJECTS: Final = re.compile(
    rf"(?P<lead>(?:^|(?<=[.?!] ))(?:If )?)(?P<first>(?:[Tt]he|[Aa]n?|[A-Z]\w+) "
    rf"[^.,;?!()]{{3,80}}) is {PREDICATE},? and "
    rf"(?P<second>(?:the|its) [^.,;?!()]{{3,60}}) is {PREDICATE}(?=[.,?])"
)
_CLAUSE: Final = re.compile(r"\b(?:is|are|has|have|which|that|whose|if|when|and)\b")


def rewrite(question: str, frames: Sequence[tuple[Frame, str]]) -> str | None:
    """`question` with each frame's text in place and its noun (second item) at the NOUN mark.

    None where two frames overlap: then no rule can say both.
    """
    ordered = sorted(frames, key=lambda pair: pair[0].start)
    parts: list[str] = []
    at = 0
    for frame, noun in ordered:
        if frame.start < at:
            return None
        text = frame.text.replace(NOUN, noun)
        opens = re.match(r"(?:the|its|their) ", text, re.IGNORECASE) and text.endswith(SHOWN)
        parts += [question[at : frame.start], f"{_OPEN}{text}" if opens else text]
        at = frame.end
    text = "".join([*parts, question[at:]])
    return _speak(_share(text))


def _share(text: str) -> str:
    """Join what stands side by side, so that the figure is named once."""
    text = _SIDE_BY_SIDE.sub(lambda match: f"{_OPEN}{match[1]}{match[2]}", text)
    return _TWO_SUBJECTS.sub(_join_subjects, text).replace(_OPEN, "")


def _join_subjects(match: re.Match[str]) -> str:
    if _CLAUSE.search(match["first"]) or _CLAUSE.search(match["second"]):
        return match.group()
    return f"{match['lead']}{match['first']} and {match['second']} are {PREDICATE}"


def _speak(text: str) -> str:
    """Marks into words; "there" for a second mention close behind the first."""
    parts = re.split(rf"([{SHOWN}{PREDICATE}{LISTED}])", text)
    spoken = False
    since = ""
    for index, part in enumerate(parts):
        if part in {SHOWN, PREDICATE}:
            near = spoken and re.search(r"[.?!]\s", since) is None
            parts[index] = _AGAIN if near else _FIRST
            spoken, since = True, ""
        elif part == LISTED:
            parts[index] = _LISTED
            spoken, since = True, ""
        else:
            since += part
    return "".join(parts)
