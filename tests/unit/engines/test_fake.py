"""The fake engine in process: deterministic, scripted, faulty on request."""

import hashlib
import io
from typing import Any

import pytest
from PIL import Image

from qmirror_assets.engines.base import Call, Engine, Failure, FailureKind, Raw, Request, Role
from qmirror_assets.engines.fake import FakeEngine, FakeOptions, Scripted
from qmirror_assets.engines.faults import FaultPlan, parse_rule
from qmirror_assets.engines.reply import read_json
from qmirror_assets.engines.retry import POLICIES

SCHEMA = {"type": "object", "properties": {"score": {"type": "number"}}, "required": ["score"]}


def ask(text: str, **more: Any) -> Call:
    return Call(Request(Role.TEXT, {"messages": [{"role": "user", "content": text}], **more}))


def fake(*faults: str, **options: Any) -> FakeEngine:
    plan = FaultPlan(tuple(parse_rule(text) for text in faults))
    return FakeEngine(FakeOptions(plan=plan, **options), {"kind": "fake"})


async def test_replies_are_a_function_of_the_request() -> None:
    one, two = fake(), fake()
    assert isinstance(one, Engine)
    first = await one.run([ask("a"), ask("b")])
    assert first == await two.run([ask("a"), ask("b")])
    assert first[0] != first[1]
    assert await fake(random_seed=1).run([ask("a")]) != first[:1]
    assert one.calls == 2


async def test_schema_is_obeyed() -> None:
    (raw,) = await fake().run([ask("a", schema=SCHEMA)])
    assert isinstance(raw, Raw)
    assert isinstance(read_json(raw.body["text"])["score"], float)


async def test_scripted_replies_come_first() -> None:
    engine = fake(scripted=(Scripted(r"(?i)mars\b", "red"),))
    raw, other = await engine.run([ask("What about Mars?"), ask("marsh")])
    assert raw.body["text"] == "red"
    assert other.body["text"] != "red"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("429", FailureKind.RATE_LIMITED),
        ("503", FailureKind.SERVER),
        ("hang", FailureKind.TIMEOUT),
        ("reset", FailureKind.RESET),
        ("refusal", FailureKind.REFUSAL),
        ("nan", FailureKind.GARBAGE),
        ("duplicate_keys", FailureKind.GARBAGE),
        ("half_json", FailureKind.GARBAGE),
        ("empty", FailureKind.GARBAGE),
    ],
)
async def test_faults_fail_as_they_would_over_http(fault: str, kind: FailureKind) -> None:
    engine = fake(f"{fault}:1")
    (outcome,) = await engine.run([ask("a", schema=SCHEMA)])
    assert isinstance(outcome, Failure)
    assert (outcome.kind, outcome.tries) == (kind, POLICIES[kind].tries)
    assert engine.calls == outcome.tries


async def test_passing_faults_are_retried_to_the_same_answer() -> None:
    calls = [ask(f"row {i}", schema=SCHEMA) for i in range(100)]
    clean = await fake().run(calls)
    shaken = await fake("500:0.1", "garbage:0.1").run(calls)
    assert [raw.body for raw in shaken if isinstance(raw, Raw)] == [raw.body for raw in clean]


async def test_fake_pictures_are_read_back_by_the_fake_ocr() -> None:
    engine = fake()
    spec = {"version": 1, "kind": "table", "title": "T", "columns": ["m"], "rows": [["20 °C"]]}
    (drawn,) = await engine.run([Call(Request(Role.IMAGE, {"spec": spec}))])
    assert isinstance(drawn, Raw)
    picture = drawn.blobs["image"]
    assert Image.open(io.BytesIO(picture)).size == (1, 1)
    (read,) = await engine.run([Call(Request(Role.OCR, {}, ("d",)), (picture,))])
    assert [item["text"] for item in read.body["items"]] == ["T", "m", "20 °C"]


@pytest.mark.parametrize("picture", [b"", b"junk", b"\x89PNG\r\n\x1a\nzTXtDescription\x00\x00zz"])
async def test_other_pictures_hold_no_text(picture: bytes) -> None:
    (read,) = await fake().run([Call(Request(Role.OCR, {}, ("d",)), (picture,))])
    assert read.body == {"items": []}


async def test_a_caption_becomes_a_pixel_that_carries_it_and_is_not_repeated() -> None:
    def ask_for(*avoid: str) -> Call:
        return Call(Request(Role.TEXT_TO_IMAGE, {"caption": "a cat", "avoid": list(avoid)}))

    engine, seen = fake(), list[str]()
    for _ in range(4):
        (raw,) = await engine.run([ask_for(*seen)])
        assert raw == (await fake().run([ask_for(*seen)]))[0]
        digest = hashlib.sha256(raw.blobs["image"]).hexdigest()
        assert digest not in seen
        seen.append(digest)
        assert raw.body["alt"] == raw.body["source"]["title"] == "a cat"
        assert set(raw.body) == {"width", "height", "alt", "match", "source"}
        assert raw.body["source"]["kind"] == "fake"
    (none,) = await engine.run([Call(Request(Role.TEXT_TO_IMAGE, {"caption": ""}))])
    assert isinstance(none, Failure)
    assert none.kind is FailureKind.BAD_REQUEST
