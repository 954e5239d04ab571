"""apt-listchanges: subjects `apt-listchanges: changelogs for web07` and `apt-listchanges: news for web07`, translated by LANG."""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.recognise._stated import stated_host
from mailtriage.types import Message, Report

_SUBJECT = re.compile(r"apt-listchanges\s?: .{1,400}")
_ENTRY = re.compile(r"[a-z0-9][a-z0-9+.-]{1,100} \([^()\s]{1,100}\) [\w. -]{1,60}; urgency=\w{1,20}.{0,60}")
_NOTES = re.compile(r"--- .{1,200} ---|.{1,60}:|-{5,}|apt-listchanges: .{1,60}")
_NEWS = re.compile(
    r"\b(?:news|neuigkeiten|nouveautés|noticias|notizie|nieuws|notícies|novinky|nyheter|nyheder|novidades|notícias|nowości|новости)\b",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?:for|für|pour|para|per|voor|pro|för|de|komputera)\s(\S{1,300})$")

_CHANGELOG = SectionType(name="changelog", about="changelogs of upgraded packages: words of their authors")
_NEWS_SECTION = SectionType(name="news", about="news that package maintainers write for admins")
SECTIONS = (_CHANGELOG, _NEWS_SECTION)


def claims(message: Message) -> bool:
    """True if the subject is apt-listchanges' and the body begins as a Debian changelog, or as the program's notes before one."""
    if not _SUBJECT.fullmatch(message.subject):
        return False
    lines = [line.rstrip() for line in message.text[:4000].split("\n") if line.strip()][:12]
    is_log = bool(lines) and (
        _ENTRY.fullmatch(lines[0]) is not None or (bool(_NOTES.fullmatch(lines[0])) and any(map(_ENTRY.fullmatch, lines)))
    )
    return is_log and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section: `news` or `changelog`."""
    found = _HOST.search(message.subject)
    section = _NEWS_SECTION if _NEWS.search(message.subject) else _CHANGELOG
    return Report(
        kind="apt_listchanges",
        host=stated_host(found.group(1) if found else "", message.host),
        sections=(section.section(body_lines(message.text), summary=message.subject),),
    )
