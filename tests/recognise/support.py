"""Messages for the tests of recognise: they go through parse, as real ones do."""

from __future__ import annotations

from datetime import UTC, datetime

from mailtriage.parse import parse
from mailtriage.recognise import recognise
from mailtriage.types import Message, RawMail, Report, Section

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def message(body: str, *, subject: str = "", sender: str = "root@web07.example.org", headers: tuple[str, ...] = ()) -> Message:
    """A message; without a subject it is a bare body."""
    lines = [f"From: {sender}", f"Subject: {subject}", *headers] if subject else []
    data = "\n".join([*lines, "", body]) if lines else body
    return parse(RawMail(id="0", received_at=NOON, data=data.encode()))


def report(body: str, *, subject: str = "", sender: str = "root@web07.example.org", headers: tuple[str, ...] = ()) -> Report:
    """The report of such a message."""
    return recognise(message(body, subject=subject, sender=sender, headers=headers))


def periodic(body: str, *, part: str = "daily", host: str = "web07.example.org", has_end: bool = True) -> Report:
    """The report of a periodic mail of this body, with its end line."""
    subject = f"{host} daily security run output" if part == "security" else f"{host} {part} run output"
    return report(
        f"\n{body}\n" + (f"\n-- End of {part} output --\n" if has_end else ""),
        subject=subject,
        sender="Charlie Root <root@web07.example.org>",
    )


def names(found: Report) -> list[str]:
    """The names of the sections, in order."""
    return [section.name for section in found.sections]


def section(found: Report, name: str) -> Section:
    """The one section of this name."""
    (only,) = [section for section in found.sections if section.name == name]
    return only


def measures(of: Section) -> dict[tuple[str, str], float]:
    """Name and subject of each measure, with its value."""
    return {(measure.name, measure.subject): measure.value for measure in of.measures}
