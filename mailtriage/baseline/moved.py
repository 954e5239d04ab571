"""Which measures have moved to another level: the last week against the four weeks before it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from mailtriage.baseline.course import COUNTERS
from mailtriage.baseline.history import Points, by_day, is_enough, rates
from mailtriage.baseline.usual import quantile

DAYS = 35
_RECENT_DAYS = 7.5
_FEWEST_RECENT = 4
_SPREADS = 3.0
_LEAST_SHARE = 0.2  # of the level before
_LEAST = {"%": 3.0, "C": 4.0, "": 2.0, "lines": 10.0, "s": 60.0, "B": 10.0 * 2**20}


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A measure whose level moved; for a counter the levels are growth per day."""

    host: str
    name: str
    subject: str
    before: float
    now: float
    unit: str
    weight: float  # the shift as a share of the larger level, 0 to 1


def moved(histories: Iterable[tuple[str, str, str, str, Points]], now: datetime, most: int = 20) -> tuple[Move, ...]:
    """The `most` largest moves, worst first, of histories (host, name, subject, unit, points)."""
    found = [move for one in histories if (move := _move(*one, now)) is not None]
    return tuple(sorted(found, key=lambda move: (-move.weight, move.host, move.name, move.subject))[:most])


def _move(host: str, name: str, subject: str, unit: str, points: Points, now: datetime) -> Move | None:
    row = rates(points, 0.0, now, DAYS)[0] if name in COUNTERS else by_day(points, now, DAYS)
    recent = [value for ago, value in row if ago <= _RECENT_DAYS]
    before = [value for value in row if value[0] > _RECENT_DAYS]
    if len(recent) < _FEWEST_RECENT or not is_enough(before):
        return None
    values = [value for _, value in before]
    level, is_now = median(values), median(recent)
    low, high = quantile(values, 0.1), quantile(values, 0.9)
    shift = is_now - level
    spread = (high - level if shift > 0 else level - low) / 1.28
    share = _LEAST_SHARE * abs(level) if unit != "%" else 0.0
    if abs(shift) < max(_SPREADS * spread, share, _LEAST.get(unit, 0.0)) or _n_beyond(recent, low, high, shift) < len(recent) - 1:
        return None
    weight = abs(shift) / (max(abs(level), abs(is_now)) if unit != "%" else 100.0)
    return Move(host=host, name=name, subject=subject, before=level, now=is_now, unit=unit, weight=min(1.0, weight))


def _n_beyond(recent: list[float], low: float, high: float, shift: float) -> int:
    return sum(value > high if shift > 0 else value < low for value in recent)
