"""`qmirror schema`."""

from __future__ import annotations

import click

from qmirror_assets.cli.options import print_json


@click.command("schema")
@click.argument("what", type=click.Choice(["all", "recipe", "profile", "steps"]), default="all")
@click.option("--json", "as_json", is_flag=True, help="The output is JSON in any case.")
def command(what: str, as_json: bool) -> None:  # noqa: ARG001  # JSON in any case
    """JSON schema of recipes, profiles and step settings, for editors and checks."""
    from qmirror_assets.schemas import schema  # noqa: PLC0415

    found = schema()
    print_json(found if what == "all" else found[what])
