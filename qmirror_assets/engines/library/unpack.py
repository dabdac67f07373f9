"""Taking the pictures and captions out of a Debian package, as data: no script of it is run."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final, cast

from qmirror_assets.engines.library.listing import PICTURES

_MOST_MEMBERS: Final = 200_000
_LARGEST_MEMBER: Final = 32 * 1024 * 1024  # bytes
_MOST_BYTES: Final = 2 * 1024**3


class BadPackage(Exception):
    """The file is no Debian package, or holds what no picture package needs."""


def unpack(package: Path, root: str, target: Path) -> int:
    """Write the pictures and captions below `root` of `package` into `target`.

    Args:
        package: a .deb file whose digest was checked.
        root: a folder inside the package; its parts are left out of the written paths.
        target: an existing empty folder.

    Returns:
        How many files were written.

    Raises:
        BadPackage: no package, a member that points outside `target`, or too much of anything.
    """
    program = shutil.which("dpkg-deb")
    if program is None:
        raise BadPackage("dpkg-deb is not on this machine")
    with subprocess.Popen(
        [program, "--fsys-tarfile", str(package)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            written = unpack_tar(cast("IO[bytes]", process.stdout), root, target)
        except BadPackage:
            process.kill()
            raise
    if process.returncode != 0:
        raise BadPackage("dpkg-deb cannot read it")
    return written


def unpack_tar(stream: IO[bytes], root: str, target: Path) -> int:
    """The same for the package's content as an uncompressed tar stream."""
    written = size = 0
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in _wanted(archive, PurePosixPath(root)):
                size += member.size
                if member.size > _LARGEST_MEMBER or size > _MOST_BYTES:
                    raise BadPackage(f"{member.name[:80]!r} is too large")
                archive.extract(member, target, set_attrs=False, filter="data")
                written += 1
    except (tarfile.TarError, OSError) as error:
        raise BadPackage(f"{type(error).__name__}: {error}") from error
    return written


def _wanted(archive: tarfile.TarFile, root: PurePosixPath) -> Iterator[tarfile.TarInfo]:
    """Pictures and captions below `root`, named from there on."""
    for number, member in enumerate(archive):
        if number >= _MOST_MEMBERS:
            raise BadPackage(f"it has over {_MOST_MEMBERS} members")
        path = PurePosixPath(member.name.removeprefix("./"))
        # links and devices are left out: no picture needs them
        is_wanted = member.isreg() and path.suffix.lower() in PICTURES | {".txt"}
        if is_wanted and path.is_relative_to(root):
            yield member.replace(name=str(path.relative_to(root)), deep=False)
