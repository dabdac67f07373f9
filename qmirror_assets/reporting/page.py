"""The report as one HTML page: no script, no network, light and dark."""

from __future__ import annotations

import base64
import importlib.resources
from typing import Final

from qmirror_assets.evidence.model import Curve, Loop, Point
from qmirror_assets.evidence.wording import number, signed, span
from qmirror_assets.reporting import EvidenceReport
from qmirror_assets.reporting.plots import draw_loop

_TEMPLATE: Final = "page.html.j2"


def report_page(report: EvidenceReport) -> str:
    """One self-contained page."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415

    text = (importlib.resources.files("qmirror_assets.reporting") / _TEMPLATE).read_text("utf-8")
    # every value is escaped: names of domains, stages and columns are the user's
    pages = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    pages.filters |= {"number": number, "signed": signed, "span": span, "mean": _mean}
    plots = [[_address(svg) for svg in draw_loop(loop)] for loop in report.evidence.loops]
    return pages.from_string(text).render(
        report=report, loops=list(zip(report.evidence.loops, plots, strict=True)), table=_table
    )


def _address(svg: str) -> str:
    """An image address that holds the picture itself."""
    encoded = base64.b64encode(svg.encode()).decode()
    return f"data:image/svg+xml;base64,{encoded}"


def _mean(point: Point, curve: str) -> str:
    """Mean and half width of the interval, such as `4.02 ± 0.07`."""
    spread = point.raw if curve == "raw" else point.kept
    interval = point.raw_interval if curve == "raw" else point.kept_interval
    if not spread.count:
        return "–"
    half = f" ± {number(interval.high - spread.mean)}" if interval else ""
    return f"{number(spread.mean)}{half}"


def _table(report: EvidenceReport) -> list[tuple[Loop, Curve, Point, Point]]:
    """First draft beside last refinement, for every score that has both."""
    return [
        (loop, curve, *ends)
        for loop in report.evidence.loops
        for curve in loop.curves
        if (ends := _ends(curve)) is not None
    ]


def _ends(curve: Curve) -> tuple[Point, Point] | None:
    comparable = [point for point in curve.points if point.comparable]
    return (comparable[0], comparable[-1]) if len(comparable) > 1 else None
