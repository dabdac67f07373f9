"""Ctrl-C and SIGTERM end a running partition at once, with its journal flushed.

Orchestrators replace Python's own handlers and look at signals between steps only; a step may
take hours. Inside the event loop the signals cancel the work instead, so `finally` blocks run.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def new_runner() -> asyncio.Runner:
    """Runs coroutines on a uvloop event loop: half the CPU of a call is the loop's own."""
    import uvloop  # noqa: PLC0415 - no loop, no library

    return asyncio.Runner(loop_factory=uvloop.new_event_loop)


def run_interruptible(runner: asyncio.Runner, work: Coroutine[Any, Any, Result]) -> Result:
    """Run `work`; a signal cancels it.

    Raises:
        KeyboardInterrupt: a signal ended it, after its clean-up.
    """
    if threading.current_thread() is not threading.main_thread():
        return runner.run(work)
    caught: list[int] = []

    async def guarded() -> Result:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        before = {number: signal.getsignal(number) for number in SIGNALS}

        def stop(number: int) -> None:
            caught.append(number)
            if task is not None:
                task.cancel()

        for number in SIGNALS:
            loop.add_signal_handler(number, stop, number)
        try:
            return await work
        finally:
            for number, handler in before.items():
                loop.remove_signal_handler(number)
                signal.signal(number, handler)

    try:
        return runner.run(guarded())
    except asyncio.CancelledError:
        if caught:
            raise KeyboardInterrupt from None
        raise
