"""Intake: content is identity; every row read is a seed, a repeat or in quarantine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.errors import SeedFileError
from qmirror_assets.keys import PartitionKey, parse_sample_id
from qmirror_assets.recipe import load_recipe
from qmirror_assets.records import Seed
from qmirror_assets.runner.intake import QUARANTINE, intake_fingerprint, run_intake, sample_id
from qmirror_assets.runner.sources import Sources
from qmirror_assets.seeds.identity import seed_digest
from qmirror_assets.store import Store, schema, tables
from tests.conftest import Toy, toy_seed, write_seeds


@pytest.fixture
def store(toy: Toy):
    made = toy.open()
    yield made
    made.close()


def intake(toy: Toy, store: Store, *, dataset: str = "toy", limit: int | None = None):
    return run_intake(store, dataset, Sources.of(load_recipe(str(toy.folder)), limit=limit))


def rows(store: Store, domain: str = "sums", dataset: str = "toy") -> list[dict[str, Any]]:
    manifest = store.current(PartitionKey(dataset, "intake", domain))[1]
    return [r for b in tables.iter_batches(store.cas.path(manifest.rows)) for r in b.to_pylist()]


def counts(store: Store, domain: str = "sums"):
    return store.current(PartitionKey("toy", "intake", domain))[1].counts


def test_one_sorted_table_a_domain(toy: Toy, store: Store) -> None:
    toy.write([toy_seed(i, "Sums" if i % 2 else "Other Things") for i in range(9)])
    result = intake(toy, store)
    assert result.domains == {"sums": "Sums", "other-things": "Other things"}
    assert (result.read, result.quarantined) == (9, 0)
    assert (len(rows(store)), len(rows(store, "other-things"))) == (4, 5)
    for domain in result.domains:
        ids = [row["sample_id"] for row in rows(store, domain)]
        assert ids == sorted(ids)
        assert all(parse_sample_id(i) for i in ids)
    assert store.state.domain_names("toy") == {"other-things": "Other things", "sums": "Sums"}


def test_the_sample_id_is_dataset_domain_and_content() -> None:
    base = sample_id("toy", "sums", "a" * 32)
    assert sample_id("toy", "sums", "a" * 32) == base
    others = [
        ("toy2", "sums", "a" * 32, 0),
        ("toy", "sum", "a" * 32, 0),
        ("toy", "sums", "b" * 32, 0),
        ("toy", "sums", "a" * 32, 1),
    ]
    assert len({base, *(sample_id(*parts) for parts in others)}) == 5


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"licence": "CC-BY-4.0"}, True),
        ({"source": "elsewhere"}, True),
        ({"id": "x1"}, True),
        ({"unmapped": [1, {"a": 2}]}, True),
        ({"question": "What is 1 plus\r\n7?"}, False),
        ({"answer": "9"}, False),
        ({"choices": ["8", "9"]}, False),
        ({"givens": [{"role": "one", "symbol": "a", "value": "1", "unit": ""}]}, False),
        ({"domain": "others"}, False),
    ],
    ids=[
        "licence",
        "source",
        "id",
        "unmapped",
        "question",
        "answer",
        "choices",
        "givens",
        "domain",
    ],
)
def test_what_is_identity(toy: Toy, store: Store, change: dict[str, Any], same: bool) -> None:
    toy.write([toy_seed(1)])
    intake(toy, store)
    before = rows(store)[0]
    toy.write([{**toy_seed(1), **change}])
    intake(toy, store)
    after = rows(store, change.get("domain", "sums"))[0]
    assert (after["sample_id"] == before["sample_id"]) is same
    # what is carried is content all the same: a changed licence must reach the release
    assert after["row_digest"] != before["row_digest"]


def test_line_ends_and_normal_forms_are_one_seed(toy: Toy, store: Store) -> None:
    toy.write(
        [
            {**toy_seed(1), "question": "Caf\u00e9\nnow?"},
            {**toy_seed(1), "question": "Cafe\u0301\r\nnow?"},
        ]
    )
    intake(toy, store)
    found = counts(store)
    assert (found.rows_in, found.rows_out, found.duplicates) == (2, 1, 1)


def test_bad_rows_are_quarantined_with_reason_and_place(toy: Toy, store: Store) -> None:
    toy.write([toy_seed(1)])
    lines = [
        b"{broken",
        b'{"question": "q"}',
        b"[1]",
        b'{"question": "\xff", "answer": "a"}',
        b'{"question": "q", "answer": 5.5e999}',
        b'{"question": "q", "answer": "a", "answer": "b"}',
    ]
    with toy.seeds.open("ab") as file:
        file.write(b"\n".join(lines) + b"\n")
    result = intake(toy, store)
    assert (result.read, result.quarantined) == (7, 6)
    path = store.cas.path(store.current(PartitionKey("toy", "intake", QUARANTINE))[1].rejections)
    found = tables.read_columns(path, ["place", "reason"]).to_pylist()
    assert [row["place"] for row in found] == [f"seeds.jsonl:{n}" for n in range(2, 8)]
    assert len({row["reason"] for row in found}) >= 5


def test_a_file_without_a_row_and_a_missing_file_are_named(toy: Toy, store: Store) -> None:
    toy.seeds.write_text("")
    with pytest.raises(SeedFileError, match="hold no row"):
        intake(toy, store)
    toy.seeds.unlink()
    with pytest.raises(SeedFileError, match="is not there"):
        intake(toy, store)


def test_all_rows_bad_is_a_result(toy: Toy, store: Store) -> None:
    toy.seeds.write_text("{broken\n")
    result = intake(toy, store)
    assert (result.read, result.quarantined, result.domains) == (1, 1, {})


def test_a_domain_that_lost_its_seeds_becomes_empty(toy: Toy, store: Store) -> None:
    toy.write([toy_seed(1), toy_seed(2, "others")])
    intake(toy, store)
    toy.write([toy_seed(1)])
    intake(toy, store)
    assert counts(store, "others").rows_out == 0
    assert "others" in store.state.domain_names("toy"), "domains are append-only"


@pytest.mark.parametrize("layered", [False, True], ids=["one file", "changes beside it"])
def test_an_edited_seed_with_the_same_id_supersedes(
    toy: Toy, store: Store, monkeypatch: pytest.MonkeyPatch, *, layered: bool
) -> None:
    if layered:
        monkeypatch.setattr("qmirror_assets.store.layers.LAYER_FROM", 1)
    more = [toy_seed(number) for number in range(100, 140)]
    first = sample_of(toy_seed(1, id="a"))
    toy.write([toy_seed(1, id="a"), toy_seed(2, id="b"), toy_seed(3), *more])
    intake(toy, store)
    second = sample_of(toy_seed(1, id="a", answer="eight"))
    toy.write([toy_seed(1, id="a", answer="eight"), toy_seed(2, id="b"), toy_seed(4), *more])
    intake(toy, store)
    assert superseded(store) == {second: first}
    third = sample_of(toy_seed(1, id="a", answer="8.0"))
    toy.write([toy_seed(1, id="a", answer="8.0"), toy_seed(2, id="b"), toy_seed(4), *more])
    intake(toy, store)
    assert superseded(store) == {second: first, third: second}
    current = store.current(PartitionKey("toy", "intake", "sums"))[1]
    assert bool(current.delta) is layered


def test_a_seed_that_stays_is_superseded_by_none(toy: Toy, store: Store) -> None:
    """Ids are a file's own: another file may use one again."""
    toy.write([toy_seed(1, id="a")])
    intake(toy, store)
    write_seeds(toy.folder / "seeds" / "more.jsonl", [toy_seed(2, id="a")])
    intake(toy, store)
    assert (counts(store).rows_out, superseded(store)) == (2, {})


def sample_of(seed: dict[str, Any]) -> str:
    question = {"question": seed["question"], "answer": seed["answer"]}
    return sample_id("toy", "sums", seed_digest(Seed(domain="sums", **question)))


def superseded(store: Store) -> dict[str, str]:
    found = store.state.rows(schema.supersedes.select())
    return {row.sample_id: row.old_sample_id for row in found}


def test_a_limit_is_marked_partial(toy: Toy, store: Store) -> None:
    intake(toy, store, limit=5)
    current = store.current(PartitionKey("toy", "intake", "sums"))[1]
    assert (current.counts.rows_out, current.partial) == (5, True)
    intake(toy, store)
    current = store.current(PartitionKey("toy", "intake", "sums"))[1]
    assert (current.counts.rows_out, current.partial) == (200, False)


def test_two_datasets_do_not_meet(toy: Toy, store: Store) -> None:
    toy.write([toy_seed(1)])
    intake(toy, store)
    toy.write([toy_seed(2)])
    intake(toy, store, dataset="mine")
    assert [r["answer"] for r in rows(store)] == ["8"]
    assert [r["answer"] for r in rows(store, dataset="mine")] == ["16"]


def test_intake_leaves_no_temporary_file(toy: Toy, store: Store) -> None:
    intake(toy, store)
    left = [p for p in (toy.folder / "data").rglob("*") if p.is_file() and "tmp" in p.name]
    assert left == []


def test_the_fingerprint_is_of_contents_and_settings(toy: Toy) -> None:
    def current() -> str:
        return intake_fingerprint("toy", Sources.of(load_recipe(str(toy.folder))))

    base = current()
    toy.seeds.rename(toy.seeds.with_name("renamed.jsonl"))
    assert current() == base
    write_seeds(toy.seeds.with_name("more.jsonl"), [toy_seed(900)])
    assert current() != base
    (toy.seeds.with_name("more.jsonl")).unlink()
    toy.edit('{file: "seeds/*.jsonl"}', '{file: "seeds/*.jsonl", licence: CC0-1.0}')
    assert current() != base


def test_a_pattern_matches_a_file_of_that_very_name(toy: Toy, tmp_path: Path) -> None:
    path = tmp_path / "my [new] seeds*.jsonl"
    write_seeds(path, [toy_seed(1)])
    (found,) = Sources.of(load_recipe(str(toy.folder)), [str(path)]).files()
    assert found[1] == path
