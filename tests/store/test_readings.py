"""Past values of measures: what is kept, given back, forgotten, and found to have moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mailtriage.store._sqlite import Database
from mailtriage.store.readings import KEPT_DAYS, Readings
from mailtriage.types import Measure, Outcome
from tests.store.build import DAY, HOST, NOW, judged, outcome


@pytest.fixture
def readings(tmp_path: Path) -> Iterator[Readings]:
    db = Database(tmp_path / "mailtriage.sqlite3")
    yield Readings(db)
    db.close()


def measured(*values: float, name: str = "fs_used", subject: str = "/var", host: str = HOST) -> Outcome:
    return outcome("m", judged(measures=tuple(Measure(name=name, subject=subject, value=value, unit="%") for value in values)), host=host)


def put(readings: Readings, days: float, *values: float, name: str = "fs_used", subject: str = "/var", host: str = HOST) -> None:
    readings.add(measured(*values, name=name, subject=subject, host=host), NOW - days * DAY)


def kept(readings: Readings, days: float = KEPT_DAYS, name: str = "fs_used") -> list[float]:
    return [value for _, value in readings.since(HOST, name, "/var", NOW - days * DAY)]


def test_values_come_back_exactly_in_the_order_of_their_own_time(readings: Readings) -> None:
    for days, value in ((2, 71.5), (40, 60), (1, 1 / 3), (90, -12e12)):
        put(readings, days, value)
    assert kept(readings) == [-12e12, 60, 71.5, 1 / 3]
    assert kept(readings, 30) == [71.5, 1 / 3]
    ((at, _),) = readings.since(HOST, "fs_used", "/var", NOW - 1.5 * DAY)
    assert at == int((NOW - DAY).timestamp())


def test_each_host_measure_and_subject_has_its_own_past(readings: Readings) -> None:
    put(readings, 1, 70)
    put(readings, 1, 20, subject="/")
    put(readings, 1, 30, name="fs_inodes_used")
    put(readings, 1, 40, host="web08.example.org")
    assert kept(readings) == [70]


def test_of_several_values_in_one_mail_one_is_kept(readings: Readings) -> None:
    put(readings, 1, 60, 70, 65)
    put(readings, 1, 60, 70, 65, name="if_errors")
    assert kept(readings) == [70]
    assert kept(readings, name="if_errors") == [65]


def test_what_has_no_course_and_what_is_no_number_is_not_kept(readings: Readings) -> None:
    put(readings, 1, 7, name="exit_code")
    put(readings, 1, float("nan"), float("inf"))
    put(readings, 200 * 365, 50)  # before the clock began
    assert kept(readings, name="exit_code") == kept(readings) == []


def test_old_values_are_forgotten_also_of_hosts_that_are_gone(readings: Readings) -> None:
    for host in (HOST, "gone.example.org", "young.example.org"):
        put(readings, KEPT_DAYS + 40, 50, host=host)
    put(readings, 1, 60)
    readings.forget(NOW - timedelta(days=KEPT_DAYS))
    assert kept(readings, 2 * KEPT_DAYS) == [60]
    assert readings.since("gone.example.org", "fs_used", "/var", NOW - 900 * DAY) == []


def test_a_flood_of_mails_does_not_grow_without_bound(tmp_path: Path) -> None:
    db = Database(tmp_path / "mailtriage.sqlite3")
    readings = Readings(db)
    with db.transaction():
        for minute in range(1000):
            put(readings, 1 - minute / 1440, minute)
    assert len(kept(readings)) <= 32 * 24
    db.close()


def test_what_moved_is_found_once_and_listed_until_it_is_looked_for_again(readings: Readings) -> None:
    for day in range(35, 0, -1):
        put(readings, day, 82 if day <= 7 else 60)
        put(readings, day, 60, subject="/")
    assert readings.moves() == ()
    readings.find_moves(NOW)
    (move,) = readings.moves()
    assert (move.host, move.name, move.subject, move.before, move.now) == (HOST, "fs_used", "/var", 60, 82)
    readings.find_moves(NOW + 30 * DAY)
    assert readings.moves() == ()
