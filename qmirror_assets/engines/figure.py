"""The image engine that draws: a validated spec in, exact and repeatable bytes out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from qmirror_assets.engines.base import Call, Failure, FailureKind, Outcome, Raw
from qmirror_assets.errors import FigureError


class FigureEngine:
    """Draws one spec at a time in a thread of its own: the event loop keeps answering."""

    batch_size: Final = 1
    in_flight: Final = 1

    def __init__(self, identity: Mapping[str, str]) -> None:
        self.identity = identity
        self._thread: ThreadPoolExecutor | None = None

    async def run(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        """Draw `calls` in order; a spec that is refused is a failure of its call."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "figure")
        loop = asyncio.get_running_loop()
        return [await loop.run_in_executor(self._thread, _draw, call) for call in calls]

    async def close(self) -> None:
        """End the thread."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.shutdown(wait=False, cancel_futures=True)


def _draw(call: Call) -> Outcome:
    from qmirror_assets.figures.render import render  # noqa: PLC0415 - imports matplotlib
    from qmirror_assets.figures.spec import parse_spec  # noqa: PLC0415

    try:
        picture = render(parse_spec(call.request.body.get("spec")))
    except FigureError as error:
        return Failure(FailureKind.RENDER, str(error))
    drawn = [[part.role, part.text] for part in picture.drawn]
    body = {
        "width": picture.width,
        "height": picture.height,
        "alt": picture.alt,
        "drawn": drawn,
    }
    return Raw(body, {"image": picture.png})
