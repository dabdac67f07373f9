"""The process that decodes one Parquet file and writes it as JSON lines to its standard output.

Arrow aborts the whole process on some damaged footers, and a forged footer hides how much memory
its pages take; so decoding is done apart, under a memory limit. Protocol, one message a line:
`{"columns": [...]}`, then `{"line", "cells"}` or `{"line", "reason", "detail"}` for every row,
last `{"end": rows}` or `{"error": {...}}`. Anything else means that this process died.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qmirror_assets.errors import SeedFileError
from qmirror_assets.records import Rejection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qmirror_assets.seeds.rawrow import RawRow

MEMORY_BYTES = 1 << 30
ERROR_PARTS = ("what", "expected", "found", "remedy")


def write_messages(path: Path) -> None:
    """Decodes `path` and writes the messages."""
    _limit_process()
    # Imported under the limit.
    from qmirror_assets.seeds.parquetrows import decode_parquet  # noqa: PLC0415

    rows = 0
    try:
        for row in decode_parquet(path, _write_columns):
            _write(_describe(row))
            rows += 1
    except SeedFileError as error:
        _write({"error": {name: getattr(error, name) for name in ERROR_PARTS}})
    else:
        _write({"end": rows})


def _limit_process() -> None:
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    # Raising a lower limit that stands already would be refused.
    most = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(hard, MEMORY_BYTES)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _describe(row: RawRow) -> dict[str, Any]:
    if isinstance(row.cells, Rejection):
        return {"line": row.line, "reason": row.cells.reason, "detail": row.cells.detail}
    return {"line": row.line, "cells": row.cells}


def _write_columns(names: Sequence[str]) -> None:
    _write({"columns": list(names)})


def _write(message: dict[str, Any]) -> None:
    # json, not orjson: NaN has to arrive as NaN so that it is refused with its reason.
    sys.stdout.write(json.dumps(message))
    sys.stdout.write("\n")


if __name__ == "__main__":
    write_messages(Path(sys.argv[1]))
