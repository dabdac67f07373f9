"""The turns of a release directory, with the bytes of their pictures.

A row's column `conversation` is a JSON list of turns; the pictures of a row lie in any of its
picture columns and are found by their digests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import BaseModel, ConfigDict, Field

from qmirror_assets.borders import validate
from qmirror_assets.errors import NotFoundError, UsageError
from qmirror_assets.records import Json
from qmirror_assets.release.pictures import examine
from qmirror_assets.synjudge.items import Item

CONVERSATION: Final = "conversation"
_TOPICS: Final = ("topic", "family", "category")
_BATCH: Final = 32


class _Turn(BaseModel):
    # a release of a later version of the package may say more of a turn
    model_config = ConfigDict(extra="ignore", frozen=True)

    turn: int = Field(ge=0)
    question: str
    answer: str
    caption: str | None = None
    image: str | None = None
    picture: dict[str, Any] | None = None
    drawn: list[tuple[str, str]] | None = None
    figure: dict[str, Any] | None = None


class _Turns(BaseModel):
    turns: list[_Turn]


def read_items(folder: Path) -> Iterator[Item]:
    """All turns of all dialogues, in the order of the files.

    Raises:
        NotFoundError: no data files.
        UsageError: no dialogues in them, or a turn that is not one.
    """
    import pyarrow.parquet as pq

    files = sorted((folder / "data").glob("*.parquet"))
    if not files:
        raise NotFoundError(
            f"{folder.name} is not a release directory", expected="data/*.parquet in it"
        )
    for path in files:
        with pq.ParquetFile(path) as file:
            if CONVERSATION not in file.schema_arrow.names:
                raise UsageError(
                    f"{path.name} holds no dialogues",
                    expected=f"a column {CONVERSATION!r}",
                    found=", ".join(file.schema_arrow.names[:12]),
                    remedy="Calibrate a dataset of a recipe that makes dialogues",
                )
            for batch in file.iter_batches(_BATCH):
                for row in batch.to_pylist():
                    yield from items_of(row)


def items_of(row: Mapping[str, Any]) -> Iterator[Item]:
    """The turns of one row of a release."""
    sample = str(row["id"])
    turns = validate(_Turns, {"turns": orjson.loads(row[CONVERSATION])}, f"sample {sample}").turns
    pictures = {hashlib.sha256(data).hexdigest(): data for data in _pictures(row)}
    topic = next((str(row[name]) for name in _TOPICS if row.get(name)), sample)
    for turn in turns:
        yield _item(sample, topic, turn, pictures)


def _item(sample: str, topic: str, turn: _Turn, pictures: Mapping[str, bytes]) -> Item:
    if turn.image and not examine(pictures.get(turn.image)).decodes:
        raise UsageError(
            f"sample {sample}, turn {turn.turn}: its picture is not in the release, or damaged",
            found=turn.image[:12],
            remedy="Check the release with `qmirror fsck`",
        )
    record: dict[str, Json] = turn.picture or {}
    drawn = tuple(turn.drawn or record.get("drawn") or ())
    spec = turn.figure or record.get("spec")
    return Item(
        sample, turn.turn, turn.question, turn.answer, pictures.get(turn.image or "", b""),
        turn.caption or "", topic, record, tuple((str(r), str(t)) for r, t in drawn), spec,
    )  # fmt: skip


def _pictures(value: Any) -> Iterator[bytes]:
    """Bytes of all pictures in a row: `{"bytes", "path"}` structs, alone or in lists."""
    if isinstance(value, Mapping):
        if isinstance(value.get("bytes"), bytes):
            yield value["bytes"]
        else:
            for part in value.values():
                yield from _pictures(part)
    elif isinstance(value, list):
        for part in value:
            yield from _pictures(part)
