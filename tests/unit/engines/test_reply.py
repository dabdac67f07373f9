"""Replies are read strictly; one fenced block is tolerated."""

import pytest

from qmirror_assets.engines.reply import ReplyError, read_json


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        (" [1, 2.5, null, true] \n", [1, 2.5, None, True]),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ('Here it is:\n```\n{"a": 1}\n```\nDone.', {"a": 1}),
        ('{"code": "```x```"}', {"code": "```x```"}),
        ('{"é": "°C"}', {"é": "°C"}),
    ],
    ids=["object", "list", "fenced", "prose", "fence-inside-string", "unicode"],
)
def test_reads(text: str, value: object) -> None:
    assert read_json(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "the answer is 4",
        '{"a": 1',
        '{"a": 1} {"a": 2}',
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 1e999}',
        '{"a": 1, "a": 2}',
        '{"a": {"b": 1, "b": 1}}',
        '{"a": "\\ud800"}',
        "[" * 100_000,
        "[" * 1_000 + "]" * 1_000,
        "```json\n{}\n```\n```json\n{}\n```",
        "```json\n{}",
        "{'a': 1}",
    ],
    ids=[
        "empty", "prose", "half", "two", "nan", "infinity", "huge", "duplicate",
        "inner-duplicate", "surrogate", "deep-open", "deep", "two-fences", "open-fence", "quotes",
    ],
)  # fmt: skip
def test_refuses(text: str) -> None:
    with pytest.raises(ReplyError):
        read_json(text)
