"""The command line. Each command is one small module, imported when it is called."""

from __future__ import annotations

import atexit
import importlib
import os
import signal
import sys
import threading
from types import FrameType
from typing import Any, NoReturn

import click

from qmirror_assets import __version__
from qmirror_assets.errors import QMirrorError

COMMANDS = {
    "build": "Bring a dataset up to date, gate it, publish it when it passes.",
    "preview": "A few seeds through everything: prompts, replies, pictures, verdicts.",
    "plan": "What a build would run and why; executes nothing.",
    "publish": "Publish a candidate whose gate record allows it.",
    "audit": "One sample from seed to release: every round, prompt, reply, picture.",
    "rejects": "Rows that did not make it, with reasons.",
    "retry": "Run again the rows that failed for engine reasons, nothing else.",
    "report": "What the refinement loops of a dataset gained, and at what price.",
    "calibrate": "Measure a judge on planted defects and on labels by people.",
    "export": "A published version in another shape: conversations, or a flat table.",
    "versions": "Candidates and releases of a dataset.",
    "fsck": "Check every stored byte; --repair takes away what is damaged.",
    "gc": "Remove what nothing needs any more.",
    "schema": "JSON schema of recipes and profiles.",
    "doctor": "Check this machine: libraries, fonts, model, folders.",
    "ui": "Open the Dagster UI on this machine.",
}


class _Lazy(click.Group):
    """Loads a command's module when the command is used: `--help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"qmirror_assets.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from qmirror_assets.borders import nearest  # noqa: PLC0415

            raise click.UsageError(
                f"{error.message} {nearest(args[0], list(COMMANDS))}", ctx
            ) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="qmirror")
def cli() -> None:
    """Declarative, cached, gated dataset builds for image + text data.

    Exit codes: 0 done; 1 the gate refused or too many rows failed; 2 bad usage, recipe or
    version; 3 engine, store or partition unavailable.
    """


def _on_sigterm(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def main(args: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    signal.signal(signal.SIGTERM, _on_sigterm)
    leave(run(args))


def leave(code: int) -> NoReturn:
    """End the process with an exit code, without taking the interpreter apart first.

    After the gate, freeing each object of Great Expectations and Dagster one by one takes one to
    two seconds, and the system frees them all at once.
    """
    if any(not t.daemon for t in threading.enumerate() if t is not threading.main_thread()):
        sys.exit(code)  # such a thread has something to finish
    atexit._run_exitfuncs()  # noqa: SLF001 - what libraries close at exit
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # a closed pipe: the interpreter says so in its own way
        sys.exit(code)
    os._exit(code)


def run(args: list[str] | None = None) -> int:
    """Run the command line and give its exit code."""
    try:
        result: Any = cli.main(args, prog_name="qmirror", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return 2
    except QMirrorError as error:
        click.echo(f"qmirror: {error}", err=True)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("qmirror: stopped; finished calls are kept", err=True)
        return 130
    return result if isinstance(result, int) else 0
