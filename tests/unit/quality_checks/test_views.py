"""The private DuckDB file of views."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb
import pytest

from qmirror_assets.errors import DamagedObject, StoreUnavailable
from quality_checks.candidate_files import read_candidate
from quality_checks.testing import clean_facts, write_candidate
from quality_checks.views import open_views


@pytest.mark.parametrize(
    "name", ["plain", "a*b", "[x]", "what?", "o'hara", "domain=physics", "ä ö"]
)
def test_any_folder_name_is_read_literally(tmp_path: Path, name: str) -> None:
    decoy = write_candidate(tmp_path / "x", clean_facts(3))  # what the pattern [x] would match
    candidate = write_candidate(tmp_path / name, clean_facts(9))
    assert decoy != candidate
    with open_views(read_candidate(candidate).tables()) as views:
        assert views.rows == {"facts": 9, "domains": 3}
        with duckdb.connect(str(views.database), read_only=True) as connection:
            domains = connection.execute("SELECT DISTINCT domain FROM facts").fetchall()
    assert sorted(domains) == [("biology",), ("chemistry",), ("physics",)]


def test_rows_are_not_copied_and_all_is_removed(tmp_path: Path) -> None:
    candidate = write_candidate(tmp_path / "c", clean_facts(5_000))
    facts = candidate / "facts.parquet"
    with open_views(read_candidate(candidate).tables()) as views:
        folder = views.database.parent
        assert views.database.stat().st_size < 300_000 < facts.stat().st_size
    assert not folder.exists()
    assert (candidate / "facts.parquet").exists()


def test_a_file_that_is_not_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "facts.parquet"
    path.write_bytes(b"not parquet at all")
    with (
        pytest.raises(DamagedObject, match=r"facts\.parquet") as caught,
        open_views({"facts": path}),
    ):
        pass
    assert tempfile.gettempdir() not in str(caught.value)


def test_no_temporary_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    with pytest.raises(StoreUnavailable, match="absent"), open_views({}):
        pass
