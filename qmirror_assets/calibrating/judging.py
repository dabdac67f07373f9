"""Run a judge over items, through the very step that builds use."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from qmirror_assets.engines.base import Call, Engine, Failure
from qmirror_assets.records import Rejection
from qmirror_assets.stages.base import At
from qmirror_assets.stages.syn_judge import SynJudge
from qmirror_assets.synjudge.edit import Box
from qmirror_assets.synjudge.items import Item
from qmirror_assets.synjudge.judged import Judged, failed, judged_of

OnJudged = Callable[[int, int], None]
"""(items judged so far, items in all)."""


async def judge_all(
    items: Sequence[Item], step: SynJudge, engine: Engine, on_judged: OnJudged
) -> list[Judged]:
    """A verdict for every item, in order."""
    slots = asyncio.Semaphore(engine.in_flight)
    done = 0

    async def judge_one(item: Item) -> Judged:
        nonlocal done
        async with slots:
            judged = await _judge(item, step, engine)
        done += 1
        on_judged(done, len(items))
        return judged

    return await asyncio.gather(*map(judge_one, items))


async def _judge(item: Item, step: SynJudge, engine: Engine) -> Judged:
    run = step.run(item.row(), At(item.sample_id, "", item.turn, 0, lambda draw: draw))
    try:
        request = next(run)
        (outcome,) = await engine.run([Call(request, (item.image,))])
        if isinstance(outcome, Failure):
            return failed(f"{outcome.kind}: {outcome.detail}")
        run.send(outcome)
    except StopIteration as stop:
        if isinstance(stop.value, Rejection):
            return failed(stop.value.detail)
        return judged_of(stop.value)
    raise AssertionError("the judge asked twice")


async def find_texts(items: Sequence[Item], step: SynJudge, engine: Engine) -> dict[str, list[Box]]:
    """Recognised texts with their places, by the digest of the picture, of all drawn figures.

    Empty for a judge that does not measure.
    """
    found: dict[str, list[Box]] = {}
    for item in items:
        if not item.drawn or not item.image or item.digest in found:
            continue
        run = step.run(item.row(), At(item.sample_id, "", item.turn, 0, lambda draw: draw))
        (outcome,) = await engine.run([Call(next(run), (item.image,))])
        run.close()
        if isinstance(outcome, Failure) or "measures" not in outcome.body:
            continue
        texts = outcome.body["measures"]["texts"]
        found[item.digest] = [(str(t["text"]), tuple(t["box"])) for t in texts]
    return found
