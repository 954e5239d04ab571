"""What a rule asks of a host's past: whether a measure is above its baseline, and when what fills will be full."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailtriage.baseline import COUNTERS, FULL, KNOWN_DAYS, RUN_DAYS, Points, Unusual, Usual, filling, unusual
from mailtriage.rulebook import template
from mailtriage.rulebook.rule import Condition
from mailtriage.types import Measure

_MORE_DAYS = 2  # a counter needs the reading before the first day
_SHORTEST_TREND = 5.0  # days: what began empty so long ago, and would not be full in time, needs no past


@dataclass(frozen=True, slots=True)
class Past:
    """The past of one host, as the report made at `at` sees it."""

    at: datetime
    readings: Callable[[str, str, datetime], Points]  # of a measure and subject, from a time on


@dataclass(frozen=True, slots=True)
class Standing:
    """How a measure stands to its past: `text` follows the measure in a summary, `words` are names for templates."""

    text: str
    words: tuple[tuple[str, str], ...]


def standing(condition: Condition, measure: Measure, past: Past | None) -> Standing | None:
    """What the past says of a measure, None where it is as usual, not filling, or where too little is known."""
    if past is None:
        return None
    if condition.full_within is not None:
        return _filling(condition.full_within, measure, past)
    assert condition.usual is not None
    return _unusual(condition.usual, measure, past)


def _unusual(usual: Usual, measure: Measure, past: Past) -> Standing | None:
    is_counter = measure.name in COUNTERS
    # Most values of most hosts are too small to matter: their past is not read.
    if measure.value < usual.least and not is_counter:
        return None
    since = past.at - timedelta(days=usual.days + RUN_DAYS + _MORE_DAYS)
    points = past.readings(measure.name, measure.subject, since)
    found = unusual(usual, measure.value, points, past.at, is_counter=is_counter)
    return None if found is None else _in_words(usual, found, is_counter=is_counter)


def _in_words(usual: Usual, found: Unusual, *, is_counter: bool) -> Standing:
    baseline, growth = _number(found.baseline), _number(found.value)
    grown = f", {growth} a day" if is_counter else ""
    words = (("baseline", baseline), ("growth", growth if is_counter else ""))
    return Standing(f"{grown}, where the {usual.name} of {usual.days} days is {baseline}", words)


def _filling(within: float, measure: Measure, past: Past) -> Standing | None:
    if (FULL - measure.value) * _SHORTEST_TREND > within * measure.value:
        return None
    found = filling(measure.value, past.readings(measure.name, measure.subject, past.at - timedelta(days=KNOWN_DAYS + 1)), past.at)
    if found is None or found.days_left > within:
        return None
    days_left, growth = str(round(found.days_left)), _number(found.growth)
    return Standing(f", full in {days_left} days at {growth} % a day", (("days_left", days_left), ("growth", growth)))


def _number(value: float) -> str:
    return template.number(float(f"{value:.3g}"))
