import pytest

from qmirror_assets.release.markdown import code, escape, table


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "</td><img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        "![x](https://evil.example/x.png)",
        "https://evil.example/login",
        "www.evil.example",
        "a | b | c",
        "`code` and **bold** and _it_",
        "&lt;b&gt;",
        "{{ template }} {% x %}",
        "me@evil.example",
        "line\n\n# heading\n---\n",
        "\u202ereversed\u200b\x1b[31m",
    ],
)
def test_nothing_hostile_survives(hostile: str) -> None:
    shown = escape(hostile)
    assert not set(shown) & set("<>[]{}|`*@\n\x1b\u202e\u200b\\~$!")
    assert "://" not in shown
    assert "www." not in shown
    assert "_it_" not in shown
    assert "&lt;" not in shown


@pytest.mark.parametrize(
    "plain", ["20.5 kg, or 3 % (about)", "earth-science", "refine/round_2/write", "Maße 30 °C"]
)
def test_plain_text_stays_readable(plain: str) -> None:
    assert escape(plain) == plain


def test_long_text_is_shortened() -> None:
    assert len(escape("x" * 5_000)) < 400


def test_cells_cannot_break_a_table() -> None:
    lines = table(["a", "b"], [["x | y", "1\n2"], [None, True]]).splitlines()
    assert len(lines) == 4
    assert {line.count("|") for line in lines} == {3}


@pytest.mark.parametrize(
    ("value", "expected"), [("lineage/rows", "`lineage/rows`"), ("a`b<i>", "a&#96;b&#60;i&#62;")]
)
def test_only_plain_names_become_code(value: str, expected: str) -> None:
    assert code(value) == expected
