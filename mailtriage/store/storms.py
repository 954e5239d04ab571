"""What sinks were told lately, and the events behind an overflow event: those that a storm kept from being told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from mailtriage.store import _rows
from mailtriage.store._sqlite import Database, iso
from mailtriage.store._sqlite import sql_text as _sql
from mailtriage.types import Change, ChangeType, OpenEvent, Severity

_AHEAD = timedelta(days=1)  # the longest hold time; what is told later than that was written by a clock that was wrong
_WORST_FIRST = sorted(Severity, key=lambda one: -one.rank)


class Storms:
    """The past that `correlate.limit` asks for, from one store. An event is behind a storm while it is open and untold."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def told(self, since: datetime, now: datetime) -> Sequence[tuple[str, str]]:
        """Host and origin of each event that sinks are told of since then, hold times included; see `correlate.storm.Past`."""
        rows = self._db.rows("told_lately", {"since": iso(since), "until": iso(now + _AHEAD)})
        return [(row["host"], row["origin"]) for row in rows]

    def storm(self, key: str) -> OpenEvent | None:
        """The open overflow event of this key."""
        rows = self._db.rows("open_event_by_key", (_sql(key),))
        return _rows.open_event(rows[0]) if rows else None

    def storms(self) -> tuple[OpenEvent, ...]:
        """The open overflow events, oldest first."""
        return tuple(map(_rows.open_event, self._db.rows("storms")))

    def worst(self, key: str, n: int) -> tuple[OpenEvent, ...]:
        """The `n` worst events behind a storm, of one severity the oldest."""
        found: list[OpenEvent] = []
        for severity in _WORST_FIRST:
            asked = {"storm": _sql(key), "severity": severity, "n": n - len(found)}
            found += map(_rows.open_event, self._db.rows("worst_behind", asked))
            if len(found) == n:
                break
        return tuple(found)

    def n_behind(self, key: str) -> int:
        """How many events are behind a storm."""
        return int(self._db.value("n_behind", (_sql(key),)))

    def behind(self, key: str) -> tuple[OpenEvent, ...]:
        """The events behind a storm, oldest first."""
        return tuple(map(_rows.open_event, self._db.rows("behind", (_sql(key),))))

    def strays(self) -> tuple[OpenEvent, ...]:
        """Events whose overflow event is gone, though nobody was told of them."""
        return tuple(map(_rows.open_event, self._db.rows("strays")))

    def note(self, changes: Iterable[Change]) -> None:
        """Writes which events of these changes are behind a storm; to be called where they are written."""
        rows = [{"id": change.event.id, "behind": _sql(change.event.behind)} for change in changes if change.type is not ChangeType.CLOSED]
        self._db.run_many("put_behind", rows)
