"""`qmirror export`."""

from __future__ import annotations

import click

from qmirror_assets.cli.options import place_options, print_json, say


@click.command("export")
@click.argument("dataset")
@click.option("--version", help="Which published version (default: the current one).")
@click.option(
    "--format",
    "shape",
    required=True,
    type=click.Choice(["intersyn", "flat"]),
    help="intersyn: conversations and a folder of pictures; flat: Parquet, one row a turn.",
)
@click.option("--out", required=True, type=click.Path(), help="A new or empty folder.")
@place_options
def command(
    dataset: str,
    version: str | None,
    shape: str,
    out: str,
    project: str | None,
    data: str | None,
    as_json: bool,
) -> None:
    """A published version of DATASET in another shape, from its release alone."""
    from qmirror_assets.api import export  # noqa: PLC0415

    made = export(dataset, shape, out, version=version, project=project, data=data)
    if as_json:
        print_json(made.to_json())
        return
    say(
        f"{made.dataset} {made.version}: {made.dialogues} dialogues, {made.turns} turns, "
        f"{made.pictures} pictures in {out}"
    )
