"""A broken rule is an event: what it covered is kept until it is mended, and somebody should mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from mailtriage.correlate.changes import event_id
from mailtriage.types import Change, ChangeType, OpenEvent, Recovery, Severity

HOST, CHECK, ORIGIN = "mailtriage", "rules", "rulebook/problem"


def broken_rule_changes(problems: Mapping[str, str], open_events: Sequence[OpenEvent], now: datetime) -> tuple[Change, ...]:
    """Opens an event for each broken rule (or file) of `problems` (name -> what is wrong), closes those that are mended."""
    known = {event.item: event for event in open_events if event.origin == ORIGIN}
    opened = [_change(ChangeType.OPENED, _event(name, text, now), now) for name, text in problems.items() if name not in known]
    closed = [_change(ChangeType.CLOSED, event, now, "mended") for name, event in known.items() if name not in problems]
    return (*opened, *closed)


def _event(name: str, text: str, now: datetime) -> OpenEvent:
    key = f"{HOST}/{CHECK}/{name}"
    return OpenEvent(
        id=event_id(key, now.isoformat()),
        key=key,
        host=HOST,
        check=CHECK,
        item=name,
        severity=Severity.WARNING,
        summary=f"broken rule: {text}",
        recovery=Recovery.EXPLICIT,
        origin=ORIGIN,
        opened_at=now,
        last_seen_at=now,
        count=1,
        mail_id="",
    )


def _change(kind: ChangeType, event: OpenEvent, now: datetime, comment: str = "") -> Change:
    return Change(type=kind, event=event, mail_id="", at=now, comment=comment)
