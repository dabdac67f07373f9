"""`qmirror ui`."""

from __future__ import annotations

import click


@click.command("ui")
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--project", help="Project folder (default: the current one).")
@click.option("--data", help="Data folder (default: data/ of the project).")
def command(port: int, project: str | None, data: str | None) -> None:
    """Open the Dagster UI on this machine (loopback only; there is no login)."""
    from qmirror_assets.serving import serve_ui  # noqa: PLC0415

    serve_ui(port, project, data)
