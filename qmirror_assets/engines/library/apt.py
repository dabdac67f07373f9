"""Fetching a Debian package with the machine's own apt-get: no root, nothing installed.

apt-get checks the package against its signed lists; whoever calls this checks the pinned digest.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

_TIMEOUT_S: Final = 900.0
_LOOK_S: Final = 0.5
_LONGEST_REPLY: Final = 160

OnBytes = Callable[[int], None]


class AptFailed(Exception):
    """apt-get is not here, or cannot deliver the package."""


def download(name: str, version: str, folder: Path, on_bytes: OnBytes) -> Path:
    """Download package `name` at `version` into `folder` and return the file.

    Tries the machine's package lists, then lists of its own below `folder`: a container has none,
    and only root may refresh the machine's.

    Args:
        name: the package.
        version: exactly this one.
        folder: an empty folder.
        on_bytes: called with the bytes that have arrived.

    Raises:
        AptFailed: no apt-get, or it has no such package.
    """
    program = shutil.which("apt-get")
    if program is None:
        raise AptFailed("apt-get is not on this machine")
    wanted = ["download", f"{name}={version}"]
    try:
        _run([program, "-qq", *wanted], folder, on_bytes)
    except AptFailed:
        own = [program, "-qq", *_own_lists(folder)]
        _run([*own, "update"], folder, on_bytes)
        _run([*own, *wanted], folder, on_bytes)
    for path in folder.glob("*.deb"):
        return path
    raise AptFailed(f"apt-get left no package {name}")


def _own_lists(folder: Path) -> list[str]:
    """Options that keep lists and caches below `folder`."""
    state, cache = folder / "state", folder / "cache"
    for part in (state / "lists" / "partial", cache / "archives" / "partial"):
        part.mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    settings = {
        "Dir::State": state,
        "Dir::State::status": state / "status",
        "Dir::Cache": cache,
        # as root apt becomes another user, who may not enter our folder
        "APT::Sandbox::User": "root",
    }
    return [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]


def _run(command: Sequence[str], folder: Path, on_bytes: OnBytes) -> None:
    log = folder / "apt.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | {"LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _watch(process, folder, on_bytes)
        finally:
            if process.poll() is None:  # also when this build is interrupted
                process.kill()
                process.wait()
    if process.returncode != 0:
        said = log.read_text("utf-8", "replace").strip().splitlines() or ["no message"]
        raise AptFailed(f"apt-get: {said[-1][:_LONGEST_REPLY]}")


def _watch(process: subprocess.Popen[bytes], folder: Path, on_bytes: OnBytes) -> None:
    ends = time.monotonic() + _TIMEOUT_S
    while time.monotonic() < ends:
        try:
            process.wait(_LOOK_S)
        except subprocess.TimeoutExpired:
            on_bytes(sum(path.stat().st_size for path in folder.glob("*.deb")))
        else:
            return
    raise AptFailed(f"apt-get took over {_TIMEOUT_S:g} s")
