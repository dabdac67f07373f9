"""Which planted defects a judge really sees: thresholds from one half, figures from the other.

No sample is in both halves, and a swapped picture comes from its own half.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from qmirror_assets.records import Json
from qmirror_assets.synjudge.defects import MUST_FALL, SHOWS_AS, Defect
from qmirror_assets.synjudge.judged import Judged
from qmirror_assets.synjudge.shares import Share, share

MOST_FALSE_ALARMS: Final = 0.05
LEAST_DETECTION: Final = 0.9
LEAST_PLANTED: Final = 50
LEAST_CLEAN: Final = 10
"""Good turns of the reporting half without which a rate of false alarms means nothing."""


@dataclass(frozen=True, slots=True)
class Case:
    """A judged planted defect beside its judged source."""

    defect: Defect
    judged: Judged
    source: Judged


@dataclass(frozen=True, slots=True)
class Half:
    """Judged items of one half: the good ones, and the defects made from them."""

    clean: tuple[Judged, ...]
    cases: tuple[Case, ...]
    unfit: Mapping[Defect, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class KindReport:
    """One kind of defect.

    by: the signal or the scores that the threshold is on. threshold: an alarm is at or above it,
    0 to 1; None where no threshold keeps false alarms low. detection, false_alarms: on the
    reporting half. fell: cases whose dimensions all fell. rose: cases of which one rose.
    unseen: cases where the judge has nothing to go by. claimed: whether the judge may be trusted
    with this kind; `why` says why not.
    """

    defect: Defect
    by: str
    planted: int
    threshold: float | None
    detection: Share
    false_alarms: Share
    fell: Share
    rose: int
    unseen: int
    unfit: Mapping[str, int]
    claimed: bool
    why: str

    def to_json(self) -> dict[str, Json]:
        """The report as JSON."""
        return {
            "defect": self.defect.value, "by": self.by, "planted": self.planted,
            "threshold": self.threshold, "detection": self.detection.to_json(),
            "false_alarms": self.false_alarms.to_json(), "fell": self.fell.to_json(),
            "rose": self.rose, "unseen": self.unseen, "unfit": dict(self.unfit),
            "claimed": self.claimed, "why": self.why,
        }  # fmt: skip


def split_samples(sample_ids: Sequence[str], random_seed: int) -> tuple[set[str], set[str]]:
    """Two halves of the samples, (to tune on, to report on); the first one is never smaller."""
    import numpy as np

    names = sorted(set(sample_ids))
    order = np.random.default_rng(random_seed).permutation(len(names))
    middle = (len(names) + 1) // 2
    return {names[i] for i in order[:middle]}, {names[i] for i in order[middle:]}


def report_kinds(tune: Half, report: Half) -> list[KindReport]:
    """Every kind of defect, tuned on the first half and reported on the second."""
    measured = any(judged.measured for judged in (*tune.clean, *report.clean))
    return [_report_kind(defect, tune, report, measured=measured) for defect in Defect]


def _report_kind(defect: Defect, tune: Half, report: Half, *, measured: bool) -> KindReport:
    threshold = tune_threshold(
        [_level(judged, defect, measured=measured) for judged in tune.clean],
        [_level(case.judged, defect, measured=measured) for case in _of(tune, defect)],
    )
    cases = _of(report, defect)
    levels = [_level(case.judged, defect, measured=measured) for case in cases]
    clean = [_level(judged, defect, measured=measured) for judged in report.clean]
    detection, alarms = _alarms(levels, threshold), _alarms(clean, threshold)
    planted = len(cases) + len(_of(tune, defect))
    why = _why_not(planted, threshold, detection, alarms)
    unfit = Counter(tune.unfit.get(defect, {})) + Counter(report.unfit.get(defect, {}))
    return KindReport(
        defect, SHOWS_AS[defect].value if measured else _dimensions(defect), planted, threshold,
        detection, alarms, share(sum(map(_fell, cases)), len(cases)), sum(map(_rose, cases)),
        sum(level is None for level in levels), unfit, not why, why,
    )  # fmt: skip


def _of(half: Half, defect: Defect) -> list[Case]:
    return [case for case in half.cases if case.defect is defect]


def _dimensions(defect: Defect) -> str:
    return " ".join(dimension.value for dimension in MUST_FALL[defect])


def _level(judged: Judged, defect: Defect, *, measured: bool) -> float | None:
    if measured:
        return judged.signals.get(SHOWS_AS[defect])
    return judged.badness(MUST_FALL[defect])


def tune_threshold(clean: Sequence[float | None], bad: Sequence[float | None]) -> float | None:
    """The level that detects most while at most 5 % of good items reach it, amid its gap.

    None where there is nothing to detect, or where no level does better than none at all.
    """
    good = [level for level in clean if level is not None]
    wrong = [level for level in bad if level is not None]
    levels = sorted({*good, *wrong})
    best: tuple[int, float, float] | None = None
    for below, level in zip([-1.0, *levels], levels, strict=False):
        if sum(value >= level for value in good) > MOST_FALSE_ALARMS * len(clean):
            continue
        hits = sum(value >= level for value in wrong)
        found = (hits, level - below, round((max(below, 0.0) + level) / 2, 4))
        best = found if hits and (best is None or found > best) else best
    return None if best is None else best[2]


def _alarms(levels: Sequence[float | None], threshold: float | None) -> Share:
    if threshold is None:
        return share(0, len(levels))
    return share(sum(v is not None and v >= threshold for v in levels), len(levels))


def _fell(case: Case) -> bool:
    """Whether every dimension that must fall did."""
    return all(now is not None and was is not None and now < was for now, was in _moves(case))


def _rose(case: Case) -> bool:
    return any(now is not None and was is not None and now > was for now, was in _moves(case))


def _moves(case: Case) -> list[tuple[int | None, int | None]]:
    now, was = case.judged.verdict, case.source.verdict
    return [(now.value(name), was.value(name)) for name in MUST_FALL[case.defect]]


def _why_not(planted: int, threshold: float | None, found: Share, alarms: Share) -> str:
    if planted < LEAST_PLANTED:
        return f"only {planted} of {LEAST_PLANTED} defects could be planted"
    if alarms.total < LEAST_CLEAN:
        return f"only {alarms.total} good turns to raise false alarms on, {LEAST_CLEAN} are needed"
    if threshold is None:
        return "no threshold tells them from good turns"
    if (found.value or 0.0) < LEAST_DETECTION:
        return f"detects {found.value or 0.0:.0%}, less than {LEAST_DETECTION:.0%}"
    if (alarms.value or 0.0) > MOST_FALSE_ALARMS:
        return f"{alarms.value or 0.0:.0%} false alarms, more than {MOST_FALSE_ALARMS:.0%}"
    return ""
