"""`events`, `ack`, `ledger`: what is open, and whether the books balance."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from mailtriage.cli import app
from mailtriage.cli.options import ConfigOption, DryRunOption, JsonOption, NowOption, configuration, moment, print_json, print_table, user

if TYPE_CHECKING:
    from datetime import datetime

    from mailtriage.store.main import Store


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
    from mailtriage.correlate.ack import number_of
    from mailtriage.service.files import open_store
    from mailtriage.store.values import ClosedEvent

    at = moment(now)
    start = moment(since, "--since") if since else at - timedelta(days=7)
    rows = []
    store = open_store(configuration(config))
    acks = {ack.event_id: ack for ack in store.acks.all() if ack.until > at}
    for found in store.open_events() if only_open else store.events(closed_since=start):
        closed = found if isinstance(found, ClosedEvent) else None
        event = found.event if isinstance(found, ClosedEvent) else found
        ack = acks.get(event.id)
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
                "told": event.is_told,
                "value": number_of(event),
                "ack": ack.comment if ack else None,
                "ack_by": ack.who if ack else None,
                "ack_until": ack.until.isoformat(timespec="seconds") if ack else None,
                "ack_above": ack.above if ack else None,
            }
        )
    if as_json:
        print_json(rows)
    else:
        heads = ("STATE", "SEVERITY", "KEY", "SINCE", "N", "SUMMARY")
        shown = ("severity", "key", "opened_at", "count", "summary")
        print_table([("acked" if row["ack"] else row["state"], *(row[name] for name in shown)) for row in rows], heads)


@app.command()
def ack(
    key: Annotated[str, typer.Argument(help="The event's key: host/check/item.")],
    comment: Annotated[str, typer.Option("--comment", help="Why, for the next one who looks.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="ISO", help="The acknowledgement ends then; default: in 30 days.")] = "",
    above: Annotated[float | None, typer.Option("--above", help="It ends when the number grows above this.")] = None,
    end: Annotated[bool, typer.Option("--end", help="Take the acknowledgement back: the event is told again.")] = False,
    config: ConfigOption = None,
    dry_run: DryRunOption = False,
    now: NowOption = "",
) -> None:
    """Acknowledge an open event, with a bound: it is quiet until then, or until it is worse or says something else.

    Example: mailtriage ack web07.example.org/filesystem/var --comment "growing the disk" --until 2026-12-01 --above 95
    """
    from mailtriage.correlate.ack import acknowledgement, bound, closes
    from mailtriage.service.files import open_store
    from mailtriage.text import one_line

    at, last = moment(now), moment(until, "--until") if until else None
    store = open_store(configuration(config))
    if end:
        _take_back(store, key, at, is_tried=dry_run)
        return
    with store.transaction():
        event = store.acks.event(key)
        given = acknowledgement(event, comment=comment, who=user(), at=at, until=last, above=above)
        if not dry_run:
            store.acks.add(given)
    print(f"{'would acknowledge' if dry_run else 'acknowledged'} {one_line(event.key)}: {one_line(event.summary)}")
    print("  it is closed: no report can say that it is over" if closes(event) else f"  {bound(given, event)}")


def _take_back(store: Store, key: str, at: datetime, *, is_tried: bool) -> None:
    from mailtriage.errors import InputError
    from mailtriage.text import one_line

    with store.transaction():
        event = store.acks.event(key)
        if event.id not in {found.event_id for found in store.acks.all() if found.until > at}:
            raise InputError(f"{one_line(key)} is not acknowledged", remedy="`mailtriage events --open` shows what is")
        if not is_tried:
            store.acks.take_back(event.id, at)
    print(f"{'would take back' if is_tried else 'took back'} the acknowledgement of {one_line(key)}: it is told again")


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
