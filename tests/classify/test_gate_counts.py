"""Lines that stand once too often, rows that are gone, and mails to be seen that look like the approved ones."""

from __future__ import annotations

import pytest

from mailtriage.classify import Example
from tests.classify.fleet import HOSTS, Fleet
from tests.classify.test_gate_values import N_DAYS, NEW_HOST, Teach, job


@pytest.mark.parametrize("n_days", [1, N_DAYS], ids=["few mails", "many mails"])
def test_a_line_that_always_stood_once_is_held_when_it_stands_twice(teach: Teach, n_days: int) -> None:
    fleet = Fleet()
    trained = teach(
        fleet,
        [
            job(fleet, host, day, f"{700 + 2 * (at if n_days == 1 else day)} rows copied")
            for at, host in enumerate(HOSTS)
            for day in range(n_days)
        ],
    )
    assert trained.held_by(job(fleet, NEW_HOST, 13, "702 rows copied")) == ""
    for second in ("702 rows copied", "705 rows copied"):
        assert "repeated 2 times, always 1" in trained.held_by(job(fleet, NEW_HOST, 13, "702 rows copied", second))


def test_a_line_that_repeats_as_it_likes_may_stand_once_more(teach: Teach) -> None:
    fleet = Fleet()
    mails = [
        job(fleet, host, day, *(f"sent {100 + 7 * n + day} bytes" for n in range(1 + day % 3))) for host in HOSTS for day in range(N_DAYS)
    ]
    trained = teach(fleet, mails)
    assert trained.held_by(job(fleet, NEW_HOST, 13, *(f"sent {101 + n} bytes" for n in range(4)))) == ""
    assert "the same line twice" in trained.held_by(job(fleet, NEW_HOST, 13, "sent 101 bytes", "sent 101 bytes"))


def test_a_numbered_thing_with_two_values_is_held(teach: Teach) -> None:
    fleet = Fleet()

    def cams(host: str, day: int, *more: str) -> Example:
        # Each day has other cameras, so neither their number nor their set is known.
        return job(fleet, host, day, *(f"cam-{(3 * n + 5 * day) % 40} {20 + (n + day) % 9} frames" for n in range(2 + day % 3)), *more)

    trained = teach(fleet, [cams(host, day) for host in HOSTS for day in range(40)])
    assert trained.held_by(cams(NEW_HOST, 6)) == ""
    assert "the same name twice" in trained.held_by(cams(NEW_HOST, 6, "cam-30 23 frames"))


CERTIFICATES = ("www", "api", "vpn", "shop", "wiki", "ldap", "mx", "crm")


def certificates(fleet: Fleet, host: str, day: int, n: int, said: int) -> Example:
    rows = [f"{name}.lan valid, {40 + day} days left" for name in CERTIFICATES[:n]]
    return job(fleet, host, day, *rows, f"{said} certificates looked at")


@pytest.mark.parametrize("n_own", [0, 1, 2])
def test_a_mail_that_has_fewer_rows_than_it_says_is_held(teach: Teach, n_own: int) -> None:
    fleet = Fleet()
    sizes = dict(zip(HOSTS, (3, 4, 5, 3, 4, 5, 3, 5), strict=True))
    mails = [certificates(fleet, host, day, n, n) for host, n in sizes.items() for day in range(3)]
    trained = teach(fleet, [*mails, *(certificates(fleet, NEW_HOST, day, 5, 5) for day in range(n_own))])
    assert trained.held_by(certificates(fleet, NEW_HOST, 2, 5, 5)) == ""
    assert trained.held_by(certificates(fleet, NEW_HOST, 2, 4, 5)) != ""
    if not n_own:
        assert trained.held_by(certificates(fleet, NEW_HOST, 2, 4, 4)) == ""
        assert "the mail counts 5 rows" in trained.held_by(certificates(fleet, NEW_HOST, 2, 4, 5))


@pytest.mark.parametrize("n_own", [1, 2])
def test_a_host_of_which_little_is_known_may_not_show_fewer_rows(teach: Teach, n_own: int) -> None:
    fleet = Fleet()

    def rows(host: str, day: int, n: int) -> Example:
        return job(fleet, host, day, *(f"{name}.lan valid, {40 + day} days left" for name in CERTIFICATES[:n]))

    sizes = dict(zip(HOSTS, (3, 4, 5, 3, 4, 5, 3, 5), strict=True))
    mails = [rows(host, day, n) for host, n in sizes.items() for day in range(3)]
    trained = teach(fleet, [*mails, *(rows(NEW_HOST, day, 5) for day in range(n_own))])
    assert trained.held_by(rows(NEW_HOST, 2, 5)) == ""
    assert "instead of the 5 of this host" in trained.held_by(rows(NEW_HOST, 2, 4))


def test_rows_that_come_and_go_are_not_missed(teach: Teach) -> None:
    fleet = Fleet()

    def rows(host: str, day: int, n: int) -> Example:
        return job(fleet, host, day, *(f"{name}.lan valid, {40 + day} days left" for name in CERTIFICATES[:n]))

    trained = teach(fleet, [rows(host, day, 3 + day % 3) for host in HOSTS for day in range(6)])
    assert trained.held_by(rows(HOSTS[0], 2, 3)) == ""


def load(fleet: Fleet, host: str, day: int, n: int, label: str = "noise") -> Example:
    return job(fleet, host, day, f"{n} rows copied in {n // 3 + day % 5} s", label=label)


def test_a_mail_to_be_seen_that_looks_like_all_others_holds_only_what_is_like_it(teach: Teach) -> None:
    fleet = Fleet()
    mails = [load(fleet, host, day, 600 + 37 * at + 11 * day) for at, host in enumerate(HOSTS) for day in range(N_DAYS)]
    sick = load(fleet, HOSTS[3], 6, 780, label="event")
    trained = teach(fleet, [*mails, sick])
    held = [trained.held_by(mail) for mail in mails]
    assert "a mail labelled as to be seen looked just like this" in trained.held_by(sick)
    assert "a mail labelled as to be seen looked just like this" in trained.held_by(load(fleet, NEW_HOST, 6, 780))
    assert 0 < sum(map(bool, held)) < len(mails) / 5
    assert not any("new line" in why for why in held)


def test_where_nothing_tells_the_mail_to_be_seen_apart_all_are_held(teach: Teach) -> None:
    fleet = Fleet()
    trained = teach(
        fleet,
        [*(job(fleet, host, day, "all well") for host in HOSTS for day in range(3)), job(fleet, HOSTS[0], 9, "all well", label="event")],
    )
    assert "a mail labelled as to be seen looked just like this" in trained.held_by(job(fleet, NEW_HOST, 12, "all well"))


def test_what_a_host_always_shows_is_not_withdrawn_for_a_mail_to_be_seen(teach: Teach) -> None:
    fleet = Fleet()
    small = [job(fleet, NEW_HOST, day, f"wrote {900 + day} blocks", "tape ready") for day in range(8)]
    mails = [
        job(fleet, host, day, f"wrote {2000 + 500 * at + day} blocks", "tape ready")
        for at, host in enumerate(HOSTS)
        for day in range(N_DAYS)
    ]
    sick = job(fleet, NEW_HOST, 9, "wrote 904 blocks", "tape ready", label="event")
    trained = teach(fleet, [*mails, *small, sick])
    assert trained.held_by(sick)
    assert trained.held_by(job(fleet, NEW_HOST, 10, "wrote 901 blocks", "tape ready")) == ""


def test_what_stands_in_few_mails_may_well_stand_there_twice(teach: Teach) -> None:
    fleet = Fleet()
    names = [job(fleet, host, 5, "all well", "refused connect from 10.1.2.3") for host in HOSTS[:5]]
    trained = teach(fleet, [*names, *(job(fleet, host, day, "all well") for host in HOSTS for day in range(N_DAYS))])
    twice = ("refused connect from 10.1.2.3", "refused connect from 10.1.2.9")
    assert trained.held_by(job(fleet, NEW_HOST, 13, "all well", *twice)) == ""
    assert "repeated 2 times, always 1: all well" in trained.held_by(job(fleet, NEW_HOST, 13, "all well", "all well"))
