"""The checks over domains: table `domains`, one row per domain of the version."""

from __future__ import annotations

from qmirror_assets.recipe import GateSpec
from quality_checks.check import Check, Holds, count, percent

_HELD = """(
    SELECT d.domain, count(f.id) AS held
    FROM {batch} AS d LEFT JOIN facts AS f ON f.domain = d.domain
    GROUP BY d.domain
)"""

# Stated and held rows of every domain that either side knows.
_BALANCE = """(
    SELECT coalesce(d.domain, f.domain) AS domain, listed, stated, coalesce(held, 0) AS held
    FROM (
        SELECT domain, count(*) AS listed, sum(accepted) AS stated FROM {batch} GROUP BY domain
    ) AS d
    FULL JOIN (SELECT domain, count(*) AS held FROM facts GROUP BY domain) AS f
    ON f.domain = d.domain
)"""


def domain_checks(gate: GateSpec, failure_rate: float) -> tuple[Check, ...]:
    """Every check over domains, in the order of a report."""
    return (
        *_rate_checks(gate, failure_rate),
        _domain(
            "rows_per_domain",
            "accepted",
            f"at least {count(gate.min_rows_per_domain, 'sample')} in every domain",
            "with fewer",
            Holds(f"held >= {gate.min_rows_per_domain}", "held", _HELD),
        ),
        _domain(
            "domain_counts",
            "accepted",
            "the samples of every domain to match its count of accepted seeds",
            "where they differ",
            Holds("coalesce(listed, 0) = 1 AND stated = held", "held", _BALANCE),
        ),
        _domain(
            "domains_complete",
            "partial",
            "every domain to be built in full",
            "built in part (with a limit)",
            Holds("NOT partial"),
        ),
    )


def _domain(name: str, column: str, expected: str, fault: str, rule: Holds) -> Check:
    return Check(name, "domains", column, expected, fault, rule)


def _rate_checks(gate: GateSpec, failure_rate: float) -> tuple[Check, ...]:
    failures = "engine_failures / nullif(seeds, 0)"
    return (
        _domain(
            "yield_per_domain",
            "yield",
            f"every domain to keep at least {percent(gate.min_yield)} of its seeds",
            "below that",
            Holds(f'isfinite("yield") AND "yield" >= {gate.min_yield!r}', '"yield"'),
        ),
        _domain(
            "reject_rate_per_domain",
            "reject_rate",
            f"every domain to reject at most {percent(gate.max_reject_rate)} of its seeds",
            "above that",
            Holds(
                f"isfinite(reject_rate) AND reject_rate <= {gate.max_reject_rate!r}", "reject_rate"
            ),
        ),
        _domain(
            "engine_failures_per_domain",
            "engine_failures",
            f"at most {percent(failure_rate)} of a domain's seeds to fail for engine reasons",
            "above that",
            Holds(f"{failures} <= {failure_rate!r}", failures),
        ),
    )
