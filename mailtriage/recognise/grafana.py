"""Grafana alerting: legacy (up to 8) and unified (9 and later), a section for each alert.

Subjects: `[Alerting] CPU of web07`, `[OK] CPU of web07`, `[No Data] CPU of web07`, `[FIRING:1] CPU of web07 (web07 prod)`,
`[RESOLVED] CPU of web07`.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._alerts import GRAFANA, HEADING, STILL_FIRING, SUBJECT, read
from mailtriage.recognise._measures import measure
from mailtriage.recognise._monitoring import each, one_host, settled, short_item, told_lines
from mailtriage.recognise._sections import SectionType, body_lines, first_line
from mailtriage.recognise.alertmanager import contradicted, doubts, section_of
from mailtriage.types import Message, Recovery, Report, Section, Severity, State

_LEGACY = re.compile(r"\[(Alerting|OK|No ?Data|Pending|Paused|Unknown|Error)\] (.{1,400})", re.IGNORECASE)
_TITLE = re.compile(r"\[(Alerting|OK|No Data|Pending|Paused)\] (.{1,400})")
_FOOTER = re.compile(r"^\s{0,8}(?:Sent by Grafana|© ?\d{4} Grafana Labs|\d{4} © Grafana)", re.IGNORECASE | re.MULTILINE)
_OWN_WORDS = re.compile(
    r"^\s{0,8}(?:View your Alert rule|Go to the Alerts page|You have \d{1,6} firing alert|Metric name"
    r"|(?:\*\*)?(?:Firing|Resolved)(?:\*\*)?$|Grafana folder|View alert$)"
    r"|\bgrafana_folder\b",
    re.IGNORECASE | re.MULTILINE,
)
_VALUE = re.compile(r"^\s{0,8}(?:Value:?|Current value:?)\s{0,4}\n?\s{0,8}(-?\d{1,15}(?:\.\d{1,9})?)\s*$", re.MULTILINE)

_TYPES = {
    "firing": SectionType(
        name="firing",
        about="an alert fires, or its data is missing [its name and all its labels]",
        check="grafana",
        recovery=Recovery.EXPLICIT,
        measures=("metric",),
    ),
    "resolved": SectionType(
        name="resolved", about="it is over [the same]", check="grafana", recovery=Recovery.EXPLICIT, measures=("metric",)
    ),
    "information": SectionType(
        name="information",
        about="an alert of severity info or none, or one that is pending or paused [the same]",
        check="grafana",
        recovery=Recovery.EXPLICIT,
        measures=("metric",),
    ),
}
_FRAME = SectionType(name="frame", about="the lines around the alerts", measures=("alerts_firing", "alerts_resolved"))
SECTIONS = (*_TYPES.values(), _FRAME)


def claims(message: Message) -> bool:
    """True if two of these are Grafana's and one names it: subject, sender, footer, its labels or addresses, its usual lines."""
    text = message.text[:60000]
    subject = bool(_LEGACY.fullmatch(message.subject[:500]) or SUBJECT.fullmatch(message.subject[:600]))
    named = "grafana" in f"{message.sender} {message.sender_name} {message.program}".lower()
    footer = "rafana" in text and bool(_FOOTER.search(text))
    if not (named or footer or "grafana" in text.lower()):
        return False
    words = bool(_OWN_WORDS.search(text)) or (
        "Sent by Alertmanager" not in text and any(HEADING.fullmatch(line[:200]) for line in body_lines(text))
    )
    labels = "alertname" in text and bool(GRAFANA.search(text))
    return sum((subject, named, footer, words, labels)) >= 2 and not _people.forbids(message)


def report(message: Message) -> Report:
    """A section for each alert, one for the lines around them; a legacy mail is one section, several of them one each."""
    return each(message, lambda line: "title" if _TITLE.fullmatch(line) else "", _one, _TYPES["information"])


def _one(message: Message) -> Report:
    legacy = _LEGACY.fullmatch(message.subject[:500])
    if legacy:
        return Report(kind="grafana", host=message.host, sections=(_legacy(message, legacy.group(1).lower(), legacy.group(2).strip()),))
    title = _TITLE.fullmatch(first_line(message.text)) if not message.subject else None
    if title:  # one of several, or a bare body
        return Report(kind="grafana", host=message.host, sections=(_legacy(message, title.group(1).lower(), title.group(2).strip()),))
    subject = SUBJECT.fullmatch(message.subject[:600])
    is_firing = subject is None or subject.group(1).upper() == "FIRING"
    alerts, frame = read(body_lines(message.text), is_firing=is_firing)
    if not alerts:
        section = _legacy(message, "alerting" if is_firing else "ok", subject.group(3).strip() if subject else "")
        return Report(kind="grafana", host=message.host, sections=(section,))
    n_firing = sum(alert.is_firing for alert in alerts)
    counts = (measure("alerts_firing", "", n_firing), measure("alerts_resolved", "", len(alerts) - n_firing))
    around = _FRAME.section((*((f"Subject: {message.subject}",) if message.subject else ()), *frame), measures=counts)
    is_disputed = is_firing and subject is not None and not n_firing
    note = "the subject says that an alert fires, the text lists none" if is_disputed else doubts(message, frame, subject, n_firing)
    told = [section_of(one, _TYPES) for one in alerts]
    if is_disputed and subject:
        told = contradicted(alerts, message, subject.group(3), _TYPES)
    sections = (*told, around)
    return Report(kind="grafana", host=one_host((alert.host for alert in alerts), message), sections=sections, note=note)


def _legacy(message: Message, word: str, named: str) -> Section:
    title = _TITLE.fullmatch(first_line(message.text))
    if word == "ok" and title and title.group(1).lower() not in ("ok", "pending", "paused"):
        word = title.group(1).lower()  # subject and text disagree
    if word == "ok" and STILL_FIRING.search(message.text[:20000]):
        word = "alerting"
    if word == "ok":
        name, state = settled(message.subject, "resolved", State.OK, "firing")
    elif word in ("pending", "paused"):
        name, state = "information", State.INFO
    else:
        name, state = "firing", State.PROBLEM
    values = [measure("metric", named, float(value)) for value in _VALUE.findall(message.text[:20000])[:20]]
    return _TYPES[name].section(
        told_lines(message, f"{named or message.subject or 'alert'}: {word}"),
        item=short_item(named),
        state=state,
        severity=Severity.HIGH if word == "alerting" else Severity.WARNING if state is State.PROBLEM else None,
        summary=f"{named}: {word}",
        measures=values,
    )
