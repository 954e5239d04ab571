"""What is dropped, counted by day, kind, section and host, so that it comes back when it grows (correlate/growth.py judges that).

One row for each mail with a dropped section, made in the transaction of the mail; when its day is over, the rows of a day become
one line of the past of each host. Days are UTC, by the mail's own date: a queue that drains late swells no day. Kept: `KEPT`
days for each section and host, and the shapes seen in that time.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zlib import crc32

from mailtriage.store._sqlite import Database
from mailtriage.store._sqlite import sql_text as _sql
from mailtriage.store.audits import source_of
from mailtriage.types import Outcome, Verdict
from mailtriage.volumes import Growth, MutedDay, MutedHost, Volume

KEPT = 70  # days: two month ends
GRACE = timedelta(hours=2)  # for mail that is late, once a day is over
_OLDEST = timedelta(days=KEPT)
_MAX_AHEAD = timedelta(minutes=10)
_MAX_SHAPES = 64  # of one section of one mail; the smallest hashes, so that it is the same sample each day
_MAX_DAY_SHAPES = 128  # of one section of one host on one day
_MAX_KNOWN_SHAPES = 5000  # of one section
_ALL = "*"  # in place of a host: all together
# Left out of a shape: numbers with what stands in and around them, blanks, months. Cheap, since it runs for every dropped line.
_NO_SHAPE = b"0123456789 \t\r.,:;%+-/()[]"
_MONTHS = re.compile(rb"Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec")


@dataclass(slots=True)
class _Tally:
    """What one host sent of one section on one day."""

    n_mails: int = 0
    n_lines: int = 0
    hours: Counter[int] = field(default_factory=Counter)
    shapes: set[int] = field(default_factory=set)
    mail_id: str = ""


class Muted:
    """The dropped sections of one store, by day."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, outcome: Outcome, *, is_archive: bool) -> None:
        """Counts the dropped sections of a mail; an archive, which may hold anything but all mails, says nothing of what is usual."""
        if is_archive:
            return
        found: dict[str, tuple[int, str, list[int]]] = {}
        for one in outcome.sections:
            if one.verdict is not Verdict.DROP:
                continue
            shapes, name = _shapes(one.section.text), _sql(one.section.name)
            n_lines = len(one.section.lines)
            if name in found:
                n_lines, shapes = n_lines + found[name][0], _sample({*shapes, *found[name][2]}, _MAX_SHAPES)
            found[name] = (n_lines, source_of(one.reasons[0].by, outcome.kind), shapes)
        if found:
            at = _day_of(outcome)
            sections = json.dumps(found, separators=(",", ":"))
            self._db.run("add_muted", (at.date().toordinal(), at.hour, outcome.kind, _sql(outcome.host), outcome.id, sections))

    def days(self, now: datetime) -> tuple[tuple[date, bool], ...]:
        """The days that are over and wait, oldest first, and whether each is to be judged: what comes later for a day is only counted."""
        through = self._through()
        last = ((now - GRACE).astimezone(UTC).date() - timedelta(days=1)).toordinal()
        return tuple((date.fromordinal(row["day"]), row["day"] > through) for row in self._db.rows("muted_days", (last,)))

    def sections(self, day: date) -> Iterator[MutedDay]:
        """All that was dropped on a day, so far, by section; what came after the day was ended is not in it."""
        for (kind, section), (tallies, sources) in self._tallies(day).items():
            yield self._section(day, kind, section, tallies, sources)

    def told(self, growths: Sequence[Growth]) -> None:
        """These jumps go into the digest: they are not told again, and what follows is compared with them."""
        rows = [(one.kind, one.section, _sql(host), one.day.toordinal()) for one in growths for host in one.hosts or (_ALL,)]
        self._db.run_many("muted_grew", rows)

    def end(self, day: date) -> None:
        """Makes a day part of the past."""
        n = day.toordinal()
        with self._db.transaction():
            for (kind, section), (tallies, _) in self._tallies(day).items():
                self._end_section(n, kind, section, tallies)
            self._db.run("forget_muted", (n,))
            self._db.run("forget_muted_shapes", (n - KEPT,))
            self._db.run("muted_through", (max(n, self._through()),))

    def forget(self, now: datetime) -> None:
        """Forgets hosts of which nothing was dropped for twice the time that is kept."""
        self._db.run("forget_muted_hosts", (now.date().toordinal() - 2 * KEPT,))

    # Parts

    def _through(self) -> int:
        return int(self._db.value("muted_last") or 0)

    def _tallies(self, day: date) -> dict[tuple[str, str], tuple[dict[str, _Tally], Counter[str]]]:
        found: dict[tuple[str, str], tuple[dict[str, _Tally], Counter[str]]] = {}
        for row in self._db.rows("muted_of_day", (day.toordinal(),)):
            for section, (n_lines, source, shapes) in json.loads(row["sections"]).items():
                tallies, sources = found.setdefault((row["kind"], section), ({}, Counter()))
                tally = tallies.setdefault(row["host"], _Tally())
                tally.n_mails += 1
                tally.n_lines += n_lines
                tally.hours[row["hour"]] += 1
                tally.shapes.update(shapes)
                tally.mail_id = row["mail_id"]
                sources[source] += n_lines + 1
        return found

    def _section(self, day: date, kind: str, section: str, tallies: Mapping[str, _Tally], sources: Counter[str]) -> MutedDay:
        known = self._known_shapes(kind, section)
        hosts: list[MutedHost] = []
        past = {row["host"]: row for row in self._db.rows("muted_past", (kind, section))}
        all_together = past.pop(_ALL, None)
        n = day.toordinal()
        for host in sorted({*past, *tallies}):
            row, tally = past.get(host), tallies.get(host)
            hosts.append(
                MutedHost(
                    host=host,
                    today=_volume(tally, known) if tally else Volume(),
                    past=_unpacked(row, n) if row else {},
                    first=row["first"] if row else n,
                    grown_on=row["grown_on"] if row else None,
                    mail_id=tally.mail_id if tally else "",
                )
            )
        return MutedDay(
            day=day,
            kind=kind,
            section=section,
            source=sources.most_common(1)[0][0],
            hosts=tuple(hosts),
            first=min(host.first for host in hosts),
            grown_on=all_together["grown_on"] if all_together else None,
        )

    def _end_section(self, n: int, kind: str, section: str, tallies: Mapping[str, _Tally]) -> None:
        known = self._known_shapes(kind, section)
        past = {row["host"]: row for row in self._db.rows("muted_past", (kind, section))}
        rows = []
        for host, tally in tallies.items():
            row = past.get(host)
            days = _unpacked(row, n + KEPT) if row else {}
            days[n] = _sum(days.get(n), _volume(tally, known))  # what came late is added
            kept = sorted((day, *volume) for day, volume in days.items())[-KEPT:]
            rows.append((kind, section, host, min(n, row["first"] if row else n), kept[-1][0], json.dumps(kept, separators=(",", ":"))))
        self._db.run_many("put_muted_past", rows)
        shapes = {shape for tally in tallies.values() for shape in _sample(tally.shapes, _MAX_DAY_SHAPES)}
        self._db.run_many("saw_muted_shape", [(kind, section, shape, n) for shape in shapes])
        self._db.run("trim_muted_shapes", {"kind": kind, "section": section, "keep": _MAX_KNOWN_SHAPES})

    def _known_shapes(self, kind: str, section: str) -> frozenset[int]:
        return frozenset(row["shape"] for row in self._db.rows("muted_shapes", (kind, section)))


def _day_of(outcome: Outcome) -> datetime:
    """The time of a mail, in UTC; it may be weeks late, but not ahead of us."""
    sent, received = outcome.sent_at, outcome.received_at
    is_sane = sent is not None and received - _OLDEST <= sent <= received + _MAX_AHEAD
    return (sent if is_sane and sent else received).astimezone(UTC)


def _shapes(text: str) -> list[int]:
    """The shapes of the lines, each as a number."""
    bare = _MONTHS.sub(b"", text.encode("utf-8", "replace").translate(None, _NO_SHAPE))
    return _sample(set(map(crc32, bare.split(b"\n"))), _MAX_SHAPES)


def _sample(shapes: set[int], most: int) -> list[int]:
    return sorted(shapes)[:most] if len(shapes) > most else list(shapes)


def _volume(tally: _Tally, known: frozenset[int]) -> Volume:
    shapes = _sample(tally.shapes, _MAX_DAY_SHAPES)
    return Volume(
        n_mails=tally.n_mails,
        n_lines=tally.n_lines,
        peak=max(tally.hours.values()),
        n_new=sum(shape not in known for shape in shapes),
        n_shapes=len(shapes),
    )


def _sum(before: Volume | None, more: Volume) -> Volume:
    if before is None:
        return more
    return Volume(
        n_mails=before.n_mails + more.n_mails,
        n_lines=before.n_lines + more.n_lines,
        peak=max(before.peak, more.peak),
        n_new=max(before.n_new, more.n_new),
        n_shapes=max(before.n_shapes, more.n_shapes),
    )


def _unpacked(row: Any, before: int) -> dict[int, Volume]:
    return {day: Volume(*volume) for day, *volume in json.loads(row["days"]) if day < before}
