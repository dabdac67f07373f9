"""S1: hostile ids are refused at the border, or come back unchanged; nothing leaves its folder."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from qmirror_assets.errors import KeyParseError, NotFoundError, VersionError
from qmirror_assets.keys import (
    PartitionKey,
    Version,
    parse_digest,
    parse_domain,
    parse_node,
    parse_sample_id,
    parse_slug,
)
from qmirror_assets.runner.intake import QUARANTINE
from qmirror_assets.store import open_store
from tests.conftest import Toy, toy_seed

PATHS = [
    *["../", "../x", "../../etc/passwd", "..", ".", "./a", "/", "/etc/passwd", "a/..", "a\\b"],
    *["..\\x", "C:\\x", "C:", "\\\\host\\share", "~", "~root", "a/../b", "%2e%2e%2f", "..%2fx"],
    *["file:///etc/passwd", "a;b", "a|b", "a&b", "$(id)", "`id`", "-rf", "a'b", 'a"b', "a*b"],
]
CHARACTERS = [
    *["\0", "a\0b", "a\n", "\na", "a\rb", "a\tb", " a", "a ", "\u00a0a", "a\u202eb", "a\u200bb"],
    *["\ufeffa", "a\u2028b", "🙂", "a🙂", "\ud800", "\U000e0041", "²", "①", "a\u0301" * 20],
]
NAMES = [
    *["con", "CON", "Con", "nul", "aux", "prn", "com1", "lpt9", "COM1", "con.txt", "nul."],
    *["a" * 65, "a" * 300, "a" * 10_000, "é" * 200, "物" * 65, "", "-", "--", "-a", "a-", "_a"],
]
HOSTILE = PATHS + CHARACTERS + NAMES
PARSERS = {
    "slug": lambda text: parse_slug(text, "dataset name"),
    "domain": parse_domain,
    "node": parse_node,
    "sample id": parse_sample_id,
    "digest": parse_digest,
    "version": lambda text: str(Version.parse(text)),
}


DEVICES = {"con", "nul", "aux", "prn", "com1", "lpt9"}  # harmless in a node: never a file name


@pytest.mark.parametrize("kind", PARSERS)
def test_hostile_text_is_refused(kind: str) -> None:
    for text in HOSTILE:
        if kind == "node" and text in DEVICES:
            continue
        try:
            PARSERS[kind](text)
        except (KeyParseError, VersionError) as error:
            says = str(error)
        else:
            pytest.fail(f"{kind} {text!r} was let through")
        assert len(says) < 600, "the error does not repeat the whole input"
        assert "\n" not in says
        assert "\0" not in says


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("physics", "Physics"),
        ("physík", "PHYSÍK"),
        ("strasse", "straße"),
        ("physík", unicodedata.normalize("NFD", "physík")),
        ("각", unicodedata.normalize("NFD", "각")),
        ("fi", "ﬁ"),
        ("earth-science", "earth--science"),
    ],
    ids=["case", "case accented", "sharp s", "NFD", "NFD hangul", "ligature", "double hyphen"],
)
def test_only_one_of_two_twins_is_a_domain(one: str, other: str) -> None:
    assert parse_domain(one) == one
    with pytest.raises(KeyParseError):
        parse_domain(other)


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_hostile_domains_write_nothing_outside_the_data_folder(toy: Toy) -> None:
    toy.write([toy_seed(i, name) for i, name in enumerate(HOSTILE) if name.isprintable()])
    outside = toy.folder.parent
    before = {path for path in tree(outside) if not path.startswith("toy/data")}
    toy.build()
    assert {path for path in tree(outside) if not path.startswith("toy/data")} == before
    store = toy.open()
    for domain in store.state.domain_names("toy"):
        assert parse_domain(domain) == domain


def test_a_domain_named_like_the_quarantine_is_quarantined(toy: Toy) -> None:
    toy.write([toy_seed(1), toy_seed(2, "Quarantine")])
    toy.build()
    store = toy.open()
    manifest = store.current(PartitionKey("toy", "intake", QUARANTINE))[1]
    assert (manifest.counts.rejected, list(store.state.domain_names("toy"))) == (1, ["sums"])


def test_lookups_by_hostile_keys_find_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path / "data")
    store.state.add_domain("real", "physics", "Physics")
    for text in [*PATHS, "' OR '1'='1", "x'; DROP TABLE leases; --", "%", "_"]:
        assert store.state.domain_names(text) == {}
        assert store.state.find_dataset(text) is None
        assert store.state.pointer(PartitionKey(text, text, text)) is None
        assert store.state.attempts_of([text]) == []
        assert store.state.superseded_by("real", text) == ("", "")
        with pytest.raises(NotFoundError):
            store.state.get_dataset(text)
    assert list(store.state.domain_names("real")) == ["physics"]
    store.close()
