"""Libraries this package knows: Debian packages of pictures with captions, pinned by digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class KnownLibrary:
    """A Debian package of pictures, each with a caption file of the same name beside it.

    sha256, size (bytes): of the package file. root: folder inside the package that holds the
    pictures. left_out: folders below it that are no pictures of things. licence: SPDX.
    """

    name: str
    version: str
    sha256: str
    size: int
    licence: str
    root: str
    left_out: tuple[str, ...] = ()


KNOWN_LIBRARIES: Final = {
    library.name: library
    for library in (
        KnownLibrary(
            name="tuxpaint-stamps-default",
            version="2022.06.04-1",
            sha256="6db6c1bfc870a47f1499d6203b083522eacb57c5f9c87d468f2e92eb6d9d5f34",
            size=160_880_444,
            # the package's copyright file: "either version 2 of the License, or (at your
            # option) any later version", for all files
            licence="GPL-2.0-or-later",
            root="usr/share/tuxpaint/stamps",
            left_out=("symbols/alphabets", "symbols/math"),
        ),
    )
}
