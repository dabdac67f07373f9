"""`qmirror calibrate`."""

from __future__ import annotations

import click

from qmirror_assets.cli.options import place_options, print_json, safe, say

_SAY_EVERY = 25  # judged turns


@click.command("calibrate")
@click.argument("dataset")
@click.option("--version", help="Version (default: the current one).")
@click.option(
    "--labels", type=click.Path(exists=True, dir_okay=False),
    help="Labels by people: JSONL or CSV with sample_id, turn, tcc, icc, iq, its.",
)  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False), help="Folder for set and report.")
@click.option("--per-kind", default=50, show_default=True, type=click.IntRange(2, 10_000))
@click.option(
    "--turns", "most_turns", default=500, show_default=True, type=click.IntRange(min=2),
    help="Of a larger version, that many turns are drawn.",
)  # fmt: skip
@click.option("--random-seed", default=0, show_default=True, type=click.IntRange(0, 2**63 - 1))
@click.option("--profile", help="Which judge: a shipped name or a file (default: the dataset's).")
@place_options
def command(
    dataset: str,
    version: str | None,
    labels: str | None,
    out: str | None,
    per_kind: int,
    most_turns: int,
    random_seed: int,
    profile: str | None,
    project: str | None,
    data: str | None,
    as_json: bool,
) -> None:
    """Measure a judge on planted defects made from DATASET, and on labels by people."""
    from qmirror_assets.api import calibrate  # noqa: PLC0415
    from qmirror_assets.calibrating.text import lines_of  # noqa: PLC0415
    from qmirror_assets.cli.progress import Reporter  # noqa: PLC0415

    with Reporter(quiet=as_json) as report:

        def tell(done: int, total: int) -> None:
            if done % _SAY_EVERY == 0 or done == total:
                report.step(done, total, "judging")

        found = calibrate(
            dataset, version=version, labels=labels, out=out, per_kind=per_kind,
            most_turns=most_turns, random_seed=random_seed, profile=profile, project=project,
            data=data, on_judged=tell,
        )  # fmt: skip
    if as_json:
        print_json(found.to_json())
        return
    for line in lines_of(found):
        say(safe(line))
