"""Zabbix 1.8 to 7, in text and HTML.

Subjects: `Problem: NAME`, `Resolved in 1m 26s: NAME`, `Updated problem in 15s: NAME`, `PROBLEM: NAME` and `OK: NAME` (up to 3.2),
`Discovery: DOWN 192.0.2.1`, `Autoregistration: HOST`, `Zabbix database is not available`, and a site's own.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._hosts import sane_host
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType
from mailtriage.recognise._zabbix_fields import SEVERITIES, fields, seconds, severity_word
from mailtriage.types import Measure, Message, Recovery, Report, Severity, State

_REPLY_ID = re.compile(r"<(\d{1,20})\.[\w.]{1,180}@zabbix\.com>")
_SUBJECT = re.compile(
    r"(?P<problem>Problem|PROBLEM)(?: started)?: ."
    r"|(?P<recovery>Resolved(?: in [\w ]{1,40})?|OK): ."
    r"|(?P<update>Updated problem(?: in [\w ]{1,40})?): ."
    r"|(?P<discovery>Discovery: (?:UP|DOWN|DISCOVERED|LOST)\b)"
    r"|(?P<autoregistration>Auto ?registration: .)"
    r"|(?P<internal>Zabbix database is |.{1,200} (?:is|became) not supported)"
    r"|Service \"[^\"]{1,200}\" (?:(?P<service_problem>problem)|(?P<service_recovery>resolved))"
)
_PREFIX = re.compile(r"^(?:Problem(?: started)?|PROBLEM|OK|Resolved(?: in [\w ]{1,40})?|Updated problem(?: in [\w ]{1,40})?): ")
_FIRST_LINES = (
    ("problem", re.compile(r"Problem started at \d|(?:Problem )?started at \d\d:\d\d:\d\d on ")),
    ("recovery", re.compile(r"Problem has been resolved ")),
    (
        "update",
        re.compile(
            r".{1,200} (?:(?:un)?acknowledged|commented|closed|(?:un)?suppressed|changed rank).{0,200} problem at \d{4}\."
            r"|.{1,200} changed severity from "
        ),
    ),
    ("discovery", re.compile(r"Discovery rule:")),
    ("autoregistration", re.compile(r"Host name: ")),
    ("old", re.compile(r"Trigger: ")),
)
_STATUS = re.compile(r"^Current problem status is (\w{1,20})", re.MULTILINE)
_ORIGINAL = re.compile(r"^[ \t]*Original (?:problem|event) ID: *(\d{1,20})[ \t]*$", re.MULTILINE)
_ITEM_HOST = re.compile(r"^\d{1,3}\. .{1,300} \(([\w.-]{1,200}):\S", re.MULTILINE)
_DURATION_LINE = re.compile(r"resolved in ([\w ]{1,40}) at|, age is ([\w ]{1,40}),")
_SUBJECT_DURATION = re.compile(r"^(?:Resolved|Updated problem) in ([\w ]{1,40}):")
_NUMBER = re.compile(r"(?<![\w.])-?\d{1,15}(?:\.\d{1,9})?(?![\w])")
_PROBLEM_WORD = re.compile(r"\bPROBLEM\b|\bproblem\b")
_GOOD_SUBJECT = re.compile(r"\bOK\b|\b(?i:resolved|recovered|recovery)\b")
_BAD_WORDS = re.compile(r"\bPROBLEM\b|\b(?i:not|isn't|un)[ -]?(?i:yet )?(?i:ok|resolved|recovered)\b")
_STATE_LINE = re.compile(r"^[ \t]*(?:[\w ]{0,30} )?(?:status|state) ?[:=] ?(\w{1,20})", re.MULTILINE | re.IGNORECASE)


_DURATION = ("zabbix_duration", "zabbix_value")
_TYPES = {
    name: SectionType(name=name, about=about, check="zabbix", recovery=Recovery.EXPLICIT, measures=_DURATION)
    for name, about in {
        "problem": "a trigger went off [id of the problem event, else the problem's name without numbers]",
        "recovery": "it is over [the same]",
        "update": "somebody acknowledged, commented, closed it or changed its severity [the same]",
        "discovery": "a device or service was found or lost [address]",
        "autoregistration": "an agent presented itself [host]",
        "internal": "the monitoring itself has trouble [what is named]",
    }.items()
}
SECTIONS = tuple(_TYPES.values())


def claims(message: Message) -> bool:
    """True if two of these are Zabbix': In-Reply-To, subject, first line, the line of the original id, the sender."""
    marks = [
        bool(_REPLY_ID.fullmatch(message.header("In-Reply-To"))),
        bool(_SUBJECT.match(message.subject)),
        bool(_form_of_text(message.text)),
        "Original " in message.text and bool(_ORIGINAL.search(message.text)),
    ]
    if not any(marks):
        return False
    account = message.sender.partition("@")[0]
    marks.append("zabbix" in account or "zabbix" in message.sender_name.lower())
    return sum(marks) >= 2 and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section, named by what the mail is: a problem, its recovery, an update, or one of the rarer forms."""
    lines = [line.rstrip() for line in message.text.strip().split("\n")]
    found = fields(lines)
    name, state = _what(message, found)
    event = found.get("problem name") or found.get("trigger") or _PREFIX.sub("", message.subject)
    word = severity_word(found, message.text, message.subject)
    if word and f"Severity: {word}" not in lines:
        lines.insert(0, f"Severity: {word}")
    section = _TYPES[name].section(
        lines,
        item=_item(message, name, found, event),
        state=state,
        severity=_severity(message, name, word),
        summary=event if name in ("problem", "recovery") else message.subject,
        measures=_measures(message, found, event),
    )
    return Report(kind="zabbix", host=_host(message, found), sections=(section,))


def _form_of_text(text: str) -> str:
    first = text.lstrip()[:500].partition("\n")[0].rstrip()
    form = next((form for form, pattern in _FIRST_LINES if pattern.match(first)), "")
    if form == "old" and "\nTrigger status:" not in text:
        return ""
    if form == "autoregistration" and "\nAgent port:" not in text:
        return ""
    return form


def _form_of_subject(subject: str) -> str:
    found = _SUBJECT.match(subject)
    return (found.lastgroup or "").removeprefix("service_") if found else ""


def _what(message: Message, found: dict[str, str]) -> tuple[str, State]:
    """Section name and state. Where subject and text disagree and one of them is bad, it is bad."""
    by_text, by_subject = _form_of_text(message.text), _form_of_subject(message.subject)
    if by_text == "old" or "trigger status" in found:
        by_text = "recovery" if found.get("trigger status", "").upper() == "OK" else "problem"
    if not by_text and not by_subject:  # a site's own words
        by_text = "recovery" if _is_custom_recovery(message) else "problem"
    if "update" in (by_text, by_subject):
        status = _STATUS.search(message.text)
        is_over = status is not None and status.group(1).upper() in ("OK", "RESOLVED")
        if is_over:
            return "update", State.OK
        return "update", State.PROBLEM if "changed severity from " in message.text else State.INFO
    for rare in ("discovery", "autoregistration"):
        if rare in (by_text, by_subject):
            return rare, State.INFO
    if by_subject == "internal" and by_text != "recovery":
        return "internal", State.PROBLEM
    if "problem" in (by_text, by_subject):
        return "problem", State.PROBLEM
    return "recovery", State.OK


def _is_custom_recovery(message: Message) -> bool:
    """Whether a text of a site's own says that it is over: in its subject or a line of the state, and nothing speaks against it."""
    states = [state.upper() for state in _STATE_LINE.findall(message.text[:5000])]
    if any(state not in ("OK", "RESOLVED", "RECOVERED") for state in states):
        return False
    if _PROBLEM_WORD.search(message.subject) or _BAD_WORDS.search(f"{message.subject}\n{message.text[:5000]}"):
        return False
    return bool(states or _GOOD_SUBJECT.search(message.subject))


def _severity(message: Message, name: str, word: str) -> Severity | None:
    if name == "discovery":
        return Severity.WARNING if re.search(r"\b(?:DOWN|LOST)\b", message.subject) else Severity.INFO
    if name == "autoregistration":
        return Severity.INFO
    if name == "internal":
        return Severity.CRITICAL if "database" in message.subject else Severity.WARNING
    return SEVERITIES.get(word.lower())


def _item(message: Message, name: str, found: dict[str, str], event: str) -> str:
    if name == "discovery":
        return found.get("device ip") or found.get("device dns") or message.subject.rpartition(" ")[2]
    if name == "autoregistration":
        return found.get("host name") or message.subject.partition(": ")[2]
    by_reply = _REPLY_ID.fullmatch(message.header("In-Reply-To"))
    by_text = _ORIGINAL.search(message.text)
    for named in (by_reply, by_text):
        if named:
            return named.group(1)
    return " ".join(re.sub(r"\d+(?:\.\d+)?", "#", event).split())[:150]


def _host(message: Message, found: dict[str, str]) -> str:
    stated = sane_host(found.get("host", "")) or sane_host(found.get("host name", "")) or sane_host(found.get("device dns", ""))
    if not stated:
        in_item = _ITEM_HOST.search(message.text)  # up to 3.2 there is no Host line
        stated = sane_host(in_item.group(1)) if in_item else sane_host(found.get("device ip", ""))
    return stated or message.host


def _measures(message: Message, found: dict[str, str], event: str) -> list[Measure]:
    measures = []
    in_line, in_subject = _DURATION_LINE.search(message.text), _SUBJECT_DURATION.match(message.subject)
    spans = [found.get("problem duration", ""), *(in_line.groups("") if in_line else ()), in_subject.group(1) if in_subject else ""]
    durations = [seconds(span) for span in spans if span]
    if durations and durations[0] is not None:
        measures.append(measure("zabbix_duration", event, durations[0]))
    value = _NUMBER.search(found.get("operational data") or found.get("current utilization") or "")
    if value:
        measures.append(measure("zabbix_value", event, float(value.group())))
    return measures
