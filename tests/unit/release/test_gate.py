from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.errors import DamagedObject
from qmirror_assets.release.gate import CheckResult, GateRecord
from qmirror_assets.release.registry import find_gate, gates_of, save_gate
from qmirror_assets.store import Store, open_store

CHECK = CheckResult("rows", "", "", True, "critical", 5, {"rows": 5}, 0, ("a",), "Fine.")
RECORD = GateRecord(
    "toy", "2026.11.0", "a" * 64, "b" * 64, "c" * 64, True, False, (CHECK,), {"gx": "1"}, 1.5
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "data")
    yield opened
    opened.close()


def test_a_record_survives_its_bytes() -> None:
    assert GateRecord.load(RECORD.dump()) == RECORD
    assert GateRecord.from_json(RECORD.to_json()) == RECORD


@pytest.mark.parametrize(
    ("changes", "opens"),
    [
        ({}, True),
        ({"passed": False}, False),
        ({"partial": True}, False),
        ({"checks": ()}, False),
        ({"checks": (replace(CHECK, passed=False),)}, False),
        ({"checks": (CHECK, replace(CHECK, passed=False, severity="warning"))}, True),
        ({"checks": (replace(CHECK, evaluated=0),)}, False),
        ({"checks": (CHECK, replace(CHECK, evaluated=0, severity="info"))}, False),
    ],
    ids=[
        "sound", "not passed", "partial", "empty", "failed", "warned", "unevaluated",
        "unevaluated info",
    ],
)  # fmt: skip
def test_the_word_passed_alone_is_not_believed(changes: dict[str, Any], opens: bool) -> None:
    assert replace(RECORD, **changes).opens() is opens


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw.update(schema=0),
        lambda raw: raw.update(passed=1),
        lambda raw: raw.update(partial=None),
        lambda raw: raw.update(surprise=1),
        lambda raw: raw.pop("suite"),
        lambda raw: raw["checks"][0].update(passed="yes"),
        lambda raw: raw["checks"][0].update(severity="mild"),
        lambda raw: raw["checks"][0].pop("evaluated"),
        lambda raw: raw.update(checks=7),
    ],
)
def test_what_is_no_record_is_refused(spoil: Any) -> None:
    raw = RECORD.to_json()
    spoil(raw)
    with pytest.raises(DamagedObject):
        GateRecord.from_json(raw)


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b'"x"', b"{"])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(DamagedObject):
        GateRecord.load(data)


def test_a_record_is_found_by_bytes_and_suite_alone(store: Store) -> None:
    save_gate(store, RECORD)
    assert find_gate(store, RECORD.candidate, RECORD.suite) == RECORD
    assert find_gate(store, "d" * 64, RECORD.suite) is None
    assert find_gate(store, RECORD.candidate, "d" * 64) is None


def test_a_later_word_on_the_same_bytes_wins(store: Store) -> None:
    later = replace(RECORD, passed=False, at=2.0)
    save_gate(store, RECORD)
    save_gate(store, later)
    assert find_gate(store, RECORD.candidate, RECORD.suite) == later
    assert gates_of(store, RECORD.candidate) == [later]


def test_changed_record_bytes_are_noticed(store: Store) -> None:
    path = store.cas.path(save_gate(store, replace(RECORD, passed=False)))
    path.write_bytes(RECORD.dump())
    with pytest.raises(DamagedObject):
        find_gate(store, RECORD.candidate, RECORD.suite)
