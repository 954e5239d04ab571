"""Arrivals as the store keeps them: bounded, counted once, by any clock; retired and renamed hosts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mailtriage.errors import InputError
from mailtriage.store.arrivals import KEEP, N_TIMES, ArrivalBook, Arrivals
from mailtriage.store.main import Store
from mailtriage.types import Judged, Outcome
from tests.store.build import DAY, HOST, NOW, judged, outcome

SECOND = timedelta(seconds=1)
LATER = NOW + 900 * DAY


@pytest.fixture
def book(store: Store) -> ArrivalBook:
    return store.arrivals


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def mail(at: datetime = NOW, *jobs: str, host: str = HOST) -> Outcome:
    sections = tuple(job_section(job) for job in jobs)
    return outcome("m1", *sections, at=at, sent_at=at, kind="cron" if jobs else "freebsd_daily", host=host)


def job_section(job: str) -> Judged:
    one = judged("output")
    return replace(one, section=replace(one.section, check="cron_job", item=job))


def only(book: ArrivalBook) -> Arrivals:
    (row,) = book.all()
    return row


def test_a_mail_is_counted_with_its_time_for_its_host_and_kind(book: ArrivalBook) -> None:
    book.add(mail(NOW, host="WEB07.example.org"), seen_at=NOW, now=NOW, relay="192.0.2.1")
    row = only(book)
    assert (row.host, row.kind, row.job, row.n, row.relay) == ("web07.example.org", "freebsd_daily", "", 1, "192.0.2.1")
    assert row.times == (seconds(NOW),)
    assert (row.last_seen_at, row.came_at, row.heard_at) == (NOW, NOW, NOW)


def test_each_job_of_a_cron_mail_has_its_own_times(book: ArrivalBook) -> None:
    book.add(mail(NOW, "root: a", "root: b", "root: a"), seen_at=NOW, now=NOW)
    assert [(row.job, row.n) for row in book.all()] == [("root: a", 1), ("root: b", 1)]


def test_a_mail_with_very_many_jobs_counts_for_the_first_ones(book: ArrivalBook) -> None:
    book.add(mail(NOW, *(f"job {n}" for n in range(100))), seen_at=NOW, now=NOW)
    assert len(book.all()) == 8


def test_a_mail_of_no_host_and_one_from_the_future_count_for_nothing(book: ArrivalBook) -> None:
    book.add(mail(NOW, host=""), seen_at=NOW, now=NOW)
    book.add(mail(NOW + DAY), seen_at=NOW + DAY, now=NOW, is_archive=True)
    assert book.all() == ()


def test_the_history_is_bounded_and_keeps_the_newest(book: ArrivalBook) -> None:
    for n in range(100):
        book.add(mail(NOW + n * DAY), seen_at=NOW + n * DAY, now=LATER)
    row = only(book)
    assert (row.n, len(row.times), row.times[-1]) == (100, N_TIMES, seconds(NOW + 99 * DAY))
    book.add(mail(NOW - DAY), seen_at=NOW - DAY, now=LATER)
    assert only(book).times == row.times, "an old one pushes out no newer one"
    assert only(book).last_seen_at == NOW + 99 * DAY


def test_times_that_come_out_of_order_are_kept_in_order(book: ArrivalBook) -> None:
    for n in (3, 1, 2):
        book.add(mail(NOW + n * DAY), seen_at=NOW + n * DAY, now=LATER)
    assert only(book).times == tuple(seconds(NOW + n * DAY) for n in (1, 2, 3))


def test_the_same_report_twice_counts_once(book: ArrivalBook) -> None:
    for _ in range(2):
        book.add(mail(NOW), seen_at=NOW, now=NOW + DAY)
    assert only(book).n == 1


def test_mails_dated_by_their_reception_count_once_in_ten_minutes(book: ArrivalBook) -> None:
    for minute in range(25):
        at = NOW + minute * 60 * SECOND
        book.add(replace(mail(at), sent_at=None), seen_at=at, now=at)
    assert only(book).n == 3
    for minute in range(25, 35):
        at = NOW + minute * 60 * SECOND
        book.add(mail(at), seen_at=at, now=at)
    assert only(book).n == 13, "those with a date of their own count all"


def test_an_archive_gives_times_but_was_not_heard(book: ArrivalBook) -> None:
    book.add(mail(NOW), seen_at=NOW, now=LATER, is_archive=True)
    assert (only(book).came_at, only(book).heard_at) == (None, None)
    book.add(mail(NOW + DAY), seen_at=NOW + DAY, now=LATER)
    book.add(mail(NOW - DAY), seen_at=NOW - DAY, now=LATER, is_archive=True)
    row = only(book)
    assert (row.n, row.came_at, row.first_seen_at, row.last_seen_at) == (3, NOW + DAY, NOW - DAY, NOW + DAY)


def test_what_was_learnt_stands_until_something_comes(book: ArrivalBook) -> None:
    book.add(mail(NOW), seen_at=NOW, now=NOW)
    (row,) = book.stale(10)
    known = replace(row, cadence="{}", due_at=NOW + DAY, late_at=NOW + 2 * DAY, often_since=NOW, is_local=True)
    book.learnt([known])
    assert not book.has_stale()
    assert book.overdue(NOW) == ()
    assert book.overdue(NOW + DAY) == (replace(known, host_heard_at=NOW),)
    assert book.frequent() == (known,)
    book.add(mail(NOW + DAY), seen_at=NOW + DAY, now=NOW + DAY)
    assert book.stale(10)[0].cadence == "{}"


def test_hosts_heard_since_are_counted_by_relay(book: ArrivalBook) -> None:
    for n, relay in enumerate(("a", "a", "b")):
        book.add(mail(NOW + n * SECOND, host=f"web{n}"), seen_at=NOW + n * SECOND, now=NOW + DAY, relay=relay)
    assert book.n_heard_since(NOW - DAY) == 0, "of no kind it is known yet who sends it"
    book.learnt([replace(row, is_local=True) for row in book.all()])
    assert [book.n_heard_since(NOW, relay) for relay in ("", "a", "b")] == [2, 1, 1]


def test_another_cadence_file_has_everything_learnt_anew(book: ArrivalBook) -> None:
    book.add(mail(NOW), seen_at=NOW, now=NOW)
    book.learnt(book.all())
    assert not book.use_version("")
    assert not book.has_stale()
    assert book.use_version("1")
    assert book.has_stale()


def test_what_is_old_is_forgotten_and_what_came_once_sooner(book: ArrivalBook) -> None:
    book.add(mail(NOW, host="once"), seen_at=NOW, now=LATER)
    for n in range(2):
        book.add(mail(NOW + n * DAY, host="twice"), seen_at=NOW + n * DAY, now=LATER)
    book.forget(NOW + 61 * DAY)
    assert [row.host for row in book.all()] == ["twice"]
    book.forget(NOW + KEEP + 2 * DAY)
    assert book.all() == ()


def test_a_host_nobody_knows_cannot_be_retired_or_renamed(book: ArrivalBook) -> None:
    with pytest.raises(InputError, match="no host 'nobody'"):
        book.retire("nobody", "", NOW)
    with pytest.raises(InputError, match="no host 'nobody'"):
        book.rename("nobody", "www")


def test_a_retired_host_is_left_out_and_comes_back_when_it_writes(book: ArrivalBook) -> None:
    book.add(mail(NOW, host="web01"), seen_at=NOW, now=NOW)
    book.learnt([replace(only(book), due_at=NOW, late_at=NOW, is_local=True)])
    book.retire("web01", "sold", NOW + SECOND)
    assert book.overdue(NOW + DAY) == ()
    assert [(one.host, one.comment) for one in book.retired()] == [("web01", "sold")]
    assert book.take_returned() == {}
    book.add(mail(NOW + DAY, host="web01"), seen_at=NOW + DAY, now=NOW + DAY)
    assert book.take_returned() == {"web01": NOW + SECOND}
    assert book.retired() == ()


def test_a_mail_that_is_recorded_twice_is_counted_once(store: Store, book: ArrivalBook) -> None:
    for _ in range(2):
        store.record(replace(mail(NOW), sent_at=None), 1, seen_at=NOW, now=NOW)
    assert only(book).n == 1


def test_a_renamed_host_takes_its_past_along_and_joins_that_of_its_new_name(store: Store, book: ArrivalBook) -> None:
    for n in range(3):
        one = replace(mail(NOW + n * DAY, host="old"), id=f"m{n}")
        store.record(one, n + 1, seen_at=NOW + n * DAY, now=NOW + n * DAY)
    book.add(mail(NOW + 3 * DAY, host="new"), seen_at=NOW + 3 * DAY, now=NOW + 3 * DAY)
    book.rename("old", "new")
    row = next(row for row in book.all() if row.kind == "freebsd_daily")
    assert (row.host, row.n, len(row.times), row.first_seen_at, row.last_seen_at) == ("new", 4, 4, NOW, NOW + 3 * DAY)
    assert book.has_stale()
    assert {row.host for row in store.hosts()} == {"new"}
    assert {row.host for row in book.all()} == {"new"}
