"""The headings of FreeBSD's periodic scripts, in the order the scripts run: base system first, then ports.

One row a heading. `order` is the script's number (ports: plus PORTS); headings of one script share it.
Written from the scripts of FreeBSD 9 to 14, pkg and the ports named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailtriage.recognise import _counts, _local
from mailtriage.recognise._measures import measure
from mailtriage.types import Measure, Recovery

PORTS = 1000  # /usr/local/etc/periodic runs after /etc/periodic
Read = Callable[[Sequence[str]], tuple[Measure, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """One heading: what its section is called, feeds and measures, and where it may begin."""

    text: str  # exactly; for a host's headings what follows the host name
    section: str
    order: int
    check: str = ""
    item: str = ""
    recovery: Recovery = Recovery.NONE
    has_host: bool = False  # "web07.example.org login failures:"
    is_log: bool = False  # holds text that strangers choose
    after: tuple[str, ...] = ()  # sections in which it may begin without an empty line
    read: Read | None = None
    measures: tuple[str, ...] = ()  # names of what `read` can find
    about: str = ""  # what the section tells, where the heading does not say it


STATE, ONE_SHOT, PER_DAY = Recovery.STATE, Recovery.ONE_SHOT, Recovery.PER_DAY


def row(
    order: int,
    text: str,
    section: str,
    recovery: Recovery = Recovery.NONE,
    *,
    check: str = "",
    item: str = "",
    is_log: bool = False,
    after: str = "",
    read: Read | None = None,
    measures: str = "",
    about: str = "",
) -> Heading:
    """One row of a table; a text that begins with `HOST ` stands behind the host's name. `after` and `measures` are lists of words."""
    has_host = text.startswith("HOST ")
    return Heading(
        text=text.removeprefix("HOST "),
        section=section,
        order=order,
        check=check,
        item=item,
        recovery=recovery,
        has_host=has_host,
        is_log=is_log,
        after=tuple(after.split()),
        read=read,
        measures=tuple(measures.split()),
        about=about,
    )


def line_count(name: str) -> Read:
    """Reads how many lines a section has."""

    def read(lines: Sequence[str]) -> tuple[Measure, ...]:
        return (measure(name, "", _counts.filled(lines)),)

    return read


# "Running /etc/daily.local:", its output may be anything.
LOCAL = row(999, "", "local", is_log=True, read=_local.read_local, measures="temperature fs_used fs_used_pseudo fs_avail fs_inodes_used")
PREAMBLE = row(0, "", "preamble")

HEADING_ENDS = ":.sme"  # the last characters of all headings: most lines need no closer look
_LOCAL_LINE = re.compile(r"Running /\S{1,200}:")
_HOST_LINE = re.compile(
    r"(\S{1,255}) ((?:[a-z0-9]+ ){1,2}(?:diffs|packets|failures|connections|messages):|changes in mounted filesystems:)"
)


class Table:
    """The headings one kind of mail may hold, looked up by line."""

    def __init__(self, *headings: Heading) -> None:
        self._exact = {heading.text: heading for heading in headings if not heading.has_host}
        self._of_host = {heading.text: heading for heading in headings if heading.has_host}

    def find(self, line: str, is_own_host: Callable[[str], bool]) -> Heading | None:
        """The heading this line is, None if it is none; a host's heading only for the report's own host."""
        if not line or line[-1] not in HEADING_ENDS:
            return None
        heading = self._exact.get(line)
        if heading is None and line[-1] == ":":
            if line.startswith("Running /"):
                return LOCAL if _LOCAL_LINE.fullmatch(line) else None
            found = _HOST_LINE.fullmatch(line)
            if found and is_own_host(found.group(1)):
                heading = self._of_host.get(found.group(2))
        return heading
