"""The summary after a build, as a stranger wants to read it."""

from __future__ import annotations

from collections.abc import Mapping

from qmirror_assets.cli.options import say
from qmirror_assets.records import Json
from qmirror_assets.summary import BuildResult, TargetResult

_WIDTH = 12


def _line(label: str, text: str) -> None:
    say(f"  {label:<{_WIDTH}} {text}")


_TARGET = {
    "reached": "reached",
    "cap": "not reached: the cap on candidates is used up",
    "seeds_used_up": "not reached: all seeds are used up",
    "open": "not reached: not built to the end",
}


def _target(domain: str, target: TargetResult) -> str:
    return (
        f"{domain} {_TARGET[target.state]}: {target.accepted} of {target.wanted} wanted, from "
        f"{target.drawn} seeds, {target.waiting} waiting"
    )


def _cost(totals: Mapping[str, Json]) -> str:
    if not totals["cost"]:
        return ""
    return f"  cost {totals['cost']} {totals['currency']} (prices of {totals['prices_as_of']})"


def print_build(result: BuildResult) -> None:
    """Samples in, accepted, rejected by reason, cost, where the release lies, what to do next."""
    totals = result.totals
    state = "published" if result.published else "not published"
    say()
    say(f"{result.dataset} {result.version or '(no version)'}  {state}")
    _line("seeds", f"{result.seeds} in {len(result.domains)} domains")
    by_domain = ", ".join(f"{d} {n}" for d, n in result.domains.items())
    _line("accepted", f"{result.accepted}  ({by_domain})")
    reasons = ", ".join(f"{r} {n}" for r, n in result.rejected_by_reason.items())
    _line(
        "rejected", f"{result.rejected + result.duplicates}" + (f"  ({reasons})" if reasons else "")
    )
    for domain, target in result.targets.items():
        _line("target", _target(domain, target))
    if result.quarantined:
        _line("quarantined", f"{result.quarantined} seed rows could not be read")
    _line("calls", f"{totals['calls']}  (cache hits {totals['cache_hits']})")
    _line("tokens", f"{totals['tokens']}{_cost(totals)}")
    _line("seconds", f"{totals['seconds']:.1f}")
    if result.directory:
        _line("release" if result.published else "candidate", result.directory)
    if result.release_digest:
        _line("digest", result.release_digest)
    if not result.for_data:
        _line("profile", f"{result.profile}: good for trying a recipe, not for data")
    for note in result.notes:
        _line("note", note)
    say()
    say("next:")
    say(f"  qmirror rejects {result.dataset}             why samples were left out")
    say("  qmirror audit SAMPLE_ID             one sample from seed to release")
    say("  qmirror ui                          the same assets in the Dagster UI")
