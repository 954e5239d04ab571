"""yum-cron of RHEL 6 and 7.

Subjects: `Yum: Updates Available on web07`, `Yum: Updates installed on web07`, `Yum: Failed to install updates on web07`.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._measures import measure
from mailtriage.recognise._rpm_table import APPLIED, PENDING, read_table
from mailtriage.recognise._stated import stated_host, trimmed
from mailtriage.types import Message, Report, State

_SUBJECT = re.compile(
    r"(?:Yum: (?P<state>Updates (?:Available|downloaded|installed)|(?P<bad>Failed to [\w ]{1,60}))|yum-cron|Yum) on (?P<host>\S{1,300})",
    re.IGNORECASE,
)
_LINE = re.compile(
    r"(?:The following updates (?:will be (?P<state>applied|downloaded)|are (?P<available>available)) on (?P<host>[\w.-]{1,300}):"
    r"|(?P<bad>(?:Plugins failed to initialize|Failed to (?:check for|download|install) updates|Error checking for group updates"
    r"|Updates failed to (?:download|install))\b.{0,300}))"
)
_ERROR = re.compile(
    r"[Tt]ransaction (?:[Cc]heck|[Tt]est) [Ee]rror|No more mirrors to try|[Ss]criptlet failed"
    r"|^(?:Failed|Error|Unable) (?:to|running|checking)\b"
)
_APPLIED_WORDS = "The updates were successfully applied"

SECTIONS = (APPLIED, PENDING)


def claims(message: Message) -> bool:
    """True if one of the first lines is yum-cron's, and the subject is too or the table of yum follows."""
    if not any(word in message.text[:4000] for word in ("updates", "Updates", "Plugins failed")):
        return False
    line = _first(message)
    if line is None:
        return False
    has_mark = bool(_SUBJECT.fullmatch(message.subject[:500])) or ("\nTransaction Summary" in message.text and not line.group("bad"))
    return has_mark and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section: `applied`, with what failed, or `pending`."""
    line, subject = _first(message), _SUBJECT.fullmatch(message.subject[:500])
    lines = trimmed(message.text.split("\n"))
    has_bad = subject is not None and subject.group("bad") is not None
    is_bad = has_bad or any(map(_ERROR.search, lines)) or any(_LINE.fullmatch(one) and not one.startswith("The following") for one in lines)
    is_applied = _APPLIED_WORDS in lines
    named = next((found.group("host") for found in (line, subject) if found and found.group("host")), "")
    table = read_table(lines)
    host = stated_host(named, message.host)
    if not is_bad and not is_applied:
        section = PENDING.section(lines, state=State.PROBLEM, measures=[measure("updates_pending", "", table.n_rows)])
        return Report(kind="yum_cron", host=host, sections=(section,))
    section = APPLIED.section(
        [*([f"Subject: {message.subject}"] if has_bad else []), *lines],
        state=State.PROBLEM if is_bad else State.OK,
        measures=[measure("updates_applied", "", table.n_rows)],
    )
    return Report(kind="yum_cron", host=host, sections=(section,), is_complete=is_bad or table.is_whole)


def _first(message: Message) -> re.Match[str] | None:
    lines = [line.rstrip() for line in message.text[:4000].split("\n") if line.strip()][:6]
    return next((found for found in map(_LINE.fullmatch, lines) if found), None)
