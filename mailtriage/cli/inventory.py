"""`inventory`: what is known of the hosts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailtriage.cli import app
from mailtriage.cli.options import ConfigOption, JsonOption, print_json, print_table
from mailtriage.text import one_line, plural

if TYPE_CHECKING:
    from mailtriage.inventory import Attributes, Inventory, Weights

commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What is known of the hosts.")
app.add_typer(commands, name="inventory")
_HEADS = ("HOST", "EXPOSURE", "USERS", "TIME TO RECOVER", "MATURITY", "OWNER", "GROUPS")


@commands.callback()
def group() -> None:
    """What is known of the hosts."""


def weights_of(path: Path | None) -> Weights:
    """Inventory and policy as the configuration names them; without a configuration no inventory and the shipped policy."""
    from mailtriage import config
    from mailtriage.inventory import load_weights

    found = config.find(path)
    named = config.load(found).inventory if found else config.InventoryConfig()
    return load_weights(named.file, named.ansible, named.policy)


@commands.command()
def show(
    host: Annotated[str, typer.Argument(metavar="[HOST]", help="One host, by any of its names. Default: all.")] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the hosts with their groups and attributes, and what is wrong with the inventory. Exit 1 if something is, or HOST is not in it.

    Example: mailtriage inventory show web07.example.org
    """
    weights = weights_of(config)
    inventory = weights.inventory
    found = inventory.candidates(host) if host else inventory.hosts
    names = tuple(found) if not host or len(found) > 1 else (host,)
    rows = [_row(name, inventory.attributes_of(name)) for name in names]
    if as_json:
        print_json(
            {
                "sources": [{"path": source.path, "hosts": source.n_hosts} for source in inventory.sources],
                "hosts": rows,
                "is_known": bool(found),
                "is_ambiguous": bool(host) and len(found) > 1,
                "notes": list(weights.notes),
            }
        )
    else:
        _print(host, found, rows, inventory)
        for note in weights.notes:
            print(one_line(note, 400))
    raise typer.Exit(1 if weights.notes or (host and len(found) != 1) else 0)


def _row(host: str, of: Attributes) -> dict[str, Any]:
    from mailtriage.inventory import in_words

    return {
        "host": host,
        "exposure": of.exposure or None,
        "users": of.users,
        "time_to_recover": in_words(of.time_to_recover) if of.time_to_recover is not None else None,
        "maturity": of.maturity or None,
        "owner": of.owner or None,
        "groups": sorted(of.groups),
        "aliases": list(of.aliases),
    }


def _print(host: str, found: tuple[str, ...], rows: list[dict[str, Any]], inventory: Inventory) -> None:
    if host and len(found) > 1:
        print(f"{one_line(host)} may be any of these: nothing is taken for it")
    elif host and not found:
        print(f"{one_line(host)} is in no inventory; what holds for it:")
    elif host and found[0] != host.lower():
        print(f"{one_line(host)} is {found[0]}")
    if rows:
        print_table([tuple(_cell(row[key]) for key in _keys()) for row in rows], _HEADS)
    if host and rows and rows[0]["aliases"]:
        print(f"other names: {', '.join(rows[0]['aliases'])}")
    if not host:
        for source in inventory.sources:
            print(f"{source.path}: {plural(source.n_hosts, 'host')}")
        if not inventory.sources:
            print("no inventory is named in [inventory]")


def _keys() -> tuple[str, ...]:
    return tuple(head.lower().replace(" ", "_") for head in _HEADS)


def _cell(value: object) -> str:
    return ", ".join(value) if isinstance(value, list) and value else "-" if value in (None, "", []) else str(value)
