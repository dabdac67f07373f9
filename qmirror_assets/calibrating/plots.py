"""Plots of a calibration as PNG bytes, drawn without a display and without global settings."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from qmirror_assets.synjudge.calibration import LEAST_DETECTION, MOST_FALSE_ALARMS, KindReport
from qmirror_assets.synjudge.dimensions import HIGHEST, Dimension
from qmirror_assets.synjudge.labelled import Comparison
from qmirror_assets.synjudge.shares import Share

_FOUND, _FALSE, _GREY = "#1f6f8b", "#c4572e", "#8a97a3"


def plot_kinds(kinds: Sequence[KindReport]) -> bytes:
    """Detection and false alarms of every kind with their intervals."""
    figure = _figure(8.0, 0.55 * len(kinds) + 1.4)
    axes = figure.add_subplot()
    for row, kind in enumerate(reversed(kinds)):
        _interval(axes, row + 0.14, kind.detection, _FOUND, "detected")
        _interval(axes, row - 0.14, kind.false_alarms, _FALSE, "false alarms")
    for limit, colour in ((LEAST_DETECTION, _FOUND), (MOST_FALSE_ALARMS, _FALSE)):
        axes.axvline(limit, color=colour, linewidth=0.8, linestyle=":")
    axes.set_yticks(range(len(kinds)), [_name(kind) for kind in reversed(kinds)])
    axes.set_xlim(-0.02, 1.02)
    axes.set_xlabel("share, with its 95 % interval")
    handles, labels = axes.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    axes.legend(
        unique.values(), unique.keys(), loc="lower center", ncols=2, frameon=False,
        bbox_to_anchor=(0.5, 1.0),
    )  # fmt: skip
    return _png(figure)


def _name(kind: KindReport) -> str:
    mark = "claimed" if kind.claimed else "no claim"
    return f"{kind.defect.value.replace('_', ' ')}\n({mark}, n = {kind.detection.total})"


def _interval(axes: Any, y: float, share: Share, colour: str, label: str) -> None:
    if share.value is None:
        axes.text(0.5, y, "none planted", color=_GREY, ha="center", va="center", fontsize=9)
        return
    assert share.low is not None
    assert share.high is not None
    axes.plot([share.low, share.high], [y, y], color=colour, linewidth=2)
    axes.plot([share.value], [y], marker="o", color=colour, linestyle="", label=label)


def plot_labels(comparisons: Mapping[Dimension, Comparison]) -> bytes:
    """The confusion table of every dimension: the label downwards, the judge's score across."""
    figure = _figure(9.0, 8.2)
    names = [*map(str, range(HIGHEST + 1)), "none"]
    for place, (dimension, found) in enumerate(comparisons.items(), 1):
        axes = figure.add_subplot(2, 2, place)
        axes.imshow(found.confusion, cmap="Blues", vmin=0)
        axes.set_title(f"{dimension.value.upper()}: {found.compared} of {found.labelled} scored")
        axes.set_xticks(range(HIGHEST + 2), names)
        axes.set_yticks(range(HIGHEST + 1), names[:-1])
        axes.set_xlabel("judge")
        axes.set_ylabel("label")
        most = max(max(row) for row in found.confusion)
        for y, row in enumerate(found.confusion):
            for x, count in enumerate(row):
                dark = "white" if count > most / 2 else "black"
                axes.text(x, y, str(count or ""), ha="center", va="center", color=dark)
    return _png(figure)


def _figure(width: float, height: float) -> Any:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=110, layout="constrained", facecolor="white")


def _png(figure: Any) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    file = io.BytesIO()
    FigureCanvasAgg(figure).print_png(file, metadata={"Software": None})
    return file.getvalue()
