"""`qmirror plan`."""

from __future__ import annotations

import click

from qmirror_assets.cli.options import build_options, place_options, print_json


@click.command("plan")
@click.option(
    "--pilot", type=click.IntRange(1, 100), metavar="N",
    help="First run N seeds through all stages to measure a call; keeps the cache.",
)  # fmt: skip
@build_options
@place_options
def command(
    recipe: str,
    name: str | None,
    domains: tuple[str, ...],
    seeds: tuple[str, ...],
    profile: str | None,
    pilot: int | None,
    project: str | None,
    data: str | None,
    as_json: bool,
) -> None:
    """What a build of RECIPE would run and why, in calls, tokens, time and money.

    Executes nothing (except a pilot that is asked for). The number of calls is exact where no
    loop or filter can stop a row early, else a range; it assumes that calls succeed.
    """
    from qmirror_assets.api import plan  # noqa: PLC0415
    from qmirror_assets.cli.plan_table import print_plan  # noqa: PLC0415
    from qmirror_assets.cli.progress import Reporter  # noqa: PLC0415

    with Reporter() as report:
        found = plan(
            recipe, name=name, domains=domains, profile=profile, seeds=seeds, pilot=pilot or 0,
            project=project, data=data, report=report,
        )  # fmt: skip
    if as_json:
        print_json(found.to_json())
    else:
        print_plan(found)
