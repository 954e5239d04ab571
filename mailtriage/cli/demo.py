"""`demo`: a week of a simulated fleet, and what an admin gets to see of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from mailtriage.cli import app

if TYPE_CHECKING:
    from mailtriage.service.rehearsal import Progress, Rehearsal


@app.command()
def demo(
    hosts: Annotated[int, typer.Option("--hosts", min=3, help="How many hosts.")] = 75,
    days: Annotated[int, typer.Option("--days", min=1, help="How many days.")] = 7,
    seed: Annotated[int, typer.Option("--seed", help="Another seed is another week.")] = 1,
) -> None:
    """Send a week of a simulated fleet's mail through a real daemon, and hold the result against the truth. Leaves nothing behind.

    Example: mailtriage demo --hosts 75 --days 7
    """
    from mailtriage.service.rehearsal import rehearse

    with _bar() as progress:
        result = rehearse(hosts, days, seed, progress)
    _print(result, days)
    raise typer.Exit(0 if not result.missed and not result.n_wrong_drops and result.balance.is_balanced else 1)


@contextmanager
def _bar() -> Iterator[Progress]:
    if not sys.stderr.isatty():
        yield lambda stage, done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as RichProgress

    columns = (TextColumn("{task.description:20}"), BarColumn(), MofNCompleteColumn())
    with RichProgress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, object] = {}

        def progress(stage: str, done: int, of: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=of)
            bar.update(tasks[stage], completed=done, total=of)  # type: ignore[arg-type]

        yield progress


def _print(result: Rehearsal, days: int) -> None:
    from mailtriage.cli.options import print_table
    from mailtriage.digest import render
    from mailtriage.store.values import ClosedEvent
    from mailtriage.text import plural
    from mailtriage.types import Verdict

    counts = result.verdicts
    print(f"{result.n_mails} mails from {result.n_hosts} hosts in {days} days, sent over SMTP in {result.seconds_sending:.1f} s\n")
    print("EVENTS")
    rows: list[tuple[object, ...]] = []
    for found in sorted(result.told, key=lambda one: (one.event if isinstance(one, ClosedEvent) else one).opened_at):
        event = found.event if isinstance(found, ClosedEvent) else found
        closed = f"{found.closed_at:%a %H:%M}" if isinstance(found, ClosedEvent) else "open"
        rows.append((f"{event.opened_at:%a %H:%M}", closed, event.severity, event.key, event.summary[:60]))
    print_table(rows, ("OPENED", "CLOSED", "SEVERITY", "KEY", "SUMMARY"))
    print("\nTHE LAST DIGEST")
    print(render.text(result.edition))
    print("\nAGAINST THE TRUTH")
    told = [finding for finding in result.findings if finding.event is None and finding.is_shown]
    raised = [finding for finding in result.findings if finding.event is not None]
    ended = [finding for finding in raised if finding.incident.ended_at and finding.closed_at]
    print(
        f"incidents     {len(result.findings)}: {len(raised)} raised as events, {len(told)} shown in a digest, {len(result.missed)} missed"
    )
    for finding in result.missed:
        print(f"  MISSED      {finding.incident.type.name} on {finding.incident.host.name} since {finding.incident.began_at:%a %H:%M}")
    print(f"ended         {sum(bool(one.incident.ended_at) for one in raised)} of the raised ones, {len(ended)} closed by themselves")
    print(f"false alarms  {len(result.false_alarms)}")
    for event in result.false_alarms:
        print(f"  FALSE       {event.key}: {event.summary}")
    print(f"wrong drops   {result.n_wrong_drops} of {result.n_must_see} mails that must be seen")
    books = "the books balance" if result.balance.is_balanced else "THE BOOKS DO NOT BALANCE: " + "; ".join(result.balance.faults)
    print(
        f"mails         {result.n_mails} = {counts[Verdict.DROP]} dropped + {counts[Verdict.DIGEST]} digested"
        f" + {counts[Verdict.EVENT]} raised + {counts[Verdict.PASS]} passed; {books}"
    )
    print(f"sent          {result.n_sent} event changes, {result.n_digests} digests, {result.n_passed} mails of people passed on unchanged")
    would = f"it would have dropped {plural(result.n_would_drop, 'more section')} on the last day"
    print(f"learning      acts on nothing yet, as in any new installation: {would}")
    print(f"flaps         {result.n_flaps} events were over within their hold time: counted, told to nobody")
    print(f"noise         {result.noise_reduction:.1%} less: {result.n_shown} of {result.n_reports} reports ask for an eye")
    print(f"time          {result.seconds:.1f} s")
    print("\nNow your own mail: mailtriage triage ~/Maildir   (reads, judges, changes nothing)")
    print("To receive it:     mailtriage init DIR, then README.md shows the lines for your MTA")
