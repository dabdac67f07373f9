"""Replies of the fake server: an OpenAI-shaped body, and the ways it is bent or cut."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from aiohttp import web

from qmirror_assets.engines.fake import count_tokens
from qmirror_assets.engines.faults import Fault
from qmirror_assets.records import Json


def write_envelope(body: Mapping[str, Json], text: str, model: Json) -> dict[str, Json]:
    """The body of a good reply."""
    usage = count_tokens(body, text)
    return {
        "id": "fake",
        "object": "chat.completion",
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        },
    }


def bend_envelope(envelope: dict[str, Json], fault: Fault) -> dict[str, Json]:
    """The body as a fault leaves it that changes its shape, not its text."""
    choice = envelope["choices"][0]
    match fault:
        case Fault.NO_CHOICE:
            envelope["choices"] = []
        case Fault.TWO_CHOICES:
            envelope["choices"] = [choice, choice]
        case Fault.REFUSAL:
            choice["message"] = {"role": "assistant", "content": None, "refusal": "I will not."}
        case Fault.LENGTH | Fault.CONTENT_FILTER:
            choice["finish_reason"] = fault.value
    return envelope


async def cut_reply(request: web.BaseRequest, body: bytes) -> web.StreamResponse:
    """Send half of the announced body, then close the connection."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.abort()
    return response


def answer_json(
    value: Mapping[str, Json], status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """A JSON reply."""
    return web.Response(
        body=orjson.dumps(value), status=status, headers=headers, content_type="application/json"
    )
