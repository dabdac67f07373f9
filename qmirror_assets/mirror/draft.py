"""A draft: the rewritten question with the figure that it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qmirror_assets.records import Json


@dataclass(frozen=True, slots=True)
class Moved:
    """One value that left the text. by: who named it, "model" or "template"."""

    span: str
    label: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What one round made. writer: "model" if the model named any value, else "template"."""

    question: str
    figure: Mapping[str, Json]
    moved: tuple[Moved, ...]
    writer: str
    rules: tuple[str, ...] = ()  # phrase rules that wrote the sentence

    @property
    def title(self) -> str:
        """The figure's title."""
        return str(self.figure.get("title", ""))

    @property
    def labels_by(self) -> dict[str, str]:
        """Span id -> "model" or "template"."""
        return {moved.span: moved.by for moved in self.moved}

    def to_json(self) -> dict[str, Json]:
        """A JSON object that `from_json` reads back."""
        moved = [{"span": m.span, "label": m.label, "text": m.text, "by": m.by} for m in self.moved]
        return {
            "question": self.question,
            "figure": dict(self.figure),
            "moved": moved,
            "writer": self.writer,
            "rules": list(self.rules),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Draft:
        """The draft that `to_json` wrote."""
        moved = tuple(Moved(**entry) for entry in data["moved"])
        rules = tuple(data["rules"])
        return cls(data["question"], data["figure"], moved, data["writer"], rules)
