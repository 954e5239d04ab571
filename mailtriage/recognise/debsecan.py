"""debsecan: subject `Debian security status of web07`."""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType, first_line
from mailtriage.recognise._stated import stated_host, trimmed
from mailtriage.types import Message, Recovery, Report, Section

_SUBJECT = re.compile(r"Debian security status of (\S{1,300})")
_FIRST_LINE = re.compile(r"Security report based on (?:the \S{1,60} release|general data)")
_HEADING = re.compile(r"\*\*\* (.{1,100})")
_FIXED = re.compile(r"Fixed vulnerabilities|Vulnerabilities fixed\b.{0,60}")
_UPDATES = re.compile(r"(?:New|Available) security updates.{0,60}")
_BUG = re.compile(r"(?:CVE-\d{4}-\d{1,9}|TEMP-\S{1,40}|DSA-\S{1,20}) ?.{0,400}")

_AVAILABLE = SectionType(
    name="available",
    about="vulnerabilities that an update would mend",
    check="security_updates",
    recovery=Recovery.STATE,
    measures=("updates_security",),
)
_OTHER = SectionType(name="vulnerabilities", about="vulnerabilities without an update, packages it cannot judge")
_FIXED_SECTION = SectionType(name="fixed", about="vulnerabilities that are gone since the last report")
SECTIONS = (_AVAILABLE, _OTHER, _FIXED_SECTION)


def claims(message: Message) -> bool:
    """True if the body begins with debsecan's heading, and the subject or a heading with three stars is debsecan's too."""
    if not _FIRST_LINE.fullmatch(first_line(message.text)):
        return False
    is_report = bool(_SUBJECT.fullmatch(message.subject)) or "\n*** " in message.text or "No known vulnerabilities " in message.text
    return is_report and not _people.forbids(message)


def report(message: Message) -> Report:
    """Section `available` always; `vulnerabilities` and `fixed` where the mail has such parts."""
    subject = _SUBJECT.fullmatch(message.subject)
    pieces: dict[str, list[str]] = {"available": [], "vulnerabilities": [], "fixed": []}
    here = "available"
    for line in message.text.split("\n"):
        heading = _HEADING.fullmatch(line.rstrip())
        if heading:
            words = heading.group(1)
            here = "fixed" if _FIXED.fullmatch(words) else "available" if _UPDATES.fullmatch(words) else "vulnerabilities"
        pieces[here].append(line)
    return Report(
        kind="debsecan",
        host=stated_host(subject.group(1), message.host) if subject else message.host,
        sections=tuple(_sections(pieces)),
    )


def _sections(pieces: dict[str, list[str]]) -> list[Section]:
    bugs = sum(1 for line in pieces["available"] if _BUG.fullmatch(line.rstrip()))
    sections = [_AVAILABLE.section(trimmed(pieces["available"]), measures=[measure("updates_security", "", bugs)])]
    for section in (_OTHER, _FIXED_SECTION):
        lines = trimmed(pieces[section.name])
        if lines:
            sections.append(section.section(lines))
    return sections
