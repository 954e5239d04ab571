"""The shipped rules that ask for a host's past, on a host that reports every night."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailtriage.store._sqlite import Database
from mailtriage.store.readings import Readings
from mailtriage.types import ChangeType, Verdict
from tests.golden import shipped_rules
from tests.test_baseline_events import Host, Past


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    db = Database(tmp_path / "mailtriage.sqlite3")
    yield Host(shipped_rules(), Past(Readings(db)))
    db.close()


def test_a_disk_that_will_be_full_is_told_before_it_is_and_gets_worse_as_one_event(host: Host) -> None:
    for day in range(38):
        host.report(day, 60 + day)
    news = [(change.type, change.event.severity.value, change.event.value) for change in host.changes if change.is_news]
    assert news == [(ChangeType.OPENED, "warning", 90), (ChangeType.UPDATED, "high", 95)]
    assert host.changes[1].event.summary == "/var is 91 % full, and full in 9 days at 1 % a day"
    host.report(38, 61)
    assert not host.events


def test_a_disk_that_fills_fast_is_told_far_below_the_fixed_levels(host: Host) -> None:
    for day in range(36):
        host.report(day, 40 + max(0, day - 20) * 3)
    assert host.changes
    assert host.changes[0].event.value is not None
    assert host.changes[0].event.value < 85


def test_an_unusual_queue_is_an_event_that_the_next_usual_one_closes(host: Host) -> None:
    for day in range(20):
        host.report(day, 50)
    assert not host.changes
    assert host.report(20, 50, 45).verdict is Verdict.EVENT
    (event,) = host.events.values()
    assert event.summary == "45 mails wait in the local queue, where 3 are usual"
    host.report(21, 50, 4)
    assert not host.events


def test_a_steady_host_raises_nothing(host: Host) -> None:
    for day in range(60):
        host.report(day, 80 + day % 3, 3 + day % 5)
    assert not host.changes
