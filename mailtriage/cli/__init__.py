"""The command line. Nothing heavy is imported here: each command loads what it needs when it runs."""

from __future__ import annotations

import importlib
import io
import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from mailtriage.errors import MailtriageError

EX_TEMPFAIL = 75  # sysexits.h: the MTA keeps the mail and tries again
_PIPE_CODES = (0, 65, EX_TEMPFAIL)
_MODULES = (
    "serve",
    "triage",
    "mails",
    "imports",
    "digest",
    "events",
    "hosts",
    "paths",
    "maintenance",
    "inventory",
    "policy",
    "rules",
    "model",
    "review",
    "audit",
    "sinks",
    "replay",
    "status",
    "simulate",
    "demo",
)


class _Commands(TyperGroup):
    """The commands, for readers that may go away in the middle."""

    def invoke(self, ctx: Any) -> Any:
        """Runs the command and writes out all it printed: at exit it would be too late for a good message."""
        try:
            result = super().invoke(ctx)
            if sys.stdout is not None:  # a daemon may have been started without one
                sys.stdout.flush()
        except BrokenPipeError:
            # The reader of the pipe went away: what `head` does. Nothing more may be written at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        return result


app = typer.Typer(
    name="mailtriage",
    cls=_Commands,
    help="Takes all of root's mail, drops what provably says nothing, and turns the rest into events or one short digest a day.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """The program: runs one command; an error of the admin's is one message on standard error, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # not every name of a file and not every mail fits the terminal's encoding
            stream.reconfigure(errors="backslashreplace")
    try:
        _build()
        app()
    except SystemExit as end:
        # An MTA reads the code of its pipe: a wrong option in an aliases file must not make it bounce the mail.
        if sys.argv[1:2] == ["inject"] and end.code not in _PIPE_CODES:
            sys.exit(EX_TEMPFAIL)
        raise
    except MailtriageError as error:
        _end(f"mailtriage: {error}", error.exit_code)
    except OSError as error:
        _end(f"mailtriage: {error.filename or 'the output'}: {error.strerror or error}", MailtriageError.exit_code)
    except KeyboardInterrupt:
        _end("", 130)


def _build() -> None:
    """Registers the commands; importing a module of this package is what defines its commands."""
    for name in _MODULES:
        importlib.import_module(f"mailtriage.cli.{name}")


def _end(message: str, code: int) -> None:
    """Ends the program; what could not be printed is let go, so that nothing follows the message."""
    if message:
        print(message, file=sys.stderr)
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)
