"""A topic, the category it stands in, and when two names are the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from qmirror_assets.records import Json

_ARTICLE = re.compile(r"(?:an?|the) (?=\S)", re.IGNORECASE)
_NOT_COUNTED = re.compile(r"[\s\-\u2010-\u2015]+")


class Kind(StrEnum):
    """What the topics of a category are: it decides which templates suit them."""

    THING = "thing"
    PLACE = "place"
    EVENT = "event"
    ACTIVITY = "activity"
    PROCESS = "process"
    HISTORY = "history"
    COMPARISON = "comparison"


@dataclass(frozen=True, slots=True)
class Topic:
    """What a question is about, as it stands in a sentence ("a frog", "rice", "the Moon").

    figure: a figure spec that shows it, or None. It is no part of what a topic is.
    """

    text: str
    figure: Mapping[str, Json] | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """Without a leading English article ("frog")."""
        return _ARTICLE.sub("", self.text, count=1) if _ARTICLE.match(self.text) else self.text


@dataclass(frozen=True, slots=True)
class Category:
    """Topics of one kind that belong together.

    domain: slug, the partition; licence: of its file; file: name of that file, for people.
    """

    name: str
    kind: Kind
    domain: str
    topics: tuple[Topic, ...]
    licence: str = ""
    file: str = ""


def sameness(name: str) -> str:
    """What equal names have in common: case, spaces, hyphens and normal form do not count."""
    return _NOT_COUNTED.sub("", unicodedata.normalize("NFC", name).casefold())
