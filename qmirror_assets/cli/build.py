"""`qmirror build`."""

from __future__ import annotations

import click

from qmirror_assets.cli.options import build_options, place_options, print_json
from qmirror_assets.cli.progress import Reporter


@click.command("build")
@build_options
@click.option("--version", help="Such as 2026.11.0 (default: next, or current when unchanged).")
@click.option("--limit", type=click.IntRange(min=1), help="At most this many seeds; not published.")
@click.option("--no-publish", is_flag=True, help="Stop after the gate.")
@click.option("--max-calls", type=click.IntRange(min=0), help="Stop cleanly after so many calls.")
@click.option("--max-cost", type=click.FloatRange(min=0), help="Stop cleanly after so much money.")
@place_options
def command(
    recipe: str,
    name: str | None,
    domains: tuple[str, ...],
    seeds: tuple[str, ...],
    profile: str | None,
    version: str | None,
    limit: int | None,
    no_publish: bool,
    max_calls: int | None,
    max_cost: float | None,
    project: str | None,
    data: str | None,
    as_json: bool,
) -> None:
    """Bring a dataset up to date, gate it, publish it when it passes.

    RECIPE is a shipped name or a path. Only what changed is done again.
    """
    from qmirror_assets.api import build  # noqa: PLC0415
    from qmirror_assets.cli.report import print_build  # noqa: PLC0415

    with Reporter() as report:
        result = build(
            recipe, name=name, domains=domains, version=version, profile=profile, seeds=seeds,
            limit=limit, publish=not no_publish, max_calls=max_calls, max_cost=max_cost,
            project=project, data=data, report=report,
        )  # fmt: skip
    if as_json:
        print_json(result.to_json())
    else:
        print_build(result)
