"""A check: one expectation over one table of a candidate, as data.

The SQL in a rule is ours and holds only numbers that pydantic has bounded; nothing that a user
wrote enters it. `{batch}` stands for the table under check, `facts` for the samples.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from qmirror_assets.records import Json

Table = Literal["facts", "domains"]
Severity = Literal["critical", "warning"]
KEYS: dict[Table, str] = {"facts": "id", "domains": "domain"}
"""The column that names a row of each table."""


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The table has at least `rows` rows."""

    rows: int


@dataclass(frozen=True, slots=True)
class Unique:
    """No value of `column` occurs twice."""

    column: str


@dataclass(frozen=True, slots=True)
class AlwaysTrue:
    """The boolean `column` is true in every row; null counts as not evaluated."""

    column: str


@dataclass(frozen=True, slots=True)
class Holds:
    """The SQL `condition` is true in every row of `source`, but for a share of `tolerated`.

    A row where it is null is unexpected and counts as not evaluated. `value` is an SQL
    expression that is shown beside the key of an unexpected row.
    """

    condition: str
    value: str = "''"
    source: str = "{batch}"
    tolerated: float = 0.0


Rule = AtLeast | Unique | AlwaysTrue | Holds


@dataclass(frozen=True, slots=True)
class Check:
    """One named expectation.

    column: the column it is about, "" for whole rows. expected and fault are parts of a sentence:
    "Expected <expected>; found 3 of 120 samples <fault>."
    """

    name: str
    table: Table
    column: str
    expected: str
    fault: str
    rule: Rule
    severity: Severity = "critical"

    def identity(self) -> dict[str, Json]:
        """All that decides the outcome, as JSON."""
        return {
            "name": self.name,
            "table": self.table,
            "severity": self.severity,
            "kind": type(self.rule).__name__,
            "rule": asdict(self.rule),
        }


def sample_check(
    name: str,
    column: str,
    expected: str,
    fault: str,
    condition: str,
    *,
    tolerated: float = 0.0,
    source: str = "{batch}",
    severity: Severity = "critical",
) -> Check:
    """A check that `condition` holds in the samples; it shows `column` of those where not."""
    rule = Holds(condition, value=column, source=source, tolerated=tolerated)
    return Check(name, "facts", column, expected, fault, rule, severity)


def percent(share: float) -> str:
    """A share between 0 and 1 in words: 0.125 is "12.5 %"."""
    return f"{share * 100:.4g} %"


def count(number: int, noun: str) -> str:
    """A number with its noun: 1 is "1 sample", 2 is "2 samples"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
