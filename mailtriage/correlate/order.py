"""The order of reports: by their own date where it can be believed, since queues deliver late and out of order."""

from __future__ import annotations

from datetime import datetime, timedelta

from mailtriage.types import Outcome

MAX_DELAY = timedelta(days=2)
MAX_AHEAD = timedelta(minutes=10)


def seen_at(outcome: Outcome) -> datetime:
    """When the report was made: the mail's own date where it is sane, else when it was received."""
    sent_at = outcome.sent_at
    if sent_at is not None and outcome.received_at - MAX_DELAY <= sent_at <= outcome.received_at + MAX_AHEAD:
        return sent_at
    return outcome.received_at
