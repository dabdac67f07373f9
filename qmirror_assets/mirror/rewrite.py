"""The rewritten question: frames applied to the untouched original, marks turned into words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from qmirror_assets.mirror.frames import LISTED, NOUN, PREDICATE, SHOWN, Frame

_FIRST: Final = "shown in the figure"
_AGAIN: Final = "shown there"
_LISTED: Final = "listed in the figure"
# "the length shown in the figure and the mass shown in the figure" says it once.
_SHARED: Final = re.compile(
    rf"((?:the|The|its) [^.,;?!{SHOWN}{PREDICATE}()]{{1,45}}) {SHOWN}(,? and | to | or |, )(the |its |an? [\w -]+? with the )"
    rf"([^.,;?!{SHOWN}{PREDICATE}()]{{1,45}}) {SHOWN}"
)


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
        parts += [question[at : frame.start], frame.text.replace(NOUN, noun)]
        at = frame.end
    text = "".join([*parts, question[at:]])
    return _speak(_share(text))


def _share(text: str) -> str:
    """Join what stands side by side, so that the figure is named once."""

    def join(match: re.Match[str]) -> str:
        if match[3] not in {"the ", "its "}:
            return match.group()
        return f"{match[1]}{match[2]}{match[3]}{match[4]} {SHOWN}"

    before = ""
    while before != text:
        before, text = text, _SHARED.sub(join, text)
    return text


def _speak(text: str) -> str:
    """Marks into words; "there" for a second mention close behind the first."""
    parts = re.split(rf"([{SHOWN}{PREDICATE}{LISTED}])", text)
    spoken = False
    since = ""
    for index, part in enumerate(parts):
        if part in {SHOWN, PREDICATE}:
            near = spoken and re.search(r"[.?!;]\s", since) is None
            parts[index] = _AGAIN if near else _FIRST
            spoken, since = True, ""
        elif part == LISTED:
            parts[index] = _LISTED
            spoken, since = True, ""
        else:
            since += part
    return "".join(parts)
