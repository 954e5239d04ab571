"""Maintenance windows, and which events they hold back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mailtriage.errors import InputError
from mailtriage.store._sqlite import Database, iso
from mailtriage.store._sqlite import sql_text as _sql
from mailtriage.types import Severity, Window

KEPT = timedelta(days=365)  # after its end a window is forgotten, and its counts with it


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowCount:
    """What one window held back, in events."""

    window: Window
    n_held: int  # the sum of the three below
    n_waiting: int  # not told yet
    n_over: int  # closed before it could be told
    n_told: int


class Maintenance:
    """The windows of one store."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, window: Window) -> Window:
        """Writes down a window and gives it back with its number; that of the given one counts for nothing."""
        texts = (_sql(window.host), _sql(window.group), iso(window.starts_at), iso(window.until))
        return _window(self._db.rows("add_window", (*texts, window.unless, _sql(window.comment), _sql(window.who)))[0])

    def windows(self) -> tuple[Window, ...]:
        """Those not over yet, also those that have not begun."""
        return tuple(map(_window, self._db.rows("windows")))

    def end(self, n: int, at: datetime) -> Window:
        """Ends a window, or calls it off; InputError when there is none of this number, or it is over."""
        rows = self._db.rows("end_window", {"n": n, "at": iso(at)})
        if not rows:
            raise InputError(f"no maintenance window {n} is open", remedy="`mailtriage maintenance list` shows them")
        return _window(rows[0])

    def pass_by(self, now: datetime) -> None:
        """Ends the windows whose time is over, for good: a clock that is set back brings none of them back."""
        with self._db.transaction():
            self._db.run("end_windows", {"now": iso(now)})
            self._db.run("over_while_held")
            if self._db.run("forget_windows", (iso(now - KEPT),)).rowcount:
                self._db.run("forget_held")

    def held(self) -> frozenset[str]:
        """The ids of the events with news that nobody was told yet."""
        return frozenset(row["event_id"] for row in self._db.rows("held_events"))

    def untold(self, event_ids: Sequence[str]) -> frozenset[str]:
        """Which of these events, open or not, a window holds back or held back to their end."""
        return frozenset(row["event_id"] for row in self._db.rows("untold_of", (json.dumps(event_ids),)))

    def note(self, marks: Sequence[tuple[str, int]], told: Sequence[str], at: datetime) -> None:
        """Writes down which events (id) which window (number) holds back, and of which all is told."""
        self._db.run_many("hold_event", [(*mark, iso(at)) for mark in marks])
        if told:
            self._db.run("held_told", (json.dumps(told),))

    def counts(self, since: datetime) -> tuple[WindowCount, ...]:
        """What the windows held back that are not over, or were not yet at `since`."""
        return tuple(
            WindowCount(
                window=_window(row),
                n_held=row["n_waiting"] + row["n_over"] + row["n_told"],
                n_waiting=row["n_waiting"],
                n_over=row["n_over"],
                n_told=row["n_told"],
            )
            for row in self._db.rows("window_counts", (iso(since),))
        )


def _window(row: Any) -> Window:
    return Window(
        n=row["n"],
        host=row["host"],
        group=row["in_group"],
        starts_at=datetime.fromisoformat(row["starts_at"]),
        until=datetime.fromisoformat(row["until"]),
        unless=Severity(row["unless"]) if row["unless"] else None,
        comment=row["comment"],
        who=row["who"],
        ended_at=datetime.fromisoformat(row["ended_at"]) if row["ended_at"] else None,
    )
