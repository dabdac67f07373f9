"""Reading a judge's reply: exactly four whole numbers, or nothing at all."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qmirror_assets.engines.fake_reply import Draw, fill_schema
from qmirror_assets.engines.schema_check import first_error
from qmirror_assets.synjudge.dimensions import Dimension
from qmirror_assets.synjudge.reply import ScoreReplyError, read_reply, reply_schema
from qmirror_assets.synjudge.verdict import State

GOOD: dict[str, Any] = {
    **{name.value: {"score": 4, "reason": "fine"} for name in Dimension},
    "suggestion": None,
}


def changed(place: str, value: Any) -> dict[str, Any]:
    reply = copy.deepcopy(GOOD)
    part, _, key = place.partition(".")
    if key:
        reply[part][key] = value
    else:
        reply[part] = value
    return reply


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key != name}


def test_a_good_reply() -> None:
    found = read_reply(changed("its.score", 0))
    assert [found.value(name) for name in Dimension] == [4, 4, 4, 0]
    assert found.count(State.SCORED) == 4
    assert found.scores[Dimension.IQ].reason == "fine"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, ""), ("", ""), (" Show the leaf. ", "Show the leaf."), ("None", "None")],
    ids=["null", "empty", "text", "a-word-is-text"],
)
def test_a_suggestion_is_typed(value: str | None, expected: str) -> None:
    assert read_reply(changed("suggestion", value)).suggestion == expected
    assert read_reply(without("suggestion")).suggestion == ""


@pytest.mark.parametrize(
    "reply",
    [
        changed("tcc.score", 6),
        changed("tcc.score", -1),
        changed("icc.score", True),
        changed("icc.score", 4.0),
        changed("iq.score", "4"),
        changed("iq.score", None),
        changed("iq.score", 10**400),
        changed("its", 4),
        changed("its", {"score": 4}),
        changed("its.reason", "x" * 401),
        changed("suggestion", ["x"]),
        without("its"),
        {**without("its"), "Text-Image Synergy": {"score": 4, "reason": ""}},
        {**without("its"), "ITS": {"score": 4, "reason": ""}},
        {**GOOD, "total": 16},
        [GOOD],
        "[TCC: 4; ICC: 4; IQ: 4; ITS: 4]",
        [5, 2, 1, 5],
        None,
        {},
    ],
    ids=[
        "six", "minus-one", "bool", "float", "text", "null", "huge", "bare", "no-reason",
        "endless-reason", "suggestion-list", "missing", "other-name", "upper-case", "extra", "list",
        "released-format", "four-numbers", "nothing", "empty",
    ],
)  # fmt: skip
def test_whatever_else_is_refused_as_a_whole(reply: Any) -> None:
    with pytest.raises(ScoreReplyError):
        read_reply(reply)


NUMBERS = st.one_of(
    st.integers(-3, 9), st.floats(allow_nan=True), st.booleans(), st.none(), st.text(max_size=4)
)
PARTS = st.one_of(
    NUMBERS,
    st.fixed_dictionaries({"score": NUMBERS}, optional={"reason": st.text(max_size=9)}),
    st.fixed_dictionaries({"score": NUMBERS, "reason": st.text(max_size=9), "x": NUMBERS}),
)
REPLIES = st.one_of(
    st.dictionaries(
        st.sampled_from(["tcc", "icc", "iq", "its", "TCC", "suggestion", "score"]), PARTS
    ),
    st.fixed_dictionaries(dict.fromkeys(["tcc", "icc", "iq", "its"], PARTS)),
    st.recursive(NUMBERS, lambda inner: st.lists(inner, max_size=4), max_leaves=8),
)


@settings(max_examples=400, deadline=None)
@given(REPLIES)
def test_a_score_is_never_invented(reply: Any) -> None:
    """Whatever comes in: refused, or exactly the whole numbers that were in it."""
    try:
        found = read_reply(reply)
    except ScoreReplyError:
        return
    for name in Dimension:
        score = reply[name.value]["score"]
        assert type(score) is int
        assert found.value(name) == score
        assert 0 <= score <= 5


def test_the_schema_and_the_reader_agree() -> None:
    schema = reply_schema()
    for n in range(50):
        reply = fill_schema(schema, Draw(str(n).encode()))
        assert first_error(schema, reply) is None
        read_reply(reply)
    for bad in (changed("tcc.score", 6), changed("its", 4), without("tcc"), {**GOOD, "x": 1}):
        assert first_error(schema, bad) is not None
