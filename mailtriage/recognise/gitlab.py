"""Pipelines of GitLab: subject `shop | Failed pipeline for main | 64f0ad8a`, older `shop | Pipeline #123 has failed for main "
"| 64f0ad8a`."""

from __future__ import annotations

import re

from mailtriage.recognise._monitoring import each, speaks_of_trouble
from mailtriage.recognise._sections import SectionType, body_lines, first_line
from mailtriage.types import Message, Recovery, Report, State

_SUBJECT = re.compile(
    r"(?P<project>[^|]{1,200}) \| (?:(?P<new>Failed|Fixed|Successful) pipeline for (?P<b1>\S{1,200})"
    r"|Pipeline #\d{1,12} has (?P<old>failed|succeeded|passed|been fixed) for (?P<b2>\S{1,200}))"
    r"(?: \| [0-9a-f]{6,40})?"
)
_FIRST = re.compile(r"(?:Your )?[Pp]ipeline (?:#\d{1,12} )?has (failed|passed|been fixed(?: and #?\d+ has passed)?)[.!]?")
_FIELDS = re.compile(r"^[ \t]*(Project|Branch|Commit|Stage|Name|Pipeline #\d{1,12})\b(?::[ \t]*|[ \t]+\()?([^\n(]{0,200})", re.MULTILINE)

_TYPES = {
    name: SectionType(name=name, about=f"{about} [project and branch]", check="pipeline", recovery=Recovery.EXPLICIT)
    for name, about in {"failed": "a pipeline failed", "fixed": "a pipeline is good again", "good": "a pipeline was good"}.items()
}
SECTIONS = tuple(_TYPES.values())


def claims(message: Message) -> bool:
    """True if the subject is a pipeline's and a GitLab header or the first line is too, or the first line and the fields below it are."""
    subject = _SUBJECT.fullmatch(message.subject)
    if message.headers and subject is None and not message.header("X-GitLab-Pipeline-Id"):
        return False
    first = bool(_FIRST.match(first_line(message.text)))
    has_header = any(name.lower().startswith("x-gitlab-") for name, _ in message.headers)
    if subject or has_header:
        return (subject is not None) + first + has_header >= 2
    return not message.headers and first and len({name for name, _ in _FIELDS.findall(message.text[:5000])}) >= 2


def report(message: Message) -> Report:
    """A section for each pipeline, named by how it ended: the worst of subject, header and text."""
    return each(message, _headline, _one, _TYPES["good"], seen=("subject",))


def _headline(line: str) -> str:
    return "first" if _FIRST.match(line) else "subject" if _SUBJECT.fullmatch(line.removeprefix("Subject: ")) else ""


def _one(message: Message) -> Report:
    subject = _SUBJECT.fullmatch(message.subject)
    said = " ".join(
        (subject.group("new") or subject.group("old") if subject else "", message.header("X-GitLab-Pipeline-Status"), _words(message.text))
    ).lower()
    is_bad = "failed" in said or (subject is None and speaks_of_trouble(message.subject))
    result = "failed" if is_bad else "fixed" if "fixed" in said else "good"
    fields: dict[str, str] = {}
    for name, value in _FIELDS.findall(message.text[:5000]):
        fields.setdefault(name, value.strip())
    project = (
        message.header("X-GitLab-Project-Path")
        or message.header("X-GitLab-Project")
        or (subject.group("project") if subject else fields.get("Project", ""))
    )
    branch = message.header("X-GitLab-Pipeline-Ref") or (
        subject.group("b1") or subject.group("b2") if subject else fields.get("Branch", "")
    )
    section = _TYPES[result].section(
        body_lines(message.text),
        item=f"{' '.join(project.split())[:120]} {branch[:80]}".strip(),
        state=State.PROBLEM if result == "failed" else State.OK,
        summary=message.subject or first_line(message.text),
    )
    return Report(kind="gitlab", host=message.host, sections=(section,))


def _words(text: str) -> str:
    found = _FIRST.match(first_line(text))
    return found.group(1) if found else ""
