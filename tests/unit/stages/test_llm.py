"""The model step: what is asked, and that a reply which does not fit is never a value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from qmirror_assets.engines.base import Raw, Request, Role
from qmirror_assets.fingerprint import canonical
from qmirror_assets.records import Column, Json, Reason, Rejection
from qmirror_assets.stages.base import At
from qmirror_assets.stages.llm import LlmStep
from qmirror_assets.templates import Prompts

AT = At("s", "d", 0, 1, lambda draw: 1000 + draw)
REPLY = {
    "score": {"type": "number"},
    "count": {"type": "integer"},
    "ok": {"type": "boolean"},
    "text": {"type": "string"},
    "notes": {"type": "array"},
}
GOOD = '{"score": 1.5, "count": 3, "ok": true, "text": "t", "notes": ["n"]}'


def step(folder: Path, **more: Any) -> LlmStep:
    (folder / "a.j2").write_text("Ask {{ question }}")
    settings: dict[str, Any] = {"messages": [{"prompt": "a.j2"}], "reads": ["question"], **more}
    if "reply" not in settings:
        settings.setdefault("column", "answer")
    return LlmStep(LlmStep.Config.model_validate(settings), Prompts(folder))


def ask(made: LlmStep, row: dict[str, Json] | None = None) -> Request:
    return next(made.run(row or {"question": "Q?"}, AT))


def answer(made: LlmStep, text: str) -> Any:
    run = made.run({"question": "Q?"}, AT)
    next(run)
    with pytest.raises(StopIteration) as stop:
        run.send(Raw({"text": text}))
    return stop.value.value


def test_what_is_asked(tmp_path: Path) -> None:
    request = ask(step(tmp_path, max_tokens=9))
    assert request == Request(
        Role.TEXT,
        {"messages": [{"role": "user", "content": "Ask Q?"}], "temperature": 0.0, "max_tokens": 9},
    )


def test_sampling_has_a_random_seed_and_greedy_has_none(tmp_path: Path) -> None:
    body = ask(step(tmp_path, temperature=0.5, top_p=0.9, draw=3)).body
    assert (body["seed"], body["top_p"]) == (1003, 0.9)
    assert "seed" not in ask(step(tmp_path)).body


def test_a_reply_schema_is_strict(tmp_path: Path) -> None:
    made = step(tmp_path, reply=REPLY)
    schema = ask(made).body["schema"]
    assert schema["required"] == list(REPLY)
    assert schema["additionalProperties"] is False
    assert made.outputs == {
        "score": Column.FLOAT,
        "count": Column.INT,
        "ok": Column.BOOL,
        "text": Column.STR,
        "notes": Column.JSON,
    }


def test_pictures_go_by_digest_and_empty_ones_do_not(tmp_path: Path) -> None:
    made = step(tmp_path, engine="vision", images=["one", "two"])
    request = ask(made, {"question": "Q?", "one": "a" * 64, "two": None})
    assert (request.role, request.images) == (Role.VISION, ("a" * 64,))


def test_plain_text(tmp_path: Path) -> None:
    assert answer(step(tmp_path), "  An answer.\n") == {"answer": "An answer."}


@pytest.mark.parametrize(
    "text",
    [GOOD, f"Here it is:\n```json\n{GOOD}\n```\n", f"\n {GOOD} ", GOOD[:-1] + ', "unasked": 1}'],
    ids=["bare", "fenced", "spaces", "more than asked"],
)
def test_a_good_reply_becomes_columns(tmp_path: Path, text: str) -> None:
    found = answer(step(tmp_path, reply=REPLY), text)
    assert found == {"score": 1.5, "count": 3, "ok": True, "text": "t", "notes": ["n"]}


def replaced(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


GARBAGE = {
    "empty": "",
    "prose": "I think it is three.",
    "half": GOOD[: len(GOOD) // 2],
    "list": "[1, 2]",
    "number": "7",
    "null": "null",
    "two values": GOOD + GOOD,
    "two fences": f"```\n{GOOD}\n```\n```\n{GOOD}\n```",
    "missing": '{"score": 1.5}',
    "score as text": replaced("1.5", '"1.5"'),
    "score as bool": replaced("1.5", "true"),
    "score null": replaced("1.5", "null"),
    "score nan": replaced("1.5", "NaN"),
    "score infinite": replaced("1.5", "Infinity"),
    "score overflows": replaced("1.5", "1e999"),
    "count as float": replaced('"count": 3', '"count": 3.5'),
    "count as bool": replaced('"count": 3', '"count": true'),
    "count beyond 64 bits": replaced('"count": 3', '"count": 18446744073709551615'),
    "count beyond any int": replaced('"count": 3', '"count": 1' + "0" * 50),
    "ok as text": replaced("true", '"true"'),
    "ok as one": replaced("true", "1"),
    "text as number": replaced('"t"', "5"),
    "text as list": replaced('"t"', '["t"]'),
    "notes null": replaced('["n"]', "null"),
    "notes nested without end": replaced('["n"]', "[" * 400 + "]" * 400),
    "nested beyond the parser": replaced('["n"]', "[" * 90_000 + "]" * 90_000),
    "duplicate keys": replaced('"ok": true', '"ok": true, "ok": false'),
    "lone surrogate": replaced('"t"', '"\\ud800"'),
    "raw surrogate": replaced('"t"', '"\ud800"'),
    "NUL": GOOD + "\0",
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_never_becomes_a_value(tmp_path: Path, name: str) -> None:
    found = answer(step(tmp_path, reply=REPLY), GARBAGE[name])
    assert isinstance(found, Rejection)
    assert found.reason is Reason.UNPARSABLE


@settings(max_examples=200, deadline=None, database=None)
@given(
    st.text(max_size=80)
    | st.dictionaries(
        st.sampled_from([*REPLY, "x"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    ).map(lambda value: __import__("json").dumps(value))
)
def test_any_reply_is_a_rejection_or_fits_its_columns(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    found = answer(step(tmp_path_factory.getbasetemp(), reply=REPLY), text)
    if not isinstance(found, Rejection):
        canonical(found)
        assert type(found["count"]) is int
        assert type(found["ok"]) is bool


@pytest.mark.parametrize(
    "settings_",
    [
        {"messages": []},
        {"messages": [{"prompt": "a.j2", "role": "tool"}]},
        {"reply": {"a": {}}},
        {"column": "x", "reply": REPLY},
        {"temperature": float("nan")},
        {"top_p": 0},
        {"max_tokens": 0},
        {"engine": "image"},
        {"seed": 1},
    ],
    ids=str,
)
def test_refused_settings(settings_: dict[str, Any]) -> None:
    base = {"messages": [{"prompt": "a.j2"}], "reads": [], "column": "answer"}
    if settings_.get("reply") == {"a": {}}:
        base.pop("column")
    with pytest.raises(ValidationError):
        LlmStep.Config.model_validate({**base, **settings_})


def test_the_fingerprint_holds_settings_and_prompt(tmp_path: Path) -> None:
    base = step(tmp_path).fingerprint
    assert step(tmp_path).fingerprint == base
    assert step(tmp_path, max_tokens=7).fingerprint != base
    made = step(tmp_path)
    (tmp_path / "a.j2").write_text("Other")
    changed = LlmStep(made._config, Prompts(tmp_path)).fingerprint
    assert {k for k in base if base[k] != changed[k]} == {"prompts"}
