"""Near-duplicates and quotas inside a partition, in sample order: the first one stays."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import pyarrow as pa

from qmirror_assets.records import Json, Reason, Rejection
from qmirror_assets.store import tables
from qmirror_assets.store.arrays import array

# Signs that carry meaning in a formula stay: "5 - 3" is not "5 + 3", and "-5" not "5". A hyphen
# inside a word is punctuation.
_WORD = re.compile(r"\w+|[+*/^=<>%°×÷±·√≤≥≠≈→⇌∞]|(?<!\w)[-−]|[-−](?=\d)")
BANDS, ROWS_A_BAND = 16, 4
_MASK = (1 << 64) - 1


def normalise(text: str) -> str:
    """Text without case, accents-by-composition, punctuation and runs of spaces."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


_ODDS = [_hash(str(i)) | 1 for i in range(BANDS * ROWS_A_BAND)]


def shingles(text: str) -> frozenset[int]:
    """Hashes of the word triples of a normalised text."""
    words = text.split()
    triples = [" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))]
    return frozenset(_hash(t) for t in triples)


class NearDuplicates:
    """Finds texts whose word triples overlap by at least `near` (Jaccard).

    Candidates come from banded minima (MinHash with multiply-shift hashes); every candidate is
    verified, so a report is never a guess. Memory: about 0.5 KB a text.
    """

    def __init__(self, near: float | None) -> None:
        self._near = near
        self._exact: dict[int, str] = {}
        self._bands: dict[tuple[int, int], list[int]] = defaultdict(list)
        self._sets: list[tuple[str, frozenset[int]]] = []

    def find(self, sample_id: str, text: str) -> str:
        """The sample that `text` repeats, or "" (and the text is remembered)."""
        clean = normalise(text) or text  # a text of other signs alone is its own normal form
        exact = _hash(clean)
        if exact in self._exact:
            return self._exact[exact]
        if self._near is not None:
            mine = shingles(clean)
            bands = self._signature(mine)
            for band in bands:
                for index in self._bands[band]:
                    other, theirs = self._sets[index]
                    if len(mine & theirs) / len(mine | theirs) >= self._near:
                        return other
            for band in bands:
                self._bands[band].append(len(self._sets))
            self._sets.append((sample_id, mine))
        self._exact[exact] = sample_id
        return ""

    @staticmethod
    def _signature(items: frozenset[int]) -> list[tuple[int, int]]:
        bands = []
        for band in range(BANDS):
            mixed = 0
            for odd in _ODDS[band * ROWS_A_BAND : (band + 1) * ROWS_A_BAND]:
                mixed = (mixed * 31 + min((item * odd) & _MASK for item in items)) & _MASK
            bands.append((band, mixed))
        return bands


class DedupPass:
    """Decides row by row."""

    def __init__(self, settings: Mapping[str, Json]) -> None:
        self._columns: Sequence[str] = settings["columns"]
        self._quotas: list[tuple[str, int]] = [(q["column"], q["most"]) for q in settings["quotas"]]
        self._near = NearDuplicates(settings["near"])
        self._seen: Counter[tuple[str, str]] = Counter()

    def decide(self, batch: pa.RecordBatch) -> list[Rejection | None]:
        """A rejection or None for each row."""
        columns = {n: batch.column(n).to_pylist() for n in self._columns}
        quotas = {n: batch.column(n).to_pylist() for n, _ in self._quotas}
        ids = batch.column("sample_id").to_pylist()
        return [
            self._one(
                sample,
                "\n".join(str(columns[n][i] or "") for n in self._columns),
                {n: str(quotas[n][i] or "") for n in quotas},
            )
            for i, sample in enumerate(ids)
        ]

    def _one(self, sample: str, text: str, quota: Mapping[str, str]) -> Rejection | None:
        for column, most in self._quotas:
            if quota[column] and self._seen[column, quota[column]] >= most:
                return Rejection(
                    Reason.OVER_QUOTA, f"{most} samples of {column} {quota[column]!r} are kept"
                )
        twin = self._near.find(sample, text)
        if twin:
            return Rejection(Reason.NEAR_DUPLICATE, f"repeats sample {twin}")
        for column, _ in self._quotas:
            if quota[column]:
                self._seen[column, quota[column]] += 1
        return None


def split(
    batch: pa.RecordBatch, verdicts: Sequence[Rejection | None]
) -> tuple[pa.RecordBatch, pa.RecordBatch, int]:
    """Rows kept, rejections (over quota), and the number of near-duplicates among them."""
    keep = array([v is None for v in verdicts], pa.bool_())
    found = [v for v in verdicts if v is not None]
    gone = batch.filter(array([v is not None for v in verdicts], pa.bool_()))
    rejections = tables.to_batch(
        tables.REJECTIONS,
        {
            "sample_id": gone.column("sample_id"),
            "reason": [v.reason.value for v in found],
            "detail": [v.detail for v in found],
            "parent_digest": gone.column("row_digest"),
            "actions": [[] for _ in found],
            "place": [""] * len(found),
        },
    )
    twins = sum(v.reason is Reason.NEAR_DUPLICATE for v in found)
    return batch.filter(keep), rejections, twins
