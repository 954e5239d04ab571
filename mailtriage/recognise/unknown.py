"""Whatever no other kind claims: any subject. Never dropped by a rule of its own making, shown in full."""

from __future__ import annotations

from mailtriage.recognise._sections import SectionType
from mailtriage.types import Message, Report

_MAIL = SectionType(
    name="mail", about="the whole mail; its first line is `Subject: ` and the subject, for a script may say there alone that it failed"
)
SECTIONS = (_MAIL,)


def claims(message: Message) -> bool:
    """True for everything; asked last."""
    return True


def report(message: Message, note: str = "") -> Report:
    """The mail as one section."""
    subject = (f"Subject: {message.subject}",) if message.subject else ()
    lines = (*subject, *message.text.rstrip("\n").split("\n"))
    return Report(kind="unknown", host=message.host, sections=(_MAIL.section(lines, summary=message.subject),), note=note)
