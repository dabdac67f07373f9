"""The categories that a recipe asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qmirror_assets.borders import nearest
from qmirror_assets.errors import RecipeError
from qmirror_assets.seeds.topics.template import Templates
from qmirror_assets.seeds.topics.topic import Category, sameness


def choose(
    categories: Sequence[Category], domains: Sequence[str] = (), names: Sequence[str] = ()
) -> tuple[Category, ...]:
    """The categories of these domains (slugs) and with these names; empty stands for all.

    Raises:
        RecipeError: a domain or name that no topic file has, or nothing is left.
    """
    _check_known("domain", domains, {c.domain: c.domain for c in categories})
    _check_known("category", names, {sameness(c.name): c.name for c in categories})
    wanted = {sameness(name) for name in names}
    chosen = tuple(
        category
        for category in categories
        if (not domains or category.domain in domains)
        and (not wanted or sameness(category.name) in wanted)
    )
    if not chosen:
        raise RecipeError(
            "topics: no category is left",
            expected="categories that stand in the chosen domains",
            found=f"domains {', '.join(domains)}; categories {', '.join(names)}",
        )
    return chosen


def check_suited(categories: Iterable[Category], templates: Templates) -> None:
    """Raises RecipeError when no template suits the topics of a category."""
    for category in categories:
        if not templates.suiting(category.kind):
            raise RecipeError(
                f"topic file {category.file}: nothing can be asked about {category.name!r}",
                expected=f"a template for topics of kind {category.kind.value!r}",
                found="none in the template file",
                remedy="Add one, or leave out `kinds` of a template that suits all topics",
            )


def _check_known(noun: str, asked: Sequence[str], known: dict[str, str]) -> None:
    for name in asked:
        if (sameness(name) if noun == "category" else name) not in known:
            raise RecipeError(
                f"topics: no topic file has the {noun} {name!r}",
                remedy=nearest(name, sorted(known.values())),
            )
