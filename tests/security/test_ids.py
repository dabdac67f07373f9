"""S1: two hundred hostile ids as domains, datasets, nodes and user ids.

Each is refused, or comes back as it went in and stays apart from all others; nothing is written
outside the data folder.
"""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.errors import KeyParseError
from qmirror_assets.keys import PartitionKey, parse_domain, parse_node, parse_slug
from qmirror_assets.recipe import load_recipe
from qmirror_assets.release.registry import candidates_folder, releases_folder
from qmirror_assets.runner.intake import QUARANTINE, run_intake
from qmirror_assets.runner.sources import Sources
from qmirror_assets.seeds.domains import slugify_domain
from qmirror_assets.store import open_store, schema, tables
from qmirror_assets.store.leases import commit_pointer, hold
from tests.conftest import Toy, toy_seed

UP = ["../" * n + name for n in (1, 2, 8) for name in ("", "x", "etc/passwd")]
PATHS = [
    *UP, *(text.replace("/", "\\") for text in UP), *(text.replace("/", "%2f") for text in UP),
    *["/", "//", "/etc/passwd", "/dev/null", "C:\\x", "C:", "\\\\host\\x", "~", "~root", ".", ".."],
    *["...", "a/.", "a/..", "a/../b", "./a", "a//b", "a/", "/a", "file:///x", "a/b", "a", "a/b/c"],
]  # fmt: skip
TWINS = [
    *["physics", "Physics", "PHYSICS", "pHYSICS", "physics ", " physics", "physics.", "physics-"],
    *["strasse", "straße", "STRASSE", "STRAẞE", "ﬁ", "fi", "FI", "ı", "i"],
    *[unicodedata.normalize(form, text) for text in ("physík", "각", "Å", "ệ", "ñ") for form in
      ("NFC", "NFD")],
    *["ｐｈｙｓｉｃｓ", "phyѕics"],
    *["\u212b", "\u2126", "\u03a9", "\u03c9", "K", "\u212a", "k", "ǅ", "ǆ", "ς", "σ", "Σ"],
]  # fmt: skip
RESERVED = [
    *[name for base in ("con", "prn", "aux", "nul", "com1", "com9", "lpt1", "lpt9") for name in
      (base, base.upper(), f"{base}.txt", f"{base} ", f"{base}-")],
    *["quarantine", "Quarantine", "intake", "final", "snapshot", "candidate", "published"],
    *["__all__", "none", "null", "true", "default", "general", "*", "%", "_", ".git"],
]  # fmt: skip
CHARACTERS = [
    *["\0", "a\0", "\0a", "a\0b", "\n", "a\n", "\na", "a\nb", "a\r", "a\r\nb", "a\tb", "\x1b[1m"],
    *["a|b", "|", "a:b", "a;b", "a&b", "a=b", "a,b", "a'b", 'a"b', "a`b", "$(id)", "`id`"],
    *["🙂", "a🙂", "🏳️‍🌈", "\u200b", "a\u200bb", "\u202ea", "\u2066a", "\ufeffa"],
    *["\u00ad", "a\u00a0b", "\ud800", "a\udfff", "\U000e0041", "²", "①", "٣", "a\u0301" * 40],
    *["\u0300\u0300", "-", "--", "-rf", "@x"],
    *["' OR '1'='1", "x'; DROP TABLE leases; --", "{{ 7 * 7 }}", "<script>"],
]  # fmt: skip
LENGTHS = ["", " ", "a" * 63, "a" * 64, "a" * 65, "a" * 300, "a" * 10_000, "é" * 97, "物" * 64]
HOSTILE = list(dict.fromkeys(PATHS + TWINS + RESERVED + CHARACTERS + LENGTHS))


def folded(text: str) -> str:
    """What a file system that ignores case and normal form makes of a name."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def write_ascii(toy: Toy, rows: list[dict[str, Any]]) -> None:
    """Seeds with every other character escaped: a lone surrogate has no UTF-8."""
    toy.seeds.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def read_seeds(toy: Toy) -> None:
    store = toy.open()
    run_intake(store, "toy", Sources.of(load_recipe(str(toy.folder))))
    store.close()


def slug_of(text: str) -> str:
    try:
        return slugify_domain(text)[0]
    except KeyParseError:
        return ""


def test_there_are_two_hundred() -> None:
    assert len(HOSTILE) >= 200


@pytest.mark.parametrize(
    "parse", [lambda t: parse_slug(t, "name"), parse_domain, parse_node],
    ids=["slug", "domain", "node"],
)  # fmt: skip
def test_refused_or_itself_and_apart_from_all_others(parse) -> None:
    taken: dict[str, str] = {}
    refused = 0
    for text in HOSTILE:
        try:
            parsed = parse(text)
        except KeyParseError:
            refused += 1
            continue
        assert parsed == text
        canonical = unicodedata.normalize("NFC", text.casefold())
        assert canonical not in taken, f"{text!r} and {taken[canonical]!r}"
        taken[canonical] = text
        assert not text.startswith("/")
        assert ".." not in text
    assert refused > len(HOSTILE) / 2


def test_every_domain_is_quarantined_or_a_partition_of_its_own(toy: Toy) -> None:
    write_ascii(toy, [toy_seed(number, name) for number, name in enumerate(HOSTILE)])
    outside = toy.folder.parent
    before = {path for path in tree(outside) if not path.startswith("toy/data")}
    read_seeds(toy)
    assert {path for path in tree(outside) if not path.startswith("toy/data")} == before
    store = toy.open()
    domains = list(store.state.domain_names("toy"))
    assert set(domains) <= {slug for text in HOSTILE if (slug := slug_of(text))}
    assert len({folded(domain) for domain in domains}) == len(domains)
    total = 0
    for domain in domains:
        assert parse_domain(domain) == domain
        current = store.current(PartitionKey("toy", "intake", domain))
        assert current is not None
        assert current[1].domain == domain
        total += current[1].counts.rows_in
    current = store.current(PartitionKey("toy", "intake", QUARANTINE))
    assert current is not None
    assert total + current[1].counts.rejected == len(HOSTILE)
    store.close()


def test_user_ids_are_carried_as_written_or_quarantined(toy: Toy) -> None:
    write_ascii(toy, [toy_seed(number, id=name) for number, name in enumerate(HOSTILE)])
    before = {path for path in tree(toy.folder.parent) if not path.startswith("toy/data")}
    read_seeds(toy)
    assert {p for p in tree(toy.folder.parent) if not p.startswith("toy/data")} == before
    store = toy.open()
    current = store.current(PartitionKey("toy", "intake", "sums"))
    bad = store.current(PartitionKey("toy", "intake", QUARANTINE))
    assert current is not None
    assert bad is not None
    path = store.cas.verified_path(current[1].rows)
    found = tables.read_columns(path, ["seed_id"]).column(0).to_pylist()
    assert len(found) + bad[1].counts.rejected == len(HOSTILE)
    kept = [text for text in found if text]
    assert len(kept) == len(set(kept)), "two rows came to bear one id"
    assert set(kept) <= {unicodedata.normalize("NFC", text) for text in HOSTILE}
    store.close()


def test_partition_keys_in_the_state_database_stay_apart(tmp_path: Path) -> None:
    """Below the parsers: even an unparsed key is a bound value, never a path or a pattern."""
    store = open_store(tmp_path / "data")
    texts = [text for text in HOSTILE if text.isascii() and "\0" not in text and len(text) <= 64]
    keys = [PartitionKey("toy", "plan", text) for text in texts]
    before = tree(tmp_path)
    for number, key in enumerate(keys):
        with hold(store.state, key, wait=0) as lease:
            commit_pointer(store.state, lease, f"{number:064}", "f")
    assert [store.state.pointer(key) for key in keys] == [f"{n:064}" for n in range(len(keys))]
    assert len(store.state.rows(schema.leases.select())) == len(keys)
    assert {path for path in tree(tmp_path) - before if "state.sqlite" not in path} == set()
    store.close()


def test_folders_of_versions_stay_inside(tmp_path: Path) -> None:
    store = open_store(tmp_path / "data")
    for text in HOSTILE:
        try:
            parse_slug(text, "dataset name")
        except KeyParseError:
            continue
        for folder in (releases_folder(store, text), candidates_folder(store, text)):
            assert folder.resolve().is_relative_to(store.root.resolve())
            assert folder.name == text
    store.close()
