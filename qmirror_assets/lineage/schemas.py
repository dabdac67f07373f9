"""Tables of the lineage of a version: Parquet, sorted by their first column.

| file | one row for | sorted by |
|---|---|---|
| samples | each sample, accepted or not | sample_id |
| rows | each row a sample had after each stage and round | sample_id, ordinal |
| rejections | each rejection, quarantined seed rows (sample_id "") included | sample_id, ordinal |
| actions | each action: what was asked, what came back | action_key |
| attempts | each execution of an action: run facts | action_key, at |
| images | each picture that is not in the data files | digest |

`ordinal` is the place of the node in build order, 0 for intake. JSON columns are text.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

ROW_GROUP = 8_192
"""Rows of a row group: what one point lookup reads."""

TEXT_ROW_GROUP = 1_024
"""The same for tables whose rows hold prompts and replies of some kilobytes."""

IMAGE_ROW_GROUP = 100


def _required(name: str, kind: Any) -> pa.Field:
    return pa.field(name, kind, nullable=False)


_STRINGS = pa.list_(pa.string())

SAMPLES = pa.schema(
    [
        _required("sample_id", pa.string()),
        _required("domain", pa.string()),
        _required("seed_digest", pa.string()),
        _required("status", pa.string()),  # accepted | rejected | duplicate
        _required("reason", pa.string()),  # of the rejection that ended it, or ""
        _required("node", pa.string()),  # where it ended
        _required("split", pa.string()),  # of an accepted sample, or ""
        _required("supersedes", pa.string()),  # the sample it replaces, or ""
    ]
)
ROWS = pa.schema(
    [
        _required("sample_id", pa.string()),
        _required("domain", pa.string()),
        _required("node", pa.string()),
        _required("stage", pa.string()),
        _required("turn", pa.int32()),
        _required("round", pa.int32()),
        _required("ordinal", pa.int32()),
        _required("row_digest", pa.string()),
        _required("parent_digest", pa.string()),
        _required("actions", _STRINGS),
        _required("data", pa.string()),  # JSON of the columns the node made
    ]
)
REJECTIONS = pa.schema(
    [
        _required("sample_id", pa.string()),
        _required("domain", pa.string()),
        _required("node", pa.string()),
        _required("stage", pa.string()),
        _required("turn", pa.int32()),
        _required("round", pa.int32()),
        _required("ordinal", pa.int32()),
        _required("reason", pa.string()),
        _required("detail", pa.string()),
        _required("place", pa.string()),  # file:line of a seed row that never got further
        _required("parent_digest", pa.string()),
        _required("actions", _STRINGS),
    ]
)
ACTIONS = pa.schema(
    [
        _required("action_key", pa.string()),
        _required("engine", pa.string()),  # JSON: identity
        _required("request", pa.string()),  # JSON: as rendered
        _required("raw", pa.string()),  # JSON: the raw result
        _required("images", _STRINGS),  # digests of pictures that went in
        _required("pictures", _STRINGS),  # digests of pictures that came out
        _required("prompt_tokens", pa.int64()),
        _required("completion_tokens", pa.int64()),
    ]
)
ATTEMPTS = pa.schema(
    [
        _required("action_key", pa.string()),
        _required("node", pa.string()),
        _required("domain", pa.string()),
        _required("sample_id", pa.string()),
        _required("run_id", pa.string()),
        _required("role", pa.string()),
        _required("outcome", pa.string()),
        _required("tries", pa.int64()),
        _required("prompt_tokens", pa.int64()),
        _required("completion_tokens", pa.int64()),
        _required("seconds", pa.float64()),
        _required("cost", pa.float64()),
        _required("at", pa.float64()),
    ]
)
IMAGES = pa.schema(
    [_required("digest", pa.string()), pa.field("bytes", pa.binary())]  # null: the bytes are lost
)
