"""Seeds asked from topics and templates: the `topics` source of a recipe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qmirror_assets.errors import SeedFileError
from qmirror_assets.fingerprint import short_digest
from qmirror_assets.recipe import TopicSeeds
from qmirror_assets.records import Json, Seed
from qmirror_assets.seeds.paths import find_files
from qmirror_assets.seeds.topics.choice import check_suited, choose
from qmirror_assets.seeds.topics.sampler import Draw, sample
from qmirror_assets.seeds.topics.shipped_files import shipped_templates, shipped_topics
from qmirror_assets.seeds.topics.template import Templates
from qmirror_assets.seeds.topics.template_file import read_templates
from qmirror_assets.seeds.topics.topic import sameness
from qmirror_assets.seeds.topics.topic_file import read_topics

SAMPLER = 1
"""Raised by hand when equal files and settings give other seeds than before."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Topic files and a template file, and what of them to ask about; empty: everything."""

    topics: Sequence[Path]
    templates: Path
    domains: Sequence[str] = ()
    categories: Sequence[str] = ()

    @classmethod
    def of(cls, config: TopicSeeds, folder: Path) -> Questions:
        """What a recipe declares; its relative paths start at `folder`.

        Raises:
            SeedFileError: a path or pattern that matches nothing.
        """
        topics = shipped_topics()
        if config.path:
            topics = find_files(folder, config.path, "a topic file (.yaml)")
        templates = shipped_templates()
        if config.templates:
            templates = _find_one(folder, config.templates)
        return cls(topics, templates, config.domains, config.categories)


def _find_one(folder: Path, pattern: str) -> Path:
    found = find_files(folder, pattern, "a template file (.yaml)")
    if len(found) > 1:
        raise SeedFileError(
            f"templates {pattern!r} are several files",
            expected="one template file",
            found=", ".join(path.name for path in found),
            remedy="Name one, or put their templates into one file",
        )
    return found[0]


@dataclass(frozen=True, slots=True)
class AskedSeed:
    """A seed and the name of its topic file."""

    seed: Seed
    file: str


def ask(questions: Questions, count: int, random_seed: int) -> Iterator[AskedSeed]:
    """The first `count` questions, in the order of `sampler`.

    A seed has no answer (""): it is made by the recipe. Its family is the topic, so that a split
    never separates two questions about one topic; `extra` holds topic, category, kind and
    template. Its id stands for (topic, template): a reworded template supersedes its questions.

    Raises:
        RecipeError: at once, for files that cannot be read and domains or categories they lack.
        UsageError: at once, for a count above what the files give.
    """
    templates = read_templates(questions.templates)
    chosen = choose(read_topics(questions.topics), questions.domains, questions.categories)
    check_suited(chosen, templates)
    draws = sample(chosen, templates, count, random_seed)
    return (AskedSeed(make_seed(draw, templates), draw.category.file) for draw in draws)


def make_seed(draw: Draw, templates: Templates) -> Seed:
    """The seed of a draw."""
    category, topic, template = draw.category, draw.topic, draw.template
    audience = _audience(draw, templates.audiences) if template.asks_for("audience") else ""
    return Seed(
        question=template.fill(topic, category, audience),
        answer="",
        domain=category.domain,
        seed_id=f"topic:{topic.name}:{template.id}",
        language=templates.language,
        licence=" AND ".join(sorted({category.licence, templates.licence})),
        source=f"topics:{category.domain}",
        family=topic.name,
        figure=topic.figure,
        extra=_labels(draw, audience),
    )


def _labels(draw: Draw, audience: str) -> dict[str, Json]:
    labels = {
        "topic": draw.topic.name,
        "category": draw.category.name,
        "kind": draw.category.kind.value,
        "template": draw.template.id,
    }
    return {**labels, "audience": audience} if audience else labels


def _audience(draw: Draw, audiences: Sequence[str]) -> str:
    """One of the audiences, the same in every sample that holds this topic and template."""
    digest = short_digest([sameness(draw.topic.name), draw.template.id])
    return min(audiences, key=lambda audience: short_digest([digest, audience]))
