"""`qmirror plan`."""

from __future__ import annotations

import click

from qmirror_assets.cli.options import build_options, place_options, print_json, say


@click.command("plan")
@build_options
@place_options
def command(
    recipe: str,
    name: str | None,
    domains: tuple[str, ...],
    seeds: tuple[str, ...],
    profile: str | None,
    project: str | None,
    data: str | None,
    as_json: bool,
) -> None:
    """What a build of RECIPE would run and why; executes nothing."""
    from qmirror_assets.api import plan  # noqa: PLC0415

    found = plan(
        recipe, name=name, domains=domains, profile=profile, seeds=seeds, project=project, data=data
    )
    if as_json:
        print_json(found.to_json())
        return
    if found.seeds_changed:
        say("seeds: new or changed; they are read first, which makes no call")
    for item in found.partitions:
        why = "; ".join(item.reasons)
        mark = " " if item.certain else "?"
        calls = "" if item.calls_at_most in (0, None) else f"  <= {item.calls_at_most} calls"
        say(f"{mark} {item.domain:<16} {item.node:<26} {item.rows:>6} rows{calls}  {why}")
    say(f"{found.fresh} partitions up to date, {len(found.partitions)} to do")
    if found.calls_at_most is not None and found.partitions:
        say(f"at most {found.calls_at_most} calls before cache hits" + _cost(found))


def _cost(found: object) -> str:
    tokens = getattr(found, "tokens_at_most", None)
    seconds = getattr(found, "seconds_at_most", None)
    if tokens is None:
        return "; no earlier attempts to estimate tokens and time from"
    return f", about {tokens:.0f} tokens and {seconds:.0f} s at this dataset's averages"
