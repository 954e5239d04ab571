"""The past values of measures, host by host: what baselines are judged by. Bounded: `KEPT_DAYS`, and one reading an hour on average.

A reading takes twelve bytes. A host with thirty series that reports daily takes about 0.2 MB in all of `KEPT_DAYS`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

from mailtriage.baseline import COUNTERS, WATCHED, Move, Points, is_kept, moved
from mailtriage.baseline.moved import DAYS
from mailtriage.store._sqlite import Database
from mailtriage.store._sqlite import sql_text as _sql
from mailtriage.types import Outcome

KEPT_DAYS = 400
_PERIOD_DAYS = 32  # of one row
_DAY_S = 86400
_PERIOD_S = _PERIOD_DAYS * _DAY_S
_POINT = struct.Struct("<Id")
_LATEST_S = 2**32 - 1
_AT_ONCE = 200  # hosts


class Readings:
    """The past values of one store."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, outcome: Outcome, seen_at: datetime) -> None:
        """Keeps the measures of a mail that have a past; of several values of one the highest, for counters the last."""
        at = int(seen_at.timestamp())
        if not 0 <= at <= _LATEST_S:
            return
        found: dict[tuple[str, str, str], float] = {}
        for judged in outcome.sections:
            for one in judged.section.measures:
                # A NaN, or what a broken mail calls infinite, says nothing.
                if not is_kept(one.name) or one.value - one.value != 0:
                    continue
                key = (_sql(judged.section.host or outcome.host), one.name, _sql(one.subject))
                known = found.get(key)
                found[key] = one.value if known is None or one.name in COUNTERS else max(known, one.value)
        period = at // _PERIOD_S
        self._db.run_many(
            "add_reading", [(host, period, name, subject, _POINT.pack(at, value)) for (host, name, subject), value in found.items()]
        )

    def since(self, host: str, name: str, subject: str, since: datetime) -> Points:
        """(seconds since 1970, value) from `since` on, oldest first; nothing for a measure of which no past is kept."""
        if not is_kept(name):
            return ()
        first = int(since.timestamp())
        rows = self._db.rows("readings_of", (_sql(host), first // _PERIOD_S, name, _sql(subject)))
        return _points((row["points"] for row in rows), first)

    def rename(self, old: str, new: str) -> None:
        """The past values of a host count for its new name; what that has of the same time stays."""
        self._db.run("rename_readings", (_sql(new), _sql(old)))
        self._db.run("forget_readings_of", (_sql(old),))

    def forget(self, before: datetime) -> None:
        """Forgets what is older, in whole rows of 32 days."""
        self._db.run("forget_readings", (int(before.timestamp()) // _PERIOD_S,))

    def find_moves(self, now: datetime) -> None:
        """Looks through the fleet for levels that moved; some microseconds a series, so once a day."""
        found = moved(self._recent(now), now)
        with self._db.transaction():
            self._db.run("forget_moves")
            self._db.run_many("add_move", [(one.host, one.name, one.subject, one.before, one.now, one.unit, one.weight) for one in found])

    def moves(self) -> tuple[Move, ...]:
        """What had moved when it was looked for last, worst first."""
        return tuple(
            Move(
                host=row["host"],
                name=row["name"],
                subject=row["subject"],
                before=row["before"],
                now=row["now"],
                unit=row["unit"],
                weight=row["weight"],
            )
            for row in self._db.rows("moves")
        )

    def _recent(self, now: datetime) -> Iterator[tuple[str, str, str, str, Points]]:
        names = json.dumps(sorted(WATCHED))
        units = {row["name"]: row["unit"] for row in self._db.rows("units", (names,))}
        until = int(now.timestamp())
        first, last = (until - (DAYS + 2) * _DAY_S) // _PERIOD_S, until // _PERIOD_S
        hosts = [row["host"] for row in self._db.rows("hosts_of_readings")]
        for n in range(0, len(hosts), _AT_ONCE):
            asked = {"hosts": json.dumps(hosts[n : n + _AT_ONCE]), "first": first, "last": last, "names": names}
            rows = self._db.rows("recent_readings", asked)
            for (host, name, subject), parts in groupby(rows, key=lambda row: (row["host"], row["name"], row["subject"])):
                yield host, name, subject, units.get(name, ""), _points((part["points"] for part in parts), 0)


def _points(packed: Iterable[bytes], first: int) -> Points:
    """What these rows hold from `first` on, oldest first."""
    return sorted((at, value) for one in packed for at, value in _POINT.iter_unpack(one) if at >= first)
