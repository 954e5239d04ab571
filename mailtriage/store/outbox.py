"""The outbox: what has to leave, written with what caused it, and gone only when the target said so.

A crash between sending and marking sends again: the delivery's id is stable, so that a receiver can tell.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from mailtriage.store._sqlite import Database, iso
from mailtriage.store.codec import change_from, change_text
from mailtriage.store.values import Delivery, What
from mailtriage.text import one_line
from mailtriage.types import Change, ChangeType

LEASE = timedelta(minutes=3)  # longer than any sink may take for one try
FIRST_RETRY = timedelta(seconds=15)
LAST_RETRY = timedelta(minutes=30)
_TURNS = (ChangeType.CLOSED, ChangeType.REOPENED)  # each takes back what is held of the other


class Outbox:
    """The deliveries of one store. One waiting delivery holds back the later ones of the same sink and order key."""

    def __init__(self, db: Database, jitter: Callable[[], float] = random.random) -> None:
        self._db = db
        self._jitter = jitter

    def add_change(self, change: Change, sinks: Sequence[str], now: datetime, hold: timedelta = timedelta()) -> bool:
        """Writes one delivery of the change for each sink; the same change again is the same delivery.

        A delivery is held for `hold`: when the event ends meanwhile, or an end that is held is no end, nobody is told of
        either. A change that is not held releases those of its key that are. False when no sink will be told of this one.
        """
        said = f"{change.event.id} {change.type} {change.mail_id or change.at.isoformat()}"
        is_told = False
        for sink in sinks:
            held = {"sink": sink, "order_key": change.event.key, "now": iso(now)}
            if change.type in _TURNS and any(row["type"] != change.type for row in self._db.rows("withdraw_held", held)):
                continue
            if not hold:
                self._db.run("release_held", held)
            self._add(sink, said, What.CHANGE, change.event.key, change.mail_id, change_text(change), now, hold)
            is_told = True
        return is_told

    def add_digest(self, slot: str, subject: str, text: str, html: str, sinks: Sequence[str], now: datetime) -> None:
        """Writes one delivery of the digest for each sink."""
        payload = json.dumps({"subject": subject, "text": text, "html": html})
        for sink in sinks:
            self._add(sink, slot, What.DIGEST, "digest", "", payload, now)

    def add_pass(self, mail_id: str, sinks: Sequence[str], now: datetime) -> None:
        """Writes one delivery of a mail that is passed on, for each sink; its bytes stay in the spool."""
        for sink in sinks:
            self._add(sink, mail_id, What.PASS, mail_id, mail_id, "{}", now)

    def claim(self, sink: str, now: datetime, limit: int = 1) -> tuple[Delivery, ...]:
        """Due deliveries of this sink, oldest first, at most one of each order key; nobody else gets them for `LEASE`."""
        with self._db.transaction():
            due = self._db.rows("due", {"sink": sink, "now": iso(now), "limit": limit})
            lease = iso(now + LEASE)
            claims = [(row, self._db.run("claim", {"id": row["id"], "n_tries": row["n_tries"], "lease": lease}).rowcount) for row in due]
        return tuple(_delivery(row, row["n_tries"] + 1) for row, n in claims if n)

    def done(self, delivery: Delivery, now: datetime) -> None:
        """The target said it has it."""
        self._db.run("delivered", (iso(now), delivery.id))

    def failed(self, delivery: Delivery, now: datetime, error: str) -> datetime:
        """The target did not take it: when it is tried again."""
        retry_at = now + backoff(delivery.n_tries, self._jitter())
        self._db.run("delivery_failed", (iso(retry_at), one_line(error), delivery.id, delivery.n_tries))
        return retry_at

    def dead(self, delivery: Delivery, now: datetime, error: str) -> None:
        """The target will never take it: it becomes a dead letter, and holds nothing back any more."""
        self._db.run("delivery_dead", (iso(now), one_line(error), delivery.id, delivery.n_tries))

    def dead_letters(self) -> tuple[Delivery, ...]:
        """What could not be delivered for good, oldest first."""
        return tuple(_delivery(row, row["n_tries"]) for row in self._db.rows("dead_letters"))

    def counts(self) -> tuple[tuple[str, str, int], ...]:
        """(sink, `waiting` or `dead`, how many), also for sinks that are not configured any more."""
        return tuple((row["sink"], row["state"], row["n"]) for row in self._db.rows("n_deliveries"))

    def n_due(self, now: datetime) -> int:
        """How many deliveries could go out now."""
        return int(self._db.value("n_due", (iso(now),)))

    def _add(
        self, sink: str, said: str, what: What, order_key: str, mail_id: str, payload: str, now: datetime, hold: timedelta = timedelta()
    ) -> None:
        self._db.run(
            "add_delivery",
            {
                "id": hashlib.sha256(f"{what} {sink} {said}".encode("utf-8", "replace")).hexdigest()[:24],
                "sink": sink,
                "order_key": order_key,
                "what": what,
                "mail_id": mail_id,
                "payload": payload,
                "at": iso(now),
                "due": iso(now + hold),
            },
        )


def backoff(n_tries: int, jitter: float) -> timedelta:
    """The pause after the nth try: doubled each time up to `LAST_RETRY`, spread from half to the whole of it by `jitter` (0 to 1)."""
    whole: timedelta = min(FIRST_RETRY * 2 ** min(n_tries - 1, 20), LAST_RETRY)
    return whole * (0.5 + jitter / 2)


def _delivery(row: Any, n_tries: int) -> Delivery:
    what = What(row["what"])
    letter = json.loads(row["payload"]) if what is What.DIGEST else {}
    return Delivery(
        id=row["id"],
        sink=row["sink"],
        what=what,
        order_key=row["order_key"],
        mail_id=row["mail_id"],
        created_at=datetime.fromisoformat(row["created_at"]),
        n_tries=n_tries,
        change=change_from(row["payload"]) if what is What.CHANGE else None,
        error=row["error"],
        **letter,
    )
