"""Which open events somebody acknowledged, and until when."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mailtriage.errors import InputError
from mailtriage.store import _rows
from mailtriage.store._sqlite import Database, iso
from mailtriage.store._sqlite import sql_text as _sql
from mailtriage.text import one_line
from mailtriage.types import Ack, Change, OpenEvent, Severity


class Acks:
    """The acknowledgements of one store; one of an event that is over is none any more."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def event(self, key: str) -> OpenEvent:
        """The open event of this key; InputError when there is none."""
        rows = self._db.rows("open_event_by_key", (_sql(key),))
        if not rows:
            raise InputError(f"no event {one_line(key)!r} is open", remedy="`mailtriage events --open` lists them")
        return _rows.open_event(rows[0])

    def add(self, ack: Ack) -> None:
        """Writes down that somebody knows of the open event; the later acknowledgement replaces the earlier."""
        texts = (_sql(ack.comment), _sql(ack.who))
        self._db.run("ack", (ack.event_id, *texts, iso(ack.at), iso(ack.until), ack.above, ack.severity, _sql(ack.summary)))

    def all(self) -> tuple[Ack, ...]:
        """The acknowledgements of open events, by key."""
        return tuple(map(_ack, self._db.rows("acks")))

    def of(self, changes: Sequence[Change]) -> tuple[Ack, ...]:
        """The acknowledgements of the events that change."""
        if not changes:
            return ()
        return tuple(map(_ack, self._db.rows("acks_of", (json.dumps([change.event.id for change in changes]),))))

    def take_back(self, event_id: str, at: datetime) -> None:
        """Ends the acknowledgement by the clock: what it kept quiet is told with the next tick."""
        self._db.run("end_ack_at", (iso(at), event_id))

    def end(self, event_ids: Sequence[str]) -> None:
        """Takes the acknowledgements of these events away."""
        self._db.run_many("end_ack", [(event_id,) for event_id in event_ids])


def _ack(row: Any) -> Ack:
    return Ack(
        key=row["key"],
        event_id=row["event_id"],
        comment=row["comment"],
        who=row["who"],
        at=datetime.fromisoformat(row["at"]),
        until=datetime.fromisoformat(row["until"]),
        above=row["above"],
        severity=Severity(row["severity"]),
        summary=row["summary"],
    )
