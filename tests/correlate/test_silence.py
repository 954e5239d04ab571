"""Who is called missing, and who is not: on a real store with the clock as an argument; the whole fleet under `SOAK=1`."""

from __future__ import annotations

import os
import random
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailtriage.correlate.overrides import parse_overrides
from mailtriage.service.silence import Overrides
from mailtriage.types import ChangeType, Severity
from tests.correlate.arriving import HOUR, MINUTE, Clock, Script, play, script
from tests.store.build import DAY

MONDAY = datetime(2026, 8, 3, 3, 1, tzinfo=UTC)
FLEET = [f"web{n:02}" for n in range(12)]


@pytest.fixture
def clock(tmp_path: Path) -> Iterator[Clock]:
    clock = Clock(tmp_path / "main.sqlite3")
    yield clock
    clock.store.close()


def live(
    clock: Clock,
    hosts: list[str],
    days: int,
    *,
    start: datetime = MONDAY,
    kind: str = "freebsd_daily",
    job: str = "",
    relay: str = "",
) -> datetime:
    """Reports every night, with a tick after each; gives the time of the last night."""
    for day in range(days):
        for number, host in enumerate(hosts):
            clock.arrive(host, start + day * DAY + number * MINUTE, kind=kind, job=job, relay=relay)
        clock.tick(start + day * DAY + HOUR)
    return start + (days - 1) * DAY


def test_a_daily_report_that_does_not_come_is_an_event_within_26_hours_until_it_comes_again(clock: Clock) -> None:
    last = live(clock, ["web01"], 10)
    assert clock.ticks(last, last + 25 * HOUR) == []
    (opened,) = clock.ticks(last + 25 * HOUR, last + 26 * HOUR)
    assert opened == ("opened", "web01/silence/-")
    assert clock.ticks(last + 26 * HOUR, last + 50 * HOUR) == []
    clock.arrive("web01", last + 2 * DAY + HOUR)
    assert clock.ticks(last + 2 * DAY + 2 * HOUR, last + 3 * DAY) == [("closed", "web01/silence/-")]


@pytest.mark.parametrize("kind", ["cron", "zabbix", "smartd", "human", "bounce", "unknown", "unattended_upgrades"])
def test_what_comes_only_when_there_is_something_to_say_is_never_missed(clock: Clock, kind: str) -> None:
    last = live(clock, ["web01"], 20, kind=kind)
    assert clock.ticks(last, last + 20 * DAY, HOUR) == []
    (row,) = clock.book.all()
    assert '"confidence":0.9' in row.cadence, "it is counted, and its cadence is shown"


def test_a_late_report_of_a_host_that_writes_otherwise_is_one_milder_event(clock: Clock) -> None:
    live(clock, ["web01"], 10, kind="freebsd_security")
    last = live(clock, ["web01"], 9)
    security = live(clock, ["web01"], 3, start=last + DAY + MINUTE, kind="freebsd_security")
    assert [(one.type, one.key) for one in clock.said] == [(ChangeType.OPENED, "web01/silence/freebsd_daily")]
    assert clock.store.open_events()[0].severity is Severity.WARNING
    assert clock.ticks(security, security + 27 * HOUR) == [
        ("opened", "web01/silence/-"),
        ("closed", "web01/silence/freebsd_daily"),
    ], "the silent host hides its kinds"


def test_what_others_write_about_a_host_is_no_sign_that_it_lives(clock: Clock) -> None:
    last = live(clock, ["web01"], 10)
    clock.arrive("web01", last + 25 * HOUR, kind="zabbix")
    assert clock.ticks(last + 25 * HOUR, last + 27 * HOUR) == [("opened", "web01/silence/-")]
    clock.arrive("web01", last + 28 * HOUR, kind="zabbix")
    assert clock.ticks(last + 28 * HOUR, last + 29 * HOUR) == []


def test_a_host_that_writes_again_has_its_whole_time_before_its_other_reports_are_missed(clock: Clock) -> None:
    live(clock, ["web01"], 10, kind="freebsd_security")
    last = live(clock, ["web01"], 10)
    clock.ticks(last, last + 3 * DAY, HOUR)
    clock.arrive("web01", last + 3 * DAY + 7 * HOUR, kind="cron", job="root: backup")
    assert clock.ticks(last + 3 * DAY + 7 * HOUR, last + 4 * DAY) == [("closed", "web01/silence/-")]


@pytest.mark.parametrize(("kind", "step", "n", "limit"), [("freebsd_weekly", 7, 6, 8), ("freebsd_monthly", 30, 6, 33)])
def test_a_weekly_or_monthly_report_is_missed_in_time_though_the_host_writes_daily(
    clock: Clock, kind: str, step: int, n: int, limit: int
) -> None:
    dates = [datetime(2026, month, 1, 5, 30, tzinfo=UTC) for month in range(2, 2 + n)]
    if step == 7:
        dates = [MONDAY + number * step * DAY for number in range(n)]
    first, last = dates[0].replace(hour=3), dates[-1]
    for night in range((last - first) // DAY + limit + 2):
        at = first + night * DAY
        clock.arrive("web01", at)
        while dates and dates[0] <= at + 4 * HOUR:
            clock.arrive("web01", dates.pop(0), kind=kind)
        clock.ticks(at + 4 * HOUR, at + 24 * HOUR, 2 * HOUR)
    (said,) = clock.said
    assert said.key == f"web01/silence/{kind}"
    assert timedelta(days=step) < said.at - last <= limit * DAY


def test_silence_of_all_hosts_is_one_event_and_its_end_starts_no_storm(clock: Clock) -> None:
    last = live(clock, FLEET, 10)
    night = last + DAY
    assert clock.ticks(night, night + 5 * HOUR) == [("opened", "-/silence/-")]
    for number, host in enumerate(FLEET[:8]):  # the queue drains, late and out of order
        clock.arrive(host, night + number * MINUTE, came=night + 5 * HOUR + (8 - number) * MINUTE)
    assert clock.ticks(night + 5 * HOUR, night + 20 * HOUR) == [("closed", "-/silence/-")]
    for host in FLEET[:8]:
        clock.arrive(host, night + DAY)
    assert clock.ticks(night + DAY, night + 30 * HOUR) == [], "the others are waited for, a whole day from the end on"
    said = {key for _, key in clock.ticks(night + 30 * HOUR, night + 33 * HOUR)}
    assert said == {f"{host}/silence/-" for host in FLEET[8:]}, "now the path is known to be well"


def test_a_host_that_was_silent_before_stays_so_when_the_path_fails_too(clock: Clock) -> None:
    last = live(clock, FLEET, 10)
    night = last + DAY
    for host in FLEET[1:]:
        clock.arrive(host, night)
    assert clock.ticks(night, night + 6 * HOUR) == [("opened", "web00/silence/-")]
    assert clock.ticks(night + DAY, night + DAY + 6 * HOUR) == [("opened", "-/silence/-")]
    assert clock.open_keys == {"web00/silence/-", "-/silence/-"}


def test_silence_behind_one_relay_is_one_event_that_names_it(clock: Clock) -> None:
    here, there = FLEET[:7], FLEET[7:]
    for day in range(10):
        live(clock, here, 1, start=MONDAY + day * DAY, relay="192.0.2.1")
        live(clock, there, 1, start=MONDAY + day * DAY, relay="192.0.2.2")
    night = MONDAY + 10 * DAY
    live(clock, here, 1, start=night, relay="192.0.2.1")
    assert clock.ticks(night, night + 6 * HOUR) == [("opened", "-/silence/via 192.0.2.2")]


def test_three_hosts_that_fall_silent_are_told_one_by_one(clock: Clock) -> None:
    last = live(clock, FLEET, 10)
    live(clock, FLEET[3:], 1, start=last + DAY)
    assert sorted(key for _, key in clock.ticks(last + DAY, last + DAY + 6 * HOUR)) == [f"web0{n}/silence/-" for n in range(3)]


def test_an_outage_in_the_middle_of_the_night_is_told_as_one_too(clock: Clock) -> None:
    last = live(clock, FLEET, 10)
    live(clock, FLEET[:7], 1, start=last + DAY)  # less than half are missing, and nobody wrote since
    assert clock.ticks(last + DAY, last + DAY + 6 * HOUR) == [("opened", "-/silence/-")]


def test_while_mails_wait_nobody_is_called_missing(clock: Clock) -> None:
    last = live(clock, ["web01"], 10)
    assert clock.tick(last + 30 * HOUR, is_behind=True) == ()
    clock.arrive("web01", last + DAY, came=last + 30 * HOUR)
    assert clock.tick(last + 30 * HOUR + MINUTE) == ()


def test_a_new_host_is_not_missed_before_it_is_known(clock: Clock) -> None:
    last = live(clock, ["web01"], 1)
    assert clock.ticks(last, last + 20 * DAY, HOUR) == []


def test_two_nights_are_enough_for_reports_that_are_nightly_by_their_nature(clock: Clock) -> None:
    last = live(clock, ["web01"], 2)
    assert clock.ticks(last, last + 26 * HOUR - MINUTE, HOUR) == []
    assert [change.event.key for change in clock.tick(last + 26 * HOUR + MINUTE)] == ["web01/silence/-"]


def test_a_host_whose_clock_is_hours_slow_is_not_late_every_day(clock: Clock) -> None:
    for day in range(20):
        at = MONDAY + day * DAY
        slow = timedelta(hours=7) if day >= 10 else timedelta()
        clock.arrive("web01", at - slow, came=at)
        clock.ticks(at + HOUR, at + 24 * HOUR - MINUTE, HOUR)
    assert clock.said == []


def test_a_host_dated_1970_is_known_by_when_its_mail_came(clock: Clock) -> None:
    for day in range(10):
        clock.arrive("web01", MONDAY + day * DAY, sent_at=datetime(1970, 1, 2, tzinfo=UTC))
        clock.tick(MONDAY + day * DAY)
    assert clock.ticks(MONDAY + 9 * DAY, MONDAY + 11 * DAY) == [("opened", "web01/silence/-")]


def test_a_name_in_other_letters_is_the_same_host(clock: Clock) -> None:
    last = live(clock, ["web01"], 10)
    clock.arrive("WEB01", last + DAY)
    assert clock.ticks(last + DAY, last + DAY + 20 * HOUR, HOUR) == []
    assert {row.host for row in clock.book.all()} == {"web01"}


def test_two_hosts_with_one_name_raise_nothing(clock: Clock) -> None:
    for day in range(30):
        for hour in (0, 2):
            clock.arrive("web01", MONDAY + day * DAY + hour * HOUR)
        clock.ticks(MONDAY + day * DAY + 2 * HOUR, MONDAY + (day + 1) * DAY - MINUTE, 4 * HOUR)
    assert clock.said == []


def test_an_imported_archive_is_learnt_from_and_missed_never(clock: Clock) -> None:
    for day in range(20):
        clock.arrive("web01", MONDAY + day * DAY, is_archive=True)
    now = MONDAY + 60 * DAY
    assert clock.ticks(now, now + 3 * DAY, HOUR) == []
    clock.arrive("web01", now)
    assert clock.ticks(now, now + 2 * DAY) == [("opened", "web01/silence/-")], "known from its past as soon as it lives"


def test_the_same_week_twice_and_a_month_at_once_are_no_flood(clock: Clock) -> None:
    last = live(clock, ["web01"], 10)
    for _ in range(2):
        for day in range(7):
            clock.arrive("web01", MONDAY + day * DAY, came=last + HOUR)
    for number in range(30):  # older than a date is believed: dated by their reception
        clock.arrive("web01", last + HOUR + timedelta(seconds=number), sent_at=last - 40 * DAY)
    assert clock.ticks(last + HOUR, last + 20 * HOUR, HOUR) == []
    assert clock.book.all()[0].n == 11


class TestRetired:
    def test_a_retired_host_is_not_missed_and_its_open_event_ends(self, clock: Clock) -> None:
        last = live(clock, ["web01"], 10)
        clock.ticks(last, last + 2 * DAY)
        clock.book.retire("web01", "gone", last + 2 * DAY)
        (closed,) = clock.tick(last + 2 * DAY + MINUTE)
        assert (closed.type, closed.comment) == (ChangeType.CLOSED, "the host is retired")
        assert clock.ticks(last + 2 * DAY, last + 9 * DAY, HOUR) == []

    def test_it_is_missed_again_after_it_wrote_again_and_that_is_said(self, clock: Clock) -> None:
        last = live(clock, ["web01"], 10)
        clock.book.retire("web01", "gone", last + HOUR)
        clock.arrive("web01", last + 5 * DAY)
        assert clock.tick(last + 5 * DAY, is_behind=True) == ()
        assert clock.ticks(last + 5 * DAY, last + 7 * DAY) == [("opened", "web01/retired/-"), ("opened", "web01/silence/-")]
        assert clock.book.retired() == ()

    def test_a_mail_from_before_does_not_bring_it_back(self, clock: Clock) -> None:
        last = live(clock, ["web01"], 10)
        clock.book.retire("web01", "gone", last + DAY + HOUR)
        clock.arrive("web01", last + DAY, came=last + DAY + 2 * HOUR)
        assert clock.ticks(last + DAY + 2 * HOUR, last + 5 * DAY, HOUR) == []


def test_a_renamed_host_keeps_its_cadence_and_the_old_name_is_not_missed(clock: Clock) -> None:
    last = live(clock, ["web01"], 10)
    clock.book.rename("web01", "www")
    clock.arrive("www", last + DAY)
    assert clock.ticks(last + DAY, last + 3 * DAY) == [("opened", "www/silence/-")]


def test_a_job_that_runs_every_minute_is_one_event_until_it_is_normal_again(clock: Clock) -> None:
    last = live(clock, ["web01"], 20, kind="cron", job="root: backup")
    for minute in range(90):
        clock.arrive("web01", last + 5 * HOUR + minute * MINUTE, kind="cron", job="root: backup")
        clock.tick(last + 5 * HOUR + minute * MINUTE)
    live(clock, ["web01"], 4, start=last + DAY, kind="cron", job="root: backup")
    assert [(one.type, one.key) for one in clock.said] == [
        (ChangeType.OPENED, "web01/too_often/root: backup"),
        (ChangeType.CLOSED, "web01/too_often/root: backup"),
    ]
    assert clock.said[0].at - (last + 5 * HOUR) <= 10 * MINUTE
    assert clock.said[1].at - clock.said[0].at < 2 * DAY


def test_alerts_may_come_as_often_as_they_like(clock: Clock) -> None:
    last = live(clock, ["web01"], 20, kind="zabbix")
    for minute in range(90):
        clock.arrive("web01", last + 5 * HOUR + minute * MINUTE, kind="zabbix")
    assert clock.ticks(last + 6 * HOUR, last + 7 * HOUR) == []


def test_the_admin_knows_better(tmp_path: Path) -> None:
    tables = parse_overrides(
        b"""
        [[cadence]]
        host = "web*"
        kind = "freebsd_daily"
        late_after = "50h"
        [[cadence]]
        kind = "cron"
        job = "*backup"
        period = "daily"
        [[cadence]]
        host = "web02"
        never = true
        """,
        "cadence.toml",
    )
    clock = Clock(tmp_path / "main.sqlite3", Overrides(tables=tables, version="1"))
    live(clock, ["web01", "web02"], 10)
    last = live(clock, ["db01"], 10, kind="cron", job="root: backup")
    assert clock.ticks(last, last + 3 * DAY, HOUR) == [("opened", "db01/silence/-"), ("opened", "web01/silence/-")]
    assert clock.said[0].at - last == 26 * HOUR
    assert clock.said[1].at - last == 50 * HOUR
    clock.overrides = Overrides()
    closed = clock.tick(last + 4 * DAY)
    assert [change.event.key for change in closed if change.type is ChangeType.CLOSED] == ["db01/silence/-"], "the file is gone"


def test_the_tick_of_a_restarted_worker_goes_on_where_the_last_one_was(tmp_path: Path) -> None:
    last = live(Clock(tmp_path / "main.sqlite3"), FLEET, 10)
    found = []
    for number in range(60):  # killed after each tick
        found += Clock(tmp_path / "main.sqlite3").ticks(last + (22 + number / 10) * HOUR, last + (22 + number / 10) * HOUR)
    assert found == [("opened", "-/silence/-")]


# The fleet

IS_SOAK = bool(os.environ.get("SOAK"))


def _fleet(seed: int, n_hosts: int) -> Script:
    start = datetime(2026, 1, 1, tzinfo=UTC) + random.Random(seed).randrange(365) * DAY
    return script(seed, n_hosts=n_hosts, start=start)


@pytest.mark.parametrize(("seed", "n_hosts"), [(n, 75) for n in range(1, 21)] if IS_SOAK else [(1, 75), (2, 30)])
def test_a_fleet_of_four_months(clock: Clock, seed: int, n_hosts: int) -> None:
    """Jitter, two changes of the clocks, month ends, an outage of six hours, three retirements, ten silences."""
    told = _fleet(seed, n_hosts)
    step = 10 * MINUTE if IS_SOAK else HOUR
    play(clock, told, step)
    made = defaultdict(list)
    for _, at, host, kind in told.mails():
        if kind == "freebsd_daily":
            made[host].append(at)
    opened = [one for one in clock.said if one.type is ChangeType.OPENED]
    outages = [one for one in opened if one.key.startswith("-/")]
    assert [told.outage[0] < one.at <= told.outage[1] for one in outages] == [True]
    unexplained = {id(one) for one in opened} - {id(one) for one in outages}
    for silence in told.silences:
        found = [one for one in opened if one.key.startswith(f"{silence.host}/") and silence.since < one.at < silence.until + DAY]
        last = made[silence.host][bisect_left(made[silence.host], silence.since) - 1]
        assert found, silence
        assert found[0].at - last <= 26 * HOUR + step, silence
        unexplained -= {id(one) for one in found}
    assert len(unexplained) <= 4
    assert clock.open_keys == set()
