"""Seed files: JSON Lines, CSV or Parquet in, seeds and bad seeds out, one at a time."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from qmirror_assets.errors import KeyParseError, SeedFileError
from qmirror_assets.records import Reason, Rejection, Seed
from qmirror_assets.seeds.columns import ColumnMap
from qmirror_assets.seeds.csvrows import read_csv
from qmirror_assets.seeds.domains import slugify_domain
from qmirror_assets.seeds.faults import RowFault, file_error
from qmirror_assets.seeds.identity import seed_digest
from qmirror_assets.seeds.jsonl import read_jsonl
from qmirror_assets.seeds.known import Ids, KnownLines, KnownRun, Traced, make_trace
from qmirror_assets.seeds.lookup import Lookup
from qmirror_assets.seeds.parquet import read_parquet
from qmirror_assets.seeds.rows import Defaults, build_seed, check_language
from qmirror_assets.seeds.text import clean_text, snippet
from qmirror_assets.seeds.textcells import expand_cells

if TYPE_CHECKING:
    from pathlib import Path

    from qmirror_assets.seeds.rawrow import RawRow

FORMATS: Mapping[str, str] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
}

KeepImage = Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class SeedFile:
    """A seed file and how to read it.

    columns: our field -> the file's column, where the names differ; domain, language, licence,
    source: for rows without their own; format: jsonl, csv or parquet, "" to go by the suffix.
    """

    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    domain: str = ""
    language: str = ""
    licence: str = ""
    source: str = ""
    format: str = ""


@dataclass(frozen=True, slots=True)
class BadSeed:
    """A row that is no seed.

    file: name without folder; line: 1-based (row number in Parquet); text: the row's first 200
    characters, safe to print.
    """

    file: str
    line: int
    reason: Reason
    detail: str
    text: str


def read_file(file: SeedFile, *, keep_image: KeepImage | None = None) -> Iterator[Seed | BadSeed]:
    """The rows of a seed file in order: each a seed, or a bad seed with its reason.

    Streams in bounded memory, but for 16 bytes of digests per row that has an id.

    Args:
        file: what to read.
        keep_image: stores the PNG bytes of an input picture and returns their digest; without
            it pictures are checked and digested (SHA-256) but not kept.

    Raises:
        SeedFileError: at once for a file or mapping that cannot serve, while iterating for
            damage found later.
    """
    found = trace_file(file, keep_image=keep_image)
    return (item.seed if isinstance(item, Traced) else item for item in found
            if not isinstance(item, KnownRun))  # fmt: skip


def trace_file(
    file: SeedFile, known: KnownLines | None = None, *, keep_image: KeepImage | None = None
) -> Iterator[Traced | BadSeed | KnownRun]:
    """As `read_file`, but lines of JSONL that are `known` come as runs and are not parsed.

    Raises:
        SeedFileError: as `read_file`.
    """
    _check_file(file.path)
    form = _find_format(file)
    defaults = _check_defaults(file)
    columns = ColumnMap.build(file.path, file.columns, has_domain=bool(file.domain))
    return _Reader(file.path, form, columns, defaults, keep_image or _digest).read(known)


class _Reader:
    """One pass over one file."""

    def __init__(
        self,
        path: Path,
        form: str,
        columns: ColumnMap,
        defaults: Defaults,
        keep_image: KeepImage,
    ) -> None:
        self._path, self._form, self._columns = path, form, columns
        self._defaults, self._keep_image = defaults, keep_image
        self._ids = Ids()

    def read(self, known: KnownLines | None) -> Iterator[Traced | BadSeed | KnownRun]:
        for raw in self._read_raw(None if known is None else self._lookup(known)):
            yield raw if isinstance(raw, KnownRun) else self._trace(raw)

    def _lookup(self, known: KnownLines) -> Lookup:
        return Lookup(known, [dict(self._columns.column_of), asdict(self._defaults)], self._ids)

    def _read_raw(self, lookup: Lookup | None) -> Iterator[RawRow | KnownRun]:
        try:
            if self._form == "csv":
                yield from read_csv(self._path, self._columns.check_header)
            elif self._form == "parquet":
                yield from read_parquet(self._path, self._columns.check_header)
            else:
                yield from read_jsonl(self._path, lookup)
        except OSError as error:
            raise _unreadable(self._path, error) from error

    def _trace(self, raw: RawRow) -> Traced | BadSeed:
        if isinstance(raw.cells, Rejection):
            return self._refuse(raw, raw.cells)
        try:
            seed = self._build(raw.cells)
            digest = seed_digest(seed)
            ident = self._check_id(seed.seed_id, digest) if seed.seed_id else 0
        except RowFault as fault:
            return self._refuse(raw, fault.rejection)
        if not raw.digest or seed.input_images:  # a picture may change while its line does not
            return Traced(seed, digest)
        return Traced(seed, digest, make_trace(raw.digest, ident, _content(digest)))

    def _build(self, cells: Mapping[str, object]) -> Seed:
        fields, extra = self._columns.split(cells)
        if self._form != "jsonl":
            fields = expand_cells(fields)
        return build_seed(fields, extra, self._defaults, self._keep_images)

    def _keep_images(self, names: Sequence[str]) -> tuple[str, ...]:
        from qmirror_assets.seeds.images import load_image  # noqa: PLC0415 heavy

        # All are checked before the first is kept: a bad row leaves nothing in the store.
        pictures = [load_image(self._path.parent, name) for name in names]
        return tuple(self._keep_image(picture) for picture in pictures)

    def _check_id(self, name: str, digest: str) -> int:
        ident = _hash(name.encode())
        if not self._ids.agree(ident, _content(digest)):
            detail = f"id '{name}' stands earlier in this file with other content"
            raise RowFault(Reason.DUPLICATE_ID, detail)
        return ident

    def _refuse(self, raw: RawRow, rejection: Rejection) -> BadSeed:
        detail = snippet(rejection.detail)
        return BadSeed(self._path.name, raw.line, rejection.reason, detail, snippet(raw.preview))


def _hash(data: bytes) -> int:
    # Eight bytes: among two million ids the chance of one false alarm is about 1 in 10 million.
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest())


def _content(digest: str) -> int:
    return int(digest[:16], 16)


def _digest(picture: bytes) -> str:
    return hashlib.sha256(picture).hexdigest()


def _check_file(path: Path) -> None:
    try:
        facts = path.stat()
        if stat.S_ISREG(facts.st_mode):
            path.open("rb").close()
            return
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    raise file_error(path, "is not a plain file", remedy="Name a file, not a folder or a device")


def _unreadable(path: Path, error: OSError | ValueError) -> SeedFileError:
    found = getattr(error, "strerror", None) or str(error)
    return file_error(
        path, "cannot be read", found=found, remedy="Check the path and the rights to read it"
    )


def _find_format(file: SeedFile) -> str:
    form = file.format or FORMATS.get(file.path.suffix.lower(), "")
    if form in FORMATS.values():
        return form
    raise file_error(
        file.path,
        "is of no known format",
        expected=f"{', '.join(FORMATS)} or `format` one of jsonl, csv, parquet",
        found=file.format or file.path.suffix or "no suffix",
        remedy="Write one JSON object a line and name the file .jsonl, or set `format`",
    )


def _check_defaults(file: SeedFile) -> Defaults:
    try:
        return Defaults(
            domain=slugify_domain(file.domain)[0] if file.domain else "",
            language=check_language(file.language) if file.language else "",
            licence=clean_text(file.licence, limit=200, lines=False, blank=True),
            source=clean_text(file.source, limit=500, lines=False, blank=True),
        )
    except (KeyParseError, RowFault) as error:
        raise file_error(
            file.path,
            "has a default that cannot be used",
            found=str(error).rstrip("."),
            remedy="Correct domain, language, licence or source where this file is declared",
        ) from error
