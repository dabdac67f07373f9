"""`qmirror audit`."""

from __future__ import annotations

import click

from qmirror_assets.cli.options import place_options, print_json, say


@click.command("audit")
@click.argument("sample_id")
@click.option("--name", "dataset", help="Dataset (default: the one that knows the id).")
@click.option(
    "--release", type=click.Path(exists=True, file_okay=False),
    help="Read a release directory and nothing else.",
)  # fmt: skip
@place_options
def command(
    sample_id: str,
    dataset: str | None,
    release: str | None,
    project: str | None,
    data: str | None,
    as_json: bool,
) -> None:
    """One sample from seed to release: every round, prompt, reply, picture, verdict, rule."""
    from qmirror_assets.api import audit  # noqa: PLC0415
    from qmirror_assets.lineage.render import render_text  # noqa: PLC0415

    trail = audit(sample_id, dataset=dataset, release=release, project=project, data=data)
    if as_json:
        print_json(trail.to_json())
    else:
        say(render_text(trail))
