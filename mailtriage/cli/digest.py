"""`digest`: the digest, now."""

from __future__ import annotations

import enum
from typing import Annotated

import typer

from mailtriage.cli import app
from mailtriage.cli.options import ConfigOption, DryRunOption, NowOption, configuration, moment


class Format(enum.StrEnum):
    """How the digest is written."""

    TEXT = "text"
    HTML = "html"
    JSON = "json"


@app.command()
def digest(
    config: ConfigOption = None,
    since: Annotated[str, typer.Option("--since", metavar="ISO", help="From here on; default: what no digest has shown yet.")] = "",
    output: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    send: Annotated[bool, typer.Option("--send", help="Send it to its readers now; its items count as shown.")] = False,
    dry_run: DryRunOption = False,
    now: NowOption = "",
) -> None:
    """Print the digest, or send it.

    Example: mailtriage digest --since 2026-11-22
    """
    from mailtriage.digest import render
    from mailtriage.errors import ConfigError
    from mailtriage.service import files, mailing
    from mailtriage.service.judgement import load_judgement

    settings, at = configuration(config), moment(now)
    store, spool = files.open_store(settings), files.open_spool(settings)
    notes = load_judgement(settings, survives_model=True).notes
    if send and not dry_run:
        if not settings.digest.to:
            raise ConfigError("the digest has no readers", remedy="set [digest] to and [relay] host in the configuration")
        mailing.send(store, spool, settings, notes, slot=at.isoformat(), now=at)
        print(f"on its way to {', '.join(settings.digest.to)}")
        return
    edition = mailing.preview(store, spool, settings, notes, since=moment(since, "--since") if since else None, now=at)
    writers = {Format.TEXT: render.text, Format.HTML: render.html, Format.JSON: render.json}
    print(writers[output](edition))
