"""`simulate`: a fleet's mail with incidents, to a folder or to an SMTP port."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer

from mailtriage.cli import app
from mailtriage.cli.options import moment


@app.command()
def simulate(
    hosts: Annotated[int, typer.Option("--hosts", min=1, help="How many hosts.")] = 75,
    days: Annotated[int, typer.Option("--days", min=1, help="How many days.")] = 7,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same mails.")] = 1,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write the mails, their labels and truth.json there.")] = None,
    smtp: Annotated[str, typer.Option("--smtp", metavar="HOST:PORT", help="Send the mails there.")] = "",
    start: Annotated[str, typer.Option("--start", metavar="ISO", help="The first day; default: so that the last one is yesterday.")] = "",
) -> None:
    """Simulate a fleet of hosts that write root's mail, with incidents that begin and end.

    Example: mailtriage simulate --hosts 10 --days 2 --seed 1 --out fleet
    """
    from mailtriage.errors import InputError
    from mailtriage.simulate import fleet, mails, send, write
    from mailtriage.text import plural

    if (out is None) == (not smtp):
        raise InputError("say where the mails go", remedy="either --out DIR or --smtp HOST:PORT")
    first = moment(start, "--start") if start else first_day(days)
    made = fleet(hosts=hosts, days=days, seed=seed, start=first)
    if out is not None:
        n = write(out, made)
        print(f"{plural(n, 'mail')} in {out / 'mails'}, the truth in {out / 'truth.json'}")
        return
    host, _, port = smtp.rpartition(":")
    if not host or not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) <= 65535:
        raise InputError(f"--smtp {smtp!r} is not HOST:PORT", remedy="write 127.0.0.1:8025")
    sent = send(host, int(port), mails(made))
    for refused in sent.refused:
        typer.echo(f"mail {refused.number} refused: {refused.code} {refused.text}", err=True)
    print(f"{plural(sent.accepted, 'mail')} sent to {smtp}, {len(sent.refused)} refused")
    raise typer.Exit(1 if sent.refused else 0)


def first_day(days: int) -> datetime:
    """Midnight UTC so many days ago: the last simulated day is yesterday."""
    return datetime.combine(datetime.now(UTC).date() - timedelta(days=days), time(), UTC)
