"""The recipe `intersyn` from seeds to final rows, with engines that follow a script.

One test, or more, for each known defect of the pipeline's released code: marked `defect(n)` in
docs/intersyn.md. What a judge does with a reply is in tests/unit/synjudge.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.engines.base import Failure, FailureKind, Request, Role
from tests.dialogue_build import (
    Dialogues,
    one_turn,
    question_of,
    round_number,
    rounds_of,
    scores,
    stage_of,
    tag,
    two_turns,
)

NOTHING = {"score": 9, "suggestion": None}
UNKNOWN = "An unknown thing in the dark."
BETTER = {"score": 3, "suggestion": "Say it in a kinder way."}


@pytest.fixture
def dialogues(tmp_path: Path) -> Dialogues:
    return Dialogues(tmp_path / "rec", change=one_turn)


def asked(made: Dialogues, role: Role) -> list[Request]:
    return [request for request in made.script.asked if request.role is role]


def test_content_critics_stop_every_loop_at_once(dialogues: Dialogues) -> None:
    calls = dialogues.build()
    rows = dialogues.rows()
    assert len(rows) == dialogues.seeds
    for loop in ("question", "answer", "image"):
        assert set(rounds_of(rows, loop)) == {("no_suggestion", 1, 1)}
    # draft and critique twice, one picture, one judgement
    assert sum(calls.values()) == dialogues.seeds * 6


def test_calls_never_exceed_those_of_the_algorithm(dialogues: Dialogues) -> None:
    """K = 3: 17 text, 4 judge and 4 picture actions a turn when nobody is ever content."""
    script = dialogues.script
    script.critique = lambda r: {"score": 1, "suggestion": f"Say {tag(r)} too."}
    script.judge = lambda r: scores(3, f"Show {tag(r)} itself.")
    dialogues.change = lambda spec: (one_turn(spec), no_patience(spec))[0]
    calls = dialogues.build()
    text = sum(n for node, n in calls.items() if re.search("text|caption", node))
    assert text <= 17 * dialogues.seeds
    assert text == 17 * dialogues.seeds  # every suggestion leads to another text here
    assert sum(n for node, n in calls.items() if "judge" in node) == 4 * dialogues.seeds
    assert sum(n for node, n in calls.items() if "picture" in node) == 4 * dialogues.seeds
    assert {stop for stop, _, _ in rounds_of(dialogues.rows(), "image")} == {"max_rounds"}


def no_patience(spec: dict[str, Any]) -> None:
    for stage in stage_of(spec)["stages"]:
        stage.pop("patience", None)


@pytest.mark.parametrize("said", [None, "", "   "], ids=["null", "empty", "blank"])
def test_defect_1_a_critic_that_is_content_stops_the_loop(dialogues: Dialogues, said: Any) -> None:
    dialogues.script.critique = lambda _: {"score": 9, "suggestion": said}
    dialogues.build()
    assert {r[2] for r in rounds_of(dialogues.rows(), "question")} == {1}


def test_defect_1_the_suggestion_is_read_not_passed_on_raw(dialogues: Dialogues) -> None:
    script = dialogues.script
    script.critique = lambda _: (
        BETTER if "kinder" not in str(asked(dialogues, Role.TEXT)) else NOTHING
    )
    dialogues.build()
    revisions = [
        question_of(r) for r in asked(dialogues, Role.TEXT) if "What to change" in question_of(r)
    ]
    assert revisions
    assert all(BETTER["suggestion"] in text and '"score"' not in text for text in revisions)


def test_defect_2_each_round_is_judged_with_its_own_picture_and_answer(
    dialogues: Dialogues,
) -> None:
    """The request of each round's judge holds the picture of that round's caption."""
    dialogues.seeds = 1
    dialogues.change = lambda spec: (one_turn(spec), no_patience(spec))[0]
    dialogues.script.judge = lambda r: scores(3, f"Show {r.images[0][:6]} itself.")
    dialogues.build()
    for round_ in range(1, 5):
        (row,) = dialogues.rows(f"turn_1/image/round_{round_}/judge")
        judged = [r for r in asked(dialogues, Role.JUDGE) if r.images == (row["image"],)]
        assert judged, f"round {round_}: nobody judged the picture of this round"
        if round_ > 1:
            (before,) = dialogues.rows(f"turn_1/image/round_{round_ - 1}/judge")
            captions = [question_of(r) for r in asked(dialogues, Role.TEXT)]
            assert any(before["caption"] in c and before["suggestion"] in c for c in captions)


def test_defect_3_the_best_picture_is_kept_not_the_last(dialogues: Dialogues) -> None:
    """The judge likes the first picture most: worse ones that follow are not taken."""
    first: set[str] = set()

    def judge(request: Request) -> Any:
        fresh = len(first) < dialogues.seeds
        if fresh:
            first.add(request.images[0])
        return scores(5 if request.images[0] in first else 3, f"More of {tag(request)}.")

    dialogues.script.judge = judge
    dialogues.script.caption = lambda r: {"caption": f"Another thing {tag(r)} from near."}
    dialogues.build()
    rows = dialogues.rows()
    assert {best for _, best, _ in rounds_of(rows, "image")} == {1}
    assert all(row["images"][0] in first for row in rows)


def test_defect_3_the_last_picture_is_judged(dialogues: Dialogues) -> None:
    dialogues.script.judge = lambda r: scores(3, f"More of {r.images[0][:6]}.")
    dialogues.change = lambda spec: (one_turn(spec), no_patience(spec))[0]
    dialogues.build()
    rows = dialogues.rows("turn_1/image/round_4/judge")
    assert len(rows) == dialogues.seeds
    assert all(row["tcc"] == 3 for row in rows)


def test_defect_4_every_round_is_kept(dialogues: Dialogues) -> None:
    dialogues.script.critique = lambda r: {"score": 1, "suggestion": f"Say {tag(r)} too."}
    dialogues.build()
    texts = [
        row["question"]
        for k in range(1, 5)
        for row in dialogues.rows(f"turn_1/question/round_{k}/text")
    ]
    assert len(texts) == 4 * dialogues.seeds
    assert len(set(texts)) > dialogues.seeds


@pytest.mark.parametrize(
    "reply",
    [
        {"answer": "It is so for three good reasons that we tell you here, and that is all."},
        "x",
    ],
    ids=["no caption", "no object"],
)
def test_defect_5_a_missing_caption_makes_no_picture(dialogues: Dialogues, reply: Any) -> None:
    dialogues.script.answer = lambda _: reply
    dialogues.build()
    assert dialogues.rows() == []
    assert not asked(dialogues, Role.TEXT_TO_IMAGE)
    found = dialogues.rejections("turn_1/answer/round_1/text")
    assert {f["reason"] for f in found} == {"unparsable"}
    assert len(found) == dialogues.seeds


def test_defect_5_a_failing_picture_is_a_rejection_with_its_reason(dialogues: Dialogues) -> None:
    dialogues.script.answer = lambda r: {
        "answer": f"It is so for three good reasons that we tell here, and {tag(r)} is the last.",
        "caption": "An unknown thing in the dark.",
    }
    dialogues.build()
    found = dialogues.rejections("turn_1/image/round_1/picture")
    assert [f["reason"] for f in found] == ["render_error"] * dialogues.seeds
    assert not asked(dialogues, Role.JUDGE)


def test_defect_5_a_picture_that_fails_later_leaves_the_earlier_one(dialogues: Dialogues) -> None:
    dialogues.script.judge = lambda _: scores(4, "Show it in the dark.")
    dialogues.script.caption = lambda _: {"caption": UNKNOWN}
    dialogues.build()
    assert {r[:2] for r in rounds_of(dialogues.rows(), "image")} == {("render_error", 1)}


def test_defect_6_word_limits_hold(dialogues: Dialogues) -> None:
    dialogues.script.question = lambda _: {"question": "word " * 60 + "picture?"}
    dialogues.build()
    assert dialogues.rows() == []
    found = dialogues.rejections("turn_1/sound_question")
    assert len(found) == dialogues.seeds
    assert all(f["detail"].startswith("Shorten the question to at most 50 words") for f in found)


def test_defect_6_dialogues_that_repeat_each_other_are_dropped(dialogues: Dialogues) -> None:
    dialogues.script.question = lambda _: {"question": "Why is a bird so light? Show me a picture."}
    dialogues.build()
    assert len(dialogues.rows()) == 1
    assert dialogues.done["unique"].manifest.counts.duplicates == dialogues.seeds - 1


def test_defect_7_a_build_again_calls_nobody_and_repeats_no_id(dialogues: Dialogues) -> None:
    dialogues.build()
    rows = dialogues.rows()
    again = dialogues.build()
    assert not again
    assert dialogues.rows() == rows
    assert len({row["sample_id"] for row in rows}) == len(rows)


def test_defect_8_topics_are_covered_before_any_repeats() -> None:
    """The sampler's own tests are in tests/unit/seeds; this is the recipe's own source."""
    from qmirror_assets.recipe import TopicSource, load_recipe  # noqa: PLC0415

    sources = load_recipe("intersyn").spec.seeds
    assert sources
    assert all(isinstance(source, TopicSource) for source in sources)


@pytest.mark.parametrize(
    "reply",
    ["[TCC: 4; ICC: 4; IQ: 4; ITS: 4]", {"tcc": 4}, scores(7), {**scores(4), "its": "5"}],
    ids=["a line", "one score", "out of range", "text"],
)
def test_defects_9_and_10_no_score_is_made_up(dialogues: Dialogues, reply: Any) -> None:
    dialogues.script.judge = lambda _: reply
    dialogues.build()
    assert dialogues.rows() == []
    found = dialogues.rejections("turn_1/image/round_1/judge")
    assert {f["reason"] for f in found} <= {"unparsable", "garbage"}
    assert len(found) == dialogues.seeds


# -- turns


def test_later_turns_know_the_earlier_ones(dialogues: Dialogues) -> None:
    dialogues.change = two_turns
    dialogues.build()
    rows = dialogues.rows()
    assert {row["turns"] for row in rows} == {2}
    for row in rows:
        first, second = row["conversation"]
        assert (first["turn"], second["turn"]) == (1, 2)
        assert row["images"] == [first["image"], second["image"]]
        assert any(
            first["question"] in question_of(r) and first["answer"] in question_of(r)
            for r in asked(dialogues, Role.TEXT)
        )
        shown = [r.body["avoid"] for r in asked(dialogues, Role.TEXT_TO_IMAGE)]
        assert [first["image"]] in shown


def test_samples_pass_by_the_turns_they_do_not_have(dialogues: Dialogues) -> None:
    dialogues.seeds = 12
    dialogues.change = lambda spec: stage_of(spec).update(shares=[0.5, 0.5])
    calls = dialogues.build()
    rows = dialogues.rows()
    twos = sum(row["turns"] == 2 for row in rows)
    assert 0 < twos < 12
    assert [len(row["conversation"]) for row in rows] == [row["turns"] for row in rows]
    assert calls["turn_2/image/round_1/picture"] == twos
    assert all(row["question"] == row["conversation"][0]["question"] for row in rows)


def test_a_changed_second_turn_does_not_redo_the_first(dialogues: Dialogues) -> None:
    dialogues.seeds, dialogues.change = 6, one_turn
    first = dialogues.build()
    dialogues.change = two_turns
    more = dialogues.build()
    assert set(first) & set(more) == set()
    assert all(node.startswith("turn_2/") for node in more)


def test_one_more_refinement_runs_only_the_new_round(dialogues: Dialogues) -> None:
    script = dialogues.script
    script.critique = lambda r: {"score": 1, "suggestion": f"Say {tag(r)} too."}

    def refinements(count: int) -> Any:
        def change(spec: dict[str, Any]) -> None:
            one_turn(spec)
            stage_of(spec)["stages"][0]["refinements"] = count

        return change

    dialogues.change = refinements(1)
    dialogues.build()
    dialogues.change = refinements(2)
    calls = {n: c for n, c in dialogues.build().items() if "/question/" in n}
    # the critique of what was the last round, and the new round's revision
    assert {round_number(node) for node in calls} == {2, 3}
    assert sum(calls.values()) == 2 * dialogues.seeds


def test_an_endless_critic_ends_at_k(dialogues: Dialogues) -> None:
    dialogues.script.critique = lambda r: {"score": 0, "suggestion": f"Improve {tag(r)}."}
    dialogues.build()
    stops = {stop for stop, _, rounds in rounds_of(dialogues.rows(), "question") if rounds == 4}
    assert stops == {"max_rounds"}


def test_a_critique_that_cannot_be_read_is_a_rejection_that_can_be_audited(
    dialogues: Dialogues,
) -> None:
    dialogues.script.critique = lambda _: "None"
    dialogues.build()
    found = dialogues.rejections("turn_1/question/round_1/text")
    assert {f["reason"] for f in found} == {"unparsable"}


# -- dialogues that end early


def fail_later(made: Dialogues) -> None:
    """The second turn's answer repeats its caption for ever."""
    usual = made.script.answer

    def answer(request: Request) -> Any:
        said = question_of(request)
        if "Answered before" not in said and "What to change" not in said:
            return usual(request)
        same = usual(request)["answer"]
        return {"answer": same, "caption": same}

    made.script.answer = answer


def test_a_rejection_in_a_later_turn_ends_the_dialogue(dialogues: Dialogues) -> None:
    dialogues.change = two_turns
    fail_later(dialogues)
    dialogues.build()
    rows = dialogues.rows()
    assert len(rows) == dialogues.seeds
    assert {row["turns"] for row in rows} == {1}
    assert all(len(row["conversation"]) == 1 == len(row["images"]) for row in rows)
    assert all(
        row["ended"].startswith("turn_2/sound_answer: rule_failed: The caption repeats")
        for row in rows
    )
    assert dialogues.done["turn_2/image/round_1/picture"].facts.calls == 0


def test_a_recipe_may_reject_the_sample_instead(dialogues: Dialogues) -> None:
    def change(spec: dict[str, Any]) -> None:
        two_turns(spec)
        stage_of(spec)["on_reject"] = "reject"

    dialogues.change = change
    fail_later(dialogues)
    dialogues.build()
    assert dialogues.rows() == []
    assert len(dialogues.rejections("turn_2/sound_answer")) == dialogues.seeds


def test_a_picture_that_fails_in_a_later_turn_ends_the_dialogue(dialogues: Dialogues) -> None:
    dialogues.change = two_turns
    usual = dialogues.script.answer
    dialogues.script.answer = lambda r: {
        **usual(r),
        **({"caption": UNKNOWN} if "Answered before" in question_of(r) else {}),
    }
    dialogues.build()
    rows = dialogues.rows()
    assert {row["turns"] for row in rows} == {1}
    assert all("render_error" in row["ended"] for row in rows)
    # the row goes on, so it rests on results alone: a failed action has none to lead back to
    named = {a for row in dialogues.rows("turn_2/image/round_1/picture") for a in row["actions"]}
    assert not named, "nothing was found for the second turn"
    assert {a for row in dialogues.rows("turn_1/image/round_1/picture") for a in row["actions"]}


def test_an_engine_that_fails_in_a_later_turn_is_tried_again_not_given_up(
    dialogues: Dialogues,
) -> None:
    dialogues.change = two_turns
    usual = dialogues.script.critique
    dialogues.script.critique = lambda r: (
        Failure(FailureKind.TIMEOUT, "too slow") if "Asked before" in question_of(r) else usual(r)
    )
    dialogues.build()
    assert dialogues.rows() == []
    found = dialogues.rejections("turn_2/question/round_1/text")
    assert {f["reason"] for f in found} == {"timeout"}
