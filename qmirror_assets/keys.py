"""Ids and partition keys, parsed once at the border. Nothing else may become a path or a key."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from qmirror_assets.errors import KeyParseError, VersionError

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\Z")
_NODE_PART = re.compile(r"[a-z][a-z0-9_]{0,47}\Z")
_VERSION = re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,4})\Z")
_HEX32 = re.compile(r"[0-9a-f]{32}\Z")
_HEX64 = re.compile(r"[0-9a-f]{64}\Z")
# Names that some file systems keep for devices: a release must unpack anywhere.
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{i}" for port in ("com", "lpt") for i in range(1, 10))]
)
_DOMAIN_CHARACTERS, _DOMAIN_BYTES = 64, 192


def parse_slug(text: str, what: str) -> str:
    """A dataset or recipe name: 1-64 of a-z, 0-9 and inner hyphens; no reserved device name."""
    if not _SLUG.match(text) or text in _RESERVED:
        raise KeyParseError(
            f"bad {what}",
            expected="1 to 64 of a-z, 0-9 and inner hyphens, not a reserved device name",
            found=repr(text[:80]),
            remedy="Rename it, for instance to 'earth-science'",
        )
    return text


def parse_domain(text: str) -> str:
    """A domain slug: letters of any script in lower case, digits and single inner hyphens; NFC.

    Two names that differ in case or normal form are never both domains, so a domain is safe as a
    partition key and as a folder name: at most 64 characters and 192 bytes.
    """
    if not _is_domain(text):
        raise KeyParseError(
            "bad domain",
            expected="1 to 64 lower-case letters, digits and single inner hyphens",
            found=repr(text[:80]),
            remedy="Rename it, for instance to 'earth-science'",
        )
    return text


def _is_domain(text: str) -> bool:
    if not 1 <= len(text) <= _DOMAIN_CHARACTERS or text in _RESERVED:
        return False
    if not all(_continues(text[at - 1] if at else "-", text[at]) for at in range(len(text))):
        return False
    return (
        text[-1] != "-"
        and len(text.encode()) <= _DOMAIN_BYTES
        and unicodedata.normalize("NFC", text.casefold()) == text
    )


def _continues(before: str, character: str) -> bool:
    """Whether `character` may follow `before` ("-" at the start): marks follow letters only."""
    category = unicodedata.category(character)
    if character == "-":
        return before != "-"
    if category[0] == "M":
        return unicodedata.category(before)[0] in "LM"
    return category[0] == "L" or category == "Nd"


def parse_node(text: str) -> str:
    """A node path such as `plan` or `refine/round_2/write`."""
    parts = PurePosixPath(text).parts if text else ()
    if not parts or "/".join(parts) != text or not all(_NODE_PART.match(p) for p in parts):
        raise KeyParseError(
            "bad stage name",
            expected="lower-case words joined by '/', such as refine/round_2/write",
            found=repr(text[:80]),
        )
    return text


def parse_sample_id(text: str) -> str:
    """A sample id: 32 hexadecimal digits."""
    if not _HEX32.match(text):
        raise KeyParseError(
            "bad sample id",
            expected="32 hexadecimal digits",
            found=repr(text[:80]),
            remedy="List ids with `qmirror rejects` or read column `id` of a release",
        )
    return text


def parse_digest(text: str) -> str:
    """A content digest: 64 hexadecimal digits (sha256)."""
    if not _HEX64.match(text):
        raise KeyParseError("bad digest", expected="64 hexadecimal digits", found=repr(text[:80]))
    return text


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A release name `YYYY.M.N`: year, month, running number. Ordered by its numbers."""

    year: int
    month: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """Parse `2026.11.0`."""
        match = _VERSION.match(text)
        if not match or not 1 <= int(match[2]) <= 12:  # noqa: PLR2004
            raise VersionError(
                "bad version name",
                expected="YYYY.M.N such as 2026.11.0",
                found=repr(text[:80]),
            )
        version = cls(int(match[1]), int(match[2]), int(match[3]))
        if str(version) != text:
            raise VersionError("bad version name", expected=str(version), found=repr(text))
        return version

    def next(self) -> Version:
        """The next running number of the same month."""
        return Version(self.year, self.month, self.number + 1)

    def __str__(self) -> str:
        return f"{self.year}.{self.month}.{self.number}"


@dataclass(frozen=True, slots=True, order=True)
class PartitionKey:
    """What a lease, a manifest pointer and a run fact belong to."""

    dataset: str
    node: str
    domain: str

    def __str__(self) -> str:
        return f"{self.dataset}:{self.node}:{self.domain}"
