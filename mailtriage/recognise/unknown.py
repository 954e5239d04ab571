"""Whatever no other kind claims: any subject. Never dropped by a rule of its own making, shown in full."""

from __future__ import annotations

from mailtriage.types import Message, Report, Section


def claims(message: Message) -> bool:
    """True for everything; asked last."""
    return True


def report(message: Message, note: str = "") -> Report:
    """The mail as one section."""
    lines = tuple(message.text.rstrip("\n").split("\n"))
    return Report(kind="unknown", host=message.host, sections=(Section(name="mail", lines=lines, summary=message.subject),), note=note)
