"""What keeps changes of events from being told: acknowledgements and maintenance windows, and what they release when they end."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailtriage.correlate.ack import Settled, bound, settle
from mailtriage.correlate.maintenance import GroupsOf, hold, release
from mailtriage.digest.edition import Remark
from mailtriage.store.main import Store
from mailtriage.store.maintenance import WindowCount
from mailtriage.text import one_line, plural
from mailtriage.types import Ack, Change, ChangeType, OpenEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """The changes as they may be told, and what has to be written down with them."""

    changes: tuple[Change, ...] = ()
    ended: tuple[str, ...] = ()  # ids of events whose acknowledgement is over
    marks: tuple[tuple[str, int], ...] = ()  # event id, number of the window that holds it back
    told: tuple[str, ...] = ()  # ids of events of which nothing older is held back any more


def of_mail(store: Store, changes: Sequence[Change], now: datetime, groups_of: GroupsOf) -> Quiet:
    """What of a mail's changes may be told."""
    if not changes:
        return Quiet()
    return _held(store, settle(changes, store.acks.of(changes), now), now, groups_of)


def of_clock(store: Store, changes: Sequence[Change], open_events: Sequence[OpenEvent], now: datetime, groups_of: GroupsOf) -> Quiet:
    """What of the clock's changes may be told, with what windows and acknowledgements release that are over."""
    store.maintenance.pass_by(now)
    acks = store.acks.all()
    acked = frozenset(ack.event_id for ack in acks)
    over = {change.event.id for change in changes if change.type is ChangeType.CLOSED}
    still_open = [event for event in open_events if event.id not in over]
    released = release(still_open, store.maintenance.held(), store.maintenance.windows(), now, groups_of, acked)
    return _held(store, settle((*changes, *released), acks, now, still_open), now, groups_of)


def write_down(store: Store, quiet: Quiet, now: datetime) -> None:
    """Writes what belongs to the changes, in the transaction that applied them."""
    store.acks.end(quiet.ended)
    store.maintenance.note(quiet.marks, quiet.told, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """What a digest shows apart: the events that are neither news nor open as others are, and what it says instead."""

    events: tuple[OpenEvent, ...]
    remarks: tuple[Remark, ...]


def apart(store: Store, open_events: Sequence[OpenEvent], closed: Sequence[OpenEvent], since: datetime, until: datetime) -> Apart:
    """Of these events those that are acknowledged, and those of which nobody was told for maintenance; windows from `since` to `until`."""
    acks = {ack.event_id: ack for ack in store.acks.all()}
    known = [event for event in open_events if event.id in acks]
    rest = [event for event in (*open_events, *closed) if event.id not in acks and not event.is_told]
    untold = store.maintenance.untold([event.id for event in rest])
    windows = (one for one in store.maintenance.counts(since) if one.window.starts_at < until)
    return Apart(
        events=(*known, *(event for event in rest if event.id in untold)),
        remarks=(*_known(known, acks), *map(_window, windows)),
    )


def _known(events: Sequence[OpenEvent], acks: dict[str, Ack]) -> Iterator[Remark]:
    for event in sorted(events, key=lambda one: (acks[one.id].until, one.key)):
        ack = acks[event.id]
        yield Remark(
            heading="Acknowledged",
            head=f"{event.key} {bound(ack, event)}",
            lines=(event.summary, f"{ack.who}: {ack.comment}"),
            command=f"mailtriage ack {shlex.quote(one_line(event.key))} --end",
        )


def _window(count: WindowCount) -> Remark:
    window = count.window
    hosts = f"group {window.group}" if window.group else window.host
    over = f"over at {window.ended_at:%Y-%m-%d %H:%M} UTC" if window.ended_at else f"until {window.until:%Y-%m-%d %H:%M} UTC"
    became = ((count.n_waiting, "not told yet"), (count.n_over, "over before anybody was told"), (count.n_told, "told afterwards"))
    return Remark(
        heading="Maintenance",
        head=f"{hosts}, {over}: {window.comment}",
        lines=("; ".join([f"{plural(count.n_held, 'event')} held back", *(f"{n} {words}" for n, words in became if n)]),),
        command="mailtriage maintenance list",
    )


def _held(store: Store, settled: Settled, now: datetime, groups_of: GroupsOf) -> Quiet:
    has_news = any(change.is_news and change.type is not ChangeType.CLOSED for change in settled.changes)
    held = hold(settled.changes, store.maintenance.windows() if has_news else (), now, groups_of)
    return Quiet(changes=held.changes, ended=settled.ended, marks=held.marks, told=held.told)
