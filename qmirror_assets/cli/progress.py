"""Progress of a build: a bar on a terminal, plain lines elsewhere. Everything on stderr."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any

from qmirror_assets.engines.models import Progress as Fetched
from qmirror_assets.runner.facts import Progress

_LINE_EVERY = 5.0  # seconds between plain lines


class Reporter:
    """Shows what a build is doing."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._bar: Any = None
        self._task: Any = None
        self._steps = (0, 0)
        self._said = 0.0

    def __enter__(self) -> Reporter:
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console  # noqa: PLC0415
            from rich.progress import (  # noqa: PLC0415
                BarColumn,
                MofNCompleteColumn,
                TextColumn,
                TimeElapsedColumn,
            )
            from rich.progress import (
                Progress as Bar,
            )

            self._bar = Bar(
                TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                TextColumn("{task.fields[detail]}"), TimeElapsedColumn(),
                console=Console(stderr=True), transient=True,
            )  # fmt: skip
            self._bar.start()
            self._task = self._bar.add_task("starting", total=None, detail="")
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self, done: int, total: int, what: str) -> None:
        """`done` of `total` stages are finished; `what` comes next."""
        self._steps = (done, total)
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total, description=what, detail="")
        else:
            self._line(f"[{done}/{total}] {what}")

    def note(self, text: str) -> None:
        """One line that stays."""
        if self._quiet:
            return
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False)
        else:
            sys.stderr.write(text + "\n")

    def rows(self, progress: Progress) -> None:
        """How far the running partition is."""
        key = progress.key
        detail = f"{progress.done}/{progress.total} rows, {progress.calls} calls"
        if self._bar is not None:
            self._bar.update(self._task, description=f"{key.domain}: {key.node}", detail=detail)
        elif time.monotonic() - self._said > _LINE_EVERY:
            done, total = self._steps
            self._line(f"[{done}/{total}] {key.domain}: {key.node}, {detail}")

    def fetch(self, progress: Fetched) -> None:
        """How far a model's weights are."""
        done, total = progress.bytes_done / 1e6, progress.bytes / 1e6
        detail = f"{done:.0f} of {total:.0f} MB, part {progress.parts_done} of {progress.parts}"
        if self._bar is not None:
            self._bar.update(self._task, description="fetching the model", detail=detail)
        elif time.monotonic() - self._said > _LINE_EVERY or done >= total:
            self._line(f"fetching the model: {detail}")

    def _line(self, text: str) -> None:
        if not self._quiet:
            self._said = time.monotonic()
            sys.stderr.write(text + "\n")
            sys.stderr.flush()
