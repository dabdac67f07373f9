import os
from pathlib import Path

import pytest

from qmirror_assets.engines.digests import file_digest, hash_file
from qmirror_assets.engines.memory import remember


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("QMIRROR_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_computed_once_per_mark() -> None:
    computed: list[int] = []

    def compute() -> int:
        computed.append(1)
        return len(computed)

    assert [remember("k", [1], compute) for _ in range(3)] == [1, 1, 1]
    assert remember("k", [2], compute) == 2
    assert remember("other", [2], compute) == 3


def test_damaged_memory_costs_one_computation(cache: Path) -> None:
    remember("k", 1, lambda: "a")
    (cache / "remembered.json").write_bytes(b"{half")
    assert remember("k", 1, lambda: "b") == "b"
    assert remember("k", 1, lambda: "c") == "b"


def test_unwritable_memory_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("QMIRROR_CACHE", str(tmp_path / "file" / "below"))
    assert remember("k", 1, lambda: "a") == "a"


def test_a_changed_file_is_hashed_again(tmp_path: Path) -> None:
    path = tmp_path / "weights"
    path.write_bytes(b"one")
    first = file_digest(path)
    assert first == hash_file(path)
    path.write_bytes(b"two")
    os.utime(path, ns=(1, 1))
    assert file_digest(path) == hash_file(path) != first
