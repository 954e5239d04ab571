"""What is usual for a host, when something will be full, and what moved: each with the row of days that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from mailtriage.baseline import CAPACITIES, COUNTERS, LEVELS, WATCHED, Points, Usual, filling, moved, unusual
from mailtriage.recognise import measures

AT = datetime(2026, 11, 22, 3, 1, tzinfo=UTC)
P99 = Usual(quantile=0.99, days=28)
PEAK = Usual(quantile=1.0, days=28)


def daily(*values: float, until: datetime = AT) -> Points:
    """One value a day, the last one yesterday."""
    return [((until - timedelta(days=len(values) - n)).timestamp(), float(value)) for n, value in enumerate(values)]


def is_unusual(value: float, past: Points, usual: Usual = P99, *, is_counter: bool = False, at: datetime = AT) -> bool:
    return unusual(usual, value, past, at, is_counter=is_counter) is not None


def test_the_same_value_is_usual_on_one_host_and_unusual_on_another() -> None:
    quiet, busy = daily(*[3, 4, 2, 5] * 7), daily(*[300, 420, 250, 510] * 7)
    assert is_unusual(300, quiet)
    assert not is_unusual(300, busy)


def test_a_host_whose_values_scatter_widely_may_go_further() -> None:
    assert not is_unusual(90, daily(*[10, 20, 41, 15, 33, 12, 60] * 4))
    assert is_unusual(90, daily(*[57, 58, 59, 60] * 7))


def test_the_baseline_is_the_quantile_the_rule_names() -> None:
    past = daily(*range(1, 29))
    for usual, expected in ((PEAK, 28), (Usual(quantile=0.5, days=28), 14.5), (Usual(quantile=0.99, days=28), 27.73)):
        found = unusual(usual, 9e9, past, AT)
        assert found is not None
        assert found.baseline == pytest.approx(expected)


def test_times_and_least_say_how_much_more_matters() -> None:
    past = daily(*[10, 11, 12, 10] * 7)
    assert is_unusual(30, past)
    assert not is_unusual(30, past, Usual(quantile=0.99, days=28, times=3))
    assert not is_unusual(30, past, Usual(quantile=0.99, days=28, least=25))
    assert is_unusual(50, past, Usual(quantile=0.99, days=28, times=3, least=25))


@pytest.mark.parametrize(("n_days", "expected"), [(13, False), (14, True), (28, True)])
def test_nothing_is_unusual_before_fourteen_days_are_known(n_days: int, expected: bool) -> None:
    assert is_unusual(900, daily(*[3.0] * n_days)) is expected


def test_a_few_readings_over_a_long_time_are_not_enough() -> None:
    assert not is_unusual(900, daily(*[3.0] * 28)[::4])


def test_a_weekly_backup_day_is_compared_with_its_own_kind_and_hides_nothing_on_other_days() -> None:
    weeks = daily(*[50 if day % 7 == 0 else 2 for day in range(28)])
    assert not is_unusual(55, weeks)  # today is such a day
    tomorrow = daily(*[50 if day % 7 == 0 else 2 for day in range(29)])
    assert is_unusual(40, tomorrow)


def test_a_day_of_the_week_survives_a_change_of_the_clocks() -> None:
    weeks = [(time + (3600 if day >= 14 else 0), value) for day, (time, value) in enumerate(daily(*[50.0, 2, 2, 2, 2, 2, 2] * 4))]
    assert not is_unusual(55, weeks, at=AT + timedelta(hours=1))


def test_trouble_that_lasts_stays_unusual_for_a_week_and_is_then_the_new_level() -> None:
    past = [3.0, 4, 2, 5] * 7
    told = []
    for _ in range(12):
        told.append(is_unusual(90, daily(*past)))
        past.append(90)
    assert told[:7] == [True] * 7
    assert told[-1] is False


def test_only_what_was_before_counts() -> None:
    past = daily(*[3.0, 4, 2, 5] * 7)
    later = [((AT + timedelta(days=n)).timestamp(), value) for n, value in enumerate([90.0] * 8 + [3])]
    assert is_unusual(90, [*later, *past], PEAK)


def test_a_counter_is_judged_by_its_growth_and_a_reboot_is_no_fall() -> None:
    steady = daily(*[100.0 * day for day in range(28)])
    assert not is_unusual(2800, steady, is_counter=True)
    assert is_unusual(9000, steady, is_counter=True)
    rebooted = daily(*[100.0 * (day % 9) for day in range(28)])
    assert not is_unusual(100, rebooted, is_counter=True)
    assert not is_unusual(40, steady, is_counter=True)  # from 2700 to 40 today
    assert is_unusual(9000, [(time, value + 1e6) for time, value in steady], is_counter=True)  # rebooted, and far too many since


def test_a_counter_read_after_a_gap_grew_on_each_day_of_it() -> None:
    past = daily(*[100.0 * day for day in range(28)])
    assert not is_unusual(2800, past[:-5], is_counter=True)
    assert is_unusual(3100, [*past[:12], *past[17:]], is_counter=True)  # 400 a day are many, though 500 came in a gap


def test_several_readings_a_day_count_as_one_day() -> None:
    hourly = [((AT - timedelta(hours=n)).timestamp(), 3.0) for n in range(1, 24 * 10)]
    assert not is_unusual(900, hourly)


def days_left(value: float, past: Sequence[float]) -> float | None:
    found = filling(value, daily(*past), AT)
    return None if found is None else round(found.days_left, 1)


def test_a_steady_ramp_tells_the_days_that_are_left() -> None:
    assert days_left(92, range(64, 92)) == 8
    assert days_left(80, range(52, 80)) == 20


@pytest.mark.parametrize(
    ("value", "past"),
    [
        (95, [95.0] * 28),  # nearly full, and nothing happens
        (100, [100.0] * 28),  # full by nature
        (90, [60.0] * 27),  # a big file today
        (90, [*[60.0] * 20, *[90.0] * 4]),  # some days ago
        (92, [*[72.0] * 21, *[92.0] * 6]),  # a week ago
        (90, [*[60.0] * 20, 75.0, 75, 90]),  # two of them
        (92, [*range(70, 91), 91.0, 60, 61]),  # cleaned up
        (95, [*[89.0, 90, 91, 92, 93, 94, 95] * 4, 89, 90, 91, 92, 93, 94]),  # rotated each week
        (95, [*range(66, 96), *range(66, 95)]),  # and each month
        (94, [*[91.0, 92, 93, 94, 95, 96, 97] * 2, 93, 94, 95, 96, 97, 98, 99, 93]),  # its highs differ a little
        (92, range(82, 92)),  # too little is known
    ],
)
def test_what_is_no_trend_is_not_announced(value: float, past: Sequence[float]) -> None:
    left = days_left(value, past)
    assert left is None or left > 30


def test_a_clean_up_that_did_not_help_for_long_does_not_hide_the_trend() -> None:
    left = days_left(97, [*range(70, 99), *range(90, 97)])
    assert left == 3


def test_a_rotation_that_no_longer_keeps_up_is_told_by_its_highs() -> None:
    past = [week * 7 + step for week in range(5) for step in (50.0, 52, 54, 56, 58, 60, 62)]
    found = filling(85, daily(*past), AT)
    assert found is not None
    assert found.growth == pytest.approx(1, abs=0.2)


def test_a_host_whose_level_moved_is_told_worst_first_and_the_others_are_not() -> None:
    def of(host: str, *values: float, name: str = "mail_queue", unit: str = "") -> tuple[str, str, str, str, Points]:
        return host, name, "x", unit, daily(*values, until=AT)

    found = moved(
        (
            of("steady", *[10.0, 12, 11, 9, 10] * 7),
            of("up", *[10.0, 12, 11, 9] * 7, *[40.0] * 7),
            of("down", *[40.0, 42, 41, 39] * 7, *[20.0] * 7),
            of("once", *[10.0, 12, 11, 9] * 7, 10, 10, 900, 10, 10, 11, 9),
            of("half", *[10.0, 12, 11, 9] * 7, 40, 10, 40, 10, 40, 10, 40),
            of("new", *[40.0] * 7),
            of("counter", *[10.0 * day for day in range(28)], *[280.0 + 100 * day for day in range(7)], name="if_errors"),
            of("reboots", *[10.0 * (day % 8) for day in range(35)], name="if_errors"),
        ),
        AT,
    )
    assert [(move.host, move.before, move.now) for move in found] == [("counter", 10, 100), ("up", 10.5, 40), ("down", 40.5, 20)]
    assert [move.host for move in moved((of("up", *[10.0, 12, 11, 9] * 7, *[40.0] * 7),) * 3, AT, 2)] == ["up", "up"]


def test_what_is_said_of_the_course_of_measures_names_measures_there_are() -> None:
    assert measures().keys() >= LEVELS | COUNTERS
    assert not LEVELS & COUNTERS
    assert CAPACITIES <= LEVELS
    assert WATCHED <= LEVELS | COUNTERS
    assert {measures()[name][0] for name in CAPACITIES} == {"%"}
