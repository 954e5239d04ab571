from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from mailtriage.classify import drift

TODAY = date(2026, 11, 23)


@dataclass(frozen=True)
class Counts:
    day: date
    kind: str
    n: int
    n_held: int
    n_new: int = 0


def days(last: tuple[int, int, int], usual: tuple[int, int], kind: str = "cron", n_days: int = 28) -> list[Counts]:
    """The last full day, and `n_days` usual ones before it."""
    yesterday = TODAY - timedelta(days=1)
    past = [Counts(yesterday - timedelta(days=n), kind, *usual) for n in range(1, n_days + 1)]
    return [*past, Counts(yesterday, kind, *last)]


def finding(*args: object, **more: object) -> str:
    (one,) = drift.held(days(*args, **more), TODAY)  # type: ignore[arg-type]
    return one.finding


def test_a_usual_day_is_no_news() -> None:
    assert finding((80, 9, 3), (80, 8)) == ""
    assert finding((80, 12, 3), (80, 8)) == ""  # five points more, but that happens


def test_a_jump_of_the_held_share_is_told() -> None:
    assert finding((80, 34, 30), (80, 8)) == (
        "cron: learning held 42 % of a day's sections, 30 for a line never seen; 10 % in the four weeks before"
    )


def test_a_fall_of_the_held_share_is_good() -> None:
    assert finding((80, 0, 0), (80, 40)) == ""


def test_few_sections_prove_nothing() -> None:
    assert finding((10, 10, 10), (80, 8)) == ""
    assert finding((80, 80, 80), (10, 1), n_days=3) == ""


def test_a_kind_nobody_sent_before_is_told() -> None:
    assert (
        finding((40, 40, 40), (1, 1), n_days=0) == "cron is new: 40 sections in a day that no rule decides, none in the four weeks before"
    )


def test_days_ahead_of_the_clock_and_long_ago_count_nowhere() -> None:
    ahead = [Counts(TODAY + timedelta(days=n), "cron", 1000, 1000) for n in range(400)]
    old = [Counts(TODAY - timedelta(days=30 + n), "cron", 1000, 1000) for n in range(10)]
    (one,) = drift.held([*old, *days((80, 9, 3), (80, 8)), *ahead], TODAY)
    assert (one.n, one.n_before) == (80, 28 * 80)
    assert drift.held(ahead, TODAY) == ()


def test_probabilities_that_come_true_are_calibrated() -> None:
    found = drift.calibration([(0.95, True)] * 38 + [(0.95, False)] * 2 + [(1.0, True)] + [(0.05, False)] * 20)
    assert found.n == 61
    assert found.bins == ((0.0, 0.1, 20, 0), (0.1, 0.5, 0, 0), (0.5, 0.9, 0, 0), (0.9, 1.0, 41, 39))
    assert found.brier < 0.05
    assert found.finding == ""
    assert "39 of 41 quiet" in found.text


def test_learning_that_is_too_sure_of_quiet_is_told() -> None:
    pairs = [(0.9, True)] * 30 + [(0.9, False)] * 20
    assert drift.calibration(pairs).finding == "learning is too sure: it thought 90 % of 50 labelled sections quiet, the labels say 60 %"
    assert drift.calibration(pairs[15:35]).finding == ""  # 20 labels
    assert drift.calibration([(0.1, True)] * 50).finding == ""  # too careful hurts nobody
    assert drift.calibration([]).finding == ""
    assert "no labelled section" in drift.calibration([]).text


def test_a_model_past_its_review_date_is_told() -> None:
    assert drift.too_old("2025-10-20", TODAY) == ""
    assert "past its review date 2026-11-22" in drift.too_old("2025-10-18", TODAY)
    assert drift.too_old("", TODAY) == ""


def test_a_fleet_that_changed_is_told() -> None:
    old, new = TODAY - timedelta(days=90), TODAY - timedelta(days=5)
    assert drift.new_fleet([old] * 8 + [new] * 3, TODAY) == "the fleet changed: 3 of 11 hosts first wrote in the last four weeks"
    assert drift.new_fleet([old] * 80 + [new] * 3, TODAY) == ""
    assert drift.new_fleet([old] * 2 + [new] * 2, TODAY) == ""
    assert drift.new_fleet([new] * 11, TODAY) == ""  # a new installation
    assert drift.new_fleet([], TODAY) == ""
