"""Reading JSON out of a model's reply: strict, and tolerant of exactly one fenced block.

Steps use `read_json` too, so that a reply which passed the engine never fails to parse later.
"""

from __future__ import annotations

import json
import re

import orjson

from qmirror_assets.records import Json

_FENCE = re.compile(r"```(?:[A-Za-z]+)?[ \t]*\r?\n(.*?)\r?\n?[ \t]*```", re.DOTALL)


class ReplyError(ValueError):
    """A reply that is not the JSON asked for; the message says why, without the reply itself."""


def read_json(text: str) -> Json:
    """Parse the JSON value of a reply.

    A reply that is one JSON value, or prose around exactly one fenced block, is accepted.

    Raises:
        ReplyError: not JSON, a duplicate key, NaN or a number beyond double range, a lone
            surrogate, nested too deep, or no single fenced block.
    """
    body = _unfence(text)
    try:
        value = orjson.loads(body)
        json.loads(body, object_pairs_hook=_refuse_duplicates)
    except (orjson.JSONDecodeError, UnicodeEncodeError) as error:
        raise ReplyError(f"not JSON: {error}") from error
    except RecursionError as error:
        raise ReplyError("nested too deep") from error
    return value


def _unfence(text: str) -> str:
    if "```" not in text:
        return text
    if text.lstrip()[:1] in ("{", "["):
        return text  # a fence inside a JSON string is content, not a wrapper
    blocks = _FENCE.findall(text)
    if len(blocks) != 1:
        raise ReplyError(f"expected one fenced block, found {len(blocks)}")
    return str(blocks[0])


def _refuse_duplicates(pairs: list[tuple[str, Json]]) -> None:
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise ReplyError(f"duplicate key {repeated[:40]!r}")
