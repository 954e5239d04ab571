"""samhain: subject is time and host, `2026-11-22T03:10:01+0100 web07.example.org`, or what its administrator set."""

from __future__ import annotations

import re

from mailtriage.recognise._hosts import longer_host, sane_host
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.recognise._security import may_claim, without_margin
from mailtriage.types import Message, Recovery, Report, Section, Severity, State

_SUBJECT = re.compile(
    r"(?:\[?samhain\b.{0,100}?|.{0,100}\bsamhain\b.{0,100}|\[?(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4})\]? (\S{1,5000}).{0,100})",
    re.IGNORECASE,
)
_LINE = re.compile(
    r"(?:-{0,3}\s{0,2})?(EMERG|ALERT|CRIT|ERR(?:OR)?|WARN|NOTICE|INFO|DEBUG|MARK"
    r"|STAMP)\s{0,4}:\s{1,4}\[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]?\d{0,4})\] ?(.{0,20000})"
)
_PATH = re.compile(r"\bpath=<(/[^>]{1,400})>")
_TEXT = re.compile(r"\bmsg=<([^>]{1,200})>")
_HOST = re.compile(r"\b(?:remote_)?host=<([^>]{1,254})>")
_MOST = 300

_ALERT = SectionType(name="alert", about="one message of samhain [path, else message]", check="samhain", recovery=Recovery.SILENCE)
_MARK = SectionType(name="mark", about="the sign of life", check="samhain_mark")
_OTHER = SectionType(name="other", about="all other lines: start, signature", check="samhain")
SECTIONS = (_ALERT, _MARK, _OTHER)
_SEVERITIES = {"EMERG": Severity.CRITICAL, "ALERT": Severity.CRITICAL, "CRIT": Severity.HIGH}


def claims(message: Message) -> bool:
    """True if a line is `CRIT : [time] msg=<...>`, and the subject, the frame `-----BEGIN MESSAGE-----` or a second field stands"
    " with it."""
    head = message.text[:8000]
    if ": " not in head or "[" not in head or ("msg=<" not in head and "TIMESTAMP" not in head):
        return False
    lines = [found for found in map(_LINE.fullmatch, (line.strip() for line in head.split("\n"))) if found]
    if not lines:
        return False
    marks = (bool(_SUBJECT.fullmatch(message.subject)), "-----BEGIN MESSAGE-----" in head, bool(_TEXT.search(lines[0].group(3))))
    return any(marks) and may_claim(message)


def report(message: Message) -> Report:
    """A section for each message."""
    message = without_margin(message)
    sections: list[Section] = []
    rest: list[str] = []
    for line in body_lines(message.text):
        found = _LINE.fullmatch(line.strip())
        if found is None or len(sections) >= _MOST:
            rest.append(line)
            continue
        level, _, text = found.groups()
        path, said = _PATH.search(text), _TEXT.search(text)
        item = path.group(1) if path else said.group(1) if said else " ".join(text.split())[:100]
        is_mark = level in ("MARK", "STAMP")
        sections.append(
            (_MARK if is_mark else _ALERT).section(
                (line,),
                item="" if is_mark else item,
                state=State.INFO if is_mark else State.PROBLEM,
                severity=_SEVERITIES.get(level, Severity.WARNING),
                summary=f"samhain {level}: {said.group(1) if said else ''} {path.group(1) if path else ''}".rstrip(),
            )
        )
    if any(line.strip() for line in rest):
        sections.append(_OTHER.section([line for line in rest if line.strip()]))
    subject, named = _SUBJECT.fullmatch(message.subject), _HOST.search(message.text[:20000])
    host = sane_host((subject.group(1) or "") if subject else "") or sane_host(named.group(1) if named else "")
    return Report(kind="samhain", host=longer_host(host, message.host) if host else message.host, sections=tuple(sections))
