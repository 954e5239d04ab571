"""dnf-automatic (dnf 4 and 5): subjects `Updates applied on 'web07'.`, `Updates downloaded on 'web07'.`, `Updates available on 'web07'.`"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._measures import measure
from mailtriage.recognise._rpm_table import APPLIED, PENDING, read_table
from mailtriage.recognise._stated import stated_host, trimmed
from mailtriage.types import Message, Report, State

_SUBJECT = re.compile(
    r"(?:\[\S{1,80}\] ?)?(?:Updates (?P<state>applied|downloaded|available)"
    r"|.{0,60}(?P<bad>[Ff]ail\w*|[Ee]rrors?).{0,60}) on:? '(?P<host>[^\s']{1,300}?)'[.:]?"
)
_BAD_LINE = re.compile(
    r"(?:Error|Fatal|Failed|Failure)\b.*|.*(?:Scriptlet failed|Cannot download|[Tt]ransaction (?:check|test) error).*"
    r"|(?:An|The) (?:update )?error (?:has )?occ?urr?ed.*"
)
_LINE = re.compile(
    r"The following updates (?P<state>have been applied|were downloaded|are available) on '(?P<host>[^']{1,300})':"
    r"|(?P<bad>(?:An|The) (?:update )?error (?:has )?occ?urr?ed.{0,200}"
    r"|Failed to (?:apply|download|check)(?! for updates with the following).{0,200})"
)
_STATES = {
    "applied": "applied",
    "have been applied": "applied",
    "downloaded": "pending",
    "were downloaded": "pending",
    "available": "pending",
    "are available": "pending",
}

SECTIONS = (APPLIED, PENDING)


def claims(message: Message) -> bool:
    """True if one of the first lines says what became of the updates, and the subject is dnf-automatic's or the table follows."""
    if " on '" not in message.text[:4000] and " on " not in message.subject:
        return False
    line = _first(message)
    if line is None:
        return False
    has_mark = bool(_SUBJECT.fullmatch(message.subject[:500])) or (
        line.group("state") is not None and "\nTransaction Summary" in message.text and "========" in message.text
    )
    return has_mark and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section: `applied`, with what failed, or `pending`."""
    line, subject = _first(message), _SUBJECT.fullmatch(message.subject[:500])
    lines = trimmed(message.text.split("\n"))
    stated = [found.group("state") for found in (line, subject) if found and found.group("state")]
    is_bad = any(found and found.group("bad") for found in (line, subject)) or any(map(_BAD_LINE.match, lines))
    table = read_table(lines)
    named = next((found.group("host") for found in (line, subject) if found and found.group("host")), "")
    host = stated_host(named, message.host)
    if not is_bad and stated and any(_STATES[word] == "pending" for word in stated):
        section = PENDING.section(lines, state=State.PROBLEM, measures=[measure("updates_pending", "", table.n_rows)])
        return Report(kind="dnf_automatic", host=host, sections=(section,))
    section = APPLIED.section(
        [*([f"Subject: {message.subject}"] if is_bad else []), *lines],
        state=State.PROBLEM if is_bad else State.OK,
        measures=[measure("updates_applied", "", table.n_rows)],
    )
    return Report(kind="dnf_automatic", host=host, sections=(section,), is_complete=is_bad or table.is_whole)


def _first(message: Message) -> re.Match[str] | None:
    lines = [line.rstrip() for line in message.text[:4000].split("\n") if line.strip()][:6]
    return next((found for found in map(_LINE.fullmatch, lines) if found), None)
