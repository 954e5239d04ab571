"""Lines that stand once too often, rows that are gone, and mails to be seen that look like the approved ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailtriage.classify import Example, load, train
from tests.classify.conftest import Trained
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


def copied(fleet: Fleet, host: str, day: int, n: int, label: str = "noise") -> Example:
    return job(fleet, host, day, f"{n} rows copied in {n // 3 + day % 5} s", label=label)


def test_a_mail_to_be_seen_that_looks_like_all_others_holds_only_what_is_like_it(teach: Teach) -> None:
    fleet = Fleet()
    mails = [copied(fleet, host, day, 600 + 37 * at + 11 * day) for at, host in enumerate(HOSTS) for day in range(N_DAYS)]
    sick = copied(fleet, HOSTS[3], 6, 780, label="event")
    trained = teach(fleet, [*mails, sick])
    held = [trained.held_by(mail) for mail in mails]
    assert "a mail labelled as to be seen looked just like this" in trained.held_by(sick)
    assert "a mail labelled as to be seen looked just like this" in trained.held_by(copied(fleet, NEW_HOST, 6, 780))
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


COUNTED = [
    pytest.param("dumping {} ... ok, {} files", "{} databases dumped", id="rows named behind a word they share"),
    pytest.param("{}.lan: verified", "{} hosts verified", id="rows of two words"),
    pytest.param("{1} Mo /home/{0}", "{} Mo in all homes", id="rows with a number in front"),
]


@pytest.mark.parametrize(("row", "end"), COUNTED)
def test_rows_are_counted_however_they_are_named(teach: Teach, row: str, end: str) -> None:
    fleet = Fleet()

    def mail(host: str, day: int, n: int, said: int) -> Example:
        # A host with a single row is counted too.
        return job(fleet, host, day, *(row.format(name, 40 + day) for name in CERTIFICATES[:n]), end.format(said))

    trained = teach(fleet, [mail(host, day, 1 + at % 5, 1 + at % 5) for at, host in enumerate(HOSTS) for day in range(4)])
    assert trained.held_by(mail(NEW_HOST, 2, 4, 4)) == ""
    assert "the mail counts 3 rows" in trained.held_by(mail(NEW_HOST, 2, 4, 3))


SUMS = [
    pytest.param("/srv/{}: removed {} files, {} kept", "total {} files removed", (), id="rows that end alike"),
    pytest.param("{}.lan received {} of {}", "received in all: {}", (), id="rows alike behind a name"),
    pytest.param("{1} Mo /home/{0}", "{} Mo in all homes", (), id="rows with a number in front, the total too"),
    pytest.param("disk {}: {} MB copied", "{} MB copied to tape", (), id="sizes"),
    pytest.param("{0}.lan sent {1:n}", "sent in all: {:n}", (",", "."), id="thousands with a point"),
    pytest.param("{0}.lan sent {1:n}", "sent in all: {:n}", (".", ","), id="thousands with a comma"),
]


def thousands(template: str, marks: tuple[str, ...], *values: object) -> str:
    text = template.replace(":n}", ":,}").format(*values)
    return text.replace(",", marks[1]) if marks else text


@pytest.mark.parametrize(("row", "end", "marks"), SUMS)
def test_a_total_that_is_not_the_sum_of_its_rows_is_held(teach: Teach, row: str, end: str, marks: tuple[str, ...]) -> None:
    fleet = Fleet()

    def mail(host: str, day: int, n: int, wrong: int = 0) -> Example:
        parts = [700 + (61 * at + 37 * day + 13 * len(row)) % 600 for at in range(n)]
        rows = [thousands(row, marks, name, part, 3) for name, part in zip(CERTIFICATES, parts, strict=False)]
        return job(fleet, host, day, *rows, thousands(end, marks, sum(parts) + wrong))

    trained = teach(fleet, [mail(host, day, 1 + at % 5) for at, host in enumerate(HOSTS) for day in range(N_DAYS)])
    # A host with other numbers of rows, of which not all were ever together.
    assert trained.held_by(mail(NEW_HOST, 5, 4)) == ""
    assert trained.held_by(mail(NEW_HOST, 6, 1)) == ""
    for wrong in (-120, 1, 130):
        why = trained.held_by(mail(NEW_HOST, 5, 4, wrong))
        assert "but its rows with" in why, why


def test_rows_that_are_always_small_and_rows_that_are_always_in_the_thousands_are_added(teach: Teach) -> None:
    fleet = Fleet()

    def mail(host: str, day: int, wrong: int = 0) -> Example:
        # Nothing says by itself whether 1.230 is a fraction, and one row has a number more than the other.
        small, large = 640 + 31 * day % 200, 1200 + 47 * day % 300
        rows = (f"queue main has sent {small} mails", f"queue 7 has sent {large:,} mails".replace(",", "."))
        return job(fleet, host, day, *rows, f"altogether {small + large + wrong:,}".replace(",", "."))

    trained = teach(fleet, [mail(host, day) for host in HOSTS for day in range(N_DAYS)])
    assert trained.held_by(mail(NEW_HOST, 4)) == ""
    assert "but its rows with" in trained.held_by(mail(NEW_HOST, 4, 50))


def invoices(fleet: Fleet, host: str, day: int, wrong: int = 0) -> Example:
    mail, post = 200 + 17 * day % 90, 60 + 7 * day % 40
    return job(fleet, host, day, f"invoices: {mail + post + wrong} (by mail {mail}, by post {post})")


def test_a_total_that_is_not_the_sum_of_numbers_of_its_line_is_held(teach: Teach) -> None:
    fleet = Fleet()
    trained = teach(fleet, [invoices(fleet, host, day) for host in HOSTS for day in range(N_DAYS)])
    assert trained.held_by(invoices(fleet, NEW_HOST, 6)) == ""
    why = trained.held_by(invoices(fleet, NEW_HOST, 6, 11))
    assert "is not the sum 212 + 62, in: invoices" in why, why


def test_a_sum_that_once_was_none_is_no_sum(teach: Teach) -> None:
    fleet = Fleet()
    trained = teach(
        fleet, [invoices(fleet, host, day, wrong=9 * (day == 7 and host == HOSTS[2])) for host in HOSTS for day in range(N_DAYS)]
    )
    assert trained.held_by(invoices(fleet, NEW_HOST, 6, 4)) == ""


@pytest.mark.parametrize("unit", ["MB", "Mo"])
@pytest.mark.parametrize("n_days", [2, N_DAYS], ids=["few mails, by chance exact", "many mails"])
def test_totals_of_rounded_parts_make_no_noise(teach: Teach, unit: str, n_days: int) -> None:
    fleet = Fleet()

    def mail(host: str, day: int, off: int) -> Example:
        parts = [500 + (61 * at + 37 * day + 5 * ord(host[5])) % 400 for at in range(3)]
        rows = [f"disk {name}: {part} {unit} copied" for name, part in zip(CERTIFICATES, parts, strict=False)]
        return job(fleet, host, day, *rows, f"total {sum(parts) + off} {unit}")

    trained = teach(fleet, [mail(host, day, day == 9) for host in HOSTS for day in range(n_days)])
    for off in (-1, 0, 1):
        assert trained.held_by(mail(HOSTS[1], 1, off)) == ""


def test_small_numbers_that_happen_to_add_up_are_no_sum(teach: Teach) -> None:
    fleet = Fleet()
    trained = teach(
        fleet, [job(fleet, host, day, f"{3 + day % 2} users, {1 + day % 2} shells, 2 cpus") for host in HOSTS for day in range(6)]
    )
    assert trained.held_by(job(fleet, NEW_HOST, 6, "4 users, 1 shells, 2 cpus")) == ""


@pytest.mark.parametrize(("is_sum", "why"), [(True, "is not the sum"), (False, "")], ids=["as in the base", "not in the base"])
def test_a_sum_must_be_one_in_the_base_too_where_that_knows_the_line(tmp_path: Path, is_sum: bool, why: str) -> None:
    fleet = Fleet()
    mails = [invoices(fleet, host, day, wrong=0 if is_sum else 9) for host in HOSTS for day in range(N_DAYS)]
    train(mails, fleet.read, tmp_path / "base", forgets_hosts=True)
    train([invoices(fleet, host, day) for host in HOSTS for day in range(N_DAYS)], fleet.read, tmp_path / "own", base=tmp_path / "base")
    held_by = Trained(fleet, load(tmp_path / "own"), tmp_path / "own").held_by(invoices(fleet, NEW_HOST, 6, 4))
    assert why in held_by if why else held_by == ""
