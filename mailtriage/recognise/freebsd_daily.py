"""FreeBSD's periodic(8), each night at 03:01: subject `HOST daily run output`."""

from __future__ import annotations

from mailtriage.recognise import _periodic
from mailtriage.types import Message, Report

SECTIONS = _periodic.section_types("daily")


def claims(message: Message) -> bool:
    """True if subject and body are those of a daily report, or a body without headers shows the headings of one."""
    return _periodic.claims(message, "daily")


def report(message: Message) -> Report:
    """The report, one section for each heading."""
    return _periodic.report(message, "daily")
