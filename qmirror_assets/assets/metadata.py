"""What the UI shows of a materialization: counts, costs, table schema, a contact sheet."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import Any

import dagster as dg

from qmirror_assets.records import Column
from qmirror_assets.runner.facts import Materialized
from qmirror_assets.stages.graph import Node
from qmirror_assets.store import Store, tables

SHEET_COLUMNS, SHEET_ROWS, THUMB = 4, 3, 128  # pictures, pixels
SHEET_CAP = 60_000  # bytes: event rows live in the event database
_TYPES = {Column.STR: "string", Column.INT: "int64", Column.FLOAT: "float64", Column.BOOL: "bool",
          Column.JSON: "json"}  # fmt: skip


def column_schema(columns: Mapping[str, Column]) -> dg.TableSchema:
    """Dagster's table schema of a node's columns."""
    return dg.TableSchema(
        columns=[dg.TableColumn("sample_id", "string")]
        + [dg.TableColumn(name, _TYPES[kind]) for name, kind in columns.items()]
    )


def describe(store: Store, node: Node, done: Materialized) -> dict[str, Any]:
    """Metadata of one materialization."""
    counts, facts = done.manifest.counts, done.facts
    metadata: dict[str, Any] = {
        "dagster/row_count": counts.rows_out,
        "dagster/column_schema": column_schema(node.columns),
        "rows in": counts.rows_in,
        "rejected": counts.rejected,
        "duplicates": counts.duplicates,
        "settled before": counts.settled,
        "up to date already": done.fresh,
        "rows reused": facts.rows_reused,
        "cache hits": facts.hits,
        "calls": facts.calls,
        "failed calls": facts.failures,
        "tokens in": facts.prompt_tokens,
        "tokens out": facts.completion_tokens,
        "seconds": round(facts.seconds, 3),
        "manifest": done.digest,
    }
    if counts.rejected:
        metadata["rejections"] = _rejections(store, done)
    if "image" in node.new_columns:
        sheet = contact_sheet(store, done, "image")
        if sheet:
            metadata["pictures"] = dg.MetadataValue.md(sheet)
    return metadata


def _rejections(store: Store, done: Materialized) -> dg.TableMetadataValue:
    path = store.cas.verified_path(done.manifest.rejections)
    rows = tables.read_columns(path, ["sample_id", "reason", "detail"]).slice(0, 20).to_pylist()
    records = [
        dg.TableRecord({name: str(value)[:200] for name, value in row.items()}) for row in rows
    ]
    schema = dg.TableSchema([dg.TableColumn(n) for n in ("sample_id", "reason", "detail")])
    return dg.MetadataValue.table(records, schema)


def contact_sheet(store: Store, done: Materialized, column: str) -> str:
    """Up to twelve pictures as one data-URI image in Markdown, or "" when there are none."""
    from PIL import Image  # noqa: PLC0415

    digests: list[str] = []
    for batch in store.table(done.manifest).batches([column], 64):
        digests += [d for d in batch.column(column).to_pylist() if d]
        if len(digests) >= SHEET_COLUMNS * SHEET_ROWS:
            break
    if not digests:
        return ""
    sheet = Image.new("RGB", (SHEET_COLUMNS * THUMB, SHEET_ROWS * THUMB), "white")
    for index, digest in enumerate(digests[: SHEET_COLUMNS * SHEET_ROWS]):
        with Image.open(io.BytesIO(store.cas.get(digest))) as picture:
            thumb = picture.convert("RGB")
            thumb.thumbnail((THUMB - 6, THUMB - 6))
        row, col = divmod(index, SHEET_COLUMNS)
        sheet.paste(thumb, (col * THUMB + 3, row * THUMB + 3))
    data = io.BytesIO()
    sheet.save(data, "JPEG", quality=60)
    if data.tell() > SHEET_CAP:
        return ""
    return f"![pictures](data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode()})"
