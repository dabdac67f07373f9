"""Question templates with slots, filled in one pass: what fills a slot is never read again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from qmirror_assets.borders import nearest
from qmirror_assets.seeds.topics.topic import Category, Kind, Topic

SLOTS: Mapping[str, str] = {
    "topic": "the topic as its file writes it, with its article",
    "name": "the topic without its article",
    "category": "the name of its category",
    "audience": "one of the audiences of the template file",
}
_SLOT = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Template:
    """A question with slots. kinds: of the topics it suits; empty for all."""

    id: str
    text: str
    kinds: frozenset[Kind] = frozenset()

    def suits(self, kind: Kind) -> bool:
        """Whether it can be asked about topics of this kind."""
        return not self.kinds or kind in self.kinds

    def asks_for(self, slot: str) -> bool:
        """Whether the slot stands in the text."""
        return f"{{{slot}}}" in self.text

    def fill(self, topic: Topic, category: Category, audience: str = "") -> str:
        """The question about a topic."""
        values = {
            "topic": topic.text, "name": topic.name, "category": category.name,
            "audience": audience,
        }  # fmt: skip
        return _SLOT.sub(lambda match: values[match[1]], self.text)


@dataclass(frozen=True, slots=True)
class Templates:
    """The content of a template file. language: tag of the questions, such as `en`."""

    templates: tuple[Template, ...]
    audiences: tuple[str, ...] = ()
    language: str = "en"
    licence: str = ""

    def suiting(self, kind: Kind) -> tuple[Template, ...]:
        """The templates for topics of this kind."""
        return tuple(template for template in self.templates if template.suits(kind))


def check_slots(text: str) -> str:
    """`text`, if it is a template.

    Raises:
        ValueError: an unknown slot, a stray brace, or no slot for the topic.
    """
    slots = _SLOT.findall(text)
    for slot in slots:
        if slot not in SLOTS:
            raise ValueError(f"{{{slot}}} is no slot. {nearest(slot, list(SLOTS))}")
    if set("{}") & set(_SLOT.sub("", text)):
        raise ValueError("a brace that belongs to no slot; slots are written like {topic}")
    if not {"topic", "name"}.intersection(slots):
        raise ValueError("a template must hold {topic} or {name}: otherwise it asks about nothing")
    return text
