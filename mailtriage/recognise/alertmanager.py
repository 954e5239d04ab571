"""Prometheus Alertmanager, a section for each alert.

Subjects: `[FIRING:2] HostOutOfDiskSpace prod (web07:9100 warning)`, `[RESOLVED] InstanceDown (db01:9100 node critical)`. FIRING counts the
firing ones only: such a mail may list resolved ones too.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._alerts import GRAFANA, HEADING, STILL_FIRING, SUBJECT, Alert, by_subject, read
from mailtriage.recognise._measures import measure
from mailtriage.recognise._monitoring import one_host, settled, short_item, speaks_of_trouble
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.types import Message, Recovery, Report, Section, Severity, State

_TYPES = {
    "firing": SectionType(
        name="firing", about="an alert fires [its name and all its labels]", check="alertmanager", recovery=Recovery.EXPLICIT
    ),
    "resolved": SectionType(name="resolved", about="it is over [the same]", check="alertmanager", recovery=Recovery.EXPLICIT),
    "information": SectionType(
        name="information", about="an alert of severity info or none [the same]", check="alertmanager", recovery=Recovery.EXPLICIT
    ),
    "watchdog": SectionType(
        name="watchdog",
        about="the alert that always fires, to show that alerts arrive [the same]",
        check="alertmanager_watchdog",
        recovery=Recovery.EXPLICIT,
    ),
    "watchdog_gone": SectionType(
        name="watchdog_gone",
        about="it does not fire any more: alerting is broken [the same]",
        check="alertmanager_watchdog",
        recovery=Recovery.EXPLICIT,
    ),
}
_FRAME = SectionType(name="frame", about="the lines around the alerts", measures=("alerts_firing", "alerts_resolved"))
SECTIONS = (*_TYPES.values(), _FRAME)
_OWN_WORDS = re.compile(
    r"^\s{0,8}(?:Sent by Alertmanager|View (?:in|on) Alertmanager|\d{1,6} alerts? for\b.*)", re.IGNORECASE | re.MULTILINE
)
_COUNT = re.compile(r"^\s{0,8}(\d{1,6}) alerts? for\b", re.MULTILINE)


def claims(message: Message) -> bool:
    """True if two of these are Alertmanager's: subject, a line that names it, a heading of alerts, labels. Not Grafana's."""
    text = message.text[:60000]
    marks = [bool(SUBJECT.fullmatch(message.subject[:600])), bool(_OWN_WORDS.search(text)), "alertname" in text and "abels" in text]
    if (
        not any(marks)
        or "grafana" in f"{message.sender} {message.sender_name}".lower()
        or "Sent by Grafana" in text
        or GRAFANA.search(text)
    ):
        return False
    lines = body_lines(text)
    marks.append(any(HEADING.fullmatch(line[:200]) for line in lines))
    return sum(marks) >= 2 and not _people.forbids(message)


def report(message: Message) -> Report:
    """A section for each alert, one for the lines around them."""
    subject = SUBJECT.fullmatch(message.subject[:600])
    is_firing = subject is None or subject.group(1).upper() == "FIRING"
    alerts, frame = read(body_lines(message.text), is_firing=is_firing)
    if not alerts:
        return Report(kind="alertmanager", host=message.host, sections=(_whole(message, is_firing, subject.group(3) if subject else ""),))
    n_firing = sum(alert.is_firing for alert in alerts)
    counts = (measure("alerts_firing", "", n_firing), measure("alerts_resolved", "", len(alerts) - n_firing))
    around = _FRAME.section((*((f"Subject: {message.subject}",) if message.subject else ()), *frame), measures=counts)
    note = doubts(message, frame, subject, n_firing)
    if subject and is_firing is not (n_firing > 0):
        note = f"the subject says {subject.group(1).upper()}, the text lists {n_firing} alerts that fire"
    complete = _is_complete(message.text, subject, len(alerts), n_firing)
    told = [section_of(alert, _TYPES) for alert in alerts]
    if subject and is_firing and not n_firing:
        told = contradicted(alerts, message, subject.group(3), _TYPES)
    return Report(
        kind="alertmanager",
        host=one_host((alert.host for alert in alerts), message),
        sections=(*told, around),
        is_complete=complete,
        note=note,
    )


def _is_complete(text: str, subject: re.Match[str] | None, n_alerts: int, n_firing: int) -> bool:
    """Whether all alerts that are counted are there, and the last line of the usual template."""
    counted = _COUNT.search(text[:20000])
    if counted and int(counted.group(1)) != n_alerts:
        return False
    if subject and subject.group(2) and int(subject.group(2)) != n_firing:
        return False
    headed = [int(found["number"]) for found in map(HEADING.fullmatch, body_lines(text)) if found and found["number"]]
    if headed and sum(headed) != n_alerts:
        return False
    return "View in Alertmanager" not in text or "Sent by Alertmanager" in text[-500:]


def contradicted(alerts: list[Alert], message: Message, named: str, types: dict[str, SectionType]) -> list[Section]:
    """The sections of a mail whose subject says FIRING while all its alerts are over: what the subject names is not."""
    now = by_subject(alerts, named)
    sections = [section_of(alert, types) for alert in now]
    if any(alert.is_firing for alert in now) or any(alert.is_watchdog for alert in alerts):
        return sections
    summary = f"the subject says that it fires: {message.subject}"[:300]
    return [
        *sections,
        types["firing"].section((summary,), item=short_item(named), state=State.PROBLEM, severity=Severity.WARNING, summary=summary),
    ]


def doubts(message: Message, frame: list[str], subject: re.Match[str] | None, n_firing: int) -> str:
    """Why the lines around the alerts may not be all: the subject of another mail stands there, or the site's own says something else."""
    titles = {line.strip()[:600].removeprefix("Subject: ") for line in frame} - {message.subject.strip()[:600]}
    if any(map(SUBJECT.fullmatch, titles)):
        return "the subject of another mail stands in the text"
    if subject is None and not n_firing and speaks_of_trouble(message.subject):
        return "the subject speaks of trouble, all alerts of the text are over"
    return ""


def section_of(alert: Alert, types: dict[str, SectionType]) -> Section:
    """The section of an alert. One that is bad in name only, `info` or `none`, opens nothing."""
    severity = alert.severity
    if alert.is_watchdog and "watchdog" in types:
        name, state = ("watchdog", State.OK) if alert.is_firing else ("watchdog_gone", State.PROBLEM)
        severity = Severity.HIGH
    elif severity is Severity.INFO:
        name, state = "information", State.INFO if alert.is_firing else State.OK
    else:
        name, state = ("firing", State.PROBLEM) if alert.is_firing else ("resolved", State.OK)
    lines = alert.lines if name == "watchdog" else (alert.summary, *alert.lines)
    return types[name].section(lines, item=alert.item, host=alert.host, state=state, severity=severity, summary=alert.summary)


def _whole(message: Message, is_firing: bool, named: str) -> Section:
    """A text of the site's own, in which no alert can be told from the next."""
    kind, state = ("firing", State.PROBLEM) if is_firing else ("resolved", State.OK)
    if STILL_FIRING.search(message.text[:20000]):
        kind, state = "firing", State.PROBLEM
    kind, state = settled(message.subject, kind, state, "firing")
    lines = (message.subject or "alerts", *body_lines(message.text))
    return _TYPES[kind].section(lines, item=named[:110].strip(), state=state, severity=Severity.WARNING, summary=message.subject)
