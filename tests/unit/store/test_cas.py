"""Objects by digest: what comes back is what was put, or an error that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from qmirror_assets.errors import DamagedObject, NotFoundError, StoreUnavailable
from qmirror_assets.fingerprint import content_digest
from qmirror_assets.store import atomic
from qmirror_assets.store.cas import Cas


@pytest.fixture
def cas(tmp_path: Path) -> Cas:
    return Cas(tmp_path / "cas")


@pytest.mark.parametrize(
    "data", [b"", b"x", bytes(range(256)) * 5000], ids=["empty", "one", "large"]
)
def test_put_and_get(cas: Cas, data: bytes) -> None:
    digest = cas.put(data)
    assert digest == content_digest(data) == cas.put(data)
    assert cas.get(digest) == data
    assert cas.has(digest)
    assert list(cas) == [digest]
    assert cas.path(digest).relative_to(cas.root).parts == (digest[:2], digest[2:4], digest)


def flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.mark.parametrize(
    "spoil",
    [
        flip,
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda _data: b"",
        lambda _data: b"other",
    ],
    ids=["flipped bit", "truncated", "longer", "emptied", "replaced"],
)
@pytest.mark.parametrize("read", ["get", "verified_path"])
def test_damage_is_found_on_every_read(cas: Cas, spoil, read: str) -> None:
    digest = cas.put(b"some bytes of an object")
    path = cas.path(digest)
    path.write_bytes(spoil(path.read_bytes()))
    path.chmod(0o444)  # neither mode nor time proves anything
    with pytest.raises(DamagedObject) as caught:
        getattr(cas, read)(digest)
    assert str(path) in str(caught.value)
    assert "qmirror fsck --repair" in str(caught.value)


def test_two_swapped_objects_are_both_found(cas: Cas) -> None:
    one, other = cas.put(b"one object"), cas.put(b"two object")
    a, b = cas.path(one), cas.path(other)
    first, second = a.read_bytes(), b.read_bytes()
    a.write_bytes(second)
    b.write_bytes(first)
    for digest in (one, other):
        with pytest.raises(DamagedObject):
            cas.get(digest)


@pytest.mark.parametrize("read", ["get", "verified_path"])
def test_missing(cas: Cas, read: str) -> None:
    digest = cas.put(b"x")
    cas.path(digest).unlink()
    with pytest.raises(NotFoundError, match=f"sha256 {digest}"):
        getattr(cas, read)(digest)
    assert not cas.has(digest)


def test_a_truncated_object_is_put_again(cas: Cas) -> None:
    digest = cas.put(b"whole object")
    cas.path(digest).write_bytes(b"who")
    assert cas.put(b"whole object") == digest
    assert cas.get(digest) == b"whole object"


def test_adopt_moves_the_file_in(cas: Cas) -> None:
    temp = cas.new_temp()
    temp.write_bytes(b"a table")
    digest = cas.adopt(temp)
    assert cas.get(digest) == b"a table"
    assert not temp.exists()
    again = cas.new_temp()
    again.write_bytes(b"a table")
    assert cas.adopt(again) == digest


def test_temporary_files_are_no_objects(cas: Cas) -> None:
    digest = cas.put(b"x")
    (cas.path(digest).parent / f"{atomic.TEMP_PREFIX}left").write_bytes(b"half")
    cas.new_temp().write_bytes(b"half")
    assert list(cas) == [digest]


def test_sync_flushes_each_object_once(cas: Cas, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[Path] = []
    monkeypatch.setattr(atomic, "fsync_path", flushed.append)
    digest = cas.put(b"x")
    assert flushed == [], "one flush a file would cost seven times the throughput"
    cas.sync()
    assert set(flushed) == {cas.path(digest), cas.path(digest).parent}
    cas.sync()
    assert len(flushed) == 2


def test_bytes_that_come_often_are_flushed_once(cas: Cas, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[Path] = []
    monkeypatch.setattr(atomic, "fsync_path", flushed.append)
    digest = cas.put(b"x", often=True)
    cas.put(b"x", often=True)
    cas.sync()
    assert len(flushed) == 2, "the object and its folder"
    cas.put(b"x", often=True)
    cas.sync()
    assert len(flushed) == 2
    cas.path(digest).write_bytes(b"y")
    cas.put(b"x", often=True)
    cas.sync()
    assert len(flushed) == 4, "what had to be written again"
    assert cas.get(digest) == b"x"


@pytest.mark.parametrize("call", ["get", "verified_path", "sync"])
def test_errors_of_the_disk_are_named(cas: Cas, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    digest = cas.put(b"x")

    def fail(*_args: object, **_more: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "read_bytes", fail)
    monkeypatch.setattr(Path, "open", fail)
    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(StoreUnavailable, match="Input/output error") as caught:
        cas.sync() if call == "sync" else getattr(cas, call)(digest)
    assert str(cas.path(digest)) in str(caught.value)
