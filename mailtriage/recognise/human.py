"""A person: any subject. Passed on unchanged, also where a report is quoted."""

from __future__ import annotations

from mailtriage.recognise import _people
from mailtriage.recognise._sections import SectionType
from mailtriage.types import Message, Report

_MAIL = SectionType(name="mail", about="the whole mail, passed on unchanged")
SECTIONS = (_MAIL,)


def claims(message: Message) -> bool:
    """True if something shows a person, and no machine says that it sent this."""
    return bool(_people.sign(message))


def report(message: Message) -> Report:
    """The mail as one section."""
    lines = tuple(message.text.split("\n"))
    return Report(kind="human", host=message.host, sections=(_MAIL.section(lines, summary=message.subject),), note=_people.sign(message))
