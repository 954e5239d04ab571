"""`status`: one line for the admin or for Nagios."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from mailtriage.cli import app
from mailtriage.cli.options import ConfigOption, configuration

_WORDS = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
_BACKLOG_WARNING, _BACKLOG_CRITICAL = 1000, 20_000


@app.command()
def status(
    config: ConfigOption = None,
    nagios: Annotated[bool, typer.Option("--nagios", help="Plugin output with performance data, exit 0, 1, 2 or 3.")] = False,
) -> None:
    """Say in one line how mailtriage itself is doing.

    Example: mailtriage status --nagios
    """
    from mailtriage.errors import MailtriageError
    from mailtriage.service.files import open_spool, open_store
    from mailtriage.text import one_line

    try:
        settings = configuration(config)
        store, spool = open_store(settings), open_spool(settings)
        n_open, n_parked, n_dead = store.n_open_events(), len(store.parked()), len(store.outbox.dead_letters())
        n_waiting = max(0, spool.last_seq() - store.cursor)
        # Of the days before, `ledger` proves the same.
        balance = store.balance(spool.n_received(datetime.now(UTC).date() - timedelta(days=1)), spool.last_seq())
    except MailtriageError as error:
        # A plugin's output is one line, and what follows a bar is performance data.
        said = one_line(str(error)).replace("|", "/")
        print(f"MAILTRIAGE {_WORDS[3]} - {said}" if nagios else f"unknown: {error}")
        raise typer.Exit(3 if nagios else 2) from None
    faults = list(balance.faults)
    faults += [f"{n_dead} deliveries given up"] if n_dead else []
    faults += [f"{n_parked} mails could not be judged"] if n_parked else []
    faults += [f"{n_waiting} mails wait to be judged"] if n_waiting >= _BACKLOG_WARNING else []
    level = 2 if not balance.is_balanced or n_waiting >= _BACKLOG_CRITICAL else 1 if faults else 0
    text = f"{n_open} events open, {n_waiting} mails waiting" + (": " + "; ".join(faults) if faults else "")
    if nagios:
        print(f"MAILTRIAGE {_WORDS[level]} - {text} | open={n_open} waiting={n_waiting} parked={n_parked} dead={n_dead}")
        raise typer.Exit(level)
    print(text)
    raise typer.Exit(1 if level else 0)
