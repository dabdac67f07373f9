"""What a command costs: wall, CPU of it and of all it started, peak memory of the process tree."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Cost:
    """wall_s and cpu_s: seconds. rss_mb: largest sum of resident sets seen, in 10^6 bytes."""

    wall_s: float
    cpu_s: float
    rss_mb: float
    output: str


class Failed(Exception):
    """A command that did not end with 0, or not in time; the message ends with its output."""


class _Watch(threading.Thread):
    """Samples the tree's memory and CPU until told to stop."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak, self.cpu = 0, {pid: 0.0}
        self._root, self._stop_now = psutil.Process(pid), threading.Event()

    def run(self) -> None:
        while not self._stop_now.wait(_EVERY_S):
            try:
                tree = [self._root, *self._root.children(recursive=True)]
            except psutil.NoSuchProcess:
                return
            self.peak = max(self.peak, sum(map(self._sample, tree)))

    def _sample(self, process: psutil.Process) -> int:
        try:
            with process.oneshot():
                times = process.cpu_times()
                self.cpu[process.pid] = times.user + times.system
                return int(process.memory_info().rss)
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            return 0  # ended since the tree was listed

    def finish(self) -> None:
        """End the sampling."""
        self._stop_now.set()
        self.join()


def run(command: Sequence[str], environment: Mapping[str, str], log: Path, limit_s: float) -> Cost:
    """Run a command to its end; stdout is kept, all output goes to `log`.

    Raises:
        Failed: it ended with another code than 0, or was ended after `limit_s` seconds.
    """
    started = time.perf_counter()
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command, env=dict(environment), stdout=subprocess.PIPE, stderr=errors, text=True,
            cwd=log.parent, start_new_session=True,
        )  # fmt: skip
        watch = _Watch(process.pid)
        watch.start()
        timer = threading.Timer(limit_s, os.killpg, (process.pid, signal.SIGKILL))
        timer.start()
        try:
            assert process.stdout is not None
            output = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
        finally:
            timer.cancel()
            watch.finish()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed(f"code {process.returncode}\n{_tail(log)}")
    # what the kernel counts for a process and its reaped children misses children that nobody
    # waited for; samples miss the last moments: the larger one is nearer
    cpu = max(usage.ru_utime + usage.ru_stime, sum(watch.cpu.values()))
    return Cost(time.perf_counter() - started, cpu, watch.peak / 1e6, output)


def _tail(log: Path) -> str:
    return log.read_bytes()[-3000:].decode("utf-8", "replace")
