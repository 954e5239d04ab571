"""Zabbix 1.8 to 7, in text and HTML.

Subjects: `Problem: NAME`, `Resolved in 1m 26s: NAME`, `Updated problem in 15s: NAME`, `PROBLEM: NAME` and `OK: NAME` (up to 3.2),
`Discovery: DOWN 192.0.2.1`, `Autoregistration: HOST`, `Zabbix database is not available`, and a site's own.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._hosts import sane_host
from mailtriage.recognise._measures import measure
from mailtriage.recognise._monitoring import each, settled, speaks_of_relief
from mailtriage.recognise._sections import SectionType
from mailtriage.recognise._zabbix_fields import SEVERITIES, fields, seconds, severity_change, severity_word
from mailtriage.types import Measure, Message, Recovery, Report, Severity, State

_REPLY_ID = re.compile(r"<(\d{1,20})\.[\w.]{1,180}@zabbix\.com>")
_SUBJECT = re.compile(
    r"(?P<problem>Problem|PROBLEM)(?: started)?: ."
    r"|(?P<recovery>Resolved(?: in [\w ]{1,40})?|OK): ."
    r"|(?P<update>Updated problem(?: in [\w ]{1,40})?): ."
    r"|(?P<discovery>Discovery: (?:UP|DOWN|DISCOVERED|LOST)\b)"
    r"|(?P<autoregistration>Auto ?registration: .)"
    r"|(?P<internal>Zabbix database is |.{1,200}(?: (?:is|became) not supported\b|in unknown state\b| has been disabled\b))"
    r"|Service \"[^\"]{1,200}\" (?:(?P<service_problem>problem)|(?P<service_recovery>resolved))"
    r"|(?P<service_update>Changed \"[^\"]{1,200}\" service status to )"
)
_PREFIX = re.compile(r"^(?:Problem(?: started)?|PROBLEM|OK|Resolved(?: in [\w ]{1,40})?|Updated problem(?: in [\w ]{1,40})?): ")
_FIRST_LINES = (
    ("problem", re.compile(r"Problem started at \d|(?:Problem )?started at \d\d:\d\d:\d\d on ")),
    ("recovery", re.compile(r"Problem has been resolved |Service \".{1,200}\" has been resolved ")),
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
_SERVICE_STATUS = re.compile(r"service status to (\w{1,20}(?: classified)?)")
_ITEM_HOST = re.compile(r"^\d{1,3}\. .{1,300} \(([\w.-]{1,200}):\S", re.MULTILINE)
_SUBJECT_HOST = re.compile(r"\[?Zabbix\]?:? ([\w.-]{1,253}) - ", re.IGNORECASE)
_DURATION_LINE = re.compile(r"resolved in ([\w ]{1,40}) at|, age is ([\w ]{1,40}),")
_SUBJECT_DURATION = re.compile(r"^(?:Resolved|Updated problem) in ([\w ]{1,40}):")
_NUMBER = re.compile(r"(?<![\w.])-?\d{1,15}(?:\.\d{1,9})?(?![\w])")
_PROBLEM_WORD = re.compile(r"\bPROBLEM\b|\bproblem\b")
_GOOD_SUBJECT = re.compile(r"\bOK\b|\b(?i:resolved|recovered|recovery)\b")
_BAD_WORDS = re.compile(r"\bPROBLEM\b|\b(?i:not|isn't|un)[ -]?(?i:yet )?(?i:ok|resolved|recovered)\b")
_STATE_LINE = re.compile(
    r"^[ \t]*(?:[\w ]{0,30}(?:status|state|статус|состояние|当前状态|告警状态)|estado|statut|état|zustand) ?[:=:] ?(\w{1,20})",
    re.MULTILINE | re.IGNORECASE,
)


_LOW_VALUE = re.compile(
    r"(?:/etc/passwd has been changed|(?:has been |was )?restarted \((?:host )?uptime < \d{1,5}[smh]?\)"
    r"|Operating system description has changed"
    r"|Number of installed packages has been changed|Version has changed(?: \(new version: [^()\n]{0,80}\))?"
    r"|System name has changed(?: \(new name: [^()\n]{0,80}\))?)"
    r"(?: on [\w.-]{1,200}| on \{HOST\.NAME\})?\s*",
    re.IGNORECASE,
)
_TYPES = {
    name: SectionType(name=name, about=about, check="zabbix", recovery=Recovery.EXPLICIT, measures=("zabbix_duration", "zabbix_value"))
    for name, about in {
        "problem": "a trigger went off [id of the problem event, else the problem's name without numbers]",
        "recovery": "it is over, by itself or closed by hand [the same]",
        "information": "a problem of severity Information or Not classified, or its end [the same]",
        "change": "a change that somebody made and knows of, up to severity Warning, or its end [the same]",
        "update": "somebody acknowledged, commented or suppressed it, or lowered its severity [the same]",
        "raised": "somebody changed its severity [the same]",
        "discovery": "a device or service was found or lost [address]",
        "autoregistration": "an agent presented itself [host]",
        "internal": "the monitoring itself has trouble [what is named]",
    }.items()
}
SECTIONS = tuple(_TYPES.values())


def claims(message: Message) -> bool:
    """True if two of these are Zabbix': In-Reply-To, subject, first line, line of the original id, usual fields, the sender."""
    marks = [
        bool(_REPLY_ID.fullmatch(message.header("In-Reply-To"))),
        bool(_SUBJECT.match(message.subject)),
        bool(_form_of_text(message.text)),
        "Original " in message.text and bool(_ORIGINAL.search(message.text)),
    ]
    account = message.sender.partition("@")[0]
    is_sender = "zabbix" in account or "zabbix" in message.sender_name.lower()
    if not (any(marks) or is_sender):
        return False
    marks.append(is_sender)
    if sum(marks) == 1:  # a bare body, or a text of the site's own in any language
        marks.append(_has_usual_lines(message.text[:5000]))
    return sum(marks) >= 2 and not _people.forbids(message)


def _has_usual_lines(text: str) -> bool:
    known = fields(text.split("\n")).keys()
    return (
        len(known & {"host", "severity", "status", "trigger", "trigger status", "problem name", "event id"}) >= 3
        or {"device ip", "device status"} <= known
        or {"host name", "agent port"} <= known
        or _STATUS.search(text) is not None
    )


def report(message: Message) -> Report:
    """A section for each notification, named by what it is: a problem, its recovery, an update, or one of the rarer forms."""
    return each(message, _headline, _one, _TYPES["update"], is_whole=_is_whole)


def _headline(line: str) -> str:
    form = next((form for form, pattern in _FIRST_LINES if pattern.match(line)), "")
    return form if form == "old" else "first" if form in ("problem", "recovery") else ""


def _is_whole(block: str) -> bool:
    return bool(_form_of_text(block))


def _one(message: Message) -> Report:
    lines = [line.rstrip() for line in message.text.strip().split("\n")]
    found = fields(lines)
    what, state = _what(message, found)
    event = found.get("problem name") or found.get("trigger") or _PREFIX.sub("", message.subject) or lines[0]
    word = severity_word(found, message.text, message.subject)
    severity = _severity(message, what, word)
    name = _name(what, event, severity)
    headline = event if what in ("problem", "recovery") else message.subject or lines[0]
    told = (headline[:400], *((f"Severity: {word}",) if word else ()), *((f"Subject: {message.subject}",) if message.subject else ()))
    section = _TYPES[name].section(
        (*told, *lines),
        item=_item(message, what, found, event),
        state=state,
        severity=severity,
        summary=headline,
        measures=_measures(message, found, event),
    )
    return Report(kind="zabbix", host=_host(message, found), sections=(section,))


def _name(what: str, event: str, severity: Severity | None) -> str:
    """The section: what is worth no more than a line of the digest has names of its own."""
    if what not in ("problem", "recovery"):
        return what
    if severity is Severity.INFO:
        return "information"
    is_low = severity is Severity.WARNING and any(_LOW_VALUE.fullmatch(event[at:]) for at in _starts(event))
    return "change" if is_low else what


def _starts(event: str) -> tuple[int, ...]:
    """Where the known name may begin: newer templates put `Linux: ` before it, `{HOST.NAME} has been restarted` a host."""
    first = event.find(" ") + 1
    return tuple(dict.fromkeys((0, first, event.rfind(": ") + 2 if ": " in event else 0)))


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
    """What the mail is, and the state. Where subject and text disagree and one of them is bad, it is bad."""
    by_text, by_subject = _form_of_text(message.text), _form_of_subject(message.subject)
    if by_text == "old" or "trigger status" in found:
        by_text = "recovery" if found.get("trigger status", "").upper() == "OK" else "problem"
    if not by_text and not by_subject:  # a site's own words
        by_text = "recovery" if _is_custom_recovery(message) else "problem"
    if "update" in (by_text, by_subject):
        return _updated(message)
    for rare in ("discovery", "autoregistration"):
        if rare in (by_text, by_subject):
            return rare, State.INFO
    if by_subject == "internal" and (by_text != "recovery" or not speaks_of_relief(message.subject)):
        return "internal", State.PROBLEM
    if "problem" in (by_text, by_subject):
        return "problem", State.PROBLEM
    if by_subject == "recovery":
        return "recovery", State.OK
    return settled(message.subject, "recovery", State.OK)


def _updated(message: Message) -> tuple[str, State]:
    """An update: closed by hand it is over; a severity that is not known to be lower than before is news."""
    status = _STATUS.search(message.text)
    if status is not None and status.group(1).upper() in ("OK", "RESOLVED"):
        return "recovery", State.OK
    service = _SERVICE_STATUS.search(message.subject) or _SERVICE_STATUS.search(message.text[:500])
    if service:
        return ("recovery", State.OK) if service.group(1).upper() == "OK" else ("raised", State.PROBLEM)
    changed = severity_change(message.text)
    if changed is None:
        return "update", State.INFO
    before, after = (SEVERITIES.get(word.lower()) for word in changed)
    is_lower = after is Severity.INFO or (before is not None and after is not None and after.rank < before.rank)
    return ("update", State.INFO) if is_lower else ("raised", State.PROBLEM)


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
        return Severity.CRITICAL if "database" in message.subject.lower() else Severity.WARNING
    return SEVERITIES.get(word.lower())


def _item(message: Message, name: str, found: dict[str, str], event: str) -> str:
    if name == "discovery":
        return found.get("device ip") or found.get("device dns") or message.subject.rpartition(" ")[2]
    if name == "autoregistration":
        return found.get("host name") or message.subject.partition(": ")[2]
    by_reply = _REPLY_ID.fullmatch(message.header("In-Reply-To"))
    by_text = _ORIGINAL.search(message.text) or re.fullmatch(r"(\d{1,20})", found.get("event id", ""))
    for named in (by_reply, by_text):
        if named:
            return named.group(1)
    return " ".join(re.sub(r"\d+(?:\.\d+)?", "#", event).split())[:150]


def _host(message: Message, found: dict[str, str]) -> str:
    stated = sane_host(found.get("host", "")) or sane_host(found.get("host name", "")) or sane_host(found.get("device dns", ""))
    if not stated:
        in_item = _ITEM_HOST.search(message.text)  # up to 3.2 there is no Host line
        stated = sane_host(in_item.group(1)) if in_item else sane_host(found.get("device ip", ""))
    if not stated and (in_subject := _SUBJECT_HOST.match(message.subject)):
        stated = sane_host(in_subject.group(1))
    return stated or message.host


def _measures(message: Message, found: dict[str, str], event: str) -> list[Measure]:
    measures = []
    in_line, in_subject = _DURATION_LINE.search(message.text), _SUBJECT_DURATION.match(message.subject)
    spans = [found.get("problem duration", ""), *(in_line.groups("") if in_line else ()), in_subject.group(1) if in_subject else ""]
    durations = [seconds(span) for span in spans if span]
    if durations and durations[0] is not None:
        measures.append(measure("zabbix_duration", event, durations[0]))
    value = _NUMBER.search(found.get("operational data", "").removeprefix("Current utilization: "))
    if value:
        measures.append(measure("zabbix_value", event, float(value.group())))
    return measures
