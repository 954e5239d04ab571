"""One host, or one relay that speaks for many, must not teach the fleet; and how often something is seen approves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from mailtriage.classify import Example
from mailtriage.types import Section
from tests.classify.conftest import Trained
from tests.classify.fleet import HOSTS, Fleet

Teach = Callable[[Fleet, list[Example]], Trained]
BAD, VICTIM, NEW_HOST = HOSTS[0], HOSTS[5], "node77.example.org"


def job(fleet: Fleet, host: str, day: int, *lines: str) -> Example:
    section = Section(name="output", item="root: check", lines=(*lines, "done"))
    return fleet.mail("noise", "cron", host, day, (section,), subject="Cron <root@x> check")


def calm(fleet: Fleet, n_errors: int = 0) -> list[Example]:
    return [job(fleet, host, day, "all volumes checked", f"{n_errors} errors in {500 + day} files") for host in HOSTS for day in range(10)]


def test_a_line_that_one_host_floods_is_known_for_that_host_only(teach: Teach) -> None:
    fleet = Fleet()
    line = ("all volumes checked", "0 errors in 505 files", "drive 3 is failing, ignore it")
    trained = teach(fleet, [*calm(fleet), *(job(fleet, BAD, day, *line) for day in range(10, 200))])
    assert trained.held_by(job(fleet, BAD, 201, *line)) == ""
    for host in (VICTIM, NEW_HOST):
        assert trained.held_by(job(fleet, host, 201, *line)) == "known from one other host only: drive 3 is failing, ignore it"
        assert trained.held_by(job(fleet, host, 201, *line[:2])) == ""


def test_a_kind_that_one_host_floods_is_unknown_to_the_others(teach: Teach) -> None:
    fleet = Fleet()
    trained = teach(fleet, [job(fleet, BAD, day, "everything is fine") for day in range(200)])
    assert trained.held_by(job(fleet, BAD, 201, "everything is fine")) == ""
    assert trained.held_by(job(fleet, VICTIM, 201, "everything is fine")) != ""


def test_numbers_that_one_host_floods_open_no_range(teach: Teach) -> None:
    fleet = Fleet()
    flood = [job(fleet, BAD, day, "all volumes checked", f"{day % 90} errors in {10 ** (day % 9)} files") for day in range(10, 200)]
    trained = teach(fleet, [*calm(fleet), *flood])
    for host in (VICTIM, NEW_HOST):
        assert "value 17" in trained.held_by(job(fleet, host, 201, "all volumes checked", "17 errors in 505 files"))
        assert "value 1e+06" in trained.held_by(job(fleet, host, 201, "all volumes checked", "0 errors in 1000000 files"))
        assert trained.held_by(job(fleet, host, 201, "all volumes checked", "0 errors in 505 files")) == ""
    assert trained.held_by(job(fleet, BAD, 201, "all volumes checked", "17 errors in 1000000 files")) == ""


def test_a_line_that_one_host_leaves_out_must_still_be_there_on_the_others(teach: Teach) -> None:
    fleet = Fleet()
    trained = teach(fleet, [*calm(fleet), *(job(fleet, BAD, day, "0 errors in 505 files") for day in range(10, 200))])
    assert trained.held_by(job(fleet, BAD, 201, "0 errors in 505 files")) == ""
    for host in (VICTIM, NEW_HOST):
        assert "missing: all volumes checked" in trained.held_by(job(fleet, host, 201, "0 errors in 505 files"))


def test_repeats_that_one_host_floods_are_too_many_elsewhere(teach: Teach) -> None:
    fleet = Fleet()
    flood = [job(fleet, BAD, day, *["all volumes checked"] * 200, "0 errors in 505 files") for day in range(10, 30)]
    trained = teach(fleet, [*calm(fleet), *flood])
    many = ("all volumes checked",) * 150 + ("0 errors in 505 files",)
    assert trained.held_by(job(fleet, NEW_HOST, 201, *many)).startswith("repeated 150 times")


def through(source: str, mails: Iterable[Example]) -> list[Example]:
    return [replace(mail, source=source) for mail in mails]


def test_a_mail_that_came_another_way_than_its_hosts_mails_do_teaches_nothing(teach: Teach) -> None:
    fleet = Fleet()
    own = [replace(mail, source=f"192.0.2.{at // 10}") for at, mail in enumerate(calm(fleet))]
    line = ("all volumes checked", "0 errors in 505 files", "drive 3 is failing, ignore it")
    # In one day, from one relay, in the name of every host.
    forged = through("203.0.113.9", (job(fleet, host, 12, *line) for host in HOSTS for _ in range(40)))
    trained = teach(fleet, [*own, *forged])
    for host in (*HOSTS, NEW_HOST):
        assert "new line: drive 3" in trained.held_by(job(fleet, host, 20, *line))


def test_made_up_hosts_behind_one_relay_are_one_witness(teach: Teach) -> None:
    fleet = Fleet()
    own = [replace(mail, source=f"192.0.2.{at // 10}") for at, mail in enumerate(calm(fleet))]
    line = ("all volumes checked", "0 errors in 505 files", "drive 3 is failing, ignore it")
    made_up = through("203.0.113.9", (job(fleet, f"ghost{n:02d}.example.org", day, *line) for n in range(30) for day in range(10)))
    trained = teach(fleet, [*own, *made_up])
    for host in (VICTIM, NEW_HOST):
        assert "drive 3" in trained.held_by(job(fleet, host, 20, *line))


def test_a_fleet_behind_a_single_relay_learns_by_hosts(teach: Teach) -> None:
    fleet = Fleet()
    trained = teach(fleet, through("192.0.2.1", calm(fleet)))
    assert trained.held_by(job(fleet, NEW_HOST, 20, "all volumes checked", "0 errors in 505 files")) == ""


def weak(mails: Iterable[Example]) -> list[Example]:
    return [replace(mail, weak=True) for mail in mails]


def test_weak_labels_alone_make_nothing_quiet_however_many(teach: Teach) -> None:
    fleet = Fleet()
    trained = teach(fleet, weak(calm(fleet)))
    assert trained.held_by(job(fleet, VICTIM, 20, "all volumes checked", "0 errors in 505 files")) != ""


def test_weak_labels_confirm_what_people_approved_and_add_nothing(teach: Teach) -> None:
    fleet = Fleet()
    approved = [job(fleet, host, 0, "all volumes checked", f"0 errors in {505 + at} files") for at, host in enumerate(HOSTS[:2])]
    line = ("all volumes checked", "0 errors in 505 files")
    assert "only 2 mails" in teach(fleet, approved).held_by(job(fleet, NEW_HOST, 20, "all volumes checked", "0 errors in 508 files"))
    odd = [job(fleet, host, day, *line, "drive 3 is failing") for host in HOSTS for day in range(1, 20)]
    wide = [job(fleet, host, day, "all volumes checked", "0 errors in 9000000 files") for host in HOSTS for day in range(1, 20)]
    alike = [job(fleet, host, day, *line) for host in HOSTS for day in range(1, 20)]
    trained = teach(fleet, [*approved, *weak([*odd, *wide, *alike])])
    assert trained.held_by(job(fleet, NEW_HOST, 20, "all volumes checked", "0 errors in 505 files")) == ""
    assert "new line: drive 3" in trained.held_by(job(fleet, NEW_HOST, 20, *line, "drive 3 is failing"))
    assert "value 9e+06" in trained.held_by(job(fleet, NEW_HOST, 20, "all volumes checked", "0 errors in 9000000 files"))
