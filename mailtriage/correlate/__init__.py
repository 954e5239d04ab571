"""From what single mails say to events that open, repeat, get worse and end. Pure: the open events and the time are arguments."""

from __future__ import annotations

from mailtriage.correlate.broken import broken_rule_changes, suspension_changes
from mailtriage.correlate.changes import acknowledge, correlate
from mailtriage.correlate.expiry import expire
from mailtriage.correlate.order import seen_at
from mailtriage.correlate.silence import silence_changes
from mailtriage.correlate.stale import absence_changes, showings_after

__all__ = [
    "absence_changes",
    "acknowledge",
    "broken_rule_changes",
    "correlate",
    "expire",
    "seen_at",
    "showings_after",
    "silence_changes",
    "suspension_changes",
]
