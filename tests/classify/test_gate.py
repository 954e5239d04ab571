"""What the gate must hold, and what it must let through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from mailtriage.classify import Example
from mailtriage.types import Section
from tests.classify.conftest import Trained
from tests.classify.fleet import HOSTS, Fleet, added, as_kind, instead, quiet, without

HOST = HOSTS[3]
Teach = Callable[[Fleet, list[Example]], Trained]


@pytest.mark.parametrize("make", ["daily", "backup", "array"])
def test_tomorrows_quiet_mail_is_let_through(trained: Trained, make: str) -> None:
    assert trained.held_by(getattr(trained.fleet, make)(HOST, 13)) == ""


def test_a_host_never_seen_is_let_through_when_it_says_what_the_fleet_says(trained: Trained) -> None:
    newcomer = "brandnew77.example.org"
    assert trained.held_by(trained.fleet.backup(newcomer, 13)) == ""
    assert trained.held_by(trained.fleet.array(newcomer, 13)) == ""


def test_one_critical_line_inside_a_long_quiet_report_is_held(teach: Teach) -> None:
    fleet = Fleet()

    def long(day: int, bad: str = "") -> Example:
        lines = [f"volume {n:03d}: {900 + (n * day) % 200} files, 0 errors" for n in range(300)]
        if bad:
            lines.insert(170, bad)
        section = Section(name="output", item="root: sweep", lines=tuple(lines))
        return fleet.mail("noise", "cron", HOST, day, (section,), subject="Cron <root@node04> sweep")

    trained = teach(fleet, [long(day) for day in range(1, 10)])
    assert trained.held_by(long(11)) == ""
    assert trained.held_by(long(11, "volume 170: I/O error")) == "new line: volume 170: I/O error"


CHANGES = [
    pytest.param("backup", instead("output", "state S0", "state S7"), "value 7", id="a digit glued to a letter"),
    pytest.param(
        "backup", instead("output", "last copy of 2026-09-14", "last copy of 2026-07-16"), "date -60 days", id="a copy sixty days old"
    ),
    pytest.param("backup", instead("output", "expires in 187 days", "expires in 1 days"), "value 1,", id="a certificate about to expire"),
    pytest.param(
        "backup", instead("output", "10.1.2.3", "203.0.113.7"), "new line: state S0", id="a public address instead of a private one"
    ),
    pytest.param("backup", instead("output", "elapsed 00:4", "elapsed 09:4"), "time ", id="a job that ran for hours"),
    pytest.param("backup", instead("output", "0 errors", "3 errors"), "value 3, known only 0", id="errors where there were none"),
    pytest.param("backup", instead("output", "exit status 0", "exit status 1"), "value 1, known only 0", id="an exit status"),
    pytest.param("backup", instead("output", "verified", "NOT verified"), "new line: last copy", id="one word"),
    pytest.param("backup", instead("output", "M sent", "K sent"), "size ", id="a thousandth of the size"),
    pytest.param("backup", without("output", "exit status"), "missing: exit status", id="the last line gone"),
    pytest.param("backup", without("output", "volume 03"), "missing: volume", id="ten volumes gone"),
    pytest.param("backup", lambda _, lines: lines[:40], "missing: ", id="the last third cut off"),
    pytest.param("backup", lambda _, lines: lines[:5] + lines[5:6] * 200 + lines[6:], "repeated ", id="a flood of a known line"),
    pytest.param("backup", lambda *_: [], "missing: ", id="an empty report"),
    pytest.param("daily", lambda name, lines: [line.replace("26%    /var", "97%    /var") for line in lines], "97 %", id="a full disk"),
    pytest.param("daily", lambda name, lines: [line.replace("33%  1.00x", "93%  1.00x") for line in lines], "93 %", id="a full pool"),
    pytest.param("daily", instead("zfs_pools", "ONLINE", "DEGRADED"), "new line: tank", id="a degraded pool"),
    pytest.param("daily", without("disk_status", "/var"), "missing: ", id="a file system that is not mounted"),
    pytest.param("daily", instead("uptime", "days, ", "days, 9 users"), "new line", id="words in the uptime line"),
    pytest.param("array", instead("mail", "optimal", "degraded"), "new line: Logical drive", id="an array that is not optimal"),
    pytest.param("array", instead("mail", "3 C", "83 C"), " degrees, known ", id="a hot array"),
    pytest.param("array", without("mail", "Battery"), "missing: Battery", id="a battery no longer listed"),
]


@pytest.mark.parametrize(("make", "change", "why"), CHANGES)
def test_a_sick_mail_is_held_and_the_reason_names_it(
    trained: Trained, make: str, change: Callable[[str, list[str]], list[str]], why: str
) -> None:
    held = trained.held_by(getattr(trained.fleet, make)(HOST, 13, "event", change))
    assert why in held
    assert "\n" not in held


def test_a_kind_never_seen_is_held(trained: Trained) -> None:
    example = as_kind(trained.fleet.backup(HOST, 13), "zed", trained.fleet)
    assert trained.held_by(example) == "nothing of this kind was ever approved"


def test_a_persons_mail_is_never_quiet(trained: Trained) -> None:
    assert trained.held_by(as_kind(trained.fleet.backup(HOST, 13), "human", trained.fleet)) == "a person's mail"


def test_another_subject_is_another_kind_of_unknown_mail(trained: Trained) -> None:
    example = trained.fleet.array(HOST, 13)
    message, report = trained.fleet.read(example.raw)
    odd = replace(message, subject=message.subject + " FAILED")
    opinion = trained.model.opinion(report.kind, report.host, report.sections[0], odd)
    assert not opinion.is_quiet


def test_a_mail_with_an_unread_part_is_held(trained: Trained) -> None:
    example = trained.fleet.backup(HOST, 13)
    message, report = trained.fleet.read(example.raw)
    opinion = trained.model.opinion(report.kind, report.host, report.sections[0], replace(message, unread=("attachment log.bin",)))
    assert opinion.held_by == "a part was not read: attachment log.bin"


def test_a_mail_without_its_last_line_is_held_in_every_section(trained: Trained) -> None:
    example = trained.fleet.daily(HOST, 13)
    message, report = trained.fleet.read(example.raw)
    cut = replace(message, text=message.text.replace("-- End of daily output --", ""))
    assert all(not opinion.is_quiet for opinion in trained.model.opinions(report.kind, report.host, report.sections, cut))


def test_one_approved_mail_lets_through_what_says_the_same_and_three_a_little_more(teach: Teach) -> None:
    fleet = Fleet()
    mails = [fleet.array(HOST, day) for day in range(4)]
    assert teach(fleet, mails[:1]).held_by(fleet.array(HOST, 5)) == ""
    assert "only 1 mail" in teach(fleet, mails[:1]).held_by(fleet.array(HOST, 6))
    assert "only 2 mails" in teach(fleet, mails[:2]).held_by(fleet.array(HOST, 4))
    assert teach(fleet, mails[:3]).held_by(fleet.array(HOST, 5)) == ""


def test_a_line_approved_once_is_still_new(teach: Teach) -> None:
    fleet = Fleet()
    odd = added("mail", "Patrol read started")
    mails = [*(fleet.array(HOST, day) for day in range(6)), fleet.array(HOST, 6, change=odd)]
    assert teach(fleet, mails).held_by(fleet.array(HOST, 7, change=odd)) == "new line: Patrol read started"
    mails.append(fleet.array(HOST, 8, change=odd))
    assert teach(fleet, mails).held_by(fleet.array(HOST, 9, change=odd)) == ""


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("volume 007", "volume 000", "number 0 twice"),
        ("volume 007", "volume 012", "number 12 twice"),
        ("volume 007", "volume 071", "missing: number 7"),
    ],
)
def test_a_line_that_carries_another_number_than_its_own_is_held(trained: Trained, old: str, new: str, why: str) -> None:
    assert why in trained.held_by(trained.fleet.backup(HOST, 13, "event", instead("output", old, new)))


def test_a_mail_that_names_another_host_than_it_came_from_is_held(trained: Trained) -> None:
    example = trained.fleet.backup(HOST, 13)
    message, report = trained.fleet.read(example.raw)
    opinion = trained.model.opinion(report.kind, report.host, report.sections[0], replace(message, host=HOSTS[5]))
    assert opinion.held_by.startswith("new line: ")


def test_a_used_size_that_does_not_fit_the_level_is_held(trained: Trained) -> None:
    sick = instead("disk_status", "/dev/ada0p4      40G    11G", "/dev/ada0p4      40G    11M")
    assert trained.held_by(trained.fleet.daily(HOST, 13, "event", sick)).startswith("new line: /dev/ada0p4")


def test_the_same_mail_twice_is_one_approval(teach: Teach) -> None:
    fleet = Fleet()
    mails = [fleet.array(HOST, 1)] * 5
    assert "only 1 mail" in teach(fleet, mails).held_by(fleet.array(HOST, 5))


def test_a_fill_level_over_ninety_is_held_even_when_it_was_approved(teach: Teach) -> None:
    fleet = Fleet()

    def full(day: int) -> Example:
        lines = ("Filesystem  Size  Used Avail Capacity Mounted on", f"/dev/ada0p2 10G 9G 1G {93 + day % 2}% /")
        return fleet.mail("noise", "freebsd_daily", HOST, day, (Section(name="disk_status", lines=lines),), subject="x", ending="-- End --")

    held = teach(fleet, [full(day) for day in range(20)]).held_by(full(21))
    assert "never learnt" in held


def test_a_hosts_own_past_counts_after_four_mails(teach: Teach) -> None:
    fleet = Fleet()

    def job(host: str, day: int, size: int) -> Example:
        section = Section(name="output", item="root: dump", lines=(f"dumped {size} records", "done"))
        return fleet.mail("noise", "cron", host, day, (section,), subject="Cron <root@x> dump")

    sizes = {host: 30 * 9**at for at, host in enumerate(HOSTS[:5])}
    trained = teach(fleet, [job(host, day, size + day) for host, size in sizes.items() for day in range(8)])
    assert trained.held_by(job(HOSTS[4], 9, sizes[HOSTS[4]])) == ""
    assert "this host's own" in trained.held_by(job(HOSTS[4], 9, sizes[HOSTS[0]]))


def test_a_mail_labelled_event_is_held_even_when_it_looks_approved(teach: Teach) -> None:
    fleet = Fleet()
    dubious = added("mail", "Patrol read stopped early")
    wrong = [fleet.array(HOST, day, change=dubious) for day in (20, 21)]
    trained = teach(fleet, [*quiet(fleet), *wrong, fleet.array(HOST, 22, "event", dubious)])
    assert trained.model.manifest.n_contradictions == 1
    assert trained.held_by(fleet.array(HOST, 23, change=dubious)) != ""
    assert trained.held_by(fleet.array(HOST, 23)) == ""


def test_a_number_labelled_event_narrows_only_its_slot(teach: Teach) -> None:
    fleet = Fleet()

    def queue(day: int, waiting: int, label: str = "noise") -> Example:
        section = Section(name="output", item="root: queue", lines=(f"{waiting} jobs waiting", "done"))
        return fleet.mail(label, "cron", HOST, day, (section,), subject="Cron <root@x> queue")

    calm = [queue(day, 100 + 7 * day) for day in range(12)]
    assert teach(fleet, calm).held_by(queue(30, 300)) == ""
    trained = teach(fleet, [*calm, queue(20, 300, "event")])
    assert "value 300" in trained.held_by(queue(30, 300))
    assert trained.held_by(queue(30, 120)) == ""


def test_a_section_labelled_noise_in_a_bad_mail_teaches_and_the_bad_one_does_not(teach: Teach) -> None:
    fleet = Fleet()
    degraded = instead("zfs_pools", "ONLINE", "DEGRADED")
    mails = [
        replace(fleet.daily(HOST, day, "event", degraded), section_labels={"disk_status": "noise", "uptime": "noise"}) for day in range(12)
    ]
    trained = teach(fleet, mails)
    opinions = trained.opinions(fleet.daily(HOST, 13, change=degraded))
    assert {name: opinion.is_quiet for name, opinion in opinions.items()} == {"disk_status": True, "zfs_pools": False, "uptime": True}


def test_a_line_that_writes_our_own_marks_is_not_taken_for_one(trained: Trained) -> None:
    forged = instead("output", "last copy of 2026-09-14 verified", "last copy of ‹date› verified")
    assert trained.held_by(trained.fleet.backup(HOST, 13, change=forged)).startswith("new line")


def test_a_section_too_long_to_be_learnt_is_held_without_being_read(trained: Trained) -> None:
    flood = trained.fleet.backup(HOST, 13, change=lambda _, lines: [*lines, *["x" * 100] * 30_000])
    assert trained.held_by(flood).startswith("a part was not read: a section of 300")
