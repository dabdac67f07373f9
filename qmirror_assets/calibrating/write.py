"""The files of a calibration: the planted set with its pictures, the report, its plots."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import orjson

from qmirror_assets.calibrating.page import report_page
from qmirror_assets.calibrating.plots import plot_kinds, plot_labels
from qmirror_assets.calibrating.result import Calibration, Shown
from qmirror_assets.records import Json
from qmirror_assets.release.pictures import examine
from qmirror_assets.store import atomic
from qmirror_assets.synjudge.defects import MUST_FALL
from qmirror_assets.synjudge.items import Item

_PICTURES: Final = "pictures"


def write_all(found: Calibration, shown: Sequence[Shown], sources: Mapping[str, Item]) -> None:
    """Write everything into the calibration's folder.

    Raises:
        StoreUnavailable: the folder cannot be written.
    """
    folder = found.folder
    lines = [orjson.dumps(_line(one, folder)) for one in shown]
    atomic.write_bytes(folder / "planted.jsonl", b"".join(line + b"\n" for line in lines))
    plots = {"kinds.png": plot_kinds(found.kinds)}
    if found.comparisons:
        plots["labels.png"] = plot_labels(found.comparisons)
    for name, data in plots.items():
        atomic.write_bytes(folder / name, data)
    report = orjson.dumps(found.to_json(), option=orjson.OPT_INDENT_2)
    atomic.write_bytes(folder / "report.json", report)
    atomic.write_bytes(folder / "report.html", report_page(found, shown, sources, plots).encode())


def _line(one: Shown, folder: Path) -> dict[str, Json]:
    item, judged = one.planted.item, one.case.judged
    return {
        "defect": one.planted.defect.value,
        "sample_id": item.sample_id,
        "turn": item.turn,
        "half": "report" if one.reported else "tune",
        "done": one.planted.note,
        "must_fall": [name.value for name in MUST_FALL[one.planted.defect]],
        "question": item.question,
        "answer": item.answer,
        "caption": item.caption,
        "picture": _keep_picture(item.image, folder),
        "record": dict(item.picture),
        "scores": {name.value: score.value for name, score in judged.verdict.scores.items()},
        "scores_of_source": {n.value: s.value for n, s in one.case.source.verdict.scores.items()},
        "signals": {name.value: value for name, value in judged.signals.items()},
        "failure": judged.failure,
    }


def _keep_picture(data: bytes, folder: Path) -> str:
    if not data:
        return ""
    name = f"{_PICTURES}/{hashlib.sha256(data).hexdigest()[:16]}.{examine(data).suffix}"
    if not (folder / name).exists():
        atomic.write_bytes(folder / name, data)
    return name
