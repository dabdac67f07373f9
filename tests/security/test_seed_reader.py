"""Hostile seed files: only our own errors escape, memory and time stay bounded."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import zlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from qmirror_assets.errors import QMirrorError
from qmirror_assets.records import INTAKE_REASONS, Reason, Seed
from qmirror_assets.seeds.files import BadSeed, SeedFile, read_file
from qmirror_assets.seeds.text import snippet

if TYPE_CHECKING:
    from collections.abc import Callable

FUZZ = settings(
    max_examples=300,  # of these readers `test_fuzz.py` has a long form
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NAMES = st.sampled_from(
    ["question", "answer", "domain", "id", "choices", "givens", "images", "figure", "language", "x"]
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(st.characters(codec=None), max_size=12),
    st.sampled_from(["d", "en", "a | b", "[1]", "../x", "\x00", "\u202e", "con", "{}"]),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
ROWS = st.lists(st.dictionaries(NAMES, VALUES), max_size=3)


def drain(path: Path) -> list[Seed | BadSeed]:
    """The rows of a file; none when it is refused as a whole."""
    try:
        return list(read_file(SeedFile(path)))
    except QMirrorError:
        return []


def is_told_well(row: Seed | BadSeed) -> bool:
    """Whether what is wrong with a row has a reason of ours and is short and printable."""
    return isinstance(row, Seed) or (
        row.reason in INTAKE_REASONS
        and snippet(row.text) == row.text
        and snippet(row.detail) == row.detail
    )


@FUZZ
@given(ROWS, st.integers(0, 400), st.binary(max_size=3))
def test_fuzz_jsonl(tmp_path: Path, rows: list[object], at: int, noise: bytes) -> None:
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path = tmp_path / "f.jsonl"
    path.write_bytes(data[:at] + noise + data[at:])
    assert all(map(is_told_well, drain(path)))


@FUZZ
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=40), max_size=6), st.binary())
def test_fuzz_csv(tmp_path: Path, lines: list[str], noise: bytes) -> None:
    path = tmp_path / "f.csv"
    header = b"question,answer,domain,choices,givens,figure,x\n"
    path.write_bytes(header + "\n".join(lines).encode() + noise)
    assert all(map(is_told_well, drain(path)))


def test_damaged_parquet(tmp_path: Path) -> None:
    """Flipped bytes, many of them in the footer, where Arrow may abort its whole process."""
    path = tmp_path / "f.parquet"
    columns = {"question": ["q"] * 9, "answer": ["a"] * 9, "domain": ["d"] * 9}
    pq.write_table(pa.table(columns), path)
    whole = path.read_bytes()
    chance = random.Random(11)
    for _ in range(12):
        data = bytearray(whole)
        for _ in range(3):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        assert all(map(is_told_well, drain(path)))


MALFORMED: dict[Reason, bytes] = {
    Reason.BAD_ENCODING: b'{"question": "\xc3\x28"}',
    Reason.BAD_JSON: b"{'question': 1}",
    Reason.DUPLICATE_KEY: b'{"a": 1, "a": 1}',
    Reason.NOT_AN_OBJECT: b"null",
    Reason.MISSING_FIELD: b'{"question": "q"}',
    Reason.WRONG_TYPE: b'{"question": 1, "answer": "a", "domain": "d"}',
    Reason.EMPTY_FIELD: b'{"question": "", "answer": "a", "domain": "d"}',
    Reason.TOO_LONG: b'{"question": "%s", "answer": "a", "domain": "d"}' % (b"x" * 9_000),
    Reason.NOT_FINITE: b'{"question": "q", "answer": "a", "domain": "d", "x": NaN}',
    Reason.CONTROL_CHARACTER: b'{"question": "\\u0000", "answer": "a", "domain": "d"}',
    Reason.BIDI_CHARACTER: b'{"question": "\\u202e", "answer": "a", "domain": "d"}',
    Reason.BAD_DOMAIN: b'{"question": "q", "answer": "a", "domain": "a/../b"}',
    Reason.BAD_LANGUAGE: b'{"question": "q", "answer": "a", "domain": "d", "language": "?"}',
    Reason.BAD_IMAGE: b'{"question": "q", "answer": "a", "domain": "d", "images": ["/etc/passwd"]}',
    Reason.BAD_ID: b'{"question": "q", "answer": "a", "domain": "d", "id": "\\u202e"}',
    Reason.DUPLICATE_ID: b'{"question": "other", "answer": "a", "domain": "d", "id": "row 0"}',
}


def test_malformed_among_good_rows(tmp_path: Path) -> None:
    good = [
        b'{"question": "q%d", "answer": "a", "domain": "d", "id": "row %d"}' % (row, row)
        for row in range(9_000)
    ]
    bad = [list(MALFORMED.values())[row % len(MALFORMED)] for row in range(1_000)]
    mixed = good[1:] + bad
    random.Random(7).shuffle(mixed)
    path = tmp_path / "seeds.jsonl"
    path.write_bytes(b"\n".join([good[0], *mixed]) + b"\n")
    rows = list(read_file(SeedFile(path)))
    found = Counter(row.reason for row in rows if isinstance(row, BadSeed))
    expected = Counter(list(MALFORMED)[row % len(MALFORMED)] for row in range(1_000))
    assert sum(isinstance(row, Seed) for row in rows) == 9_000
    assert found == expected
    assert len(found) >= 12


def read_apart(path: Path, seconds: int) -> str:
    """Reads `path` in a process of its own; what came of it, below 300 MB at any time."""
    script = (
        "import resource, sys, pathlib\n"
        "from qmirror_assets.errors import SeedFileError\n"
        "from qmirror_assets.seeds.files import SeedFile, read_file\n"
        "seeds = bad = 0\n"
        "try:\n"
        "    for row in read_file(SeedFile(pathlib.Path(sys.argv[1]), domain='d')):\n"
        "        bad += type(row).__name__ == 'BadSeed'\n"
        "        seeds += type(row).__name__ == 'Seed'\n"
        "except SeedFileError:\n"
        "    print('refused', end=' ')\n"
        "own = pathlib.Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0]\n"
        "child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        "assert max(int(own), child) < 300_000, (own, child)\n"
        "print(seeds, 'seeds', bad, 'bad')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 0, done.stderr[-500:]
    return done.stdout.strip()


def test_parquet_with_one_long_text_repeated(tmp_path: Path) -> None:
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 2_860, "int32"), ["x" * 1_000_000])
    path = tmp_path / "bomb.parquet"
    pq.write_table(pa.table({"question": texts, "answer": ["a"] * 2_860}), path)
    assert path.stat().st_size < 200_000
    assert read_apart(path, 20) == "refused 0 seeds 0 bad"


def test_parquet_with_one_huge_page(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    text = pa.array(["x" * 200_000_000])
    pq.write_table(
        pa.table({"question": text, "answer": ["a"]}),
        path,
        compression="zstd",
        use_dictionary=False,
        write_statistics=False,
    )
    del text
    assert path.stat().st_size < 200_000
    assert read_apart(path, 20) == "refused 0 seeds 0 bad"


def test_parquet_list_of_forty_million_nulls(tmp_path: Path) -> None:
    values = pa.nulls(40_000_000, "int8")
    lists = pa.ListArray.from_arrays(pa.array([0, len(values)], "int32"), values)
    path = tmp_path / "bomb.parquet"
    pq.write_table(pa.table({"question": ["q"], "answer": ["a"], "x": lists}), path)
    assert read_apart(path, 20) == "refused 0 seeds 0 bad"


def write_png_bomb(path: Path, side: int) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body).to_bytes(4)
        return len(body).to_bytes(4) + kind + body + check

    header = side.to_bytes(4) * 2 + bytes([8, 2, 0, 0, 0])
    rows = zlib.compress(bytes(side * (3 * side + 1)) if side <= 3_000 else b"")
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def write_truncated(path: Path) -> None:
    Image.effect_noise((99, 99), 50).save(path)
    path.write_bytes(path.read_bytes()[:-900])


def write_moving(path: Path) -> None:
    frames = [Image.new("L", (2, 2), shade) for shade in (0, 99)]
    frames[0].save(path, save_all=True, append_images=frames[1:])


HOSTILE: dict[str, Callable[[Path], object]] = {
    "too-many-pixels": lambda path: write_png_bomb(path, 2_001),
    "claims-gigapixels": lambda path: write_png_bomb(path, 60_000),
    "too-many-bytes": lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(8_000_001)),
    "truncated": write_truncated,
    "moves": write_moving,
    "other-format": lambda path: Image.new("L", (2, 2)).save(path, "BMP"),
    "text": lambda path: path.write_text("<svg/>"),
    "empty": lambda path: path.touch(),
    "pipe": os.mkfifo,
    "folder": lambda path: path.mkdir(),
    "link-out": lambda path: path.symlink_to("/etc/hostname"),
    "link-loop": lambda path: path.symlink_to(path),
}


def read_picture_row(folder: Path, name: str) -> Seed | BadSeed:
    row = {"question": "q", "answer": "a", "domain": "d", "images": [name]}
    path = folder / "seeds.jsonl"
    path.write_text(json.dumps(row) + "\n")
    (outcome,) = read_file(SeedFile(path))
    return outcome


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_picture_is_a_bad_row(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "p.png")
    bad = read_picture_row(tmp_path, "p.png")
    assert isinstance(bad, BadSeed)
    assert bad.reason is Reason.BAD_IMAGE
    assert str(tmp_path) not in bad.detail


@pytest.mark.parametrize(
    "name",
    ["/etc/hostname", "../p.png", "sub/../../p.png", "absent.png", ".", "~/p.png", "x" * 400],
)
def test_picture_path_stays_inside(tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    (home / "sub").mkdir(parents=True)
    Image.new("L", (2, 2)).save(tmp_path / "p.png")
    bad = read_picture_row(home, name)
    assert isinstance(bad, BadSeed)
    assert bad.reason is Reason.BAD_IMAGE


@pytest.mark.timeout(10)
@pytest.mark.parametrize("field", ["question", "domain", "id", "x"])
def test_long_run_of_combining_marks_costs_no_time(tmp_path: Path, field: str) -> None:
    path = tmp_path / "seeds.jsonl"
    row = {"question": "q", "answer": "a", "domain": "d"}
    rows = [row | {field: "a" + "\u0301\u0316" * count} for count in [*[3_900] * 90, 130_000]]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    kind = Seed if field == "x" else BadSeed
    assert {type(row) for row in read_file(SeedFile(path))} == {kind}
