"""Seed sources of a dataset: files, computed seeds and topics, read one seed at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from qmirror_assets.errors import SeedFileError
from qmirror_assets.recipe import ComputedSource, Recipe, SeedFiles, TopicSource
from qmirror_assets.records import Json, Reason, Seed
from qmirror_assets.seeds.files import BadSeed, SeedFile, trace_file
from qmirror_assets.seeds.known import KnownRun
from qmirror_assets.seeds.paths import find_files
from qmirror_assets.store.cas import file_digest

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from qmirror_assets.seeds.known import KnownLines
    from qmirror_assets.seeds.topics import Questions

DEFAULT_DOMAIN = "general"
"""Domain of seeds that name none in files that give none."""

OWN_LICENCE = "LicenseRef-own-seeds"
"""Licence of rows that name none in a user's own file: the gate wants one on every sample."""


@dataclass(frozen=True, slots=True)
class NumberedSeed:
    """A seed with its reading order and where it came from; trace: see `seeds.known.Traced`."""

    seed: Seed
    digest: str
    place: str
    ordinal: int
    trace: bytes = b""


@dataclass(frozen=True, slots=True)
class KnownSeeds:
    """Lines that follow each other and are known from an earlier intake, as entries there."""

    entries: npt.NDArray[np.int32]
    place: str
    ordinal: int  # of the first


@dataclass(frozen=True, slots=True)
class QuarantinedSeed:
    """A row that is no seed, and why."""

    reason: Reason
    detail: str
    place: str


Read = NumberedSeed | QuarantinedSeed | KnownSeeds


@dataclass(frozen=True, slots=True)
class Sources:
    """All seed sources of a dataset."""

    entries: Sequence[SeedFiles | ComputedSource | TopicSource]
    folder: Path  # relative paths start here
    random_seed: int
    displays: Mapping[str, str] = field(default_factory=dict)
    limit: int | None = None

    @classmethod
    def of(cls, recipe: Recipe, files: Sequence[str] = (), limit: int | None = None) -> Sources:
        """The recipe's sources, or the user's own files instead."""
        spec = recipe.spec
        own = tuple(
            SeedFiles(file=str(Path(f).resolve()), licence=OWN_LICENCE, source="own seeds")
            for f in files
        )
        return cls(own or spec.seeds, recipe.folder, spec.random_seed, dict(spec.domains), limit)

    def files(self) -> list[tuple[SeedFiles, Path]]:
        """All seed files with their settings, in reading order.

        Raises:
            SeedFileError: a path or pattern that matches nothing.
        """
        return [
            (entry, path)
            for entry in self.entries
            if isinstance(entry, SeedFiles)
            for path in find_files(self.folder, entry.file, "a .jsonl, .csv or .parquet file")
        ]

    def check(self) -> None:
        """Raise SeedFileError for a source whose files are not there."""
        self.files()
        for entry in self.entries:
            if isinstance(entry, TopicSource):
                self._questions(entry)

    def identity(self) -> Json:
        """Contents and settings, never names or order."""
        files = [
            [_digest(path), e.model_dump(mode="json", exclude={"file"})] for e, path in self.files()
        ]
        computed = [
            [e.computed.model_dump(mode="json"), self._seed_of(e)]
            for e in self.entries
            if isinstance(e, ComputedSource)
        ]
        topics = [self._identify(e) for e in self.entries if isinstance(e, TopicSource)]
        parts = [sorted(files, key=orjson.dumps), computed, self.limit]
        # a source that came later leaves datasets without it what they were
        return [*parts, topics] if topics else parts

    def _identify(self, entry: TopicSource) -> Json:
        from qmirror_assets.seeds.topics import SAMPLER  # noqa: PLC0415

        questions = self._questions(entry)
        settings = entry.topics.model_dump(mode="json", exclude={"path", "templates"})
        topics = sorted(map(_digest, questions.topics))
        return [topics, _digest(questions.templates), settings, self._seed_of(entry), SAMPLER]

    def _questions(self, entry: TopicSource) -> Questions:
        from qmirror_assets.seeds.topics import Questions  # noqa: PLC0415

        return Questions.of(entry.topics, self.folder)

    def _seed_of(self, entry: ComputedSource | TopicSource) -> int:
        config = entry.topics if isinstance(entry, TopicSource) else entry.computed
        return self.random_seed if config.random_seed is None else config.random_seed

    def display(self, domain: str) -> str:
        """The name of a domain as shown."""
        return self.displays.get(domain) or domain.replace("-", " ").capitalize()

    def read(
        self, keep_image: Callable[[bytes], str], known: KnownLines | None = None
    ) -> Iterator[Read]:
        """All seeds and bad rows; with a limit, sources take turns until it is reached.

        Lines that are `known` come as runs, unless there is a limit.
        """
        numbers = _Numbers()
        known = known if self.limit is None else None
        readers: list[Iterator[Read]] = [
            self._read_file(e, path, keep_image, known, numbers) for e, path in self.files()
        ]
        readers += [
            self._compute(e, numbers) for e in self.entries if isinstance(e, ComputedSource)
        ]
        readers += [self._ask(e, numbers) for e in self.entries if isinstance(e, TopicSource)]
        return _in_turn(readers) if self.limit is None else _round_robin(readers, self.limit)

    def _read_file(
        self, entry: SeedFiles, path: Path, keep_image: Callable[[bytes], str],
        known: KnownLines | None, numbers: _Numbers,
    ) -> Iterator[Read]:  # fmt: skip
        file = SeedFile(
            path, entry.columns, entry.domain or DEFAULT_DOMAIN, entry.language, entry.licence,
            entry.source,
        )  # fmt: skip
        for item in trace_file(file, known, keep_image=keep_image):
            if isinstance(item, BadSeed):
                numbers.take()
                detail = f"{item.detail} | {item.text}" if item.text else item.detail
                yield QuarantinedSeed(item.reason, detail, f"{item.file}:{item.line}")
            elif isinstance(item, KnownRun):
                yield KnownSeeds(item.entries, path.name, numbers.take(len(item.entries)))
            else:
                yield NumberedSeed(item.seed, item.digest, path.name, numbers.take(), item.trace)

    def _compute(self, entry: ComputedSource, numbers: _Numbers) -> Iterator[NumberedSeed]:
        from qmirror_assets.seeds.computed import generate  # noqa: PLC0415
        from qmirror_assets.seeds.identity import seed_digest  # noqa: PLC0415

        config = entry.computed
        options: dict[str, Any] = {
            "domains": config.domains or None, "families": config.families or None,
        }  # fmt: skip
        for seed in generate(config.count, self._seed_of(entry), **options):
            yield NumberedSeed(seed, seed_digest(seed), "computed", numbers.take())

    def _ask(self, entry: TopicSource, numbers: _Numbers) -> Iterator[NumberedSeed]:
        from qmirror_assets.seeds.identity import seed_digest  # noqa: PLC0415
        from qmirror_assets.seeds.topics import ask  # noqa: PLC0415

        for asked in ask(self._questions(entry), entry.topics.count, self._seed_of(entry)):
            yield NumberedSeed(asked.seed, seed_digest(asked.seed), asked.file, numbers.take())


@dataclass(slots=True)
class _Numbers:
    """The reading order that all sources share."""

    next: int = 0

    def take(self, size: int = 1) -> int:
        """The first of the next `size` numbers."""
        first = self.next
        self.next += size
        return first


def _digest(path: Path) -> str:
    try:
        return file_digest(path)
    except OSError as error:
        raise SeedFileError(
            f"seed file {path.name} cannot be read", found=error.strerror or str(error)
        ) from error


def _in_turn(readers: Sequence[Iterator[Read]]) -> Iterator[Read]:
    for reader in readers:
        yield from reader


def _round_robin(readers: Sequence[Iterator[Read]], limit: int) -> Iterator[Read]:
    waiting, left = list(readers), limit
    while waiting:
        for reader in list(waiting):
            if not left:
                return
            item = next(reader, None)
            if item is None:
                waiting.remove(reader)
            else:
                left -= 1
                yield item
