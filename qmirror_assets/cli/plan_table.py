"""A plan for people: one line a stage, totals, what the calls would take."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qmirror_assets.cli.options import safe, say

if TYPE_CHECKING:
    from qmirror_assets.planning import Estimate, Expense, Plan, PlannedPartition

_NAMED = 3  # domains or reasons that are named one by one
_PIPE = 120  # characters of a line that no terminal shows
_SHORT = 100.0  # seconds that are shown with a digit after the point


def print_plan(plan: Plan) -> None:
    """Print a plan."""
    say(f"{plan.dataset}  profile {plan.profile}")
    for change in plan.seeds:
        say(f"  {change} in {change.domain}")
    for note in plan.notes:
        say(f"  {note}")
    if plan.fresh == len(plan.partitions):
        say(f"  everything is up to date ({plan.fresh} partitions): a build makes no call")
        return
    _print_table(plan)
    _print_totals(plan)


def _print_table(plan: Plan) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, padding=(0, 2), header_style="bold")
    for title in ("stage", "domains"):
        table.add_column(title, no_wrap=True)
    for title in ("rows", "calls", "cached"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("why", overflow="fold")
    for node in dict.fromkeys(item.node for item in plan.partitions if not item.fresh):
        table.add_row(*(Text(safe(cell)) for cell in _line(plan, node)))
    # a pipe has no width of its own: 80 would fold what a file has room for
    Console(width=None if sys.stdout.isatty() else _PIPE, highlight=False).print(table)


def _line(plan: Plan, node: str) -> Sequence[str]:
    from qmirror_assets.runner.unknown import Range  # noqa: PLC0415

    items = [item for item in plan.partitions if item.node == node and not item.fresh]
    rows = sum((item.rows for item in items), Range())
    calls = sum((item.calls for item in items), Range())
    cached = sum(item.cached for item in items)
    return (
        node, _few([item.domain for item in items]), str(rows), str(calls) if calls.high else "-",
        str(cached or "-"), _why(items),
    )  # fmt: skip


def _why(items: Sequence[PlannedPartition]) -> str:
    """Reasons that all domains share once; others with their domain."""
    shared = [r for r in items[0].reasons if all(r in item.reasons for item in items)]
    own = [
        f"{item.domain}: {', '.join(rest)}"
        for item in items
        if (rest := [r for r in item.reasons if r not in shared])
    ]
    return "; ".join([*shared, *own[:_NAMED], *([f"... {len(own) - _NAMED} more domains"]
                      if len(own) > _NAMED else [])])  # fmt: skip


def _few(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= _NAMED else f"{len(names)} domains"


def _print_totals(plan: Plan) -> None:
    to_do = len(plan.partitions) - plan.fresh
    say()
    say(f"{to_do} partitions to do, {plan.fresh} up to date")
    how = "exactly" if plan.calls.exact else "between"
    calls = str(plan.calls).replace(" to ", " and ")
    say(f"calls    {how} {calls}" + (", if calls succeed" if plan.calls.high else ""))
    if plan.calls.high == 0:
        return
    if plan.expense is None:
        say("tokens, time and money are unknown: nothing was measured yet, run with --pilot 3")
        return
    _print_expense(plan.expense)


def _print_expense(expense: Expense) -> None:
    say(f"tokens   {_amount(expense.tokens)}")
    digits = 1 if expense.seconds.high < _SHORT else 0
    say(f"seconds  {_amount(expense.seconds, digits)} of engine time on the wall")
    if expense.cost is None:
        say("money    no price in the profile")
    else:
        dates = ", ".join(expense.prices_as_of)
        money = _amount(expense.cost, 4)
        say(f"money    {money} {expense.currency}, prices as of {dates}")
    say(f"measured by {' and '.join(expense.measured)}")


def _amount(value: Estimate, digits: int = 0) -> str:
    mean = f"about {value.mean:.{digits}f}"
    low, high = f"{value.low:.{digits}f}", f"{value.high:.{digits}f}"
    return mean if low == high else f"{mean} ({low} to {high})"
