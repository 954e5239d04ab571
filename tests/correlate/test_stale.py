"""What it means that a section is missing from a report: through the store, report by report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mailtriage.correlate import absence_changes, correlate, seen_at, showings_after
from mailtriage.store.main import Store
from mailtriage.store.values import Besides
from mailtriage.types import Change, Judged, OpenEvent, Outcome, Recovery
from tests.store.build import DAY, HOST, NOW, alarm, judged, outcome


def checked(found: Judged) -> Judged:
    """The same, of a section that feeds a check."""
    return replace(found, section=replace(found.section, recovery=Recovery.STATE))


GOOD, SICK, OTHER = checked(judged("disk_status")), checked(alarm()), judged("zfs_pools")


class Host:
    """One host that sends a report a day."""

    def __init__(self, path: Path) -> None:
        self.store = Store(path)
        self.day = 0

    def reports(self, *sections: Judged, is_complete: bool = True, late: timedelta = timedelta()) -> tuple[Change, ...]:
        """The next day's report, which shows these sections."""
        self.day += 1
        at = NOW + self.day * DAY
        mail = replace(outcome(f"m{self.day}", *sections, at=at, sent_at=at - late), is_complete=is_complete)
        return self.receives(mail)

    def receives(self, mail: Outcome) -> tuple[Change, ...]:
        known = self.store.open_events({mail.host})
        after = showings_after(mail, self.store.checks.of(mail.host, mail.kind), lambda: self.store.n_mails_of(mail.host, mail.kind))
        said = correlate(mail, known, self.store)
        changes = (*said, *absence_changes(mail, after, known))
        self.store.record(mail, self.day, changes, seen_at=seen_at(mail), now=mail.received_at, besides=Besides(showings=after))
        return changes

    @property
    def open(self) -> tuple[OpenEvent, ...]:
        return self.store.open_events()

    @property
    def stale(self) -> list[str]:
        return [showing.section for showing in self.store.checks.stale()]


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    found = Host(tmp_path / "main.sqlite3")
    yield found
    found.store.close()


def test_a_section_that_every_report_showed_is_missed_and_closes_nothing(host: Host) -> None:
    for _ in range(4):
        host.reports(GOOD, OTHER)
    host.reports(SICK, OTHER)
    assert host.reports(OTHER) == ()
    assert not host.open[0].stale_since
    assert host.stale == []
    (change,) = host.reports(OTHER)
    assert (str(change.type), change.is_news) == ("updated", False)
    assert change.comment == "stale: disk_status is missing from the last 2 complete freebsd_daily reports"
    assert host.open[0].stale_since
    assert host.stale == ["disk_status"]
    for _ in range(30):
        assert host.reports(OTHER) == ()
    assert len(host.open) == 1


def test_a_stale_check_is_alive_again_when_its_section_is_shown(host: Host) -> None:
    for _ in range(4):
        host.reports(GOOD, OTHER)
    host.reports(SICK, OTHER)
    for _ in range(3):
        host.reports(OTHER)
    host.reports(SICK, OTHER)
    assert not host.open[0].stale_since
    assert host.stale == []
    host.reports(GOOD, OTHER)
    assert host.open == ()


def test_a_host_that_shows_a_section_only_when_it_is_sick_says_ok_by_leaving_it_out(host: Host) -> None:
    for _ in range(4):
        host.reports(OTHER)
    host.reports(SICK, OTHER)
    (change,) = host.reports(OTHER)
    assert str(change.type) == "closed"
    assert change.comment.endswith("shows only when something is wrong")
    assert host.stale == []


def test_what_a_sender_shows_only_when_it_is_sick_is_over_with_the_next_complete_report_also_of_a_new_host(host: Host) -> None:
    stuck = replace(SICK, section=replace(SICK.section, is_only_when_sick=True))
    host.reports(stuck, is_complete=False)
    assert host.reports(OTHER, is_complete=False) == ()
    (change,) = host.reports(OTHER)
    assert str(change.type) == "closed"


def test_a_host_of_which_little_is_known_closes_nothing_by_leaving_a_section_out(host: Host) -> None:
    host.reports(OTHER)
    host.reports(SICK, OTHER)
    for _ in range(5):
        assert host.reports(OTHER) == ()
    assert len(host.open) == 1


def test_a_section_with_long_gaps_is_missed_only_after_longer_ones(host: Host) -> None:
    for _ in range(4):
        host.reports(GOOD, OTHER)
        for _ in range(6):
            host.reports(OTHER)
    for missed in range(7, 14):
        assert host.stale == [], missed
        host.reports(OTHER)
    assert host.stale == ["disk_status"]


@pytest.mark.parametrize("how", ["cut off", "older than the last"])
def test_a_report_that_is_cut_off_or_late_counts_for_nothing(host: Host, how: str) -> None:
    for _ in range(4):
        host.reports(OTHER)
    host.reports(SICK, OTHER)
    for _ in range(4):
        changes = host.reports(OTHER, is_complete=False) if how == "cut off" else host.reports(OTHER, late=DAY * (host.day - 3.5))
        assert changes == ()
        host.day -= how != "cut off"
    assert len(host.open) == 1


def test_the_checks_of_hosts_and_kinds_are_apart(host: Host) -> None:
    for _ in range(4):
        host.reports(GOOD, OTHER)
    for number in range(3):
        mail = outcome(f"x{number}", OTHER, at=NOW + (5 + number) * DAY, host="other.example.org")
        assert host.receives(mail) == ()
        assert host.receives(replace(mail, id=f"y{number}", host=HOST, kind="freebsd_security")) == ()
    assert host.stale == []


def test_a_digest_tells_once_what_went_stale(host: Host) -> None:
    for _ in range(4):
        host.reports(GOOD, OTHER)
    for _ in range(2):
        host.reports(OTHER)
    with host.store.transaction():
        host.store.add_digest("1", subject="", text="", html="", sinks=(), now=NOW)
    assert host.stale == []
    host.reports(OTHER)
    assert host.stale == []
    host.reports(GOOD, OTHER)
    for _ in range(7):  # three missing ones have been seen before
        assert host.stale == []
        host.reports(OTHER)
    assert host.stale == ["disk_status"]
