"""FreeBSD's periodic(8), from within the daily run.

Subject `HOST daily security run output` or, before FreeBSD 10, `HOST security run output`."""

from __future__ import annotations

from mailtriage.recognise import _periodic
from mailtriage.types import Message, Report

SECTIONS = _periodic.section_types("security")


def claims(message: Message) -> bool:
    """True if subject and body are those of a security report."""
    return _periodic.claims(message, "security")


def report(message: Message) -> Report:
    """The report, one section for each heading."""
    return _periodic.report(message, "security")
