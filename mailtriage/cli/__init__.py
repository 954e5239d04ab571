"""The command line. Nothing heavy is imported here: each command loads what it needs when it runs."""

from __future__ import annotations

import importlib
import os
import sys

import typer

from mailtriage.errors import MailtriageError

app = typer.Typer(
    name="mailtriage",
    help="Takes all of root's mail, drops what provably says nothing, and turns the rest into events or one short digest a day.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """The program: runs one command; an error of the admin's is one message on standard error, never a traceback."""
    _build()
    try:
        app(standalone_mode=True)
    except MailtriageError as error:
        print(f"mailtriage: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of the pipe went away: what `head` does. Nothing more may be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)


def _build() -> None:
    """Registers the commands; importing a module of this package is what defines its commands."""
    for name in ("serve", "triage", "mails", "digest", "events", "rules", "model", "sinks", "status", "simulate", "demo"):
        importlib.import_module(f"mailtriage.cli.{name}")
