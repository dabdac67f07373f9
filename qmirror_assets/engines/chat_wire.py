"""The chat-completions wire format: a request as bytes, a reply read defensively. No I/O."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

import orjson

from qmirror_assets.engines.base import Call, FailureKind, Raw, Usage
from qmirror_assets.engines.reply import ReplyError, read_json
from qmirror_assets.engines.retry import NO_TOKENS, Refused
from qmirror_assets.engines.schema_check import first_error
from qmirror_assets.records import Json

LONGEST_REPLY = 4 * 1024 * 1024
"""Bytes of one reply. An answer is kilobytes; anything near this is a fault or an attack."""

_PASSED_ON = ("temperature", "max_tokens", "seed", "top_p", "stop")
_PICTURE_TYPES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)


def encode_request(call: Call, model: str, extras: Mapping[str, Json]) -> bytes:
    """Write a call as the JSON body of POST /chat/completions; `extras` are added to it.

    Raises:
        ValueError: a picture is of an unknown type, or there is no user message to carry it.
    """
    body = call.request.body
    message: dict[str, Json] = {"model": model, "messages": _messages(call), **extras}
    for name in _PASSED_ON:
        if name in body:
            message[name] = body[name]
    if body.get("schema") is not None:
        message["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "reply", "strict": True, "schema": body["schema"]},
        }
    return orjson.dumps(message)


def _messages(call: Call) -> Sequence[Json]:
    messages: list[Json] = list(call.request.body["messages"])
    if not call.images:
        return messages
    users = [i for i, message in enumerate(messages) if message.get("role") == "user"]
    if not users:
        raise ValueError("pictures were given but no user message to carry them")
    last = messages[users[-1]]
    parts: list[Json] = [{"type": "text", "text": last["content"]}]
    parts += [{"type": "image_url", "image_url": {"url": _data_url(p)}} for p in call.images]
    messages[users[-1]] = {**last, "content": parts}
    return messages


def _data_url(picture: bytes) -> str:
    return f"data:{_picture_type(picture)};base64,{base64.b64encode(picture).decode('ascii')}"


def _picture_type(picture: bytes) -> str:
    for magic, media_type in _PICTURE_TYPES:
        if picture.startswith(magic):
            return media_type
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    raise ValueError("a picture is neither PNG, JPEG, GIF nor WebP")


def read_reply(data: bytes, schema: Mapping[str, Json] | None) -> Raw | Refused:
    """Read the body of a 200 reply; every way it can be wrong is a `Refused`."""
    if len(data) > LONGEST_REPLY:
        return _garbage(f"the reply is longer than {LONGEST_REPLY} bytes")
    try:
        envelope = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        return _garbage(f"the reply is not JSON: {error}")
    if not isinstance(envelope, dict):
        return _garbage("the reply is not a JSON object")
    usage = _usage(envelope.get("usage"))
    choices = envelope.get("choices")
    if not isinstance(choices, list) or len(choices) != 1 or not isinstance(choices[0], dict):
        return _garbage("expected exactly one choice", usage)
    return _read_choice(choices[0], schema, usage)


def _read_choice(
    choice: Mapping[str, Json], schema: Mapping[str, Json] | None, usage: Usage
) -> Raw | Refused:
    message = choice.get("message")
    if not isinstance(message, dict):
        return _garbage("the choice has no message", usage)
    stopped = _stopped_early(choice.get("finish_reason"), message, usage)
    if stopped is not None:
        return stopped
    text = message.get("content")
    if not isinstance(text, str) or not text.strip():
        return _garbage("the message has no text", usage)
    problem = _schema_problem(text, schema)
    if problem is not None:
        return _garbage(problem, usage)
    finish = choice.get("finish_reason")
    return Raw(
        {"text": text, "finish_reason": finish if isinstance(finish, str) else "stop"}, usage=usage
    )


def _stopped_early(finish: Json, message: Mapping[str, Json], usage: Usage) -> Refused | None:
    if message.get("refusal"):
        return Refused(FailureKind.REFUSAL, str(message["refusal"])[:200], usage=usage)
    if finish == "length":
        cut = f"cut after {usage.completion_tokens} tokens"
        return Refused(FailureKind.LENGTH, cut, usage=usage)
    if finish == "content_filter":
        return Refused(FailureKind.CONTENT_FILTER, "stopped by the content filter", usage=usage)
    return None


def _schema_problem(text: str, schema: Mapping[str, Json] | None) -> str | None:
    if schema is None:
        return None
    try:
        value = read_json(text)
    except ReplyError as error:
        return str(error)
    return first_error(schema, value)


def _garbage(detail: str, usage: Usage = NO_TOKENS) -> Refused:
    return Refused(FailureKind.GARBAGE, detail, usage=usage)


def _usage(value: Json) -> Usage:
    if not isinstance(value, dict):
        return Usage()
    return Usage(_count(value.get("prompt_tokens")), _count(value.get("completion_tokens")))


def _count(value: Json) -> int:
    return value if type(value) is int and 0 <= value < 2**31 else 0
