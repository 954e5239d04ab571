"""When each sort of report came: a bounded history for each host, kind and job, what was learnt from it, and the retired hosts.

A mail costs one statement. The cadence is learnt later, at the clock's tick, of the rows in which something came (`stale`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mailtriage.errors import InputError
from mailtriage.store._sqlite import Database, iso
from mailtriage.store._sqlite import sql_text as _sql
from mailtriage.text import one_line
from mailtriage.types import Outcome

N_TIMES = 64  # two months of a daily report, five years of a monthly one
KEEP = timedelta(days=400)
KEEP_ONCE = timedelta(days=60)  # what came a single time
_WIDTH = 11
_AHEAD = timedelta(minutes=10)
_A_WHILE = timedelta(minutes=10)
_MOST_JOBS = 8  # of one mail
_JOBS = {"cron": "cron_job"}  # kinds that have jobs, and the check whose items they are
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """One sort of report of one host; `cadence`, `due_at`, `late_at`, `often_since` as they were learnt."""

    host: str
    kind: str
    job: str
    n: int
    times: tuple[int, ...]  # the newest, ascending, seconds since 1970
    first_seen_at: datetime
    last_seen_at: datetime
    came_at: datetime | None  # when the last one was received, None when only an archive knows it
    heard_at: datetime | None
    relay: str
    is_local: bool = False
    cadence: str = ""
    due_at: datetime | None = None
    late_at: datetime | None = None
    often_since: datetime | None = None
    host_heard_at: datetime | None = None  # when anything last came from the host itself; of `overdue` only


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """A host that is not missed any more."""

    host: str
    at: datetime
    comment: str


class ArrivalBook:
    """The arrivals of one store, and who of its hosts is retired."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, outcome: Outcome, *, seen_at: datetime, now: datetime, relay: str = "", is_archive: bool = False) -> None:
        """Counts a mail, for each job in it. `seen_at` is the mail's own time where it is sane (correlate.seen_at).

        The same time twice is the same report again; a mail without a sane time of its own counts once in ten minutes.
        """
        host = _sql(outcome.host.lower())
        if not host or seen_at > now + _AHEAD:
            return
        came = outcome.received_at
        shared = {
            "host": host,
            "kind": outcome.kind,
            "time": _packed([_seconds(seen_at)]),
            "at": iso(seen_at),
            "came": "" if is_archive else iso(came),
            "relay": "" if is_archive else _sql(relay),
            "is_dated": is_archive or seen_at == outcome.sent_at,
            "a_while_before": iso(came - _A_WHILE),
            "full": N_TIMES * _WIDTH,
        }
        self._db.run_many("add_arrival", [{**shared, "job": job} for job in _jobs(outcome)])

    def stale(self, limit: int) -> tuple[Arrivals, ...]:
        """At most so many sorts of report in which something came since they were learnt."""
        return tuple(map(_arrivals, self._db.rows("stale_arrivals", (limit,))))

    def has_stale(self) -> bool:
        """Whether there are any."""
        return bool(self._db.value("has_stale_arrivals"))

    def learnt(self, rows: Sequence[Arrivals]) -> None:
        """Writes what was learnt of these: cadence, due, late and often, is_local."""
        self._db.run_many("learnt_arrival", [_values(row) for row in rows])

    def overdue(self, now: datetime) -> tuple[Arrivals, ...]:
        """What was due by now and has not come, the longest due first; retired hosts left out."""
        return tuple(map(_arrivals, self._db.rows("overdue_arrivals", (iso(now),))))

    def frequent(self) -> tuple[Arrivals, ...]:
        """What comes too often."""
        return tuple(map(_arrivals, self._db.rows("frequent_arrivals")))

    def n_heard_since(self, since: datetime, relay: str = "") -> int:
        """From how many hosts something was received after that, through this relay ("": any)."""
        return int(self._db.value("n_hosts_heard", {"since": iso(since), "relay": relay}))

    def silence_ended_at(self, key: str) -> datetime | None:
        """When the event of this key was last closed."""
        return _moment(self._db.value("silence_ended", (_sql(key),)))

    def all(self, hosts: Sequence[str] | None = None) -> tuple[Arrivals, ...]:
        """Everything, or all of these hosts, by host, kind and job."""
        if hosts is None:
            return tuple(map(_arrivals, self._db.rows("all_arrivals")))
        return tuple(map(_arrivals, self._db.rows("arrivals_named", (json.dumps([_sql(host.lower()) for host in hosts]),))))

    def remarkable(self, now: datetime) -> tuple[str, ...]:
        """The hosts of which something is late, or comes too often."""
        return tuple(row["host"] for row in self._db.rows("remarkable_hosts", {"now": iso(now)}))

    def use_version(self, version: str) -> bool:
        """Has everything reckoned anew when it was so by another cadence.toml than this; True when it is."""
        with self._db.transaction():
            if (self._db.value("cadence_version") or "") == version:
                return False
            self._db.run("set_cadence_version", (version,))
            self._db.run("relearn_arrivals")
            return True

    def forget(self, now: datetime) -> None:
        """Forgets what has not come for `KEEP`, and what came once only for `KEEP_ONCE`."""
        self._db.run("forget_arrivals", {"before": iso(now - KEEP), "once_before": iso(now - KEEP_ONCE)})

    # Hosts

    def require_host(self, host: str) -> None:
        """InputError when no mail of this host is known."""
        if not self._db.value("has_host", {"host": _sql(host)}):
            raise InputError(f"there is no host {one_line(host)!r}", remedy="`mailtriage hosts` lists them, with their full names")

    def retire(self, host: str, comment: str, at: datetime) -> None:
        """From now on the host is not missed, until it writes again."""
        self.require_host(host)
        self._db.run("retire_host", (_sql(host), iso(at), _sql(comment)))

    def retired(self) -> tuple[Retired, ...]:
        """The retired hosts."""
        return tuple(Retired(host=row["host"], at=_at(row["at"]), comment=row["comment"]) for row in self._db.rows("retired_hosts"))

    def take_returned(self) -> Mapping[str, datetime]:
        """Ends the retirement of hosts that wrote after it; gives them back with the time they had been retired."""
        found = {row["host"]: _at(row["at"]) for row in self._db.rows("returned_hosts")}
        self._db.run_many("unretire_host", [(host,) for host in found])
        return found

    def rename(self, old: str, new: str) -> None:
        """The past of one host becomes that of another name: arrivals, kinds, last measures. What the other has stays.

        Mails and ledger keep the name under which they came.
        """
        old, new = _sql(old), _sql(new)
        self.require_host(old)
        with self._db.transaction():
            theirs = {(row.kind, row.job): row for row in map(_arrivals, self._db.rows("arrivals_of", (new,)))}
            rows = [_merged(row, theirs.get((row.kind, row.job)), new) for row in map(_arrivals, self._db.rows("arrivals_of", (old,)))]
            self._db.run_many("put_arrival", [_values(row) for row in rows])
            self._db.run("forget_arrivals_of", (old,))
            for table in ("hosts", "measures"):
                self._db.run(f"rename_in_{table}", {"old": old, "new": new})
                self._db.run(f"forget_in_{table}", (old,))
            self._db.run("unretire_host", (old,))


def _jobs(outcome: Outcome) -> Sequence[str]:
    check = _JOBS.get(outcome.kind)
    if check is None:
        return ("",)
    named = dict.fromkeys(_sql(one.section.item) for one in outcome.sections if one.section.check == check)
    return list(named)[:_MOST_JOBS] or ("",)


def _merged(row: Arrivals, other: Arrivals | None, host: str) -> Arrivals:
    if other is None:
        return replace(row, host=host)
    newest = max(row, other, key=lambda one: one.last_seen_at)
    return replace(
        newest,
        host=host,
        n=row.n + other.n,
        times=tuple(sorted({*row.times, *other.times}))[-N_TIMES:],
        first_seen_at=min(row.first_seen_at, other.first_seen_at),
    )


def _arrivals(row: Any) -> Arrivals:
    text = row["times"]
    return Arrivals(
        host=row["host"],
        kind=row["kind"],
        job=row["job"],
        n=row["n"],
        times=tuple(sorted({int(one) for one in text.split()})),
        first_seen_at=_at(row["first_seen_at"]),
        last_seen_at=_at(row["last_seen_at"]),
        came_at=_moment(row["came_at"]),
        heard_at=_moment(row["heard_at"]),
        relay=row["relay"],
        is_local=bool(row["is_local"]),
        cadence=row["cadence"],
        due_at=_moment(row["due_at"]),
        late_at=_moment(row["late_at"]),
        often_since=_moment(row["often_since"]),
        host_heard_at=_moment(row["host_heard_at"]) if "host_heard_at" in row.keys() else None,  # noqa: SIM118
    )


def _values(row: Arrivals) -> dict[str, object]:
    return {
        "host": row.host,
        "kind": row.kind,
        "job": row.job,
        "n": row.n,
        "times": _packed(row.times),
        "first_seen_at": iso(row.first_seen_at),
        "last_seen_at": iso(row.last_seen_at),
        "came_at": iso(row.came_at) if row.came_at else "",
        "heard_at": iso(row.heard_at) if row.heard_at else "",
        "relay": row.relay,
        "is_local": row.is_local,
        "cadence": row.cadence,
        "due_at": iso(row.due_at) if row.due_at else None,
        "late_at": iso(row.late_at) if row.late_at else None,
        "often_since": iso(row.often_since) if row.often_since else None,
    }


def _packed(times: Sequence[int]) -> str:
    return "".join(f" {at:010d}" for at in times)


def _seconds(moment: datetime) -> int:
    return max(0, int((moment - _EPOCH).total_seconds()))


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
