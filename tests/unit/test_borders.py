"""YAML at the border: what is refused is named by file, line, place and remedy."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from qmirror_assets.borders import SIZE_CAP, is_file, load_yaml, nearest, validate
from qmirror_assets.errors import RecipeError


class Leaf(BaseModel):
    model_config = ConfigDict(extra="forbid")
    colour: str
    size: int = Field(default=1, ge=1)


class Tree(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    leaves: list[Leaf] = []
    by_name: dict[str, Leaf] = {}
    with_: int = Field(default=0, alias="with")


def load(tmp_path: Path, text: str | bytes):
    path = tmp_path / "some.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_yaml(path, "recipe")


def test_data_and_lines(tmp_path: Path) -> None:
    data, lines = load(tmp_path, "a: 1\nb:\n  - x\n  - {c: true}\nd: null\n")
    assert data == {"a": 1, "b": ["x", {"c": True}], "d": None}
    assert (lines[("a",)], lines[("b",)], lines[("b", 0)], lines[("b", 1, "c")]) == (1, 2, 3, 4)


def test_a_day_is_text(tmp_path: Path) -> None:
    assert load(tmp_path, "as_of: 2026-11-01")[0] == {"as_of": "2026-11-01"}


def test_an_empty_file_has_no_data(tmp_path: Path) -> None:
    assert load(tmp_path, "")[0] is None
    assert load(tmp_path, "# nothing\n")[0] is None


BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "'a' stands twice"),
        ("x:\n  - {k: 1, k: 2}\n", 2, "'k' stands twice"),
        ("1: a\n'1': b\n", 2, "'1' stands twice"),
        (BOMB, 2, "aliases are not allowed"),
        ("a: 1\n<<: {b: 2}\n", 2, "merge"),
        ("a: [1, 2\nb: 3\n", 2, "expected ',' or ']'"),
        ("a: 1\n\tb: 2\n", 2, "cannot start any token"),
        ("a: 1\nb: .nan\n", 2, "not a finite number"),
        ("a: -.inf\n", 1, "not a finite number"),
        ("a: 1\nb: !!int x\n", 2, "invalid literal"),
        (f"a: {'9' * 5000}\n", 1, "digits"),
        ("a: !!binary aGk=\n", 1, "not a type of JSON"),
        ("a: !!timestamp 2026-02-30\n", 1, "not a type of JSON"),
        ("a: !!timestamp 2026-02-20\n", 1, "not a type of JSON"),
        ("a: !!set {x}\n", 1, "expected plain text"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, "expected plain text"),
        ("a: !!python/name:os.system\n", 1, "not a type of JSON"),
        ("a: !!timestamp\n", 1, "not a type of JSON"),
        ("a: !!bool maybe\n", 1, "'maybe' is no"),
        ("a: !!int\n", 1, "'' is no"),
        ("? [1, 2]\n: 3\n", 1, "expected plain text"),
        ("a: 1\n---\nb: 2\n", 2, "another document"),
    ],
    ids=[
        *["duplicate key", "duplicate key inside", "twin of a number", "alias bomb", "merge key"],
        *["open list", "tab", "nan", "infinity", "not an int", "huge int", "binary", "no such day"],
        *["day", "set", "python object", "python name", "no day", "no truth", "no digit"],
        *["list as key", "two documents"],
    ],
)
def test_refused_with_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    started = time.perf_counter()
    with pytest.raises(RecipeError, match=f"recipe some.yaml, line {line} is not YAML") as caught:
        load(tmp_path, text)
    assert says in str(caught.value)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"a: \xff\n", "is not UTF-8; found byte 3"),
        (b"a: \x01\n", "is not YAML"),
        (b"[" * 100_000, "is not YAML"),
        (b"#" * (SIZE_CAP + 1), f"too large; expected at most {SIZE_CAP} bytes"),
    ],
    ids=["not UTF-8", "control character", "nested without end", "too large"],
)
def test_refused_bytes(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(RecipeError, match=says):
        load(tmp_path, data)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.yaml", tmp_path):
        with pytest.raises(RecipeError, match="cannot be read"):
            load_yaml(path, "profile")
    assert not is_file(Path("a" * 300))
    assert not is_file(Path("a\0"))


@settings(max_examples=150, deadline=None, database=None)
@given(st.text(max_size=60) | st.text(alphabet="a:-[]{}&*!|>?%#'\" \n,0.", max_size=40))
def test_only_our_own_error_escapes(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        data, _ = load_yaml(path, "recipe")
    except RecipeError:
        return
    assert json.loads(json.dumps(data, allow_nan=False)) == data, "plain data only"


@pytest.mark.parametrize(
    ("text", "line", "remedy"),
    [
        (
            "leaves:\n  - colour: red\n  - color: red\n    colour: red\n",
            3,
            "Did you mean 'colour'?",
        ),
        ("leafs: []\n", 1, "Did you mean 'leaves'?"),
        ("by_name:\n  one:\n    colour: red\n    sise: 2\n", 4, "Did you mean 'size'?"),
        ("qqq: 1\n", 1, "Valid here: by_name, leaves, with"),
    ],
    ids=["in a list", "at the top", "in a mapping", "nothing near"],
)
def test_an_unknown_key_is_named_with_line_and_the_nearest(
    tmp_path: Path, text: str, line: int, remedy: str
) -> None:
    data, lines = load(tmp_path, text)
    with pytest.raises(RecipeError, match="is not a known key") as caught:
        validate(Tree, data, "tree t", lines)
    assert f"tree t, line {line}:" in str(caught.value)
    assert remedy in str(caught.value)


def test_a_bad_value_is_named_with_its_line(tmp_path: Path) -> None:
    data, lines = load(tmp_path, "leaves:\n  - colour: red\n    size: 0\n")
    with pytest.raises(RecipeError, match=r"line 3: leaves.0.size is not valid") as caught:
        validate(Tree, data, "tree t", lines)
    assert "greater than or equal to 1" in str(caught.value)


def test_a_missing_key_is_named_at_its_parent(tmp_path: Path) -> None:
    data, lines = load(tmp_path, "leaves:\n  - size: 2\n")
    with pytest.raises(RecipeError, match=r"line 2: leaves.0.colour is not valid"):
        validate(Tree, data, "tree t", lines)


def test_nearest() -> None:
    assert nearest("imgae", ["image", "text"]) == "Did you mean 'image'?"
    assert nearest("qq", ["b", "a"]) == "Valid here: a, b"
