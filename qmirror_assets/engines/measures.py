"""A judge's eyes without a judge: what can be measured and read in one picture.

It looks at nothing but pixels: the messages and the schema of a request are not read, so the same
picture always gives the same answer. What the numbers mean is decided by `synjudge`.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Final

from qmirror_assets.engines.base import Call, Failure, Outcome, Raw, Request, Role
from qmirror_assets.engines.ocr import RapidOcrEngine
from qmirror_assets.engines.pixels import decode_picture, measure_pixels

_REMEMBERED: Final = 512  # answers of a kilobyte or two


class MeasuresEngine:
    """Measures and reads one picture at a time; text recognition takes nearly all of the time."""

    batch_size: Final = 1
    in_flight: Final = 1

    def __init__(self, identity: Mapping[str, str], threads: int) -> None:
        self.identity = identity
        self._reader = RapidOcrEngine({}, threads)
        self._seen: OrderedDict[bytes, Raw] = OrderedDict()

    async def run(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        """Measure the one picture of each call, in order."""
        return [await self._measure(call) for call in calls]

    async def _measure(self, call: Call) -> Outcome:
        # a loop judges one picture beside several texts: the pixels are read once
        key = hashlib.sha256(b"\0".join(call.images)).digest()
        if key in self._seen:
            self._seen.move_to_end(key)
            return self._seen[key]
        (read,) = await self._reader.run([Call(Request(Role.OCR, {}), call.images)])
        if isinstance(read, Failure):
            return read
        pixels = await asyncio.to_thread(decode_picture, call.images[0])
        measured = await asyncio.to_thread(measure_pixels, pixels)
        answer = Raw({"measures": {**measured, "texts": read.body["items"]}})
        self._seen[key] = answer
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return answer

    async def close(self) -> None:
        """Free the models."""
        self._seen.clear()
        await self._reader.close()
