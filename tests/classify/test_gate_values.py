"""Numbers, dates and names that look right and are not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from mailtriage.classify import Example
from mailtriage.types import Section
from tests.classify.conftest import Trained
from tests.classify.fleet import HOSTS, START, Fleet

Teach = Callable[[Fleet, list[Example]], Trained]
NEW_HOST = "node77.example.org"
N_DAYS = 12


def job(fleet: Fleet, host: str, day: int, *lines: str, label: str = "noise") -> Example:
    """One mail of a cron job that prints these lines."""
    section = Section(name="output", item="root: check", lines=(*lines, "done"))
    return fleet.mail(label, "cron", host, day, (section,), subject="Cron <root@x> check")


VALUES = [
    pytest.param("space used: {} Prozent", ("51", "52", "53"), "97", "never learnt", id="a fill level in words"),
    pytest.param("espace occupé : {} pour cent", ("51", "52", "53"), "97", "never learnt", id="a fill level in French words"),
    pytest.param("inlet {} °C", ("31", "33", "36"), "71", "degrees", id="a temperature within half a decade"),
    pytest.param("inlet {} C", ("31", "33", "36"), "9", "degrees", id="a temperature far too low"),
    pytest.param("agent {} up", ("5.12.3", "5.12.4"), "5.2.3", "version 5.2.3", id="an older version"),
    pytest.param("agent {} up", ("5.12.3",), "6.0.0", "version 6.0.0", id="another major version"),
    pytest.param("link mask {}", ("0x1f",), "0x0f", "another name or address", id="a hex string that never changed"),
    pytest.param("disk wwn 5000c500{} seen", ("a1b2c3d4",), "a1b2c3d5", "another name or address", id="an id that never changed"),
    pytest.param("rail 12V: {}", ("12.1", "12.2", "12.0", "11.9", "12.3"), "10.1", "value 10.1", id="a number that hardly ever moved"),
    pytest.param("exit {}", ("0",), "-1", "new line", id="a negative exit status"),
    pytest.param("all jobs verified{}", ("",), "\u200b", "new line", id="a zero width space"),
    pytest.param("service {}", ("active",), "аctive", "new line", id="a letter of another script"),
    pytest.param("service {}", ("active",), "\u202eevitca", "new line", id="text turned around"),
    pytest.param("result {}", ("OK",), "ok", "new line", id="another case"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "healthy", "sick", "why"), VALUES)
@pytest.mark.parametrize("host", [HOSTS[1], NEW_HOST], ids=["known host", "new host"])
def test_a_value_that_never_was_is_held(teach: Teach, line: str, healthy: tuple[str, ...], sick: str, why: str, host: str) -> None:
    fleet = Fleet()
    trained = teach(fleet, [job(fleet, one, day, line.format(healthy[day % len(healthy)])) for one in HOSTS for day in range(N_DAYS)])
    assert trained.held_by(job(fleet, host, 13, line.format(healthy[0]))) == ""
    assert why in trained.held_by(job(fleet, host, 13, line.format(sick)))


@pytest.mark.parametrize("style", ["%d/%m/%Y", "%m/%d/%Y"], ids=["day first", "month first"])
def test_a_slashed_date_is_read_as_the_approved_ones_were(teach: Teach, style: str) -> None:
    fleet = Fleet()

    def copy(day: int, age: int) -> Example:
        return job(fleet, HOSTS[day % 4], day, f"last copy {START + timedelta(days=day - age):{style}}")

    trained = teach(fleet, [copy(day, 1) for day in range(60)])
    assert trained.held_by(copy(70, 1)) == ""
    # On 9 November a copy of 7 August is old, though its date may be read as one of 8 July or of the day before yesterday.
    for age in (20, 62, 94, 123):
        assert "days from the mail's" in trained.held_by(copy(69, age))


def test_dates_that_may_be_two_days_are_read_the_way_they_lie_closer(teach: Teach) -> None:
    fleet = Fleet()

    def copy(day: int, written: str) -> Example:
        return job(fleet, HOSTS[day % 4], day, f"last copy {written}")

    # The first days of October: 01/10 to 09/10 may be January to September too.
    trained = teach(fleet, [copy(day, f"{day - 30:02d}/10/2026") for day in range(31, 40)])
    assert trained.held_by(copy(40, "10/10/2026")) == ""
    assert "days from the mail's" in trained.held_by(copy(40, "10/08/2026"))


def disk(fleet: Fleet, host: str, day: int, device: str, mount: str = "/var") -> Example:
    lines = ("Filesystem Size Used Avail Capacity Mounted on", f"{device} 40G 10G 30G {25 + day % 3}% {mount}")
    return fleet.mail("noise", "freebsd_daily", host, day, (Section(name="disk_status", lines=lines),), subject="x", ending="-- End --")


def test_another_device_under_a_mount_point_is_held_where_it_was_the_same_on_all_hosts(teach: Teach) -> None:
    fleet = Fleet()
    trained = teach(fleet, [disk(fleet, host, day, "/dev/sda3") for host in HOSTS for day in range(N_DAYS)])
    assert trained.held_by(disk(fleet, NEW_HOST, 13, "/dev/sda3")) == ""
    assert "another device" in trained.held_by(disk(fleet, NEW_HOST, 13, "/dev/sda7"))
    assert trained.held_by(disk(fleet, NEW_HOST, 13, "/dev/sda7", "/srv")) == ""


def test_where_hosts_have_devices_of_their_own_a_new_host_may_have_another(teach: Teach) -> None:
    fleet = Fleet()
    trained = teach(fleet, [disk(fleet, host, day, f"/dev/ada{at}p2") for at, host in enumerate(HOSTS) for day in range(N_DAYS)])
    assert trained.held_by(disk(fleet, NEW_HOST, 13, "/dev/nda0p2")) == ""
    assert "missing" in trained.held_by(disk(fleet, HOSTS[1], 13, "/dev/nda0p2"))


def test_a_number_each_host_has_for_itself_is_quiet_on_its_host_and_may_be_another_on_a_new_one(teach: Teach) -> None:
    fleet = Fleet()
    trained = teach(fleet, [job(fleet, host, day, f"shard {3 + at} ready") for at, host in enumerate(HOSTS) for day in range(N_DAYS)])
    assert trained.held_by(job(fleet, NEW_HOST, 13, "shard 6 ready")) == ""
    assert trained.held_by(job(fleet, HOSTS[1], 13, "shard 4 ready")) == ""


def test_a_host_that_always_talked_to_one_address_is_held_when_it_is_another(teach: Teach) -> None:
    fleet = Fleet()
    trained = teach(fleet, [job(fleet, host, day, f"mirror 10.1.2.{at + 1} ok") for at, host in enumerate(HOSTS) for day in range(N_DAYS)])
    assert trained.held_by(job(fleet, NEW_HOST, 13, "mirror 10.1.2.99 ok")) == ""
    assert "another name or address" in trained.held_by(job(fleet, HOSTS[1], 13, "mirror 10.1.2.99 ok"))


def test_a_report_that_always_had_as_many_lines_is_held_with_one_fewer(teach: Teach) -> None:
    fleet = Fleet()

    def report(day: int, names: str) -> Example:
        return job(fleet, HOSTS[day % 4], day, *(f"{name} fine" for name in names))

    # No line is always there, only their number is.
    trained = teach(fleet, [report(day, "abcdef"[day % 3 :] + "ghijkl"[: day % 3]) for day in range(24)])
    assert trained.held_by(report(30, "abcdef")) == ""
    assert trained.held_by(report(30, "abcde")) != ""


def test_names_before_and_behind_the_hosts_own_are_not_masked(teach: Teach) -> None:
    fleet = Fleet()
    mails = [job(fleet, host, day, f"Processing /etc/renewal/www.{host}.conf") for host in HOSTS for day in range(N_DAYS)]
    trained = teach(fleet, mails)
    assert trained.held_by(job(fleet, NEW_HOST, 13, f"Processing /etc/renewal/www.{NEW_HOST}.conf")) == ""
    assert "new line" in trained.held_by(job(fleet, NEW_HOST, 13, f"Processing /etc/renewal/wvw.{NEW_HOST}.conf"))
    assert "new line" in trained.held_by(job(fleet, NEW_HOST, 13, f"Processing /etc/renewal/www.{NEW_HOST}.old"))


def test_a_card_of_another_driver_is_no_new_line_but_a_card_is_no_virtual_one(teach: Teach) -> None:
    fleet = Fleet()
    mails = [job(fleet, host, day, "+epair0a: link state changed to DOWN", "+em0: promiscuous") for host in HOSTS for day in range(N_DAYS)]
    trained = teach(fleet, mails)
    assert trained.held_by(job(fleet, NEW_HOST, 13, "+epair7b: link state changed to DOWN", "+igb0: promiscuous")) == ""
    assert "new line" in trained.held_by(job(fleet, NEW_HOST, 13, "+em0: link state changed to DOWN", "+em0: promiscuous"))


@pytest.mark.parametrize("path", ["/tmp/phpa1b9b2", "/tmp/php453652", "/var/tmp/mc-root-cb1cb", "/tmp/sess_kQ8rTz"])
def test_a_random_file_name_in_a_scratch_folder_is_no_new_line(teach: Teach, path: str) -> None:
    fleet = Fleet()
    trained = teach(
        fleet, [job(fleet, host, day, f"{path[: path.rindex('/')]}/php1{day}zz{day}") for host in HOSTS for day in range(N_DAYS)]
    )
    assert trained.held_by(job(fleet, NEW_HOST, 13, path)) == ""


@pytest.mark.parametrize(
    ("line", "is_held"),
    [
        (" 3:01AM  up 41 days, 19 mins, 1 user, load averages: 0.41, 0.22, 0.18", False),
        (" 3:01AM  up 41 days,  5:56, 0 users, load averages: 0.41, 0.22, 0.18", False),
        (" 3:01AM  up 19 mins, 1 user, load averages: 0.41, 0.22, 0.18", True),
        (" 3:01AM  up 41 days,  5:56, 31 users, load averages: 0.41, 0.22, 0.18", True),
        (" 3:01AM  up 41 days,  5:56, 1 user, load averages: 91.41, 88.22, 64.18", True),
        (" 3:01AM  up 41 days,  5:56, 1 user, load averages: nan", True),
    ],
)
def test_uptime_is_judged_by_its_measures(teach: Teach, line: str, is_held: bool) -> None:
    fleet = Fleet()
    healthy = " 3:0{}AM  up {} days,  {}:1{}, {} users, load averages: 0.3{}, 0.22, 0.18"
    days = [healthy.format(day % 4, 30 + day, 1 + day, day % 9, day % 2, day % 7) for day in range(N_DAYS)]
    mails = [job(fleet, host, day, line) for host in HOSTS for day, line in enumerate(days)]
    assert bool(teach(fleet, mails).held_by(job(fleet, HOSTS[1], 13, line))) is is_held


def test_a_card_that_is_down_is_quiet_only_if_it_never_moved_a_packet(teach: Teach) -> None:
    fleet = Fleet()

    def cards(host: str, day: int, *rows: str) -> Example:
        lines = ("Name Mtu Network Address Ipkts Ierrs Idrop Opkts Oerrs Coll Drop", *rows)
        return fleet.mail("noise", "freebsd_daily", host, day, (Section(name="network", lines=lines),), subject="x", ending="-- End --")

    up, unused = "em0 1500 <Link#1> 00:25:90:0a:1b:2c {} 0 0 2011 0 0 0", "em1* 1500 <Link#2> 00:25:90:0a:1b:2d 0 0 0 0 0 0 0"
    trained = teach(fleet, [cards(host, day, up.format(1000 + day), unused) for host in HOSTS for day in range(N_DAYS)])
    assert trained.held_by(cards(NEW_HOST, 13, up.format(99), unused)) == ""
    assert "new line: em0*" in trained.held_by(cards(NEW_HOST, 13, up.format(99).replace("em0", "em0*"), unused))


def test_a_remark_behind_a_mount_point_is_no_mount_point(teach: Teach) -> None:
    fleet = Fleet()
    trained = teach(fleet, [disk(fleet, host, day, "/dev/sda3") for host in HOSTS for day in range(N_DAYS)])
    assert "new line" in trained.held_by(disk(fleet, NEW_HOST, 13, "/dev/sda3", "/var: Permission denied"))
