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


AMBIGUOUS = [
    pytest.param(("3", "17", "40", "9", "22", "31"), "41", "42.516", id="thousands with a point among plain counts"),
    pytest.param(("3", "17", "40", "9", "22", "31"), "41", "5,000", id="thousands with a comma among plain counts"),
    pytest.param(("850", "1.649", "2.300", "990", "1.200", "1.900"), "1.800", "61.900", id="with and without a point"),
    pytest.param(("850", "1,649", "2,300", "990", "1,200", "1,900"), "1,800", "61,900", id="with and without a comma"),
    pytest.param(("0.977", "1.234", "3.971", "0.612", "2.001", "1.118"), "2.512", "2512", id="decimals"),
    pytest.param(("1.5", "1.25", "3.971", "2.25", "3.1", "1.125"), "2.512", "25.512", id="decimals of any length"),
    pytest.param(("1.234", "3.971", "2.200", "1.900", "3.100", "2.700"), "2.512", "25.512", id="nobody knows"),
    pytest.param(("1.234", "3.971", "2.200", "1.900", "3.100", "2.700"), "990", "3", id="nobody knew until now"),
]


@pytest.mark.parametrize(("known", "healthy", "sick"), AMBIGUOUS)
def test_a_number_that_may_be_thousands_is_judged_by_both_readings(teach: Teach, known: tuple[str, ...], healthy: str, sick: str) -> None:
    fleet = Fleet()
    trained = teach(fleet, [job(fleet, host, day, f"queue: {known[day % 6]}") for host in HOSTS for day in range(N_DAYS)])
    assert trained.held_by(job(fleet, NEW_HOST, 13, f"queue: {healthy}")) == ""
    assert trained.held_by(job(fleet, NEW_HOST, 13, f"queue: {sick}"))


def test_decimals_are_no_thousands_where_decimals_are_known(teach: Teach) -> None:
    fleet = Fleet()
    mails = [job(fleet, host, day, f"offset {0.5 + day * 0.31:.3f} ms") for host in HOSTS for day in range(N_DAYS)]
    trained = teach(fleet, mails)
    assert trained.held_by(job(fleet, NEW_HOST, 13, "offset 2.417 ms")) == ""


@pytest.mark.parametrize(
    "line", ["verify: {} of {} readable", "{}/{} up", "dostępne: {} z {}", "{} von {} gut", "{} sur {} lus", "{} van {}"]
)
@pytest.mark.parametrize("host", [HOSTS[1], NEW_HOST], ids=["known host", "new host"])
def test_so_many_of_so_many_are_all_of_them(teach: Teach, line: str, host: str) -> None:
    fleet = Fleet()
    mails = [job(fleet, one, day, line.format(3 + at % 2, 3 + at % 2)) for at, one in enumerate(HOSTS) for day in range(N_DAYS)]
    trained = teach(fleet, mails)
    assert trained.held_by(job(fleet, host, 13, line.format(4, 4))) == ""
    assert "always the same differ" in trained.held_by(job(fleet, host, 13, line.format(3, 4)))


def test_a_date_with_another_time_of_day_is_held(teach: Teach) -> None:
    fleet = Fleet()

    def report(host: str, day: int, clock: str) -> Example:
        return job(fleet, host, day, f"report of {START + timedelta(days=day):%Y-%m-%d} {clock}")

    trained = teach(fleet, [report(host, day, f"06:0{day % 3}") for host in HOSTS for day in range(N_DAYS)])
    for host in (HOSTS[0], NEW_HOST):
        # An hour is summer time.
        assert [trained.held_by(report(host, 13, clock)) for clock in ("06:03", "05:01", "07:02")] == ["", "", ""]
        assert "at 17:13, " in trained.held_by(report(host, 13, "17:13"))
        assert "at 00:10, " in trained.held_by(report(host, 13, "00:10"))


def test_each_host_has_its_own_time_of_day_and_some_have_none(teach: Teach) -> None:
    fleet = Fleet()

    def report(host: str, day: int, hour: int) -> Example:
        return job(fleet, host, day, f"report of {START + timedelta(days=day):%Y-%m-%d} {hour:02d}:30")

    mails = [report(host, day, 3 * at if at else (5 * day) % 24) for at, host in enumerate(HOSTS) for day in range(N_DAYS)]
    trained = teach(fleet, mails)
    assert trained.held_by(report(NEW_HOST, 13, 17)) == ""
    assert trained.held_by(report(HOSTS[0], 13, 17)) == ""
    assert "this host's own" in trained.held_by(report(HOSTS[2], 13, 17))
    assert trained.held_by(report(HOSTS[2], 13, 6)) == ""


def test_times_around_midnight_are_near_each_other(teach: Teach) -> None:
    fleet = Fleet()

    def report(day: int, clock: str) -> Example:
        return job(fleet, HOSTS[1], day, f"report of {START + timedelta(days=day):%Y-%m-%d} {clock}")

    trained = teach(fleet, [report(day, "23:58" if day % 2 else "00:03") for day in range(N_DAYS)])
    assert trained.held_by(report(13, "00:20")) == ""
    assert "23:58 to 00:03" in trained.held_by(report(13, "12:00"))


def test_of_times_that_run_on_only_the_first_is_judged(teach: Teach) -> None:
    fleet = Fleet()

    def log(day: int, start: int, *steps: int) -> Example:
        first = START.replace(hour=start, minute=0) + timedelta(days=day)
        moments = [first + timedelta(minutes=sum(steps[:n])) for n in range(len(steps) + 1)]
        return job(
            fleet, HOSTS[1], day, *(f"[{moment:%Y-%m-%d %H:%M:%S}] step {name}" for moment, name in zip(moments, "abc", strict=True))
        )

    trained = teach(fleet, [log(day, 2, 10, 10 + day % 3) for day in range(N_DAYS)])
    assert trained.held_by(log(13, 2, 30, 300)) == ""
    assert "at 14:00" in trained.held_by(log(13, 14, 10, 10))


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u202f"])
def test_groups_of_three_digits_are_one_number(teach: Teach, blank: str) -> None:
    fleet = Fleet()
    sizes = ("896 860", "905 003", "899 412", "1 003 117", "911 001", "920 444")
    mails = [
        job(fleet, host, day, f"tabela klienci {sizes[day % 6].replace(' ', blank)} wierszy") for host in HOSTS for day in range(N_DAYS)
    ]
    trained = teach(fleet, mails)
    assert trained.held_by(job(fleet, NEW_HOST, 13, f"tabela klienci 901{blank}005 wierszy")) == ""
    assert "value 5005" in trained.held_by(job(fleet, NEW_HOST, 13, f"tabela klienci 5{blank}005 wierszy"))


PATHS = ("scans/%Y/%m/doc_1.tif", "log-%Y%m.gz", "backup-%G-W%V", "/srv/%Y/%m/%d/x", "archives of %Y-%m")


@pytest.mark.parametrize("path", PATHS)
def test_a_date_in_a_path_is_judged_by_its_age(teach: Teach, path: str) -> None:
    fleet = Fleet()

    def copy(day: int, age: int) -> Example:
        return job(fleet, HOSTS[day % 4], day, f"copied {START + timedelta(days=day - age):{path}}")

    trained = teach(fleet, [copy(day, 0) for day in range(24)])
    for day in (29, 30, 31, 120, 122):
        assert trained.held_by(copy(day, 0)) == ""
    assert "days from the mail's" in trained.held_by(copy(70, 62))


def test_the_reason_names_the_few_known_values(teach: Teach) -> None:
    fleet = Fleet()
    mails = [job(fleet, host, day, f"{(4, 6, 7)[day % 3]} certificates") for host in HOSTS for day in range(N_DAYS)]
    assert "value 5, known 4, 6, 7" in teach(fleet, mails).held_by(job(fleet, NEW_HOST, 13, "5 certificates"))


@pytest.mark.parametrize(
    ("line", "low", "is_held"), [("offset {} clock ms", 2, False), ("took {}ms", 2, False), ("{} rows of many", 2000, True)]
)
def test_what_may_shrink_is_held_only_an_order_of_magnitude_lower(teach: Teach, line: str, low: int, is_held: bool) -> None:
    fleet = Fleet()
    factor = 1 if low < 100 else 1000
    mails = [job(fleet, host, day, line.format((7 + 3 * day) * factor)) for host in HOSTS for day in range(N_DAYS)]
    assert bool(teach(fleet, mails).held_by(job(fleet, HOSTS[0], 13, line.format(low if not is_held else low // 2)))) is is_held
