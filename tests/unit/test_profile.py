"""A profile names engines by role; a role that is misspelt is found at once."""

from __future__ import annotations

import typing
from pathlib import Path

import pytest

from qmirror_assets.engines.base import Role
from qmirror_assets.errors import RecipeError
from qmirror_assets.profile import RoleName, load_profile, shipped_profiles

GOOD = """\
profile: mine
engines:
  text: {kind: fake}
  image: {kind: figure}
prices:
  text: {prompt: 1.5, completion: 2, as_of: 2026-11-01}
"""


def write(folder: Path, text: str, name: str = "mine") -> Path:
    path = folder / "profiles" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_role_names_are_the_roles_of_engines() -> None:
    assert set(typing.get_args(RoleName)) == {role.value for role in Role}


def test_a_profile_by_path_and_by_name(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    for profile in (load_profile(str(path)), load_profile("mine", tmp_path)):
        assert profile.name == "mine"
        assert profile.spec.engines["text"] == {"kind": "fake"}
        assert profile.spec.prices["text"].as_of == "2026-11-01"
        assert not profile.spec.strict


def test_the_projects_own_profile_wins_over_a_shipped_one(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("mine", "own-fake"), "fake")
    assert load_profile("fake", tmp_path).name == "own-fake"
    assert load_profile("fake").name == "fake"


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("  text: {kind", "  txet: {kind", 3, "'text', 'vision', 'image'"),
        ("  text: {prompt", "  texts: {prompt", 6, "'text', 'vision', 'image'"),
        ("engines:", "engine:", 2, "Did you mean 'engines'?"),
        ("profile: mine", "profile: mine\nstrickt: true", 2, "Did you mean 'strict'?"),
        ("prompt: 1.5", "promt: 1.5", 6, "Did you mean 'prompt'?"),
        ("prompt: 1.5", "prompt: -1", 6, "greater than or equal to 0"),
        ("prompt: 1.5", "prompt: .inf", 6, "not a finite number"),
    ],
    ids=["role", "role of a price", "engines", "key", "key of a price", "negative", "infinite"],
)
def test_refused(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(RecipeError) as caught:
        load_profile(str(path))
    assert f"profile mine.yaml, line {line}" in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize("text", ["", "- a\n"], ids=["empty", "list"])
def test_no_mapping(tmp_path: Path, text: str) -> None:
    with pytest.raises(RecipeError, match="profile mine.yaml"):
        load_profile(str(write(tmp_path, text)))


@pytest.mark.parametrize("name", ["embeded", "a" * 300, "a\0b", "/"], ids=ascii)
def test_no_such_profile(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecipeError, match="no such profile") as caught:
        load_profile(name, tmp_path)
    assert name != "embeded" or "Did you mean 'embedded'?" in str(caught.value)


def test_every_shipped_profile_loads() -> None:
    for name in shipped_profiles():
        assert load_profile(name).name == name
