"""Silence is an event: a host that used to write every day and has stopped.

First form: a host counts as a daily writer once it has sent the same kind on two days or more; its cadence in detail is learnt later.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from mailtriage.correlate.changes import event_id
from mailtriage.types import Change, ChangeType, OpenEvent, Recovery, Severity

CHECK = "silence"
DAILY = ("freebsd_daily", "freebsd_security")  # the kinds whose absence proves something: they come every night


class Arrivals(Protocol):
    """When one kind of mail came from one host."""

    @property
    def host(self) -> str:
        """The host, "" if the mails did not say."""

    @property
    def kind(self) -> str:
        """The kind of mail."""

    @property
    def first_seen_at(self) -> datetime:
        """The first one."""

    @property
    def last_seen_at(self) -> datetime:
        """The last one."""


def silence_changes(rows: Sequence[Arrivals], open_events: Sequence[OpenEvent], *, after: timedelta, now: datetime) -> tuple[Change, ...]:
    """Opens an event for each daily writer not heard of for `after`, and closes it when the host writes again.

    When more than half of the daily writers are silent at once the fault is not theirs: one event says so instead.
    """
    last_seen = _last_seen(rows)
    silent = {host: seen for host, seen in last_seen.items() if now - seen > after}
    is_common = len(last_seen) > 3 and len(silent) * 2 > len(last_seen)
    told = {"": max(silent.values())} if is_common else silent
    known = {event.host: event for event in open_events if event.check == CHECK}
    opened = [_change(ChangeType.OPENED, _event(host, seen, now), now) for host, seen in told.items() if host not in known]
    closed = [
        _change(ChangeType.CLOSED, event, now, "heard of again")
        for host, event in known.items()
        if (host in last_seen and host not in silent) or (not host and not is_common)
    ]
    return (*opened, *closed)


def _last_seen(rows: Sequence[Arrivals]) -> dict[str, datetime]:
    """When each daily writer was last heard of, by whatever kind of mail."""
    writers = _daily_writers(rows)
    found: dict[str, datetime] = {}
    for row in rows:
        if row.host in writers:
            found[row.host] = max(row.last_seen_at, found.get(row.host, row.last_seen_at))
    return found


def _daily_writers(rows: Sequence[Arrivals]) -> set[str]:
    return {row.host for row in rows if row.host and row.kind in DAILY and row.last_seen_at - row.first_seen_at >= timedelta(hours=20)}


def _event(host: str, seen: datetime, now: datetime) -> OpenEvent:
    key = f"{host or '-'}/{CHECK}/-"
    who = host or "more than half of all hosts"
    return OpenEvent(
        id=event_id(key, now.isoformat()),
        key=key,
        host=host,
        check=CHECK,
        item="",
        severity=Severity.HIGH,
        summary=f"no mail from {who} since {seen:%Y-%m-%d %H:%M} UTC",
        recovery=Recovery.EXPLICIT,
        origin="clock/silence",
        opened_at=now,
        last_seen_at=seen,
        count=1,
        mail_id="",
    )


def _change(kind: ChangeType, event: OpenEvent, now: datetime, comment: str = "") -> Change:
    return Change(type=kind, event=event, mail_id="", at=now, comment=comment)
