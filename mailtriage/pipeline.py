"""The whole flow on one screen: from the raw bytes of a mail to everything decided about it.

`triage` is pure: the daemon, `triage`, `why`, replay, tests and benchmarks call this same function.
"""

from __future__ import annotations

from datetime import datetime

from mailtriage.judge import AllKinds, Case, History, Kinds, Model, NoHistory, judge
from mailtriage.parse import parse
from mailtriage.recognise import recognise
from mailtriage.rulebook import Rulebook
from mailtriage.types import Judged, Message, Outcome, RawMail, Report, Severity, Verdict

__all__ = ["AllKinds", "History", "Kinds", "Model", "NoHistory", "read", "triage"]


def read(raw: RawMail) -> tuple[Message, Report]:
    """Parse and recognise: what a mail says, before anything is decided."""
    message = parse(raw)
    return message, recognise(message)


def triage(
    raw: RawMail,
    rulebook: Rulebook,
    model: Model | None,
    history: History,
    now: datetime,
    *,
    promoted: Kinds | None = None,
    suspended: frozenset[str] = frozenset(),
) -> Outcome:
    """Everything decided about one mail; `promoted` are the kinds on which learning may act (None: all).

    `suspended` are rules and kinds (`rule KIND/ID`, `gate KIND`) that may drop nothing.
    """
    message, report = read(raw)
    case = Case(
        report=report,
        message=message,
        rulebook=rulebook.as_of(now.date()),
        model=model,
        history=history,
        promoted=AllKinds() if promoted is None else promoted,
        suspended=suspended,
    )
    sections = judge(case)
    return Outcome(
        id=raw.id,
        received_at=raw.received_at,
        sent_at=message.sent_at,
        kind=report.kind,
        host=report.host,
        subject=message.subject,
        sender=message.sender,
        is_complete=report.is_complete,
        verdict=_loudest(sections),
        severity=_worst(sections),
        sections=sections,
        model_version=model.version if model else "",
        rules_version=rulebook.version,
        defects=message.defects,
        is_late=message.is_late,
    )


def _loudest(sections: tuple[Judged, ...]) -> Verdict:
    return max((judged.verdict for judged in sections), key=lambda verdict: verdict.loudness)


def _worst(sections: tuple[Judged, ...]) -> Severity | None:
    """The severity of the worst event; a mail without events has the worst of its digest lines, if any is stated."""
    loudest = _loudest(sections)
    stated = [judged.severity for judged in sections if judged.severity is not None and judged.verdict is loudest]
    return max(stated, key=lambda severity: severity.rank) if stated else None
