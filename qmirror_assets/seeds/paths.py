"""From a path or pattern of a recipe to files."""

from __future__ import annotations

import glob
from pathlib import Path

from qmirror_assets.borders import is_file
from qmirror_assets.errors import SeedFileError


def find_files(folder: Path, pattern: str, expected: str) -> list[Path]:
    """The files that `pattern` names, by name; a relative one starts at `folder`.

    Raises:
        SeedFileError: nothing matches; `expected` completes "a path or pattern that matches ...".
    """
    place = Path(pattern) if Path(pattern).is_absolute() else folder / pattern
    if is_file(place):  # a file is itself, even when its name holds [, ] or * as a pattern would
        return [place]
    found = [Path(path) for path in sorted(glob.glob(str(place)))]  # noqa: PTH207
    if not found:
        raise SeedFileError(
            f"seed file {pattern!r} is not there",
            expected=f"a path or pattern that matches {expected}",
            remedy="Check the recipe's `seeds` or --seeds",
        )
    return found
