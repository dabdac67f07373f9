"""What an expectation found, and the check result it becomes. Fails closed.

A check passes only if Great Expectations returned a result for it, nothing raised, the
expectation succeeded, and it evaluated every row that the table is known to have (at least one).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qmirror_assets.records import Json
from qmirror_assets.release.gate import CRITICAL, IDS_KEPT, CheckResult
from quality_checks.check import Check, percent
from quality_checks.views import TEMP_PREFIX

_NOUNS = {"facts": "samples", "domains": "domains"}
_DETAIL_CAP = 200
_NO_KEY = "(none)"
_SHOWN = 5
_DUCKDB_ERROR = re.compile(r"\(_?duckdb\.\w+\) ([^\n]+)")
_PRIVATE = re.compile(rf"[^\s\"']*/{TEMP_PREFIX}[^/\s]*/")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one expectation found.

    rows, missing, unexpected: rows seen, not evaluated, and not as expected. examples: key and
    value of unexpected rows. error: why there is no result, else "".
    """

    success: bool = False
    rows: int = 0
    missing: int = 0
    unexpected: int = 0
    examples: Mapping[str, str] | None = None
    error: str = ""

    @property
    def evaluated(self) -> int:
        """Rows on which the expectation could be decided."""
        return max(self.rows - self.missing, 0)


def read_outcome(result: Any, key: str) -> Outcome:
    """The outcome in one validation result of the library; `key` names the key column."""
    error = _raised(result.exception_info)
    if error:
        return Outcome(error=error)
    found = result.result or {}
    rows = found.get("element_count", found.get("observed_value"))
    if not isinstance(rows, int):
        return Outcome(error="the expectation returned no row count")
    return Outcome(
        success=result.success is True,
        rows=rows,
        missing=found.get("missing_count") or 0,
        unexpected=found.get("unexpected_count") or 0,
        examples=_examples(found.get("partial_unexpected_index_list") or [], key),
    )


def _raised(info: Mapping[str, Any] | None) -> str:
    """The message of the exception in `info`: one flat mapping, or one per metric."""
    for each in (info or {}, *(v for v in (info or {}).values() if isinstance(v, Mapping))):
        if each.get("raised_exception"):
            return str(each.get("exception_message") or "it raised").strip()
    return ""


def _examples(listed: list[dict[str, Any]], key: str) -> dict[str, str]:
    examples: dict[str, str] = {}
    for row in listed:
        name = row.get(key)
        value = next((v for column, v in row.items() if column != key), "")
        examples[_NO_KEY if name is None else str(name)] = "" if value is None else str(value)
    return dict(sorted(examples.items())[:IDS_KEPT])


def to_check_result(check: Check, outcome: Outcome, table_rows: int) -> CheckResult:
    """The result of `check`, given the rows that its table is known to have."""
    complete = not outcome.error and 0 < table_rows <= outcome.evaluated
    ids = tuple(outcome.examples or ())
    domain = ids[0] if check.table == "domains" and len(ids) == 1 else ""
    return CheckResult(
        name=check.name,
        column=check.column,
        domain=domain,
        passed=complete and outcome.success,
        # A warning that could not be evaluated is no warning: nobody knows what it would say.
        severity=check.severity if complete else CRITICAL,
        evaluated=outcome.evaluated,
        observed=_observed(outcome),
        unexpected_count=outcome.unexpected,
        unexpected_ids=ids,
        sentence=f"Expected {check.expected}; found {_found(check, outcome, table_rows)}.",
    )


def _observed(outcome: Outcome) -> Json:
    if outcome.error:
        return {"error": _reason(outcome.error)}
    share = round(outcome.unexpected / outcome.rows, 6) if outcome.rows else None
    values = dict(outcome.examples or {})
    return {
        "rows": outcome.rows,
        "unexpected": outcome.unexpected,
        "unexpected_share": share,
        "values": {key: _shorten(value) for key, value in values.items() if value},
    }


def _found(check: Check, outcome: Outcome, table_rows: int) -> str:
    noun = _NOUNS[check.table]
    if outcome.error:
        return f"that it could not be evaluated: {_reason(outcome.error)}"
    if not check.fault:
        return f"{outcome.rows}"
    if not table_rows:
        return f"no {noun} to evaluate"
    if outcome.evaluated < table_rows:
        named = _named(outcome)
        return f"that only {outcome.evaluated} of {table_rows} {noun} could be evaluated{named}"
    share = f" ({percent(outcome.unexpected / outcome.rows)})" if outcome.unexpected else ""
    counted = f"{outcome.unexpected} of {outcome.rows} {noun}{share} {check.fault}"
    return counted + _named(outcome)


def _named(outcome: Outcome) -> str:
    examples = list((outcome.examples or {}).items())[:_SHOWN]
    if not examples:
        return ""
    more = ", ..." if outcome.unexpected > len(examples) else ""
    return ": " + ", ".join(f"{k} ({_shorten(v)})" if v else k for k, v in examples) + more


def _reason(error: str) -> str:
    """DuckDB's own line of a wrapped error, without the place of the private views."""
    found = _DUCKDB_ERROR.search(error)
    line = found[1] if found else error
    return _shorten(_PRIVATE.sub("", line)).rstrip(" .!")


def _shorten(text: str) -> str:
    line = text.splitlines()[0] if text else ""
    return line if len(line) <= _DETAIL_CAP else line[: _DETAIL_CAP - 3] + "..."
