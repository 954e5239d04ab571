"""Uptime Kuma 1 and 2.

Subjects: `[shop] [🔴 Down] connect ECONNREFUSED 192.0.2.7:443`, `[shop] [✅ Up] 200 - OK`.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._hosts import sane_host
from mailtriage.recognise._monitoring import each, settled, short_item, told_lines
from mailtriage.recognise._sections import SectionType, first_line
from mailtriage.types import Message, Recovery, Report, Severity, State

_STATE = re.compile(r"\[(?P<name>[^\n]{1,200}?)\] \[(?:🔴|✅|🟢|❌) ?(?P<word>Down|Up)\] ?(?P<text>[^\n]{0,1000})")
_TIME = re.compile(r"^\s{0,4}Time \([^)\n]{1,60}\): \d{4}-", re.MULTILINE)
_TYPES = {
    "problem": SectionType(name="problem", about="a monitor is down [monitor]", check="uptime_kuma", recovery=Recovery.EXPLICIT),
    "recovery": SectionType(name="recovery", about="it is up again [monitor]", check="uptime_kuma", recovery=Recovery.EXPLICIT),
    "notice": SectionType(name="notice", about="another monitor of the same mail that is up [monitor]"),
}
SECTIONS = tuple(_TYPES.values())


def claims(message: Message) -> bool:
    """True if the first line says which monitor is up or down, and the subject says it too or the line of the time follows."""
    if not _STATE.fullmatch(first_line(message.text)):
        return False
    is_named = bool(_STATE.fullmatch(message.subject.strip()[:1500]))
    return (is_named or bool(_TIME.search(message.text[:4000]))) and not _people.forbids(message)


def report(message: Message) -> Report:
    """A section for each monitor: `problem` or `recovery`, `problem` if subject or text says that it is down."""
    return each(message, lambda line: "state" if _STATE.fullmatch(line) else "", _one, _TYPES["notice"])


def _one(message: Message) -> Report:
    line = first_line(message.text)
    told = [found for found in (_STATE.fullmatch(line), _STATE.fullmatch(message.subject.strip()[:1500])) if found]
    monitor = told[0]["name"]
    is_down = any(found["word"] == "Down" for found in told) or settled(message.subject, "", State.OK)[1] is State.PROBLEM
    section = _TYPES["problem" if is_down else "recovery"].section(
        told_lines(message, f"{monitor} is {'down' if is_down else 'up'}: {told[0]['text']}"),
        item=short_item(monitor),
        state=State.PROBLEM if is_down else State.OK,
        severity=Severity.HIGH if is_down else None,
        summary=line,
    )
    return Report(kind="uptime_kuma", host=(sane_host(monitor) if "." in monitor else "") or message.host, sections=(section,))
