"""apticron: subject `3 Debian package update(s) for web07`, `No updates for web07`, or a site's own."""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType, first_line
from mailtriage.recognise._stated import stated_host, trimmed
from mailtriage.types import Message, Recovery, Report, Section, State

_SUBJECT = re.compile(r"\d{1,6} .{1,60} package update\(s\) for (\S{1,300}).{0,300}")
_NO_UPDATES = re.compile(r"No updates for (\S{1,300}).{0,300}")
_FIRST_LINE = re.compile(r"apticron report \[.{1,80}\]")
_DETECTED = "apticron has detected that some packages need upgrading on:"
_DETAILS = re.compile(r"Package Details:")
_PERFORM = "You can perform the upgrade by issuing the command:"
_HOLD = re.compile(r"(?:INFO|WARNING): the following packages (?:are|were put) on hold")
_PACKAGE = re.compile(r"\t(\S{1,200}) \S{1,200}")
_SYSTEM = re.compile(r"^as root on (\S{1,300})", re.MULTILINE)

_LIST = SectionType(
    name="pending",
    about="packages that wait to be upgraded",
    check="package_updates",
    recovery=Recovery.STATE,
    measures=("updates_pending",),
)
_CHANGELOG = SectionType(name="changelog", about="news and changelogs of these packages: words of their authors, never judged")
_HELD = SectionType(name="held", about="packages on hold", check="updates_held", recovery=Recovery.STATE, measures=("updates_held",))
SECTIONS = (_LIST, _CHANGELOG, _HELD)


def claims(message: Message) -> bool:
    """True if the body begins with apticron's heading and says what apticron has detected, or subject and body say that nothing is new."""
    first = first_line(message.text)
    if first == "No new packages today.":
        return bool(_NO_UPDATES.fullmatch(message.subject)) and not _people.forbids(message)
    is_report = bool(_FIRST_LINE.fullmatch(first)) and (_DETECTED in message.text[:3000] or bool(_SUBJECT.fullmatch(message.subject)))
    return is_report and not _people.forbids(message)


def report(message: Message) -> Report:
    """Sections `pending`, `changelog` and, where packages are on hold, `held`."""
    lines = message.text.split("\n")
    system = _SYSTEM.search(message.text[-5000:])
    in_subject = _SUBJECT.fullmatch(message.subject) or _NO_UPDATES.fullmatch(message.subject)
    named = system.group(1) if system else in_subject.group(1) if in_subject else ""
    is_complete = bool(trimmed(lines)[-1:] == ["apticron"]) or first_line(message.text) == "No new packages today."
    return Report(kind="apticron", host=stated_host(named, message.host), sections=_sections(lines), is_complete=is_complete)


def _sections(lines: list[str]) -> tuple[Section, ...]:
    pending: list[str] = []
    changelog: list[str] = []
    held: list[str] = []
    here = pending
    # A changelog may quote the line that ends it: the last one counts.
    ends = [number for number, line in enumerate(lines) if line.rstrip() == _PERFORM]
    end = ends[-1] if ends else len(lines)
    for number, line in enumerate(lines):
        if here is pending and number < end and _DETAILS.fullmatch(line.rstrip()):
            here = changelog
        elif number == end:
            here = pending
        elif number > end and _HOLD.match(line):
            here = held
        elif here is held and line.rstrip() == "--":
            here = pending
        here.append(line)
    sections = [_LIST.section(trimmed(pending), measures=[measure("updates_pending", "", sum(map(_is_package, pending)))])]
    if changelog:
        sections.append(_CHANGELOG.section(trimmed(changelog)))
    if held:
        names = sum(len(line.split()) for line in held if line.startswith("\t"))
        sections.append(_HELD.section(trimmed(held), state=State.PROBLEM, measures=[measure("updates_held", "", names)]))
    return tuple(sections)


def _is_package(line: str) -> bool:
    return bool(_PACKAGE.fullmatch(line.rstrip())) and not line.startswith(("\t[", "\tapt-get "))
