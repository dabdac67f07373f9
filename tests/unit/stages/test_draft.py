"""A round of self-evaluation: what is asked, what is typed, when nobody is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from qmirror_assets.engines.base import Raw, Request
from qmirror_assets.records import Json, Reason, Rejection
from qmirror_assets.stages.base import At
from qmirror_assets.stages.draft import DraftStep
from qmirror_assets.templates import Prompts

ROW = {"topic": "a lamp", "question": None, "suggestion": None}
LATER = {"topic": "a lamp", "question": "Why a lamp, with a picture?", "suggestion": "Be kind."}


def at(round_: int, *, last: bool = False) -> At:
    return At("s", "d", 1, round_, lambda draw: 100 + draw, last)


def make(folder: Path, **more: Any) -> DraftStep:
    for name, text in {
        "g.j2": "Write about {{ topic }}",
        "r.j2": "Revise {{ question }}: {{ suggestion }}",
        "c.j2": "Judge {{ question }}",
    }.items():
        (folder / name).write_text(text)
    settings: dict[str, Any] = {
        "reads": ["topic"],
        "reply": {"question": {"type": "string"}},
        "generate": [{"prompt": "g.j2"}],
        "revise": [{"prompt": "r.j2"}],
        "critique": [{"prompt": "c.j2"}],
        "rules": {"words": {"question": 8}},
        **more,
    }
    return DraftStep(DraftStep.Config.model_validate(settings), Prompts(folder))


def run(step: DraftStep, row: dict[str, Json], at_: At, *replies: Json) -> tuple[list[str], Any]:
    """The last message of each request, and what comes out."""
    asked, texts = [], [r if isinstance(r, str) else orjson.dumps(r).decode() for r in replies]
    running = step.run(row, at_)
    try:
        request: Request = next(running)
        for text in texts:
            asked.append(request.body["messages"][-1]["content"])
            request = running.send(Raw({"text": text}))
    except StopIteration as stop:
        return asked, stop.value
    raise AssertionError(f"one more request than replies: {request}")


def test_first_round_generates_then_criticises(tmp_path: Path) -> None:
    asked, out = run(
        make(tmp_path), ROW, at(1), {"question": "Why?"}, {"score": 6, "suggestion": "Be kind."}
    )
    assert asked == ["Write about a lamp", "Judge Why?"]
    assert out["question"] == "Why?"
    assert (out["suggestion"], out["satisfied"], out["critic"]) == ("Be kind.", False, "model")
    assert (out["critic_score"], out["rules_kept"], out["changed"]) == (6, 0, True)


def test_later_rounds_revise_with_the_suggestion(tmp_path: Path) -> None:
    asked, out = run(
        make(tmp_path), LATER, at(2), {"question": "How?"}, {"score": 9, "suggestion": None}
    )
    assert asked == ["Revise Why a lamp, with a picture?: Be kind.", "Judge How?"]
    assert (out["suggestion"], out["satisfied"]) == (None, True)


def test_a_revision_that_changes_nothing_says_so(tmp_path: Path) -> None:
    _, out = run(
        make(tmp_path), LATER, at(2), {"question": LATER["question"]},
        {"score": 9, "suggestion": "More."},
    )  # fmt: skip
    assert out["changed"] is False


def test_the_last_round_is_not_criticised(tmp_path: Path) -> None:
    asked, out = run(make(tmp_path), LATER, at(4, last=True), {"question": "Who?"})
    assert len(asked) == 1
    assert (out["satisfied"], out["critic"], out["suggestion"]) == (False, "nobody", None)


def test_rules_speak_before_the_model(tmp_path: Path) -> None:
    asked, out = run(make(tmp_path), ROW, at(1), {"question": "w " * 9})
    assert len(asked) == 1
    assert (out["critic"], out["critic_score"], out["rules_kept"]) == ("rules", None, -1)
    assert out["suggestion"] == "Shorten the question to at most 8 words; it has 9."
    assert out["faults"] == [out["suggestion"]]


@pytest.mark.parametrize("said", [None, "", "  "], ids=["null", "empty", "blank"])
def test_no_suggestion_is_a_type_not_a_word(tmp_path: Path, said: Json) -> None:
    _, out = run(
        make(tmp_path), ROW, at(1), {"question": "Why?"}, {"score": 10, "suggestion": said}
    )
    assert out["satisfied"] is True


@pytest.mark.parametrize("said", ["None", "none.", '"None"', "null"])
def test_words_for_nothing_are_suggestions_like_any_other(tmp_path: Path, said: str) -> None:
    """The schema has null for none; comparing text is what goes wrong elsewhere."""
    _, out = run(
        make(tmp_path), ROW, at(1), {"question": "Why?"}, {"score": 10, "suggestion": said}
    )
    assert (out["satisfied"], out["suggestion"]) == (False, said)


@pytest.mark.parametrize(
    "reply",
    [
        "None",
        "no change",
        {"score": 11.5, "suggestion": None},
        {"score": True, "suggestion": None},
        {"suggestion": None},
        {"score": 3},
        {"score": 3, "suggestion": 4},
        {"score": 3, "suggestion": ["x"]},
    ],
    ids=["bare None", "prose", "float", "bool", "no score", "no suggestion", "number", "list"],
)
def test_a_critique_that_does_not_parse_is_a_rejection(tmp_path: Path, reply: Json) -> None:
    _, out = run(make(tmp_path), ROW, at(1), {"question": "Why?"}, reply)
    assert isinstance(out, Rejection)
    assert out.reason is Reason.UNPARSABLE


@pytest.mark.parametrize("reply", ["Why?", {"other": 1}, {"question": None}], ids=str)
def test_a_draft_that_does_not_parse_is_a_rejection(tmp_path: Path, reply: Json) -> None:
    _, out = run(make(tmp_path), ROW, at(1), reply)
    assert isinstance(out, Rejection)


def test_without_generate_the_columns_are_the_draft(tmp_path: Path) -> None:
    step = make(tmp_path, generate=[], critique=[])
    assert run(step, LATER, at(1))[1]["question"] == LATER["question"]
    assert run(step, LATER, at(2), {"question": "How?"})[1]["question"] == "How?"
    assert "suggestion" not in step.outputs  # another step suggests


def test_rows_that_keep_their_columns_ask_nobody(tmp_path: Path) -> None:
    step = make(
        tmp_path, generate=[], critique=[], unless=[{"column": "topic", "equals": "a lamp"}]
    )
    assert run(step, LATER, at(2))[1]["changed"] is False


def test_most_calls_of_a_loop_are_those_of_the_algorithm(tmp_path: Path) -> None:
    """K = 3: one draft, three critiques, three revisions."""
    step, calls = make(tmp_path), 0
    for round_ in range(1, 5):
        last = round_ == 4
        replies = [{"question": f"Q{round_}?"}] + (
            [] if last else [{"score": 1, "suggestion": "x"}]
        )
        calls += len(run(step, LATER, at(round_, last=last), *replies)[0])
    assert calls == 7


# -- best of N: drafts that are drawn again, none revised

AGAIN: dict[str, Any] = {"again": True, "revise": [], "temperature": 0.7}


@pytest.mark.parametrize("round_", [1, 2, 4], ids=str)
def test_again_drafts_anew_and_has_every_draft_criticised(tmp_path: Path, round_: int) -> None:
    asked, out = run(
        make(tmp_path, **AGAIN), LATER, at(round_, last=round_ == 4), {"question": "How?"},
        {"score": 9, "suggestion": "Longer."},
    )  # fmt: skip
    assert asked == ["Write about a lamp", "Judge How?"]
    assert (out["critic"], out["critic_score"]) == ("model", 9)


def test_again_draws_at_random_and_compares_by_one_critic(tmp_path: Path) -> None:
    running = make(tmp_path, **AGAIN).run(LATER, at(2))
    draft = next(running)
    critique = running.send(Raw({"text": '{"question": "How?"}'}))
    assert (draft.body["temperature"], draft.body["seed"]) == (0.7, 100)
    assert critique.body["temperature"] == 0.0
    assert "seed" not in critique.body


def test_again_keeps_the_columns_of_rows_that_do(tmp_path: Path) -> None:
    unless = [{"column": "topic", "equals": "a lamp"}]
    step = make(tmp_path, **AGAIN, critique=[], unless=unless)
    for round_ in (1, 2):
        assert run(step, LATER, at(round_))[1]["changed"] is (round_ == 1)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({**AGAIN, "temperature": 0}, "temperature above 0"),
        ({**AGAIN, "generate": []}, "needs `generate`"),
        ({**AGAIN, "revise": [{"prompt": "r.j2"}]}, "or else `again`"),
        ({"revise": []}, "give `revise`"),
    ],
    ids=["not random", "nothing to draw", "both", "neither"],
)
def test_settings_that_do_not_fit(tmp_path: Path, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make(tmp_path, **settings)


@pytest.mark.parametrize(
    ("settings", "most"),
    [({}, [2, 2, 2, 1]), ({"generate": [], "critique": []}, [0, 1, 1, 1]), (AGAIN, [2, 2, 2, 2])],
    ids=["draft and critic", "revisions only", "again"],
)
def test_most_requests_by_round(tmp_path: Path, settings: dict[str, Any], most: list[int]) -> None:
    step = make(tmp_path, **settings)
    assert [step.most_requests(n, last=n == 4) for n in range(1, 5)] == most


def test_a_step_without_again_is_what_it_was(tmp_path: Path) -> None:
    assert "again" not in make(tmp_path).fingerprint
    assert make(tmp_path, **AGAIN).fingerprint["again"] is True
    assert (make(tmp_path).reads_last, make(tmp_path, **AGAIN).reads_last) == (True, False)
