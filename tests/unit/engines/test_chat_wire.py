"""The wire format, and a reader that no bytes can break."""

import base64
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qmirror_assets.engines.base import Call, FailureKind, Raw, Request, Role, Usage
from qmirror_assets.engines.chat_wire import LONGEST_REPLY, encode_request, read_reply
from qmirror_assets.engines.retry import Refused

PNG = b"\x89PNG\r\n\x1a\n123"
SCHEMA = {
    "type": "object",
    "properties": {"score": {"type": "number"}},
    "required": ["score"],
    "additionalProperties": False,
}


def encode(body: dict[str, Any], *images: bytes) -> dict[str, Any]:
    call = Call(Request(Role.TEXT, body, tuple("d" for _ in images)), images)
    return orjson.loads(encode_request(call, "m", {}))


def reply(content: Any, finish: Any = "stop", **message: Any) -> bytes:
    choice = {"message": {"content": content, **message}, "finish_reason": finish}
    usage = {"prompt_tokens": 7, "completion_tokens": 3}
    return orjson.dumps({"choices": [choice], "usage": usage})


def kind_of(data: bytes, schema: dict[str, Any] | None = None) -> FailureKind | None:
    result = read_reply(data, schema)
    return result.kind if isinstance(result, Refused) else None


def test_request_passes_only_what_is_there() -> None:
    messages = [{"role": "user", "content": "hi"}]
    body = encode({"messages": messages, "temperature": 0, "max_tokens": 9})
    assert body == {"model": "m", "messages": messages, "temperature": 0, "max_tokens": 9}
    assert encode({"messages": messages, "seed": 7})["seed"] == 7


def test_schema_becomes_a_strict_response_format() -> None:
    body = encode({"messages": [], "schema": SCHEMA})
    wanted = {"name": "reply", "strict": True, "schema": SCHEMA}
    assert body["response_format"] == {"type": "json_schema", "json_schema": wanted}
    assert "schema" not in body


def test_pictures_go_as_bytes_into_the_last_user_message() -> None:
    asked = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}
    first, second = encode(asked, PNG, b"\xff\xd8\xffx")["messages"]
    assert second["content"] == "b"
    text, png, jpeg = first["content"]
    assert text == {"type": "text", "text": "a"}
    url = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    assert png["image_url"]["url"] == url
    assert jpeg["image_url"]["url"].startswith("data:image/jpeg;base64,")
    assert asked["messages"][0]["content"] == "a"  # the request itself is left as it was


@pytest.mark.parametrize(
    ("messages", "picture"),
    [([{"role": "user", "content": "a"}], b"<svg/>"), ([], PNG)],
    ids=["unknown-type", "no-user-message"],
)
def test_pictures_that_cannot_be_sent(messages: list[dict[str, str]], picture: bytes) -> None:
    with pytest.raises(ValueError, match="picture"):
        encode({"messages": messages}, picture)


def test_good_reply() -> None:
    result = read_reply(reply('{"score": 5}'), SCHEMA)
    assert result == Raw({"text": '{"score": 5}', "finish_reason": "stop"}, usage=Usage(7, 3))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", FailureKind.GARBAGE),
        (b"<html>", FailureKind.GARBAGE),
        (b"[]", FailureKind.GARBAGE),
        (b'{"choices": []}', FailureKind.GARBAGE),
        (b'{"choices": [{}]}', FailureKind.GARBAGE),
        (b'{"choices": [{"message": 1}]}', FailureKind.GARBAGE),
        (reply(None), FailureKind.GARBAGE),
        (reply(["a"]), FailureKind.GARBAGE),
        (reply("  \n"), FailureKind.GARBAGE),
        (reply("no json"), FailureKind.GARBAGE),
        (reply('{"score": "5"}'), FailureKind.GARBAGE),
        (reply('{"score": true}'), FailureKind.GARBAGE),
        (reply('{"score": 5}', "length"), FailureKind.LENGTH),
        (reply('{"score": 5}', "content_filter"), FailureKind.CONTENT_FILTER),
        (reply(None, refusal="I will not"), FailureKind.REFUSAL),
        (b'"' + b"x" * LONGEST_REPLY + b'"', FailureKind.GARBAGE),
        (reply('{"score": 5}', 17), None),
        (reply('```json\n{"score": 5}\n```'), None),
    ],
    ids=[
        "empty", "html", "list", "no-choice", "no-message", "message-number", "null", "parts",
        "blank", "prose", "text-score", "bool-score", "length", "filter", "refusal", "too-long",
        "odd-finish", "fenced",
    ],
)  # fmt: skip
def test_each_way_a_reply_can_be_wrong(data: bytes, kind: FailureKind | None) -> None:
    assert kind_of(data, SCHEMA) == kind


def test_two_choices_are_not_what_was_asked() -> None:
    one = orjson.loads(reply("a"))["choices"][0]
    assert kind_of(orjson.dumps({"choices": [one, one]})) is FailureKind.GARBAGE


@pytest.mark.parametrize("usage", [None, [], {"prompt_tokens": True}, {"prompt_tokens": -1}])
def test_odd_usage_counts_as_none(usage: object) -> None:
    choice = orjson.loads(reply("a"))["choices"][0]
    result = read_reply(orjson.dumps({"choices": [choice], "usage": usage}), None)
    assert result.usage == Usage()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(
            ["choices", "message", "content", "refusal", "finish_reason", "usage", "x"]
        ),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60) | JSON.map(orjson.dumps))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    assert isinstance(read_reply(data, SCHEMA), Raw | Refused)
