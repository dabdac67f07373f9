"""Finding, starting and replacing the shared local model server, from a client's side."""

from __future__ import annotations

import http.client
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qmirror_assets.engines.llama_state import Listening, StateFiles
from qmirror_assets.engines.locks import Hold, hold_lock, locked, try_lock
from qmirror_assets.errors import EngineUnavailable

START_S: Final = 180.0
_HEALTH_S: Final = 5.0
_LOOK_S: Final = 0.1
_PASSED_ON: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "QMIRROR_CACHE")
"""All that the server gets of our environment: it has no use for anybody's keys."""


@dataclass(frozen=True, slots=True)
class ServerWish:
    """The server a client wants. idle_s: how long it stays with nobody attached."""

    sha256: str
    alias: str
    n_ctx: int = 4096
    threads: int = 1
    idle_s: float = 120.0


class SharedServer:
    """One client's hold on the machine's server for a model. All methods block."""

    def __init__(self, wish: ServerWish, model: Path) -> None:
        self._wish, self._model = wish, model
        self._state = StateFiles.of(wish.sha256, wish.n_ctx)
        self._hold: Hold | None = None
        self.starts = 0

    @property
    def state(self) -> StateFiles:
        """The files this server is shared by."""
        return self._state

    def attach(self) -> Listening:
        """Return a healthy server, started or replaced where needed, and stay attached.

        Raises:
            EngineUnavailable: it does not start; the message holds the end of its log.
        """
        with locked(self._state.path("start")):
            listening = self._state.read()
            if listening is not None and not _is_healthy(listening):
                self._kill(listening)
                listening = None
            if listening is None:
                listening = self._start()
            if self._hold is None:
                self._hold = hold_lock(self._state.path("clients"), shared=True, wait=True)
            return listening

    def detach(self) -> None:
        """Let the server leave once nobody else is attached."""
        hold, self._hold = self._hold, None
        if hold is not None:
            hold.release()

    def _start(self) -> Listening:
        self._send_idle_others_away()
        self._state.forget()
        self.starts += 1
        pid = _spawn(self._wish, self._model, self._state)
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            listening = self._state.read()
            if listening is not None and _is_healthy(listening):
                return listening
            if _has_ended(pid):
                break
            time.sleep(_LOOK_S)
        raise EngineUnavailable(
            f"the local model server for {self._wish.alias} did not start",
            expected=f"a healthy server within {START_S:g} s",
            found=_last_line(self._state.path("log")),
            remedy=f"Read {self._state.path('log')}, and check free memory",
        )

    def _send_idle_others_away(self) -> None:
        """Free the memory and cores of servers for other models that nobody uses."""
        for other in self._state.siblings():
            if try_lock(other.path("clients")):
                other.forget()

    def _kill(self, listening: Listening) -> None:
        # the pid is safe to use: whoever wrote it holds the alive lock at this moment
        if not try_lock(self._state.path("alive")):
            os.kill(listening.pid, signal.SIGKILL)
        self._state.forget()


def _spawn(wish: ServerWish, model: Path, state: StateFiles) -> int:
    """Start the server in a session of its own, so that it outlives us and our terminal."""
    arguments = [sys.executable, "-P", "-m", "qmirror_assets.engines.llama_server"]
    arguments += ["--model", str(model.resolve()), "--state", str(state.base)]
    arguments += ["--alias", wish.alias, "--n-ctx", str(wish.n_ctx)]
    arguments += ["--threads", str(wish.threads), "--idle-s", str(wish.idle_s)]
    log = str(state.path("log"))
    output = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    return os.posix_spawn(
        sys.executable,
        arguments,
        _environment(),
        setsid=True,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log, output, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
    )


def _environment() -> dict[str, str]:
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return passed | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def _is_healthy(listening: Listening) -> bool:
    try:
        request = f"{listening.url}/health"  # loopback, from a file that only this user can write
        with urllib.request.urlopen(request, timeout=_HEALTH_S) as reply:  # noqa: S310
            return bool(reply.status == http.HTTPStatus.OK)
    except (OSError, urllib.error.URLError, http.client.HTTPException):
        return False


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text("utf-8", "replace").strip().splitlines()
    except FileNotFoundError:
        return "no log"
    return lines[-1][:200] if lines else "an empty log"
