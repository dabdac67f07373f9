"""A calibration as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from qmirror_assets.calibrating.result import Calibration
from qmirror_assets.synjudge.calibration import KindReport
from qmirror_assets.synjudge.labelled import Comparison, Estimate
from qmirror_assets.synjudge.shares import Share


def lines_of(found: Calibration) -> Iterator[str]:
    """The report for a terminal."""
    judge = found.judge.get("model") or found.judge.get("kind", "?")
    yield (
        f"{found.dataset} {found.version}: judge {judge}, {found.turns} turns of "
        f"{found.samples} samples, random_seed {found.random_seed}"
    )
    if found.failures:
        yield f"{found.failures} turns or defects have no verdict"
    for kind in found.kinds:
        yield f"  {_kind(kind)}"
    yield f"claims: {', '.join(found.claims) or 'none'}"
    for name, summary in found.summary.items():
        mean = "no score" if summary.mean is None else f"mean {summary.mean:.2f}"
        yield (
            f"  {name.value}: {mean}, {summary.scored} scored, {summary.null_rule} by null rules, "
            f"{summary.abstained} abstained, {summary.unparsable} unreadable"
        )
    for name, comparison in found.comparisons.items():
        yield f"  {name.value} against labels: {_labels(comparison)}"
    yield f"wrote {found.folder / 'report.html'}"


def _kind(kind: KindReport) -> str:
    verdict = "claimed" if kind.claimed else f"no claim: {kind.why}"
    return (
        f"{kind.defect.value:<16} planted {kind.planted:>3}  detected {_share(kind.detection)}  "
        f"false alarms {_share(kind.false_alarms)}  {verdict}"
    )


def _share(share: Share) -> str:
    return "-" if share.value is None else f"{share.value:.0%} of {share.total}"


def _labels(found: Comparison) -> str:
    return (
        f"{found.compared} of {found.labelled} scored, RMSE {_estimate(found.rmse)}, "
        f"A@1 {_estimate(found.near)}, Spearman {_estimate(found.spearman)}"
    )


def _estimate(estimate: Estimate) -> str:
    if estimate.value is None:
        return "not defined"
    return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"
