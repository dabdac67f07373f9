"""Physical lines: read one by one or by blocks, they are the same."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qmirror_assets.errors import SeedFileError
from qmirror_assets.seeds import lines
from qmirror_assets.seeds.lines import Line, read_blocks, read_lines

PLACE = Path("seeds.jsonl")


def by_blocks(data: bytes) -> list[Line]:
    return [
        block.line(at)
        for block in read_blocks(io.BytesIO(data), PLACE)
        for at in range(len(block.lines))
    ]


PIECES = st.sampled_from(
    [b"\n", b"\n", b"\r\n", b"\r", b" ", b"\xef\xbb\xbf", b"\xff", b"abc", b"0123456789"]
)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.lists(PIECES, max_size=30).map(b"".join), block=st.integers(3, 40))
def test_blocks_give_the_lines_that_are_read_one_by_one(
    monkeypatch: pytest.MonkeyPatch, data: bytes, block: int
) -> None:
    monkeypatch.setattr(lines, "LINE_BYTES", 12)
    monkeypatch.setattr(lines, "BLOCK_BYTES", block)
    one_by_one = [line for line in read_lines(io.BytesIO(data), PLACE) if line.data]
    assert by_blocks(data) == one_by_one


@pytest.mark.parametrize("length", [11, 12, 13, 40])
@pytest.mark.parametrize("end", [b"", b"\n", b"\nnext"], ids=["no end", "end", "another line"])
def test_the_longest_line(monkeypatch: pytest.MonkeyPatch, length: int, end: bytes) -> None:
    monkeypatch.setattr(lines, "LINE_BYTES", 12)
    monkeypatch.setattr(lines, "BLOCK_BYTES", 5)
    found = by_blocks(b"x" * length + end)
    assert found == list(read_lines(io.BytesIO(b"x" * length + end), PLACE))
    assert found[0].oversized == (length + bool(end) > 12)
    assert len(found[0].data) <= 13


def test_a_line_without_end_is_never_held_whole() -> None:
    class Endless(io.RawIOBase):
        left = 200

        def read(self, size: int = -1) -> bytes:
            self.left -= 1
            return b"x" * size if self.left else b""

    (block,) = read_blocks(Endless(), PLACE)  # type: ignore[arg-type]
    assert len(block.lines[0]) == lines.LINE_BYTES + 1


def test_utf_16_is_refused_at_once() -> None:
    with pytest.raises(SeedFileError, match="UTF-16"):
        by_blocks("a\n".encode("utf-16"))


def test_a_read_that_fails_names_the_line() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError(5, "Input/output error")
            return super().read(4)

    with pytest.raises(SeedFileError, match=r"line 3.*Input/output error"):
        list(read_blocks(Broken(b"a\nb\nc\nd\n"), PLACE))
