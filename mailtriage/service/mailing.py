"""When a digest is due, and putting it on its way."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mailtriage.config import Config, DigestConfig
from mailtriage.digest import render
from mailtriage.digest.edition import Edition
from mailtriage.service.auditing import ask
from mailtriage.service.deliver import RELAY_SINK
from mailtriage.service.edition import build, since_for
from mailtriage.store.main import Store
from mailtriage.store.spool import Spool

LATE = timedelta(hours=1)


def last_slot(config: DigestConfig, now: datetime) -> datetime:
    """The newest moment at or before `now` at which a digest was due, in UTC."""
    zone = ZoneInfo(config.zone)
    hour, minute = map(int, config.at.split(":"))
    local = now.astimezone(zone)
    due = datetime.combine(local.date(), time(hour, minute), zone)
    if due > local:
        due = datetime.combine(local.date() - timedelta(days=1), time(hour, minute), zone)
    return due.astimezone(UTC)


def send_due(store: Store, spool: Spool, config: Config, notes: tuple[str, ...], now: datetime) -> bool:
    """Sends the digest of the newest slot unless it went out before; one missed for a while is sent once, marked late."""
    if not config.digest.to:
        return False
    due = last_slot(config.digest, now)
    last = store.last_digest()
    if last is None:
        # The first digest waits for the first slot after the first mail; an archive waits for none.
        first = spool.first_day()
        if first is None or first >= due.date():
            return False
    elif last.slot >= due.isoformat():
        return False
    return send(store, spool, config, notes, slot=due.isoformat(), now=now, is_late=now - due > LATE)


def send(store: Store, spool: Spool, config: Config, notes: tuple[str, ...], *, slot: str, now: datetime, is_late: bool = False) -> bool:
    """Writes a digest of all that none has shown yet into the outbox, and marks it as shown, in one transaction."""
    with store.transaction():
        ask(store, config, slot, now)
        edition = build(store, spool, config, notes, since=since_for(store, now), until=now, is_scheduled=True)
        subject = ("late: " if is_late else "") + render.subject(edition)
        sinks = (RELAY_SINK,)
        return store.add_digest(slot, subject=subject, text=render.text(edition), html=render.html(edition), sinks=sinks, now=now)


def preview(store: Store, spool: Spool, config: Config, notes: tuple[str, ...], *, since: datetime | None, now: datetime) -> Edition:
    """The digest as it would be now: from `since`, else of all that none has shown yet."""
    start = since or since_for(store, now)
    return build(store, spool, config, notes, since=start, until=now, is_scheduled=since is None)
