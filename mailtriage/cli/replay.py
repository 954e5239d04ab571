"""`replay`: the archive once more, held against what live operation made of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from mailtriage.cli import app
from mailtriage.cli.options import ConfigOption, JsonOption, NowOption, configuration, moment, print_json, print_table


@app.command()
def replay(
    start: Annotated[str, typer.Option("--from", metavar="ISO", help="Show events from then on; default: seven days before --to.")] = "",
    end: Annotated[str, typer.Option("--to", metavar="ISO", help="Replay mails received before; default: now.")] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
    now: NowOption = "",
) -> None:
    """Judge the archive once more by the clock of its mails, send nothing, and compare the events with the live ones.

    Rules and model are those of today; what people did (ack, label, maintenance) is not done again. Exit 1 when something differs.

    Example: mailtriage replay --from 2026-11-01 --to 2026-11-08
    """
    from mailtriage.cli.progress import counting
    from mailtriage.service.replaying import replay as replay_mails
    from mailtriage.store.values import ClosedEvent

    until = moment(end, "--to") if end else moment(now)
    since = moment(start, "--from") if start else until - timedelta(days=7)
    with counting("replaying") as progress:
        found = replay_mails(configuration(config), since, until, progress)
    rows = []
    for one in found.events:
        event, closed = (one.event, one) if isinstance(one, ClosedEvent) else (one, None)
        rows.append(
            {
                "key": event.key,
                "state": "ok" if closed else "problem",
                "severity": event.severity.value,
                "opened_at": event.opened_at.isoformat(timespec="seconds"),
                "closed_at": closed.closed_at.isoformat(timespec="seconds") if closed else None,
                "count": event.count,
                "mail_id": event.mail_id,
                "summary": event.summary,
            }
        )
    if as_json:
        print_json({"mails": found.n_mails, "events": rows, "differences": found.differences})
    else:
        heads = ("STATE", "SEVERITY", "KEY", "OPENED", "CLOSED", "N", "SUMMARY")
        table: list[tuple[object, ...]] = [
            (row["state"], row["severity"], row["key"], row["opened_at"], row["closed_at"] or "-", row["count"], row["summary"])
            for row in rows
        ]
        print_table(table, heads)
        for difference in found.differences:
            print(f"differs: {difference}")
        print(
            f"{found.n_mails} mails replayed; {'the same as live' if not found.differences else f'{len(found.differences)} events differ'}"
        )
    raise typer.Exit(1 if found.differences else 0)
