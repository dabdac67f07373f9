"""`qmirror publish`."""

from __future__ import annotations

import click

from qmirror_assets.cli.options import place_options, print_json, say


@click.command("publish")
@click.argument("dataset")
@click.argument("version")
@place_options
def command(
    dataset: str, version: str, project: str | None, data: str | None, as_json: bool
) -> None:
    """Publish candidate VERSION of DATASET if its gate record, for exactly its bytes, passes."""
    from qmirror_assets.api import publish  # noqa: PLC0415

    row = publish(dataset, version, project=project, data=data)
    if as_json:
        print_json(row.to_json())
    else:
        say(f"{dataset} {row.version}  {row.state}  {row.samples} samples  {row.directory}")
