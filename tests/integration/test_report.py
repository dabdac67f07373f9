"""The report on builds whose judge has a planted curve: it finds the plant and says what it is."""

from __future__ import annotations

import json
import random
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.analytics import query
from qmirror_assets.cli import run
from qmirror_assets.evidence.shape import Kind
from tests.dialogues import (
    BEST_OF_N,
    DIMENSIONS,
    IMAGE_LOOP,
    TURNS,
    Dialogues,
    Planted,
    curve_of,
    open_dialogues,
    planted,
)

SAMPLES = 500
GRID = [1 + n / 4 for n in range(15)]  # 1 to 4.5: random curves differ by a quarter at least


def random_curve(random_seed: int) -> tuple[float, ...]:
    return tuple(random.Random(random_seed).sample(GRID, 4))


CURVES = {
    **{f"random {n}": random_curve(n) for n in (11, 12, 13)},
    "flat": (3.4, 3.4, 3.4, 3.4),
    "falling": (4.0, 3.4, 2.6, 2.0),
}


def kind_of(curve: Sequence[float]) -> Kind:
    """What a curve does, from its true levels; they are further apart than noise can reach."""
    if len(set(curve)) == 1:
        return Kind.FLAT
    first, *inner, last = curve
    if max(inner) > max(first, last):
        return Kind.RISES_THEN_FALLS
    if min(inner) < min(first, last):
        return Kind.FALLS_THEN_RISES
    return Kind.RISING if last > first else Kind.FALLING


def test_the_random_curves_are_of_several_kinds() -> None:
    assert len({kind_of(curve) for name, curve in CURVES.items() if "random" in name}) > 1


@pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES)
def test_the_measured_curve_is_the_planted_one(tmp_path: Path, curve: tuple[float, ...]) -> None:
    score = planted(curve, SAMPLES)
    with open_dialogues(tmp_path, IMAGE_LOOP, lambda: Planted(score), SAMPLES) as made:
        assert made.build() == 12 * SAMPLES
        evidence = made.evidence()
    best = [
        statistics.fmean(max(score(i, t) for t in range(k + 1)) for i in range(SAMPLES))
        for k in range(4)
    ]
    for column in ("syn_score", *DIMENSIONS):
        found = curve_of(evidence, "image", column)
        assert [p.raw.mean for p in found.points] == pytest.approx(curve, abs=1e-6)
        assert {(p.reached, p.raw.count, p.kept.count) for p in found.points} == {(SAMPLES,) * 3}
        for point in found.points:
            assert point.raw_interval is not None
            assert point.raw_interval.low <= curve[point.k] <= point.raw_interval.high
            assert found.raw_shape is not None
            assert found.raw_shape.kind is kind_of(curve)
    headline = curve_of(evidence, "image", "syn_score")
    assert [p.kept.mean for p in headline.points] == pytest.approx(best, abs=1e-5)
    assert f"Rounds as they came: {kind_of(curve)}" in headline.sentences[0]
    picked = kind_of(curve) is Kind.FLAT
    assert ("not of refining" in " ".join(headline.sentences)) is picked


# -- a dialogue build with early stops, for everything else that a report says

TALKS = 40


def goes_on(number: int, take: int) -> bool:
    """Every fifth sample is content with its first draft, and so on; every fifth never is."""
    return number % 5 == 4 or take < number % 5


@dataclass(frozen=True)
class Site:
    """A built dataset, closed: commands open it themselves."""

    made: Dialogues
    calls: int

    @property
    def place(self) -> list[str]:
        folder = str(self.made.folder)
        return ["--project", folder, "--data", f"{folder}/data"]


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("talks")
    score = planted((2.0, 3.0, 3.5, 4.0), TALKS)
    with open_dialogues(folder, TURNS, lambda: Planted(score, goes_on), TALKS) as made:
        yield Site(made, made.build())


def test_early_stops_and_reasons_by_turn(talks: Site) -> None:
    loops = {(loop.turn, loop.stage): loop for loop in talks.made.evidence().loops}
    assert [*loops] == [(t, s) for t in (1, 2) for s in ("question", "answer", "image")]
    second = loops[2, "question"].samples
    assert 8 <= second < TALKS, "about half have a second turn, and only they are counted there"
    first = loops[1, "question"]
    stops = [dict(r.stops) for r in first.rounds]
    assert [s["no_suggestion"] for s in stops] == [8, 8, 8, 0], "the last draft has no critic"
    assert stops[3]["max_rounds"] == 16
    assert [r.reached for r in first.rounds] == [40, 32, 24, 16]
    assert [r.stopped_early for r in first.rounds] == [0.2, 0.4, 0.6, 0.6]


def test_requests_beside_the_ceiling(talks: Site) -> None:
    evidence = talks.made.evidence()
    for turn in evidence.turns:
        ceiling = turn.ceiling
        assert (ceiling.text, ceiling.judge, ceiling.image) == (17, 4, 4)
    question = evidence.loops[0]
    # a draft each; critics for all, for those who went on, ...; nobody looks at the last draft
    assert question.asked.text == (40 + 40) + (32 + 32) + (24 + 24) + 16
    # turns that ask the same are answered once
    assert sum(turn.asked.total for turn in evidence.turns) > talks.calls
    assert sum(r.calls for loop in evidence.loops for r in loop.rounds) == talks.calls
    assert "5.2 of 7 text" in " ".join(question.sentences)


def test_what_has_no_number_is_counted_and_left_out(talks: Site) -> None:
    critic = curve_of(talks.made.evidence(), "question", "critic_score", turn=1)
    assert [p.raw.count for p in critic.points] == [40, 32, 24, 0]
    assert [p.comparable for p in critic.points] == [True, True, True, False]
    assert critic.unscored == 16
    assert critic.kept_shape is not None
    assert critic.kept_shape.last == 2


def test_the_table_of_the_docs_is_one_query(talks: Site) -> None:
    text = (Path(__file__).parents[2] / "docs" / "intersyn.md").read_text("utf-8")
    found = re.search(r"```sql\n(.*?)```", text, re.DOTALL)
    assert found is not None
    evidence = talks.made.evidence()
    result = query(talks.made.store, "talks", found[1])
    rows = {row[:2]: row[2:] for row in result.rows}
    for turn in (1, 2):
        for column in ("syn_score", *DIMENSIONS):
            points = curve_of(evidence, "image", column, turn).points
            first, last, change = rows[turn, column]
            assert first == pytest.approx(points[0].kept.mean, abs=0.006)
            assert last == pytest.approx(points[-1].kept.mean, abs=0.006)
            assert change == pytest.approx(last - first, abs=0.011)


def test_domains_add_up(talks: Site) -> None:
    for loop in talks.made.evidence().loops:
        assert [d.domain for d in loop.domains] == ["flora", "stars"]
        assert sum(d.samples for d in loop.domains) == loop.samples
        assert sum(d.asked.total for d in loop.domains) == loop.asked.total


def test_page_and_json_say_the_same(
    talks: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert run(["report", "talks", "--out", str(page), "--json", *talks.place]) == 0
    said = json.loads(capsys.readouterr().out)
    text = Words.of(page.read_text("utf-8"))
    for loop in said["evidence"]["loops"]:
        for sentence in [*loop["sentences"], *loop["curves"][0]["sentences"]]:
            assert sentence in text
    assert "no best-of-N dataset" in said["notes"][0]
    assert said["notes"][0] in text


def test_the_page_stands_alone(talks: Site, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert run(["report", "talks", "--out", str(page), *talks.place]) == 0
    html = page.read_text("utf-8")
    assert "prefers-color-scheme:dark" in html
    assert "<script" not in html
    assert {tag for tag, _ in Words.links(html)} <= {"img", "source", "a"}
    assert all(
        link.startswith(("data:image/svg+xml;base64,", "#")) for _, link in Words.links(html)
    )
    again = tmp_path / "again.html"
    run(["report", "talks", "--out", str(again), *talks.place])
    assert again.read_bytes() == page.read_bytes(), "the same numbers give the same bytes"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody"], "no such recipe"),
        (["talks", "--against", "nobody"], "no dataset 'nobody'"),
        (["qmirror"], "nothing of dataset 'qmirror' is built"),
    ],
    ids=["no dataset", "no rival", "not built"],
)
def test_refusals(
    talks: Site, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", *arguments, *talks.place]) == 2
    assert said in capsys.readouterr().err


# -- loop against best-of-N


def test_loop_against_as_many_tries(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    score = planted((2.0, 2.5, 3.0, 4.0), 60)
    with open_dialogues(tmp_path / "loop", IMAGE_LOOP, lambda: Planted(score), 60) as made:
        made.build()
    data = tmp_path / "loop" / "data"
    tries = lambda: Planted(score, redraws=lambda seed: seed % 2)  # noqa: E731
    with open_dialogues(tmp_path / "tries", BEST_OF_N, tries, 60, data) as other:
        other.dataset = "pictures-best-of-n"
        other.build()
        drafts = curve_of(other.evidence(), "image", "syn_score")
        assert {p.reached for p in drafts.points} == {60}, "nothing stops drafts"
    place = ["--project", str(tmp_path), "--data", str(data)]
    assert run(["report", str(tmp_path / "loop"), "--json", *place]) == 0
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert said["notes"] == []
    match = next(m for m in said["rivalry"]["matches"] if m["column"] == "syn_score")
    assert (match["loop_requests"], match["rival_requests"], match["drafts"]) == (12.0, 12.0, 4)
    assert match["loop_score"]["mean"] == pytest.approx(4.0)
    assert 2.4 < match["rival_score"]["mean"] <= 2.5, "drafts only draw the first two takes"
    assert "The loop is better than as many tries" in match["sentence"]


def test_other_seeds_are_no_fair_comparison(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    score = planted((2.0, 3.0), 20)
    data = tmp_path / "loop" / "data"
    with open_dialogues(tmp_path / "loop", IMAGE_LOOP, lambda: Planted(score), 20) as made:
        made.build()
    with open_dialogues(tmp_path / "few", BEST_OF_N, lambda: Planted(score), 10, data) as other:
        other.build()
    place = ["--project", str(tmp_path), "--data", str(data)]
    assert run(["report", "pictures", "--against", "tries", *place]) == 0
    assert "not built from the same seeds: 10 of 20" in capsys.readouterr().out


class Words(HTMLParser):
    """The text of a page, and the addresses in it."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.found: list[tuple[str, str]] = []

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = ("src", "srcset", "href")
        self.found += [(tag, value or "") for name, value in attrs if name in names]

    @classmethod
    def read(cls, html: str) -> Words:
        parser = cls()
        parser.feed(html)
        return parser

    @classmethod
    def of(cls, html: str) -> str:
        return "".join(cls.read(html).text)

    @classmethod
    def links(cls, html: str) -> list[tuple[str, str]]:
        return cls.read(html).found


def test_stop_reasons_are_those_of_the_rows(talks: Site) -> None:
    """Every sample of a loop has left it for exactly one reason."""
    for loop in talks.made.evidence().loops:
        reasons = Counter[str]()
        for r in loop.rounds:
            reasons.update(r.stops)
        assert reasons.total() == loop.samples
