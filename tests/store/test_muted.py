"""Dropped sections counted by day, and a jump in them found after a restart just as without one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from mailtriage.correlate.growth import burst, grown
from mailtriage.store.main import Store
from mailtriage.store.muted import GRACE, KEPT, Muted
from mailtriage.types import Outcome, Verdict
from mailtriage.volumes import Growth, MutedDay, Volume
from tests.store.build import DAY, HOST, judged, outcome

MONDAY = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
QUIET = ("copied 12 files", "done after 4 s")


@pytest.fixture
def muted(store: Store) -> Muted:
    return Muted(store._db)


def mail(at: datetime, lines: Iterable[str] = QUIET, *, host: str = HOST, sent_at: datetime | None = None, name: str = "output") -> Outcome:
    dropped = judged(name, lines=tuple(lines))
    kept = judged("odd", Verdict.DIGEST, lines=("what is this",))
    return outcome(f"{at} {host.encode('ascii', 'replace').decode()}", dropped, kept, at=at, sent_at=sent_at, kind="cron", host=host)


def add(muted: Muted, what: Outcome) -> None:
    muted.add(what, is_archive=False)


def close(muted: Muted, now: datetime) -> list[tuple[date, Growth]]:
    """What the worker does when days are over."""
    found = []
    for day, is_judged in muted.days(now):
        growths = [growth for section in muted.sections(day) if is_judged and (growth := grown(section))]
        muted.told(growths)
        muted.end(day)
        found += [(day, growth) for growth in growths]
    return found


def today(muted: Muted, at: datetime) -> MutedDay:
    (section,) = muted.sections(at.date())
    return section


def test_what_is_dropped_is_counted_by_section_and_host(muted: Muted) -> None:
    add(muted, mail(MONDAY))
    add(muted, mail(MONDAY + HOUR / 2, [*QUIET, "and more"]))
    add(muted, mail(MONDAY + 2 * HOUR, host="db01"))
    found = today(muted, MONDAY)
    assert (found.kind, found.section, found.source, found.day) == ("cron", "output", "rule k/quiet", MONDAY.date())
    assert [(host.host, host.today) for host in found.hosts] == [("db01", Volume(1, 2, 1, 2, 2)), (HOST, Volume(2, 5, 2, 3, 3))]
    assert found.hosts[1].mail_id == f"{MONDAY + HOUR / 2} {HOST}"


def test_what_is_kept_and_what_is_of_an_archive_is_not_counted(muted: Muted) -> None:
    muted.add(mail(MONDAY), is_archive=True)
    muted.add(outcome("m1", judged("odd", Verdict.DIGEST)), is_archive=False)
    assert muted.days(MONDAY + 9 * DAY) == ()


def test_a_mail_counts_for_the_day_it_was_written_however_late_it_is(muted: Muted) -> None:
    for n in range(30):  # a month of backlog in one minute
        add(muted, mail(MONDAY + 30 * DAY, host=f"h{n}", sent_at=MONDAY + n * DAY))
    assert [day for day, _ in muted.days(MONDAY + 40 * DAY)] == [(MONDAY + n * DAY).date() for n in range(30)]
    for wrong in (datetime(1970, 1, 1, tzinfo=UTC), MONDAY + 365 * DAY):
        add(muted, mail(MONDAY + 31 * DAY, sent_at=wrong))
    assert muted.days(MONDAY + 40 * DAY)[-1][0] == (MONDAY + 31 * DAY).date()


def test_a_day_is_judged_once_it_is_over_and_its_late_mails_had_their_time(muted: Muted) -> None:
    midnight = datetime(2026, 11, 3, tzinfo=UTC)
    add(muted, mail(MONDAY))
    assert muted.days(midnight + GRACE - HOUR / 60) == ()
    assert muted.days(midnight + GRACE) == ((MONDAY.date(), True),)
    muted.end(MONDAY.date())
    assert muted.days(midnight + GRACE) == ()
    add(muted, mail(midnight + GRACE, sent_at=MONDAY))
    assert muted.days(midnight + GRACE) == ((MONDAY.date(), False),)
    muted.end(MONDAY.date())
    add(muted, mail(midnight + GRACE))
    (host,) = today(muted, midnight).hosts
    assert host.past == {MONDAY.date().toordinal(): Volume(2, 4, 1, 2, 2)}


def test_numbers_dates_and_months_make_no_new_shape_and_words_do(muted: Muted) -> None:
    add(muted, mail(MONDAY, ["Nov  2 03:00:07 web07 sshd[812]: 3 keys, 0.5 s", "Expires: Nov 30 2026"]))
    close(muted, MONDAY + 2 * DAY)
    later = MONDAY + 40 * DAY
    add(muted, mail(later, ["Dec 12 23:10:59 web07 sshd[7]: 12 keys, 14.75 s", "Expires: Jan 1 2027"]))
    assert today(muted, later).hosts[0].today == Volume(1, 2, 1, 0, 2)
    add(muted, mail(later, ["Dec 12 23:10:59 web07 sshd[7]: 12 locks, 14.75 s"]))
    assert today(muted, later).hosts[0].today == Volume(2, 3, 2, 1, 3)


def test_a_host_without_mail_today_is_there_with_its_past(muted: Muted) -> None:
    add(muted, mail(MONDAY, host="db01"))
    close(muted, MONDAY + 2 * DAY)
    add(muted, mail(MONDAY + 2 * DAY))
    found = today(muted, MONDAY + 2 * DAY)
    assert [(host.host, host.today.n_mails, len(host.past), host.first - found.first) for host in found.hosts] == [
        ("db01", 0, 1, 0),
        (HOST, 1, 0, 2),
    ]


def days_of_job(muted: Muted, first: int, end: int, n_lines: int = 30) -> list[tuple[date, Growth]]:
    found = []
    for n in range(first, end):
        for host in (HOST, "db01", "db02"):
            n_own = n_lines if host == HOST else 30
            add(muted, mail(MONDAY + n * DAY, [f"copied {n} files"] * (n_own + n % 3), host=host))
        found += close(muted, MONDAY + n * DAY)
    return found


def test_a_jump_is_told_once_also_when_each_day_starts_with_another_process(tmp_path: Path) -> None:
    found = []
    for n in range(50):
        store = Store(tmp_path / "main.sqlite3")
        found += days_of_job(Muted(store._db), n, n + 1, 30 if n < 25 else 412)
        store.close()
    ((day, growth),) = found
    assert day == (MONDAY + 25 * DAY).date()
    assert (growth.hosts, growth.now, growth.low, growth.high, growth.source) == ((HOST,), 413, 30, 32, "rule k/quiet")
    assert growth.mail_id == f"{MONDAY + 25 * DAY} {HOST}"


def test_a_burst_that_was_told_during_the_day_is_not_told_again_when_it_is_over(muted: Muted) -> None:
    assert days_of_job(muted, 0, 20) == []
    now = MONDAY + 20 * DAY
    add(muted, mail(now, QUIET * 1000))
    found = [growth for section in muted.sections(now.date()) if (growth := burst(section))]
    assert [growth.hosts for growth in found] == [(HOST,)]
    muted.told(found)
    again = [burst(section) for section in muted.sections(now.date())]
    assert again == [None]
    assert close(muted, now + 2 * DAY) == []


def test_what_is_kept_is_bounded(store: Store, muted: Muted) -> None:
    for n in range(KEPT + 20):
        add(muted, mail(MONDAY + n * DAY, [f"{word} of day" for word in (f"x{'y' * n}", "z")]))
        close(muted, MONDAY + n * DAY)
    add(muted, mail(MONDAY + (KEPT + 20) * DAY, ["".join(chr(97 + n // 26 % 26) + chr(97 + n % 26)) for n in range(676)]))
    found = today(muted, MONDAY + (KEPT + 20) * DAY)
    assert len(found.hosts[0].past) == KEPT
    assert found.hosts[0].today.n_shapes == 64
    assert store._db.execute("SELECT count(*) FROM muted_shapes").fetchone()[0] <= KEPT + 2
    muted.forget(MONDAY + 400 * DAY)
    assert store._db.execute("SELECT count(*) FROM muted_past").fetchone()[0] == 0


def test_hostile_text_is_counted_like_any_other(muted: Muted) -> None:
    add(muted, mail(MONDAY, ["\ud800 half a pair", "\x00", "x" * 10**6, ""], host="h\ud800", name="a\"b'\\\ud800"))
    close(muted, MONDAY + 2 * DAY)
    add(muted, mail(MONDAY + 2 * DAY, ["\ud800 half a pair"], host="h\ud800", name="a\"b'\\\ud800"))
    (host,) = today(muted, MONDAY + 2 * DAY).hosts
    assert (host.today.n_new, len(host.past)) == (0, 1)
