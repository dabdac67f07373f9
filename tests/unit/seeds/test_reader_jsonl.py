from __future__ import annotations

import json
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from qmirror_assets.records import Given, Reason, Seed
from qmirror_assets.seeds.files import BadSeed, SeedFile, read_file

if TYPE_CHECKING:
    from pathlib import Path

GOOD = {"question": "How hot?", "answer": "20 °C", "domain": "physics"}


def line(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode() + b"\n"


def read(folder: Path, data: bytes, **options: Any) -> list[Seed | BadSeed]:
    path = folder / "seeds.jsonl"
    path.write_bytes(data)
    return list(read_file(SeedFile(path, **options)))


BAD_ROWS = {
    "bad-utf8": (b'{"question": "\xff"}\n', Reason.BAD_ENCODING),
    "lone-surrogate": (line(question="\ud800"), Reason.BAD_ENCODING),
    "broken-json": (b'{"question": }\n', Reason.BAD_JSON),
    "nested-bomb": (b"[" * 200_000 + b"\n", Reason.BAD_JSON),
    "nested-extra": (line(x=json.loads("[" * 40 + "]" * 40)), Reason.BAD_JSON),
    "duplicate-key": (b'{"question": "a", "question": "b"}\n', Reason.DUPLICATE_KEY),
    "duplicate-inner-key": (b'{"x": {"a": 1, "a": 2}}\n', Reason.DUPLICATE_KEY),
    "array": (b"[1]\n", Reason.NOT_AN_OBJECT),
    "text": (b'"question"\n', Reason.NOT_AN_OBJECT),
    "nan": (line(x=float("nan")), Reason.NOT_FINITE),
    "infinity": (line(x=float("-inf")), Reason.NOT_FINITE),
    "huge-float": (b'{"x": 1e999}\n', Reason.NOT_FINITE),
    "huge-int": (b'{"x": ' + b"9" * 5_000 + b"}\n", Reason.WRONG_TYPE),
    "int-beyond-64-bits": (b'{"x": 99999999999999999999}\n', Reason.WRONG_TYPE),
    "no-question": (b'{"answer": "a", "domain": "d"}\n', Reason.MISSING_FIELD),
    "null-answer": (line(answer=None), Reason.MISSING_FIELD),
    "no-domain": (b'{"question": "q", "answer": "a"}\n', Reason.MISSING_FIELD),
    "empty-question": (line(question=""), Reason.EMPTY_FIELD),
    "blank-answer": (line(answer=" \n"), Reason.EMPTY_FIELD),
    "number-question": (line(question=3), Reason.WRONG_TYPE),
    "list-answer": (line(answer=["a"]), Reason.WRONG_TYPE),
    "bool-id": (line(id=True), Reason.WRONG_TYPE),
    "text-choices": (line(choices="a | b"), Reason.WRONG_TYPE),
    "one-choice": (line(choices=["a"]), Reason.WRONG_TYPE),
    "unknown-given-key": (line(givens=[{"role": "r", "value": "1", "x": 1}]), Reason.WRONG_TYPE),
    "given-without-value": (line(givens=[{"role": "r"}]), Reason.MISSING_FIELD),
    "nul": (line(question="a\0b"), Reason.CONTROL_CHARACTER),
    "raw-escape": (
        b'{"question": "\x1b[31m", "answer": "a", "domain": "d"}\n',
        Reason.CONTROL_CHARACTER,
    ),
    "control-in-extra-key": (line(**{"a\x07": 1}), Reason.CONTROL_CHARACTER),
    "line-feed-in-role": (line(givens=[{"role": "a\nb", "value": "1"}]), Reason.CONTROL_CHARACTER),
    "bidi-override": (line(answer="a\u202eb"), Reason.BIDI_CHARACTER),
    "bidi-in-extra": (line(note={"a": ["\u2066"]}), Reason.BIDI_CHARACTER),
    "long-question": (line(question="x" * 8_001), Reason.TOO_LONG),
    "long-answer": (line(answer="x" * 2_001), Reason.TOO_LONG),
    "many-choices": (line(choices=["x"] * 27), Reason.TOO_LONG),
    "huge-line": (line(question="x" * 1_100_000), Reason.TOO_LONG),
    "path-domain": (line(domain="../etc"), Reason.BAD_DOMAIN),
    "bad-language": (line(language="English (US)"), Reason.BAD_LANGUAGE),
    "two-line-id": (line(id="a\nb"), Reason.BAD_ID),
    "long-id": (line(id="x" * 201), Reason.BAD_ID),
    "image-outside": (line(images=["../x.png"]), Reason.BAD_IMAGE),
}


@pytest.mark.parametrize(("data", "reason"), BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_bad_row_is_a_value_and_reading_goes_on(
    tmp_path: Path, data: bytes, reason: Reason
) -> None:
    before, bad, after = read(tmp_path, line() + data + line())
    assert isinstance(before, Seed)
    assert isinstance(after, Seed)
    assert isinstance(bad, BadSeed)
    assert (bad.file, bad.line, bad.reason) == ("seeds.jsonl", 2, reason)
    assert len(bad.text) <= 200
    assert "\x1b" not in bad.text + bad.detail


@pytest.mark.parametrize(
    "tail",
    [b'{"question": "q", "ans', b'{"question": "q', '{"question": "é'.encode()[:-1]],
    ids=["in-key", "in-text", "in-character"],
)
def test_truncated_last_line(tmp_path: Path, tail: bytes) -> None:
    seed, bad = read(tmp_path, line() + tail)
    assert isinstance(seed, Seed)
    assert isinstance(bad, BadSeed)
    assert bad.reason is Reason.TRUNCATED


def test_whole_last_line_needs_no_line_feed(tmp_path: Path) -> None:
    assert [type(row) for row in read(tmp_path, line() + line().rstrip())] == [Seed, Seed]


def test_mark_crlf_and_blank_lines(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + line().replace(b"\n", b"\r\n") + b"\r\n  \n" + b"{}\n"
    seed, bad = read(tmp_path, data)
    assert isinstance(seed, Seed)
    assert isinstance(bad, BadSeed)
    assert bad.line == 4


def test_latex_survives_and_text_is_normalised(tmp_path: Path) -> None:
    latex = r"Show $\frac{1}{2}\,\% \{x\} \\ \text{A}_{0}$ of 50%"
    (seed,) = read(tmp_path, line(question=latex, answer="e\u0301\r\nb\tc\rd"))
    assert isinstance(seed, Seed)
    assert seed.question == latex
    assert seed.answer == "\u00e9\nb\tc\nd"


def test_all_fields_arrive(tmp_path: Path) -> None:
    given = {"role": "time", "symbol": "t", "value": "3", "unit": "s"}
    row = line(
        id=7,
        domain="Earth Science",
        choices=["a", "b"],
        givens=[given, {"role": "count", "value": "2", "unit": None}],
        language="PT-BR",
        licence="CC0-1.0",
        source="book",
        family="f",
        figure={"version": 1},
        note={"page": [1, 2.5, None]},
    )
    (seed,) = read(tmp_path, row)
    assert isinstance(seed, Seed)
    assert (seed.seed_id, seed.domain, seed.language) == ("7", "earth-science", "pt-BR")
    assert seed.givens == (Given("time", "t", "3", "s"), Given("count", "", "2", ""))
    assert seed.choices == ("a", "b")
    assert (seed.licence, seed.source, seed.family) == ("CC0-1.0", "book", "f")
    assert seed.figure == {"version": 1}
    assert seed.extra == {"note": {"page": [1, 2.5, None]}}


def test_huge_line_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "seeds.jsonl"
    path.write_bytes(b'{"question": "' + b"x" * 40_000_000 + b'"}\n' + line())
    tracemalloc.start()
    rows = list(read_file(SeedFile(path)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [type(row) for row in rows] == [BadSeed, Seed]
    assert peak < 8_000_000
