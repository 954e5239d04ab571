"""FreeBSD's periodic(8), run on a folder of one's own, as `periodic /usr/local/etc/nightly`: subject `HOST nightly run output`."""

from __future__ import annotations

from mailtriage.recognise import _periodic
from mailtriage.types import Message, Report

SECTIONS = _periodic.section_types("custom")


def claims(message: Message) -> bool:
    """True if the subject names a run that is none of FreeBSD's own, and the end line, or the headings, are periodic's."""
    return _periodic.claims(message, "custom")


def report(message: Message) -> Report:
    """The report, one section for each heading that FreeBSD's scripts know; what else is printed is the preamble or stays where it is."""
    return _periodic.report(message, "custom")
