"""The judge that measures: what it scores, what it abstains on, and why it says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from qmirror_assets.synjudge.dimensions import Dimension
from qmirror_assets.synjudge.legible import read_share
from qmirror_assets.synjudge.meaning import likeness
from qmirror_assets.synjudge.measures import Measures
from qmirror_assets.synjudge.programmatic import judge
from qmirror_assets.synjudge.signals import picture_signals, text_signals
from qmirror_assets.synjudge.subject import Subject, subject_of
from qmirror_assets.synjudge.text_form import cut_short, repeated_share
from qmirror_assets.synjudge.thresholds import Thresholds
from qmirror_assets.synjudge.verdict import State, Verdict
from qmirror_assets.synjudge.words import sentences, share_of_pairs, stems

TCC, ICC, IQ, ITS = Dimension
SHARP = Measures(500, 400, 0.6, 0.4, 0.5, (), 0.0)
LADYBUG = Subject(
    "Why does a ladybug have such bright colours?",
    "Birds learn that a ladybug tastes bitter. Its bright colours remind them of it.",
    "A close photograph of a ladybug on a leaf.",
    "A ladybug on a leaf.",
)
FROG = Subject(
    "What are the stages in the life of a frog?",
    "A tadpole hatches from the egg and becomes a froglet when its legs have grown.",
    described="Chain of boxes: egg, tadpole, froglet, adult frog.",
    drawn=tuple(("node", text) for text in ("egg", "tadpole", "froglet", "adult frog")),
)
READ = replace(SHARP, sharpness=0.78, texts=("egg", "tadpole", "froglet", "adultfrog"),
               confidence=0.99)  # fmt: skip


def judged(subject: Subject, measures: Measures | None = SHARP) -> Verdict:
    signals = {**text_signals(subject)}
    if measures is not None:
        signals |= picture_signals(subject, measures, likeness)
    return judge(subject, measures, signals, likeness, Thresholds())


def test_a_good_photo() -> None:
    found = judged(LADYBUG)
    assert [found.value(name) for name in Dimension] == [4, 4, 5, 5]
    assert found.suggestion == ""


def test_a_photo_never_claims_to_be_recognised() -> None:
    found = judged(LADYBUG)
    assert "not recognised from pixels" in found.scores[ICC].reason
    assert "not whether it is true" in found.scores[TCC].reason


def test_a_good_figure() -> None:
    found = judged(FROG, READ)
    assert [found.value(name) for name in Dimension] == [4, 5, 5, 5]


def test_without_a_record_content_and_synergy_abstain() -> None:
    found = judged(replace(LADYBUG, described=""))
    assert [found.scores[name].state for name in (ICC, ITS)] == [State.ABSTAINED] * 2
    assert found.value(IQ) == 5
    assert found.value(TCC) == 4


def test_another_picture_is_not_what_was_asked_for() -> None:
    found = judged(replace(LADYBUG, described="A red double-decker bus."))
    assert found.value(ICC) == 1
    assert found.value(ITS) == 1
    assert found.suggestion == "Begin with the thing that was asked for: ladybug bright colour."


def test_a_part_that_cannot_be_read_is_missing() -> None:
    found = judged(FROG, replace(READ, texts=("egg", "tadpole", "adult frog")))
    assert found.value(ICC) == 2
    assert found.value(ITS) == 3  # the answer speaks of the froglet
    assert "1 of 4" in found.scores[ICC].reason


def test_a_figure_is_never_judged_as_a_photo() -> None:
    """A flat drawing: hardly any ink, no texture, small. As a photo it would fail."""
    flat = replace(READ, contrast=0.01, width=90, height=60)
    assert judged(FROG, flat).value(IQ) == 5
    assert judged(LADYBUG, replace(flat, texts=())).value(IQ) == 1


@pytest.mark.parametrize(
    ("measures", "value"),
    [
        (SHARP, 5), (replace(SHARP, sharpness=0.42), 3), (replace(SHARP, sharpness=0.3), 2),
        (replace(SHARP, sharpness=0.1), 1), (replace(SHARP, width=120, height=90), 3),
        (replace(SHARP, width=60, height=60), 2), (replace(SHARP, contrast=0.01), 1),
    ],
    ids=["sharp", "soft", "blurred", "lost", "small", "tiny", "faint"],
)  # fmt: skip
def test_quality_of_photos(measures: Measures, value: int) -> None:
    assert judged(LADYBUG, measures).value(IQ) == value


@pytest.mark.parametrize(
    ("measures", "value"),
    [
        (READ, 5), (replace(READ, confidence=0.92), 4), (replace(READ, confidence=0.5), 1),
        (replace(READ, texts=()), 1), (replace(READ, sharpness=0.4), 2),
    ],
    ids=["clear", "less", "hardly", "nothing-read", "blurred"],
)  # fmt: skip
def test_quality_of_figures(measures: Measures, value: int) -> None:
    assert judged(FROG, measures).value(IQ) == value


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("Birds learn that a ladybug tastes bitter, and its bright colours", 2),
        ("Birds learn that a ladybug tastes of the.", 2),
        ("A ladybug is bitter. A ladybug is bitter. A ladybug is bitter.", 2),
        ("Parliament passed the tax law on Tuesday after a long debate.", 1),
        ("Against birds.", 3),
        (LADYBUG.answer, 4),
    ],
    ids=["cut", "cut-with-a-stop", "repeats", "off-topic", "two-words", "good"],
)
def test_text_by_its_form(answer: str, value: int) -> None:
    assert judged(replace(LADYBUG, answer=answer)).value(TCC) == value


def test_nothing_is_said_of_a_text_that_is_not_there() -> None:
    assert judged(replace(LADYBUG, answer=" ")).scores[TCC].state is State.ABSTAINED


@pytest.mark.parametrize(
    ("answer", "cut"),
    [
        ("It ends here.", False), ("He said “yes.”", False), ("Really?", False), ("Three", False),
        ("4 m/s²", False), ("Because of the", True), ("First, egg; then,", True),
        ("One two three four five six", True), ("It goes on...", True), ("(see above.", True),
    ],
)  # fmt: skip
def test_cut_short(answer: str, cut: bool) -> None:
    assert (cut_short(answer) >= 0.5) is cut


def test_repeated_share() -> None:
    assert repeated_share("One. Two. One! One.") == 0.5
    assert repeated_share("") == 0.0


def test_words() -> None:
    assert stems("Show me the ladybugs' wings, please!") == ["ladybug", "wing"]
    assert sentences("It is 3.5 m. It is high! Is it?") == ["It is 3.5 m.", "It is high!", "Is it?"]
    assert share_of_pairs("a red bus", "the red bus stops") == 1.0
    assert share_of_pairs("a red bus", "a bus that is red") == 0.0
    assert share_of_pairs("", "x") == 0.0


@pytest.mark.parametrize(
    ("label", "texts", "there"),
    [
        ("Temperature (K)", ["Temperature(K)"], True),
        ("mean density of planets", ["mean", "x", "density of", "planets"], True),
        ("precipitation", ["precipitatlon"], True),
        ("froglet", ["frog", "tadpole"], False),
        ("tadpole", [], False),
        ("tin", ["Melting points", "lead"], False),
        ("tin", ["tin", "lead"], True),
        ("232 °C", ["327 °C", "1085°C"], False),
        ("232 °C", ["232°℃"], True),
        ("232 °C", ["1232 °C"], False),
    ],
    ids=[
        "spaces",
        "torn",
        "misread",
        "near",
        "none",
        "inside",
        "short",
        "other-number",
        "number",
        "longer-number",
    ],
)
def test_labels_are_found_as_recognition_writes_them(
    label: str, texts: list[str], there: bool
) -> None:
    assert (read_share(label, texts) >= Thresholds().least_read) is there


@pytest.mark.parametrize("value", [None, "", 7, [], {}, {"alt": 3, "source": "x"}, {"drawn": "ab"}])
def test_a_row_may_lack_everything(value: Any) -> None:
    subject = subject_of(None, None, None, None, value, value)
    assert (subject.has_text, subject.has_picture, subject.is_figure) == (False, False, False)


@pytest.mark.parametrize("answer", ["", " ", "\n", "-", "…", "\u200b", "???"])
def test_marks_alone_are_no_answer(answer: str) -> None:
    assert not Subject("?", answer).has_text
