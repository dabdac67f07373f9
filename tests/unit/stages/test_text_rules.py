"""Rules over a draft's texts: each says what to do, and each can be broken alone."""

from __future__ import annotations

from typing import Any

import pytest

from qmirror_assets.stages.text_rules import TextRules, broken, overlap, repeated_share, words_of

GOOD = {
    "question": "Why do lighthouses stand so high? Please show me a picture.",
    "answer": "Ships must see the light early. A high lamp is seen from far away.",
    "caption": "A white tower on a rocky coast.",
}
RULES = TextRules.model_validate(
    {
        "words": {"question": 12, "caption": 8},
        "least_words": {"answer": 10},
        "one_of": {"question": ["picture", "show me"]},
        "whole": ["answer"],
        "apart": {"caption": "answer"},
        "most_overlap": 0.5,
    }
)


def test_a_good_draft_breaks_nothing() -> None:
    assert broken(RULES, GOOD) == []
    assert overlap(RULES, GOOD) == 0.0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"question": "word " * 12 + "picture"}, "Shorten the question to at most 12 words"),
        ({"answer": "Too short."}, "Make the answer at least 10 words long; it has 2."),
        ({"question": "Why are lighthouses so high?"}, "The question must say one of: picture"),
        ({"question": "Why do we see pictures?"}, "The question must say one of: picture"),
        ({"answer": GOOD["answer"] + " And so on and"}, "Finish the last sentence of the answer."),
        ({"caption": "A high lamp is seen from far"}, "The caption repeats the answer"),
    ],
    ids=["too long", "too short", "asks for no picture", "a part of a word", "cut", "repeated"],
)
def test_each_rule(change: dict[str, Any], sentence: str) -> None:
    found = broken(RULES, {**GOOD, **change})
    assert len(found) == 1, found
    assert found[0].startswith(sentence)


def test_a_turn_says_something_new() -> None:
    rules = TextRules.model_validate({"new": ["question"]})
    before = {"turn": 1, "question": "Why do lighthouses stand so high? Please show me one."}
    assert broken(rules, {**GOOD, "dialogue": [before]}) == [
        "The question was given before; make it about something else."
    ]
    other = {"turn": 1, "question": "Who built the first of them?"}
    assert broken(rules, {**GOOD, "dialogue": [other]}) == []
    assert broken(rules, {**GOOD, "dialogue": []}) == []


@pytest.mark.parametrize("value", [None, 3, ""], ids=["null", "number", "empty"])
def test_what_is_no_text_counts_as_empty(value: Any) -> None:
    assert any("answer" in sentence for sentence in broken(RULES, {**GOOD, "answer": value}))


def test_share_of_repeated_word_pairs() -> None:
    assert repeated_share("the cat sat down", "The cat sat, still.") == pytest.approx(
        2 / 3, abs=1e-3
    )
    assert repeated_share("one", "one") == 0.0
    assert words_of("Don’t — stop_it!") == ["don’t", "stop", "it"]
