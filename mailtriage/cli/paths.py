"""`hosts paths`, `hosts confirm-path`, `hosts trust`: the ways mails of a host come, and which of them may end events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mailtriage.cli.hosts import HostArgument, commands
from mailtriage.cli.options import ConfigOption, DryRunOption, JsonOption, NowOption, configuration, moment, print_json, print_table, user

if TYPE_CHECKING:
    from pathlib import Path

    from mailtriage.store.paths import Paths


@commands.command()
def paths(
    host: Annotated[str, typer.Argument(metavar="[HOST]", help="Its paths; without one, the OKs that are not believed.")] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the paths the mails of a host took, or the OKs that wait because of theirs.

    Example: mailtriage hosts paths web07.example.org
    """
    found = _paths(config)
    if host:
        rows = found.of(host.lower())
        if as_json:
            print_json(
                [
                    {
                        "host": row.host,
                        "kind": row.kind,
                        "path": row.path,
                        "days": row.n_days,
                        "last_on": row.last_on.isoformat(),
                        "learnt_on": row.learnt_on.isoformat() if row.learnt_on else None,
                        "by": row.by,
                    }
                    for row in rows
                ]
            )
            return
        table: list[tuple[object, ...]] = [(row.kind, row.path, row.n_days, row.last_on, row.learnt_on or "no", row.by) for row in rows]
        print_table(table, ("KIND", "PATH", "DAYS", "LAST", "BELIEVED", "BY"))
        return
    doubts = found.doubts()
    if as_json:
        print_json(
            [
                {"key": one.event.key, "path": one.path, "mail_id": one.mail_id, "at": one.at.isoformat(), "comment": one.comment}
                for one in doubts
            ]
        )
        return
    print_table([(one.event.key, one.path, f"{one.at:%Y-%m-%d %H:%M}", one.comment) for one in doubts], ("KEY", "PATH", "AT", "SAYS"))


@commands.command("confirm-path")
def confirm_path(
    host: HostArgument,
    path: Annotated[str, typer.Option("--path", help="Only this one; default: all that are not believed.")] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
    dry_run: DryRunOption = False,
    now: NowOption = "",
) -> None:
    """Believe the paths the mails of a host come by; OKs that wait for it end their events within a minute.

    Example: mailtriage hosts confirm-path web07.example.org
    """
    host, found = host.lower(), _paths(config)
    waiting = tuple(dict.fromkeys(row.path for row in found.of(host) if row.learnt_on is None and path in ("", row.path)))
    said = waiting if dry_run else found.confirm(host, path=path, who=user(), at=moment(now))
    if as_json:
        print_json({"host": host, "paths": said, "dry_run": dry_run})
        return
    for one in said:
        print(f"{'would believe' if dry_run else 'believed from now on'}: {one}")


@commands.command()
def trust(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="An address, or a network such as 10.8.0.0/24.")],
    comment: Annotated[str, typer.Option("--comment", help="What it is.")] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
    dry_run: DryRunOption = False,
    now: NowOption = "",
) -> None:
    """Vouch for a relay or a monitoring server: what comes from there is believed of any host.

    Example: mailtriage hosts trust 10.0.0.2 --comment "second relay"
    """
    spelt = address if dry_run else _paths(config).trust(address, who=user(), why=comment, at=moment(now))
    if as_json:
        print_json({"address": spelt, "dry_run": dry_run})
    else:
        print(f"{'would trust' if dry_run else 'trusted from now on'}: {spelt}")


def _paths(config: Path | None) -> Paths:
    from mailtriage.service.files import open_store

    return open_store(configuration(config)).paths
