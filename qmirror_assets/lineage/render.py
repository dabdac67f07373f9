"""An audit trail as a tree for a terminal: plain lines, nothing a terminal could obey."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

import orjson

from qmirror_assets.lineage.trail import (
    ActionTrail,
    AuditTrail,
    GateTrail,
    HeldBy,
    StepTrail,
)
from qmirror_assets.records import Json

TEXT_CAP = 240
"""Characters of one value before it is shortened."""

_SHORT = 12  # digits of a digest
_HIDDEN_COLUMNS = frozenset({"best"})  # repeats the columns of an earlier round
Line = tuple[int, str]


def render_text(trail: AuditTrail, *, full: bool = False) -> str:
    """The trail as readable lines; with `full`, texts are not shortened."""
    cap = 0 if full else TEXT_CAP
    lines = [(0, _headline(trail)), *_seed(trail, cap)]
    shown: set[str] = set()
    for step in trail.steps[1 if _has_seed(trail) else 0 :]:
        lines += _step(step, cap, shown)
        shown.update(action.key for action in step.actions)
    lines += _versions(trail, cap)
    return "\n".join(f"{'  ' * depth}{text}" for depth, text in lines) + "\n"


def printable(text: str, cap: int = TEXT_CAP) -> str:
    """Text without control, bidi or other invisible characters, shortened to `cap` (0: not)."""
    clean = "".join(_visible(character) for character in text)
    if cap and len(clean) > cap:
        return f"{clean[:cap]}… ({len(clean)} characters)"
    return clean


def _visible(character: str) -> str:
    if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return character
    number = ord(character)
    return {10: "⏎", 9: " "}.get(number) or (
        f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"  # noqa: PLR2004
    )


def _headline(trail: AuditTrail) -> str:
    ending = f" ({trail.reason})" if trail.reason else ""
    source = "" if trail.origin == "store" else f", read from version {trail.origin}"
    return (
        f"sample {trail.sample_id} · {trail.dataset} / {trail.domain} · "
        f"{trail.status}{ending}{source}"
    )


def _has_seed(trail: AuditTrail) -> bool:
    return bool(trail.steps) and trail.steps[0].ordinal == 0


def _seed(trail: AuditTrail, cap: int) -> Iterator[Line]:
    yield 0, f"├─ seed {trail.seed_digest[:_SHORT]}"
    yield 2, f"licence: {printable(trail.licence, cap) or 'none given'}"
    yield 2, f"source: {printable(trail.source, cap) or 'none given'}"
    shown = {k: v for k, v in trail.seed.items() if k not in ("licence", "source", "domain")}
    yield from _values(shown, 2, cap)
    if trail.supersedes:
        yield 2, f"replaces sample {trail.supersedes}"
    if trail.superseded_by:
        yield 2, f"was replaced by sample {trail.superseded_by}"
    if _has_seed(trail):
        yield from _rejections(trail.steps[0], cap)


def _step(step: StepTrail, cap: int, shown: AbstractSet[str]) -> Iterator[Line]:
    digest = f" · row {step.row_digest[:_SHORT]}" if step.row_digest else ""
    parent = f" ← {step.parent_digest[:_SHORT]}" if step.parent_digest != step.row_digest else ""
    yield 0, f"├─ {printable(step.node, cap)}{digest}{parent}"
    for action in step.actions:
        if action.key in shown:
            yield 2, f"action {action.key[:_SHORT]} · as above, from the cache"
        else:
            yield from _action(action, cap)
    yield from _values({k: v for k, v in step.data.items() if k not in _HIDDEN_COLUMNS}, 2, cap)
    yield from _rejections(step, cap)


def _rejections(step: StepTrail, cap: int) -> Iterator[Line]:
    for rejection in step.rejections:
        where = f" [{printable(rejection.place, cap)}]" if rejection.place else ""
        yield 2, f"✗ {rejection.reason}: {printable(rejection.detail, cap)}{where}"


def _action(action: ActionTrail, cap: int) -> Iterator[Line]:
    tokens = ""
    if action.prompt_tokens or action.completion_tokens:
        tokens = f" · {action.prompt_tokens}+{action.completion_tokens} tokens"
    yield 2, f"action {action.key[:_SHORT]} · {_engine(action, cap)}{tokens}"
    yield from _request(action.request, cap)
    for kind, digests in (("picture in", action.images), ("picture out", action.pictures)):
        for digest in digests:
            yield 3, f"{kind}: sha256 {printable(digest, cap)}"
    if action.reply is None:
        yield 3, "no reply is kept: it never succeeded"
    elif "text" in action.reply:
        yield 3, f"reply: {printable(str(action.reply['text']), cap)}"
    else:
        yield 3, f"reply: {printable(_text(_without_pictures(action)), cap)}"
    for attempt in action.attempts:
        day = datetime.fromtimestamp(attempt.at, UTC).strftime("%Y-%m-%d %H:%M:%S")
        tries = f" after {attempt.tries} tries" if attempt.tries > 1 else ""
        yield 3, f"attempt {day} UTC: {attempt.outcome}{tries}, {attempt.seconds:.3f} s"


def _without_pictures(action: ActionTrail) -> dict[str, Json]:
    reply = action.reply or {}
    hidden = {"blobs", *reply.get("blobs", ())}
    return {k: v for k, v in reply.items() if k not in hidden}


def _engine(action: ActionTrail, cap: int) -> str:
    names = [f"{k}={v}" for k, v in sorted(action.engine.items())]
    return printable(", ".join(names), cap) or "engine unknown"


def _request(request: Mapping[str, Json], cap: int) -> Iterator[Line]:
    messages = request.get("messages")
    if isinstance(messages, list):
        for message in messages:
            text = message["content"] if isinstance(message["content"], str) else _text(message)
            yield 3, f"{printable(str(message['role']), cap)}: {printable(text, cap)}"
    rest = {k: v for k, v in request.items() if k != "messages"}
    if rest:
        yield 3, f"asked with: {printable(_text(rest), cap)}"


def _values(values: Mapping[str, Json], depth: int, cap: int) -> Iterator[Line]:
    for name, value in values.items():
        if value not in (None, "", [], {}):
            yield depth, f"{printable(name, cap)}: {printable(_text(value), cap)}"


def _text(value: Json) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _versions(trail: AuditTrail, cap: int) -> Iterator[Line]:
    yield 0, "└─ versions" + ("" if trail.held_by else ": none holds it")
    for held in trail.held_by:
        yield 2, _held(held, cap)
        for sentence in held.gate.failed if held.gate else ():
            yield 3, f"✗ {printable(sentence, cap)}"


def _held(held: HeldBy, cap: int) -> str:
    return (
        f"{held.version} ({held.state}) · split {printable(held.split, cap)} · "
        f"release {held.release_digest[:_SHORT]} · {_gate(held.gate)}"
    )


def _gate(gate: GateTrail | None) -> str:
    if gate is None:
        return "gate not run"
    return f"gate {'passed' if gate.passed else 'refused'}, {gate.checks} checks"
