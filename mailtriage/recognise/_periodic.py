"""Cuts the mails of FreeBSD's periodic(8) into sections. Shared by the four kinds, which differ in their headings only."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import zip_longest

from mailtriage.recognise import _headings_runs, _headings_security, _people
from mailtriage.recognise._headings import HEADING_ENDS, LOCAL, PREAMBLE, Heading
from mailtriage.recognise._headings_security import SECTIONS_OF_RUN as _SECURITY_SECTIONS
from mailtriage.recognise._hosts import longer_host, same_host, sane_host
from mailtriage.recognise._pools import sick_pools
from mailtriage.recognise._sections import SectionType
from mailtriage.types import Message, Recovery, Report, Section

_SUBJECT = re.compile(r"(\S{1,5000}) (?:(?:daily|weekly|monthly) (?=security ))?(daily|weekly|monthly|security) run output")
_END = re.compile(r"-- End of (?:/\S*/)?(daily|weekly|monthly|security) output --")
_PRIOR_RUN = re.compile(r"\S{1,5000} (?:daily|weekly|monthly|security) prior run still in progress")
_NO_OUTPUT = re.compile(r"No output from the \d{1,6} files processed")
_LOCK = re.compile(r"can't create /var/run/periodic\.\S+\.lock")
_DEPRECATED = re.compile(r"Warning: Variable \$\w{1,100} is deprecated,? use \$\w{1,100} instead\.?")
_NESTED_END = "-- End of security output --"
_TABLES = {**_headings_runs.TABLES, "security": _headings_security.TABLE}


def section_types(part: str) -> tuple[SectionType, ...]:
    """What a run of this part may be cut into: its headings, and what stands outside them."""
    headings = (*_headings_runs.OF_RUN.get(part, ()), *_headings_security.SECURITY, LOCAL)
    found: dict[str, SectionType] = {
        "preamble": SectionType(name="preamble", about="text before the first heading"),
        "prior_run": SectionType(name="prior_run", about="the last run had not ended when this one began", recovery=Recovery.STATE),
        "deprecated": SectionType(name="deprecated", about="variables of periodic.conf that have a new name"),
    }
    for heading in headings:
        about = f"`{'HOST ' * heading.has_host}{heading.text}`" if heading.text else "`Running /etc/daily.local:` and the like"
        found.setdefault(
            heading.section,
            SectionType(name=heading.section, about=about, check=heading.check or heading.section, recovery=heading.recovery),
        )
    return tuple(found.values())


def claims(message: Message, part: str) -> bool:
    """True if subject and body say that this is the `part` mail (daily, weekly, monthly, security), and no person's sign forbids it."""
    subject = _SUBJECT.fullmatch(message.subject)
    if subject:
        if subject.group(2) != part:
            return False
    elif message.headers or _kind_of_end(message.text) != part:  # a bare body has no subject: its end line stands for it
        return False
    return _has_body_mark(message, part) and not _people.forbids(message)


def _kind_of_end(text: str) -> str:
    found = _END.fullmatch(text.rstrip()[-300:].rpartition("\n")[2].rstrip())
    return found.group(1) if found else ""


def _has_body_mark(message: Message, part: str) -> bool:
    """The first line that is not blank is one that periodic prints, or the last one is its end line."""
    first = message.text.lstrip()[:400].partition("\n")[0].rstrip()
    host = _host(message)
    if _TABLES[part].find(first, lambda name: not host or same_host(name, host)) or _TABLES["security"].find(first, lambda name: True):
        return True
    if any(pattern.match(first) for pattern in (_PRIOR_RUN, _NO_OUTPUT, _LOCK, _DEPRECATED)):
        return True
    return _kind_of_end(message.text) == part and bool(message.headers) and not _people.has_own_words(first)


def report(message: Message, part: str) -> Report:
    """The sections of the mail."""
    host = _host(message)
    cutter = _Cutter(part=part, host=host)
    lines = message.text.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    end = _END.fullmatch(lines[-1].rstrip()) if lines else None
    is_complete = end is not None and end.group(1) == part
    if is_complete:
        lines.pop()
    cutter.cut(lines)
    sections = cutter.sections()
    only = [line for section in sections for line in section.lines if line.strip()]
    if len(sections) == 1 and sections[0].name == "preamble" and len(only) == 1:
        if _NO_OUTPUT.fullmatch(only[0].strip()):
            is_complete = True  # old releases print this line alone
        elif _PRIOR_RUN.fullmatch(only[0].strip()):
            sections = (Section(name="prior_run", lines=sections[0].lines, recovery=Recovery.STATE),)
    if cutter.host_seen:
        host = longer_host(host, cutter.host_seen) if host else cutter.host_seen
    return Report(kind=f"freebsd_{part}", host=host, sections=sections, is_complete=is_complete, note=cutter.note)


def _host(message: Message) -> str:
    found = _SUBJECT.fullmatch(message.subject)
    named = sane_host(found.group(1)) if found else ""
    return longer_host(named, message.host) if named else message.host


@dataclass(slots=True)
class _Piece:
    heading: Heading
    text: str
    lines: list[str] = field(default_factory=list)


class _Cutter:
    """Walks over the lines once. A section begins only where its script could have begun it."""

    def __init__(self, *, part: str, host: str) -> None:
        self.table = _TABLES[part]
        self.host = host
        self.is_nested = part != "security"
        self.pieces = [_Piece(PREAMBLE, "")]
        self.deprecated: list[str] = []
        self.seen: set[str] = set()
        self.note = ""
        self.host_seen = ""

    def cut(self, lines: list[str]) -> None:
        """Give each line to its section."""
        start = next((n for n, line in enumerate(lines) if line and not line.isspace()), 0)
        # A copy that lost all its empty lines: there a known heading at a line start has to do.
        has_gaps = any(not line or line.isspace() for line in lines[start:])
        is_start = True
        for line in lines:
            stripped = line.rstrip()
            if not stripped:
                is_start = True
            elif stripped[0] == "W" and _DEPRECATED.fullmatch(stripped) and self.pieces[-1].heading is not LOCAL:
                self.deprecated.append(line)
                continue
            elif stripped == _NESTED_END and self.is_nested and self.pieces[-1].heading.section in _SECURITY_SECTIONS:
                continue  # the end of the run within the run
            else:
                heading = self._heading(stripped, is_start or not has_gaps) if stripped[-1] in HEADING_ENDS else None
                is_start = False
                if heading is not None:
                    self._begin(heading, stripped)
                    continue
            self.pieces[-1].lines.append(line)

    def _heading(self, line: str, is_start: bool) -> Heading | None:
        current = self.pieces[-1].heading
        heading = self.table.find(line, self._is_own_host)
        if heading is None and self.is_nested and (current.section in _SECURITY_SECTIONS or current.section == "security_check"):
            heading = _TABLES["security"].find(line, self._is_own_host)  # daily_status_security_inline=YES
            if heading is not None and current.section == "security_check":
                is_start = True
        if heading is None or not (is_start or current.section in heading.after):
            return None
        is_same_run = (heading.section in _SECURITY_SECTIONS) == (current.section in _SECURITY_SECTIONS)
        if current.is_log and is_same_run and heading.order < current.order:
            return None  # no script that runs earlier prints here: strangers' text may hold a heading
        return heading

    def _is_own_host(self, name: str) -> bool:
        name = sane_host(name)
        if not name or (self.host and not same_host(name, self.host)):
            return False
        self.host_seen = self.host_seen or name
        return True

    def _begin(self, heading: Heading, line: str) -> None:
        if line in self.seen:
            self.note = f"the heading {line!r} stands there twice"
        self.seen.add(line)
        self.pieces.append(_Piece(heading, line))

    def sections(self) -> tuple[Section, ...]:
        """The sections in the order of the mail; text before the first heading is the preamble."""
        sections = [_section(piece) for piece, following in zip_longest(self.pieces, self.pieces[1:]) if _says_something(piece, following)]
        if self.deprecated:
            sections.append(Section(name="deprecated", lines=tuple(self.deprecated)))
        return tuple(sections)


def _says_something(piece: _Piece, following: _Piece | None) -> bool:
    """False for a preamble without text, and for `Security check:` where the security sections themselves follow."""
    if any(line.strip() for line in piece.lines):
        return True
    has_inline = following is not None and following.heading.section in _SECURITY_SECTIONS
    return bool(piece.text) and not (piece.heading.section == "security_check" and has_inline)


def _section(piece: _Piece) -> Section:
    heading = piece.heading
    lines = piece.lines
    while lines and not lines[-1].strip():
        lines.pop()
    start = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if start:
        lines = lines[start:]
    item = heading.item
    if heading.section == "zfs_pools":
        sick = sick_pools(lines)
        item = sick[0] if len(sick) == 1 else ""
    return Section(
        name=heading.section,
        lines=tuple(lines),
        heading=piece.text,
        check=heading.check,
        item=item,
        recovery=heading.recovery,
        measures=heading.read(lines) if heading.read else (),
    )
