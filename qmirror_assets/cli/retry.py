"""`qmirror retry`."""

from __future__ import annotations

import click

from qmirror_assets.cli.options import place_options, print_json
from qmirror_assets.cli.progress import Reporter


@click.command("retry")
@click.argument("dataset")
@click.option("--domain", "domains", multiple=True, help="Only this domain (repeatable).")
@click.option("--no-publish", is_flag=True, help="Stop after the gate.")
@place_options
def command(
    dataset: str,
    domains: tuple[str, ...],
    no_publish: bool,
    project: str | None,
    data: str | None,
    as_json: bool,
) -> None:
    """Run again the rows of DATASET that failed for engine reasons, nothing else."""
    from qmirror_assets.api import retry  # noqa: PLC0415
    from qmirror_assets.cli.built import print_build  # noqa: PLC0415

    with Reporter() as report:
        result = retry(
            dataset, domains=domains, publish=not no_publish, project=project, data=data,
            report=report,
        )  # fmt: skip
    if as_json:
        print_json(result.to_json())
    else:
        print_build(result)
