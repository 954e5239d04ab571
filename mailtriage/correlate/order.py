"""The order of reports: by their own date where it can be believed, since queues deliver late and out of order."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

MAX_DELAY = timedelta(days=2)
MAX_LATE = timedelta(days=40)  # of a mail that a relay took when it was sent, and kept
MAX_AHEAD = timedelta(minutes=10)


class Dated(Protocol):
    """A mail, or what was decided about it."""

    @property
    def sent_at(self) -> datetime | None:
        """What its Date header says, None if it says nothing."""

    @property
    def received_at(self) -> datetime:
        """When it came."""

    @property
    def is_late(self) -> bool:
        """Whether a relay bears out that it was sent long before it came."""


def seen_at(mail: Dated) -> datetime:
    """When the report was made: the mail's own date where it is sane, else when it was received."""
    sent_at = mail.sent_at
    longest = MAX_LATE if mail.is_late else MAX_DELAY
    if sent_at is not None and mail.received_at - longest <= sent_at <= mail.received_at + MAX_AHEAD:
        return sent_at
    return mail.received_at
