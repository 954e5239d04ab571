"""FreeBSD's periodic(8), on the first of a month: subject `HOST monthly run output`."""

from __future__ import annotations

from mailtriage.recognise import _periodic
from mailtriage.types import Message, Report

SECTIONS = _periodic.section_types("monthly")


def claims(message: Message) -> bool:
    """True if subject and body are those of a monthly report, or a body without headers shows the headings of one."""
    return _periodic.claims(message, "monthly")


def report(message: Message) -> Report:
    """The report, one section for each heading."""
    return _periodic.report(message, "monthly")
