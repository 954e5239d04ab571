"""Maintenance: while a window covers a host nobody is told of its events; what is still open when no window does is told then, once.

Everything else goes on as always: events open, repeat and close. The end of what nobody was told of is told to nobody, the end
of what was told before the window is told at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase

from mailtriage.correlate.broken import HOST as OURSELVES
from mailtriage.types import Change, ChangeType, OpenEvent, Window

GroupsOf = Callable[[str], frozenset[str]]  # the inventory's groups of a host


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Changes as the windows leave them, and what has to be kept in mind for when they end."""

    changes: tuple[Change, ...]
    marks: tuple[tuple[str, int], ...] = ()  # event id, and the number of the window that holds its news back
    told: tuple[str, ...] = ()  # ids of events whose news go out: nothing older of them is held any more


def holds(event: OpenEvent, windows: Sequence[Window], now: datetime, groups_of: GroupsOf) -> Window | None:
    """The window that holds news of the event back now, None if there is none. What mailtriage says of itself is never held."""
    host = event.host.lower()
    if not windows or host == OURSELVES:
        return None
    return next((one for one in windows if _is_on(one, now) and not _is_too_bad(event, one) and covers(one, host, groups_of)), None)


def covers(window: Window, host: str, groups_of: GroupsOf) -> bool:
    """Whether the window is for this host, by its whole name (lower case) or by its group."""
    return window.group in groups_of(host) if window.group else fnmatchcase(host, window.host)


def hold(changes: Sequence[Change], windows: Sequence[Window], now: datetime, groups_of: GroupsOf) -> Held:
    """Makes what is news of covered hosts no news, but for ends."""
    kept: list[Change] = []
    marks: list[tuple[str, int]] = []
    told: list[str] = []
    for change in changes:
        is_open_news = change.is_news and change.type is not ChangeType.CLOSED
        window = holds(change.event, windows, now, groups_of) if is_open_news else None
        if window is not None:
            marks.append((change.event.id, window.n))
        elif is_open_news and change.type is not ChangeType.OPENED:  # of what opens nothing can be held yet
            told.append(change.event.id)
        kept.append(replace(change, is_news=False) if window else change)
    return Held(changes=tuple(kept), marks=tuple(marks), told=tuple(told))


def release(
    open_events: Sequence[OpenEvent],
    held: frozenset[str],
    windows: Sequence[Window],
    now: datetime,
    groups_of: GroupsOf,
    acked: frozenset[str] = frozenset(),
) -> tuple[Change, ...]:
    """What is told now, as no window holds it any more: of the open events those whose id is in `held`.

    Acknowledged ones (`acked`, by id) stay quiet; they are released when their acknowledgement is over.
    """
    if not held:
        return ()
    return tuple(
        Change(type=ChangeType.UPDATED, event=event, mail_id="", at=now, comment="held back until the maintenance was over")
        for event in open_events
        if event.id in held and event.id not in acked and holds(event, windows, now, groups_of) is None
    )


def _is_on(window: Window, now: datetime) -> bool:
    return window.ended_at is None and window.starts_at <= now < window.until


def _is_too_bad(event: OpenEvent, window: Window) -> bool:
    return window.unless is not None and event.severity.rank >= window.unless.rank
