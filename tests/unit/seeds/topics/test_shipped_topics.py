"""The topics and templates that come with the package: enough of them, distinct, well-formed."""

from __future__ import annotations

import difflib
import re
import unicodedata
from itertools import combinations, pairwise
from pathlib import Path

import pytest
import yaml

from qmirror_assets.recipe import TopicSource
from qmirror_assets.seeds.topics.choice import check_suited
from qmirror_assets.seeds.topics.sampler import capacity
from qmirror_assets.seeds.topics.shipped_files import shipped_templates, shipped_topics
from qmirror_assets.seeds.topics.source import Questions, ask
from qmirror_assets.seeds.topics.template import Template
from qmirror_assets.seeds.topics.template_file import read_templates
from qmirror_assets.seeds.topics.topic import Category, Kind, sameness
from qmirror_assets.seeds.topics.topic_file import read_topics

PAGE = (Path(__file__).parents[4] / "docs" / "topics.md").read_text("utf-8")
CATEGORIES = read_topics(shipped_topics())
TEMPLATES = read_templates(shipped_templates())
NAMES = [topic.name for category in CATEGORIES for topic in category.topics]
PICTURE = re.compile(r"(?i)picture|diagram|draw|illustrat|infographic|plan or|time line|close-up")
# what two topics of one category may share without being near-duplicates
COMMON = re.compile(
    r"^(constellation|life cycle|history|work|making|building|formation) (of )?(an? )?"
)
ALIKE = {
    frozenset({"reflecting telescope", "refracting telescope"}),
    frozenset({"garden hoe", "garden hose"}),
    frozenset({"Pegasus", "Perseus"}),
    frozenset({"baseball", "basketball"}),
}


def folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


def test_there_are_enough() -> None:
    assert len({category.domain for category in CATEGORIES}) >= 8
    assert len(CATEGORIES) >= 60
    assert len({sameness(name) for name in NAMES}) == len(NAMES) >= 1_000
    assert min(len(category.topics) for category in CATEGORIES) >= 8
    assert len(TEMPLATES.templates) >= 50


def test_every_kind_has_topics_and_templates_of_its_own() -> None:
    check_suited(CATEGORIES, TEMPLATES)
    assert {category.kind for category in CATEGORIES} == set(Kind)
    own = {kind for template in TEMPLATES.templates for kind in template.kinds}
    assert own == set(Kind)


def test_domains_have_several_kinds() -> None:
    for domain in {category.domain for category in CATEGORIES}:
        kinds = {category.kind for category in CATEGORIES if category.domain == domain}
        assert len(kinds) >= 2, domain


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda c: c.name)
def test_topics_stand_in_alphabetical_order(category: Category) -> None:
    for before, after in pairwise(category.topics):
        assert folded(before.name) < folded(after.name)


def test_topics_are_short_and_plain() -> None:
    for name in NAMES:
        assert len(name) <= 60, name
        assert len(name.split()) <= 10, name
        assert re.fullmatch(r"[A-Za-z0-9éáíç' -]+", name), name
        assert name == name.strip()


def test_articles_fit() -> None:
    wrong = re.compile(r"\ba [aeioué]|\ban [^aeioué]", re.IGNORECASE)
    exceptions = re.compile(r"\ba (uni|uku|USB|eucal)|\ban (hour|LED)|\bAn? [a-z]")
    texts = [topic.text for category in CATEGORIES for topic in category.topics]
    assert [t for t in texts if wrong.search(t) and not exceptions.search(t)] == []


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda c: c.name)
def test_no_near_duplicates_in_a_category(category: Category) -> None:
    if category.kind is Kind.COMPARISON:
        return  # they share most of their words
    names = [COMMON.sub("", topic.name) for topic in category.topics]
    for one, other in combinations(names, 2):
        ratio = difflib.SequenceMatcher(None, one.casefold(), other.casefold()).ratio()
        assert ratio <= 0.88 or frozenset({one, other}) in ALIKE, (one, other)


@pytest.mark.parametrize("template", TEMPLATES.templates, ids=lambda t: t.id)
def test_a_template_asks_and_wants_a_picture(template: Template) -> None:
    text = template.text
    assert text[0].isupper()
    assert "?" in text
    assert PICTURE.search(text)
    assert len(text) <= 160
    assert not re.match(r"\{", text), "a topic does not begin with a capital letter"


def test_questions_are_short_sentences() -> None:
    questions = Questions(shipped_topics(), shipped_templates())
    asked = [a.seed.question for a in ask(questions, 5_000, 1)]
    assert len(set(asked)) == 5_000
    assert max(len(question.split()) for question in asked) <= 50
    assert not any(set("{}") & set(question) for question in asked)


def test_there_is_room_for_large_datasets() -> None:
    assert capacity(CATEGORIES, TEMPLATES) >= 50_000


def test_the_page_says_how_many_there_are() -> None:
    domains = {category.domain for category in CATEGORIES}
    said = (
        f"{len(domains)} domains, {len(CATEGORIES)} categories, {len(NAMES):,} topics and"
        f" {len(TEMPLATES.templates)} templates, {capacity(CATEGORIES, TEMPLATES):,} questions"
    )
    assert said in PAGE


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
def test_the_examples_of_the_page_can_be_used(tmp_path: Path, block: str) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(block, "utf-8")
    if block.startswith("seeds:"):
        for source in yaml.safe_load(block)["seeds"]:
            TopicSource.model_validate(source)
    elif block.startswith("domain:"):
        assert len(read_topics([path])) == 2
    else:
        assert len(read_templates(path).templates) == 2


def test_files_are_named_after_their_domain_and_free() -> None:
    for path in shipped_topics():
        data = yaml.safe_load(path.read_text("utf-8"))
        assert data["domain"].casefold() == path.stem
        assert data["licence"] == "CC0-1.0"
    assert TEMPLATES.licence == "CC0-1.0"
    note = shipped_templates().with_name("LICENCE.md").read_text("utf-8")
    assert "CC0-1.0" in note
