"""Cuts the mails of FreeBSD's periodic(8) into sections. Shared by its kinds, which differ in their headings only."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import zip_longest

from mailtriage.recognise import _headings_runs, _headings_security
from mailtriage.recognise._headings import HEADING_ENDS, LOCAL, PREAMBLE, Heading
from mailtriage.recognise._headings_security import SECTIONS_OF_RUN as _SECURITY_SECTIONS
from mailtriage.recognise._hosts import longer_host, same_host, sane_host
from mailtriage.recognise._packages import read_database_age
from mailtriage.recognise._periodic_marks import (
    DEPRECATED,
    NO_OUTPUT,
    PRIOR_RUN,
    TABLES,
    claims,
    host_of,
    is_first_line,
    line_below,
    orphan_of,
    part_of_end,
    text_of,
    title_host,
)
from mailtriage.recognise._pools import sick_pools
from mailtriage.recognise._sections import SectionType
from mailtriage.recognise._system import read_dumps
from mailtriage.types import Message, Recovery, Report, Section

__all__ = ["claims", "report", "section_types"]

_NESTED_END = "-- End of security output --"

# What stands after an empty line here was printed by a script that has no heading, from a port or of the host's own.
_SILENT = {
    *("clean_preserve", "clean_msgs", "clean_rwho", "clean_hoststat", "clean_kvmdb", "mail_rejects", "zone_transfers"),
    *("backup_aliases", "backup_pkgdb", "backup_pkg", "backup_zfs", "gpart_conftxt", "locate", "whatis", "catman"),
}
_ONE_BLOCK = {"group_syntax", "network", "system_status", "security_check", "world_kernel", "zfs_scrub", "zfs_trim", "login_accounting"}
# Up to these a heading may be the first of its run; before the others stand some that no host switches off.
_AT_THE_START = {"daily": 399, "weekly": 310, "monthly": 200, "security": 100, "custom": 399}
_FOREIGN = replace(LOCAL, is_log=False)


def section_types(part: str) -> tuple[SectionType, ...]:
    """What a run of this part may be cut into: its headings, and what stands outside them."""
    headings = (*_headings_runs.OF_RUN.get("daily" if part == "custom" else part, ()), *_headings_security.SECURITY, LOCAL)
    found: dict[str, SectionType] = {
        "preamble": SectionType(name="preamble", about="text before the first heading"),
        "prior_run": SectionType(name="prior_run", about="the last run had not ended when this one began", recovery=Recovery.STATE),
        "deprecated": SectionType(name="deprecated", about="variables of periodic.conf that have a new name"),
    }
    for heading in headings:
        found.setdefault(
            heading.section,
            SectionType(
                name=heading.section,
                about=_about(heading),
                check=heading.check or heading.section,
                recovery=heading.recovery,
                measures=heading.measures,
            ),
        )
    return tuple(found.values())


def _about(heading: Heading) -> str:
    if not heading.text:
        return "`Running /etc/daily.local:` and the like: what a local script prints"
    title = f"`{'HOST ' * heading.has_host}{heading.text}`"
    return f"{title} {heading.about}" if heading.about else title


def report(message: Message, part: str) -> Report:
    """The sections of the mail."""
    host = host_of(message)
    cutter = _Cutter(part=part, host=host, title_host=title_host(message), is_bare=not message.headers)
    text = text_of(message)
    orphan = orphan_of(text) if not message.headers and part == "daily" else ""
    if orphan:
        cutter.pieces = [_Piece(next(heading for heading in _headings_runs.DAILY if heading.section == orphan), "")]
    lines = text.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    is_complete = bool(lines) and part_of_end(text) == part
    if is_complete:
        lines.pop()
    cutter.cut(lines)
    sections = cutter.sections(message.sent_at or message.received_at)
    only = [line.strip() for section in sections for line in section.lines if line.strip()]
    if len(sections) == 1 and sections[0].name == "preamble" and len(only) == 1:
        prior = PRIOR_RUN.fullmatch(only[0])
        if NO_OUTPUT.fullmatch(only[0]):
            is_complete = True  # old releases print this line alone
        elif prior:
            sections = (Section(name="prior_run", lines=sections[0].lines, recovery=Recovery.STATE, is_only_when_sick=True),)
            cutter.host_seen = sane_host(prior.group(1))
    last = cutter.pieces[-1].heading
    if not message.headers and len(sections) == 1 and last.section != LOCAL.section and last.order > _AT_THE_START[part]:
        is_complete = True  # a report that was cut off still has its beginning: this section was taken out of one
    if cutter.host_seen:
        host = longer_host(host, cutter.host_seen) if host else cutter.host_seen
    return Report(kind=f"freebsd_{part}", host=host, sections=sections, is_complete=is_complete, note=cutter.note)


_WITH_DATABASE = frozenset({"pkg_audit", "base_audit", "audit_database"})


@dataclass(slots=True)
class _Piece:
    heading: Heading
    text: str
    lines: list[str] = field(default_factory=list)


class _Cutter:
    """Walks over the lines once. A section begins only where its script could have begun it."""

    def __init__(self, *, part: str, host: str, title_host: str, is_bare: bool) -> None:
        self.table = TABLES[part]
        self.host = host
        self.title_host = title_host  # as the subject writes it
        self.is_bare = is_bare  # a copy may have lost an empty line
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
        for number, line in enumerate(lines):
            stripped = line.rstrip()
            if not stripped:
                is_start = True
            elif stripped[0] == "W" and DEPRECATED.fullmatch(stripped) and self.pieces[-1].heading is not LOCAL:
                self.deprecated.append(line)
                continue
            elif stripped == _NESTED_END and self.is_nested and self.pieces[-1].heading.section in _SECURITY_SECTIONS:
                continue  # the end of the run within the run
            else:
                heading = None
                if stripped[-1] in HEADING_ENDS:
                    heading = self._heading(stripped, line_below(lines, number) if self.is_bare else "", is_start or not has_gaps)
                if heading is None and is_start and has_gaps and self._is_foreign():
                    self.pieces.append(_Piece(_FOREIGN, ""))
                is_start = False
                if heading is not None:
                    self._begin(heading, stripped)
                    continue
            self.pieces[-1].lines.append(stripped)  # blanks at the end say nothing, and some copies add them

    def _is_foreign(self) -> bool:
        """Whether a line after an empty one is none of the section's script."""
        name, lines = self.pieces[-1].heading.section, self.pieces[-1].lines
        return name in _SILENT or (name in _ONE_BLOCK and any(line for line in lines))

    def _heading(self, line: str, below: str, is_start: bool) -> Heading | None:
        current = self.pieces[-1].heading
        heading = self.table.find(line, self._is_own_host)
        if heading is None and self.is_nested and (current.section in _SECURITY_SECTIONS or current.section == "security_check"):
            heading = TABLES["security"].find(line, self._is_own_host)  # daily_status_security_inline=YES
            if heading is not None and current.section == "security_check":
                is_start = True
        if heading is None or not (is_start or current.section in heading.after or is_first_line(heading, below)):
            return None
        is_same_run = (heading.section in _SECURITY_SECTIONS) == (current.section in _SECURITY_SECTIONS)
        if current.is_log and is_same_run and heading.order < current.order:
            return None  # no script that runs earlier prints here: strangers' text may hold a heading
        return heading

    def _is_own_host(self, name: str) -> bool:
        if name == self.title_host or (self.is_bare and not sane_host(name)):
            self.host_seen = self.host_seen or sane_host(name)
            return True  # a copy may show the name masked
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

    def sections(self, at: datetime) -> tuple[Section, ...]:
        """The sections in the order of the mail; text before the first heading is the preamble."""
        sections = [
            _section(piece, at, is_dated=not self.is_bare)
            for piece, following in zip_longest(self.pieces, self.pieces[1:])
            if _says_something(piece, following)
        ]
        if self.deprecated:
            sections.append(Section(name="deprecated", lines=tuple(self.deprecated)))
        return tuple(sections)


def _says_something(piece: _Piece, following: _Piece | None) -> bool:
    """False for a preamble without text, and for `Security check:` where the security sections themselves follow."""
    if any(line.strip() for line in piece.lines):
        return True
    has_inline = following is not None and following.heading.section in _SECURITY_SECTIONS
    return bool(piece.text) and not (piece.heading.section == "security_check" and has_inline)


def _section(piece: _Piece, at: datetime, *, is_dated: bool) -> Section:
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
    read = partial(read_dumps, at=at) if heading.section == "dump_status" else heading.read
    measures = read(lines) if read else ()
    if is_dated and heading.section in _WITH_DATABASE:
        measures += read_database_age(lines, at)
    return Section(
        name=heading.section,
        lines=tuple(lines),
        heading=piece.text,
        check=heading.check,
        item=item,
        recovery=heading.recovery,
        measures=measures,
    )
