"""Only what changed is done again; what did not change is not."""

from __future__ import annotations

import json

import pytest

from qmirror_assets.engines.fake import FakeEngine, FakeOptions
from qmirror_assets.engines.faults import FaultPlan, parse_rule
from tests.conftest import Toy, toy_seed


def test_rerun_makes_no_call(toy: Toy) -> None:
    assert toy.build().calls == 400
    again = toy.build()
    assert (again.calls, again.hits) == (0, 0)
    assert all(done.fresh for done in toy.last)


def test_second_prompt_changed_and_changed_back(toy: Toy) -> None:
    toy.build()
    first = toy.versions()
    toy.prompt("polish", "Please polish: {{ draft }}")
    assert toy.build().calls == 200
    toy.prompt("polish", "Polish: {{ draft }}")
    assert toy.build().calls == 0
    assert toy.versions() == first


def test_twenty_seeds_added(toy: Toy) -> None:
    toy.build()
    toy.write([toy_seed(i) for i in range(220)])
    assert toy.build().calls == 40


def test_one_seed_edited_in_place_supersedes(toy: Toy) -> None:
    rows = [toy_seed(i, id=f"s{i}") for i in range(200)]
    toy.write(rows)
    toy.build()
    rows[17]["question"] = "What is seventeen plus two?"
    toy.write(rows)
    assert toy.build().calls == 2
    store = toy.open()
    from qmirror_assets.store import schema

    pairs = store.state.rows(schema.supersedes.select())
    assert len(pairs) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: list(reversed(rows)),
        lambda rows: [{**row, "unused": 5} for row in rows],
        lambda rows: [dict(reversed(row.items())) for row in rows],
    ],
    ids=["shuffled", "unused column", "columns reordered"],
)
def test_what_is_not_identity_makes_no_call(toy: Toy, change) -> None:
    rows = [toy_seed(i) for i in range(60)]
    toy.write(rows)
    toy.build()
    toy.write(change(rows))
    assert toy.build().calls == 0


def test_file_moved_and_crlf_make_no_call(toy: Toy) -> None:
    toy.build()
    before = toy.versions()
    text = toy.seeds.read_text("utf-8")
    toy.seeds.unlink()
    (toy.seeds.parent / "other.jsonl").write_bytes(text.replace("\n", "\r\n").encode())
    assert toy.build().calls == 0
    assert toy.versions() == before


def test_other_engine_redoes_everything_and_back_is_free(toy: Toy) -> None:
    toy.build()
    same = toy.engine
    toy.engine = lambda: FakeEngine(FakeOptions(random_seed=1), {"kind": "fake", "model": "b"})
    assert toy.build().calls == 400
    toy.engine = same
    assert toy.build().calls == 0


def test_a_new_domain_touches_no_other_partition(toy: Toy) -> None:
    toy.write([toy_seed(i) for i in range(50)])
    toy.build()
    before = {m.key: m.digest for m in toy.last}
    toy.write(
        [toy_seed(i) for i in range(50)] + [toy_seed(1000 + i, "products") for i in range(10)]
    )
    assert toy.build().calls == 20
    assert {m.key: m.digest for m in toy.last if m.key.domain == "sums"} == before


def test_failures_are_rows_and_retry_runs_only_them(toy: Toy) -> None:
    healthy = toy.engine
    plan = FaultPlan((parse_rule("500:0.05:permanent"),), random_seed=3)
    toy.engine = lambda: FakeEngine(FakeOptions(plan=plan), {"kind": "fake", "model": "a"})
    first = toy.build()
    lost = sum(m.manifest.counts.rejected for m in toy.last)
    assert 0 < lost < 40
    delivered = toy.last[-1].manifest.counts.rows_out
    assert delivered == 200 - lost
    assert first.failures == lost
    toy.engine = healthy
    assert toy.build().calls == 0, "a failure is not retried by an ordinary build"
    toy.retry = True
    again = toy.build()
    assert toy.last[-1].manifest.counts.rows_out == 200
    polish_failed = sum(1 for m in toy.last if m.key.node == "polish")
    assert lost <= again.calls <= 2 * lost + polish_failed


def test_identical_actions_in_flight_run_once(toy: Toy) -> None:
    toy.prompt("draft", "The same prompt for every row")
    facts = toy.build()
    assert facts.calls == 2, "one draft and one polish serve all rows"


def test_a_lost_row_is_never_committed(toy: Toy, monkeypatch) -> None:
    from qmirror_assets.errors import QMirrorError
    from qmirror_assets.runner.rows import RowsPass

    kept = RowsPass._good
    monkeypatch.setattr(RowsPass, "_good", lambda self, b, d: kept(self, b.slice(1), d[1:]))
    with pytest.raises(QMirrorError, match="rows do not add up"):
        toy.build()


def test_seeds_with_the_same_content_are_duplicates(toy: Toy) -> None:
    toy.write([toy_seed(1), toy_seed(1), toy_seed(2)])
    toy.build()
    from qmirror_assets.keys import PartitionKey

    manifest = toy.open().current(PartitionKey("toy", "intake", "sums"))[1]
    assert (manifest.counts.rows_in, manifest.counts.rows_out, manifest.counts.duplicates) == (
        3,
        2,
        1,
    )


def test_a_bad_row_is_quarantined_with_its_place(toy: Toy) -> None:
    toy.seeds.write_text(json.dumps(toy_seed(1)) + "\n{broken\n", "utf-8")
    toy.build()
    from qmirror_assets.keys import PartitionKey
    from qmirror_assets.store import tables

    store = toy.open()
    manifest = store.current(PartitionKey("toy", "intake", "quarantine"))[1]
    rows = tables.read_columns(store.cas.path(manifest.rejections), ["reason", "place"]).to_pylist()
    assert rows == [{"reason": "bad_json", "place": "seeds.jsonl:2"}]
