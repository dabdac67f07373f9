"""The suite of a gate: all its checks, their names, and the fingerprint a record is bound to."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

from qmirror_assets.fingerprint import fingerprint
from qmirror_assets.recipe import GateSpec, Limits
from quality_checks.check import Check
from quality_checks.domain_checks import domain_checks
from quality_checks.facts_checks import facts_checks

CODE = 1
"""Raise it by hand when code that evaluates a check or reads its result changes meaning."""

DECIDING = ("great-expectations", "duckdb")
"""Libraries whose version is part of the fingerprint: they decide what a check finds."""

RECORDED = (*DECIDING, "duckdb-engine", "sqlalchemy")
"""Libraries whose versions a gate record names."""


@dataclass(frozen=True, slots=True)
class CheckInfo:
    """What a check is called, what it expects, and its severity: "critical" or "warning"."""

    name: str
    description: str
    severity: str


def build_checks(gate: GateSpec, failure_rate: float) -> tuple[Check, ...]:
    """All checks of a gate, in the order of a report; names are unique."""
    return (*facts_checks(gate), *domain_checks(gate, failure_rate))


def check_names(
    gate: GateSpec, failure_rate: float = Limits().failure_rate
) -> tuple[CheckInfo, ...]:
    """The checks of a gate, to declare them before anything is evaluated."""
    checks = build_checks(gate, failure_rate)
    return tuple(CheckInfo(c.name, f"Expects {c.expected}.", c.severity) for c in checks)


def suite_fingerprint(gate: GateSpec, failure_rate: float) -> str:
    """The fingerprint of expectations, thresholds, our code and the deciding libraries."""
    checks = [check.identity() for check in build_checks(gate, failure_rate)]
    return fingerprint("suite", [CODE, checks, versions(DECIDING)])


def versions(names: tuple[str, ...]) -> dict[str, str]:
    """Installed versions, read without importing the libraries."""
    return {name: version(name) for name in names}
