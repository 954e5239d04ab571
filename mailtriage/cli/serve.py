"""`serve`, `inject`, `init`, `doctor`: setting up and running the daemon."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mailtriage.cli import EX_TEMPFAIL, app
from mailtriage.cli.options import ConfigOption, DryRunOption, JsonOption, configuration, print_json


@app.command()
def serve(
    config: ConfigOption = None,
    mail_clock: Annotated[
        bool, typer.Option("--mail-clock", help="Date every mail by its own Date header: for simulated or archived mail.")
    ] = False,
) -> None:
    """Run the daemon: SMTP and LMTP in, triage, events and digests out, metrics on loopback.

    SIGHUP reloads configuration, rules and model; SIGTERM ends what is in flight. Example: mailtriage serve --config mailtriage.toml
    """
    from mailtriage.service import daemon

    daemon.serve(configuration(config), is_mail_clock=mail_clock)


@app.command()
def inject(
    config: ConfigOption = None,
    sender: Annotated[str, typer.Option("--from", "-f", help="Envelope sender.")] = "",
    recipients: Annotated[list[str] | None, typer.Argument(metavar="RECIPIENT")] = None,
) -> None:
    """Take one mail from standard input, as a mail pipe. Exit 75 (try again) when it could not be stored.

    Example: printf 'Subject: test\\n\\nhello\\n' | mailtriage inject root
    """
    from datetime import UTC, datetime

    from mailtriage.errors import MailtriageError
    from mailtriage.receive import pipe
    from mailtriage.service.files import instance, open_spool

    try:
        settings = configuration(config)
        code = pipe.inject(
            sys.stdin.buffer,
            lambda: open_spool(settings),
            sys.stderr,
            now=datetime.now(UTC),
            max_size=settings.receive.max_size,
            instance=instance(settings),
            mail_from=sender,
            rcpt_tos=tuple(recipients or ()),
        )
    except MailtriageError as error:
        typer.echo(f"mailtriage: {error}", err=True)
        code = EX_TEMPFAIL
    except Exception as error:  # noqa: BLE001
        # The edge of reception, as in the SMTP conversation: whatever is wrong with us is no reason for the MTA to bounce the mail.
        typer.echo(f"mailtriage: {type(error).__name__}: {error}", err=True)
        code = EX_TEMPFAIL
    raise typer.Exit(code)


@app.command()
def init(directory: Annotated[Path, typer.Argument(metavar="DIR")], dry_run: DryRunOption = False) -> None:
    """Write a commented configuration and the folder for your own rules. Nothing that is there is overwritten.

    Example: mailtriage init /usr/local/etc/mailtriage
    """
    from mailtriage.service.setup import init_files

    for path, text in init_files(directory):
        if path.exists():
            print(f"kept     {path}")
        elif dry_run:
            print(f"would write {path}")
        else:
            _write(path, text)
            print(f"written  {path}")
    print(f"next: mailtriage doctor --config {directory / 'mailtriage.toml'}")


def _write(path: Path, text: str) -> None:
    from mailtriage.errors import InputError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}", remedy="name a folder that you may write to") from error


@app.command()
def doctor(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Check configuration, store, rules, model, sinks and relay, and say what to do. Exit 1 when something needs you.

    Example: mailtriage doctor --config mailtriage.toml
    """
    from mailtriage.service.setup import diagnose

    findings = diagnose(configuration(config))
    if as_json:
        print_json([{"what": finding.what, "good": finding.is_good, "detail": finding.detail} for finding in findings])
    else:
        for finding in findings:
            print(f"{'good' if finding.is_good else 'BAD ':4}  {finding.what:7}  {finding.detail}")
    raise typer.Exit(0 if all(finding.is_good for finding in findings) else 1)
