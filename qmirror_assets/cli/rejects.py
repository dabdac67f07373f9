"""`qmirror rejects`."""

from __future__ import annotations

from collections import Counter

import click

from qmirror_assets.cli.options import place_options, print_json, safe, say


@click.command("rejects")
@click.argument("dataset")
@click.option("--domain", "domains", multiple=True, help="Only this domain (repeatable).")
@click.option("--reason", help="Only this reason.")
@click.option("-n", "count", default=50, show_default=True, help="Rows to print (0: all).")
@place_options
def command(
    dataset: str,
    domains: tuple[str, ...],
    reason: str | None,
    count: int,
    project: str | None,
    data: str | None,
    as_json: bool,
) -> None:
    """Rows of DATASET that did not make it: stage, reason and detail."""
    from qmirror_assets.api import rejects  # noqa: PLC0415

    rows = rejects(dataset, domains=domains, reason=reason, project=project, data=data)
    if as_json:
        print_json([row.to_json() for row in rows])
        return
    for row in rows[: count or None]:
        name = row.sample_id or row.place
        say(f"{name:<34} {row.domain:<16} {row.node:<24} {row.reason}: {safe(row.detail)[:200]}")
    if len(rows) > count > 0:
        say(f"... and {len(rows) - count} more (-n 0 prints all)")
    totals = ", ".join(f"{r} {n}" for r, n in Counter(r.reason for r in rows).most_common())
    samples = len({row.sample_id or row.place for row in rows})  # a loop tells its own first
    many = f" of {samples} samples" if samples < len(rows) else ""
    say(f"{len(rows)} rejections{many}" + (f": {totals}" if totals else ""))
    if any(row.retryable for row in rows):
        say(f"`qmirror retry {dataset}` runs those again that failed for engine reasons")
