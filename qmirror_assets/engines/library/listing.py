"""What a library holds: pictures with captions, listed by name, title and digest.

A caption is the first line of the `.txt` file beside the picture. A picture without one is left
out, and so is a file that is no raster picture: nothing here draws SVG.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from qmirror_assets.engines.digests import hash_file
from qmirror_assets.engines.memory import remember
from qmirror_assets.errors import EngineUnavailable
from qmirror_assets.fingerprint import canonical, content_digest
from qmirror_assets.records import Json

PICTURES: Final = frozenset({".jpeg", ".jpg", ".png"})
LISTING_VERSION: Final = "1"
"""Bumped by hand when the same files give another listing."""
_LONGEST_TITLE: Final = 300
_CAPTION_BYTES: Final = 64 * 1024  # captions in a hundred languages are 6 KB


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture. file: path below the library's folder, with `/`; title: one line of text."""

    file: str
    title: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The pictures of a library by file name, and the folder they lie in."""

    folder: Path
    entries: tuple[Entry, ...]

    def digest(self) -> str:
        """Digest of names, titles and picture bytes; not of the place they lie in."""
        return content_digest(canonical([[e.file, e.title, e.sha256] for e in self.entries]))


def list_folder(folder: Path, left_out: Iterable[str] = ()) -> Listing:
    """Read the captions and digests of all pictures below `folder`.

    Raises:
        EngineUnavailable: no folder, or no picture with a caption in it.
    """
    entries = tuple(_entries(folder, tuple(left_out))) if folder.is_dir() else ()
    if not entries:
        raise EngineUnavailable(
            f"the picture library at {folder} is empty",
            expected=f"pictures ({', '.join(sorted(PICTURES))}), each with its caption in a .txt "
            "file of the same name",
            found="no such folder" if not folder.is_dir() else "none",
            remedy="Correct `folder` in the profile, or write the captions",
        )
    return Listing(folder, entries)


def folder_digest(folder: Path) -> str:
    """`list_folder(folder).digest()`, remembered until a file of it changes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    stats = [[str(p), p.stat().st_size, p.stat().st_mtime_ns] for p in files]
    mark = [LISTING_VERSION, content_digest(canonical(stats))]
    return str(remember(f"library:{folder.resolve()}", mark, lambda: list_folder(folder).digest()))


def write_listing(path: Path, entries: Iterable[Entry]) -> None:
    """Write `entries` for `read_listing`."""
    rows = [[entry.file, entry.title, entry.sha256] for entry in entries]
    path.write_bytes(orjson.dumps({"version": LISTING_VERSION, "entries": rows}))


def read_listing(path: Path, folder: Path) -> Listing | None:
    """What `write_listing` wrote for the pictures in `folder`; None for another version."""
    data: Json = orjson.loads(path.read_bytes())
    if data["version"] != LISTING_VERSION:
        return None
    return Listing(folder, tuple(Entry(*row) for row in data["entries"]))


def _entries(folder: Path, left_out: tuple[str, ...]) -> Iterator[Entry]:
    for path in sorted(folder.rglob("*"), key=lambda p: p.relative_to(folder).as_posix()):
        file = path.relative_to(folder).as_posix()
        if path.suffix.lower() not in PICTURES or not path.is_file() or path.is_symlink():
            continue
        if not file.startswith(tuple(f"{name}/" for name in left_out)):
            title = _read_title(path.with_suffix(".txt"))
            if title:
                yield Entry(file, title, hash_file(path))


def _read_title(path: Path) -> str:
    """The first line, cleaned; "" where there is none or it is no text."""
    if not path.is_file() or path.is_symlink():
        return ""
    with path.open("rb") as file:
        line = file.readline(_CAPTION_BYTES)
    try:
        text = unicodedata.normalize("NFC", line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return ""
    # control, format and surrogate characters: a title goes into data sets and pages
    plain = "".join(" " if unicodedata.category(c).startswith("C") else c for c in text)
    return " ".join(plain.split())[:_LONGEST_TITLE].strip()
