"""Ids and partition keys are parsed once; what one parser gives, the other accepts."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qmirror_assets.errors import KeyParseError, VersionError
from qmirror_assets.keys import (
    PartitionKey,
    Version,
    parse_digest,
    parse_domain,
    parse_node,
    parse_sample_id,
    parse_slug,
)
from qmirror_assets.seeds.domains import slugify_domain


@pytest.mark.parametrize("text", ["a", "7", "qmirror", "earth-science", "a--b", "a" * 64])
def test_slug(text: str) -> None:
    assert parse_slug(text, "dataset name") == text


@pytest.mark.parametrize(
    "text", ["physics", "earth-science", "物理", "भौतिकी", "physík", "x2", "com0"]
)
def test_domain(text: str) -> None:
    assert parse_domain(text) == text


@pytest.mark.parametrize("text", ["plan", "refine/round_2/write", "a/b/c", "x_1"])
def test_node(text: str) -> None:
    assert parse_node(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "/", "a/", "/a", "a//b", "a/../b", "a/.", "A", "1a", "a-b", "a b", "a" * 49, "é"],
    ids=repr,
)
def test_refused_node(text: str) -> None:
    with pytest.raises(KeyParseError, match="bad stage name"):
        parse_node(text)


@pytest.mark.parametrize(
    ("parse", "good"), [(parse_sample_id, "0f" * 16), (parse_digest, "0f" * 32)]
)
def test_hexadecimal_ids(parse, good: str) -> None:
    assert parse(good) == good
    for bad in (
        good[:-1],
        good + "0",
        good.upper(),
        good + "\n",
        "g" * len(good),
        "",
        "%" + good[1:],
    ):
        with pytest.raises(KeyParseError, match=f"{len(good)} hexadecimal digits"):
            parse(bad)


@pytest.mark.parametrize("text", ["2026.11.0", "2026.1.17", "1999.12.9999"])
def test_version_is_its_own_text(text: str) -> None:
    assert str(Version.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        *["", "2026", "2026.11", "2026.0.1", "2026.13.0", "2026.011.0", "2026.11.00", "v2026.11.0"],
        *[
            "2026.11.0\n",
            " 2026.11.0",
            "2026.11.-1",
            "２０２６.11.0",
            "2026.11.0/../x",
            "20260.1.1",
        ],
        "2026.11." + "9" * 300,
    ],
    ids=repr,
)
def test_refused_version(text: str) -> None:
    with pytest.raises(VersionError, match="bad version name"):
        Version.parse(text)


def test_versions_are_ordered_by_number_not_by_text() -> None:
    texts = ["2026.9.2", "2026.11.0", "2026.9.10", "2025.12.1"]
    ordered = [str(v) for v in sorted(map(Version.parse, texts))]
    assert ordered == ["2025.12.1", "2026.9.2", "2026.9.10", "2026.11.0"]
    assert Version.parse("2026.9.9").next() == Version.parse("2026.9.10")


@settings(max_examples=400, deadline=None, database=None)
@given(st.text(max_size=80))
def test_every_slug_of_a_domain_name_is_a_domain(name: str) -> None:
    try:
        slug, _ = slugify_domain(name)
    except KeyParseError:
        return
    assert parse_domain(slug) == slug


@settings(max_examples=400, deadline=None, database=None)
@given(st.text(st.characters(categories=["Ll", "Lo", "Nd", "Mn", "Pd"]), min_size=1, max_size=12))
def test_every_domain_is_its_own_slug(text: str) -> None:
    try:
        parse_domain(text)
    except KeyParseError:
        assume(False)
    assert slugify_domain(text)[0] == text


@settings(max_examples=200, deadline=None, database=None)
@given(st.text(max_size=100))
def test_only_our_own_error_escapes(text: str) -> None:
    for parse in (
        lambda t: parse_slug(t, "x"),
        parse_domain,
        parse_node,
        parse_sample_id,
        Version.parse,
    ):
        with contextlib.suppress(KeyParseError, VersionError):
            assert str(parse(text)) == text


def test_partition_keys_of_different_parts_have_different_text() -> None:
    keys = [
        PartitionKey("a", "b", "c"),
        PartitionKey("a", "b/c", "d"),
        PartitionKey("a-b", "c", "d"),
    ]
    assert len({str(key) for key in keys}) == len(keys)
