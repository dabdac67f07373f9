"""Seeds asked from topic files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from qmirror_assets.errors import RecipeError, SeedFileError, UsageError
from qmirror_assets.recipe import TopicSeeds
from qmirror_assets.records import Seed
from qmirror_assets.seeds.identity import seed_digest
from qmirror_assets.seeds.topics import Questions, ask
from qmirror_assets.seeds.topics.shipped_files import shipped_templates, shipped_topics

TOPICS = """\
domain: {domain}
licence: {licence}
categories:
  - {{name: {domain} things, kind: thing, topics: [a {domain} one, a {domain} two]}}
  - {{name: {domain} ways, kind: process, topics: [the {domain} way]}}
"""
TEMPLATES = """\
licence: CC0-1.0
language: en-GB
audiences: [a beginner, a child, an expert]
templates:
  - {id: plain, text: "What is {topic}? Draw it."}
  - {id: told, text: "How do you show {name} of {category} to {audience}? Draw it."}
"""


def write(folder: Path, *domains: str, licence: str = "CC0-1.0") -> Questions:
    paths = []
    for domain in domains:
        paths.append(folder / f"{domain}.yaml")
        paths[-1].write_text(TOPICS.format(domain=domain, licence=licence))
    (folder / "templates.yaml").write_text(TEMPLATES)
    return Questions(paths, folder / "templates.yaml")


def seeds(questions: Questions, count: int, random_seed: int = 7) -> list[Seed]:
    return [asked.seed for asked in ask(questions, count, random_seed)]


def test_a_seed_says_what_it_was_made_of(tmp_path: Path) -> None:
    found = {s.seed_id: s for s in seeds(write(tmp_path, "red"), 6)}
    plain = found["topic:red one:plain"]
    assert (plain.question, plain.answer) == ("What is a red one? Draw it.", "")
    assert (plain.domain, plain.language, plain.licence) == ("red", "en-GB", "CC0-1.0")
    assert (plain.source, plain.family) == ("topics:red", "red one")
    assert plain.extra == {
        "topic": "red one", "category": "red things", "kind": "thing", "template": "plain",
    }  # fmt: skip
    told = found["topic:red one:told"]
    audience = told.extra["audience"]
    assert audience in {"a beginner", "a child", "an expert"}
    assert told.question == f"How do you show red one of red things to {audience}? Draw it."


def test_licences_of_both_files_count(tmp_path: Path) -> None:
    found = seeds(write(tmp_path, "red", licence="CC-BY-4.0"), 1)
    assert found[0].licence == "CC-BY-4.0 AND CC0-1.0"


def test_a_pair_is_the_same_seed_under_every_random_seed(tmp_path: Path) -> None:
    questions = write(tmp_path, "red", "blue")
    first, second = ({seed_digest(s) for s in seeds(questions, 12, r)} for r in (1, 2))
    assert len(first) == 12
    assert first == second


def test_an_added_topic_adds_its_seeds_and_keeps_the_others(tmp_path: Path) -> None:
    questions = write(tmp_path, "red", "blue")
    before = {seed_digest(s) for s in seeds(questions, 12)}
    path = Path(questions.topics[0])
    path.write_text(path.read_text().replace("a red one,", "a red three, a red one,"))
    assert {seed_digest(s) for s in seeds(questions, 14)} > before


def test_domains_and_categories_are_chosen(tmp_path: Path) -> None:
    questions = write(tmp_path, "red", "blue", "green")
    some = Questions(questions.topics, questions.templates, ["red", "blue"], ["Red  Things"])
    assert {s.extra["category"] for s in seeds(some, 4)} == {"red things"}
    assert {s.domain for s in seeds(Questions(some.topics, some.templates, ["blue"]), 6)} == {
        "blue"
    }


@pytest.mark.parametrize(
    ("domains", "categories", "says"),
    [
        (["rad"], [], "has the domain 'rad'. Did you mean 'red'?"),
        ([], ["red thing"], "has the category 'red thing'. Did you mean 'red things'?"),
        (["blue"], ["red things"], "no category is left"),
    ],
)
def test_a_choice_that_is_not_there(
    tmp_path: Path, domains: list[str], categories: list[str], says: str
) -> None:
    questions = write(tmp_path, "red", "blue")
    with pytest.raises(RecipeError, match=says):
        ask(Questions(questions.topics, questions.templates, domains, categories), 1, 7)


def test_a_kind_that_no_template_suits(tmp_path: Path) -> None:
    questions = write(tmp_path, "red")
    text = TEMPLATES.replace('it."}', 'it.", kinds: [thing]}')
    questions.templates.write_text(text)
    with pytest.raises(RecipeError, match="nothing can be asked about 'red ways'") as caught:
        ask(questions, 1, 7)
    assert "topic file red.yaml" in str(caught.value)


def test_more_than_there_is_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="7 questions cannot be made; expected at most 6"):
        ask(write(tmp_path, "red"), 7, 7)


def test_paths_start_at_the_recipe(tmp_path: Path) -> None:
    write(tmp_path, "red", "blue")
    (tmp_path / "templates.yaml").rename(tmp_path / "asked.yml")
    config = TopicSeeds(count=1, path="*.yaml", templates="asked.yml", domains=("red",))
    found = Questions.of(config, tmp_path)
    assert [path.name for path in found.topics] == ["blue.yaml", "red.yaml"]
    assert found.templates == tmp_path / "asked.yml"
    assert found.domains == ("red",)


def test_by_default_the_package_asks() -> None:
    found = Questions.of(TopicSeeds(count=1), Path("nowhere"))
    assert (list(found.topics), found.templates) == (shipped_topics(), shipped_templates())


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"path": "absent/*.yaml"}, "seed file 'absent/\\*.yaml' is not there"),
        ({"templates": "absent.yaml"}, "seed file 'absent.yaml' is not there"),
        ({"templates": "*.yaml"}, "several files"),
    ],
)
def test_files_that_are_not_there(tmp_path: Path, settings: dict[str, str], says: str) -> None:
    write(tmp_path, "red", "blue")
    with pytest.raises(SeedFileError, match=says):
        Questions.of(TopicSeeds(count=1, **settings), tmp_path)  # type: ignore[arg-type]


def test_other_processes_ask_the_same() -> None:
    code = (
        "from qmirror_assets.recipe import TopicSeeds;from pathlib import Path;"
        "from qmirror_assets.seeds.topics import Questions, ask;"
        "q = Questions.of(TopicSeeds(count=1), Path());"
        "print([a.seed.seed_id for a in ask(q, 99, 3)])"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": hash_seed},
        ).stdout
        for hash_seed in ("1", "2")
    }  # fmt: skip
    assert len(outputs) == 1
