"""The relay paths that mails of each host and kind took, which of them are learnt, and the ends of events nobody believed yet.

What a path is, and why it is believed: correlate/path.py. A path is learnt by itself after `LEARNT_AFTER` days if it was the
first of its host and kind; any other only by a person, or by `MOVED_AFTER` days in which none of those before it was used.
Kept: `KEPT_UNKNOWN` paths that are not learnt for each host and kind, until they were not used for `KEPT_FOR`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from ipaddress import ip_network
from typing import Any

from mailtriage.errors import InputError
from mailtriage.store import _rows
from mailtriage.store._sqlite import Database, iso
from mailtriage.store._sqlite import sql_text as _sql
from mailtriage.text import one_line
from mailtriage.types import Change, ChangeType, Doubt, Outcome, Verdict

LEARNT_AFTER = 3
MOVED_AFTER = 14
KEPT_UNKNOWN = 20
KEPT_FOR = timedelta(days=120)
_MAX_NOTES = 10  # of one event: whoever forges from a new place each time is shown so often
_RAISED = (ChangeType.OPENED, ChangeType.REOPENED, ChangeType.UPDATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRow:
    """One path of the mails of one kind of one host."""

    host: str
    kind: str
    path: str
    first_on: date
    last_on: date
    n_days: int
    learnt_on: date | None
    by: str  # who confirmed it, "" if it was learnt by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """An address or network a person vouches for: what comes from there is believed of any host."""

    address: str
    at: datetime
    who: str
    why: str


class Paths:
    """The paths of one store."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # What is known

    def learnt(self, host: str, kind: str) -> tuple[str, ...]:
        """The paths learnt or confirmed for mails of this kind of a host, the oldest first."""
        return tuple(row["path"] for row in self._db.rows("learnt_paths", (_sql(host), kind)))

    def shown_over(self, event_id: str) -> str:
        """The path of all mails that showed this event, "" if they took several or it was not raised by a mail."""
        return str(self._db.value("event_path", (event_id,)) or "")

    def trusted(self) -> tuple[str, ...]:
        """The addresses and networks a person vouches for."""
        return tuple(row["address"] for row in self._db.rows("trusted"))

    # One mail

    def record(self, outcome: Outcome, path: str, changes: Sequence[Change], doubted: Sequence[Doubt], now: datetime) -> None:
        """Writes down the path of a mail that was received now, for its host and those of its events.

        `changes` are those that are believed, `doubted` the ends that are not. For a mail of an archive it must not be called.
        """
        if outcome.verdict is Verdict.PASS:
            return
        today = iso(now)[:10]
        for host in {outcome.host, *(event.host for event in outcome.events)}:
            self._saw(_sql(host), outcome.kind, path, today)
        raised = [change for change in changes if change.type in _RAISED and change.mail_id]
        self._db.run_many("add_event_path", [(change.event.id, path) for change in raised])
        self._db.run_many("void_doubts", [(change.event.id, iso(change.at)) for change in raised])
        self._db.run_many("add_doubt", [(one.event.id, one.path, one.mail_id, iso(one.at), _sql(one.comment)) for one in doubted])

    def unnoted(self, doubted: Sequence[Doubt]) -> tuple[Doubt, ...]:
        """Those of them that no digest was told of yet: each event is shown once for each path. To be asked before `record`."""
        found = []
        for one in doubted:
            known = [row["path"] for row in self._db.rows("doubted_paths", (one.event.id,))]
            if one.path not in known and len(known) < _MAX_NOTES:
                found.append(one)
        return tuple(found)

    def _saw(self, host: str, kind: str, path: str, today: str) -> None:
        rows = self._db.rows("saw_path", {"host": host, "kind": kind, "path": path, "day": today})
        if not rows or rows[0]["learnt_on"] is not None:  # seen today already, or nothing to learn
            return
        row = rows[0]
        if row["n_days"] == 1:
            self._db.run("trim_paths", {"host": host, "kind": kind, "keep": KEPT_UNKNOWN})
        if row["n_days"] < LEARNT_AFTER:
            return
        rival = self._db.value("rivals_last_on", {"host": host, "kind": kind, "path": path, "first_on": row["first_on"]})
        if rival is None or (row["n_days"] >= MOVED_AFTER and rival < row["first_on"]):
            self._db.run("learn_path", {"host": host, "kind": kind, "path": path, "day": today, "by": ""})
        elif rival >= row["first_on"]:  # in use since this one appeared: what was counted proves no move
            self._db.run("recount_path", {"host": host, "kind": kind, "path": path, "day": today})

    # What a person says

    def confirm(self, host: str, *, path: str = "", who: str, at: datetime) -> tuple[str, ...]:
        """Believes the paths of a host that are not learnt, or this one only, and says which; InputError when there is none."""
        rows = [row for row in self.of(host) if row.learnt_on is None and path in ("", row.path)]
        if not rows:
            raise InputError(
                f"no mail of {one_line(host)!r} came by a path that is not known", remedy="`mailtriage hosts paths HOST` lists its paths"
            )
        values = [{"host": _sql(host), "kind": row.kind, "path": row.path, "day": iso(at)[:10], "by": _sql(who)} for row in rows]
        self._db.run_many("learn_path", values)
        return tuple(dict.fromkeys(row.path for row in rows))

    def distrust(self, host: str, path: str) -> None:
        """Forgets that a path of a host was learnt; InputError when there is no such path."""
        if not self._db.run("unlearn_path", (_sql(host), path)).rowcount:
            raise InputError(f"{one_line(host)!r} has no path {one_line(path)!r}", remedy="`mailtriage hosts paths HOST` lists its paths")

    def trust(self, address: str, *, who: str, why: str, at: datetime) -> str:
        """Vouches for an address or a network (`10.0.0.9`, `10.8.0.0/24`), and gives its spelling; InputError when it is none."""
        try:
            found = ip_network(address.strip(), strict=False)
        except ValueError as error:
            raise InputError(
                f"{one_line(address)!r} is no address", remedy="give one like 10.0.0.9, or a network like 10.8.0.0/24"
            ) from error
        self._db.run("trust", (str(found), iso(at), _sql(who), _sql(why)))
        return str(found)

    def rename(self, old: str, new: str) -> None:
        """What is known of the paths of a host counts for its new name."""
        self._db.run("rename_paths", (_sql(new), _sql(old)))

    # Listings, and what the clock does

    def of(self, host: str) -> tuple[PathRow, ...]:
        """All paths of a host, by kind, the oldest first."""
        return tuple(map(_path_row, self._db.rows("paths_of", (_sql(host),))))

    def vouched(self) -> tuple[Trusted, ...]:
        """The same as `trusted`, with who said so, when and why."""
        return tuple(
            Trusted(address=row["address"], at=datetime.fromisoformat(row["at"]), who=row["who"], why=row["why"])
            for row in self._db.rows("trusted")
        )

    def doubts(self) -> tuple[Doubt, ...]:
        """The ends of open events that are not believed, the newest first."""
        return tuple(
            Doubt(
                event=_rows.open_event(row),
                path=row["doubted_path"],
                mail_id=row["doubted_mail_id"],
                at=datetime.fromisoformat(row["doubted_at"]),
                comment=row["doubted_comment"],
            )
            for row in self._db.rows("open_doubts")
        )

    def forget(self, now: datetime) -> None:
        """Drops unlearnt paths that are not in use, and what is known of events long closed."""
        before = iso(now - KEPT_FOR)
        self._db.run("forget_paths", (before[:10],))
        self._db.run("forget_event_paths", (before,))
        self._db.run("forget_doubts", (before,))


def _path_row(row: Any) -> PathRow:
    return PathRow(
        host=row["host"],
        kind=row["kind"],
        path=row["path"],
        first_on=date.fromisoformat(row["first_on"]),
        last_on=date.fromisoformat(row["last_on"]),
        n_days=row["n_days"],
        learnt_on=date.fromisoformat(row["learnt_on"]) if row["learnt_on"] else None,
        by=row["by"],
    )
