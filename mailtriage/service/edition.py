"""From the store to the values of one digest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailtriage.config import Config, EventsConfig
from mailtriage.correlate.silence import CHECK
from mailtriage.digest.edition import Book, Edition, Parked, SilentHost, WouldDrop
from mailtriage.service import quieting
from mailtriage.service.auditing import checks
from mailtriage.service.deliver import holds
from mailtriage.service.judgement import weights_of
from mailtriage.service.remarks import remarks
from mailtriage.service.watching import watch
from mailtriage.store.main import Store
from mailtriage.store.spool import Spool
from mailtriage.store.values import ClosedEvent
from mailtriage.types import Entry, Recovery


def build(
    store: Store, spool: Spool, config: Config, notes: tuple[str, ...], *, since: datetime, until: datetime, is_scheduled: bool
) -> Edition:
    """The digest of the time from `since` to `until`; a scheduled one holds what no digest has shown yet."""
    book = store.book(None if is_scheduled else since)
    entries = store.entries(None if is_scheduled else since)
    # By what was shown, not by the time: a mail that came late may close an event before the last digest.
    over = store.closed_events(None if is_scheduled else since)
    now_open = store.open_events()
    apart = quieting.apart(store, now_open, [one.event for one in over], since, until)
    quiet = {event.id for event in apart.events}
    over = tuple(one for one in over if one.event.id not in quiet)
    flaps = tuple(one.event for one in over if is_flap(one, config.events))
    closed = tuple(one.event for one in over if one.event not in flaps)
    shown = tuple(event for event in now_open if event.id not in quiet)
    silent = tuple(event for event in shown if event.check == CHECK and event.host and not event.item)
    open_events = tuple(event for event in shown if event not in silent)
    n_held = book.n_parked + max(0, spool.last_seq() - store.cursor)
    known = {row.host for row in store.hosts() if row.host}
    questions, n_other_questions = checks(store, config)
    return Edition(
        since=since,
        until=until.astimezone(ZoneInfo(config.digest.zone)),
        book=Book(
            n_mails=book.n_mails + n_held,
            n_hosts_seen=len(book.hosts),
            n_hosts_known=len(known),
            n_dropped_by_rules=book.n_dropped_by_rules,
            n_rules=book.n_rules,
            n_dropped_by_model=book.n_dropped_by_model,
            n_raised=book.n_raised,
            n_digested=book.n_digested,
            n_passed=book.n_passed,
            n_held=n_held,
            n_folded=spool.n_folded(since),
        ),
        open_events=open_events,
        opened=tuple(event for event in (*open_events, *closed) if event.opened_at >= since),
        closed=closed,
        flaps=flaps,
        entries=entries,
        quiet=apart.events,
        silent_hosts=tuple(SilentHost(host=event.host, last_seen_at=event.last_seen_at) for event in silent),
        remarks=(*apart.remarks, *remarks(store, None if is_scheduled else since)),
        would_drop=_would_drop(store, entries),
        notes=(*notes, *_outbox_notes(store), *watch(config, store, until).findings),
        parked=_parked(store, spool),
        checks=questions,
        n_other_checks=n_other_questions,
        weight=weights_of(config).of,
    )


def is_flap(found: ClosedEvent, events: EventsConfig) -> bool:
    """Whether an event was over before anybody was told of it; one seen twice may have been told as it got worse."""
    event = found.event
    if event.recovery is not Recovery.EXPLICIT or not event.mail_id or event.is_told:
        return False
    # Without a sink nobody is ever told: what lasted is shown all the same.
    return bool(event.flaps) or (event.count == 1 and found.closed_at - event.opened_at < holds(events).of(event.severity))


def since_for(store: Store, now: datetime) -> datetime:
    """Where the next digest begins: at the end of the last one, else a day ago."""
    last = store.last_digest()
    return last.sent_at if last else now - timedelta(days=1)


def _would_drop(store: Store, entries: Sequence[Entry]) -> tuple[WouldDrop, ...]:
    """What learning would have dropped of these entries' mails, by kind."""
    counts: Counter[str] = Counter()
    for mail_id in dict.fromkeys(entry.mail_id for entry in entries):
        outcome = store.outcome(mail_id)
        if outcome is not None:
            counts[outcome.kind] += sum(any(reason.by.startswith("gate ") for reason in judged.shadow) for judged in outcome.sections)
    return tuple(WouldDrop(kind=kind, n_sections=n) for kind, n in counts.most_common() if n)


def _outbox_notes(store: Store) -> Iterator[str]:
    for sink, state, n in store.outbox.counts():
        if n:
            yield f"sink {sink}: {n} {'given up, see mailtriage sinks check' if state == 'dead' else 'waiting to be delivered'}"


def _parked(store: Store, spool: Spool) -> tuple[Parked, ...]:
    found = []
    for parked in store.parked():
        raw = spool.get(parked.id)
        lines = raw.data[:2000].decode("utf-8", "replace").splitlines()[:8] if raw else []
        found.append(Parked(mail_id=parked.id, received_at=parked.parked_at, subject="", error=parked.error, lines=tuple(lines)))
    return tuple(found)
