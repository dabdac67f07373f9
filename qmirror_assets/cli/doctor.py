"""`qmirror doctor`."""

from __future__ import annotations

import click

from qmirror_assets.cli.options import place_options, print_json, say


@click.command("doctor")
@place_options
def command(project: str | None, data: str | None, as_json: bool) -> int:
    """Check this machine: libraries, model, folders. Exit code 3 when something is broken."""
    from qmirror_assets.doctor import examine  # noqa: PLC0415
    from qmirror_assets.project import find_project  # noqa: PLC0415

    findings = examine(find_project(project, data))
    if as_json:
        print_json([finding.to_json() for finding in findings])
    else:
        for finding in findings:
            mark = {"ok": "ok     ", "missing": "missing", "broken": "BROKEN "}[finding.state]
            say(f"{mark}  {finding.name:<36} {finding.detail}")
    return 3 if any(finding.state == "broken" for finding in findings) else 0
