import json

import orjson
import pyarrow as pa

from qmirror_assets.lineage import schemas
from qmirror_assets.lineage.nodes import Place, columns_at, lineage_batch, rejection_batch
from qmirror_assets.records import Column
from qmirror_assets.store import tables

COLUMNS = {"text": Column.STR, "score": Column.FLOAT, "facts": Column.JSON, "old": Column.STR}
SCHEMA = tables.row_schema(COLUMNS)
MADE = Place("write", "write", 0, 2, 5, "sums", new_columns=("text", "score", "facts"))


def batch() -> pa.RecordBatch:
    values = {
        "sample_id": ["a" * 32], "seed_digest": ["b" * 32], "row_digest": ["c" * 32],
        "parent_digest": ["d" * 32], "actions": [["k"]], "text": ["é \u2028 x"], "score": [0.5],
        "facts": ['{"n":[1,2.50]}'], "old": ["carried"],
    }  # fmt: skip
    return tables.to_batch(SCHEMA, values)


def test_data_holds_what_the_node_made_and_no_more() -> None:
    (row,) = lineage_batch(MADE, batch(), columns_at(MADE, SCHEMA)).to_pylist()
    assert json.loads(row["data"]) == {"text": "é \u2028 x", "score": 0.5, "facts": {"n": [1, 2.5]}}
    assert (row["ordinal"], row["round"], row["actions"], row["parent_digest"]) == (
        5, 2, ["k"], "d" * 32,
    )  # fmt: skip


def test_a_node_that_hands_rows_on_claims_no_action() -> None:
    place = Place("unique", "unique", 0, 0, 6, "sums", passes_on=True)
    (row,) = lineage_batch(place, batch(), columns_at(place, SCHEMA)).to_pylist()
    assert (row["actions"], row["parent_digest"], row["data"]) == ([], "c" * 32, "{}")


def test_null_cells_are_null() -> None:
    empty = batch().to_pylist()[0] | {"facts": None, "text": None, "score": None}
    made = pa.RecordBatch.from_pylist([empty], schema=SCHEMA)
    (row,) = lineage_batch(MADE, made, columns_at(MADE, SCHEMA)).to_pylist()
    assert orjson.loads(row["data"]) == {"text": None, "score": None, "facts": None}


def test_rejections_keep_reason_and_place() -> None:
    values = {
        "sample_id": [""], "reason": ["bad_json"], "detail": ["line 3"], "parent_digest": [""],
        "actions": [[]], "place": ["seeds.jsonl:3"],
    }  # fmt: skip
    found = rejection_batch(MADE, tables.to_batch(tables.REJECTIONS, values))
    assert found.schema == schemas.REJECTIONS
    assert found.to_pylist()[0]["place"] == "seeds.jsonl:3"
