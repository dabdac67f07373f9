"""The template file: questions with slots, and the audiences that `{audience}` stands for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from qmirror_assets.borders import Place, load_yaml, validate
from qmirror_assets.errors import RecipeError
from qmirror_assets.seeds.topics.fields import Entry, Language, Name, Text
from qmirror_assets.seeds.topics.template import Template, Templates, check_slots
from qmirror_assets.seeds.topics.topic import Kind, sameness


class TemplateEntry(Entry):
    """A template as the file writes it. Without `kinds` it suits all topics."""

    id: str = Field(max_length=48, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    text: Annotated[Text, AfterValidator(check_slots)]
    kinds: list[Annotated[Kind, Field(strict=False)]] = Field(default_factory=list)


class TemplateFile(Entry):
    """A template file."""

    licence: Name
    language: Language = "en"
    audiences: list[Name] = Field(default_factory=list)
    templates: list[TemplateEntry] = Field(min_length=1)


def read_templates(path: Path) -> Templates:
    """The templates of a file.

    Raises:
        RecipeError: with file, line and remedy; also for an id or text that stands twice, and for
            `{audience}` without audiences.
    """
    data, lines = load_yaml(path, "template file")
    what = f"template file {path.name}"
    file = validate(TemplateFile, data, what, lines)

    def where(*place: str | int) -> str:
        return f"{what}, line {lines[tuple(place)]}"

    _refuse_twice("id", [entry.id for entry in file.templates], where)
    _refuse_twice("text", [entry.text for entry in file.templates], where)
    templates = tuple(Template(e.id, e.text, frozenset(e.kinds)) for e in file.templates)
    for at, template in enumerate(templates):
        if template.asks_for("audience") and not file.audiences:
            raise RecipeError(
                f"{where('templates', at, 'text')}: {{audience}} stands for nothing",
                expected="a list `audiences` in this file",
                remedy="Add `audiences: [a curious beginner]`, or leave the slot out",
            )
    return Templates(templates, tuple(file.audiences), file.language, file.licence)


def _refuse_twice(field: str, values: Sequence[str], where: Callable[..., str]) -> None:
    first: dict[str, Place] = {}
    for at, value in enumerate(values):
        place: Place = ("templates", at, field)
        if first.setdefault(sameness(value), place) != place:
            raise RecipeError(
                f"{where(*place)}: {field} {value!r} stands twice",
                found=f"the same in {where(*first[sameness(value)])}",
                remedy="Remove one of the two, or change it",
            )
