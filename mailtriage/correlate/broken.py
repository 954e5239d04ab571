"""What is wrong with what decides is an event: a rule that is broken, a rule or kind whose drops audits found wrong.

What it covered is kept meanwhile, and somebody should mend it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailtriage.correlate.changes import event_id
from mailtriage.types import Change, ChangeType, OpenEvent, Recovery, Severity

HOST, CHECK, ORIGIN = "mailtriage", "rules", "rulebook/problem"


@dataclass(frozen=True, slots=True)
class _Standing:
    """A class of events that last as long as what they tell of."""

    check: str
    origin: str
    says: str
    ends: str


_BROKEN = _Standing(CHECK, ORIGIN, "broken rule: ", "mended")
_SUSPENDED = _Standing("suspended", "audits/suspended", "drops nothing any more: ", "lifted")


def broken_rule_changes(problems: Mapping[str, str], open_events: Sequence[OpenEvent], now: datetime) -> tuple[Change, ...]:
    """Opens an event for each broken rule (or file) of `problems` (name -> what is wrong), closes those that are mended."""
    return _changes(_BROKEN, problems, open_events, now)


def suspension_changes(suspended: Mapping[str, str], open_events: Sequence[OpenEvent], now: datetime) -> tuple[Change, ...]:
    """Opens an event for each source of drops that is `suspended` (name -> why), closes those that were lifted."""
    return _changes(_SUSPENDED, suspended, open_events, now)


def _changes(what: _Standing, problems: Mapping[str, str], open_events: Sequence[OpenEvent], now: datetime) -> tuple[Change, ...]:
    known = {event.item: event for event in open_events if event.origin == what.origin}
    opened = [_change(ChangeType.OPENED, _event(what, name, text, now), now) for name, text in problems.items() if name not in known]
    closed = [_change(ChangeType.CLOSED, event, now, what.ends) for name, event in known.items() if name not in problems]
    return (*opened, *closed)


def _event(what: _Standing, name: str, text: str, now: datetime) -> OpenEvent:
    key = f"{HOST}/{what.check}/{name}"
    return OpenEvent(
        id=event_id(key, now.isoformat()),
        key=key,
        host=HOST,
        check=what.check,
        item=name,
        severity=Severity.WARNING,
        summary=f"{what.says}{text}",
        recovery=Recovery.EXPLICIT,
        origin=what.origin,
        opened_at=now,
        last_seen_at=now,
        count=1,
        mail_id="",
    )


def _change(kind: ChangeType, event: OpenEvent, now: datetime, comment: str = "") -> Change:
    return Change(type=kind, event=event, mail_id="", at=now, comment=comment)
