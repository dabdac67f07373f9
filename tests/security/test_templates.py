"""S11: templates run in a capped sandbox; what a seed writes is never a template."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from qmirror_assets.errors import RecipeError
from qmirror_assets.templates import OUTPUT_CAP, Prompts
from tests.conftest import Toy, toy_seed

VALUES = {"text": "abc", "items": ["a", "b"], "pairs": {"k": "v"}, "number": 7}


def render(folder: Path, template: str, **values: object) -> str:
    (folder / "a.j2").write_text(template, "utf-8")
    return Prompts(folder).render("a.j2", **(values or VALUES))


@pytest.mark.parametrize(
    "value",
    [
        *["{{ 7 * 7 }}", "{{ config }}", "{% for i in range(9) %}x{% endfor %}", "{# gone? #}"],
        *["{{ ''.__class__.__mro__[1].__subclasses__() }}", "{% raw %}", "#{7*7}", "${7*7}"],
        *["{% endraw %}{{ 1 }}", "<script>alert(1)</script>", "{{", "}}", "{%"],
    ],
)
def test_values_come_out_literally(tmp_path: Path, value: str) -> None:
    assert render(tmp_path, "Q: {{ text }}!", text=value) == f"Q: {value}!"
    assert render(tmp_path, "{% for t in items %}{{ t }}{% endfor %}", items=[value]) == value


WALKS = [
    *["{{ text.__class__ }}", "{{ text['__class__'] }}", "{{ items.__class__.__mro__ }}"],
    *["{{ number.__class__.__base__.__subclasses__() }}", "{{ pairs.__init__.__globals__ }}"],
    *[
        "{{ range.__globals__ }}",
        "{{ range.__self__ }}",
        "{{ self.__init__ }}",
        "{{ self._TemplateReference__context }}",
    ],
    *[
        "{{ text.format.__self__ }}",
        "{{ '{0.__class__}'.format(text) }}",
        "{{ text.format_map(pairs) }}",
    ],
    *[
        "{{ text|attr('__class__') }}",
        "{{ text|attr('upper') }}",
        "{{ text|map('attr', '__class__')|list }}",
    ],
    *[
        "{{ items|map('format')|list }}",
        "{{ text|xmlattr }}",
        "{{ text|pprint }}",
        "{{ text|urlize }}",
    ],
    *[
        "{{ cycler.__init__ }}",
        "{{ joiner }}",
        "{{ namespace() }}",
        "{{ lipsum() }}",
        "{{ dict(a=1) }}",
    ],
    *[
        "{{ items.append('c') }}",
        "{{ pairs.update({}) }}",
        "{{ pairs.pop('k') }}",
        "{{ items.sort() }}",
    ],
    *[
        "{% import 'os' as os %}",
        "{% from 'a.j2' import x %}",
        "{% extends 'a.j2' %}",
        "{% include '/etc/passwd' %}",
    ],
    *[
        "{% set text.x = 1 %}",
        "{{ text.encode() }}",
        "{{ loop.__class__ }}",
        "{{ caller }}",
        "{{ varargs }}",
    ],
    *[
        "{% for x in items %}{{ loop.__init__.__globals__ }}{% endfor %}",
        "{% for x in items %}{{ loop._iterable }}{% endfor %}",
    ],
    *[
        "{% macro m() %}{% endmacro %}{{ m.__class__ }}",
        "{% macro m() %}{% endmacro %}{{ m._func.__globals__ }}",
    ],
    *[
        "{{ (text).__getattribute__('upper') }}",
        "{{ items.__len__() }}",
        "{{ [].__class__ }}",
        "{{ {}.__class__ }}",
    ],
]


@pytest.mark.parametrize("template", WALKS)
def test_no_way_out_of_the_sandbox(tmp_path: Path, template: str) -> None:
    with pytest.raises(RecipeError, match="cannot be rendered"):
        render(tmp_path, template)


@pytest.mark.parametrize(
    "template",
    [
        "{{ items|map(attribute='__class__')|list }}",
        "{{ items|sum(attribute='__class__', start='') }}",
    ],
)
def test_walks_through_filters_give_nothing(tmp_path: Path, template: str) -> None:
    try:
        assert "class" not in render(tmp_path, template)
    except RecipeError:
        return


BOMBS = {
    "text times number": "{{ text * 1000000000 }}",
    "constant folded": "{{ 'x' * 1000000000 }}",
    "list times number": "{{ ([1] * 1000000000) | length }}",
    "power": "{{ 9 ** 9 ** 9 }}",
    "format operator": "{{ '%1000000000d' % number }}",
    "format filter": "{{ '%1000000000d' | format(number) }}",
    "format method": "{{ '{:>1000000000}'.format(number) }}",
    "ljust": "{{ text.ljust(1000000000) }}",
    "center": "{{ text | center(1000000000) }}",
    "indent": "{{ text | indent(1000000000) }}",
    "zfill": "{{ text.zfill(1000000000) }}",
    "replace": "{{ text | replace('', text) }}",
    "expandtabs": "{{ text.expandtabs(1000000000) }}",
    "range": "{% for i in range(1000000000) %}x{% endfor %}",
    "range list": "{{ range(1000000000) | list }}",
    "nested ranges": "{% for i in range(999) %}{% for j in range(999) %}x{% endfor %}{% endfor %}",
    "slow ranges": "{% for i in range(100) %}{{ text }}" + "x" * 60_000 + "{% endfor %}",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_at_once(tmp_path: Path, name: str) -> None:
    started = time.perf_counter()
    with pytest.raises(RecipeError, match="cannot be rendered"):
        render(tmp_path, BOMBS[name])
    assert time.perf_counter() - started < 2


def test_output_cap_is_exact(tmp_path: Path) -> None:
    assert len(render(tmp_path, "{{ text }}", text="x" * OUTPUT_CAP)) == OUTPUT_CAP
    with pytest.raises(RecipeError, match=f"more than {OUTPUT_CAP} characters"):
        render(tmp_path, "{{ text }}", text="x" * (OUTPUT_CAP + 1))


@pytest.mark.parametrize(
    "name",
    [
        "../secret.j2",
        "/etc/passwd",
        "..",
        ".",
        "",
        "link.j2",
        "a\0b",
        "x" * 300,
        "sub/../../secret.j2",
    ],
    ids=ascii,
)
def test_prompts_come_from_their_folder_only(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "prompts"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "secret.j2").write_text("secret")
    (folder / "link.j2").symlink_to(tmp_path / "secret.j2")
    with pytest.raises(RecipeError, match="is missing"):
        Prompts(folder).text(name)


def test_seeds_with_template_text_build_like_any_other(toy: Toy) -> None:
    seed = toy_seed(1)
    seed["question"] = "What is {{ 7 * 7 }} {% raw %} plus {{ ''.__class__ }}?"
    toy.write([seed])
    toy.build()
    assert toy.last[-1].manifest.counts.rows_out == 1
    store = toy.open()
    (key,) = toy_actions(toy, store)
    assert store.actions.get(key).body["messages"][0]["content"] == f"Draft: {seed['question']}"


def toy_actions(toy: Toy, store) -> list[str]:
    from qmirror_assets.store import tables

    path = store.cas.path(toy.last[0].manifest.rows)
    return tables.read_columns(path, ["actions"]).column("actions").to_pylist()[0]
