"""`qmirror gc`."""

from __future__ import annotations

import click

from qmirror_assets.cli.options import place_options, print_json, say

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds_of(_context: click.Context, _parameter: click.Parameter, text: str) -> float:
    """Seconds of `90s`, `30m`, `1h` or `2d`."""
    number, unit = (text[:-1], text[-1]) if text[-1:] in _UNITS else (text, "s")
    try:
        return float(number) * _UNITS[unit]
    except ValueError as error:
        raise click.BadParameter("expected a time such as 90s, 30m, 1h or 2d") from error


@click.command("gc")
@click.option(
    "--grace", default="1h", show_default=True, callback=seconds_of,
    help="Keep what was stored within this time.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would go; remove nothing.")
@place_options
def command(
    grace: float, dry_run: bool, project: str | None, data: str | None, as_json: bool
) -> None:
    """Remove what no partition, version, gate record or cached action needs any more.

    Safe while builds run.
    """
    from qmirror_assets.api import opened  # noqa: PLC0415
    from qmirror_assets.integrity.gc import collect_garbage  # noqa: PLC0415

    with opened(project, data) as workspace:
        report = collect_garbage(workspace.store, grace, dry_run=dry_run)
    if as_json:
        print_json(report.to_json())
        return
    word = "would go" if dry_run else "removed"
    kept = ", ".join(f"{kind} {n}" for kind, n in sorted(report.kept.items()))
    say(f"kept     {report.kept.total()} objects, {_size(report.kept_bytes)}  ({kept})")
    for kind, number in sorted(report.removed.items()):
        say(f"{word:<8} {number} x {kind}, {_size(report.removed_bytes[kind])}")
    say(f"{word:<8} {report.removed.total()} in all, {_size(report.removed_bytes.total())}")


def _size(number: int) -> str:
    return f"{number / 1e6:.1f} MB"
