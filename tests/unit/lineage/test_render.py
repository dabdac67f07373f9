import pytest

from qmirror_assets.lineage.render import TEXT_CAP, printable, render_text
from qmirror_assets.lineage.trail import (
    ActionTrail,
    AttemptTrail,
    AuditTrail,
    GateTrail,
    HeldBy,
    RejectionTrail,
    StepTrail,
)

ATTEMPT = AttemptTrail("ok", 2, 10, 20, 1.25, 0.0, "run", 0.0)
ACTION = ActionTrail(
    "k" * 64, {"kind": "llama_cpp", "model": "m"}, {"messages": [
        {"role": "user", "content": "Hello"}], "temperature": 0.2}, {"text": "Hi"}, ("i" * 64,),
    ("o" * 64,), 10, 20, (ATTEMPT,),
)  # fmt: skip


def step(node: str, ordinal: int, **more: object) -> StepTrail:
    fields = {
        "node": node, "stage": node, "turn": 0, "round": 0, "ordinal": ordinal,
        "row_digest": f"{ordinal:032d}", "parent_digest": f"{ordinal - 1:032d}", "data": {},
        "actions": (), "rejections": (),
    }  # fmt: skip
    return StepTrail(**{**fields, **more})  # type: ignore[arg-type]


def trail(*steps: StepTrail, held_by: tuple[HeldBy, ...] = ()) -> AuditTrail:
    return AuditTrail(
        "a" * 32, "toy", "sums", "store", "accepted", "", {"question": "Why?"}, "s" * 32, "MIT",
        "book", "", "", steps, held_by,
    )  # fmt: skip


def test_a_tree_tells_prompt_reply_engine_tokens_attempts_and_pictures() -> None:
    text = render_text(trail(step("intake", 0), step("write", 1, actions=(ACTION,))))
    for part in (
        "sample aaaaaaaa", "licence: MIT", "source: book", "question: Why?", "├─ write",
        "kind=llama_cpp, model=m · 10+20 tokens", "user: Hello", "reply: Hi",
        "picture in: sha256 i", "picture out: sha256 o",
        "1970-01-01 00:00:00 UTC: ok after 2 tries, 1.250 s", "versions: none holds it",
    ):  # fmt: skip
        assert part in text


def test_an_action_is_told_once() -> None:
    text = render_text(trail(step("one", 1, actions=(ACTION,)), step("two", 2, actions=(ACTION,))))
    assert text.count("user: Hello") == 1
    assert "as above, from the cache" in text


def test_rejections_gate_and_releases_are_told() -> None:
    gate = GateTrail(False, "s", 3, ("Expected more.",), 0.0)
    held = HeldBy("2026.11.0", "candidate", "test", "d" * 64, gate)
    gone = step("good", 3, row_digest="", rejections=(RejectionTrail("filtered", "too low", ""),))
    text = render_text(trail(gone, held_by=(held,)))
    assert "✗ filtered: too low" in text
    assert "2026.11.0 (candidate) · split test · release dddddddddddd · gate refused" in text
    assert "✗ Expected more." in text


def test_long_texts_are_shortened_unless_asked_for() -> None:
    long = step("write", 1, data={"text": "x" * 2_000})
    assert "(2000 characters)" in render_text(trail(long))
    assert max(map(len, render_text(trail(long)).splitlines())) < TEXT_CAP + 60
    assert "x" * 2_000 in render_text(trail(long), full=True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb", "a⏎b"),
        ("a\tb", "a b"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\u202eevil", "\\u202eevil"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\x9b31m", "\\x9b31m"),
        ("\ud800", "\\ud800"),
        ("20 °C × 5 Ω 水", "20 °C × 5 Ω 水"),
    ],
)
def test_only_what_can_be_seen_is_printed(text: str, shown: str) -> None:
    assert printable(text) == shown
