"""The dialogues of a release directory, streamed, each turn with its picture."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq

from qmirror_assets.errors import DamagedObject, NotFoundError, UsageError
from qmirror_assets.lineage.held import read_json
from qmirror_assets.records import Json
from qmirror_assets.release.pictures import examine
from qmirror_assets.store.atomic import wrap_os_errors

_NEEDED = ("id", "conversation")
_OPTIONAL = ("topic", "domain", "licence")
_BATCH = 16  # dialogues with their pictures in memory at once


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture. digest: SHA-256 of its bytes, in hexadecimal; suffix: `png`, `jpg`, `webp`."""

    digest: str
    suffix: str
    data: bytes

    @property
    def name(self) -> str:
        """Its file name: nothing but the digest decides it."""
        return f"{self.digest}.{self.suffix}"


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn. record: what the recipe kept of it. picture: None where it has none."""

    number: int
    record: Mapping[str, Json]
    picture: Picture | None

    def text(self, name: str) -> str:
        """A text of the turn, or ""."""
        value = self.record.get(name)
        return value if isinstance(value, str) else ""

    @property
    def origin(self) -> Mapping[str, Json]:
        """Where its picture comes from, as its source recorded it."""
        picture = self.record.get("picture")
        source = picture.get("source") if isinstance(picture, dict) else None
        return source if isinstance(source, dict) else {}


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One published sample."""

    id: str
    topic: str
    domain: str
    licence: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """A release directory with dialogues in it."""

    directory: Path
    manifest: Mapping[str, Json]

    @property
    def splits(self) -> Mapping[str, Sequence[Path]]:
        """Data files by split, in the order of the recipe's splits."""
        files: dict[str, list[Path]] = {}
        for file in self.manifest["files"]:
            files.setdefault(file["split"], []).append(self.directory / file["path"])
        order = list(self.manifest["recipe"]["spec"]["release"]["splits"])
        return {split: files[split] for split in order if split in files}

    def dialogues(self, split: str) -> Iterator[Dialogue]:
        """The dialogues of a split, in their order.

        Raises:
            DamagedObject: a picture is not the one its turn names.
        """
        image, columns = self.manifest["image_column"], list(self.manifest["features"])
        wanted = [n for n in (*_NEEDED, *_OPTIONAL, image) if n in columns]
        for path in self.splits[split]:
            with wrap_os_errors(path, "read"), pq.ParquetFile(path) as file:
                for batch in file.iter_batches(_BATCH, columns=wanted):
                    yield from (_dialogue(row, image) for row in batch.to_pylist())


def open_release(directory: Path) -> Release:
    """A release directory whose samples are dialogues.

    Raises:
        NotFoundError: there is no release. UsageError: its samples are no dialogues.
    """
    if not (directory / "manifest.json").is_file():
        raise NotFoundError(f"{directory} is not a release", expected="a file manifest.json")
    manifest = read_json(directory / "manifest.json")
    columns = list(manifest["features"])
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        raise UsageError(
            f"dataset {manifest['dataset']!r} has no dialogues to export",
            expected="column `conversation` (a stage of kind `turns`)",
            found=", ".join(columns),
            remedy="Read its Parquet files as they are: `datasets` opens the directory",
        )
    return Release(directory, manifest)


def _dialogue(row: Mapping[str, Any], image: str) -> Dialogue:
    pictures, sample = dict(_pictures(row.get(image))), row["id"]
    records = enumerate(_records(sample, row["conversation"]), 1)
    turns = [_turn(sample, number, record, pictures) for number, record in records]
    texts = {name: row.get(name) or "" for name in _OPTIONAL}
    return Dialogue(sample, texts["topic"], texts["domain"], texts["licence"], tuple(turns))


def _records(sample: str, text: str | None) -> list[dict[str, Json]]:
    """The turns of a sample's conversation."""
    try:
        records = orjson.loads(text or "[]")
    except orjson.JSONDecodeError:
        records = None
    if not isinstance(records, list) or not all(isinstance(r, dict) for r in records):
        raise DamagedObject(
            f"sample {sample}: its conversation cannot be read",
            expected="a JSON list of turns",
            found=repr((text or "")[:80]),
            remedy="Check the release: sha256sum --check checksums.sha256",
        )
    return records


def _pictures(held: Any) -> Iterator[tuple[str, bytes]]:
    """The pictures of a sample by the digest that their bytes have now."""
    for picture in held if isinstance(held, list) else [held]:
        if picture and picture["bytes"]:
            yield hashlib.sha256(picture["bytes"]).hexdigest(), picture["bytes"]


def _turn(
    sample: str, number: int, record: Mapping[str, Json], pictures: Mapping[str, bytes]
) -> Turn:
    digest = record.get("image")
    if not digest:
        return Turn(number, record, None)
    data = pictures.get(str(digest))
    facts = examine(data)
    if data is None or not facts.decodes:
        raise DamagedObject(
            f"sample {sample}, turn {number}: its picture is not in the release",
            expected=f"a picture with SHA-256 {str(digest)[:64]}",
            found=", ".join(pictures) or "none",
            remedy="Check the release: sha256sum --check checksums.sha256",
        )
    return Turn(number, record, Picture(str(digest), facts.suffix, data))
