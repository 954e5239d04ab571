"""Reads the package checks of the security run: which package of which jail or chroot is vulnerable or damaged.

A package is known by its name without the version: an upgrade that is vulnerable too is the same problem.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from mailtriage.recognise import _counts
from mailtriage.recognise._measures import measure
from mailtriage.types import Measure

_PART = re.compile(r"(?:jail|chroot): (\S{1,200})")
_NAMED = re.compile(
    r"(?:Affected package: )?([A-Za-z0-9][\w.+-]{0,150})-([\w.,+~]{1,80})(?: is vulnerable:?| \(matched by .{1,200}\))?", re.ASCII
)
_TOTAL = re.compile(r"(\d{1,7}) problem\(s\) in .{0,60}found\.?")
_DAMAGED = re.compile(
    r"([A-Za-z0-9][\w.+~,-]{0,200})(?:: /.{1,1000}| has (?:a )?missing \w{1,20}: .{1,300}|: missing file /.{1,1000}"
    r"| depends on (?:a )?missing or unregistered .{1,300}|: checksum mismatch for .{1,1000}| is missing a required .{1,300})"
)


def read_vulnerable(lines: Sequence[str]) -> tuple[Measure, ...]:
    """How many packages per jail or, where none are named, problems; and each package."""
    return (*_counts.read_vulnerable(lines), *_vulnerabilities(lines))


def _vulnerabilities(lines: Iterable[str]) -> Iterator[Measure]:
    found: Counter[str] = Counter()
    totals: dict[str, int] = {}
    named: set[str] = set()
    for part, line in _with_part(lines):
        package = _NAMED.fullmatch(line) if len(line) <= 300 else None
        total = _TOTAL.fullmatch(line)
        if package and any(letter.isdigit() for letter in package.group(2)):
            found[_item(part, package.group(1))] += 1
            named.add(part)
        elif total:
            totals[part] = max(totals.get(part, 0), int(total.group(1)))
    for part, count in totals.items():
        if count and part not in named:  # what is affected stands there in a form we do not know
            found[_item(part, "packages")] += count
    for item, count in found.items():
        yield measure("vulnerability", item, count)


def read_damaged(lines: Sequence[str]) -> tuple[Measure, ...]:
    """For each package how many files differ, or how many things it misses."""
    found: Counter[str] = Counter()
    for part, line in _with_part(lines):
        damaged = _DAMAGED.fullmatch(line) if len(line) <= 2000 else None
        if damaged:
            name, _, version = damaged.group(1).rpartition("-")
            found[_item(part, name if name and any(letter.isdigit() for letter in version) else damaged.group(1))] += 1
    return tuple(measure("package_damage", item, count) for item, count in found.items())


def _with_part(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each line with the jail or chroot it stands under, "" for the host itself."""
    part = ""
    for line in lines:
        named = _PART.fullmatch(line.rstrip())
        if named:
            part = named.group(1)
        else:
            yield part, line.rstrip()


def _item(part: str, package: str) -> str:
    return f"{part}/{package}" if part else package
