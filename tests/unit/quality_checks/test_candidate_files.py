"""Reading a candidate: missing, changed and damaged files are refused by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from qmirror_assets.errors import DamagedObject, NotFoundError, QMirrorError
from qmirror_assets.release.checksums import CHECKSUMS, write_checksums
from quality_checks.candidate_files import read_candidate
from quality_checks.testing import clean_facts, write_candidate


@pytest.fixture
def candidate(tmp_path: Path) -> Path:
    return write_candidate(tmp_path / "2026.11.0", clean_facts(6))


def test_names_and_digests_are_read(candidate: Path) -> None:
    found = read_candidate(candidate)
    assert (found.dataset, found.version) == ("demo", "2026.11.0")
    assert found.digest == write_checksums(candidate)


def test_another_byte_is_another_candidate(candidate: Path) -> None:
    before = read_candidate(candidate).digest
    write_candidate(candidate, clean_facts(7))
    assert read_candidate(candidate).digest != before


def _remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _change(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes() + b" ")


def _manifest(text: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / "manifest.json").write_text(text, "utf-8")
        write_checksums(folder)

    return write


@pytest.mark.parametrize(
    ("damage", "error", "words"),
    [
        pytest.param(_remove("facts.parquet"), NotFoundError, "facts.parquet", id="no-facts"),
        pytest.param(_remove("domains.parquet"), NotFoundError, "domains.parquet", id="no-domains"),
        pytest.param(_remove("manifest.json"), NotFoundError, "manifest.json", id="no-manifest"),
        pytest.param(_remove(CHECKSUMS), DamagedObject, CHECKSUMS, id="no-checksums"),
        pytest.param(_change("facts.parquet"), DamagedObject, "facts.parquet", id="changed-facts"),
        pytest.param(_change("manifest.json"), DamagedObject, "manifest", id="changed-manifest"),
        pytest.param(_manifest("{"), DamagedObject, "manifest", id="manifest-not-json"),
        pytest.param(_manifest("[]"), DamagedObject, "manifest", id="manifest-a-list"),
        pytest.param(_manifest("{}"), DamagedObject, "dataset", id="manifest-without-names"),
    ],
)
def test_damage_is_refused(
    candidate: Path, damage: Callable[[Path], None], error: type[QMirrorError], words: str
) -> None:
    damage(candidate)
    with pytest.raises(error, match=words):
        read_candidate(candidate)


def test_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no candidate"):
        read_candidate(tmp_path / "absent")
