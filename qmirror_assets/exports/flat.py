"""The flat shape: Parquet with one row a turn and its picture inside, as the Hub shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa

from qmirror_assets.exports.dialogue import Dialogue, Release, Turn
from qmirror_assets.exports.model import Exported
from qmirror_assets.records import Json
from qmirror_assets.release.parquet import GroupWriter

ROW_GROUP = 100
_TEXTS: Final = ("question", "answer", "caption", "image_alt", "image_source")
_SCORES: Final = ("tcc", "icc", "iq", "its")
_COLUMNS: Final[Mapping[str, Any]] = {
    "id": pa.string(),
    "topic": pa.string(),
    "domain": pa.string(),
    "turn": pa.int64(),
    "turns": pa.int64(),
    "question": pa.string(),
    "answer": pa.string(),
    "caption": pa.string(),
    "image": pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())]),
    "image_alt": pa.string(),
    "image_source": pa.string(),
    "image_licence": pa.string(),
    **dict.fromkeys(_SCORES, pa.int64()),
    "syn_score": pa.float64(),
    "licence": pa.string(),
}
_DTYPES: Final = {pa.string(): "string", pa.int64(): "int64", pa.float64(): "float64"}


def write_flat(release: Release, folder: Path) -> Exported:
    """Write `data/<split>-00000-of-00001.parquet`, which `datasets.load_dataset` opens."""
    dialogues = turns = 0
    pictures: set[str] = set()
    files = []
    for split in release.splits:
        name = f"data/{split}-00000-of-00001.parquet"
        # a picture compresses no further, and its bytes differ from all others'
        repeated = [column for column in _COLUMNS if column != "image"]
        writer = GroupWriter(folder / name, flat_schema(), ROW_GROUP, use_dictionary=repeated)
        for dialogue in release.dialogues(split):
            writer.write_rows(list(_rows(dialogue)))
            dialogues, turns = dialogues + 1, turns + len(dialogue.turns)
            pictures.update(t.picture.digest for t in dialogue.turns if t.picture)
        writer.close()
        files.append(name)
    manifest = release.manifest
    return Exported(
        manifest["dataset"], manifest["version"], manifest["release_digest"], "flat", dialogues,
        turns, len(pictures), tuple(files),
    )  # fmt: skip


def flat_schema() -> pa.Schema:
    """Arrow schema of the files, with the features that the `datasets` library reads."""
    features = {
        name: {"_type": "Image"} if name == "image" else {"dtype": _DTYPES[kind], "_type": "Value"}
        for name, kind in _COLUMNS.items()
    }
    info = orjson.dumps({"info": {"features": features}}).decode()
    fields = [pa.field(name, kind) for name, kind in _COLUMNS.items()]
    return pa.schema(fields, metadata={"huggingface": info})


def _rows(dialogue: Dialogue) -> Iterator[dict[str, Json]]:
    for turn in dialogue.turns:
        yield {
            "id": dialogue.id, "topic": dialogue.topic, "domain": dialogue.domain,
            "turn": turn.number, "turns": len(dialogue.turns),
            **{name: turn.text(name) for name in _TEXTS},
            "image": _picture(turn),
            "image_licence": turn.origin.get("licence"),
            **{name: turn.record.get(name) for name in (*_SCORES, "syn_score")},
            "licence": dialogue.licence,
        }  # fmt: skip


def _picture(turn: Turn) -> Json:
    return turn.picture and {"bytes": turn.picture.data, "path": turn.picture.name}
