"""InterSyn's shape: JSON Lines of alternating human and gpt items, pictures beside them.

One file a split. What the shape has no place for (licences and sources of the pictures, scores)
lies in `sources.jsonl`, one line a picture.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO

import orjson

from qmirror_assets.exports.dialogue import Dialogue, Release, Turn
from qmirror_assets.exports.model import Exported
from qmirror_assets.records import Json
from qmirror_assets.store.atomic import wrap_os_errors

IMAGES = "images"
SOURCES = "sources.jsonl"


def write_conversations(release: Release, folder: Path) -> Exported:
    """Write `<split>.jsonl`, `images/<digest>.png` and `sources.jsonl` into `folder`."""
    dialogues = turns = 0
    names: set[str] = set()
    with wrap_os_errors(folder, "write"), (folder / SOURCES).open("wb") as sources:
        (folder / IMAGES).mkdir()
        for split in release.splits:
            with (folder / f"{split}.jsonl").open("wb") as lines:
                for dialogue in release.dialogues(split):
                    _write(lines, _conversation(dialogue))
                    for turn in dialogue.turns:
                        _write_picture(folder, turn, names)
                        _write(sources, _source(dialogue, turn))
                    dialogues, turns = dialogues + 1, turns + len(dialogue.turns)
    manifest = release.manifest
    return Exported(
        manifest["dataset"], manifest["version"], manifest["release_digest"], "intersyn",
        dialogues, turns, len(names), tuple(f"{split}.jsonl" for split in release.splits),
    )  # fmt: skip


def _conversation(dialogue: Dialogue) -> Json:
    items: list[Json] = []
    for turn in dialogue.turns:
        items.append({"from": "human", "value": turn.text("question")})
        items.append(
            {
                "from": "gpt", "value": turn.text("answer"), "caption": turn.text("caption"),
                "image": _place(turn),
            }
        )  # fmt: skip
    return {"id": dialogue.id, "topic": dialogue.topic, "conversations": items}


def _place(turn: Turn) -> str | None:
    return f"{IMAGES}/{turn.picture.name}" if turn.picture else None


def _source(dialogue: Dialogue, turn: Turn) -> Json:
    return {
        "id": dialogue.id, "turn": turn.number, "image": _place(turn),
        "image_source": turn.text("image_source"), "picture": turn.origin,
        "licence": dialogue.licence,
    }  # fmt: skip


def _write_picture(folder: Path, turn: Turn, names: set[str]) -> None:
    if turn.picture is not None and turn.picture.name not in names:
        (folder / IMAGES / turn.picture.name).write_bytes(turn.picture.data)
        names.add(turn.picture.name)


def _write(lines: IO[bytes], value: Json) -> None:
    lines.write(orjson.dumps(value) + b"\n")
