"""What only the clock can end: one-shot events by age, and those whose sender never says that it is over by its silence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from mailtriage.correlate.changes import NO_REPORT_CLOSES
from mailtriage.types import Change, ChangeType, OpenEvent, Recovery

ONE_SHOT_AGE = timedelta(days=7)
# Two daily periods and two hours of jitter.
SILENCE = timedelta(hours=50)
SHORTEST_SILENCE = timedelta(hours=26)
_KNOWS_ITS_PERIOD = 3


def expire(open_events: Sequence[OpenEvent], now: datetime) -> tuple[Change, ...]:
    """The events that end because nothing was heard of them for long enough; all other classes wait for a report."""
    changes = []
    for event in open_events:
        limit = _limit(event)
        if limit is not None and now - event.last_seen_at >= limit:
            comment = f"closed by the clock: not seen again for {_words(limit)}"
            changes.append(Change(type=ChangeType.CLOSED, event=event, mail_id="", at=now, comment=comment))
    return tuple(changes)


def _limit(event: OpenEvent) -> timedelta | None:
    if event.recovery in NO_REPORT_CLOSES:
        return ONE_SHOT_AGE
    if event.recovery is not Recovery.SILENCE:
        return None
    if event.count < _KNOWS_ITS_PERIOD:
        return SILENCE
    # Two of its own periods: the mean gap between its repeats.
    return max(SHORTEST_SILENCE, 2 * (event.last_seen_at - event.opened_at) / (event.count - 1))


def _words(limit: timedelta) -> str:
    hours = round(limit.total_seconds() / 3600)
    return f"{hours // 24} days" if hours >= 72 else f"{hours} hours"
