"""OCR on this machine: what can really be read in a picture, with scores and places."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from qmirror_assets.engines.base import Call, Failure, FailureKind, Outcome, Raw
from qmirror_assets.engines.locks import all_cores
from qmirror_assets.engines.ocr_models import model_files
from qmirror_assets.engines.pixels import decode_picture
from qmirror_assets.records import Json

_LONGEST_SIDE: Final = 1280


class RapidOcrEngine:
    """Reads one picture at a time, never while a local model computes on the same cores."""

    batch_size: Final = 1
    in_flight: Final = 1

    def __init__(self, identity: Mapping[str, str], threads: int) -> None:
        self.identity = identity
        self._threads = threads
        self._thread: ThreadPoolExecutor | None = None
        self._reader: Any = None

    async def run(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        """Read the first picture of each call, in order."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "ocr")
        loop = asyncio.get_running_loop()
        outcomes: list[Outcome] = []
        for call in calls:
            async with all_cores():
                outcomes.append(await loop.run_in_executor(self._thread, self._read, call))
        return outcomes

    def _read(self, call: Call) -> Outcome:
        if len(call.images) != 1:
            found = f"OCR takes one picture, not {len(call.images)}"
            return Failure(FailureKind.BAD_REQUEST, found)
        try:
            pixels = decode_picture(call.images[0])
        except (OSError, ValueError, SyntaxError) as error:
            return Failure(FailureKind.BAD_REQUEST, f"the picture cannot be decoded: {error}")
        if self._reader is None:
            self._reader = _load(self._threads)
        return Raw({"items": _items(self._reader(pixels))})

    async def close(self) -> None:
        """End the thread and free the models."""
        thread, self._thread, self._reader = self._thread, None, None
        if thread is not None:
            thread.shutdown(wait=False, cancel_futures=True)


def _load(threads: int) -> Any:
    from rapidocr import RapidOCR  # noqa: PLC0415

    files = model_files()
    return RapidOCR(
        params={
            # models by path: the package would fetch what it does not find under their names
            "Det.model_path": str(files["detection"]),
            "Rec.model_path": str(files["recognition"]),
            # as drawn: the default enlarges small pictures, takes twice the time and reads less
            "Det.limit_type": "max",
            "Det.limit_side_len": _LONGEST_SIDE,
            # our pictures are upright; the orientation model costs a tenth of the time
            "Global.use_cls": False,
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _items(result: Any) -> list[Json]:
    if result.txts is None or result.boxes is None or result.scores is None:
        return []
    rows = zip(result.txts, result.scores, result.boxes, strict=True)
    return [
        {"text": str(text), "score": round(float(score), 4), "box": _bounds(box)}
        for text, score, box in rows
    ]


def _bounds(box: Any) -> list[int]:
    """Left, top, right, bottom in pixels of a box given by its four corners."""
    (left, top), (right, bottom) = box.min(axis=0), box.max(axis=0)
    return [round(float(edge)) for edge in (left, top, right, bottom)]
