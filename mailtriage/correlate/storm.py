"""Storms: when more new events come within an hour than anybody reads, one overflow event tells how many, and which are the worst.

What is beyond the limit opens in the store like any other, and stands behind the overflow event until it is over or told. The
overflow event is told when its count doubles, not for each, and when one is worse than all that are behind it. It ends when for
an hour nothing was beyond the limit: what is still open by then is told one by one, or, while it is too much for that, told in
its text; so nothing is open and behind nothing.
Critical events are told at once, and count for nothing here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from mailtriage.config import StormConfig
from mailtriage.correlate.changes import event_id
from mailtriage.text import one_line, plural
from mailtriage.types import Change, ChangeType, OpenEvent, Recovery, Severity

WINDOW = timedelta(hours=1)
HOST, CHECK, ORIGIN = "mailtriage", "storm", "clock/storm"
_ALL = "all"
_DONE = "-"  # in `behind`: told late, so it is no new event of this hour
_NAMED = 3
_OVER = "the storm is over"
_LISTED = "`mailtriage events --open` lists them"


class Past(Protocol):
    """What is known of the events so far. An event is behind a storm while it has its key in `behind`, is open, and untold."""

    def told(self, since: datetime, now: datetime) -> Sequence[tuple[str, str]]:
        """Host and origin of each event that sinks are told of since then, hold times included.

        Without critical and overflow events, and those told late (with anything in `behind`).
        """

    def storm(self, key: str) -> OpenEvent | None:
        """The open overflow event of this key."""

    def storms(self) -> Sequence[OpenEvent]:
        """The open overflow events."""

    def worst(self, key: str, n: int) -> Sequence[OpenEvent]:
        """The `n` worst events behind a storm."""

    def n_behind(self, key: str) -> int:
        """How many events are behind a storm."""

    def behind(self, key: str) -> Sequence[OpenEvent]:
        """The events behind a storm, oldest first."""

    def strays(self) -> Sequence[OpenEvent]:
        """Events with a key in `behind` that are open and untold, though no overflow event of the key is open."""


def limit(
    changes: Sequence[Change], past: Past, limits: StormConfig, now: datetime, is_wanted: Callable[[Change], bool]
) -> tuple[Change, ...]:
    """The changes with those beyond the limit made silent (`is_news` False, `event.behind` set), and what overflow events say of them.

    `is_wanted`: whether any sink would be told of a change.
    """
    if not any(_is_new(change) for change in changes):
        return tuple(changes)
    room = _Room(past.told(now - WINDOW, now), limits)
    found: list[Change] = []
    beyond: dict[str, list[OpenEvent]] = {}
    n_new: Counter[str] = Counter()
    for change in changes:
        event = change.event
        if not _is_new(change) or not is_wanted(change):
            found.append(change)
        elif event.behind and past.storm(event.behind):
            beyond.setdefault(event.behind, []).append(event)  # counted there already
            found.append(replace(change, is_news=False))
        elif key := room.full_for(event):
            held = replace(event, behind=key)
            beyond.setdefault(key, []).append(held)
            n_new[key] += 1
            found.append(replace(change, event=held, is_news=False))
        else:
            room.take(event)
            found.append(change)
    return (*found, *(_overflow(key, events, n_new[key], past, limits, now) for key, events in beyond.items()))


def storm_ends(past: Past, limits: StormConfig, now: datetime) -> tuple[Change, ...]:
    """What the clock ends: storms in which for an hour nothing was beyond the limit. What they kept back is told with it."""
    changes = [_late(event, now) for event in past.strays()]
    for storm in past.storms():
        if abs(now - storm.last_seen_at) < WINDOW:
            continue
        n_open, most = past.n_behind(storm.key), _most(storm.item, limits)
        if n_open <= most:
            changes += [_late(event, now) for event in past.behind(storm.key)]
            left = f"{n_open} still open, told now" if n_open else "none still open"
            comment = f"for an hour no more than {most} new events; of {storm.count} that were kept back {left}"
            changes.append(Change(type=ChangeType.CLOSED, event=storm, mail_id="", at=now, comment=comment))
        elif not storm.summary.startswith(_OVER):
            text = f"{_OVER} {_where(storm.item)}; of {storm.count} events that were kept back {n_open} still open: {_LISTED}"
            changes.append(Change(type=ChangeType.UPDATED, event=replace(storm, summary=text), mail_id="", at=now))
    return tuple(changes)


class _Room:
    """How much may still be told in this hour."""

    def __init__(self, told: Iterable[tuple[str, str]], limits: StormConfig) -> None:
        self._limits = limits
        self._n: Counter[str] = Counter()
        for host, origin in told:
            self._n.update(_items(host, origin))

    def full_for(self, event: OpenEvent) -> str:
        """The key of the overflow event that stands for an event which must not be told, "" if it may be."""
        full = next((item for item in _items(event.host, event.origin) if self._n[item] >= _most(item, self._limits)), "")
        return full and f"{HOST}/{CHECK}/{full}"

    def take(self, event: OpenEvent) -> None:
        """The event is told."""
        self._n.update(_items(event.host, event.origin))


def _items(host: str, origin: str) -> tuple[str, str, str]:
    return f"host {host or '-'}", f"kind {origin.partition('/')[0]}", _ALL


def _most(item: str, limits: StormConfig) -> int:
    return {"host": limits.per_host, "kind": limits.per_kind}.get(item.partition(" ")[0], limits.total)


def _where(item: str) -> str:
    what, _, name = item.partition(" ")
    return {"host": f"on {name}", "kind": f"of kind {name}"}.get(what, "on all hosts")


def _is_new(change: Change) -> bool:
    """Whether sinks hear of the event for the first time, and may be spared it."""
    event = change.event
    is_first = change.is_news and change.type is not ChangeType.CLOSED and not event.is_told
    return is_first and event.severity is not Severity.CRITICAL


def _overflow(key: str, events: Sequence[OpenEvent], n_new: int, past: Past, limits: StormConfig, now: datetime) -> Change:
    """What the overflow event says after these events, of which `n_new` were not behind it before."""
    known, item = past.storm(key), key.split("/", 2)[2]
    before = known.count if known else 0
    n = before + n_new
    behind = past.worst(key, _NAMED)
    by_id = {event.id: event for event in (*behind, *events)}
    worst = sorted(by_id.values(), key=lambda event: (-event.severity.rank, event.opened_at))[:_NAMED]
    named = ", ".join(one_line(event.key, 120) for event in worst)
    beyond = f"{plural(n, 'new event')} {_where(item)} beyond {_most(item, limits)} within an hour, not told one by one"
    summary = f"{beyond}; the worst is {worst[0].severity}: {named}{', ...' if n > len(worst) else ''}; {_LISTED}"
    if known:
        told = replace(known, summary=summary, last_seen_at=now if n_new else known.last_seen_at, count=n)
        is_worse = bool(behind) and worst[0].severity.rank > behind[0].severity.rank
        is_doubled = n.bit_length() > before.bit_length()
        return Change(type=ChangeType.UPDATED, event=told, mail_id="", at=now, is_news=is_doubled or is_worse)
    opened = OpenEvent(
        id=event_id(key, now.isoformat()),
        key=key,
        host=HOST,
        check=CHECK,
        item=item,
        severity=Severity.HIGH,
        summary=summary,
        recovery=Recovery.EXPLICIT,
        origin=ORIGIN,
        opened_at=now,
        last_seen_at=now,
        count=n,
        mail_id="",
    )
    return Change(type=ChangeType.OPENED, event=opened, mail_id="", at=now)


def _late(event: OpenEvent, now: datetime) -> Change:
    """An event that was behind a storm, told at its end."""
    comment = f"open since {event.opened_at:%Y-%m-%d %H:%M} UTC, told now that the storm is over"
    return Change(type=ChangeType.UPDATED, event=replace(event, behind=_DONE), mail_id="", at=now, comment=comment)
