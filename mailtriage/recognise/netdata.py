"""Netdata, by its alarm-notify.sh.

Subjects: `web07 is critical - disk space usage - disk_space._var`, `web07 needs attention - ...`, `web07 recovered - ...`;
newer ones end `recovered: NAME (CHART)`.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._measures import measure
from mailtriage.recognise._monitoring import each, monitored_host, settled, short_item, told_lines
from mailtriage.recognise._sections import SectionType, first_line
from mailtriage.types import Measure, Message, Recovery, Report, Severity, State

_WORDS = r"is critical|needs attention|recovered|status unknown"
_SUBJECT = re.compile(
    rf"(?P<host>\S{{1,255}}) (?P<word>{_WORDS})(?: - (?P<name>.{{1,150}}?) - (?P<chart>\S{{1,200}})"
    rf"|: (?P<name2>.{{1,150}}?) \((?P<chart2>\S{{1,200}})\))"
)
_FIRST = re.compile(rf"(?P<host>\S{{1,255}}) (?P<word>{_WORDS})(?:[,:].{{0,300}})?")
_FIELD = re.compile(r"^\s{0,4}(Chart|Severity|Date|Value)\s{0,4}: {0,4}(\S.{0,300})$", re.MULTILINE)
_SEVERITIES = {
    "critical": Severity.CRITICAL,
    "warning": Severity.WARNING,
    "is critical": Severity.CRITICAL,
    "needs attention": Severity.WARNING,
}
_GOOD = frozenset({"clear", "recovered"})
_VALUE = re.compile(r"^(.{1,100}?) = (-?\d{1,15}(?:\.\d{1,9})?)", re.MULTILINE)
_TYPES = {
    name: SectionType(name=name, about=about, check="netdata", recovery=Recovery.EXPLICIT, measures=("metric",))
    for name, about in {
        "problem": "an alarm was raised, escalated or demoted [alarm and chart]",
        "recovery": "it is clear again [the same]",
        "notice": "an alarm whose state is not known [the same]",
    }.items()
}
SECTIONS = tuple(_TYPES.values())


def claims(message: Message) -> bool:
    """True if two of these are Netdata's: its X-Netdata headers, subject, first line with the lines of chart and severity."""
    header = bool(message.header("X-Netdata-Severity") or message.header("X-Netdata-Host"))
    subject = bool(_SUBJECT.fullmatch(message.subject[:900]))
    text = message.text[:8000]
    lines = {"Chart", "Severity"} <= {name for name, _ in _FIELD.findall(text)} if "Severity" in text else False
    if not (header or subject or lines):
        return False
    first = bool(_FIRST.fullmatch(first_line(text)))
    # Its mails of one alarm form a thread: In-Reply-To and References stand there without a person.
    return sum((header, subject, lines, first)) >= 2 and (header or not _people.forbids(message))


def report(message: Message) -> Report:
    """A section for each alarm: `problem` or `recovery`, by header, subject and text; one that is bad makes it bad."""
    return each(message, _headline, _one, _TYPES["notice"], seen=("subject",))


def _headline(line: str) -> str:
    if _SUBJECT.fullmatch(line.removeprefix("Subject: ")):
        return "subject"
    return "first" if _FIRST.fullmatch(line) else ""


def _one(message: Message) -> Report:
    text = message.text[:8000]
    subject = _SUBJECT.fullmatch(message.subject[:900])
    first = _FIRST.fullmatch(first_line(text))
    fields = dict(reversed(_FIELD.findall(text)))
    stated = fields.get("Severity", "").lower()
    stated = "clear" if stated.startswith("recovered") else stated.rpartition(" to ")[2]
    words = [message.header("X-Netdata-Severity").lower(), stated, *(found["word"] for found in (subject, first) if found)]
    severity = max((_SEVERITIES[word] for word in words if word in _SEVERITIES), key=lambda one: one.rank, default=None)
    if severity:
        name, state = "problem", State.PROBLEM
    else:
        name, state = ("recovery", State.OK) if any(word in _GOOD for word in words) else ("notice", State.INFO)
        name, state = settled(message.subject, name, state)
    chart = fields.get("Chart", "") or (subject["chart"] or subject["chart2"] if subject else message.header("X-Netdata-Chart"))
    alarm = (subject["name"] or subject["name2"] if subject else message.header("X-Netdata-Alert-Name")) or _named(text)
    named = message.header("X-Netdata-Host") or next((found["host"] for found in (subject, first) if found), "")
    host, prefix = monitored_host(named, "", message)
    headline = f"{named or host}: {alarm} ({chart}) " + (f"is {severity}" if severity else "is over" if state is State.OK else "is unknown")
    section = _TYPES[name].section(
        told_lines(message, headline),
        item=short_item(f"{prefix}{alarm.replace('_', ' ')} {chart}"),
        state=state,
        severity=severity,
        summary=headline,
        measures=_measures(text, chart),
    )
    return Report(kind="netdata", host=host, sections=(section,))


def _named(text: str) -> str:
    """The name of the alarm, which begins the line below the first."""
    lines = [line.strip() for line in text[:2000].split("\n") if line.strip()]
    return re.split(r" = | \(", lines[1][:200])[0].strip() if len(lines) > 1 else ""


def _measures(text: str, chart: str) -> list[Measure]:
    value = _VALUE.search(text[:2000])
    return [measure("metric", f"{chart} {value.group(1).strip()}", float(value.group(2)))] if value else []
