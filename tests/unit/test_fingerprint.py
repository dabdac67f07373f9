"""Equal content gives equal digests, other content other ones, and nothing is guessed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qmirror_assets.engines.base import Request, Role
from qmirror_assets.errors import QMirrorError
from qmirror_assets.fingerprint import (
    RowsDigest,
    action_key,
    canonical,
    content_digest,
    derive_random_seed,
    fingerprint,
    short_digest,
)
from qmirror_assets.runner.freshness import partition_fingerprint
from qmirror_assets.store.manifest import Input

ENGINE = {"kind": "llama_cpp", "model": "m", "digest": "d", "precision": "q8"}
BODY = {
    "messages": [{"role": "user", "content": "How many?"}],
    "schema": {"type": "object"},
    "temperature": 0.5,
    "top_p": 0.9,
    "max_tokens": 64,
    "seed": 11,
}
IMAGES = ("a" * 64, "b" * 64)


@dataclasses.dataclass
class Holder:
    value: float


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf], ids=repr)
@pytest.mark.parametrize(
    "place",
    [lambda x: x, lambda x: [x], lambda x: {"a": x}, lambda x: {"a": [1, ({"b": x},)]}],
    ids=["bare", "list", "mapping", "deep"],
)
def test_not_finite_is_refused_at_any_depth(bad: float, place: Any) -> None:
    with pytest.raises(QMirrorError, match="cannot be fingerprinted"):
        canonical(place(bad))


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        *[{1: 2}, {1, 2}, b"x", object(), 2**64, "\ud800", dt.date(2026, 11, 1)],
        *[Holder(math.nan), [Holder(1.0)], nested(400), nested(100_000)],
    ],
    ids=lambda value: repr(value)[:30] if not isinstance(value, list) else f"list {len(value)}",
)
def test_what_json_does_not_have_is_refused(value: Any) -> None:
    with pytest.raises(QMirrorError, match="cannot be fingerprinted"):
        canonical(value)


def test_key_order_and_tuples_do_not_count() -> None:
    assert canonical({"b": (1, 2), "a": None}) == canonical({"a": None, "b": [1, 2]})
    assert canonical([1, 2]) != canonical([2, 1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        (0, False),
        ("1", 1),
        (None, ""),
        ([], {}),
        ([1, [2]], [[1], 2]),
        ("é", "e\u0301"),
    ],
    ids=str,
)
def test_values_that_python_or_sql_take_for_equal_differ(one: Any, other: Any) -> None:
    assert short_digest(one) != short_digest(other)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None, database=None)
@given(json_values)
def test_canonical_bytes_read_back_to_the_same_value(value: Any) -> None:
    assert json.loads(canonical(value)) == value
    assert canonical(json.loads(canonical(value))) == canonical(value)


def test_known_digests_do_not_move() -> None:
    # these are the names of everything that was ever cached: a change here orphans all of it
    assert fingerprint("k", {"a": 1}) == content_digest(b'[1,"k",{"a":1}]')
    assert short_digest({"b": 1, "a": [1.5, None]}) == "cc344d1ab9f207d04dadc186e6a3b78d"
    assert derive_random_seed(7, "ab", 0, 1, 2) == 1_904_902_535


CHANGED = {
    "engine model": ({**ENGINE, "model": "n"}, BODY, IMAGES),
    "engine digest": ({**ENGINE, "digest": "e"}, BODY, IMAGES),
    "engine precision": ({**ENGINE, "precision": "q4"}, BODY, IMAGES),
    "engine field added": ({**ENGINE, "library": "1"}, BODY, IMAGES),
    "message": (ENGINE, {**BODY, "messages": [{"role": "user", "content": "How few?"}]}, IMAGES),
    "message role": (
        ENGINE,
        {**BODY, "messages": [{"role": "system", "content": "How many?"}]},
        IMAGES,
    ),
    "schema": (ENGINE, {**BODY, "schema": {"type": "array"}}, IMAGES),
    "temperature": (ENGINE, {**BODY, "temperature": 0.6}, IMAGES),
    "top_p": (ENGINE, {**BODY, "top_p": 1.0}, IMAGES),
    "max_tokens": (ENGINE, {**BODY, "max_tokens": 65}, IMAGES),
    "random seed": (ENGINE, {**BODY, "seed": 12}, IMAGES),
    "image": (ENGINE, BODY, ("a" * 64, "c" * 64)),
    "image order": (ENGINE, BODY, IMAGES[::-1]),
    "image gone": (ENGINE, BODY, IMAGES[:1]),
    "field gone": (ENGINE, {k: v for k, v in BODY.items() if k != "seed"}, IMAGES),
}


@pytest.mark.parametrize("name", CHANGED)
def test_what_decides_the_answer_changes_the_action_key(name: str) -> None:
    assert action_key(*CHANGED[name]) != action_key(ENGINE, BODY, IMAGES)


def test_what_does_not_decide_the_answer_leaves_the_action_key() -> None:
    def key(request: Request) -> str:
        return action_key(ENGINE, request.body, request.images)

    base = key(Request(Role.TEXT, BODY, IMAGES))
    assert key(Request(Role.JUDGE, BODY, IMAGES)) == base, "the role is not in it"
    assert key(Request(Role.TEXT, dict(reversed(BODY.items())), IMAGES)) == base
    assert action_key(dict(reversed(ENGINE.items())), BODY, list(IMAGES)) == base


def test_random_seeds_differ_by_every_part_and_fit_31_bits() -> None:
    base = (7, "ab", 0, 1, 2)
    others = [
        (8, "ab", 0, 1, 2),
        (7, "ac", 0, 1, 2),
        (7, "ab", 1, 1, 2),
        (7, "ab", 0, 2, 2),
        (7, "ab", 0, 1, 3),
    ]
    seeds = [derive_random_seed(*parts) for parts in [base, *others]]
    assert len(set(seeds)) == len(seeds)
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_digests_do_not_depend_on_the_hash_seed_of_the_process() -> None:
    code = (
        "from qmirror_assets.fingerprint import short_digest as d; print(d({'b': [1], 'a': 'x'}))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert found == {f"{short_digest({'a': 'x', 'b': [1]})}\n".encode()}


@pytest.mark.parametrize(
    ("stage", "engines", "inputs"),
    [
        ("other", {"text": ENGINE}, [Input("a", "m", "v")]),
        ("stage", {"text": {**ENGINE, "model": "n"}}, [Input("a", "m", "v")]),
        ("stage", {"judge": ENGINE}, [Input("a", "m", "v")]),
        ("stage", {"text": ENGINE}, [Input("a", "m", "w")]),
        ("stage", {"text": ENGINE}, [Input("b", "m", "v")]),
        ("stage", {"text": ENGINE}, [Input("a", "m", "v"), Input("b", "m", "v")]),
    ],
    ids=["stage", "engine", "role", "rows", "input", "one more"],
)
def test_partition_fingerprint(stage: str, engines: Any, inputs: list[Input]) -> None:
    base = partition_fingerprint("stage", {"text": ENGINE}, [Input("a", "m", "v")])
    assert partition_fingerprint(stage, engines, inputs) != base
    # the same rows under another manifest (other run facts) are the same rows
    assert partition_fingerprint("stage", {"text": ENGINE}, [Input("a", "n", "v")]) == base


def test_rows_digest_does_not_see_batches_but_sees_order() -> None:
    def digest(*batches: list[str]) -> str:
        made = RowsDigest()
        for batch in batches:
            made.update(batch)
        return made.hexdigest()

    assert digest(["aa", "bb"], ["cc"]) == digest(["aa"], ["bb", "cc"])
    assert digest(["aa", "bb"]) != digest(["bb", "aa"])
