from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from qmirror_assets.errors import VersionError
from qmirror_assets.release.content import version_content
from qmirror_assets.release.registry import (
    VersionRow,
    find_version,
    put_candidate,
    put_published,
    require_version,
    set_current,
)
from qmirror_assets.release.versions import next_version
from qmirror_assets.store import Store, open_store

TODAY = date(2026, 11, 21)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "data")
    yield opened
    opened.close()


def add(store: Store, version: str, digest: str, *, publish: bool = True) -> None:
    put_candidate(store, VersionRow("toy", version, "candidate", digest, 3, "b" * 64, ""))
    if publish:
        put_published(store, "toy", version)


def choose(store: Store, digest: str, wanted: str | None = None) -> tuple[str, bool]:
    choice = next_version(store, "toy", TODAY, wanted, digest)
    return choice.version, choice.reused


def test_the_first_of_a_month_has_number_zero(store: Store) -> None:
    assert choose(store, "d1") == ("2026.11.0", False)
    add(store, "2026.10.4", "d0")
    assert choose(store, "d1") == ("2026.11.0", False)


def test_equal_content_reuses_the_current_version(store: Store) -> None:
    add(store, "2026.10.4", "d1")
    assert choose(store, "d1") == ("2026.10.4", True)


def test_new_content_takes_the_next_number_by_number_not_by_text(store: Store) -> None:
    add(store, "2026.11.9", "d1")
    add(store, "2026.11.10", "d2")
    assert choose(store, "d3") == ("2026.11.11", False)


def test_an_older_release_with_that_content_is_not_the_current_one(store: Store) -> None:
    add(store, "2026.11.0", "d1")
    add(store, "2026.11.1", "d2")
    assert choose(store, "d1") == ("2026.11.2", False)


def test_a_candidate_gives_its_name_up(store: Store) -> None:
    add(store, "2026.11.0", "d1")
    add(store, "2026.11.1", "d2", publish=False)
    assert choose(store, "d3") == ("2026.11.1", False)


def test_a_name_that_was_asked_for(store: Store) -> None:
    add(store, "2026.11.0", "d1")
    assert choose(store, "d1", "2026.11.0") == ("2026.11.0", True)
    assert choose(store, "d2", "2027.1.5") == ("2027.1.5", False)
    with pytest.raises(VersionError, match="published already"):
        choose(store, "d2", "2026.11.0")
    with pytest.raises(VersionError, match="bad version name"):
        choose(store, "d2", "v1")


def test_a_published_version_takes_no_candidate(store: Store) -> None:
    add(store, "2026.11.0", "d1")
    with pytest.raises(VersionError):
        add(store, "2026.11.0", "d2")
    row = find_version(store, "toy", "2026.11.0")
    assert row is not None
    assert row.release_digest == "d1"


def test_only_a_release_can_be_current(store: Store) -> None:
    add(store, "2026.11.0", "d1", publish=False)
    with pytest.raises(VersionError):
        set_current(store, "toy", "2026.11.0")
    assert not require_version(store, "toy", "2026.11.0").current


def test_content_follows_rows_release_and_gate_alone() -> None:
    from qmirror_assets.recipe import RecipeSpec

    def spec(**more: object) -> RecipeSpec:
        base = {
            "recipe": "toy", "random_seed": 1, "seeds": [{"file": "x"}],
            "stages": [{"kind": "assemble", "name": "final", "columns": {"q": "question"}}],
        }  # fmt: skip
        return RecipeSpec.model_validate({**base, **more})

    same = version_content(spec(), {"a": "1", "b": "2"})
    assert same == version_content(spec(title="Another"), {"b": "2", "a": "1"})
    assert same != version_content(spec(), {"a": "1", "b": "3"})
    assert same != version_content(spec(), {"a": "1"})
    assert same != version_content(spec(gate={"min_rows": 9}), {"a": "1", "b": "2"})
    assert same != version_content(spec(release={"licence": "MIT"}), {"a": "1", "b": "2"})
