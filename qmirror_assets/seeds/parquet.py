"""Parquet tables, decoded in a process of their own (`parquetchild` says why)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from qmirror_assets.errors import SeedFileError
from qmirror_assets.records import Reason, Rejection
from qmirror_assets.seeds.faults import RowFault, file_error
from qmirror_assets.seeds.jsonvalues import parse_json
from qmirror_assets.seeds.rawrow import RawRow

MESSAGE_BYTES = 1 << 24  # a row of at most 1 MiB, with every character escaped
CHILD = "qmirror_assets.seeds.parquetchild"

CheckHeader = Callable[[Sequence[str]], None]


def read_parquet(path: Path, check_header: CheckHeader) -> Iterator[RawRow]:
    """One raw row a table row; `line` is the 1-based row number.

    Args:
        path: a Parquet file of texts, numbers, booleans, lists and structs.
        check_header: called once with the column names; raises when they cannot serve.

    Raises:
        SeedFileError: damaged, truncated or over the limits; a column type that is not JSON.
    """
    with _start(path) as child:
        try:
            yield from _read_rows(_stdout(child), path, check_header)
        finally:
            child.kill()


def _start(path: Path) -> subprocess.Popen[bytes]:
    root = str(Path(__file__).parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        # -P: the current folder may hold anything and is not searched for modules.
        [sys.executable, "-P", "-m", CHILD, str(path.absolute())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            # Other pools reserve more than they use, which the memory limit would count.
            "ARROW_DEFAULT_MEMORY_POOL": "system",
        },
    )


def _stdout(child: subprocess.Popen[bytes]) -> IO[bytes]:
    if child.stdout is None:
        raise SeedFileError("the Parquet decoder has no output", remedy="Report this")
    return child.stdout


def _read_rows(stream: IO[bytes], path: Path, check_header: CheckHeader) -> Iterator[RawRow]:
    row = 0
    while True:
        message = _read_message(stream)
        if "cells" in message:
            row = message["line"]
            yield RawRow(row, message["cells"])
        elif "reason" in message:
            row = message["line"]
            yield RawRow(row, _rejection(message))
        elif "columns" in message:
            check_header(message["columns"])
        elif "end" in message:
            return
        else:
            raise _explain(message, path, row)


def _read_message(stream: IO[bytes]) -> dict[str, Any]:
    """The next message; an empty one when the child is gone or wrote no whole line."""
    data = stream.readline(MESSAGE_BYTES)
    if not data.endswith(b"\n"):
        return {}
    try:
        message = parse_json(data.decode())
    except RowFault as fault:
        return _refuse_row(data, fault)
    return message if isinstance(message, dict) else {}


def _refuse_row(data: bytes, fault: RowFault) -> dict[str, Any]:
    # Messages begin with their line number, so a row that is no JSON still has its place.
    number = data.removeprefix(b'{"line": ').partition(b",")[0]
    if not number.isdigit():
        return {}
    return {"line": int(number), "reason": fault.reason, "detail": fault.detail}


def _rejection(message: dict[str, Any]) -> Rejection:
    return Rejection(Reason(message["reason"]), message["detail"])


def _explain(message: dict[str, Any], path: Path, row: int) -> SeedFileError:
    if parts := message.get("error"):
        what = parts.pop("what")
        return SeedFileError(what, **parts)
    return file_error(
        path,
        "is damaged or unfolds too far",
        line=row + 1,
        found="a decoder that stopped",
        remedy="Write it again with smaller row groups, or copy it again from where it came",
    )
