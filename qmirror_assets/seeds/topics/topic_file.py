"""Topic files in YAML: each holds a domain, its categories and their topics; see docs/topics.md.

Files may share a domain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag

from qmirror_assets.borders import Place, load_yaml, validate
from qmirror_assets.errors import FigureError, RecipeError
from qmirror_assets.seeds.topics.fields import Domain, Entry, Name
from qmirror_assets.seeds.topics.topic import Category, Kind, Topic, sameness


def _check_figure(figure: dict[str, Any]) -> dict[str, Any]:
    # only a file with figures pays for the drawing code's fonts
    from qmirror_assets.figures.spec import parse_spec  # noqa: PLC0415

    try:
        parse_spec(figure)
    except FigureError as error:
        raise ValueError(str(error)) from error
    return figure


class TopicEntry(Entry):
    """A topic with the figure that shows it."""

    topic: Name
    figure: Annotated[dict[str, Any], AfterValidator(_check_figure)]


def _kind_of_topic(value: object) -> str:
    return "with figure" if isinstance(value, dict | TopicEntry) else "text"


TopicForm = Annotated[
    Annotated[Name, Tag("text")] | Annotated[TopicEntry, Tag("with figure")],
    Discriminator(_kind_of_topic),
]
"""A topic as a file writes it: its text alone, or text and figure."""


class CategoryEntry(Entry):
    """A category as a topic file writes it."""

    name: Name
    kind: Annotated[Kind, Field(strict=False)]
    topics: list[TopicForm] = Field(min_length=1)


class TopicFile(Entry):
    """A topic file."""

    domain: Domain
    licence: Name
    categories: list[CategoryEntry] = Field(min_length=1)


def read_topics(paths: Iterable[Path]) -> tuple[Category, ...]:
    """The categories of all files.

    Raises:
        RecipeError: with file, line and remedy; also for a topic or category that stands twice,
            in whatever file: case, spaces and hyphens do not count.
    """
    seen = _Seen()
    return tuple(category for path in paths for category in _read(path, seen))


def _read(path: Path, seen: _Seen) -> Iterator[Category]:
    what = f"topic file {path.name}"
    data, lines = load_yaml(path, "topic file")
    file = validate(TopicFile, data, what, lines)
    for number, entry in enumerate(file.categories):
        place: Place = ("categories", number)
        seen.add("category", entry.name, f"{what}, line {lines[(*place, 'name')]}")
        topics = [_make_topic(form) for form in entry.topics]
        for at, topic in enumerate(topics):
            seen.add("topic", topic.name, f"{what}, line {lines[(*place, 'topics', at)]}")
        yield Category(
            entry.name, entry.kind, file.domain, tuple(topics), file.licence, path.name
        )  # fmt: skip


def _make_topic(form: str | TopicEntry) -> Topic:
    return Topic(form) if isinstance(form, str) else Topic(form.topic, form.figure)


@dataclass(slots=True)
class _Seen:
    """Where each name was read first."""

    places: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, noun: str, name: str, place: str) -> None:
        key = (noun, sameness(name))
        if key in self.places:
            raise _twice(noun, name, place, self.places[key])
        self.places[key] = place


def _twice(noun: str, name: str, place: str, first: str) -> RecipeError:
    return RecipeError(
        f"{place}: {noun} {name!r} stands twice",
        expected=f"every {noun} once in all topic files, ignoring case, spaces and hyphens",
        found=f"the same in {first}",
        remedy="Remove one of the two, or name it more closely",
    )
