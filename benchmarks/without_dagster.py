"""Bring a dataset up to date with the runner alone: what `qmirror build` does below Dagster.

    python -m benchmarks.without_dagster RECIPE --project FOLDER --profile NAME

prints one line of JSON: `accepted` (rows of the last stage), `calls` and `failures`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence

import orjson

from qmirror_assets.api import opened
from qmirror_assets.keys import PartitionKey
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.todo import find_todo
from qmirror_assets.workspace import Dataset, Workspace, default_record


def build(workspace: Workspace, dataset: Dataset, *, retry: bool) -> dict[str, int]:
    """Intake, then every partition that is not proved up to date."""
    if not dataset.intake_is_fresh():
        run_intake(workspace.store, dataset.name, dataset.sources)
    domains = dataset.domains()
    todo = find_todo(dataset, domains)
    facts: Counter[str] = Counter()
    runner = dataset.runner()
    try:
        for domain in domains:
            names = [n.name for n in dataset.graph] if retry else todo.of(domain)
            for name in names:
                done = runner.materialize(name, domain, retry=retry).facts
                facts.update(calls=done.calls, failures=done.failures)
    finally:
        runner.close()
    return {"accepted": _accepted(dataset, domains), **facts}


def _accepted(dataset: Dataset, domains: Sequence[str]) -> int:
    final = dataset.graph.final.name
    found = [dataset.store.current(PartitionKey(dataset.name, final, d)) for d in domains]
    return sum(current[1].counts.rows_out for current in found if current is not None)


def pretend_new_parser() -> None:
    """What a new release does whose reply parser changed: the step's code number is raised."""
    from qmirror_assets.stages.llm import LlmStep  # noqa: PLC0415 - only this flag needs it

    LlmStep.code += 1


def main(arguments: Sequence[str] | None = None) -> None:
    """Build as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe")
    parser.add_argument("--project", required=True)
    parser.add_argument("--profile")
    parser.add_argument("--retry", action="store_true")
    parser.add_argument("--new-parser", action="store_true")
    given = parser.parse_args(arguments)
    if given.new_parser:
        pretend_new_parser()
    with opened(given.project) as workspace:
        record = default_record(given.recipe, profile=given.profile)
        facts = build(workspace, workspace.register(record), retry=given.retry)
    sys.stdout.write(orjson.dumps(facts).decode() + "\n")


if __name__ == "__main__":
    main()
