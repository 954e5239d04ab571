"""What the digest will show of a mail: one entry for each section that was kept."""

from __future__ import annotations

import re

from mailtriage.text import one_line, printable
from mailtriage.types import Entry, Event, Judged, Outcome, RawMail, Reason, Section, Severity, State, Verdict

_MAX_LINES = 6
_MAX_LINE = 300
_PARKED_BYTES = 4000
_HEADER_END = re.compile(rb"\r?\n\r?\n")


def entries_of(
    outcome: Outcome,
    *,
    shows_passed: bool = False,
    shows_dropped: bool = False,
    closed: frozenset[str] = frozenset(),
    unraised: frozenset[str] = frozenset(),
) -> tuple[Entry, ...]:
    """The entries of the sections that were kept, also of passed or dropped ones where asked.

    A section that only says of known events (`closed`) that they are over has none: the digest shows the events.
    A section with a problem that opened nothing (`unraised`: older than a known OK, if its date is right) is to be read.
    """
    hidden = {Verdict.PASS: not shows_passed, Verdict.DROP: not shows_dropped}
    kept = (judged for judged in outcome.sections if not hidden.get(judged.verdict, False))
    told = (judged for judged in kept if not (judged.events and all(_closes(one, closed) for one in judged.events)))
    return tuple(_entry(outcome, judged, is_unraised=any(one.key in unraised for one in judged.events)) for judged in told)


def parked_entry(raw: RawMail, error: str) -> Entry:
    """A mail that could not be judged, as it came."""
    header, *body = _HEADER_END.split(raw.data[: _PARKED_BYTES * 4], maxsplit=1)
    text = (body[0] if body and body[0].strip() else header)[:_PARKED_BYTES].decode("utf-8", "replace")
    detail = f"could not be judged: {one_line(error)}"
    return Entry(
        mail_id=raw.id,
        received_at=raw.received_at,
        host="",
        kind="unknown",
        section="mail",
        verdict=Verdict.DIGEST,
        severity=Severity.WARNING,
        summary=one_line(f"mail from {raw.mail_from or '<>'} could not be judged"),
        lines=tuple(_cut(line) for line in text.splitlines() if line.strip())[:_MAX_LINES],
        reason=Reason(by="parked", detail=detail),
        score=1.0,
    )


def _closes(event: Event, closed: frozenset[str]) -> bool:
    return event.state is State.OK and event.key in closed


def _entry(outcome: Outcome, judged: Judged, *, is_unraised: bool) -> Entry:
    verdict = Verdict.DIGEST if is_unraised or judged.verdict is Verdict.DROP else judged.verdict
    lines = _telling_lines(judged)
    return Entry(
        mail_id=outcome.id,
        received_at=outcome.received_at,
        host=outcome.host,
        kind=outcome.kind,
        section=judged.section.name,
        verdict=verdict,
        severity=judged.severity,
        summary=_summary(judged, lines, outcome.subject),
        lines=tuple(_cut(line) for line in lines),
        reason=judged.reasons[0],
        score=judged.score,
        subject=outcome.subject,
    )


def _summary(judged: Judged, lines: tuple[str, ...], subject: str) -> str:
    section: Section = judged.section
    if judged.events:
        return one_line(max(judged.events, key=lambda event: event.severity.rank).summary)
    return one_line(section.summary or (lines[0] if lines else "") or section.heading or subject)


def _telling_lines(judged: Judged) -> tuple[str, ...]:
    """The first lines of the section, those that the reasons quote before all others."""
    lines = [line for line in judged.section.lines if line.strip()]
    if len(lines) > _MAX_LINES:
        said = "\n".join(reason.detail for reason in judged.reasons)
        quoted = [line for line in lines if one_line(line) in said]
        lines = quoted[:_MAX_LINES] + [line for line in lines[:_MAX_LINES] if line not in quoted]
    return tuple(lines[:_MAX_LINES])


def _cut(line: str) -> str:
    line = printable(line)
    return line if len(line) <= _MAX_LINE else line[: _MAX_LINE - 1] + "…"
