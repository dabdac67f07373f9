"""Manifests: a round trip, a balance that holds, and bytes that are trusted by nobody."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qmirror_assets.errors import DamagedObject, UnknownFormat
from qmirror_assets.store.manifest import SCHEMA, Counts, Input, Manifest

MANIFEST = Manifest(
    dataset="qmirror",
    node="refine/round_1/write",
    domain="physics",
    stage_fingerprint="f" * 64,
    engines={"text": {"kind": "fake", "model": "a"}},
    fingerprint="e" * 64,
    inputs=(Input("plan", "a" * 64, "b" * 64),),
    data_version="c" * 64,
    counts=Counts(10, 7, 2, 1, 5),
    rows="d" * 64,
    rejections="0" * 64,
)


def test_round_trip() -> None:
    assert Manifest.load(MANIFEST.dump()) == MANIFEST
    partial = dataclasses.replace(MANIFEST, partial=True, inputs=(), engines={})
    assert Manifest.load(partial.dump()) == partial


def test_equal_content_gives_equal_bytes() -> None:
    data = json.loads(MANIFEST.dump())
    shuffled = json.dumps(dict(reversed(data.items()))).encode()
    assert Manifest.load(shuffled).dump() == MANIFEST.dump()


@pytest.mark.parametrize(
    ("counts", "balanced"),
    [
        (Counts(0, 0), True),
        (Counts(10, 7, 2, 1), True),
        (Counts(10, 7, 2, 1, settled=99), True),
        (Counts(10, 7, 2, 0), False),
        (Counts(10, 11), False),
        (Counts(10, 7, 2, 2), False),
    ],
    ids=str,
)
def test_balance(counts: Counts, balanced: bool) -> None:
    assert counts.balanced() is balanced
    data = dataclasses.replace(MANIFEST, counts=counts).dump()
    if balanced:
        assert Manifest.load(data).counts == counts
    else:
        with pytest.raises(DamagedObject, match="rows in differ"):
            Manifest.load(data)


def changed(place: tuple[str | int, ...], value: Any) -> bytes:
    data: Any = json.loads(MANIFEST.dump())
    inner = data
    for part in place[:-1]:
        inner = inner[part]
    inner[place[-1]] = value
    return json.dumps(data).encode()


@pytest.mark.parametrize("schema", [0, "1", None, 1.5, "2"], ids=repr)
def test_a_schema_that_never_was_is_damage(schema: Any) -> None:
    with pytest.raises(DamagedObject, match=f"expected a manifest of schema {SCHEMA}.*fsck"):
        Manifest.load(changed(("schema",), schema))


def test_a_later_schema_is_not_damage() -> None:
    with pytest.raises(UnknownFormat, match=f"up to {SCHEMA}; .*Update the package"):
        Manifest.load(changed(("schema",), SCHEMA + 1))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *[((name,), 7) for name in ("dataset", "node", "domain", "data_version", "fingerprint")],
        *[
            ((name,), value)
            for name in ("rows", "rejections")
            for value in (None, "", "../x", "/etc/passwd", "A" * 64)
        ],
        (("inputs", 0, "manifest"), "../../x"),
        (("inputs", 0, "node"), None),
        (("inputs", 0, "data_version"), 5),
        (("inputs",), {"a": 1}),
        (("inputs",), None),
        (("inputs", 0), ["plan", "a", "b"]),
        (("inputs", 0, "more"), 1),
        (("engines",), [1]),
        (("engines", "text"), 5),
        (("engines", "text", "kind"), 5),
        (("counts",), None),
        (("counts", "more"), 1),
        (("counts", "settled"), -1),
        (("counts", "settled"), 1.0),
        (("counts", "settled"), True),
        (
            ("counts",),
            {"rows_in": "ab", "rows_out": "a", "rejected": "b", "duplicates": "", "settled": 0},
        ),
        (("counts",), {"rows_in": 1, "rows_out": 2, "rejected": -1, "duplicates": 0, "settled": 0}),
        (("partial",), "no"),
        (("partial",), 0),
        (("more",), 1),
        (("stage_fingerprint",), []),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_field_of_another_kind_is_damage(place: tuple[str | int, ...], value: Any) -> None:
    with pytest.raises(DamagedObject, match="a manifest cannot be read"):
        Manifest.load(changed(place, value))


@pytest.mark.parametrize("name", sorted(json.loads(MANIFEST.dump()).keys() - {"partial"}))
def test_a_missing_field_is_damage(name: str) -> None:
    data = json.loads(MANIFEST.dump())
    del data[name]
    with pytest.raises(DamagedObject):
        Manifest.load(json.dumps(data).encode())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
hostile_fields = st.dictionaries(
    st.sampled_from(sorted(json.loads(MANIFEST.dump()))), json_values, min_size=1
)


@settings(max_examples=300, deadline=None, database=None)
@given(
    st.binary(max_size=120)
    | json_values.map(lambda value: json.dumps(value).encode())
    | hostile_fields.map(lambda more: json.dumps({**json.loads(MANIFEST.dump()), **more}).encode())
)
def test_only_damage_escapes_hostile_bytes(data: bytes) -> None:
    try:
        manifest = Manifest.load(data)
    except (DamagedObject, UnknownFormat):
        return
    assert manifest.counts.balanced()
    assert Manifest.load(manifest.dump()) == manifest


@settings(max_examples=150, deadline=None, database=None)
@given(st.integers(0, len(MANIFEST.dump()) * 8 - 1))
def test_a_flipped_bit_never_raises_anything_else(bit: int) -> None:
    data = bytearray(MANIFEST.dump())
    data[bit // 8] ^= 1 << bit % 8
    try:
        found = Manifest.load(bytes(data))
    except (DamagedObject, UnknownFormat):
        return
    assert found != MANIFEST, "a changed byte shows"
    assert found.counts.balanced()
