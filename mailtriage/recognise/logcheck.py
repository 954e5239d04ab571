"""logcheck: subjects `web07 2026-11-22 20:15 +0000 System Events`, `Reboot: web07 2026-11-22 20:15 Security Events` and a site's own.

Each line of a log is one finding. They stand in sections underlined with `=-=-=`; what a stranger wrote stands behind a time.
"""

from __future__ import annotations

import re

from mailtriage.recognise._hosts import longer_host, sane_host
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.recognise._security import may_claim
from mailtriage.recognise._syslog import read_logins
from mailtriage.types import Message, Recovery, Report, State

_DATE = r"(?:\d{4}-\d\d-\d\d \d\d:\d\d(?: [+-]\d{4})?|\d\d/\d\d/\d\d:\d\d[.:]\d\d|[A-Z][a-z]{2} [A-Z][a-z]{2} .{8,30}?)"
_SUBJECT = re.compile(
    rf"(?:\[?[Ll]ogcheck\]?:? )?(?P<reboot>Reboot: )?(?P<host>[\w.-]{{1,254}}):? {_DATE} "
    r"(?:System Events|Security Events|Security Alerts|Attack Alerts|system check|ACTIVE SYSTEM ATTACK!?|exiting due to errors|.{1,60})"
)
_FAILED = re.compile(rf"Logcheck: (?P<host>[\w.-]{{1,254}}) {_DATE} exiting due to errors")
_INTRO = re.compile(r"This (?:e?-?mail|mail) is sent by logcheck\.")
_UNDERLINE = re.compile(r"(?:=-){3,60}=?")
_HEADINGS = (
    ("security_alerts", re.compile(r"(?:Security Alerts?|Active System Attack Alerts?|Attack Alerts?)(?: for .{1,80})?", re.IGNORECASE)),
    ("security_events", re.compile(r"(?:Security (?:Events?|Violations?))(?: for .{1,80})?", re.IGNORECASE)),
    ("system_events", re.compile(r"(?:(?:Unusual )?(?:System )?(?:Events?|Activity))(?: for .{1,80})?", re.IGNORECASE)),
    ("warnings", re.compile(r"Logcheck Warnings", re.IGNORECASE)),
)
# A line of syslog, classic or ISO.
_LOG_LINE = re.compile(
    r"(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)[\d.,:+Z-]{0,14} (\S{1,254}) \S"
)

_MOST = 300

_MEASURES = ("failed_logins", "login_after_failures", "blocker", "log_lines")
_TYPES = {
    name: SectionType(name=name, about=about, check="logcheck", recovery=Recovery.SILENCE, measures=_MEASURES)
    for name, about in {
        "security_alerts": "lines of the class Security Alerts [heading]",
        "security_events": "lines of the class Security Events [heading]",
        "system_events": "all other lines of the logs [heading]",
        "warnings": "what logcheck has to say of itself",
        "intro": "the lines before the first heading, and what underlines the headings",
        "failure": "logcheck could not do its work",
        "reboot": "the subject says that the host came up",
    }.items()
}
SECTIONS = tuple(_TYPES.values())


def claims(message: Message) -> bool:
    """True if two of these are logcheck's: subject, its first sentence, a heading underlined with `=-=-=`, the sender's name."""
    text = message.text[:12000]
    has_underline, has_intro = "=-=-=-" in text, "sent by logcheck" in text[:400]
    failed = _FAILED.fullmatch(message.subject) is not None or text.lstrip().startswith("Logcheck failed: ")
    if not (has_underline or has_intro or failed):
        return False
    lines = [line.strip() for line in text.split("\n")]
    marks = (
        bool(_SUBJECT.fullmatch(message.subject) or _FAILED.fullmatch(message.subject)),
        has_intro and any(map(_INTRO.match, lines[:6])),
        any(_UNDERLINE.fullmatch(line) and n and _section_of(lines[n - 1]) for n, line in enumerate(lines)),
        "logcheck" in message.sender_name.lower() or message.sender.startswith("logcheck@"),
        any(_LOG_LINE.match(line) for line in lines) and has_underline,
        failed and "Details:" in text,
    )
    return (any(marks[1:3]) or failed) and sum(marks) >= 2 and may_claim(message)


def report(message: Message) -> Report:
    """A section for each heading; failure where logcheck could not run."""
    subject = _SUBJECT.fullmatch(message.subject) or _FAILED.fullmatch(message.subject)
    lines = tuple(line.strip() for line in body_lines(message.text))
    host = sane_host(subject.group("host")) if subject else _logged_host(lines)
    host = longer_host(host, message.host) if host else message.host
    if _FAILED.fullmatch(message.subject) or (lines and lines[0].startswith("Logcheck failed: ")):
        section = _TYPES["failure"].section(lines, state=State.PROBLEM, summary="logcheck failed: the logs may not have been checked")
        return Report(kind="logcheck", host=host, sections=(section,))
    parts: list[tuple[str, str, list[str]]] = [("intro", "", [])]
    for n, line in enumerate(lines):
        # Only logcheck's own headings, in the words of its versions: any other line over an underline is text, and is judged.
        is_heading = n + 1 < len(lines) and bool(_UNDERLINE.fullmatch(lines[n + 1])) and bool(_section_of(line))
        if is_heading and len(parts) < _MOST:
            parts.append((_section_of(line), line, []))
        elif _UNDERLINE.fullmatch(line) and n and parts[-1][1] == lines[n - 1] and not parts[-1][2]:
            parts[0][2].append(line)
        elif line:
            parts[-1][2].append(line)
    sections = [_TYPES["reboot"].section((message.subject,))] if subject and subject.groupdict().get("reboot") else []
    for name, heading, own in parts:
        if own or (heading and name != "intro"):
            measures = [*read_logins(own), measure("log_lines", heading, len(own))] if name != "intro" else []
            sections.append(_TYPES[name].section(own, heading=heading, item=heading, measures=measures))
    # It never sends a mail without a finding.
    is_complete = any(name != "intro" and own for name, _, own in parts)
    is_alarmed = bool(re.search(r"Security|Attack|ATTACK", message.subject))
    note = (
        "the subject tells of a class that the text does not hold"
        if is_alarmed and not any("security" in name for name, _, _ in parts)
        else ""
    )
    return Report(kind="logcheck", host=host, sections=tuple(sections), is_complete=is_complete, note=note)


def _section_of(heading: str) -> str:
    return next((name for name, pattern in _HEADINGS if pattern.fullmatch(heading)), "")


def _logged_host(lines: tuple[str, ...]) -> str:
    """The host of the first log line, where no subject names one."""
    found = next((found for found in map(_LOG_LINE.match, lines[:200]) if found), None)
    return sane_host(found.group(1)) if found else ""
