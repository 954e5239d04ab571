"""`mails`, `show`, `why`, `undrop`, `label`, `unlabel`: one mail, and what was decided about it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from mailtriage.cli import app
from mailtriage.cli.options import ConfigOption, DryRunOption, JsonOption, NowOption, configuration, moment, print_json, print_table, user

if TYPE_CHECKING:
    from mailtriage.store.main import Store

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The mail's id, or the beginning of it.")]


@app.command()
def mails(
    query: Annotated[
        list[str] | None, typer.Argument(metavar="QUERY", help="host:web* kind:cron verdict:drop since:2026-11-20 words")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1_000_000, help="At most so many, newest first.")] = 50,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Search the mails.

    Example: mailtriage mails kind:cron verdict:drop rsync
    """
    from mailtriage.service.files import open_store

    rows = open_store(configuration(config)).mails(" ".join(query or ()), limit)
    if as_json:
        print_json(
            [
                {
                    "id": row.id,
                    "received_at": row.received_at.isoformat(timespec="seconds"),
                    "kind": row.kind,
                    "host": row.host,
                    "subject": row.subject,
                    "verdict": row.verdict,
                    "severity": row.severity,
                    "by": row.by,
                }
                for row in rows
            ]
        )
        return
    table: list[tuple[object, ...]] = [
        (row.id, f"{row.received_at:%m-%d %H:%M}", row.verdict, row.kind, row.host or "-", row.subject, row.by) for row in rows
    ]
    print_table(table, ("ID", "AT", "VERDICT", "KIND", "HOST", "SUBJECT", "BY"))


@app.command()
def show(
    mail_id: IdArgument,
    config: ConfigOption = None,
    raw: Annotated[bool, typer.Option("--raw", help="The bytes as they came, to a file or a pipe.")] = False,
) -> None:
    """Show a mail: its text, made fit for a terminal, or its bytes as they came.

    Example: mailtriage show 06h2k5v3
    """
    from mailtriage.errors import InputError
    from mailtriage.parse import parse
    from mailtriage.service.files import open_spool
    from mailtriage.text import one_line, printable

    settings = configuration(config)
    found = open_spool(settings).get(_store(config).full_id(mail_id))
    if found is None:
        raise InputError(
            f"the bytes of mail {mail_id} are not kept any more", remedy="[store] keep_dropped_days says for how long they are"
        )
    if raw:
        sys.stdout.buffer.write(found.data)
        return
    message = parse(found)
    for name in ("From", "To", "Date", "Subject"):
        if value := message.header(name):
            print(f"{name}: {one_line(value, 500)}")
    print(f"\n{printable(message.text)}")


@app.command()
def why(mail_id: IdArgument, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Say why a mail went where it went, phase by phase.

    Example: mailtriage why 06h2k5v3
    """
    from mailtriage.errors import InputError
    from mailtriage.explain import as_json as outcome_json
    from mailtriage.explain import why as explain

    store = _store(config)
    full = store.full_id(mail_id)
    outcome = store.outcome(full)
    if outcome is None:
        raise InputError(f"mail {full} is not judged yet, or is parked: nothing was decided", remedy=f"mailtriage show {full}")
    if as_json:
        print_json(outcome_json(outcome, full))
        return
    print(explain(outcome))
    row = store.mail(full)
    if row is not None and row.verdict != outcome.verdict:
        print(f"Since then: {row.verdict} by {row.by}.")


@app.command()
def undrop(mail_id: IdArgument, config: ConfigOption = None, dry_run: DryRunOption = False, now: NowOption = "") -> None:
    """Take back a drop: the mail is shown in the next digest, and the books follow.

    Example: mailtriage undrop 06h2k5v3
    """
    from mailtriage.cli.audit import say_suspended
    from mailtriage.service import auditing

    store = _store(config)
    full = store.full_id(mail_id)
    if dry_run:
        print(f"would take back the drop of {full}")
        return
    is_undropped, suspended = auditing.undrop(store, configuration(config), full, who=user(), at=moment(now))
    print(f"{full} will be in the next digest" if is_undropped else f"{full} was not dropped: nothing to take back")
    say_suspended(suspended)


@app.command()
def label(
    mail_id: IdArgument,
    verdict: Annotated[str, typer.Argument(metavar="VERDICT", help="What it should have been: drop, digest, event or pass.")],
    section: Annotated[str, typer.Option("--section", help="Only this section of the mail.")] = "",
    why: Annotated[str, typer.Option("--why", help="The reason, for the next one who looks.")] = "",
    config: ConfigOption = None,
    dry_run: DryRunOption = False,
    now: NowOption = "",
) -> None:
    """Say what a mail, or one section of it, should have been: what `model train` learns from.

    Example: mailtriage label 06h2k5v3 drop --why "the nightly backup, always the same"
    """
    from mailtriage import maillog
    from mailtriage.cli.audit import say_suspended
    from mailtriage.errors import InputError
    from mailtriage.service import auditing
    from mailtriage.service.lessons import doubts
    from mailtriage.types import Verdict

    try:
        wanted = Verdict(verdict)
    except ValueError:
        raise InputError(f"{verdict!r} is no verdict", remedy="a verdict is drop, digest, event or pass") from None
    store = _store(config)
    full = store.full_id(mail_id)
    what = f"section {section} of {full}" if section else full
    if dry_run:
        print(f"would label {what} {wanted}")
        outcome = store.outcome(full)
        for doubt in doubts(store, outcome, section or None, wanted) if outcome else ():
            print(f"note: {doubt}")
        return
    outcome, answered, suspended = auditing.label(
        store, configuration(config), full, section or None, wanted, why=why, who=user(), at=moment(now)
    )
    maillog.labelled(full, verdict=wanted, section=section)
    print(f"labelled {what} {wanted}")
    for doubt in doubts(store, outcome, section or None, wanted):
        print(f"note: {doubt}")
    for audit in answered:
        print(f"this answers the question {audit.id}")
    say_suspended(suspended)


@app.command()
def unlabel(
    mail_id: IdArgument,
    section: Annotated[str, typer.Option("--section", help="Only a label of this section.")] = "",
    config: ConfigOption = None,
    dry_run: DryRunOption = False,
    now: NowOption = "",
) -> None:
    """Take back the label given last to a mail, exactly as if it had never been given: one that it replaced stands again.

    Example: mailtriage unlabel 06h2k5v3
    """
    from mailtriage.text import one_line

    store = _store(config)
    full = store.full_id(mail_id)
    label = store.learning.newest(full, section or None) if dry_run else None
    if not dry_run:
        label = store.learning.take_back(full, section or None, who=user(), at=moment(now))
    if label is None:
        print(f"{full} has no such label: nothing to take back")
        return
    if not dry_run and store.audits.reopen(label.question):
        print(f"the question {label.question} is open again")
    where = f" of section {one_line(label.section)}" if label.section else ""
    print(f"{'would take back' if dry_run else 'took back'} the label {label.verdict}{where} of {full}")
    for left in store.learning.labels(full):
        if not dry_run and left.section == label.section:
            print(f"the label {left.verdict} before it stands again")


def _store(config: ConfigOption) -> Store:
    """The store that the configuration names."""
    from mailtriage.service.files import open_store

    return open_store(configuration(config))
