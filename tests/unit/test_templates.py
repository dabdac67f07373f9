"""Prompts: files of one folder, rendered once, with values as values."""

from __future__ import annotations

from pathlib import Path

import pytest

from qmirror_assets.errors import RecipeError
from qmirror_assets.fingerprint import content_digest
from qmirror_assets.templates import TEMPLATE_CAP, Prompts


def prompts(folder: Path, text: str | bytes, name: str = "a.j2") -> Prompts:
    data = text if isinstance(text, bytes) else text.encode()
    (folder / name).write_bytes(data)
    return Prompts(folder)


@pytest.mark.parametrize(
    ("template", "out"),
    [
        ("Question: {{ question }}", "Question: How far?"),
        ("{{ question | upper }}", "HOW FAR?"),
        (
            "{% for s in slots %}[{{ s.id }}]{% if not loop.last %}, {% endif %}{% endfor %}",
            "[a], [b]",
        ),
        ("{{ slots[0].get('id') }} {{ slots | length }}", "a 2"),
        ("{% for k, v in slots[0].items() %}{{ k }}={{ v }}{% endfor %}", "id=a"),
        ("{{ slots | map(attribute='id') | join('-') }}", "a-b"),
        ("{{ question.split(' ')[0].lower() }}", "how"),
        ("{{ 7 // 2 + 1 }}{{ 1 - 3 }}{{ 9 / 2 }}", "4-24.5"),
        ("{% for i in range(3) %}{{ i }}{% endfor %}", "012"),
        ("a\r\nb\n", "a\nb"),
    ],
    ids=str,
)
def test_render(tmp_path: Path, template: str, out: str) -> None:
    values = {"question": "How far?", "slots": [{"id": "a"}, {"id": "b"}]}
    assert prompts(tmp_path, template).render("a.j2", **values) == out


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{{ qeustion }}", "'qeustion' is undefined"),
        ("line\n{{ question", "line 2 cannot be rendered"),
        ("line\n\n{% for %}", "line 3 cannot be rendered"),
        ("{{ question | upperr }}", "No filter named 'upperr'"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ 1 + question }}", "unsupported operand"),
        ("{% include 'b.j2' %}", "no loader"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "recursion"),
    ],
    ids=["undefined", "open", "for", "filter", "zero", "types", "include", "recursion"],
)
def test_a_broken_prompt_is_named(tmp_path: Path, template: str, says: str) -> None:
    with pytest.raises(RecipeError, match="prompt file 'a.j2'") as caught:
        prompts(tmp_path, template).render("a.j2", question="x")
    assert says in str(caught.value)


def test_missing_names_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"'b.j2' is missing; expected .*there: a.j2"):
        prompts(tmp_path, "x").text("b.j2")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"caf\xe9", "not UTF-8; found byte 3"),
        (b"x" * (TEMPLATE_CAP + 1), "too long"),
        ("é".encode() * (TEMPLATE_CAP + 1), "too long"),
        (b"\xff" * (5 * TEMPLATE_CAP), "not UTF-8"),
    ],
    ids=["latin-1", "long", "long in characters", "long garbage"],
)
def test_refused_file(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(RecipeError, match=says):
        prompts(tmp_path, data).text("a.j2")


def test_digest_is_of_the_text(tmp_path: Path) -> None:
    assert prompts(tmp_path, "a\nb").digest("a.j2") == content_digest(b"a\nb")
    assert prompts(tmp_path, "a\r\nb").digest("a.j2") == content_digest(b"a\nb")
    assert prompts(tmp_path, "a\nc").digest("a.j2") != content_digest(b"a\nb")


def test_a_prompt_is_read_once(tmp_path: Path) -> None:
    made = prompts(tmp_path, "one")
    assert made.render("a.j2") == "one"
    (tmp_path / "a.j2").write_text("two")
    assert made.render("a.j2") == "one", "a build does not mix two texts of one prompt"
