"""A fleet's reports as they arrive, and what the clock says of them: the real store and the real tick, without mails."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from mailtriage.service.silence import Overrides, changes
from mailtriage.store.main import Store
from mailtriage.types import Change, ChangeType
from tests.store.build import DAY, judged, outcome

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SUMMER = (33, 88)  # the days on which the clocks change
_NUMBER = count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A change, and when it was made."""

    at: datetime
    type: ChangeType
    key: str


class Clock:
    """A store, and the worker's tick over it."""

    def __init__(self, path: Path, overrides: Overrides | None = None) -> None:
        self.store = Store(path)
        self.store._db.execute("PRAGMA synchronous = OFF")  # no power fails here
        self.book = self.store.arrivals
        self.overrides = overrides or Overrides()
        self.said: list[Said] = []

    def arrive(
        self,
        host: str,
        at: datetime,
        *,
        kind: str = "freebsd_daily",
        job: str = "",
        came: datetime | None = None,
        sent_at: datetime | None = None,
        relay: str = "",
        is_archive: bool = False,
    ) -> None:
        """A mail dated `at`, received when it `came`."""
        section = judged("output")
        if job:
            section = replace(section, section=replace(section.section, check="cron_job", item=job))
        mail = outcome(f"m{next(_NUMBER)}", section, at=came or at, sent_at=sent_at or at, kind=kind, host=host)
        self.book.add(mail, seen_at=at, now=came or at, relay=relay, is_archive=is_archive)

    def tick(self, now: datetime, *, is_behind: bool = False) -> tuple[Change, ...]:
        """What the clock says now."""
        with self.store.transaction():
            found = changes(self.book, self.overrides, self.store.open_events(), is_behind=is_behind, now=now)
            self.store.apply(found, now=now)
        self.said += [Said(at=now, type=change.type, key=change.event.key) for change in found]
        return found

    def ticks(self, since: datetime, until: datetime, step: timedelta = 10 * MINUTE) -> list[tuple[str, str]]:
        """All it says until then: type and key."""
        before = len(self.said)
        while since <= until:
            self.tick(since)
            since += step
        return [(str(one.type), one.key) for one in self.said[before:]]

    @property
    def open_keys(self) -> set[str]:
        """What is open."""
        return {event.key for event in self.store.open_events()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A host that really stopped writing, until it was mended."""

    host: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What happens to a fleet."""

    start: datetime
    days: int
    hosts: tuple[str, ...]
    silences: tuple[Silence, ...]
    retired: dict[str, datetime]
    outage: tuple[datetime, datetime]
    seed: int

    def mails(self) -> Iterator[tuple[datetime, datetime, str, str]]:
        """Received, dated, host, kind: in the order of reception."""
        rng = random.Random(self.seed)
        found: list[tuple[datetime, datetime, str, str]] = []
        for host in self.hosts:
            zone = rng.choice((-5, 0, 1, 1, 1, 8))
            has_dst = rng.random() < 0.8
            for day in range(self.days + 1):
                date = self.start + day * DAY
                local = timedelta(hours=zone + (has_dst and SUMMER[0] <= day < SUMMER[1]))
                for kind, at in _due(date):
                    made = date + at - local + timedelta(seconds=rng.uniform(0, 3600))
                    found += self._sent(host, kind, made, rng)
        return iter(sorted(found))

    def _sent(self, host: str, kind: str, made: datetime, rng: random.Random) -> list[tuple[datetime, datetime, str, str]]:
        if any(one.host == host and one.since <= made < one.until for one in self.silences):
            return []
        if host in self.retired and made >= self.retired[host]:
            return []
        came = made + timedelta(seconds=rng.expovariate(1 / 20))
        if self.outage[0] <= came < self.outage[1]:  # it waits in its sender's queue, which tries again every half an hour
            came = self.outage[1] + timedelta(seconds=rng.uniform(0, 1800))
        return [(came, made, host, kind)]


def _due(date: datetime) -> Iterator[tuple[str, timedelta]]:
    """The kinds of a day with their local times, as FreeBSD's crontab has them."""
    yield "freebsd_daily", timedelta(hours=3, minutes=1)
    yield "freebsd_security", timedelta(hours=3, minutes=2)
    if date.weekday() == 5:
        yield "freebsd_weekly", timedelta(hours=4, minutes=15)
    if date.day == 1:
        yield "freebsd_monthly", timedelta(hours=5, minutes=30)


def script(seed: int, *, n_hosts: int = 75, days: int = 120, n_silences: int = 10, start: datetime) -> Script:
    """Ten silences of two to five days after the first three weeks, three retirements, an outage over a night; exact by its seed."""
    rng = random.Random(seed)
    hosts = tuple(f"web{n:02}.example.org" for n in range(n_hosts))
    chosen = rng.sample(hosts, n_silences + 3)
    outage_at = start + rng.randint(30, days - 20) * DAY + rng.uniform(-2, 2) * HOUR
    silences = []
    for host in chosen[:n_silences]:
        since = start + rng.uniform(21, days - 8) * DAY
        while abs(since - outage_at) < 7 * DAY:
            since = start + rng.uniform(21, days - 8) * DAY
        silences.append(Silence(host=host, since=since, until=since + rng.uniform(2, 5) * DAY))
    retired = {host: start + rng.uniform(40, days - 10) * DAY for host in chosen[n_silences:]}
    outage = (outage_at, outage_at + 6 * HOUR)
    return Script(start=start, days=days, hosts=hosts, silences=tuple(silences), retired=retired, outage=outage, seed=seed)


def play(clock: Clock, told: Script, step: timedelta = 10 * MINUTE) -> None:
    """The whole script, with a tick every `step`."""
    waiting = list(told.mails())
    heapq.heapify(waiting)
    leaving = sorted((at, host) for host, at in told.retired.items())
    now, end = told.start, told.start + told.days * DAY
    while now < end:
        with clock.store.transaction():
            while waiting and waiting[0][0] <= now:
                came, made, host, kind = heapq.heappop(waiting)
                clock.arrive(host, made, kind=kind, came=came)
        while leaving and leaving[0][0] <= now:
            at, host = leaving.pop(0)
            clock.book.retire(host, "gone", at)
        clock.tick(now)
        now += step
