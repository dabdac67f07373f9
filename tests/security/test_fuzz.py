"""S14: whatever comes in at a border, only our own errors come out.

Five hundred cases of each border in an ordinary run, a hundred thousand in the long form.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from qmirror_assets.borders import load_yaml, validate
from qmirror_assets.engines.base import Raw
from qmirror_assets.engines.build import parse_config
from qmirror_assets.engines.chat_wire import read_reply
from qmirror_assets.engines.reply import ReplyError, read_json
from qmirror_assets.engines.retry import Refused
from qmirror_assets.errors import DamagedObject, QMirrorError, RecipeError, UnknownFormat
from qmirror_assets.fingerprint import canonical
from qmirror_assets.keys import (
    Version,
    parse_digest,
    parse_domain,
    parse_node,
    parse_sample_id,
    parse_slug,
)
from qmirror_assets.profile import ProfileSpec
from qmirror_assets.recipe import RecipeSpec
from qmirror_assets.records import INTAKE_REASONS, Seed
from qmirror_assets.seeds.domains import slugify_domain
from qmirror_assets.seeds.files import BadSeed, SeedFile, read_file
from qmirror_assets.store.manifest import Counts, Input, Manifest
from tests.lab import RECIPE

CASES = pytest.mark.parametrize(
    "cases",
    [500, pytest.param(100_000, marks=[pytest.mark.slow, pytest.mark.timeout(7_200)])],
    ids=["short", "long"],
)
TEXT = st.text(st.characters(codec=None), max_size=20)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    TEXT,
    st.sampled_from(["", "../x", "\x00", "0" * 64, "1e999", "{}", "a" * 300, "\ud800", "con"]),
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def refusal(call: Callable[[], Any], error: type[Exception]) -> tuple[Any, str]:
    """(value, "") of a call, or (None, what its error says); any other error escapes."""
    try:
        return call(), ""
    except error as refused:
        return None, str(refused)


def fuzz(cases: int, strategy: st.SearchStrategy[Any], body: Callable[[Any], None]) -> None:
    """Run `body` on so many examples; a failure prints the example and how to repeat it."""

    @settings(
        max_examples=cases, deadline=None, database=None, print_blob=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def run(example: Any) -> None:
        body(example)

    run()


# -- replies

PIECES = st.sampled_from(
    [
        *["{", "}", "[", "]", '"score"', ":", ",", "1", "-", "1e999", "NaN", "Infinity", "null"],
        *["true", "```", "```json\n", "\n```", '"\\ud800"', "\\u0000", " ", "9" * 400, "[" * 2_000],
        *['{"score":1}', '{"score":1,"score":2}', "Here:", "\ufeff", "{" * 1_100, "9" * 5_000],
    ]
)
REPLIES = st.one_of(
    st.lists(PIECES, max_size=8).map("".join),
    TEXT,
    JSON.map(json.dumps),
)


def is_canonical_or_refused(value: Any) -> bool:
    """Whether what was read is JSON again: no NaN, no infinity."""
    data, says = refusal(lambda: canonical(value), QMirrorError)
    if says:  # nested deeper than we hash, or beyond 64 bits
        return "cannot be fingerprinted" in says
    return bool(orjson.loads(data) == value)


@CASES
def test_reply_text(cases: int) -> None:
    def read(text: str) -> None:
        value, says = refusal(lambda: read_json(text), ReplyError)
        assert len(says) < 300
        assert says or is_canonical_or_refused(value)

    fuzz(cases, REPLIES, read)


SCHEMA = {
    "type": "object", "properties": {"score": {"type": "number", "minimum": 0}},
    "required": ["score"], "additionalProperties": False,
}  # fmt: skip
ENVELOPES = st.one_of(
    st.binary(max_size=60),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.builds(
        lambda text, reason, usage: json.dumps(
            {"choices": [{"message": {"content": text}, "finish_reason": reason}], "usage": usage}
        ).encode(),
        REPLIES | JSON, st.sampled_from(["stop", "length", None, 5]), JSON,
    ),
    st.builds(lambda inner: json.dumps({"choices": inner}).encode(), JSON),
)  # fmt: skip


@CASES
def test_reply_envelope(cases: int) -> None:
    def read(data: bytes) -> None:
        outcome = read_reply(data, SCHEMA)
        assert isinstance(outcome, Raw | Refused)
        if isinstance(outcome, Raw):
            score = read_json(outcome.body["text"])["score"]
            assert 0 <= score < float("inf")
            assert not isinstance(score, bool)

    fuzz(cases, ENVELOPES, read)


# -- seed files

FIELDS = st.sampled_from(
    ["question", "answer", "domain", "id", "choices", "givens", "images", "figure", "language", "x"]
)
ROWS = st.lists(
    st.one_of(
        st.dictionaries(FIELDS, JSON, max_size=5).map(lambda row: json.dumps(row).encode()),
        st.binary(max_size=30),
        st.just(b'{"question": "q", "answer": "a", "domain": "d"}'),
    ),
    max_size=4,
).map(b"\n".join)
CSV = st.builds(
    lambda head, lines: head + b"\n".join(lines),
    st.sampled_from([b"question,answer,domain,choices,x\n", b"question\n", b"", b"a,a\n", b"\xff"]),
    st.lists(st.binary(max_size=40) | TEXT.map(lambda t: t.encode("utf-8", "replace")), max_size=4),
)


@CASES
@pytest.mark.parametrize(
    ("name", "data"), [("f.jsonl", ROWS), ("f.csv", CSV)], ids=["jsonl", "csv"]
)
def test_seed_file(tmp_path: Path, cases: int, name: str, data: st.SearchStrategy[bytes]) -> None:
    path = tmp_path / name

    def read(content: bytes) -> None:
        path.write_bytes(content)
        rows, says = refusal(lambda: list(read_file(SeedFile(path))), QMirrorError)
        assert says or all(isinstance(row, Seed | BadSeed) for row in rows)
        bad = [row for row in rows or () if isinstance(row, BadSeed)]
        assert all(row.reason in INTAKE_REASONS for row in bad)

    fuzz(cases, data, read)


# -- manifests

MANIFEST = Manifest(
    "d", "plan", "sums", "1" * 64, {"text": {"kind": "fake"}}, "2" * 64,
    (Input("intake", "3" * 64, "4" * 64),), "5" * 64, Counts(2, 1, 1), "6" * 64, "7" * 64,
)  # fmt: skip


def mutate(parts: tuple[list[str | int], Any, bool]) -> bytes:
    """The good manifest with one place replaced, or removed."""
    place, value, remove = parts
    raw = orjson.loads(MANIFEST.dump())
    inner = raw
    for step in place[:-1]:
        inner = inner[step]
    if remove:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return json.dumps(raw).encode()


PLACES: list[list[str | int]] = [
    *[[name] for name in orjson.loads(MANIFEST.dump())],
    *[["counts", name] for name in ("rows_in", "rows_out", "rejected", "settled")],
    *[["inputs", 0], ["inputs", 0, "manifest"], ["inputs", 0, "node"], ["engines", "text"]],
    *[["engines", "text", "kind"], ["unknown"]],
]
MANIFESTS = st.one_of(
    st.builds(lambda place, value: mutate((place, value, False)), st.sampled_from(PLACES), JSON),
    st.sampled_from(PLACES[:-1]).map(lambda place: mutate((place, None, True))),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=60),
    st.integers(0, 600).map(lambda at: MANIFEST.dump()[:at]),
)


@CASES
def test_manifest(cases: int) -> None:
    def load(data: bytes) -> None:
        try:
            manifest = Manifest.load(data)
        except (DamagedObject, UnknownFormat):
            return
        assert Manifest.load(manifest.dump()) == manifest
        for digest in (manifest.rows, manifest.rejections):
            assert parse_digest(digest) == digest

    fuzz(cases, MANIFESTS, load)


# -- keys

PARSERS: dict[str, Callable[[str], str]] = {
    "slug": lambda text: parse_slug(text, "name"),
    "domain": parse_domain,
    "node": parse_node,
    "sample id": parse_sample_id,
    "digest": parse_digest,
    "version": lambda text: str(Version.parse(text)),
}
KEYS = st.one_of(
    st.text(st.characters(codec=None), max_size=70),
    st.text("abz019-_/.\n\u0301éK", max_size=12),
    st.from_regex(r"[0-9a-f]{31,33}|[0-9a-f]{63,65}|\d{3,5}\.\d{1,3}\.\d{1,5}\n?"),
)


@CASES
def test_keys(cases: int) -> None:
    def parse_all(text: str) -> None:
        for parse in PARSERS.values():
            value, says = refusal(lambda: parse(text), QMirrorError)  # noqa: B023 - called at once
            assert len(says) < 1_000
            assert says or value == text
        found, says = refusal(lambda: slugify_domain(text), QMirrorError)
        assert says or parse_domain(found[0]) == found[0]

    fuzz(cases, KEYS, parse_all)


# -- recipes, profiles, engine settings

PROFILE = {
    "profile": "p",
    "engines": {"text": {"kind": "fake"}},
    "prices": {"text": {"prompt": 1.0, "completion": 1.0, "as_of": "2026-11-01"}},
}


def places_of(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found = [(*place, key) for key, _ in items]
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        if isinstance(inner, dict | list) and inner:
            found += places_of(inner, (*place, key))
    return found


def with_one_place(data: Any, place: tuple[Any, ...], value: Any) -> Any:
    made = json.loads(json.dumps(data))
    inner = made
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return made


def documents(base: Any) -> st.SearchStrategy[Any]:
    return st.one_of(
        JSON, st.builds(with_one_place, st.just(base), st.sampled_from(places_of(base)), JSON)
    )


@CASES
@pytest.mark.parametrize(
    ("model", "base"), [(RecipeSpec, RECIPE), (ProfileSpec, PROFILE)], ids=["recipe", "profile"]
)
def test_document(cases: int, model: type[BaseModel], base: Any) -> None:
    def check(data: Any) -> None:
        value, says = refusal(lambda: validate(model, data, "document"), RecipeError)
        assert says or isinstance(value, model)

    fuzz(cases, documents(base), check)


YAML = st.one_of(
    st.binary(max_size=60),
    st.text(st.sampled_from("{}[]:-,#&*!|>?%@`'\" \n\tab01.~"), max_size=40).map(str.encode),
    st.lists(
        st.sampled_from(
            [
                *["a: 1\n", "a: &x 1\n", "b: *x\n", "? [1]\n: 2\n", "n: .nan\n", "i: 1e999\n"],
                *["!!python/object:os.system x\n", "d: 2026-02-30\n", "---\n", "- 1\n"],
                *["b: !!binary x\n", "z: !!null x\n"],
                *["s: !!set {a}\n", "<<: {a: 1}\n", "o: 0o9\n", "i: !!int x\n", "[" * 500, "\x00"],
                *["t: 190:20:30\n", "f: !!float x\n", "t: !!timestamp x\n", "b: !!bool x\n"],
            ]
        ),
        max_size=5,
    ).map(lambda parts: "".join(parts).encode()),
)  # fmt: skip


@CASES
def test_yaml(tmp_path: Path, cases: int) -> None:
    path = tmp_path / "recipe.yaml"

    def load(data: bytes) -> None:
        path.write_bytes(data)
        loaded, says = refusal(lambda: load_yaml(path, "recipe"), RecipeError)
        if says:
            assert "recipe.yaml" in says
            return
        yaml.safe_dump(loaded[0])
        json.dumps(loaded[0], allow_nan=False)

    fuzz(cases, YAML, load)


ENGINE_BASES: list[dict[str, Any]] = [
    {"kind": "openai", "base_url": "http://127.0.0.1:1/v1", "model": "m", "timeout_s": 1.0},
    {"kind": "llama_cpp", "model": "m", "model_path": "/a.gguf", "sha256": "0" * 64},
    {"kind": "fake", "faults": ["500:0.1"], "scripted": [{"pattern": "a", "text": "b"}]},
]


@CASES
def test_engine_settings(cases: int) -> None:
    def check(data: Any) -> None:
        if not isinstance(data, dict):
            return  # the profile has seen to that
        try:
            identity = parse_config(data).identity()
        except QMirrorError:
            return
        assert all(isinstance(part, str) for pair in identity.items() for part in pair)

    # each example is a whole validation of an engine: a fifth of the cases
    fuzz(cases // 5, st.one_of(*map(documents, ENGINE_BASES)), check)
