"""Past values as a row of days, counted back from the report that is judged. Points are (seconds since 1970, value), in any order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

Points = Sequence[tuple[float, float]]

ENOUGH_DAYS = 14  # before so many days are known nothing is called unusual
ENOUGH_VALUES = 10  # on so many different days

_DAY_S = 86400.0
_SHORTEST = 0.5  # days between two readings of a counter of which a rate is made


def by_day(points: Points, at: datetime, days: float, *, takes_last: bool = False) -> list[tuple[float, float]]:
    """(days ago, value), oldest first, one for each day: the highest, or the last. What is not older than `at` is left out."""
    found: dict[int, tuple[float, float]] = {}
    now = int(at.timestamp())  # readings are kept to the second: what was read at `at` itself is no past
    for time, value in points:
        ago = (now - time) / _DAY_S
        if not 0 < ago <= days + 0.5:
            continue
        known = found.get(round(ago))
        if known is None or (ago < known[0] if takes_last else value > known[1]):
            found[round(ago)] = (ago, value)
    return [found[day] for day in sorted(found, reverse=True)]


def rates(points: Points, value: float, at: datetime, days: float) -> tuple[list[tuple[float, float]], float | None]:
    """Growth per day of a counter: (days ago, growth) as `by_day`, and the growth up to `value` now, None when there is nothing before.

    A counter that fell began again from zero, so its growth is never negative.
    """
    row = by_day(points, at, days + 2, takes_last=True)
    grown = [(after[0], _grown(before[1], after[1]) / max(_SHORTEST, before[0] - after[0])) for before, after in pairwise(row)]
    last = next(((ago, before) for ago, before in reversed(row) if ago >= _SHORTEST), None)
    return grown, None if last is None else _grown(last[1], value) / last[0]


def _grown(before: float, after: float) -> float:
    return after - before if after >= before else max(0.0, after)


def is_enough(row: Sequence[tuple[float, float]]) -> bool:
    """Whether a row of days is long enough to say what is usual."""
    return len(row) >= ENOUGH_VALUES and row[0][0] >= ENOUGH_DAYS - 0.5
