"""Evidence: what the refinement loops of a dataset gained, and at what price.

Everything is computed from three marts (`loop_rounds`, `loop_scores`, `loop_gains`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qmirror_assets.analytics import AnalyticsResult, run_models
from qmirror_assets.evidence.model import Evidence
from qmirror_assets.evidence.read import Marts, read_evidence
from qmirror_assets.stages.graph import Graph
from qmirror_assets.store import Store

MARTS = ("loop_rounds", "loop_scores", "loop_gains")


def find_evidence(store: Store, graph: Graph, dataset: str) -> Evidence:
    """Run the loop marts over what is built of `dataset` now, and read them.

    Raises:
        NotFoundError: nothing is built.
    """
    return evidence_of(run_models(store, graph, dataset, MARTS), graph, dataset)


def evidence_of(result: AnalyticsResult, graph: Graph, dataset: str) -> Evidence:
    """Read the loop marts of a run of analytics."""
    return read_evidence(dataset, graph, Marts(*(_rows(result, name) for name in MARTS)))


def say_evidence(evidence: Evidence) -> Iterator[str]:
    """What happened in each loop: its leading scores, then how it stopped and what it asked."""
    for loop in evidence.loops:
        for curve in loop.leading:
            yield f"{loop.title}: {' '.join(curve.sentences)}"
        yield f"{loop.title}: {' '.join(loop.sentences)}"


def _rows(result: AnalyticsResult, name: str) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq  # noqa: PLC0415

    path = next(model.path for model in result.models if model.name == name)
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows
