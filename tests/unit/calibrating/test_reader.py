"""Reading turns out of a release, and labels out of a file."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qmirror_assets.calibrating.labels import read_labels
from qmirror_assets.calibrating.reader import items_of, read_items
from qmirror_assets.errors import NotFoundError, QMirrorError, UsageError
from qmirror_assets.synjudge.dimensions import Dimension
from tests.unit.synjudge.shelf import figure_items, photo_items

PHOTO, FIGURE = photo_items()[0], figure_items()[0]
JUNK = hashlib.sha256(b"junk").hexdigest()


def turn(n: int, **changes: Any) -> dict[str, Any]:
    return {
        "turn": n, "question": "Why?", "answer": "So.", "caption": "A leaf.",
        "image": PHOTO.digest, "picture": {"alt": "A leaf."}, "drawn": None, **changes,
    }  # fmt: skip


def row(*turns: dict[str, Any], **changes: Any) -> dict[str, Any]:
    pictures = [{"bytes": PHOTO.image, "path": None}, {"bytes": FIGURE.image, "path": None}]
    return {
        "id": "s1", "conversation": orjson.dumps(list(turns)).decode(), "images": pictures,
        "topic": "leaves", **changes,
    }  # fmt: skip


def release(folder: Path, rows: list[dict[str, Any]]) -> Path:
    (folder / "data").mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows), folder / "data" / "train-00000-of-00001.parquet")
    return folder


def test_turns_find_their_pictures_by_digest(tmp_path: Path) -> None:
    drawn = [["node", "egg"]]
    figure = turn(1, image=FIGURE.digest, drawn=drawn, figure=FIGURE.spec)
    (one, two) = read_items(release(tmp_path, [row(turn(0), figure)]))
    assert (one.image, two.image) == (PHOTO.image, FIGURE.image)
    assert (one.key, two.key, one.topic) == ("s1:0", "s1:1", "leaves")
    assert hashlib.sha256(one.image).hexdigest() == one.digest
    assert (two.drawn, two.spec) == ((("node", "egg"),), FIGURE.spec)


def test_a_picture_column_alone_is_enough_and_what_is_drawn_may_stand_in_the_record() -> None:
    record = {"alt": "x", "drawn": [["node", "egg"]]}
    (item,) = items_of(row(turn(0, picture=record), images=None, image={"bytes": PHOTO.image}))
    assert item.image == PHOTO.image
    assert item.drawn == (("node", "egg"),)


def test_turns_without_picture_and_unknown_keys() -> None:
    (item,) = items_of(row(turn(0, image=None, picture=None, caption=None, mood="calm")))
    assert (item.image, item.caption, dict(item.picture)) == (b"", "", {})


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        ([row(turn(0, image="f" * 64))], UsageError, "not in the release"),
        (
            [row(turn(0, image=JUNK), images=[{"bytes": b"junk", "path": None}])],
            UsageError,
            "damaged",
        ),
        ([row({"turn": 0})], UsageError, "sample s1"),
        ([{"id": "s", "question": "q"}], UsageError, "no dialogues"),
        (None, NotFoundError, "not a release"),
    ],
    ids=["picture", "damaged", "turn", "no-dialogues", "no-files"],
)
def test_what_is_no_dialogue_is_named(
    tmp_path: Path, rows: list[dict[str, Any]] | None, error: type[QMirrorError], message: str
) -> None:
    folder = tmp_path if rows is None else release(tmp_path / "r", rows)
    with pytest.raises(error, match=message):
        list(read_items(folder))


JSONL = '{"sample_id": "a", "turn": 1, "tcc": 4, "its": 0}\n\n{"sample_id": "b", "iq": 5}\n'
CSV = "sample_id,turn,tcc,icc,iq,its\na,1,4,,,0\nb,,,,5,\n"


@pytest.mark.parametrize(
    ("name", "text"), [("l.jsonl", JSONL), ("l.csv", CSV)], ids=["jsonl", "csv"]
)
def test_labels(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert read_labels(tmp_path / name) == {
        ("a", 1): {Dimension.TCC: 4, Dimension.ITS: 0}, ("b", 0): {Dimension.IQ: 5},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("l.jsonl", '{"sample_id": "a", "tcc": 6}', "line 1"),
        ("l.jsonl", '{"sample_id": "a", "tcc": 4.0}', "tcc"),
        ("l.jsonl", '{"sample_id": "a", "tcc": true}', "tcc"),
        ("l.jsonl", '{"sample_id": "a", "tc": 3}', "Did you mean 'tcc'"),
        ("l.jsonl", '{"sample_id": "a"}\n{"sample_id": "a"}', "stands twice"),
        ("l.jsonl", "{", "line 1 is not JSON"),
        ("l.csv", "sample_id,tcc\na,4.5\n", "line 2"),
        ("l.csv", "sample_id,tcc\na,-1\n", "line 2"),
        ("l.csv", "sample_id,tcc\na,4,5\n", "None"),
        ("l.csv", 'sample_id,tcc\na,"4\n', "cannot be read"),
        ("l.csv", "sample_id,tcc\na,\xff\n", "cannot be read"),
    ],
    ids=[
        "six", "float", "bool", "name", "twice", "json", "csv-float", "csv-minus", "csv-cells",
        "csv-quote", "csv-bytes",
    ],
)  # fmt: skip
def test_bad_labels_are_named(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match=message):
        read_labels(tmp_path / name)
