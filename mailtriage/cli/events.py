"""`events`, `ack`, `hosts`, `ledger`: what is open, and whether the books balance."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from mailtriage.cli import app
from mailtriage.cli.options import ConfigOption, DryRunOption, JsonOption, NowOption, configuration, moment, print_json, print_table


@app.command()
def events(
    config: ConfigOption = None,
    only_open: Annotated[bool, typer.Option("--open", help="Only what is open.")] = False,
    since: Annotated[str, typer.Option("--since", metavar="ISO", help="How far back closed events are shown; default: seven days.")] = "",
    as_json: JsonOption = False,
    now: NowOption = "",
) -> None:
    """List events: open ones, and those closed lately.

    Example: mailtriage events --open
    """
    from mailtriage.service.files import open_store
    from mailtriage.store.values import ClosedEvent

    start = moment(since, "--since") if since else moment(now) - timedelta(days=7)
    acks = {}
    rows = []
    store = open_store(configuration(config))
    acks = {ack.key: ack for ack in store.acks()}
    for found in store.events(closed_since=start):
        closed = found if isinstance(found, ClosedEvent) else None
        if closed and only_open:
            continue
        event = found.event if isinstance(found, ClosedEvent) else found
        ack = acks.get(event.key)
        rows.append(
            {
                "key": event.key,
                "state": "ok" if closed else "problem",
                "severity": event.severity.value,
                "summary": event.summary,
                "opened_at": event.opened_at.isoformat(timespec="seconds"),
                "last_seen_at": event.last_seen_at.isoformat(timespec="seconds"),
                "closed_at": closed.closed_at.isoformat(timespec="seconds") if closed else None,
                "count": event.count,
                "mail_id": event.mail_id,
                "ack": ack.comment if ack and not closed else None,
            }
        )
    if as_json:
        print_json(rows)
    else:
        heads = ("STATE", "SEVERITY", "KEY", "SINCE", "N", "SUMMARY")
        print_table([(row["state"], row["severity"], row["key"], row["opened_at"], row["count"], row["summary"]) for row in rows], heads)


@app.command()
def ack(
    key: Annotated[str, typer.Argument(help="The event's key: host/check/item.")],
    comment: Annotated[str, typer.Option("--comment", help="Why, for the next one who looks.")],
    until: Annotated[str, typer.Option("--until", metavar="ISO", help="The acknowledgement ends then.")] = "",
    above: Annotated[float | None, typer.Option("--above", help="It ends when the number grows above this.")] = None,
    config: ConfigOption = None,
    dry_run: DryRunOption = False,
    now: NowOption = "",
) -> None:
    """Acknowledge an open event, with a bound.

    Example: mailtriage ack web07.example.org/filesystem/var --comment "growing the disk" --until 2026-12-01
    """
    from mailtriage.service.files import open_store
    from mailtriage.text import one_line

    end, at = moment(until, "--until") if until else None, moment(now)
    if dry_run:
        print(f"would acknowledge {key}")
        return
    event = open_store(configuration(config)).ack(key, comment, until=end, above=above, at=at)
    print(f"acknowledged {event.key}: {one_line(event.summary)}")


@app.command()
def hosts(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the hosts that have written, by kind of mail, with the last time.

    Example: mailtriage hosts
    """
    from mailtriage.service.files import open_store

    rows = open_store(configuration(config)).hosts()
    if as_json:
        print_json(
            [
                {
                    "host": row.host,
                    "kind": row.kind,
                    "n": row.n,
                    "first_seen_at": row.first_seen_at.isoformat(),
                    "last_seen_at": row.last_seen_at.isoformat(),
                }
                for row in rows
            ]
        )
    else:
        table: list[tuple[object, ...]] = [(row.host or "-", row.kind, row.n, f"{row.last_seen_at:%Y-%m-%d %H:%M}") for row in rows]
        print_table(table, ("HOST", "KIND", "MAILS", "LAST"))


@app.command()
def ledger(
    config: ConfigOption = None,
    since: Annotated[str, typer.Option("--since", metavar="ISO", help="From this day on.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show the books: received = raised + digested + dropped + passed + held, for every day. Exit 1 when they do not balance.

    Example: mailtriage ledger --since 2026-11-01
    """
    from mailtriage.service.files import open_spool, open_store

    settings = configuration(config)
    store, spool = open_store(settings), open_spool(settings)
    start = moment(since, "--since").date() if since else None
    # The cursor before the counts: a mail that comes in between is then merely waiting.
    balance = store.balance(spool.n_received(start), spool.last_seq())
    rows = store.ledger(start)
    if as_json:
        print_json(
            {
                "balanced": balance.is_balanced,
                "faults": balance.faults,
                "days": [
                    {
                        "day": day.day,
                        "received": day.n_received,
                        "raised": day.n_raised,
                        "digested": day.n_digested,
                        "dropped": day.n_dropped,
                        "passed": day.n_passed,
                        "held": day.n_held,
                    }
                    for day in balance.days
                ],
                "rows": [
                    {"day": row.day, "host": row.host, "kind": row.kind, "verdict": row.verdict, "by": row.by, "n": row.n} for row in rows
                ],
            }
        )
    else:
        days: list[tuple[object, ...]] = [
            (day.day, day.n_received, day.n_raised, day.n_digested, day.n_dropped, day.n_passed, day.n_held) for day in balance.days
        ]
        print_table(days, ("DAY", "RECEIVED", "RAISED", "DIGESTED", "DROPPED", "PASSED", "HELD"))
        print("the books balance" if balance.is_balanced else "THE BOOKS DO NOT BALANCE: " + "; ".join(balance.faults))
    raise typer.Exit(0 if balance.is_balanced else 1)
