"""`maintenance`: times in which nobody is told of what happens on some hosts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from mailtriage.cli import app
from mailtriage.cli.options import ConfigOption, DryRunOption, JsonOption, NowOption, configuration, moment, print_json, print_table, user

if TYPE_CHECKING:
    from datetime import datetime

    from mailtriage.config import Config
    from mailtriage.store.maintenance import WindowCount
    from mailtriage.types import Severity, Window

commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Hold back the events of hosts that are worked on; what lasts is told afterwards."
)
app.add_typer(commands, name="maintenance")


@commands.command()
def add(
    until: Annotated[str, typer.Option("--until", metavar="ISO", help="When it ends.")],
    comment: Annotated[str, typer.Option("--comment", help="What is done, for the next one who looks.")],
    host: Annotated[str, typer.Argument(metavar="[HOST]", help="The host's whole name, or a glob such as 'web*.example.org'.")] = "",
    group: Annotated[str, typer.Option("--group", help="A group of the inventory instead of a host.")] = "",
    start: Annotated[str, typer.Option("--from", metavar="ISO", help="When it begins; default: now.")] = "",
    unless: Annotated[str, typer.Option("--except", metavar="SEVERITY", help="What is as bad as this is told all the same.")] = "",
    config: ConfigOption = None,
    dry_run: DryRunOption = False,
    now: NowOption = "",
) -> None:
    """Hold back the events of hosts for a time. They are recorded and counted; those still open at its end are told then.

    Example: mailtriage maintenance add 'web*.example.org' --until 2026-12-01T06:00 --comment "new switches" --except critical
    """
    from mailtriage.service.files import open_store
    from mailtriage.types import Window

    at, settings = moment(now), configuration(config)
    starts_at, ends_at = moment(start, "--from") if start else at, moment(until, "--until")
    _check(host, group, comment, starts_at, ends_at, at)
    window = Window(
        n=0,
        host=host.lower(),
        group=group.lower(),
        starts_at=starts_at,
        until=ends_at,
        unless=_severity(unless),
        comment=comment,
        who=user(),
    )
    store = open_store(settings)
    known = _known(window, settings, [row.host for row in store.hosts()])
    if not dry_run:
        window = store.maintenance.add(window)
    said = "would hold back the events" if dry_run else f"maintenance {window.n}"
    print(f"{said} of {_hosts(window)} from {starts_at:%Y-%m-%d %H:%M} until {ends_at:%Y-%m-%d %H:%M} UTC")
    print(
        f"  {known}; {f'only what is at least {window.unless} is told' if window.unless else 'nothing is told, not even what is critical'}"
    )


@commands.command("list")
def list_(config: ConfigOption = None, as_json: JsonOption = False, now: NowOption = "") -> None:
    """List the windows that are planned, open, or ended within seven days, with the events they held back.

    Example: mailtriage maintenance list
    """
    from mailtriage.service.files import open_store

    at = moment(now)
    counts = open_store(configuration(config)).maintenance.counts(at - timedelta(days=7))
    if as_json:
        print_json([_as_object(one, at) for one in counts])
        return
    heads = ("ID", "STATE", "HOSTS", "FROM", "UNTIL", "EXCEPT", "HELD", "WAITING", "OVER", "TOLD", "COMMENT")
    print_table([_row(one, at) for one in counts], heads)


@commands.command()
def end(
    number: Annotated[int, typer.Argument(metavar="ID", help="The window's number, as `maintenance list` shows it.")],
    config: ConfigOption = None,
    dry_run: DryRunOption = False,
    now: NowOption = "",
) -> None:
    """End a window now, or call off one that is planned: what is still open is told within a minute.

    Example: mailtriage maintenance end 3
    """
    from mailtriage.errors import InputError
    from mailtriage.service.files import open_store
    from mailtriage.text import one_line

    store = open_store(configuration(config))
    found = next((one for one in store.maintenance.windows() if one.n == number), None)
    if found is None:
        raise InputError(f"no maintenance window {number} is open", remedy="`mailtriage maintenance list` shows them")
    if not dry_run:
        store.maintenance.end(number, moment(now))
    print(f"{'would end' if dry_run else 'ended'} maintenance {number} of {_hosts(found)}: {one_line(found.comment)}")


def _check(host: str, group: str, comment: str, starts_at: datetime, until: datetime, now: datetime) -> None:
    from mailtriage.errors import InputError

    if bool(host.strip()) == bool(group.strip()):
        raise InputError("maintenance of which hosts?", remedy="give either a host, or a glob such as 'web*.example.org', or --group NAME")
    if not comment.strip():
        raise InputError("--comment is empty", remedy="say what is done, for the next one who looks")
    if until <= now:
        raise InputError(f"--until {until:%Y-%m-%d %H:%M} UTC has passed", remedy="give a time that is still to come")
    if until <= starts_at:
        raise InputError("--until is not after --from", remedy="give a later end; a time without a zone is UTC")


def _severity(text: str) -> Severity | None:
    from mailtriage.errors import InputError
    from mailtriage.types import Severity

    if not text:
        return None
    try:
        return Severity(text.lower())
    except ValueError:
        raise InputError(f"--except {text!r} is no severity", remedy=f"give one of {', '.join(Severity)}") from None


def _known(window: Window, settings: Config, written: list[str]) -> str:
    """For how many known hosts the window is: a mistyped one would hold nothing back."""
    from mailtriage.correlate.maintenance import covers
    from mailtriage.inventory import load_inventory
    from mailtriage.text import one_line, plural

    inventory, _ = load_inventory(settings.inventory.file, settings.inventory.ansible)
    names = {name.lower() for name in (*written, *inventory.hosts) if name}
    n = sum(covers(window, name, inventory.groups_of) for name in names)
    if n:
        return f"it is for {plural(n, 'known host')}"
    like = sorted(name for name in names if name.partition(".")[0] == window.host.partition(".")[0])[:3]
    return "it is for NO HOST KNOWN YET" + (f" (there is {one_line(', '.join(like))})" if like else "")


def _state(window: Window, now: datetime) -> str:
    if window.ended_at is not None or now >= window.until:
        return "over"
    return "open" if now >= window.starts_at else "planned"


def _hosts(window: Window) -> str:
    from mailtriage.text import one_line

    return one_line(f"group {window.group}" if window.group else window.host)


def _row(count: WindowCount, now: datetime) -> tuple[object, ...]:
    window = count.window
    times = (f"{window.starts_at:%Y-%m-%d %H:%M}", f"{window.until:%Y-%m-%d %H:%M}", window.unless or "-")
    counts = (count.n_held, count.n_waiting, count.n_over, count.n_told)
    return (window.n, _state(window, now), _hosts(window), *times, *counts, window.comment)


def _as_object(count: WindowCount, now: datetime) -> dict[str, object]:
    window = count.window
    return {
        "id": window.n,
        "state": _state(window, now),
        "host": window.host or None,
        "group": window.group or None,
        "from": window.starts_at.isoformat(timespec="seconds"),
        "until": window.until.isoformat(timespec="seconds"),
        "except": window.unless,
        "comment": window.comment,
        "by": window.who,
        "ended_at": window.ended_at.isoformat(timespec="seconds") if window.ended_at else None,
        "held": count.n_held,
        "waiting": count.n_waiting,
        "over": count.n_over,
        "told": count.n_told,
    }
