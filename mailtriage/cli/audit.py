"""`audit`: dropped sections to check, their answers, and how often drops are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mailtriage.cli import app
from mailtriage.cli.options import ConfigOption, DryRunOption, JsonOption, NowOption, configuration, moment, print_json, print_table, user

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailtriage.config import Config
    from mailtriage.service.auditing import SourceReport
    from mailtriage.store.main import Store
    from mailtriage.store.values import Audit

commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Check a few of the dropped sections, and see how often drops are wrong."
)
app.add_typer(commands, name="audit")

WhyOption = Annotated[str, typer.Option("--why", help="The reason, for the next one who looks.")]


@commands.command("next")
def next_(config: ConfigOption = None, as_json: JsonOption = False, dry_run: DryRunOption = False, now: NowOption = "") -> None:
    """Show the next question: a dropped section in full, and why it was dropped. Draws fresh ones when none is open.

    Example: mailtriage audit next
    """
    from mailtriage.service import auditing

    settings, store = _opened(config)
    if dry_run and not store.audits.open():
        print("no question is open: fresh ones would be drawn")
        return
    audit = auditing.next_question(store, settings, moment(now))
    if audit is None:
        if as_json:
            print_json(None)
        else:
            print("nothing to ask about: nothing was dropped that nobody was asked about, or [digest] n_audits is 0")
        return
    if as_json:
        print_json(_as_object(store, audit))
    else:
        _show(store, audit)


@commands.command()
def answer(
    question: Annotated[str, typer.Argument(metavar="ID", help="The question's id, or the beginning of it.")],
    said: Annotated[str, typer.Argument(metavar="right|wrong", help="Whether the section was rightly dropped.")],
    why: WhyOption = "",
    config: ConfigOption = None,
    dry_run: DryRunOption = False,
    now: NowOption = "",
) -> None:
    """Answer a question. After `wrong` the section is shown in the next digest, and is labelled as to be seen.

    Example: mailtriage audit answer k3v9d2aa right
    """
    from mailtriage.errors import InputError
    from mailtriage.service import auditing
    from mailtriage.store.values import Answer

    try:
        given = Answer(said)
    except ValueError:
        raise InputError(f"{said!r} is no answer", remedy="say right (it was rightly dropped) or wrong") from None
    settings, store = _opened(config)
    audit = store.audits.find(question)
    if dry_run:
        print(f"would answer {audit.id}: {given}")
        return
    suspended = auditing.answer(store, settings, audit, given, why=why, who=user(), at=moment(now))
    print(f"{audit.id}: {given}{', it will be in the next digest' if given is Answer.WRONG else ''}")
    say_suspended(suspended)


@commands.command()
def report(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Say how often drops are wrong, by rule and for learning, with 95 % intervals: the worst bound first.

    Example: mailtriage audit report
    """
    from mailtriage.classify.bounds import percent
    from mailtriage.service import auditing
    from mailtriage.text import plural

    settings, store = _opened(config)
    found = auditing.report(store, settings.audit.limit)
    if as_json:
        totals = {"rules": _source_object(found.rules), "learning": _source_object(found.learning)}
        rest = {"limit": found.limit, "open": found.n_open, "not_drawn_from": found.n_undrawn}
        print_json({**totals, "sources": [_source_object(one) for one in found.sources], **rest})
        return
    heads = ("SOURCE", "DROPPED", "AUDITED", "WRONG", "ABOUT", "AT MOST", f"MORE FOR {percent(found.limit)}", "FOUND OTHERWISE", "")
    print_table([_row(one, found.limit) for one in found.sources], heads)
    print()
    for total, name in ((found.rules, "rules"), (found.learning, "learning")):
        print(f"{name}: {total.text}")
    if found.n_open:
        print(f"{plural(found.n_open, 'question')} without an answer, counted as not asked: mailtriage audit next")
    if found.n_undrawn:
        print(f"{plural(found.n_undrawn, 'section')} dropped since the last drawing: in no figure here yet")


@commands.command()
def lift(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="What is suspended, such as 'rule cron/our-backup' or 'gate cron'.")],
    why: Annotated[str, typer.Option("--why", help="What was mended.")],
    config: ConfigOption = None,
    dry_run: DryRunOption = False,
    now: NowOption = "",
) -> None:
    """End a suspension: the rule, or learning on the kind, may drop again, and its audits count anew.

    Example: mailtriage audit lift "rule cron/our-backup" --why "the pattern took failed runs, too"
    """
    from mailtriage.errors import InputError
    from mailtriage.text import one_line

    _, store = _opened(config)
    if not why.strip():
        raise InputError("--why is empty", remedy="say what was mended, for the next one who looks")
    if dry_run and source in store.audits.suspended():
        print(f"would lift the suspension of {one_line(source)}")
        return
    store.audits.lift(source, why=why, who=user(), at=moment(now))
    print(f"{one_line(source)} may drop again")


def say_suspended(sources: Sequence[str]) -> None:
    """Says what was suspended just now, and how that ends."""
    import shlex

    for source in sources:
        print(f"{source} drops nothing any more: too many of its drops were wrong")
        print(f"  mailtriage audit lift {shlex.quote(source)} --why TEXT")


def _opened(config: ConfigOption) -> tuple[Config, Store]:
    from mailtriage.service.files import open_store

    settings = configuration(config)
    return settings, open_store(settings)


def _show(store: Store, audit: Audit) -> None:
    from mailtriage.service.auditing import judged_of
    from mailtriage.text import one_line, printable

    outcome, judged = judged_of(store, audit)
    print(f"Was this rightly dropped?  ({audit.id})")
    host = one_line(outcome.host) or "an unknown host"
    print(f"{outcome.kind} of {host}, {outcome.received_at:%Y-%m-%d %H:%M} UTC: {one_line(outcome.subject)}")
    print(f"section {one_line(judged.section.name)}")
    for reason in judged.reasons:
        print(f"  dropped by {one_line(reason.by)}: {one_line(reason.detail)}")
    print()
    for line in judged.section.lines or ("(no lines)",):
        print(f"| {printable(line)}")
    print(f"\nmailtriage audit answer {audit.id} right  # or: wrong")
    print(f"mailtriage show {outcome.id}")


def _as_object(store: Store, audit: Audit) -> dict[str, object]:
    from mailtriage.service.auditing import judged_of

    outcome, judged = judged_of(store, audit)
    return {
        "id": audit.id,
        "mail_id": outcome.id,
        "received_at": outcome.received_at.isoformat(timespec="seconds"),
        "kind": outcome.kind,
        "host": outcome.host,
        "subject": outcome.subject,
        "section": judged.section.name,
        "source": audit.drop.source,
        "reasons": [{"by": reason.by, "detail": reason.detail} for reason in judged.reasons],
        "lines": list(judged.section.lines),
        "chance": audit.chance,
        "answer": audit.answer,
    }


def _row(one: SourceReport, limit: float) -> tuple[object, ...]:
    from mailtriage.classify.bounds import percent

    found = one.found
    more = "" if found.high <= limit else one.n_more if one.n_more is not None else "-"
    known = ", ".join(part for part in (f"{one.n_known}" if one.n_known else "", f"{one.n_unsure} perhaps" if one.n_unsure else "") if part)
    state = "suspended" if one.is_suspended else ""
    about = "" if found.rate is None else percent(found.rate)
    return (one.source, found.n_drops, found.n_audited, found.n_wrong, about, percent(found.high, upward=True), more, known, state)


def _source_object(one: SourceReport) -> dict[str, object]:
    return {
        "source": one.source,
        "dropped": one.found.n_drops,
        "audited": one.found.n_audited,
        "wrong": one.found.n_wrong,
        "rate": one.found.rate,
        "low": one.found.low,
        "high": one.found.high,
        "confidence": one.found.confidence,
        "more_audits": one.n_more,
        "more_audits_reach": one.target,
        "wrong_found_otherwise": one.n_known,
        "perhaps_wrong_found_otherwise": one.n_unsure,
        "suspended": one.is_suspended,
        "text": one.text,
    }
