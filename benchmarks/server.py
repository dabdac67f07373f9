"""The fake server in a process of its own: it answers, counts calls and fails when asked to."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

MODEL = "fake-1"


class CountingServer:
    """A context manager around `python -m qmirror_assets.testing.fake_server`.

    latency_ms: of every reply.
    """

    def __init__(self, latency_ms: float) -> None:
        self._command = [
            sys.executable, "-m", "qmirror_assets.testing.fake_server",
            "--port", "0", "--latency-ms", str(latency_ms),
        ]  # fmt: skip
        self._origin = ""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        port = self._process.stdout.readline().strip()
        if not port:
            raise RuntimeError("the fake server ended before it printed its port")
        self._origin = f"http://127.0.0.1:{port}"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)

    @property
    def url(self) -> str:
        """Base URL for OpenAI clients, up to and without `/chat/completions`."""
        return f"{self._origin}/v1"

    @property
    def calls(self) -> int:
        """Requests that arrived since the last reset."""
        return int(self.stats()["calls"])

    def stats(self) -> dict[str, Any]:
        """calls, requests (distinct ones), most_in_flight, faults (kind -> count)."""
        with urllib.request.urlopen(f"{self._origin}/stats", timeout=60) as reply:
            found: dict[str, Any] = json.load(reply)
        return found

    def reset(self, faults: Sequence[str] | None = None) -> None:
        """Forget all counts; `faults` (such as `400:0.05:permanent`) replaces the fault plan."""
        body = b"" if faults is None else json.dumps({"faults": list(faults)}).encode()
        urllib.request.urlopen(f"{self._origin}/reset", data=body, timeout=60).close()
