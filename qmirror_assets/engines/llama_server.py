"""The shared local model server: a child process around xllamacpp's HTTP server.

    python -m qmirror_assets.engines.llama_server --model FILE --state BASE --alias NAME

Two inference engines on the same cores collapse to a tenth of their speed, so a machine has one
server per model and every build talks to it. It outlives the build that started it and leaves by
itself: when nobody was attached for a while, or its address is taken away.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from qmirror_assets.engines.llama_state import Listening, StateFiles
from qmirror_assets.engines.locks import Hold, hold_lock, try_lock

_LOOK_S: Final = 1.0
_TAKE_OVER_S: Final = 15.0
_ERRORS_ONLY: Final = 1


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What the server is started with. idle_s: how long it stays unused."""

    model: Path
    state: StateFiles
    alias: str
    n_ctx: int
    threads: int
    idle_s: float


def serve(settings: ServerSettings) -> None:
    """Serve until idle, told to stop, or forgotten. Returns at once if one serves already."""
    alive = _become_alive(settings.state)
    if alive is None:
        return
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    token = secrets.token_urlsafe(24)
    server = _start(settings, token)
    listening = Listening(os.getpid(), str(server.listening_address), token)
    settings.state.write(listening)
    _watch(settings, listening, stopped)
    shutil.rmtree(settings.state.saved, ignore_errors=True)
    # the native threads have no clean stop, and nothing of theirs needs one
    os._exit(0)


def _become_alive(state: StateFiles) -> Hold | None:
    # others try this lock for an instant to see who lives, and a server that was just told to
    # leave needs a moment
    until = time.monotonic() + _TAKE_OVER_S
    while (hold := hold_lock(state.path("alive"))) is None and time.monotonic() < until:
        time.sleep(0.1)
    return hold


def _start(settings: ServerSettings, token: str) -> Any:
    import xllamacpp  # noqa: PLC0415 - loads the native library

    params = xllamacpp.CommonParams()
    params.model.path = str(settings.model)
    params.model_alias = {settings.alias}
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_ctx, params.n_parallel = settings.n_ctx, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = settings.threads
    params.fit_params = False  # would change n_ctx with the free memory of the moment
    params.cache_ram_mib = 0  # prefix reuse inside the slot is enough; the default takes 8 GiB
    params.slot_save_path = f"{_empty(settings.state.saved)}{os.sep}"
    params.api_keys = [token]
    params.endpoint_slots, params.ui = False, False
    params.verbosity = _ERRORS_ONLY
    return xllamacpp.Server(params)


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def _watch(settings: ServerSettings, listening: Listening, stopped: threading.Event) -> None:
    state, since = settings.state, time.monotonic()
    while not stopped.wait(_LOOK_S):
        if state.read() != listening:
            return
        if not try_lock(state.path("clients")):
            since = time.monotonic()
        elif time.monotonic() - since > settings.idle_s and _leave(state):
            return
    state.forget()


def _leave(state: StateFiles) -> bool:
    """Take the address away, unless somebody is just looking at it or has attached."""
    start = hold_lock(state.path("start"))
    if start is None:
        return False
    if try_lock(state.path("clients")):
        state.forget()
        return True
    start.release()
    return False


def _parse_arguments(arguments: Sequence[str] | None) -> ServerSettings:
    parser = argparse.ArgumentParser(description="The shared local model server.")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--alias", required=True)
    parser.add_argument("--n-ctx", type=int, default=4096)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--idle-s", type=float, default=120.0)
    given = parser.parse_args(arguments)
    return ServerSettings(
        given.model,
        StateFiles(given.state),
        given.alias,
        given.n_ctx,
        given.threads,
        given.idle_s,
    )


if __name__ == "__main__":
    serve(_parse_arguments(None))
