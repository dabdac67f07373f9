"""Where a project and its data lie, and the home of Dagster."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from qmirror_assets.errors import UsageError
from qmirror_assets.project import DATA_ENV, PROJECT_ENV, find_project, prepare_dagster_home


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (DATA_ENV, PROJECT_ENV, "DAGSTER_HOME"):
        # set first, so that what the code under test sets is taken back as well
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def test_defaults_and_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_project(tmp_path).data == tmp_path / "data"
    monkeypatch.setenv(PROJECT_ENV, str(tmp_path))
    monkeypatch.setenv(DATA_ENV, str(tmp_path / "elsewhere"))
    assert find_project().folder == tmp_path
    assert find_project().data == tmp_path / "elsewhere"
    assert find_project(data=tmp_path / "named").data == tmp_path / "named", "an option wins"
    assert find_project(data=f"file://{tmp_path}/url").data == tmp_path / "url"


@pytest.mark.parametrize("url", ["s3://bucket/x", "http://host/x", "postgresql://h/db"])
def test_shared_data_is_refused_in_words(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match="only local data folders"):
        find_project(tmp_path, url)


def test_no_such_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "absent", tmp_path / "file"):
        with pytest.raises(UsageError, match="is not there"):
            find_project(folder)


def test_dagster_home_is_made_once_with_telemetry_off(tmp_path: Path) -> None:
    home = prepare_dagster_home(find_project(tmp_path))
    assert home == tmp_path / ".qmirror" / "dagster"
    assert os.environ["DAGSTER_HOME"] == str(home)
    assert "enabled: false" in (home / "dagster.yaml").read_text()
    (home / "dagster.yaml").write_text("# mine\n")
    prepare_dagster_home(find_project(tmp_path))
    assert (home / "dagster.yaml").read_text() == "# mine\n", "the user's edit stays"


def test_a_dagster_home_of_the_user_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "own"))
    assert prepare_dagster_home(find_project(tmp_path)) == tmp_path / "own"
    assert not (tmp_path / ".qmirror").exists()
