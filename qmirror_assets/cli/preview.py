"""`qmirror preview`."""

from __future__ import annotations

from pathlib import Path

import click

from qmirror_assets.cli.options import place_options, print_json, say
from qmirror_assets.cli.progress import Reporter


@click.command("preview")
@click.argument("recipe")
@click.option("-n", "count", default=5, show_default=True, type=click.IntRange(1, 100))
@click.option("--html", type=click.Path(dir_okay=False), help="Write one self-contained page.")
@click.option("--profile", help="Which engines: a shipped name or a file.")
@click.option("--seeds", multiple=True, type=click.Path(exists=True, dir_okay=False))
@place_options
def command(
    recipe: str,
    count: int,
    html: str | None,
    profile: str | None,
    seeds: tuple[str, ...],
    project: str | None,
    data: str | None,
    as_json: bool,
) -> None:
    """A few seeds of RECIPE through everything. Keeps the cache, touches no partition."""
    from qmirror_assets.api import preview  # noqa: PLC0415
    from qmirror_assets.lineage.render import render_text  # noqa: PLC0415

    with Reporter() as report:
        found = preview(
            recipe, count=count, profile=profile, seeds=seeds, project=project, data=data,
            report=report,
        )  # fmt: skip
    if html:
        from qmirror_assets.pages import preview_page  # noqa: PLC0415

        Path(html).write_text(preview_page(found), "utf-8")
        say(f"wrote {html}")
    if as_json:
        print_json(found.to_json())
    elif not html:
        for trail in found.trails:
            say(render_text(trail))
            say()
