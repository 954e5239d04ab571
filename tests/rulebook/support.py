"""Sections and rulebooks for the tests, built from TOML as an admin writes it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from mailtriage.rulebook import Rulebook, Ruling, load
from mailtriage.types import Measure, Section

TODAY = date(2026, 11, 22)
DROP = 'action = "drop"\nreason = "nothing happened"\nreview = 2027-11-22\n'


def book(folder: Path, **files: str) -> Rulebook:
    """A rulebook of the given files, named by their stems."""
    folder.mkdir(exist_ok=True)
    for stem, text in files.items():
        (folder / f"{stem}.toml").write_text(text)
    return load(folder, today=TODAY)


def drop(lines: str, *, name: str = "quiet", more: str = "") -> str:
    """A drop rule in TOML; `lines` is a TOML list."""
    return f'[[rule]]\nid = "{name}"\n{DROP}lines = {lines}\n{more}\n'


def section(*lines: str, name: str = "disks", measures: tuple[Measure, ...] = (), item: str = "") -> Section:
    """A section of a report."""
    return Section(name=name, lines=lines, measures=measures, item=item)


def fs_used(value: float, subject: str = "/var") -> Measure:
    """How full a file system is."""
    return Measure(name="fs_used", subject=subject, value=value, unit="%")


def never(name: str, subject: str, within: timedelta | None = None) -> float | None:
    """The past of a host nothing is known of."""
    return None


def rule_on(rulebook: Rulebook, given: Section, *, kind: str = "freebsd_daily", host: str = "web07.example.org") -> Ruling:
    """The ruling on a section of a host without a past."""
    return rulebook.rule_on(kind, host, given, never)
