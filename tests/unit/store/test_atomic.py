"""A durable write is whole or not there, and says which path could not be written."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from qmirror_assets.errors import StoreUnavailable
from qmirror_assets.store import atomic


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_write_makes_folders_and_leaves_no_temp(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    atomic.write_bytes(path, b"one")
    atomic.write_bytes(path, b"two")
    assert path.read_bytes() == b"two"
    assert names(tmp_path) == ["file"]
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("function", ["replace", "fsync"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES], ids=os.strerror)
def test_a_failing_write_keeps_the_old_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, number: int
) -> None:
    path = tmp_path / "file"
    atomic.write_bytes(path, b"old")

    def fail(*_args: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, function, fail)
    with pytest.raises(StoreUnavailable) as caught:
        atomic.write_bytes(path, b"new")
    assert str(path) in str(caught.value)
    assert os.strerror(number) in str(caught.value)
    assert "Free space or fix the rights" in str(caught.value)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="cannot write in"):
        atomic.write_bytes(tmp_path / "file" / "x", b"")


def test_an_error_of_the_caller_passes_and_the_temp_goes(tmp_path: Path) -> None:
    def fail() -> None:
        with atomic.temp_beside(tmp_path / "x") as temp:
            temp.write_bytes(b"a part")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert names(tmp_path) == []
