"""The label request: a small model names what the hidden values are, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from qmirror_assets.mirror.nouns import core, default_noun, is_head
from qmirror_assets.mirror.plan import Plan, Variant
from qmirror_assets.mirror.spans import Kind, Span
from qmirror_assets.mirror.words import content_words, tokens
from qmirror_assets.records import Json

LABEL_CAP: Final = 40
OBJECT_CAP: Final = 30
MAX_TOKENS: Final = 90
QUESTION: Final = "question"
"""Where the sentence stands in a reply of a writer that writes it as well."""
_OBJECT: Final = "object"
_TEXT: Final = "^[A-Za-z][A-Za-z '-]{{1,{rest}}}$"
"""The length stands in the pattern as well: grammars made from a pattern ignore `maxLength`."""


class Render(Protocol):
    """Renders a prompt file of the recipe with values."""

    def __call__(self, name: str, /, **values: Json) -> str:
        """The rendered text."""
        ...


@dataclass(frozen=True, slots=True)
class Labels:
    """What the model named: span id -> label, and the thing in the middle of the picture."""

    labels: Mapping[str, str]
    object: str = ""

    def to_json(self) -> dict[str, Json]:
        """A JSON object that `from_json` reads back."""
        return {"labels": dict(self.labels), "object": self.object}

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Labels:
        """The labels that `to_json` wrote."""
        return cls(dict(data["labels"]), data["object"])


def label_messages(
    plan: Plan, variant: Variant, question: str, render: Render
) -> tuple[list[dict[str, str]], dict[str, Json]]:
    """Chat messages (two examples, then the question with "[a]" slots) and the reply schema.

    Neither a moved value nor the answer is in the messages: a model that sees them writes
    them back.
    """
    moved = plan.moved(variant)
    messages = [{"role": "system", "content": render("label_system.j2")}]
    for shot in json.loads(render("label_shots.j2")):
        content = render("label_user.j2", question=shot["question"], slots=shot["slots"])
        messages.append({"role": "user", "content": content})
        reply = json.dumps(shot["reply"], ensure_ascii=False)
        messages.append({"role": "assistant", "content": reply})
    slots = [{"id": span.id, "what": describe(span)} for span in moved]
    content = render("label_user.j2", question=hide(question, moved), slots=slots)
    messages.append({"role": "user", "content": content})
    return messages, _schema(moved)


def hide(question: str, moved: Sequence[Span]) -> str:
    """`question` with "[a]" in place of each moved span."""
    for span in sorted(moved, key=lambda span: span.start, reverse=True):
        question = f"{question[: span.start]}[{span.id}]{question[span.end :]}"
    return question


def describe(span: Span) -> str:
    """What the model is told of a hidden value: its dimension and unit, never its number."""
    if span.kind is Kind.CHAIN:
        return "a sequence"
    if span.kind is Kind.LIST:
        return "a list"
    noun = default_noun(span.dimension) or "value"
    unit = f" in {span.unit}" if span.unit and span.dimension not in {"count", "percentage"} else ""
    return f"several values: {noun}{unit}" if span.kind is Kind.SERIES else f"{noun}{unit}"


def _schema(moved: Sequence[Span]) -> dict[str, Json]:
    # flat: a small model on a CPU pays for every bracket it writes
    properties = {span.id: _field(LABEL_CAP) for span in moved} | {_OBJECT: _field(OBJECT_CAP)}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _field(cap: int) -> dict[str, Json]:
    pattern = _TEXT.format(rest=cap - 1)
    return {"type": "string", "pattern": pattern, "minLength": 2, "maxLength": cap}


def read_labels(text: str, variant: Variant) -> Labels | None:
    """The labels of a reply, or None if it is not the JSON that was asked for.

    A field that reaches its limit was cut in the middle of a word: it is refused.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    thing = data.get(_OBJECT) if isinstance(data, dict) else None
    if not isinstance(thing, str):
        return None
    labels = {name: value for name, value in data.items() if name not in {_OBJECT, QUESTION}}
    if set(labels) != set(variant.spans) or not all(isinstance(v, str) for v in labels.values()):
        return None
    if any(not 1 < len(value.strip()) < LABEL_CAP for value in labels.values()):
        return None
    cleaned = {name: _clean(value) for name, value in labels.items()}
    return Labels(cleaned, _clean(thing) if len(thing) < OBJECT_CAP else "")


def _clean(label: str) -> str:
    label = re.sub(r"\s+", " ", label).strip(" .'-")
    return re.sub(r"^(?:the|a|an) ", "", label, flags=re.IGNORECASE)


def trim_label(label: str, span: Span, question: str) -> str:
    """A label without what it has too much: a unit, an owner the question does not know.

    "theoretical yield in g" -> "theoretical yield"; "rate of sediment buildup" -> "rate";
    "time taken" -> "time"; for a series "boiling point of methane" -> "boiling point".
    """
    label = _lower_first(label, question)
    label = re.sub(r" in (?:[a-zA-Z]{1,3}|degrees|units?|[a-z]*(?:metres|grams))$", "", label)
    short = core(label)
    head, _, last = short.rpartition(" ")
    said = last.endswith("ed") or last in {"taken", "lost", "drawn", "driven"}
    if said and is_head(head.rpartition(" ")[2], span.dimension):
        label = f"{head}{label[len(short) :]}"
        short = head
    known = set(tokens(question))
    owner = content_words(label[len(short) :])
    strange = any(word not in known for word in owner)
    single = span.kind is Kind.SERIES and owner and not owner[-1].endswith("s")
    return short if owner and (strange or single) else label


def _lower_first(label: str, question: str) -> str:
    """A small first letter, unless the question has the word with a capital inside a sentence."""
    first = label.partition(" ")[0]
    proper = re.search(rf"[^.?!]\s{re.escape(first)}\b", question)
    return label if proper or not first.istitle() else label[:1].lower() + label[1:]
