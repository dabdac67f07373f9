"""`qmirror fsck`."""

from __future__ import annotations

import click

from qmirror_assets.cli.options import place_options, print_json, safe, say


@click.command("fsck")
@click.option("--repair", "mend", is_flag=True, help="Take away what is damaged; never a release.")
@place_options
def command(mend: bool, project: str | None, data: str | None, as_json: bool) -> int:
    """Check every stored byte and every reference.

    Exit code 1 when something is wrong; 0 when all is whole.
    """
    from qmirror_assets.api import opened  # noqa: PLC0415
    from qmirror_assets.integrity.fsck import Examination  # noqa: PLC0415
    from qmirror_assets.integrity.repair import repair  # noqa: PLC0415

    with opened(project, data) as workspace:
        seen = Examination(workspace.store)
        report = seen.run()
        if mend and not report.clean:
            repair(seen)
    if as_json:
        print_json(report.to_json())
        return int(not report.clean)
    for finding in report.findings:
        say(safe(finding.sentence()))
    for removed in report.repaired:
        say(f"removed: {safe(removed)}")
    looked = ", ".join(f"{n} {what}" for what, n in report.looked_at.items())
    say(f"looked at {looked}")
    if report.unreferenced:
        say(f"{report.unreferenced} objects that nobody needs (`qmirror gc` removes them)")
    say("all is whole" if report.clean else f"{len(report.findings)} faults")
    if report.repaired:
        say("now run `qmirror build`: it makes again what was removed")
    return int(not report.clean)
