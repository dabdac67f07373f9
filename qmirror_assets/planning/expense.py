"""Tokens, money and time of planned calls."""

from __future__ import annotations

from collections.abc import Mapping

from qmirror_assets.engines.base import Role
from qmirror_assets.planning.measured import History, Measured
from qmirror_assets.planning.model import Estimate, Expense
from qmirror_assets.profile import Price
from qmirror_assets.runner.engines import Engines
from qmirror_assets.runner.unknown import Range
from qmirror_assets.stages.graph import Graph

_PER_PRICE = 1e6  # tokens a price is for


def expense_of(
    calls: Mapping[str, Range], graph: Graph, engines: Engines, history: History
) -> Expense | None:
    """What these calls would take; None when some of them are like nothing measured.

    Args:
        calls: Node -> its planned calls over all domains.
        graph: The compiled recipe.
        engines: The profile's engines, none started: prices and concurrency.
        history: Measured calls.
    """
    tokens = seconds = cost = Estimate()
    prices: list[Price] = []
    sources: list[str] = []
    for name, planned in calls.items():
        if planned.high == 0:
            continue
        measured, role = history.of(graph[name]), graph[name].roles[0]
        if measured is None:
            return None
        tokens += (measured.prompt + measured.completion).over(planned)
        seconds += measured.seconds.over(planned).scaled(1 / in_flight(engines, role))
        sources.append(measured.source)
        if (price := engines.price(role)) is not None:
            prices.append(price)
            cost += _cost(measured, price).over(planned)
    return Expense(
        tokens, seconds, cost if prices else None,
        ", ".join(dict.fromkeys(p.currency for p in prices)),
        tuple(dict.fromkeys(p.as_of for p in prices)), tuple(dict.fromkeys(sources)),
    )  # fmt: skip


def _cost(measured: Measured, price: Price) -> Estimate:
    prompt = measured.prompt.scaled(price.prompt / _PER_PRICE)
    return prompt + measured.completion.scaled(price.completion / _PER_PRICE)


def in_flight(engines: Engines, role: Role) -> int:
    """How many calls the role's engine answers at the same time; starts nothing."""
    from qmirror_assets.engines.build import parse_config  # noqa: PLC0415

    config = parse_config(engines.profile.spec.engines[role.value])
    return int(getattr(config, "in_flight", 1))
