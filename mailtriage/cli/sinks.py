"""`sinks`: whether events reach their targets."""

from __future__ import annotations

import typer

from mailtriage.cli import app
from mailtriage.cli.options import ConfigOption, JsonOption, configuration, print_json

commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Whether events reach their targets.")
app.add_typer(commands, name="sinks")


@commands.callback()
def group() -> None:
    """Whether events reach their targets."""


@commands.command()
def check(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Check the sinks' settings, and list what waits for them and what was given up. Exit 1 when something needs you.

    Example: mailtriage sinks check
    """
    from mailtriage.service.deliver import open_sinks
    from mailtriage.service.files import open_store
    from mailtriage.text import one_line

    settings = configuration(config)
    names = sorted(open_sinks(settings, "check"))
    outbox = open_store(settings).outbox
    counts = {(sink, state): n for sink, state, n in outbox.counts()}
    dead = outbox.dead_letters()
    if as_json:
        print_json(
            {
                "sinks": [
                    {"name": name, "waiting": counts.get((name, "waiting"), 0), "dead": counts.get((name, "dead"), 0)} for name in names
                ],
                "dead": [{"id": one.id, "sink": one.sink, "key": one.order_key, "error": one.error} for one in dead],
            }
        )
    else:
        for name in names:
            print(f"{name}: {counts.get((name, 'waiting'), 0)} waiting, {counts.get((name, 'dead'), 0)} given up")
        for one in dead:
            print(f"given up: {one.sink} {one_line(one.order_key)}: {one_line(one.error)}")
        if not names:
            print("no sink is configured")
    raise typer.Exit(1 if dead or not names else 0)
