"""`qmirror report`."""

from __future__ import annotations

from pathlib import Path

import click

from qmirror_assets.cli.options import place_options, print_json, safe, say


@click.command("report")
@click.argument("target", metavar="RECIPE_OR_DATASET")
@click.option("--name", help="Dataset name (default: the recipe's).")
@click.option("--against", help="Best-of-N dataset to compare with (default: NAME-best-of-n).")
@click.option("--out", type=click.Path(dir_okay=False), help="Write one self-contained page.")
@place_options
def command(
    target: str,
    name: str | None,
    against: str | None,
    out: str | None,
    project: str | None,
    data: str | None,
    as_json: bool,
) -> None:
    """What the refinement loops of a dataset gained, and at what price."""
    from qmirror_assets.api import report  # noqa: PLC0415

    found = report(target, name=name, against=against, project=project, data=data)
    if out:
        from qmirror_assets.reporting.page import report_page  # noqa: PLC0415
        from qmirror_assets.store.atomic import write_bytes  # noqa: PLC0415

        write_bytes(Path(out), report_page(found).encode())
    if as_json:
        print_json(found.to_json())
        return
    for line in found.lines():
        say(safe(line))
    if out:
        say(f"wrote {out}")
