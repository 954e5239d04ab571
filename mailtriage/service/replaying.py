"""The archive through the whole of triage once more, by the clock of its mails, held against what live operation made of it.

Everything is judged from the first mail that is kept, as the past decides; a time in it says what is shown. Nothing is sent and
nothing is changed: the replay has a store of its own in a temporary folder. Acknowledgements, labels, maintenance and other
things that people did are not done again, and rules and model are those of today.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailtriage.config import Config, DigestConfig, RelayConfig, StoreConfig
from mailtriage.service import files, site_model
from mailtriage.service.worker import Worker
from mailtriage.store.main import Store
from mailtriage.store.spool import Spool
from mailtriage.store.values import ClosedEvent
from mailtriage.types import OpenEvent, RawMail

_BATCH = 256
_STEP = timedelta(minutes=10)  # of the clock where no mail comes
_OURS = "mailtriage"  # the host of events about mailtriage itself: a broken rule is no part of the past
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What the mails of a time do to the events, and in what live operation differed."""

    n_mails: int
    events: tuple[OpenEvent | ClosedEvent, ...]  # opened or closed in the time, in the order they opened
    differences: tuple[str, ...]


def replay(config: Config, start: datetime, end: datetime, progress: Progress | None = None) -> Replay:
    """Replays all mails received before `end`; shows and compares what opened or closed from `start` on."""
    spool, store = files.open_spool(config), files.open_store(config, read_only=True)
    try:
        with tempfile.TemporaryDirectory(prefix="mailtriage-replay-") as name:
            worker = Worker(_apart(config, Path(name)), is_mail_clock=True)
            try:
                n_mails = _feed(worker, _received(spool, end), store, end, progress)
                events = _shown(worker.store, start, end)
            finally:
                worker.close()
        return Replay(n_mails=n_mails, events=events, differences=tuple(_differences(_shown(store, start, end), events)))
    finally:
        store.close()
        spool.close()


def _apart(config: Config, folder: Path) -> Config:
    """The same configuration with a store of its own, sending nothing, and the model that is in force."""
    model = site_model.in_force(config)
    return replace(
        config,
        store=StoreConfig(path=folder, keep_dropped_days=36_500, keep_raised_days=36_500),
        model=replace(config.model, path=str(model.absolute()) if model else "none"),
        relay=RelayConfig(),
        digest=DigestConfig(zone=config.digest.zone),
        sinks=(),
    )


def _feed(worker: Worker, mails: Iterable[RawMail], live: Store, end: datetime, progress: Progress | None) -> int:
    for kind in sorted(live.learning.promoted()):
        worker.store.learning.promote(kind, at=datetime.now(UTC), who="replay", detail="as in the live store")
    n_mails = 0
    batch: list[RawMail] = []
    for mail in mails:
        batch.append(mail)
        if len(batch) == _BATCH:
            n_mails += _judge(worker, batch)
            if progress is not None:
                progress(n_mails)
    n_mails += _judge(worker, batch)
    worker.pass_time(end, _STEP)
    return n_mails


def _judge(worker: Worker, batch: list[RawMail]) -> int:
    n = len(batch)
    worker.spool.add(batch)
    batch.clear()
    while worker.step():
        pass
    return n


def _received(spool: Spool, end: datetime) -> Iterator[RawMail]:
    seq = 0
    while found := spool.after(seq, _BATCH):
        yield from (raw for _, raw in found if raw.received_at < end)
        seq = found[-1][0]


def _shown(store: Store, start: datetime, end: datetime) -> tuple[OpenEvent | ClosedEvent, ...]:
    found: list[OpenEvent | ClosedEvent] = []
    for one in store.events(closed_since=datetime.min.replace(tzinfo=UTC)):
        event, closed_at = (one.event, one.closed_at) if isinstance(one, ClosedEvent) else (one, None)
        if event.host != _OURS and any(at is not None and start <= at < end for at in (event.opened_at, closed_at)):
            found.append(one)
    return tuple(found)


def _differences(live: Iterable[OpenEvent | ClosedEvent], again: Iterable[OpenEvent | ClosedEvent]) -> Iterator[str]:
    """In words, for each event that only one of them has, or that ended in another way."""
    first, second = _by_opening(live), _by_opening(again)
    for place in sorted(first.keys() | second.keys()):
        one, other = first.get(place), second.get(place)
        key, mail_id = place
        opened = f"{key} (opened by {mail_id or 'the clock'})"
        if one is None or other is None:
            yield f"{opened}: only {'replayed' if one is None else 'live'}"
        elif (how := _ended(one)) != (how_again := _ended(other)):
            yield f"{opened}: live {how}, replayed {how_again}"


def _by_opening(events: Iterable[OpenEvent | ClosedEvent]) -> dict[tuple[str, str], OpenEvent | ClosedEvent]:
    found = {}
    for one in events:
        event = one.event if isinstance(one, ClosedEvent) else one
        found[event.key, event.mail_id] = one
    return found


def _ended(one: OpenEvent | ClosedEvent) -> str:
    if not isinstance(one, ClosedEvent):
        return "still open"
    return f"closed by {one.closed_by}" if one.closed_by else "closed by the clock"
