"""Which topic is asked about with which template: an order that covers before it repeats.

- Every category comes once before any comes again; domains take turns.
- In a category every topic comes once before any comes again.
- Among the categories of one kind in a domain every template comes once before any comes again,
  for at least the first round of topics of each category.
- No topic meets a template twice. A category whose pairs are used up is passed over.

The order is a pure function of the data and random_seed, so a longer sample begins with the
shorter one. Names decide, not places: to rename, split or sort files changes nothing. An added
topic changes only what its own category gives from there on, an added category only its domain,
an added template everything.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest

from qmirror_assets.errors import UsageError
from qmirror_assets.seeds.topics.order import shuffle
from qmirror_assets.seeds.topics.template import Template, Templates
from qmirror_assets.seeds.topics.topic import Category, Topic, sameness


@dataclass(frozen=True, slots=True)
class Draw:
    """A question to be asked."""

    category: Category
    topic: Topic
    template: Template


def sample(
    categories: Sequence[Category], templates: Templates, count: int, random_seed: int
) -> Iterator[Draw]:
    """The first `count` draws.

    Raises:
        UsageError: at once, for a negative count or more than `capacity`.
    """
    most = capacity(categories, templates)
    if not 0 <= count <= most:
        raise UsageError(
            f"{count} questions cannot be made",
            expected=f"at most {most}: each topic once with each template that suits it",
            found=f"a count of {count}",
            remedy="Lower `count`, or add topics, templates or domains",
        )
    return _draw(categories, templates, count, random_seed)


def capacity(categories: Sequence[Category], templates: Templates) -> int:
    """How many different draws there are."""
    return sum(len(c.topics) * len(templates.suiting(c.kind)) for c in categories)


def _draw(
    categories: Sequence[Category], templates: Templates, count: int, random_seed: int
) -> Iterator[Draw]:
    waiting = _in_turns(categories, templates, random_seed)
    round_ = 0
    while count > 0:
        waiting = [drawer for drawer in waiting if round_ < drawer.capacity]
        yield from (drawer.draw(round_) for drawer in waiting[:count])
        count -= len(waiting)
        round_ += 1


@dataclass(frozen=True, slots=True)
class _Drawer:
    """The draws of one category, one a round.

    It is the `rank`-th of `peers` categories that share the templates in a domain. Each round
    they take the next `peers` templates. Topics and templates come back in step after `period`
    rounds; a shift by one then gives pairs that were not drawn before, until all were.
    """

    category: Category
    topics: Sequence[Topic]
    templates: Sequence[Template]
    rank: int
    peers: int

    @property
    def capacity(self) -> int:
        return len(self.topics) * len(self.templates)

    @property
    def period(self) -> int:
        return self.capacity // math.gcd(len(self.topics) * self.peers, len(self.templates))

    def draw(self, round_: int) -> Draw:
        place = self.rank + round_ * self.peers + round_ // self.period
        topic = self.topics[round_ % len(self.topics)]
        return Draw(self.category, topic, self.templates[place % len(self.templates)])


def _in_turns(
    categories: Sequence[Category], templates: Templates, random_seed: int
) -> list[_Drawer]:
    """The drawers of all categories, one of each domain after the other."""
    by_domain = sorted(categories, key=lambda category: category.domain)
    domains = {name: list(found) for name, found in groupby(by_domain, lambda c: c.domain)}
    columns = [
        _drawers(domains[domain], templates, random_seed)
        for domain in shuffle(domains, str, random_seed, "domain")
    ]
    return [drawer for row in zip_longest(*columns) for drawer in row if drawer is not None]


def _drawers(
    categories: Sequence[Category], templates: Templates, random_seed: int
) -> list[_Drawer]:
    """The drawers of the categories of one domain."""
    ordered = shuffle(categories, lambda c: sameness(c.name), random_seed, "category")
    peers = {kind: [c for c in ordered if c.kind is kind] for kind in {c.kind for c in ordered}}
    return [
        _Drawer(
            category,
            shuffle(category.topics, lambda t: sameness(t.name), random_seed, "topic"),
            shuffle(
                templates.suiting(category.kind), lambda t: t.id, random_seed, "template",
                category.domain, category.kind.value,
            ),
            peers[category.kind].index(category),
            len(peers[category.kind]),
        )
        for category in ordered
    ]  # fmt: skip
