"""Options that several commands share, and how results are printed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def place_options(command: Command) -> Command:
    """--project, --data and --json."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Machine-readable result on stdout."),
        click.option("--data", help="Data folder (default: data/ of the project)."),
        click.option("--project", help="Project folder (default: the current one)."),
    ):
        command = option(command)
    return command


def build_options(command: Command) -> Command:
    """What decides which dataset is meant and how it is built."""
    for option in (
        click.option("--profile", help="Which engines: a shipped name or a file."),
        click.option(
            "--seeds", "seeds", multiple=True, type=click.Path(exists=True, dir_okay=False),
            help="Seed file instead of the recipe's (repeatable).",
        ),
        click.option("--domain", "domains", multiple=True, help="Only this domain (repeatable)."),
        click.option("--name", help="Dataset name (default: the recipe's)."),
        click.argument("recipe"),
    ):  # fmt: skip
        command = option(command)
    return command


def print_json(value: Any) -> None:
    """A result as JSON on stdout."""
    import orjson  # noqa: PLC0415

    option = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS
    sys.stdout.write(orjson.dumps(value, option=option).decode() + "\n")


def say(text: str = "") -> None:
    """A line of a report on stdout."""
    click.echo(text)


def safe(text: str) -> str:
    """Text from data, without control characters that could drive a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)
