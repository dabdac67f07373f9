"""Settings of the library engine."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from qmirror_assets.engines.config import EngineConfig, Identity
from qmirror_assets.engines.library.identity import library_identity
from qmirror_assets.engines.library.known import KNOWN_LIBRARIES
from qmirror_assets.engines.library.listing import Listing, folder_digest
from qmirror_assets.engines.library.match import FLOOR
from qmirror_assets.engines.library.obtain import resolve_folder, resolve_library
from qmirror_assets.engines.library.origin import Origin
from qmirror_assets.engines.models import OnProgress


class LibraryConfig(EngineConfig):
    """Pictures of a licensed library, found by caption: a known one, or a folder of one's own."""

    kind: Literal["library"]
    library: str = Field(default="", max_length=100, description="A known library.")
    folder: Path | None = Field(default=None, description="Pictures, each with a .txt caption.")
    name: str = Field(default="", max_length=100, description="What the folder is called.")
    licence: str = Field(default="", max_length=200, description="SPDX, of the folder's pictures.")
    floor: float = Field(default=FLOOR, ge=0.0, le=1.0, description="Least similarity served.")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if bool(self.library) == (self.folder is not None):
            raise ValueError("either library or folder is given")
        if self.library and self.library not in KNOWN_LIBRARIES:
            raise ValueError(f"library is one of {', '.join(KNOWN_LIBRARIES)}, or folder is given")
        if self.library and (self.name or self.licence):
            raise ValueError("name and licence belong to a folder: a known library has its own")
        if self.folder is not None and not (self.name and self.licence):
            raise ValueError("name and licence of the pictures are given with folder")
        return self

    def origin(self) -> Origin:
        """What is recorded with every picture. Reads a folder's pictures once.

        Raises:
            EngineUnavailable: the folder holds no picture with a caption.
        """
        if self.folder is not None:
            return Origin(self.name, "", folder_digest(self.folder.expanduser()), self.licence)
        known = KNOWN_LIBRARIES[self.library]
        return Origin(known.name, known.version, known.sha256, known.licence)

    def identity(self) -> Identity:
        """Library, floor, matching and drawing; not the place the pictures lie in."""
        origin = self.origin()
        return {
            "kind": self.kind,
            "library": origin.library,
            "version": origin.version,
            "sha256": origin.sha256,
            "licence": origin.licence,
            "floor": str(self.floor),
            **library_identity(),
        }

    def resolve(self, origin: Origin, on_progress: OnProgress | None = None) -> Listing:
        """The pictures on this machine, fetched if need be.

        Raises:
            EngineUnavailable: they cannot be had, or are no longer those of `origin`.
        """
        if self.folder is not None:
            return resolve_folder(self.folder.expanduser(), origin.sha256)
        return resolve_library(KNOWN_LIBRARIES[self.library], on_progress)
