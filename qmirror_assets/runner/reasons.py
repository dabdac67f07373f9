"""Why a partition is not up to date, in words, from what is stored: evidence, no guess."""

from __future__ import annotations

from collections.abc import Mapping

from qmirror_assets.runner.freshness import Pinned, staleness
from qmirror_assets.stages.graph import INTAKE, Node
from qmirror_assets.stages.parts import differences, parts_of
from qmirror_assets.store.manifest import Manifest
from qmirror_assets.store.state import State

MOST_INPUTS = 2
"""Inputs that are named one by one; the union of a loop reads a dozen."""


def explain(
    state: State,
    previous: Manifest | None,
    node: Node,
    pinned: Pinned,
    input_reasons: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """Why the partition of `previous` would be built again; () when it is up to date.

    Args:
        state: Where the parts of earlier stage fingerprints are remembered.
        previous: The partition's current manifest.
        node: As the recipe describes it now.
        pinned: Its inputs and engines as they are now.
        input_reasons: Input node -> better words than `rows of NODE changed`.
    """
    if previous is None:
        return ("never built",)
    if staleness(previous, node, pinned).fresh:
        return ()
    found = [*stage_reasons(state, previous, node), *engine_reasons(previous, pinned)]
    found += _input_reasons(previous, pinned, input_reasons or {})
    if previous.partial != pinned.partial:
        found.append("was built from a limited set of seeds" if previous.partial else "limited")
    return tuple(found) or ("inputs changed",)


def stage_reasons(state: State, previous: Manifest, node: Node) -> tuple[str, ...]:
    """What differs between a stage as it was built and as it is now."""
    if previous.stage_fingerprint == node.fingerprint:
        return ()
    old = state.stage_parts(previous.stage_fingerprint)
    found = differences(old, parts_of(node.identity), node.name) if old is not None else ()
    return found or (f"settings, prompt or code of stage {node.name} changed",)


def engine_reasons(previous: Manifest, pinned: Pinned) -> tuple[str, ...]:
    """What differs between the engines that answered and those that would answer now."""
    return tuple(
        f"{role} engine changed" + _identity_change(previous.engines.get(role), identity)
        for role, identity in pinned.engines.items()
        if previous.engines.get(role) != identity
    )


def _identity_change(old: Mapping[str, str] | None, new: Mapping[str, str]) -> str:
    if old is None:
        return ""
    names = [*new, *(name for name in old if name not in new)]
    changes = [
        f"{name} {old.get(name, 'none')} -> {new.get(name, 'none')}"
        for name in names
        if old.get(name) != new.get(name)
    ]
    return ": " + ", ".join(changes)


def _input_reasons(previous: Manifest, pinned: Pinned, better: Mapping[str, str]) -> list[str]:
    before = {item.node: item.data_version for item in previous.inputs}
    changed = [i.node for i in pinned.inputs if before.get(i.node) != i.data_version]
    words = {INTAKE: "seeds changed", **better}
    said = list(dict.fromkeys(words.get(name, f"rows of {name} changed") for name in changed))
    more = len(said) - MOST_INPUTS
    return said if more <= 0 else [*said[:MOST_INPUTS], f"and {more} more of its inputs"]
