"""`qmirror audit`."""

from __future__ import annotations

import click

from qmirror_assets.cli.options import place_options, print_json, safe, say


@click.command("audit")
@click.argument("sample_id")
@click.option("--name", "dataset", help="Dataset (default: the one that knows the id).")
@click.option(
    "--release", type=click.Path(exists=True, file_okay=False),
    help="Read a release directory and nothing else.",
)  # fmt: skip
@click.option(
    "--why",
    "explain",
    is_flag=True,
    help="What the next build would do with the sample at each stage, and why.",
)
@place_options
def command(
    sample_id: str,
    dataset: str | None,
    release: str | None,
    explain: bool,
    project: str | None,
    data: str | None,
    as_json: bool,
) -> None:
    """One sample from seed to release: every round, prompt, reply, picture, verdict, rule."""
    if explain and release:
        raise click.UsageError("a release is never built again: leave --release or --why out")
    if explain:
        _explain(sample_id, dataset, project, data, as_json=as_json)
        return
    from qmirror_assets.api import audit  # noqa: PLC0415
    from qmirror_assets.lineage.render import render_text  # noqa: PLC0415

    trail = audit(sample_id, dataset=dataset, release=release, project=project, data=data)
    if as_json:
        print_json(trail.to_json())
    else:
        say(render_text(trail))


def _explain(
    sample_id: str, dataset: str | None, project: str | None, data: str | None, *, as_json: bool
) -> None:
    from qmirror_assets.api import why  # noqa: PLC0415

    found = why(sample_id, dataset=dataset, project=project, data=data)
    if as_json:
        print_json(found.to_json())
        return
    say(f"sample {found.sample_id}  dataset {found.dataset}  domain {found.domain}")
    wide = max(len(stage.node) for stage in found.stages)
    for stage in found.stages:
        say(safe(f"  {stage.node:<{wide}}  {stage.fate:<19}  {stage.why}".rstrip()))
