"""DenyHosts: subject `DenyHosts Report from web07.example.org`."""

from __future__ import annotations

import re

from mailtriage.recognise._hosts import longer_host, sane_host
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType, body_lines, first_line
from mailtriage.recognise._security import may_claim, without_margin
from mailtriage.types import Message, Report

_SUBJECT = re.compile(r"(?:\[\S{1,40}\] )?DenyHosts Report(?: (?:from|for|on) (\S{1,5000}))?")
_ADDED = re.compile(r"Added the following hosts to (?:/\S{1,100}|the deny list)(?: \([^)]{1,60}\))?:?")
_SUSPICIOUS = re.compile(r"(?:Observed the following suspicious login activity|\* suspicious logins?|suspicious logins?):?", re.IGNORECASE)
_RULER = re.compile(r"-{60,80}")
_ROW = re.compile(r"[\w.:%-]{2,255} \([^()]{1,255}\)")

_HOSTS = SectionType(name="added", about="addresses put into hosts.deny", check="denyhosts", measures=("blocker", "banned"))
_LOGINS = SectionType(name="suspicious", about="logins DenyHosts finds suspicious", check="denyhosts_logins")
_OTHER = SectionType(name="other", about="any other line of a report", check="denyhosts")
SECTIONS = (_HOSTS, _LOGINS, _OTHER)


def claims(message: Message) -> bool:
    """True if the first line is one of DenyHosts' headings, and its subject, a row `ADDRESS (NAME)` or its line of dashes is there too."""
    if "DenyHosts" not in message.subject and message.text.lstrip()[:4] not in ("Adde", "Obse", "* su"):
        return False
    first = first_line(message.text)
    if not (_ADDED.fullmatch(first) or _SUSPICIOUS.fullmatch(first)):
        return False
    has_row = any(_ROW.fullmatch(line.strip()) for line in message.text[:4000].split("\n"))
    has_row = has_row or bool(_RULER.fullmatch(message.text.rstrip().rpartition("\n")[2].strip()))
    return (has_row or bool(_SUBJECT.fullmatch(message.subject))) and may_claim(message)


def report(message: Message) -> Report:
    """A section for each heading."""
    message = without_margin(message)
    parts: list[tuple[SectionType, list[str]]] = []
    for line in body_lines(message.text):
        if _ADDED.fullmatch(line.strip()):
            parts.append((_HOSTS, []))
        elif _SUSPICIOUS.fullmatch(line.strip()):
            parts.append((_LOGINS, []))
        elif not parts:
            parts.append((_OTHER, []))
        parts[-1][1].append(line)
    sections = []
    for kind, lines in parts:
        banned = sum(1 for line in lines if _ROW.fullmatch(line.strip()))
        measures = [measure("blocker", "", 1), measure("banned", "denyhosts", banned)] if kind is _HOSTS else []
        sections.append(kind.section(lines, measures=measures))
    subject = _SUBJECT.fullmatch(message.subject)
    host = sane_host(subject.group(1) or "") if subject else ""
    host = longer_host(host, message.host) if host else message.host
    return Report(kind="denyhosts", host=host, sections=tuple(sections))
