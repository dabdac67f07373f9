"""What one call of a stage took so far: from earlier builds, or from a pilot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from qmirror_assets.engines.base import Role
from qmirror_assets.planning.model import Estimate
from qmirror_assets.records import Json
from qmirror_assets.stages.graph import Graph, Node
from qmirror_assets.store.state import State

BUILDS, PILOT = "earlier builds", "a pilot"


@dataclass(frozen=True, slots=True)
class Measured:
    """One call of a node, or of all nodes of a role."""

    prompt: Estimate  # tokens
    completion: Estimate  # tokens
    seconds: Estimate  # of the engine
    source: str


class History:
    """Measured calls of a dataset under one profile, by node; by role where a node has none.

    Engines of another profile say nothing about this one's tokens, time and money.
    """

    def __init__(self, state: State, graph: Graph, dataset: str, profile: str) -> None:
        runs = {k: v for k, v in state.runs(dataset).items() if v.get("profile") == profile}
        facts = [f for f in state.materializations(dataset) if f["run_id"] in runs and f["calls"]]
        self._nodes = _from_pilots(run.get("pilot") or {} for run in runs.values())
        self._nodes |= _from_builds((f["node"], f) for f in facts)
        roles = {node.name: node.roles[0].value for node in graph if node.roles}
        self._roles = _from_builds((roles[f["node"]], f) for f in facts if f["node"] in roles)

    def of(self, node: Node) -> Measured | None:
        """What a call of the node takes, or None when nothing like it was measured."""
        role: Role | None = node.roles[0] if node.roles else None
        return self._nodes.get(node.name) or (self._roles.get(role.value) if role else None)


def _from_builds(facts: Iterable[tuple[str, Mapping[str, Json]]]) -> dict[str, Measured]:
    sums: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0, 0])
    for name, fact in facts:
        amounts = ("calls", "prompt_tokens", "completion_tokens", "engine_seconds")
        sums[name] = [a + fact[b] for a, b in zip(sums[name], amounts, strict=True)]
    return {name: _mean(*amounts) for name, amounts in sums.items()}


def _mean(calls: float, prompt: float, completion: float, seconds: float) -> Measured:
    return Measured(
        _same(prompt / calls), _same(completion / calls), _same(seconds / calls), BUILDS
    )


def _same(value: float) -> Estimate:
    return Estimate(value, value, value)


# -- pilots


def pilot_facts(attempts: Iterable[Mapping[str, Json]]) -> dict[str, Json]:
    """Node -> measured call, as JSON to keep with the pilot's run."""
    groups: dict[str, list[Mapping[str, Json]]] = defaultdict(list)
    for attempt in attempts:
        groups[attempt["node"]].append(attempt)
    return {
        node: {
            name: asdict(_spread([float(a[column]) for a in group]))
            for name, column in (
                ("prompt", "prompt_tokens"), ("completion", "completion_tokens"),
                ("seconds", "seconds"),
            )
        }
        for node, group in groups.items()
    }  # fmt: skip


def _spread(values: list[float]) -> Estimate:
    return Estimate(min(values), sum(values) / len(values), max(values))


def _from_pilots(pilots: Iterable[Mapping[str, Json]]) -> dict[str, Measured]:
    """The latest pilot of each node."""
    return {
        node: Measured(
            Estimate(**amounts["prompt"]), Estimate(**amounts["completion"]),
            Estimate(**amounts["seconds"]), PILOT,
        )
        for pilot in pilots
        for node, amounts in pilot.items()
    }  # fmt: skip
