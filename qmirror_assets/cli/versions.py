"""`qmirror versions`."""

from __future__ import annotations

import click

from qmirror_assets.cli.options import place_options, print_json, say


@click.command("versions")
@click.argument("dataset")
@place_options
def command(dataset: str, project: str | None, data: str | None, as_json: bool) -> None:
    """Candidates and releases of DATASET."""
    from qmirror_assets.api import versions  # noqa: PLC0415

    rows = versions(dataset, project=project, data=data)
    if as_json:
        print_json([row.to_json() for row in rows])
        return
    for row in rows:
        mark = "*" if row.current else " "
        digest = row.release_digest[:12]
        line = f"{mark} {row.version:<12} {row.state:<10} {row.samples:>8} samples"
        say(f"{line}  {digest}  {row.directory}")
    if not rows:
        say(f"{dataset}: no version yet")
