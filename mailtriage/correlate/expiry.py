"""What only the clock can end: one-shot events by age, and those whose sender never says that it is over by its silence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from mailtriage.types import Change, ChangeType, OpenEvent, Recovery

NO_REPORT_CLOSES = (Recovery.ONE_SHOT, Recovery.NONE)
ONE_SHOT_AGE = timedelta(days=7)
# Two daily periods and two hours of jitter.
SILENCE = timedelta(hours=50)
SHORTEST_SILENCE = timedelta(hours=26)
SLOWEST = timedelta(days=10)  # a problem that is back so long after it was seen last is repeated so slowly
_KNOWS_ITS_PERIOD = 3
_WEEKLY = ("backuppc", "registrar", "certificate")  # kinds that repeat a warning once a week or more seldom


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
    least = SHORTEST_SILENCE
    if event.origin.partition("/")[0] in _WEEKLY:
        least = 2 * timedelta(days=7) + SHORTEST_SILENCE
    elif event.count < _KNOWS_ITS_PERIOD or event.flaps:
        least = SILENCE
    if event.count < (2 if event.flaps else _KNOWS_ITS_PERIOD):
        return least
    # Two of its own periods: the mean gap between its repeats. One that was thought to be over has shown its period.
    return max(least, 2 * (event.last_seen_at - event.opened_at) / (event.count - 1))


def _words(limit: timedelta) -> str:
    hours = round(limit.total_seconds() / 3600)
    return f"{hours // 24} days" if hours >= 72 else f"{hours} hours"
