"""Options and habits that the commands share."""

from __future__ import annotations

import getpass
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailtriage.errors import ConfigError, InputError

if TYPE_CHECKING:
    from mailtriage.config import Config

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Configuration file. Default: $MAILTRIAGE_CONFIG, ./mailtriage.toml, /etc/mailtriage, /usr/local/etc/mailtriage.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
NowOption = Annotated[str, typer.Option("--now", metavar="ISO", help="Fixes the clock, for example 2026-11-23T06:30:00+00:00.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
_FIRST_YEAR, _LAST_YEAR = 1971, 9000  # an id begins with the time since 1970, and days are added and taken away


def configuration(path: Path | None) -> Config:
    """The configuration to work with; a ConfigError says how to make one where there is none."""
    from mailtriage import config

    found = config.find(path)
    if found is None:
        raise ConfigError("no configuration found", remedy="`mailtriage init DIR` writes one; name it with --config or $MAILTRIAGE_CONFIG")
    return config.load(found)


def moment(text: str, option: str = "--now") -> datetime:
    """An ISO date or time as UTC; the present for an empty text. A time without a zone counts as UTC."""
    if not text:
        return datetime.now(UTC)
    remedy = "write 2026-11-23 or 2026-11-23T06:30:00+00:00"
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{option} {text!r} is not an ISO time", remedy=remedy) from None
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise InputError(f"{option} {text!r} lies outside the years {_FIRST_YEAR} to {_LAST_YEAR}", remedy=remedy)
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)


def user() -> str:
    """Who gives the label; a user without a name is known by number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # OSError from Python 3.13 on
        return str(os.getuid())


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_table(rows: list[tuple[object, ...]], heads: tuple[str, ...]) -> None:
    """Columns, aligned, without colour: the same in a terminal, in a pipe and in a mail."""
    from mailtriage.text import one_line

    table = [heads, *(tuple(one_line(str(cell), 100) for cell in row) for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(heads))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
