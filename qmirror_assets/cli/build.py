"""`qmirror build`."""

from __future__ import annotations

import click

from qmirror_assets.cli.options import build_options, place_options, print_json
from qmirror_assets.cli.progress import Reporter


@click.command("build")
@build_options
@click.option("--version", help="Such as 2026.11.0 (default: next, or current when unchanged).")
@click.option("--limit", type=click.IntRange(min=1), help="At most this many seeds; not published.")
@click.option("--no-publish", is_flag=True, help="Stop after the gate.")
@click.option("--max-calls", type=click.IntRange(min=0), help="Stop cleanly after so many calls.")
@click.option("--max-cost", type=click.FloatRange(min=0), help="Stop cleanly after so much money.")
@click.option("--verify", help="Ask a share of the cached actions again, such as 2%, and compare.")
@click.option("--verify-strict", is_flag=True, help="Exit code 1 when a verified reply differs.")
@click.option("--verify-seed", type=int, help="random_seed of the share (default: a new one).")
@place_options
def command(
    recipe: str,
    name: str | None,
    domains: tuple[str, ...],
    seeds: tuple[str, ...],
    profile: str | None,
    version: str | None,
    limit: int | None,
    no_publish: bool,
    max_calls: int | None,
    max_cost: float | None,
    verify: str | None,
    verify_strict: bool,
    verify_seed: int | None,
    project: str | None,
    data: str | None,
    as_json: bool,
) -> int:
    """Bring a dataset up to date, gate it, publish it when it passes.

    RECIPE is a shipped name or a path. Only what changed is done again.
    """
    from qmirror_assets.api import build  # noqa: PLC0415
    from qmirror_assets.cli.built import print_build  # noqa: PLC0415
    from qmirror_assets.cli.verified import Verification  # noqa: PLC0415

    check = Verification.of(verify, verify_seed, strict=verify_strict)  # refuse before building

    with Reporter() as report:
        result = build(
            recipe, name=name, domains=domains, version=version, profile=profile, seeds=seeds,
            limit=limit, publish=not no_publish, max_calls=max_calls, max_cost=max_cost,
            project=project, data=data, report=report,
        )  # fmt: skip
    verified = check.run(result, project, data) if check is not None else None
    if as_json:
        more = {"verified": verified.to_json()} if verified is not None else {}
        print_json({**result.to_json(), **more})
    else:
        print_build(result)
    if check is None or verified is None:
        return 0
    return check.finish(verified, quiet=as_json)
