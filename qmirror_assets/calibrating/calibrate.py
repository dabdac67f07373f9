"""From good turns to a report: judge them, plant defects, judge those, compare, write."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qmirror_assets.calibrating.judging import OnJudged, find_texts, judge_all
from qmirror_assets.calibrating.result import Calibration, Shown
from qmirror_assets.calibrating.write import write_all
from qmirror_assets.engines.base import Engine
from qmirror_assets.errors import UsageError
from qmirror_assets.stages.syn_judge import SynJudge
from qmirror_assets.synjudge.aggregate import aggregate
from qmirror_assets.synjudge.calibration import Case, Half, report_kinds, split_samples
from qmirror_assets.synjudge.items import Item
from qmirror_assets.synjudge.judged import Judged
from qmirror_assets.synjudge.labelled import Labels, compare
from qmirror_assets.synjudge.planted import Planted, PlantedSet, plant


@dataclass(frozen=True, slots=True)
class Judge:
    """A judge: the step that asks and reads, and the engine that answers."""

    step: SynJudge
    engine: Engine


@dataclass(frozen=True, slots=True)
class Wish:
    """What to calibrate on. labels: of people, empty for none. folder: for what is written."""

    dataset: str
    version: str
    per_kind: int
    random_seed: int
    labels: Labels
    folder: Path


def calibrate(
    items: Sequence[Item], judge: Judge, wish: Wish, on_judged: OnJudged = lambda _d, _t: None
) -> Calibration:
    """Judge `items` and defects planted in them; write the set and the report to the folder.

    Raises:
        UsageError: there is nothing to calibrate on, or no label belongs to it.
        EngineUnavailable: the judge cannot answer at all.
    """
    if not items:
        raise UsageError("there is no turn to calibrate on", remedy="Build a larger dataset")
    if wish.labels and not any((item.sample_id, item.turn) in wish.labels for item in items):
        raise UsageError(
            "no label belongs to this version",
            expected="sample_id and turn as in the release, sample_id in full",
            found=f"sample_id {next(iter(wish.labels))[0][:40]!r}",
        )
    return asyncio.run(_calibrate(items, judge, wish, on_judged))


async def _calibrate(
    items: Sequence[Item], judge: Judge, wish: Wish, on_judged: OnJudged
) -> Calibration:
    halves = split_samples([item.sample_id for item in items], wish.random_seed)
    parts = [[item for item in items if item.sample_id in half] for half in halves]
    try:
        sets = [await _plant(part, judge, wish) for part in parts]
        everything = [*items, *(planted.item for made in sets for planted in made.planted)]
        verdicts = await judge_all(everything, judge.step, judge.engine, on_judged)
    finally:
        await judge.engine.close()
    good = {item.key: said for item, said in zip(items, verdicts, strict=False)}
    cases = _cases([p for made in sets for p in made.planted], verdicts[len(items) :], good)
    tune, report = (_half(part, made, good, cases) for part, made in zip(parts, sets, strict=True))
    shown = [Shown(p, c, p.source.rsplit(":", 1)[0] in halves[1]) for p, c in cases]
    found = _conclude(items, good, (tune, report), wish, judge)
    write_all(found, shown, {item.key: item for item in items})
    return found


async def _plant(items: Sequence[Item], judge: Judge, wish: Wish) -> PlantedSet:
    texts = await find_texts(items, judge.step, judge.engine)
    wanted = -(-wish.per_kind // 2)
    return plant(items, wanted, wish.random_seed, lambda item: texts.get(item.digest, []))


def _cases(
    planted: Sequence[Planted], verdicts: Sequence[Judged], good: dict[str, Judged]
) -> list[tuple[Planted, Case]]:
    return [
        (one, Case(one.defect, said, good[one.source]))
        for one, said in zip(planted, verdicts, strict=True)
    ]


def _half(
    items: Sequence[Item],
    made: PlantedSet,
    good: dict[str, Judged],
    cases: Sequence[tuple[Planted, Case]],
) -> Half:
    mine = {id(planted) for planted in made.planted}
    clean = tuple(good[item.key] for item in items)
    return Half(clean, tuple(case for one, case in cases if id(one) in mine), made.unfit)


def _conclude(
    items: Sequence[Item],
    good: dict[str, Judged],
    halves: tuple[Half, Half],
    wish: Wish,
    judge: Judge,
) -> Calibration:
    verdicts = {(item.sample_id, item.turn): good[item.key].verdict for item in items}
    unmatched = sum(key not in verdicts for key in wish.labels)
    comparisons = compare(verdicts, wish.labels, wish.random_seed) if wish.labels else {}
    judged = [*good.values(), *(case.judged for half in halves for case in half.cases)]
    return Calibration(
        wish.dataset, wish.version, dict(judge.engine.identity), wish.random_seed,
        len({item.sample_id for item in items}), len(items),
        sum(bool(said.failure) for said in judged), aggregate(s.verdict for s in good.values()),
        tuple(report_kinds(*halves)), comparisons, unmatched, wish.folder,
    )  # fmt: skip
