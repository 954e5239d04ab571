"""Whether a value is unusual for its host: above its own past by more than what that past scatters.

The row of days is cut into what counts:
- days of the week that clearly stand apart (a weekly backup) are compared among themselves,
- a run of high days that lasts until now is not yet usual; after a week it is.
Above the highest of a month a value comes once a month by chance alone. So the limit lies as far beyond the upper quarter
of the past as the spread within this quarter makes likely only once in years. Spread is measured as a ratio: counts and loads
scatter in proportion to their size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailtriage.baseline.history import ENOUGH_VALUES, Points, by_day, is_enough, rates

RUN_DAYS = 7  # a higher level that has lasted longer is usual
_REACH = 7.5  # mean excesses of the upper values beyond their lower edge
_SMALL = 0.5  # of the least that matters
_FEWEST_UPPER = 3
_LARGEST = 500.0  # of a logarithm
_WEEK = 7
_FEWEST_SAME_DAYS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What a rule compares with: a quantile of so many days (1.0 is the peak), `times` as much, and at least `least` more."""

    quantile: float
    days: int
    times: float = 1.0
    least: float = 5.0

    @property
    def name(self) -> str:
        """As a rule writes it: `p99`, `peak`, `median`."""
        return {1.0: "peak", 0.5: "median"}.get(self.quantile, f"p{100 * self.quantile:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """By what a value stands out; for a counter both are growth per day."""

    value: float
    baseline: float


def unusual(usual: Usual, value: float, points: Points, at: datetime, *, is_counter: bool = False) -> Unusual | None:
    """What is unusual about `value` at `at`, None when it is usual or too little is known. Only points before `at` count."""
    if is_counter:
        row, rate = rates(points, value, at, usual.days + RUN_DAYS)
        if rate is None:
            return None
        value = rate
    else:
        row = by_day(points, at, usual.days + RUN_DAYS)
    counted = _settled(row, usual)
    if not is_enough(row) or len(counted) < ENOUGH_VALUES:
        return None
    past = _compared(counted, usual.least)
    baseline = quantile(past, usual.quantile)
    if value <= max(baseline * usual.times if baseline > 0 else baseline, baseline + usual.least) or value <= reach(past, usual.least):
        return None
    return Unusual(value=value, baseline=baseline)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of them do not exceed, between two in proportion."""
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def reach(values: Sequence[float], least: float = 0.0) -> float:
    """How high a further value may come by chance; less than `least` is small."""
    ordered = sorted(values)
    unit = max(_unit(ordered), _SMALL * least)
    logs = [math.asinh(value / unit) for value in ordered]
    return unit * math.sinh(min(_LARGEST, max(_beyond(logs, len(logs) // 4), _beyond(logs, len(logs) // 10))))


def _beyond(logs: Sequence[float], n_upper: int) -> float:
    """As far beyond the lower edge of the upper values as their mean excess makes likely."""
    n_upper = min(max(_FEWEST_UPPER, n_upper), len(logs) - 1)
    edge = logs[-n_upper - 1]
    return max(logs[-1], edge + _REACH * (sum(logs[-n_upper:]) / n_upper - edge))


def _unit(ordered: Sequence[float]) -> float:
    """What is small for these values: below it differences count, above it ratios."""
    middle = abs(ordered[len(ordered) // 2])
    return middle / 10 or min((abs(value) for value in ordered if value), default=1.0)


def _settled(row: list[tuple[float, float]], usual: Usual) -> list[tuple[float, float]]:
    """The days that count, without a run of high days at their end that is not yet usual."""
    counted = [day for day in row if day[0] <= usual.days + 0.5]
    older = [day for day in row if day[0] > RUN_DAYS + 0.5]
    if not is_enough(older):
        return counted
    limit = reach([value for _, value in older], usual.least)
    end = len(row)
    while end > len(older) and row[end - 1][1] > limit:
        end -= 1
    return counted if end == len(row) else row[:end]


def _compared(row: Sequence[tuple[float, float]], least: float) -> list[float]:
    """The values to compare with today's: those of the same day of the week where this day stands apart, else all ordinary days."""
    weekdays: dict[int, list[float]] = {}
    for ago, value in row:
        weekdays.setdefault(round(ago) % _WEEK, []).append(value)
    apart = {day for day, values in weekdays.items() if _stands_apart(day, weekdays, least)}
    if 0 in apart:
        return weekdays[0]
    return [value for day, values in weekdays.items() if day not in apart for value in values]


def _stands_apart(day: int, weekdays: dict[int, list[float]], least: float) -> bool:
    """Whether even the lowest of a day of the week is above the highest of all the others, by `least` or by as much again."""
    others = [value for other, values in weekdays.items() if other != day for value in values]
    return len(weekdays[day]) >= _FEWEST_SAME_DAYS and len(others) > _WEEK and min(weekdays[day]) > max(others) + min(least, max(others))
