"""Which ends of events are believed: what `correlate.path` judges and the store knows of the paths mails came by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailtriage.correlate.path import Known, confirmed, doubt_entry, path_of, unbelieved_oks, withhold
from mailtriage.store.main import Store
from mailtriage.types import Change, Doubt, Entry, OpenEvent, Outcome, RawMail


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """What of a mail is believed, and what is to be recorded of the way it came."""

    changes: tuple[Change, ...]
    path: str
    doubted: tuple[Doubt, ...] = ()
    unbelieved: frozenset[str] = frozenset()  # keys of OKs that do not count, whether an event is open or not
    notes: tuple[Entry, ...] = ()  # for the digest


def of_mail(store: Store, raw: RawMail, outcome: Outcome, changes: Sequence[Change]) -> Believed:
    """The changes of a mail without the ends of events that its path does not bear out."""
    path = path_of(raw)
    kept, doubted = withhold(changes, path, lambda event: _of_event(store, event))
    unnoted = store.paths.unnoted(doubted)
    return Believed(
        changes=kept,
        path=path,
        doubted=doubted,
        unbelieved=unbelieved_oks(outcome, path, lambda host, kind: _of_host(store, host, kind)),
        notes=(doubt_entry(outcome, unnoted, _of_event(store, unnoted[0].event)),) if unnoted else (),
    )


def of_clock(store: Store, now: datetime) -> tuple[Change, ...]:
    """The ends of events that were doubted, and whose path is confirmed or learnt by now."""
    return confirmed(store.paths.doubts(), lambda event: _of_event(store, event), now)


def _of_host(store: Store, host: str, kind: str) -> Known:
    return Known(paths=store.paths.learnt(host, kind), trusted=store.paths.trusted())


def _of_event(store: Store, event: OpenEvent) -> Known:
    known = _of_host(store, event.host, event.origin.partition("/")[0])
    return replace(known, shown_over=store.paths.shown_over(event.id))
