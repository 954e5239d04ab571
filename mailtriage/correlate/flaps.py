"""Pairs and flaps: how long a change is kept back before anybody is told, as it may be undone meanwhile.

Only what a sender ends by itself with a key (Zabbix, Icinga, monit ...) is waited for. A problem that is over within its hold
time, and an end that is no end, are told to nobody and counted. An event that comes back within `WINDOW` of its end is the same
event, and flaps: from then on its end is told only after it has held for the whole window, so that an episode of flapping is
two messages however long it lasts, of which the second says how often.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from mailtriage.text import plural
from mailtriage.types import Change, ChangeType, OpenEvent, Recovery, Severity

WINDOW = timedelta(hours=1)
_NONE = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """How long problems are held, by severity; without an entry (critical) not at all. From `flapping_after` flaps on none is."""

    by_severity: Mapping[Severity, timedelta]
    flapping_after: int

    def of(self, severity: Severity) -> timedelta:
        """How long a problem of this severity, and its end, are held."""
        return self.by_severity.get(severity, _NONE)


def hold_for(change: Change, holds: Holds) -> timedelta:
    """How long the change is held back in the outbox."""
    event = change.event
    if event.recovery is not Recovery.EXPLICIT or not change.mail_id or change.type is ChangeType.UPDATED:
        return _NONE
    if change.type is ChangeType.CLOSED:
        return WINDOW if event.flaps else holds.of(event.severity)
    is_flapping = event.flaps >= holds.flapping_after and not event.is_told
    return _NONE if is_flapping else holds.of(event.severity)


def in_words(event: OpenEvent) -> str:
    """How often an event flapped, "" if it did not."""
    return f"it was over and came back {plural(event.flaps, 'time')} since {event.opened_at:%Y-%m-%d %H:%M} UTC" if event.flaps else ""
