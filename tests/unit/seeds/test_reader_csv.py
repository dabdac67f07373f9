from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qmirror_assets.errors import SeedFileError
from qmirror_assets.records import Given, Reason, Seed
from qmirror_assets.seeds.files import BadSeed, SeedFile, read_file

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "question,answer,domain,choices,givens\n"


def read(folder: Path, text: str | bytes) -> list[Seed | BadSeed]:
    path = folder / "seeds.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_file(SeedFile(path)))


@pytest.mark.parametrize(
    ("cell", "choices"),
    [
        ('"[""a"", ""b""]"', ("a", "b")),
        ("a | b | c", ("a", "b", "c")),
        ("|x| | |y|", ("|x|", "|y|")),
        ("[Ne] 3s¹ | [Ar] 4s¹", ("[Ne] 3s¹", "[Ar] 4s¹")),
        ("", ()),
    ],
    ids=["json", "bars", "bars-inside", "brackets", "empty"],
)
def test_choices_cell(tmp_path: Path, cell: str, choices: tuple[str, ...]) -> None:
    (seed,) = read(tmp_path, f"{HEADER}q,a,d,{cell},\n")
    assert isinstance(seed, Seed)
    assert seed.choices == choices


def test_givens_quotes_and_line_ends(tmp_path: Path) -> None:
    givens = '"[{""role"": ""time"", ""symbol"": ""t"", ""value"": ""3"", ""unit"": ""s""}]"'
    text = "\ufeff" + HEADER + f'"Say ""x"",\r\n$\\frac{{1}}{{2}}$",a,d,,{givens}\r\n'
    (seed,) = read(tmp_path, text)
    assert isinstance(seed, Seed)
    assert seed.question == 'Say "x",\n$\\frac{1}{2}$'
    assert seed.givens == (Given("time", "t", "3", "s"),)


BAD_ROWS: dict[str, tuple[bytes, Reason]] = {
    "few-cells": (b"q,a\n", Reason.MISSING_FIELD),
    "many-cells": (b"q,a,d,,,,\n", Reason.NOT_AN_OBJECT),
    "stray-quote": (b'"q"x,a,d,,\n', Reason.NOT_AN_OBJECT),
    "bad-utf8": (b"q,\xff,d,,\n", Reason.BAD_ENCODING),
    "bad-choices": (b'q,a,d,"[1",\n', Reason.BAD_JSON),
    "bad-givens": (b"q,a,d,,{\n", Reason.BAD_JSON),
    "empty-question": (b",a,d,,\n", Reason.EMPTY_FIELD),
    "nul": (b"q\0,a,d,,\n", Reason.CONTROL_CHARACTER),
    "huge-field": (b"q" * 200_000 + b",a,d,,\n", Reason.TOO_LONG),
    "huge-line": (b"q" * 1_200_000 + b",a,d,,\n", Reason.TOO_LONG),
}


@pytest.mark.parametrize(("row", "reason"), BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_bad_row_is_a_value_and_reading_goes_on(tmp_path: Path, row: bytes, reason: Reason) -> None:
    good = b"q,a,d,,\n"
    first, bad, last = read(tmp_path, HEADER.encode() + good + row + good)
    assert isinstance(first, Seed)
    assert isinstance(last, Seed)
    assert isinstance(bad, BadSeed)
    assert (bad.line, bad.reason) == (3, reason)


def test_open_quote_costs_the_rows_it_swallows_and_no_more(tmp_path: Path) -> None:
    rows = read(tmp_path, HEADER + 'q1,"a,d,,\nq2,"a",d,,\nq3,a,d,,\n')
    assert [row.reason if isinstance(row, BadSeed) else row.question for row in rows] == [
        Reason.NOT_AN_OBJECT,
        "q3",
    ]


def test_row_growing_over_many_lines_is_cut(tmp_path: Path) -> None:
    rows = read(tmp_path, HEADER + '"q' + '","\n' * 270_000 + '"\n')
    assert isinstance(rows[0], BadSeed)
    assert rows[0].reason is Reason.TOO_LONG


@pytest.mark.parametrize("tail", ['q,"a', "q,a"], ids=["in-quotes", "few-cells"])
def test_truncated_last_row(tmp_path: Path, tail: str) -> None:
    (bad,) = read(tmp_path, HEADER + tail)
    assert isinstance(bad, BadSeed)
    assert bad.reason is Reason.TRUNCATED


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no header line"),
        ("question,,answer\n", "column 2 has no name"),
        ("question,question\n", "named twice"),
        ("question;answer;domain\n", "no column 'question'"),
        ("qestion,answer,domain\n", "Did you mean 'qestion'"),
        (b"question,\xff\n", "header line cannot be read"),
    ],
    ids=["empty", "no-name", "twice", "semicolons", "misspelt", "bad-utf8"],
)
def test_unusable_header(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(SeedFileError, match=words):
        read(tmp_path, text)
