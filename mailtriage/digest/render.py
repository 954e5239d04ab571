"""A digest in its three forms: plain text first (72 columns), its HTML twin, and JSON for programs."""

from __future__ import annotations

import json as _json
import textwrap
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from mailtriage.digest.edition import Edition
from mailtriage.digest.group import EventGroup, Group, fold_entries, fold_events
from mailtriage.digest.sheet import Item, counts, iso, sheet
from mailtriage.text import one_line

if TYPE_CHECKING:
    import jinja2

WIDTH = 72


def subject(edition: Edition) -> str:
    """A subject that changes only with the counts, so that a mail filter can rely on its beginning."""
    return f"mailtriage: {counts(edition)}"


def text(edition: Edition) -> str:
    """The digest as plain text; only a command, which must stay whole to be pasted, may pass the 72nd column."""
    page = sheet(edition)
    if page.is_quiet:
        return page.counts + "\n"
    out = [page.title, *_wrapped(page.counts)]
    for block in page.blocks:
        out += ["", block.heading.upper()]
        for item in block.items:
            out += _item(item)
        if block.rest:
            out += _wrapped(block.rest, " ", "   ")
            out.append(f"   {block.command}")
    out.append("")
    for line in page.book:
        out += _wrapped(line, "", "  ")
    out.append(page.command)
    return "\n".join(out) + "\n"


def html(edition: Edition) -> str:
    """The digest as a page without scripts, links or images; everything in it is escaped."""
    return _template().render(page=sheet(edition), subject=subject(edition))


def json(edition: Edition) -> str:
    """The digest as one JSON object with nothing left out."""
    book = edition.book
    page: dict[str, object] = {
        "since": iso(edition.since),
        "until": iso(edition.until),
        "subject": subject(edition),
        "book": {
            "mails": book.n_mails,
            "hosts_seen": book.n_hosts_seen,
            "hosts_known": book.n_hosts_known,
            "dropped_by_rules": book.n_dropped_by_rules,
            "rules": book.n_rules,
            "dropped_by_model": book.n_dropped_by_model,
            "raised": book.n_raised,
            "digested": book.n_digested,
            "passed": book.n_passed,
            "held": book.n_held,
            "folded": book.n_folded,
            "unaccounted": book.n_unaccounted,
        },
        "flaps": edition.n_flaps,
        "new": [_event_group(group) for group in fold_events(edition.new_events, edition.weight)],
        "open": [_event_group(group) for group in fold_events(edition.old_events, edition.weight)],
        "closed": [_event_group(group) for group in fold_events(edition.closed, edition.weight)],
        "to_read": [_group(group) for group in fold_entries(edition.unraised, edition.weight)],
        "parked": [
            {
                "id": one_line(mail.mail_id),
                "received_at": iso(mail.received_at),
                "subject": one_line(mail.subject),
                "error": one_line(mail.error),
            }
            for mail in edition.parked
        ],
        "silent_hosts": [
            {"host": one_line(silence.host), "last_seen_at": iso(silence.last_seen_at) if silence.last_seen_at else None}
            for silence in edition.silent_hosts
        ],
        "remarks": [
            {"heading": one_line(one.heading), "head": one_line(one.head), "lines": list(map(one_line, one.lines)), "command": one.command}
            for one in edition.remarks
        ],
        "would_drop": [{"kind": one_line(would.kind), "sections": would.n_sections} for would in edition.would_drop],
        "notes": [one_line(note) for note in edition.notes],
        "checks": [
            {
                "id": one_line(check.id),
                "mail_id": one_line(check.mail_id),
                "host": one_line(check.host),
                "kind": one_line(check.kind),
                "section": one_line(check.section),
                "reason": {"by": one_line(check.reason.by), "detail": one_line(check.reason.detail)},
                "lines": [one_line(line) for line in check.lines],
            }
            for check in edition.checks
        ],
        "other_checks": edition.n_other_checks,
    }
    return _json.dumps(page, indent=2) + "\n"


def _item(item: Item) -> list[str]:
    lines = _wrapped(item.head, " ", "   ")
    for line in item.lines:
        lines += _wrapped(line, "   ", "     ")
    return [*lines, f"   {item.command}"] if item.command else lines


def _wrapped(line: str, first: str = "", later: str = "") -> list[str]:
    return textwrap.wrap(line, WIDTH, initial_indent=first, subsequent_indent=later, break_on_hyphens=False)


def _event_group(group: EventGroup) -> dict[str, object]:
    return {
        "check": one_line(group.check),
        "severity": group.severity.value,
        "summary": one_line(group.summary),
        "hosts": [one_line(host) for host in group.hosts],
        "events": [
            {
                "key": one_line(event.key, 400),
                "summary": one_line(event.summary),
                "opened_at": iso(event.opened_at),
                "last_seen_at": iso(event.last_seen_at),
                "mails": event.count,
                "mail_id": one_line(event.mail_id),
            }
            for event in group.events
        ],
    }


def _group(group: Group) -> dict[str, object]:
    return {
        "kind": one_line(group.kind),
        "section": one_line(group.section),
        "verdict": group.verdict.value,
        "severity": group.severity.value if group.severity else None,
        "score": group.score,
        "summary": one_line(group.summary),
        "lines": [one_line(line) for line in group.lines],
        "hosts": [one_line(host) for host in group.hosts],
        "reason": {"by": one_line(group.reason.by), "detail": one_line(group.reason.detail)},
        "sections": [{"mail_id": one_line(entry.mail_id), "host": one_line(entry.host)} for entry in group.entries],
    }


@cache
def _template() -> jinja2.Template:
    import jinja2

    # Undefined names raise: a silent hole in the page could be where an alarm stood.
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    source = resources.files("mailtriage.digest").joinpath("page.html.jinja").read_text(encoding="utf-8")
    return environment.from_string(source)
