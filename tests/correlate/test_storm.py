"""Storms: how much is told in an hour, and that nothing is lost behind what tells of the rest. On a real store, which may restart."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailtriage.config import StormConfig
from mailtriage.correlate.changes import event_id
from mailtriage.correlate.flaps import Holds, hold_for
from mailtriage.correlate.storm import WINDOW, limit, storm_ends
from mailtriage.store.main import Store
from mailtriage.store.storms import Storms
from mailtriage.types import Change, ChangeType, OpenEvent, Recovery, Severity
from tests.store.build import NOW, open_event

LIMITS = StormConfig(per_host=3, per_kind=5, total=8)
MINUTE = timedelta(minutes=1)
HOLDS = Holds(by_severity={Severity.WARNING: 10 * MINUTE, Severity.HIGH: 10 * MINUTE}, flapping_after=6)


def is_wanted(change: Change) -> bool:
    return change.event.severity is not Severity.INFO


class Site:
    """The worker's way with changes, on a store that can be opened anew at any time."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "main.sqlite3"
        self.now = NOW
        self.n = 0
        self.restart()

    def restart(self) -> None:
        self.store = Store(self.path)
        self.past = Storms(self.store._db)
        self.store._db.execute("PRAGMA synchronous = OFF")  # nobody pulls the plug here

    def change(self, *changes: Change) -> tuple[Change, ...]:
        limited = limit(changes, self.past, LIMITS, self.now, is_wanted)
        self._apply(limited)
        return limited

    def tick(self, after: timedelta = timedelta()) -> tuple[Change, ...]:
        self.now += after
        ends = storm_ends(self.past, LIMITS, self.now)
        self._apply(ends)
        return ends

    def _apply(self, changes: Sequence[Change]) -> None:
        with self.store.transaction():
            self.store.apply(
                changes,
                now=self.now,
                sinks_for=lambda change: ("hook",) if is_wanted(change) else (),
                hold_for=lambda change: hold_for(change, HOLDS),
            )
            self.past.note(changes)

    def open(
        self,
        host: str = "web07",
        kind: str = "cron",
        severity: Severity = Severity.HIGH,
        recovery: Recovery = Recovery.STATE,
        at: datetime | None = None,
    ) -> Change:
        self.n += 1
        known = open_event(f"d{self.n}", recovery, severity=severity, origin=f"{kind}/job", host=host, opened_at=at or self.now)
        return Change(type=ChangeType.OPENED, event=replace(known, id=event_id(known.key, str(self.n))), mail_id=f"m{self.n}", at=self.now)

    def close(self, event: OpenEvent) -> Change:
        self.n += 1
        return Change(type=ChangeType.CLOSED, event=event, mail_id=f"m{self.n}", at=self.now)

    @property
    def events(self) -> dict[str, OpenEvent]:
        return {event.key: event for event in self.store.open_events() if event.check != "storm"}

    def storms(self) -> dict[str, int]:
        return {storm.key: storm.count for storm in self.past.storms()}

    def sent(self) -> list[str]:
        """What the sink gets now, in order."""
        said = []
        while claimed := self.store.outbox.claim("hook", self.now):
            change = claimed[0].change
            assert change is not None
            said.append(f"{change.type} {change.event.key}")
            self.store.outbox.done(claimed[0], self.now)
        return said


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def news(changes: Sequence[Change]) -> list[str]:
    return [f"{change.type} {change.event.key}" for change in changes if change.is_news]


def test_what_is_beyond_the_limit_opens_behind_one_overflow_event(site: Site) -> None:
    for n in range(1, 4):
        assert news(site.change(site.open())) == [f"opened web07/filesystem/d{n}"]
    said = site.change(site.open(severity=Severity.WARNING), site.open())
    assert news(said) == ["opened mailtriage/storm/host web07"]
    assert said[-1].event.summary == (
        "2 new events on web07 beyond 3 within an hour, not told one by one; the worst is high: "
        "web07/filesystem/d5, web07/filesystem/d4; `mailtriage events --open` lists them"
    )
    assert said[-1].event.severity is Severity.HIGH
    assert {key for key, event in site.events.items() if event.behind} == {"web07/filesystem/d4", "web07/filesystem/d5"}
    assert len(site.events) == 5


def test_the_overflow_event_is_told_when_its_count_doubles(site: Site) -> None:
    site.change(*(site.open() for _ in range(3)))
    counts = [said[-1].event.count for _ in range(20) if news(said := site.change(site.open()))]
    assert counts == [1, 2, 4, 8, 16]
    assert site.storms() == {"mailtriage/storm/host web07": 20}


@pytest.mark.parametrize(
    ("places", "key"),
    [
        ([("web07", "cron")], "host web07"),
        ([(f"h{n}", "cron") for n in range(20)], "kind cron"),
        ([(f"h{n}", f"k{n}") for n in range(20)], "all"),
        ([("", "cron")], "host -"),
    ],
)
def test_the_limits_are_per_host_per_kind_and_in_all(site: Site, places: list[tuple[str, str]], key: str) -> None:
    most = {"host": 3, "kind": 5, "all": 8}[key.split(maxsplit=1)[0]]
    told = [news(site.change(site.open(*places[n % len(places)]))) for n in range(most + 1)]
    assert told[-1] == [f"opened mailtriage/storm/{key}"]
    assert all(one[0].startswith("opened") and "storm" not in one[0] for one in told[:-1])


def test_critical_is_told_at_once_and_takes_no_room(site: Site) -> None:
    site.change(*(site.open(severity=Severity.CRITICAL) for _ in range(20)))
    assert len(news(site.change(*(site.open() for _ in range(3))))) == 3
    site.change(site.open())
    assert news(site.change(site.open(severity=Severity.CRITICAL))) == ["opened web07/filesystem/d25"]
    behind = site.events["web07/filesystem/d24"]
    worse = Change(type=ChangeType.UPDATED, event=replace(behind, severity=Severity.CRITICAL), mail_id="w", at=site.now)
    assert news(site.change(worse)) == ["updated web07/filesystem/d24"]
    assert site.past.n_behind("mailtriage/storm/host web07") == 0


def test_what_gets_worse_behind_a_storm_is_told_by_its_overflow_event(site: Site) -> None:
    site.change(*(site.open(severity=Severity.WARNING) for _ in range(4)))
    behind = site.events["web07/filesystem/d4"]
    worse = Change(type=ChangeType.UPDATED, event=replace(behind, severity=Severity.HIGH), mail_id="w", at=site.now)
    said = site.change(worse)
    assert news(said) == ["updated mailtriage/storm/host web07"]
    assert "the worst is high: web07/filesystem/d4;" in said[-1].event.summary
    assert site.storms() == {"mailtriage/storm/host web07": 1}
    site.tick(WINDOW - MINUTE)
    site.change(replace(worse, event=replace(worse.event, count=9), is_news=False))
    assert news(site.tick(MINUTE)) == ["updated web07/filesystem/d4", "closed mailtriage/storm/host web07"]


def test_the_worst_are_named(site: Site) -> None:
    site.change(*(site.open(severity=Severity.WARNING) for _ in range(8)))
    assert news(site.change(site.open())) == ["updated mailtriage/storm/host web07"]  # worse than the five
    site.now += MINUTE
    assert news(site.change(site.open())) == []
    said = site.change(site.open(severity=Severity.WARNING))[-1]
    assert "the worst is high: web07/filesystem/d9, web07/filesystem/d" in said.event.summary


def test_an_overflow_event_takes_no_room(site: Site) -> None:
    site.change(*(site.open() for _ in range(4)))
    others = [news(site.change(site.open(f"h{n}", f"k{n}"))) for n in range(6)]
    assert others == [[f"opened h{n}/filesystem/d{n + 5}"] for n in range(5)] + [["opened mailtriage/storm/all"]]


def test_what_no_sink_wants_takes_no_room_until_it_is_worse(site: Site) -> None:
    site.change(*(site.open(severity=Severity.INFO) for _ in range(9)))
    assert len(news(site.change(*(site.open() for _ in range(3))))) == 3
    worse = replace(site.events["web07/filesystem/d1"], severity=Severity.HIGH)
    said = site.change(Change(type=ChangeType.UPDATED, event=worse, mail_id="w", at=site.now))
    assert news(said) == ["opened mailtriage/storm/host web07"]


def test_room_comes_back_within_the_hour_as_the_told_ones_get_old(site: Site) -> None:
    for _ in range(3):
        site.change(site.open())
        site.now += 20 * MINUTE
    assert news(site.change(site.open())) == ["opened web07/filesystem/d4"]
    assert "storm" in news(site.change(site.open()))[0]


def test_a_problem_that_was_over_within_its_hold_time_took_no_room(site: Site) -> None:
    for _ in range(9):
        opened = site.open(recovery=Recovery.EXPLICIT)
        assert len(news(site.change(opened))) == 1
        site.now += MINUTE
        site.change(site.close(opened.event))
    assert site.storms() == {}


def test_what_ends_behind_a_storm_is_told_to_nobody(site: Site) -> None:
    site.change(*(site.open() for _ in range(5)))
    site.sent()
    site.change(*(site.close(event) for event in site.events.values()))
    assert sorted(site.sent()) == [f"closed web07/filesystem/d{n}" for n in (1, 2, 3)]
    assert [change.comment for change in site.tick(WINDOW)] == [
        "for an hour no more than 3 new events; of 2 that were kept back none still open"
    ]
    assert site.sent() == ["closed mailtriage/storm/host web07"]


def test_what_is_open_when_the_storm_ends_is_told_then(site: Site) -> None:
    site.change(*(site.open() for _ in range(6)))
    site.sent()
    assert site.tick(WINDOW - MINUTE) == ()
    ends = site.tick(MINUTE)
    *late, last = site.sent()
    assert sorted(late) == [f"opened web07/filesystem/d{n}" for n in (4, 5, 6)]
    assert (last, ends[-1].comment) == (
        "closed mailtriage/storm/host web07",
        "for an hour no more than 3 new events; of 3 that were kept back 3 still open, told now",
    )
    assert news(site.change(site.open())) == ["opened web07/filesystem/d7"]  # those told late are no new ones
    site.change(site.close(site.events["web07/filesystem/d4"]))
    assert site.sent()[-1] == "closed web07/filesystem/d4"


def test_what_is_too_much_to_be_told_one_by_one_stays_behind_its_overflow_event(site: Site) -> None:
    site.change(*(site.open() for _ in range(7)))
    site.sent()
    (over,) = site.tick(WINDOW)
    assert over.event.summary == (
        "the storm is over on web07; of 4 events that were kept back 4 still open: `mailtriage events --open` lists them"
    )
    assert (site.sent(), site.tick(MINUTE)) == (["updated mailtriage/storm/host web07"], ())
    site.change(site.close(site.events["web07/filesystem/d5"]))
    site.tick(MINUTE)
    assert sorted(site.sent()) == ["closed mailtriage/storm/host web07", *(f"opened web07/filesystem/d{n}" for n in (4, 6, 7))]


def test_a_queue_that_drains_is_limited_by_when_it_comes(site: Site) -> None:
    said = [news(site.change(site.open(at=NOW - n * timedelta(hours=2)))) for n in range(20)]
    assert sum(len(one) for one in said) == 3 + 5  # three events, and the overflow event at 1, 2, 4, 8, 16


def test_an_overflow_event_that_is_gone_leaves_nothing_untold(site: Site) -> None:
    site.change(*(site.open() for _ in range(5)))
    site.change(site.close(site.past.storms()[0]))
    site.sent()
    site.tick(MINUTE)
    assert sorted(site.sent()) == ["opened web07/filesystem/d4", "opened web07/filesystem/d5"]
    assert site.tick(MINUTE) == ()


def test_a_clock_that_was_wrong_holds_no_storm_open(site: Site) -> None:
    site.now += timedelta(days=900)
    site.change(*(site.open() for _ in range(4)))
    site.now = NOW
    site.tick()
    assert site.storms() == {}
    assert news(site.change(site.open())) == ["opened web07/filesystem/d5"]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_comes_every_event_is_told_or_stands_behind_one_overflow_event(tmp_path: Path, seed: int) -> None:
    rng, site = random.Random(seed), Site(tmp_path)
    told: list[tuple[datetime, OpenEvent]] = []
    behind: dict[str, set[str]] = {}
    for _ in range(150):
        site.now += rng.choice([0, 0, 0, 0, 1, 1, 5, 20, 70]) * MINUTE
        if rng.random() < 0.1:
            site.restart()
        changes = _some(site, rng) if rng.random() < 0.85 else site.tick()
        for change in changes:
            event = change.event
            if event.check == "storm":
                if change.type is ChangeType.CLOSED:
                    behind.pop(event.key)
            elif change.type is ChangeType.OPENED and event.severity is Severity.CRITICAL:
                assert site.events[event.key].told_at == site.now
            elif event.behind not in ("", "-") and not event.is_told and change.type is not ChangeType.CLOSED:
                behind.setdefault(event.behind, set()).add(event.id)
            elif change.is_news and not event.is_told and event.behind == "" and change.type is not ChangeType.CLOSED and is_wanted(change):
                told.append((site.now, event))
        _check(site, told, {key: len(ids) for key, ids in behind.items()})
    _end(site)


def _some(site: Site, rng: random.Random) -> tuple[Change, ...]:
    if rng.random() < 0.3 and (known := list(site.events.values())):
        event = rng.choice(known)
        if rng.random() < 0.7:
            return site.change(site.close(event))
        worse = rng.choice([one for one in Severity if one.rank >= event.severity.rank])
        return site.change(
            Change(
                type=ChangeType.UPDATED,
                event=replace(event, severity=worse, count=event.count + 1),
                mail_id=f"w{rng.random()}",
                at=site.now,
                is_news=worse is not event.severity,
            )
        )
    n = rng.choice([1, 1, 1, 2, 6])
    return site.change(
        *(site.open(f"h{rng.randrange(4)}", f"k{rng.randrange(3)}", rng.choice(list(Severity))) for _ in range(n)),
    )


def _check(site: Site, told: Sequence[tuple[datetime, OpenEvent]], counted: dict[str, int]) -> None:
    storms = site.storms()
    assert storms == counted
    for event in site.events.values():
        if event.behind in ("", "-"):
            assert event.is_told or event.severity is Severity.INFO
        else:
            assert event.is_told or event.behind in storms
    lately = [event for at, event in told if at > site.now - WINDOW and site_severity(site, event) is not Severity.CRITICAL]
    assert len(lately) <= LIMITS.total
    assert max(Counter(event.host for event in lately).values(), default=0) <= LIMITS.per_host
    assert max(Counter(event.origin for event in lately).values(), default=0) <= LIMITS.per_kind


def site_severity(site: Site, event: OpenEvent) -> Severity:
    now = site.events.get(event.key)
    return now.severity if now else event.severity


def _end(site: Site) -> None:
    """Half of what is open ends; the rest is told within two hours, and no storm is left."""
    for event in list(site.events.values())[LIMITS.per_host :]:
        site.change(site.close(event))
    site.tick(2 * WINDOW)
    assert site.storms() == {}
    assert all(event.is_told or event.severity is Severity.INFO for event in site.events.values())
    said: dict[str, list[str]] = {}
    for line in site.sent():
        what, _, key = line.partition(" ")
        said.setdefault(key, []).append(what)
    assert all(one[0] != "closed" for one in said.values())
    assert all(one[-1] != "closed" for key, one in said.items() if key in site.events)
