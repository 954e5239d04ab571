"""Reads the package checks of the security run: which package of which jail or chroot is vulnerable or damaged.

A package is known by its name without the version: an upgrade that is vulnerable too is the same problem.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

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


_DATABASE = re.compile(
    r"Database (?:fetched|created): (?:(\d{4})-(\d\d)-(\d\d)T\S{1,20}"
    r"|[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) [\d:]{5,8} (?:\S{1,6} )?(\d{4}))"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def read_database_age(lines: Iterable[str], at: datetime) -> tuple[Measure, ...]:
    """How many days old the list of vulnerabilities was when the mail was sent; nothing where no line tells its date."""
    for line in lines:
        found = _DATABASE.match(line[:200])
        if found is None:
            continue
        year, month, day, name, day_of_name, year_of_name = found.groups()
        if name and name not in _MONTHS:
            continue
        parts = (int(year_of_name), _MONTHS.index(name) + 1, int(day_of_name)) if name else (int(year), int(month), int(day))
        try:
            age = at.date() - date(*parts)
        except ValueError:  # a date that no calendar has
            continue
        return (measure("audit_database_age", "", age.days),)
    return ()


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
