"""A known library on this machine: found unpacked, or fetched, checked and unpacked once.

Order: the cache, a package file in the folder that `QMIRROR_LIBRARY_DIR` names, apt-get. Whatever
the source, only the pinned SHA-256 is trusted.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from qmirror_assets.engines.digests import hash_file
from qmirror_assets.engines.library.apt import AptFailed, download
from qmirror_assets.engines.library.known import KnownLibrary
from qmirror_assets.engines.library.listing import (
    LISTING_VERSION,
    Listing,
    list_folder,
    read_listing,
    write_listing,
)
from qmirror_assets.engines.library.unpack import BadPackage, unpack
from qmirror_assets.engines.locks import locked
from qmirror_assets.engines.models import OnProgress, Progress
from qmirror_assets.engines.places import cache_dir
from qmirror_assets.errors import EngineUnavailable

LIBRARY_DIR_VARIABLE: Final = "QMIRROR_LIBRARY_DIR"
_LISTING: Final = f"listing-{LISTING_VERSION}.json"
_FILES: Final = "files"


def find_library(library: KnownLibrary) -> Listing | None:
    """The library where it is unpacked already; fetches nothing."""
    folder = _home(library)
    if not (folder / _LISTING).is_file():
        return None
    return read_listing(folder / _LISTING, folder / _FILES)


def resolve_library(library: KnownLibrary, on_progress: OnProgress | None = None) -> Listing:
    """Find the library on this machine, or fetch it; one process at a time.

    Raises:
        EngineUnavailable: no source has it, or a file has another digest than pinned.
    """
    found = find_library(library)
    if found is not None:
        return found
    home = _home(library)
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        with locked(home.with_suffix(".lock")):
            return find_library(library) or _make(library, on_progress)
    except OSError as error:
        raise EngineUnavailable(
            f"the picture library {library.name} cannot be stored",
            expected=f"a writable {home.parent} with {2 * library.size} bytes free",
            found=str(error),
            remedy="Free some space, or name another folder in QMIRROR_CACHE",
        ) from error


def resolve_folder(folder: Path, sha256: str) -> Listing:
    """One's own pictures, if they still are those that `sha256` stands for.

    Raises:
        EngineUnavailable: none are there, or they changed.
    """
    listing = list_folder(folder)
    found = listing.digest()
    if found != sha256:
        raise EngineUnavailable(
            f"the picture library at {folder} changed while it was in use",
            expected=f"digest {sha256}",
            found=f"digest {found}",
            remedy="Start the build again",
        )
    return listing


def _home(library: KnownLibrary) -> Path:
    return cache_dir() / "libraries" / library.sha256


def _make(library: KnownLibrary, on_progress: OnProgress | None) -> Listing:
    """Unpack into a folder beside the final one, which then appears whole."""
    home = _home(library)
    with _scratch(home) as scratch:
        package = _given_package(library) or _fetch(library, scratch, on_progress)
        _verify(library, package)
        made = scratch / "made"
        (made / _FILES).mkdir(parents=True)
        try:
            unpack(package, library.root, made / _FILES)
        except BadPackage as error:
            raise EngineUnavailable(
                f"the picture library {library.name} cannot be unpacked",
                found=str(error),
                remedy="Install dpkg (dpkg-deb), or use `folder` with pictures of your own",
            ) from error
        listing = list_folder(made / _FILES, library.left_out)
        write_listing(made / _LISTING, listing.entries)
        if home.exists():  # listed by another version of this package
            shutil.rmtree(home)
        made.replace(home)
    return Listing(home / _FILES, listing.entries)


@contextmanager
def _scratch(home: Path) -> Iterator[Path]:
    for left in home.parent.glob(f"{home.name}.part-*"):  # of a killed process: we hold the lock
        shutil.rmtree(left)
    folder = Path(tempfile.mkdtemp(prefix=f"{home.name}.part-", dir=home.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _given_package(library: KnownLibrary) -> Path | None:
    given = os.environ.get(LIBRARY_DIR_VARIABLE)
    if not given:
        return None
    path = Path(given).expanduser() / f"{library.name}_{library.version}_all.deb"
    return path if path.is_file() else None


def _fetch(library: KnownLibrary, scratch: Path, on_progress: OnProgress | None) -> Path:
    def report(count: int, done: int = 0) -> None:
        if on_progress is not None:
            on_progress(Progress(done, 1, min(count, library.size), library.size))

    report(0)
    try:
        package = download(library.name, library.version, scratch, report)
    except AptFailed as error:
        raise EngineUnavailable(
            f"the picture library {library.name} could not be fetched",
            expected=f"the Debian package {library.name} {library.version}, sha256 "
            f"{library.sha256} ({library.size} bytes)",
            found=str(error),
            remedy=f"Put the package file into a folder and name that in {LIBRARY_DIR_VARIABLE}, "
            "or give the engine a `folder` of your own pictures",
        ) from error
    report(library.size, 1)
    return package


def _verify(library: KnownLibrary, package: Path) -> None:
    found = hash_file(package)
    if found != library.sha256:
        raise EngineUnavailable(
            f"the package {package.name} of picture library {library.name} is not the pinned one",
            expected=f"sha256 {library.sha256}",
            found=f"sha256 {found}",
            remedy=f"Put the package {library.version} into a folder and name that in "
            f"{LIBRARY_DIR_VARIABLE}; nothing of the other one was used",
        )
