"""The report as one self-contained page. Everything from data is escaped; pictures are inlined."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from qmirror_assets.calibrating.result import Calibration, Shown
from qmirror_assets.synjudge.calibration import LEAST_DETECTION, LEAST_PLANTED, MOST_FALSE_ALARMS
from qmirror_assets.synjudge.defects import MUST_FALL, Defect
from qmirror_assets.synjudge.dimensions import NAMES, Dimension
from qmirror_assets.synjudge.items import Item
from qmirror_assets.synjudge.labelled import Estimate
from qmirror_assets.synjudge.shares import Share

_TEMPLATE: Final = "report.html.j2"
_THUMB: Final = 300  # pixels
_EXAMPLES: Final = 2  # of each kind


def report_page(
    found: Calibration,
    shown: Sequence[Shown],
    sources: Mapping[str, Item],
    plots: Mapping[str, bytes],
) -> str:
    """The page. plots: file name -> PNG; shown: all planted defects, of which some are shown."""
    return _template().render(
        found=found,
        plots={name: _data_url(data, "png") for name, data in plots.items()},
        examples=[_example(one, sources[one.planted.source]) for one in _choose(shown)],
        names={name.value: said for name, said in NAMES.items()},
        limits=(LEAST_PLANTED, _percent(LEAST_DETECTION), _percent(MOST_FALSE_ALARMS)),
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    env = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    env.filters.update(share=_share, estimate=_estimate, number=_number)
    return env.get_template(_TEMPLATE)


def _choose(shown: Sequence[Shown]) -> list[Shown]:
    """Some of each kind out of the reporting half, those first whose scores did not fall."""
    chosen: list[Shown] = []
    for defect in Defect:
        kind = [one for one in shown if one.planted.defect is defect and one.reported]
        chosen += sorted(kind, key=_score_of, reverse=True)[:_EXAMPLES]
    return chosen


def _score_of(one: Shown) -> int:
    values = [one.case.judged.verdict.value(name) for name in MUST_FALL[one.planted.defect]]
    return max((value for value in values if value is not None), default=0)


def _example(one: Shown, source: Item) -> dict[str, object]:
    item, verdict = one.planted.item, one.case.judged.verdict
    was = one.case.source.verdict
    return {
        "defect": one.planted.defect.value.replace("_", " "),
        "note": one.planted.note,
        "question": item.question,
        "before": source.answer,
        "after": item.answer,
        "pictures": [_thumbnail(data) for data in (source.image, item.image)],
        "scores": [
            (name.value, was.value(name), verdict.value(name), verdict.scores[name].reason)
            for name in Dimension
        ],
    }


def _thumbnail(data: bytes) -> str:
    from PIL import Image

    if not data:
        return ""
    with Image.open(io.BytesIO(data)) as picture:
        small = picture.convert("RGB")
    small.thumbnail((_THUMB, _THUMB))
    file = io.BytesIO()
    small.save(file, "JPEG", quality=85)
    return _data_url(file.getvalue(), "jpeg")


def _data_url(data: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _share(share: Share) -> str:
    if share.value is None:
        return "–"
    return f"{share.value:.0%} ({share.low:.0%}–{share.high:.0%}), {share.hits} of {share.total}"


def _estimate(estimate: Estimate) -> str:
    if estimate.value is None:
        return "not defined"
    return f"{estimate.value:.2f} ({estimate.low:.2f}–{estimate.high:.2f})"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
