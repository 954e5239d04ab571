"""Reads sections that are lists: how many lines, packages, packets."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailtriage.recognise._measures import measure
from mailtriage.types import Measure

_LEADING = re.compile(r"^ *(\d{1,12}) \S")
_QUIET_PACKAGE = re.compile(r"^[A-Za-z0-9][\w.+,-]*-[0-9][\w.,+]*(?: is vulnerable:)?$", re.ASCII)
_AFFECTED = re.compile(r"^Affected package: \S")
_PROBLEMS = re.compile(
    r"(\d{1,7}) problem\(s\) in (?:(\d{1,7}) |your )?(?:installed )?packages?(?:\(s\))? found|(\d{1,7}) problem\(s\) in "
)
_OUTDATED = re.compile(r"\bneeds updating\b|\b(?:was )?orphaned:|\bis obsolete\b")
_LONGEST_NAME = 300  # the pattern of a package name takes quadratic time
_PART = re.compile(r"^(?:jail|chroot): (\S+)$")
_PF_PACKETS = re.compile(r"Packets: (\d{1,15})\b")
_IPFW_PACKETS = re.compile(r"^[+>] ?\d{5} +(\d{1,15}) ")
_IPF_HITS = re.compile(r"^[+>] ?(\d{1,15}) ")


def filled(lines: Sequence[str]) -> int:
    """How many lines are not blank."""
    return sum(1 for line in lines if line.strip())


def leading_numbers(name: str, lines: Sequence[str]) -> tuple[Measure, ...]:
    """The sum of the counts at line starts, as `uniq -c` writes them."""
    return (measure(name, "", sum(int(found.group(1)) for found in map(_LEADING.match, lines) if found)),)


def read_outdated(lines: Sequence[str]) -> tuple[Measure, ...]:
    """Packages out of date per jail; the parts `Host system:` and `jail: NAME` are no packages."""
    counts = {"": 0}
    part = ""
    for line in lines:
        named = _PART.match(line)
        if named:
            part = named.group(1)
            counts.setdefault(part, 0)
        elif _OUTDATED.search(line[:500]):
            counts[part] += 1
    return tuple(measure("pkg_outdated", part, count) for part, count in counts.items())


def read_vulnerable(lines: Sequence[str]) -> tuple[Measure, ...]:
    """Vulnerable packages per jail, from the names or, where none are listed, from the total line."""
    counts: dict[str, int] = {}
    totals: dict[str, int] = {}
    part = ""
    for line in lines:
        named = _PART.match(line)
        if named:
            part = named.group(1)
            continue
        counts.setdefault(part, 0)
        if (len(line) <= _LONGEST_NAME and _QUIET_PACKAGE.match(line)) or _AFFECTED.match(line):
            counts[part] += 1
        total = _PROBLEMS.search(line)
        if total:
            totals[part] = int(total.group(2) or total.group(1) or total.group(3))
    return tuple(measure("pkg_vulnerable", part, max(n, totals.get(part, 0))) for part, n in counts.items())


def read_denied(lines: Sequence[str], subject: str) -> tuple[Measure, ...]:
    """Packets denied by a packet filter, over all rules that are listed."""
    pattern = {"pf": _PF_PACKETS, "ipfw": _IPFW_PACKETS}.get(subject, _IPF_HITS)
    found = [int(match.group(1)) for match in map(pattern.search, lines) if match]
    return (measure("denied_packets", subject, sum(found)),) if found else ()
