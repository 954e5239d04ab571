"""What only a host's own past, the rows of a table or two numbers side by side tell."""

from __future__ import annotations

import pytest

from mailtriage.classify.masks import masked
from tests.classify.fleet import HOSTS, Fleet
from tests.classify.test_gate_values import NEW_HOST, Teach, job

N_DAYS = 12
# A host each has its own size, and hardly leaves it.
SIZES = dict(zip(HOSTS, (5_801, 41_000, 298_160, 1_134_954, 720, 9_300), strict=False))


def counted(host: str, day: int, factor: float = 1.0) -> str:
    return f"{round(SIZES[host] * factor * (1 + day % 3 / 200))} objects in the bucket"


@pytest.mark.parametrize("factor", [8, 4, 2.5, 1 / 2.5, 1 / 4, 1 / 8])
def test_a_number_that_hardly_moves_on_a_host_is_held_long_before_it_is_a_decade_off(teach: Teach, factor: float) -> None:
    fleet = Fleet()
    hosts = list(SIZES)
    trained = teach(fleet, [job(fleet, host, day, counted(host, day)) for host in hosts for day in range(N_DAYS)])
    for host in hosts[:3]:
        assert trained.held_by(job(fleet, host, 13, counted(host, 13))) == ""
        assert "this host's own" in trained.held_by(job(fleet, host, 13, counted(host, 13, factor)))


def test_a_number_that_always_moved_on_a_host_may_move_on(teach: Teach) -> None:
    fleet = Fleet()
    sizes = [100, 900, 250, 4000, 1800, 320, 2700, 140, 3600, 700, 1200, 500]
    trained = teach(fleet, [job(fleet, host, day, f"{sizes[day]} rows loaded") for host in HOSTS for day in range(N_DAYS)])
    assert trained.held_by(job(fleet, HOSTS[0], 13, "5200 rows loaded")) == ""


def printers(day: int, pages: tuple[int, int, int]) -> tuple[str, ...]:
    return tuple(f"imp-{n + 1}  {number + day % 3} pages" for n, number in enumerate(pages))


@pytest.mark.parametrize("host", [HOSTS[1], NEW_HOST], ids=["known host", "new host"])
def test_rows_that_a_digit_tells_apart_have_numbers_of_their_own(teach: Teach, host: str) -> None:
    fleet = Fleet()
    usual = (1177, 150, 42)
    trained = teach(fleet, [job(fleet, one, day, *printers(day, usual)) for one in HOSTS for day in range(N_DAYS)])
    assert trained.held_by(job(fleet, host, 13, *printers(13, usual))) == ""
    for sick in ((11, 150, 42), (1177, 150, 1100), (150, 1177, 42)):
        assert trained.held_by(job(fleet, host, 13, *printers(13, sick)))


def test_numbers_that_were_always_the_same_are_held_when_they_differ(teach: Teach) -> None:
    fleet = Fleet()

    def line(day: int, lost: int = 0) -> str:
        return f"read {7000 + 31 * day} rows, loaded {7000 + 31 * day - lost} rows"

    trained = teach(fleet, [job(fleet, host, day, line(day)) for host in HOSTS for day in range(N_DAYS)])
    assert trained.held_by(job(fleet, NEW_HOST, 13, line(13))) == ""
    assert "always the same differ" in trained.held_by(job(fleet, NEW_HOST, 13, line(13, lost=60)))


def test_a_line_is_missed_although_the_id_in_it_has_another_look_each_time(teach: Teach) -> None:
    fleet = Fleet()
    ids = ("4711", "dcc751", "0x1f", "build-12", "a1", "99", "7c257bb83a0d", "run7", "12.5", "3e", "beta9", "100000")
    trained = teach(fleet, [job(fleet, host, day, f"run {ids[day]}", "all written") for host in HOSTS for day in range(N_DAYS)])
    assert "missing: run" in trained.held_by(job(fleet, HOSTS[0], 13, "all written"))


@pytest.mark.parametrize(
    ("load", "is_held"),
    [("0.00, 0.01, 0.05", False), ("1.90, 1.40, 1.10", False), ("2.80, 1.40, 1.10", False), ("24.10, 9.00, 4.00", True)],
)
def test_a_small_load_is_no_news_and_a_great_one_is(teach: Teach, load: str, is_held: bool) -> None:
    fleet = Fleet()
    loads = ("0.29, 0.31, 0.40", "0.71, 0.66, 0.60", "0.44, 0.38, 0.31")
    up = " 3:01AM  up {} days,  2:22, 1 user, load averages: {}"
    trained = teach(fleet, [job(fleet, host, day, up.format(40 + day, loads[day % 3])) for host in HOSTS for day in range(N_DAYS)])
    assert bool(trained.held_by(job(fleet, HOSTS[0], 13, up.format(53, load)))) is is_held


def test_a_machine_up_for_less_than_a_day_has_started_anew(teach: Teach) -> None:
    fleet = Fleet()
    up = " 3:01AM  up {}, 1 user, load averages: 0.29, 0.31, 0.40"
    trained = teach(fleet, [job(fleet, host, day, up.format(f"{1 + day} days,  2:22")) for host in HOSTS for day in range(N_DAYS)])
    assert trained.held_by(job(fleet, NEW_HOST, 13, up.format("12:29")))


@pytest.mark.parametrize(("sick", "is_held"), [("-86", False), ("-95", True), ("-110", True), ("-31", True)])
def test_decibels_move_as_far_as_they_have_moved(teach: Teach, sick: str, is_held: bool) -> None:
    fleet = Fleet()
    trained = teach(fleet, [job(fleet, host, day, f"RSSI {-80 - day % 5} dBm") for host in HOSTS for day in range(N_DAYS)])
    assert bool(trained.held_by(job(fleet, HOSTS[0], 13, f"RSSI {sick} dBm"))) is is_held


def test_a_clock_in_french_is_a_clock(teach: Teach) -> None:
    fleet = Fleet()
    trained = teach(fleet, [job(fleet, host, day, f"started at 04h{10 + day}") for host in HOSTS for day in range(N_DAYS)])
    assert trained.held_by(job(fleet, HOSTS[0], 13, "started at 04h52")) == ""


def test_a_short_hexadecimal_id_is_masked() -> None:
    assert masked("run dcc751 began").shape == masked("run 47a1fe began").shape


def test_a_level_that_falls_to_nothing_is_held(teach: Teach) -> None:
    fleet = Fleet()
    trained = teach(fleet, [job(fleet, host, day, f"bloat of orders {6 + day % 4} %") for host in HOSTS for day in range(N_DAYS)])
    assert trained.held_by(job(fleet, HOSTS[0], 13, "bloat of orders 0 %"))
