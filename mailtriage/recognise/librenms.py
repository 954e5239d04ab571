"""LibreNMS, by its default template, as text and HTML.

Subjects: `Alert for device sw01.example.org - Port status down`, the same with ` got acknowledged`, ` got worse` or ` got better`,
`Device sw01.example.org recovered from Port status down`.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._monitoring import LABEL_SEVERITIES, each, monitored_host, settled, short_item, told_lines
from mailtriage.recognise._sections import SectionType, first_line
from mailtriage.types import Message, Recovery, Report, Severity, State

_TITLES = (
    re.compile(r"Alert for device (?P<device>.{1,255}?) ?- (?P<rule>.{1,300}?)(?: got (?P<change>acknowledged|worse|better|changed))?"),
    re.compile(r"Device (?P<device>.{1,255}?) (?P<over>recovered) from (?P<rule>.{1,300})"),
)
_SEVERITY = re.compile(r"(?:^|\s)Severity: {0,4}(\w{1,20})", re.MULTILINE)
_RULE = re.compile(r"(?:^|\s)Rule: {0,4}(.{1,300}?)(?= Faults:| Alert sent to:|\s*$)", re.MULTILINE)
_TYPES = {
    name: SectionType(name=name, about=about, check="librenms", recovery=Recovery.EXPLICIT)
    for name, about in {
        "problem": "a rule matches a device, or matches more of it [rule]",
        "recovery": "it does not match any more [rule]",
        "notice": "an acknowledgement, or fewer things match than before [rule]",
    }.items()
}
SECTIONS = tuple(_TYPES.values())


def claims(message: Message) -> bool:
    """True if subject or first line is a title and lines of severity, rule or number follow; without a title three of these lines."""
    text = message.text[:5000]
    title = _title(message)
    if title is None and not text.lstrip().startswith("Severity:"):
        return False
    marks = sum((bool(_SEVERITY.search(text)), "Unique-ID:" in text, "Rule:" in text, "Alert sent to:" in text))
    return marks >= (1 if title else 3) and not _people.forbids(message)


def report(message: Message) -> Report:
    """A section for each notification: `problem`, `recovery`, or `notice` for an acknowledgement and for what got better."""
    return each(message, _headline, _one, _TYPES["notice"], seen=("title",) if _named(message.subject) else ())


def _headline(line: str) -> str:
    return "title" if _named(line) else "severity" if line.startswith("Severity:") else "id" if line.startswith("Unique-ID:") else ""


def _one(message: Message) -> Report:
    text = message.text[:20000]
    title = _title(message)
    in_text = _named(first_line(message.text))
    named = title.groupdict("") if title else {}
    rule = named.get("rule", "") or (found.group(1).strip() if (found := _RULE.search(text)) else "")
    # The template names the time that passed only where the alert is over.
    is_over = bool(named.get("over")) if title else "Time elapsed:" in text
    is_over = is_over and (in_text is None or "over" in in_text.groupdict())
    if named.get("change") in ("acknowledged", "better"):
        name, state = "notice", State.INFO
    else:
        name, state = ("recovery", State.OK) if is_over else ("problem", State.PROBLEM)
    name, state = settled(message.subject, name, state)
    word = _SEVERITY.search(text)
    severity = LABEL_SEVERITIES.get(word.group(1).lower(), Severity.WARNING) if word else Severity.WARNING
    host, prefix = monitored_host(named.get("device", ""), "", message)
    headline = f"{named.get('device') or host}: {rule}" + (f" {named['change']}" if named.get("change") else " is over" if is_over else "")
    section = _TYPES[name].section(
        told_lines(message, headline),
        # The number of the alert is that of one line of its log: it differs at the end.
        item=short_item(prefix + rule),
        state=state,
        severity=Severity.HIGH if severity is Severity.CRITICAL else Severity.WARNING if severity is Severity.INFO else severity,
        summary=headline,
    )
    return Report(kind="librenms", host=host, sections=(section,))


def _title(message: Message) -> re.Match[str] | None:
    return _named(message.subject) or _named(first_line(message.text))


def _named(line: str) -> re.Match[str] | None:
    line = line.strip()[:700].removeprefix("Subject: ").split(" Severity:")[0].strip()
    return next((found for found in (pattern.fullmatch(line) for pattern in _TITLES) if found), None)
