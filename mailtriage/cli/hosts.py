"""`hosts`: who writes, how regularly, and who is late; hosts that are gone, and hosts that have another name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailtriage.cli import app
from mailtriage.cli.options import ConfigOption, DryRunOption, JsonOption, NowOption, configuration, moment, print_json, print_table

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from mailtriage.baseline import Move
    from mailtriage.store.arrivals import ArrivalBook, Arrivals
    from mailtriage.store.values import HostRow

commands = typer.Typer(rich_markup_mode=None)
app.add_typer(commands, name="hosts")

HostArgument = Annotated[str, typer.Argument(metavar="HOST", help="The host, by the full name that the list shows.")]


@commands.callback(invoke_without_command=True)
def hosts(
    context: typer.Context,
    config: ConfigOption = None,
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="How many hosts at most, those first of which something is late; 0: all.")
    ] = 500,
    moved: Annotated[bool, typer.Option("--moved", help="Show the measures whose level moved in the last week instead.")] = False,
    as_json: JsonOption = False,
    now: NowOption = "",
) -> None:
    """List the hosts that have written, by kind of mail: the last time, how it usually comes, and what is late or retired.

    Example: mailtriage hosts
    """
    if context.invoked_subcommand is not None:
        return
    from mailtriage.service.files import open_store

    store = open_store(configuration(config))
    if moved:
        _print_moves(store.past.moves(), as_json)
        return
    book = store.arrivals
    names = tuple(dict.fromkeys((*book.remarkable(moment(now)), *store.host_names(limit))))[:limit] if limit else None
    rows = _listed(store.hosts(names), book.all(names), {one.host for one in book.retired()}, moment(now))
    if names:
        order = {name: place for place, name in enumerate(names)}
        rows.sort(key=lambda row: order.get(row["host"].lower(), len(order)))
    if as_json:
        print_json(rows)
        return
    table: list[tuple[object, ...]] = []
    for row in rows:
        table.append((row["host"] or "-", row["kind"], row["n"], _short(row["last_seen_at"]), *_cells(row)))
        jobs = row.get("jobs", [])
        table += [("", f"job {job['job']}", job["n"], _short(job["last_seen_at"]), *_cells(job)) for job in jobs]
    print_table(table, ("HOST", "KIND", "MAILS", "LAST", "USUALLY", "SURE", "NEXT", "STATE"))
    n_left = store.n_hosts() - len(names) if names is not None else 0
    if n_left > 0:
        print(f"and {n_left} more hosts: --limit 0 lists all")


def _print_moves(moves: tuple[Move, ...], as_json: bool) -> None:
    if as_json:
        heads = ("host", "name", "subject", "before", "now", "unit")
        print_json([{head: getattr(move, head) for head in heads} for move in moves])
        return
    table: list[tuple[object, ...]] = [(one.host, one.name, one.subject, f"{one.before:g}", f"{one.now:g}", one.unit) for one in moves]
    print_table(table, ("HOST", "MEASURE", "OF", "BEFORE", "NOW", "UNIT"))


@commands.command()
def retire(
    host: HostArgument,
    comment: Annotated[str, typer.Option("--comment", help="Why, for the next one who looks.")] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
    dry_run: DryRunOption = False,
    now: NowOption = "",
) -> None:
    """A host that is gone is not missed any more, until it writes again.

    Example: mailtriage hosts retire web07.example.org --comment "replaced by web12"
    """
    host = host.lower()
    book, at = _book(config), moment(now)
    book.require_host(host)
    if not dry_run:
        book.retire(host, comment, at)
    _say(f"{host} is not missed any more", dry_run, as_json, {"host": host, "retired_at": at.isoformat(), "comment": comment})


@commands.command()
def rename(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The name it had.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The name it has now.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
    dry_run: DryRunOption = False,
    now: NowOption = "",
) -> None:
    """A host has another name: what is known of the old one counts for the new one.

    Mails, ledger and open events keep the name they came with.

    Example: mailtriage hosts rename web07.example.org www.example.org
    """
    from mailtriage.errors import InputError
    from mailtriage.text import one_line

    old, new, at = old.lower(), new.lower(), moment(now)
    if new == old or not new or one_line(new) != new or set(new) & {"/", " "}:
        raise InputError(f"{one_line(new)!r} is no other name of a host", remedy="give the full name the host has now")
    from mailtriage.service.files import open_store

    store = open_store(configuration(config))
    store.arrivals.require_host(old)
    if not dry_run:
        with store.transaction():
            store.arrivals.rename(old, new)
            store.paths.rename(old, new)
            store.checks.rename(old, new)
            store.past.rename(old, new)
    _say(f"{old} is {new} from now on", dry_run, as_json, {"old": old, "new": new, "renamed_at": at.isoformat()})


def _book(config: Path | None) -> ArrivalBook:
    from mailtriage.service.files import open_store

    return open_store(configuration(config)).arrivals


def _say(text: str, dry_run: bool, as_json: bool, done: dict[str, object]) -> None:
    if as_json:
        print_json({**done, "dry_run": dry_run})
    else:
        print(f"would say: {text}" if dry_run else text)


def _listed(rows: tuple[HostRow, ...], arrivals: tuple[Arrivals, ...], retired: set[str], now: datetime) -> list[dict[str, Any]]:
    """One object for each host and kind, with the jobs of a kind that has some."""
    whole = {(one.host, one.kind): one for one in arrivals if not one.job}
    jobs: dict[tuple[str, str], list[Arrivals]] = {}
    for one in arrivals:
        if one.job:
            jobs.setdefault((one.host, one.kind), []).append(one)
    listed = []
    for row in rows:
        key = row.host.lower(), row.kind
        found: dict[str, Any] = {
            "host": row.host,
            "kind": row.kind,
            "n": row.n,
            "first_seen_at": row.first_seen_at.isoformat(),
            "last_seen_at": row.last_seen_at.isoformat(),
            **_cadence(whole.get(key), key[0] in retired, now),
        }
        if key in jobs:
            found["jobs"] = [
                {"job": one.job, "n": one.n, "last_seen_at": one.last_seen_at.isoformat(), **_cadence(one, key[0] in retired, now)}
                for one in jobs[key]
            ]
        listed.append(found)
    return listed


def _cadence(row: Arrivals | None, is_retired: bool, now: datetime) -> dict[str, object]:
    from mailtriage.correlate.cadence import Cadence
    from mailtriage.service.silence import is_late

    cadence = Cadence.from_text(row.cadence) if row else None
    state = "retired" if is_retired else "late" if row and is_late(row, now) else "too often" if row and row.often_since else ""
    return {
        "cadence": cadence.in_words() if cadence else None,
        "usual_time": f"{cadence.usual_s // 3600:02}:{cadence.usual_s // 60 % 60:02} UTC" if cadence else None,
        "jitter_s": cadence.jitter_s if cadence else None,
        "confidence": round(cadence.confidence, 2) if cadence else None,
        "next_due_at": row.due_at.isoformat() if row and row.due_at else None,
        "late_after": row.late_at.isoformat() if row and row.late_at else None,
        "state": state,
    }


def _cells(row: dict[str, Any]) -> tuple[object, ...]:
    sure = "" if row["confidence"] is None else f"{row['confidence']:.2f}"
    return row["cadence"] or "", sure, _short(row["next_due_at"] or ""), row["state"]


def _short(moment: str) -> str:
    return moment[:16].replace("T", " ")
