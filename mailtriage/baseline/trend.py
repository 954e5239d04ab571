"""When something that fills will be full: growth per day that neither a jump, noise, nor a rotation imitates.

- A jump (a big file that was copied once) is no growth: what it added counts as if it had been there already.
- A fall (a rotation, a clean-up) begins anew. Where several are known, the highs before them are what grows; where one is,
  what was that full before, and came back with room to spare, may do so again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

from mailtriage.baseline.history import Points, by_day, is_enough

FULL = 100.0
KNOWN_DAYS = 60  # how far back highs are looked for
_TREND_DAYS = 14.5
_N_HIGHS = 4  # the last ones: a rotation changes
_FEWEST = 6  # values of a trend
_STEP = 4.0  # per cent of the whole: what is smaller is no jump, no fall, no rise
_SPREADS = 5.0
_MOST_JUMPS = 2
_ROOM_DAYS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """How fast something fills: per cent of the whole per day, and the days until it is full."""

    growth: float
    days_left: float


def filling(value: float, points: Points, at: datetime) -> Filling | None:
    """The trend that ends at `value` per cent, None when there is none, when too little is known, or when it is full."""
    # Most never move: what has neither risen nor fallen by a step needs no arithmetic.
    if value >= FULL or all(abs(past - value) < _STEP for _, past in points):
        return None
    row = by_day(points, at, KNOWN_DAYS, takes_last=True)
    if not is_enough(row):
        return None
    row = [*(day for day in row if day[0] >= 0.5), (0.0, value)]
    usual, smallest = _steps(row)
    falls = [n for n, (before, after) in enumerate(pairwise(row), 1) if after[1] - before[1] <= usual - smallest]
    highs = [row[fall - 1] for fall in falls][-_N_HIGHS:]
    if len(highs) > 1:
        slope = _slope(highs)
        expected = highs[-1][1] + slope * highs[-1][0]  # the next high, had it been today
        if value <= max(expected, *(high for _, high in highs)) + _STEP:
            has_risen = slope * (highs[0][0] - highs[-1][0]) >= _STEP
            return _left(max(value, expected), slope) if has_risen else None
    since = [day for day in (row[falls[-1] :] if falls else row) if day[0] <= _TREND_DAYS]
    found = _trend(since)
    if found is None or not highs:
        return found
    top = max(high for _, high in highs)
    return None if value <= top + _STEP and FULL - top >= _ROOM_DAYS * found.growth else found


def _trend(row: Sequence[tuple[float, float]]) -> Filling | None:
    """The trend of a row without falls."""
    if len(row) < _FEWEST:
        return None
    raised = _without_jumps(row)
    growth = _slope(raised)
    return _left(median(value + growth * ago for ago, value in raised), growth)


def _without_jumps(row: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The row as if what jumps added had been there from the beginning; more than two of them are growth."""
    usual, smallest = _steps(row)
    beyond = [after[1] - before[1] - usual for before, after in pairwise(row)]
    jumps = [step if step >= smallest else 0.0 for step in beyond]
    if sum(jump > 0 for jump in jumps) > _MOST_JUMPS:
        return list(row)
    return [(ago, value + sum(jumps[n:])) for n, (ago, value) in enumerate(row)]


def _left(level: float, growth: float) -> Filling | None:
    return Filling(growth=growth, days_left=max(0.0, FULL - level) / growth) if growth > 0 else None


def _slope(row: Sequence[tuple[float, float]]) -> float:
    """Per day, as the middle of all pairs says."""
    return median((later[1] - earlier[1]) / (earlier[0] - later[0]) for n, earlier in enumerate(row) for later in row[n + 1 :])


def _steps(row: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The usual step from day to day, and from how far beyond it on a step is no noise."""
    steps = [after[1] - before[1] for before, after in pairwise(row)]
    usual = median(steps)
    spread = sorted(abs(step - usual) for step in steps)[: max(1, len(steps) * 4 // 5)]
    return usual, max(_STEP, _SPREADS * sum(spread) / len(spread))
