"""Exports: a published version of dialogues in the shapes that others read.

Everything comes from the release directory alone, and pictures are named by their digests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from qmirror_assets.borders import nearest
from qmirror_assets.errors import UsageError
from qmirror_assets.exports.conversation import write_conversations
from qmirror_assets.exports.dialogue import Release, open_release
from qmirror_assets.exports.flat import write_flat
from qmirror_assets.exports.folder import new_folder
from qmirror_assets.exports.model import Exported
from qmirror_assets.exports.readme import write_readme
from qmirror_assets.exports.versions import published_version

SHAPES: Mapping[str, Callable[[Release, Path], Exported]] = {
    "intersyn": write_conversations,
    "flat": write_flat,
}
"""Shapes an export may have."""


def export_release(directory: Path, shape: str, out: Path) -> Exported:
    """Write the dialogues of a release directory into the new folder `out`.

    Args:
        directory: A release directory.
        shape: One of `SHAPES`.
        out: A folder that is not there or empty; on failure nothing is left in it.

    Raises:
        UsageError: unknown shape, a folder with files, or a release without dialogues.
        DamagedObject: pictures and conversations of the release do not fit each other.
        StoreUnavailable: a file cannot be read or written.
    """
    if shape not in SHAPES:
        raise UsageError(
            f"unknown shape {shape[:80]!r}",
            expected=f"one of {', '.join(SHAPES)}",
            remedy=nearest(shape, list(SHAPES)),
        )
    release = open_release(directory)
    with new_folder(out) as folder:
        made = SHAPES[shape](release, folder)
        write_readme(folder, release, made)
    return made


__all__ = ["SHAPES", "Exported", "export_release", "published_version"]
