"""What is learnt from the times at which reports came."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from mailtriage.correlate.cadence import DAY, HOUR, Cadence, learn, relearn

START = int(datetime(2026, 8, 3, 3, 1, tzinfo=UTC).timestamp())  # a Monday
WEEKEND = (5, 6)


def days(numbers: Sequence[int], *, jitter_s: int = 3600, seed: int = 1, start: int = START) -> list[int]:
    """Reports on these days after the start, each with FreeBSD's jitter."""
    rng = random.Random(seed)
    return sorted(start + number * DAY + rng.randrange(jitter_s + 1) for number in numbers)


def on_dates(wanted: Callable[[date], bool], n_days: int = 240, **rest: int) -> list[int]:
    """Reports on the dates that are wanted."""
    first = datetime.fromtimestamp(START, UTC).date()
    return days([number for number in range(n_days) if wanted(first + timedelta(days=number))], **rest)


def sure(times: Sequence[int]) -> Cadence:
    found = learn(times)
    assert found is not None
    assert found.is_sure, found
    return found


PATTERNS: dict[str, list[int]] = {
    "daily": days(range(40)),
    "on Mon, Tue, Wed, Thu, Fri": on_dates(lambda day: day.weekday() not in WEEKEND, 60),
    "weekly on Saturday": on_dates(lambda day: day.weekday() == 5, 60),
    "on Mon, Thu": on_dates(lambda day: day.weekday() in (0, 3), 60),
    "monthly on day 1": on_dates(lambda day: day.day == 1),
    "monthly on day 30": on_dates(lambda day: day.day == (28 if day.month == 2 else 30)),
    "monthly on the last day": on_dates(lambda day: (day + timedelta(days=1)).day == 1),
    "every 3 days": days(range(0, 60, 3)),
    "every 10 days": days(range(0, 90, 10)),
    "every 6 hours": [START + n * 6 * HOUR + n % 7 for n in range(60)],
    "every hour": [START + n * HOUR + n % 5 for n in range(60)],
    "every 5 minutes": [START + n * 300 for n in range(60)],
    "every 12 hours": [START + n * 12 * HOUR for n in range(40)],
}


@pytest.mark.parametrize("words", PATTERNS)
def test_a_pattern_is_known_with_its_next_report(words: str) -> None:
    times = PATTERNS[words]
    known = sure(times[:-1])
    assert known.in_words() == words
    borne = 1.5 * HOUR if known.interval_s >= DAY else 60
    assert abs(known.due(times[-2]) - times[-1]) <= borne
    assert times[-1] < known.late(times[-2])


@pytest.mark.parametrize(("words", "limit_h"), [("daily", 26), ("weekly on Saturday", 8 * 24), ("monthly on day 1", 33 * 24)])
def test_a_report_is_late_soon_enough_after_the_last_one(words: str, limit_h: int) -> None:
    times = PATTERNS[words]
    assert sure(times).late(times[-1]) - times[-1] <= limit_h * HOUR


@pytest.mark.parametrize("hour", [0, 2, 12, 23])
@pytest.mark.parametrize("shift", [HOUR, -HOUR])
def test_an_hour_of_summer_time_is_no_delay_at_any_time_of_day(hour: int, shift: int) -> None:
    times = days(range(60), start=START + (hour - 3) * HOUR)
    times = [at + (shift if number > 30 else 0) for number, at in enumerate(times)]
    for n in range(10, len(times)):
        assert times[n] < sure(times[:n]).late(times[n - 1])


@pytest.mark.parametrize("first_day", range(7))
def test_a_weekend_is_not_missed_whichever_day_the_host_began(first_day: int) -> None:
    numbers = [number for number in range(first_day, 60) if number % 7 not in WEEKEND]
    times = days(numbers)
    for n in range(1, len(times)):
        known = learn(times[:n])
        assert known is None or not known.is_sure or times[n] < known.late(times[n - 1])


def test_month_ends_of_every_length_are_not_missed() -> None:
    for wanted in (lambda day: day.day == 1, lambda day: (day + timedelta(days=1)).day == 1, lambda day: day.day == 28):
        times = on_dates(wanted, 800)
        for n in range(5, len(times)):
            assert times[n] < sure(times[:n]).late(times[n - 1])


@pytest.mark.parametrize("n", range(4))
def test_few_reports_prove_nothing(n: int) -> None:
    for numbers in (range(n), range(0, 7 * n, 7), range(0, 30 * n, 30)):
        known = learn(days(numbers))
        assert known is None or not known.is_sure


def test_the_more_reports_fit_the_surer_it_is() -> None:
    confidences = [sure(days(range(n))).confidence for n in (4, 8, 16)]
    assert confidences == sorted(set(confidences))


def test_alerts_that_come_by_chance_have_no_sure_cadence() -> None:
    for seed in range(200):
        rng = random.Random(seed)
        known = learn(sorted({START + rng.randrange(40 * DAY) for _ in range(rng.randrange(5, 64))}))
        assert known is None or not known.is_sure


def test_a_job_that_writes_only_in_work_hours_is_not_missed_at_night() -> None:
    known = learn([START + day * DAY + hour * HOUR for day in range(6) for hour in range(10)])
    assert known is None or not known.is_sure


def test_a_report_run_by_hand_changes_neither_day_nor_alarm() -> None:
    times = sorted([*PATTERNS["weekly on Saturday"], START + 8 * DAY + 9 * HOUR])
    assert sure(times).in_words() == "weekly on Saturday"


def test_a_weekly_report_that_comes_a_day_early_is_not_expected_again_the_next_day() -> None:
    times = PATTERNS["weekly on Saturday"]
    early = times[-1] + 6 * DAY
    assert sure([*times, early]).due(early) - early > 6 * DAY


def test_two_hosts_with_one_name_look_like_a_report_that_comes_twice() -> None:
    times = sorted([*days(range(30)), *days(range(30), start=START + 2 * HOUR, seed=2)])
    known = sure(times)
    assert known.in_words() == "daily"
    assert relearn(times, known, None, n=60, now=times[-1]).often_since is None


def test_some_days_without_the_host_do_not_unlearn_its_cadence() -> None:
    times = days([*range(20), *range(30, 40)])
    assert sure(times).in_words() == "daily"


def test_a_host_that_is_rebuilt_at_another_hour_is_late_once_at_most_and_watched_all_the_time() -> None:
    times = [*days(range(20)), *days(range(20, 60), start=START + 5 * HOUR)]
    known, late = learn(times[:10]), []
    for n in range(10, 60):
        assert known is not None
        assert known.is_sure
        if times[n] >= known.late(times[n - 1]):
            late.append(n)
        known = relearn(times[: n + 1], known, None, n=n + 1, now=times[n]).cadence
    assert late == [20]
    assert known is not None
    assert known.usual_s // HOUR == 8


def test_every_cadence_survives_being_written_down() -> None:
    for times in PATTERNS.values():
        known = sure(times)
        assert Cadence.from_text(known.as_text()) == known
    assert Cadence.from_text("") is None


class TestTooOften:
    USUAL = days(range(20))

    def flood(self, n: int, step_s: int = 60) -> list[int]:
        return [*self.USUAL, *(self.USUAL[-1] + 20 * HOUR + number * step_s for number in range(n))]

    def test_a_daily_job_that_runs_every_minute_is_noticed_and_stays_a_daily_job(self) -> None:
        known, times = sure(self.USUAL), self.flood(15)
        found = relearn(times, known, None, n=35, now=times[-1])
        assert found.often_since == times[-1]
        assert found.cadence == known

    def test_a_few_runs_by_hand_are_not(self) -> None:
        times = self.flood(5)
        assert relearn(times, sure(self.USUAL), None, n=25, now=times[-1]).often_since is None

    def test_it_ends_a_day_after_the_last_and_nothing_is_expected_every_minute(self) -> None:
        known, times = sure(self.USUAL), self.flood(64)[-64:]
        found = relearn(times, known, times[-1], n=84, now=times[-1] + DAY + HOUR)
        assert found.often_since is None
        assert found.cadence == known

    def test_what_lasts_a_week_is_usual(self) -> None:
        known = sure(self.USUAL)
        times = [self.USUAL[-1] + n * 600 for n in range(64)]
        found = relearn(times, known, times[-1] - 8 * DAY, n=1200, now=times[-1])
        assert found.often_since is None
        assert found.cadence is not None
        assert found.cadence.in_words() == "every 10 minutes"

    def test_a_backlog_is_dated_by_its_mails_and_floods_nothing(self) -> None:
        times = days(range(50))
        assert relearn(times, sure(self.USUAL), None, n=50, now=times[-1]).often_since is None


def test_what_is_well_known_is_not_learnt_anew_at_each_report() -> None:
    times = days(range(30))
    known = sure(times[:-1])
    assert relearn(times, known, None, n=30, now=times[-1]).cadence is known
    assert relearn(times, known, None, n=32, now=times[-1]).cadence is not known
