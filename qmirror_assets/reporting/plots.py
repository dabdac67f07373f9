"""Curves of a loop as SVG, in the colours of light and of dark pages."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

from qmirror_assets.evidence.model import Curve, Loop
from qmirror_assets.evidence.spread import Interval, Spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = 3
_PANEL = (3.1, 2.3)  # inches


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of a page. Raw and kept differ in lightness and marker as well as in hue."""

    ink: str
    faint: str
    raw: str
    kept: str


_LIGHT = Look("#1b2733", "#cbd5df", "#c25400", "#005f99")
_DARK = Look("#dde5ec", "#3a4653", "#f0a860", "#66b8e8")


def draw_loop(loop: Loop) -> tuple[str, str]:
    """Samples by refinement, then every curve with its 95 % intervals.

    Returns:
        SVG text for a light page, and for a dark one.
    """
    light = _draw(loop, _LIGHT)
    dark = light
    for old, new in zip(astuple(_LIGHT), astuple(_DARK), strict=True):
        dark = dark.replace(old, new)
    return light, dark


def _draw(loop: Loop, look: Look) -> str:
    import matplotlib as mpl  # noqa: PLC0415  # half a second that other commands need not pay
    from matplotlib.figure import Figure  # noqa: PLC0415

    panels = 1 + len(loop.curves)
    lines = math.ceil(panels / _COLUMNS)
    size = (_PANEL[0] * min(panels, _COLUMNS), _PANEL[1] * lines)
    # the salt makes the ids of shapes, so equal numbers give equal bytes
    with mpl.rc_context({"svg.hashsalt": loop.title, "font.size": 8.5}):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots(lines, min(panels, _COLUMNS), squeeze=False).flat
        _draw_samples(axes[0], loop, look)
        for ax, curve in zip(axes[1:panels], loop.curves, strict=True):
            _draw_curve(ax, curve, look)
        for ax in axes[panels:]:
            ax.set_axis_off()
        sink = io.StringIO()
        figure.savefig(sink, format="svg", transparent=True, metadata={"Date": None})
    return sink.getvalue()


def _draw_samples(ax: Axes, loop: Loop, look: Look) -> None:
    _dress(ax, "samples that reached k", [r.k for r in loop.rounds], look)
    bars = ax.bar(
        [r.k for r in loop.rounds], [r.reached for r in loop.rounds], 0.6, color=look.kept
    )
    ax.bar_label(bars, color=look.ink, padding=1)
    ax.set_ylim(0, loop.samples * 1.15)


def _draw_curve(ax: Axes, curve: Curve, look: Look) -> None:
    _dress(ax, curve.label.replace(", ", "\n", 1), [p.k for p in curve.points], look)
    _line(ax, -0.05, [(p.k, p.raw, p.raw_interval) for p in curve.points], look.raw, "s--", "raw")
    _line(ax, 0.05, [(p.k, p.kept, p.kept_interval) for p in curve.points], look.kept, "o-", "kept")
    low, high = ax.get_ylim()
    if high - low < 0.2:  # noqa: PLR2004  # noise must not fill the panel
        ax.set_ylim(low - 0.1, high + 0.1)
    ax.legend(frameon=False, labelcolor=look.ink, handlelength=2.2)


def _line(
    ax: Axes,
    shift: float,
    points: Sequence[tuple[int, Spread, Interval | None]],
    color: str,
    style: str,
    label: str,
) -> None:
    there = [point for point in points if point[1].count]
    halves = [interval.high - s.mean if interval else 0.0 for _, s, interval in there]
    ax.errorbar(
        [k + shift for k, _, _ in there], [s.mean for _, s, _ in there], yerr=halves, fmt=style,
        color=color, label=label, markersize=4, capsize=2.5, linewidth=1.4,
    )  # fmt: skip


def _dress(ax: Any, title: str, ks: Sequence[int], look: Look) -> None:
    ax.set_title(title, color=look.ink, fontsize=9)
    ax.set_xticks(ks, [str(k) for k in ks])
    ax.set_xlabel("refinement k", color=look.ink)
    ax.tick_params(colors=look.ink)
    ax.grid(axis="y", color=look.faint, linewidth=0.6)
    ax.set_axisbelow(True)
    for name, spine in ax.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_color(look.faint)
