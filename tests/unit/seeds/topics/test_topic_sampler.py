"""The sampler covers before it repeats, extends itself, and depends on names alone."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qmirror_assets.errors import UsageError
from qmirror_assets.seeds.topics.sampler import Draw, capacity, sample
from qmirror_assets.seeds.topics.template import Template, Templates
from qmirror_assets.seeds.topics.topic import Category, Kind, Topic

KINDS = [Kind.THING, Kind.PROCESS]


def make_templates(shared: int, own: int = 0) -> Templates:
    found = [Template(f"t{i}", f"t{i} {{topic}}") for i in range(shared)]
    for kind in KINDS:
        found += [
            Template(f"{kind}{i}", f"{kind}{i} {{topic}}", frozenset({kind})) for i in range(own)
        ]
    return Templates(tuple(found))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Category], Templates, int]:
    """Categories of one to three domains, templates, a random seed."""
    sizes = draw(st.lists(st.integers(1, 7), min_size=1, max_size=8))
    categories = [
        Category(
            f"c{number}", draw(st.sampled_from(KINDS)), draw(st.sampled_from("abc")),
            tuple(Topic(f"topic {number}-{i}") for i in range(size)),
        )
        for number, size in enumerate(sizes)
    ]  # fmt: skip
    templates = make_templates(draw(st.integers(1, 6)), draw(st.integers(0, 2)))
    return categories, templates, draw(st.integers(0, 5))


def pairs(draws: Sequence[Draw]) -> list[tuple[str, str]]:
    return [(draw.topic.name, draw.template.id) for draw in draws]


def everything(categories: list[Category], templates: Templates, seed: int) -> list[Draw]:
    return list(sample(categories, templates, capacity(categories, templates), seed))


@given(worlds())
def test_every_pair_comes_exactly_once(world: tuple[list[Category], Templates, int]) -> None:
    categories, templates, _ = world
    possible = {
        (topic.name, template.id)
        for category in categories
        for topic in category.topics
        for template in templates.suiting(category.kind)
    }
    drawn = pairs(everything(*world))
    assert len(drawn) == len(possible)
    assert set(drawn) == possible


@given(worlds())
def test_each_category_comes_once_before_any_comes_again(
    world: tuple[list[Category], Templates, int],
) -> None:
    categories, templates, _ = world
    draws = everything(*world)
    room = {c.name: len(c.topics) * len(templates.suiting(c.kind)) for c in categories}
    rounds: list[set[str]] = [set()]
    for draw in draws:
        if draw.category.name in rounds[-1]:
            rounds.append(set())
        rounds[-1].add(draw.category.name)
    for number, seen in enumerate(rounds):
        assert seen == {name for name, most in room.items() if most > number}


@given(worlds())
def test_each_topic_comes_once_before_any_comes_again(
    world: tuple[list[Category], Templates, int],
) -> None:
    by_category: dict[str, list[str]] = {}
    for draw in everything(*world):
        by_category.setdefault(draw.category.name, []).append(draw.topic.name)
    for category in world[0]:
        names, size = by_category[category.name], len(category.topics)
        for at in range(0, len(names), size):
            assert set(names[at : at + size]) == {t.name for t in category.topics}


@given(worlds())
def test_templates_are_balanced(world: tuple[list[Category], Templates, int]) -> None:
    """In every prefix, as long as each category is in its first round of topics."""
    used: dict[tuple[str, Kind], Counter[str]] = {}
    seen: set[tuple[str, str]] = set()
    templates = world[1]
    for draw in everything(*world):
        key = (draw.category.name, draw.topic.name)
        if key in seen:
            return
        seen.add(key)
        group = (draw.category.domain, draw.category.kind)
        counts = used.setdefault(
            group, Counter({t.id: 0 for t in templates.suiting(draw.category.kind)})
        )
        counts[draw.template.id] += 1
        assert max(counts.values()) - min(counts.values()) <= 1


def test_templates_stay_balanced_where_numbers_share_no_factor() -> None:
    categories = [
        Category(f"c{c}", Kind.THING, "a", tuple(Topic(f"t{c}-{i}") for i in range(8)))
        for c in range(6)
    ]
    templates = make_templates(31)
    counts: Counter[str] = Counter({t.id: 0 for t in templates.templates})
    for draw in everything(categories, templates, 3):
        counts[draw.template.id] += 1
        assert max(counts.values()) - min(counts.values()) <= 1


@given(worlds(), st.data())
def test_a_longer_sample_begins_with_the_shorter_one(
    world: tuple[list[Category], Templates, int], data: st.DataObject
) -> None:
    whole = everything(*world)
    count = data.draw(st.integers(0, len(whole)))
    categories, templates, seed = world
    assert list(sample(categories, templates, count, seed)) == whole[:count]


@given(worlds(), st.integers(0, 9))
def test_places_do_not_matter(world: tuple[list[Category], Templates, int], key: int) -> None:
    categories, templates, seed = world
    shuffled = random.Random(key)

    def mix(items: Sequence[object]) -> tuple[object, ...]:
        return tuple(shuffled.sample(list(items), len(items)))

    mixed = [replace(c, topics=mix(c.topics), file="other") for c in mix(categories)]  # type: ignore[type-var, arg-type]
    other = replace(templates, templates=mix(templates.templates))  # type: ignore[arg-type]
    assert pairs(everything(mixed, other, seed)) == pairs(everything(*world))


@given(worlds())
def test_a_domain_is_sampled_as_if_it_were_alone(
    world: tuple[list[Category], Templates, int],
) -> None:
    categories, templates, seed = world
    together = everything(*world)
    for domain in {category.domain for category in categories}:
        alone = everything([c for c in categories if c.domain == domain], templates, seed)
        assert pairs(alone) == pairs([d for d in together if d.category.domain == domain])


@given(worlds(), st.data())
def test_an_added_topic_leaves_other_categories_alone(
    world: tuple[list[Category], Templates, int], data: st.DataObject
) -> None:
    categories, templates, seed = world
    at = data.draw(st.integers(0, len(categories) - 1))
    grown = list(categories)
    grown[at] = replace(grown[at], topics=(*grown[at].topics, Topic("a new one")))
    name = grown[at].name
    before = [d for d in everything(*world) if d.category.name != name]
    after = [d for d in everything(grown, templates, seed) if d.category.name != name]
    assert pairs(before) == pairs(after)
    # in its own category the topics keep their order, and what comes before it its templates
    old = [d for d in everything(*world) if d.category.name == name][: len(categories[at].topics)]
    new = [d for d in everything(grown, templates, seed) if d.category.name == name]
    order = [d.topic.name for d in new[: len(grown[at].topics)]]
    place = order.index("new one")
    assert [n for n in order if "new" not in n] == [d.topic.name for d in old]
    assert pairs(new[:place]) == pairs(old[:place])


def test_domains_take_turns() -> None:
    categories = [
        Category(f"{domain}{i}", Kind.THING, domain, (Topic(f"{domain}{i}"),))
        for domain in "abc"
        for i in range(4)
    ]
    drawn = [d.category.domain for d in sample(categories, make_templates(1), 12, 5)]
    assert all(set(drawn[at : at + 3]) == set("abc") for at in range(0, 12, 3))


def test_another_random_seed_gives_another_order() -> None:
    categories = [
        Category("c", Kind.THING, "a", tuple(Topic(f"topic {i}") for i in range(9))),
    ]
    orders = {tuple(pairs(everything(categories, make_templates(5), seed))) for seed in range(20)}
    assert len(orders) == 20


def test_the_order_is_not_biased() -> None:
    topics = tuple(Topic(f"topic {i}") for i in range(4))
    categories = [Category("c", Kind.THING, "a", topics)]
    firsts = Counter(
        next(sample(categories, make_templates(4), 1, seed)).topic.name for seed in range(400)
    )
    assert min(firsts.values()) > 70  # 100 expected, standard deviation 9


@pytest.mark.parametrize("count", [-1, 7])
def test_a_count_that_cannot_be_met_is_refused_at_once(count: int) -> None:
    categories = [Category("c", Kind.THING, "a", (Topic("x"), Topic("y")))]
    with pytest.raises(UsageError, match="expected at most 6: each topic once with each template"):
        sample(categories, make_templates(3), count, 1)


def test_the_order_never_changes() -> None:
    # A change here changes the content of datasets that are built from topics.
    categories = [
        Category(f"c{c}", KINDS[c % 2], "ab"[c // 2], tuple(Topic(f"{c}-{i}") for i in range(3)))
        for c in range(4)
    ]
    drawn = pairs(list(sample(categories, make_templates(3, 1), 8, 7)))
    assert drawn == GOLDEN


def test_the_draws_of_a_round_follow_each_other_by_rank() -> None:
    """A large domain does not push the others to the end of a round."""
    categories = [
        Category(f"{domain}{i}", Kind.THING, domain, (Topic(f"{domain}{i}"),))
        for domain, size in (("a", 9), ("b", 2))
        for i in range(size)
    ]
    drawn = [d.category.domain for d in sample(categories, make_templates(1), 11, 5)]
    runs = [domain for domain, _ in groupby(drawn)]
    assert drawn.index("b") <= 1
    assert len(runs) >= 4


GOLDEN = [
    ("2-2", "t2"),
    ("0-0", "thing0"),
    ("3-2", "t1"),
    ("1-1", "process0"),
    ("2-0", "t0"),
    ("0-2", "t1"),
    ("3-1", "process0"),
    ("1-0", "t2"),
]
