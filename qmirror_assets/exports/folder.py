"""The folder of an export: made beside its place and moved there when it is whole."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qmirror_assets.errors import UsageError
from qmirror_assets.store.atomic import wrap_os_errors


@contextmanager
def new_folder(place: Path) -> Iterator[Path]:
    """A folder to fill, that becomes `place` at the end of the block.

    Raises:
        UsageError: `place` is a file, or a folder with something in it.
        StoreUnavailable: it cannot be made or moved.
    """
    _check_free(place)
    with wrap_os_errors(place, "write"):
        place.parent.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
        making.chmod(0o755)  # mkdtemp's folder is for its owner alone
    try:
        yield making
        _check_free(place)  # somebody else may have written there meanwhile
        with wrap_os_errors(place, "write"):
            making.replace(place)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _check_free(place: Path) -> None:
    with wrap_os_errors(place, "read"):
        taken = place.is_symlink() or (place.exists() and not place.is_dir())
        taken = taken or (place.is_dir() and any(place.iterdir()))
    if taken:
        raise UsageError(
            f"{place} is not an empty folder",
            expected="a folder that is not there, or is empty",
            remedy="Name another folder: an export never writes over files",
        )
