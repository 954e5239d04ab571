"""When a report usually comes, learnt from the times it came: the pattern, how regular it is, and from when on it is late.

A host's zone is not known, and need not be: a day is reckoned around the usual time, and an hour's shift twice a year lies within
what is borne. The next report is expected one period after the last, whatever the clock said before. All times here are whole
seconds since 1970, UTC; days are numbered from 1970-01-01.
"""

from __future__ import annotations

import calendar
import enum
import json
import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import pairwise
from statistics import median

HOUR, DAY = 3600, 86400
SURE = 0.7  # from here on absence is evidence: three intervals that fit and none that does not give 0.75
_LEAST_TIMES = 3
_NEAR = 3 * HOUR  # from the usual time of day: FreeBSD's periodic waits up to an hour, summer time moves another
_CONCENTRATED = _EVEN = 0.8
_SLACK_DAYS = 2 * HOUR  # an hour of jitter and one of summer time: a daily report is late 26 hours after the last
_SLACK_WEEKS = 12 * HOUR
_SLACK_MONTHS = 36 * HOUR
_SHORT = 4  # days up to which an interval has the slack of a daily report: over a weekend it is three
_WINDOW_DAYS, _WINDOW_WEEKS = 28, 12  # days with a report, where it comes several times a week, and else
_LONGEST_INTERVAL = 20 * HOUR
_SHORTEST_INTERVAL = 30
_TOO_MANY = 10  # reports where one is usual; two hosts with one name write twice, somebody who tries a script a few times
_ACCEPTED_AFTER = 7 * DAY  # what ran too often for so long was meant so
_WELL_KNOWN = 14  # intervals
_LEARN_EVERY = 8
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday
_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Period(enum.StrEnum):
    """The kinds of pattern."""

    SECONDS = "seconds"  # every so many seconds, whatever the time of day
    DAYS = "days"  # every so many days
    WEEKDAYS = "weekdays"  # on these days of the week
    MONTH = "month"  # on this day of the month


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """A pattern with what it rests on."""

    period: Period
    every: int  # seconds for SECONDS, days between two reports for DAYS and WEEKDAYS, the day of the month (0: its last) for MONTH
    weekdays: tuple[int, ...] = ()  # of WEEKDAYS, in UTC; Monday is 0
    usual_s: int  # the usual time of day of the last reports, seconds after 00:00 UTC
    jitter_s: int  # nine in ten fitting intervals differ from their nominal length by at most this
    slack_s: int  # how long after it is due a report counts as late
    per_time: int = 1  # reports that come at one of its days; on a quarter of them it may be more
    n_fitting: int
    confidence: float  # 0 to 1

    @property
    def interval_s(self) -> int:
        """The usual shortest time between two reports."""
        if self.period is Period.SECONDS:
            return self.every
        return 28 * DAY if self.period is Period.MONTH else self.every * DAY

    @property
    def is_sure(self) -> bool:
        """Whether a report that does not come is evidence."""
        return self.confidence >= SURE

    def due(self, last: int) -> int:
        """When the report after the one of `last` is expected."""
        if self.period is Period.SECONDS:
            return last + self.every
        day = _day_of(last, self.usual_s)
        return last + (self._next_day(day) - day) * DAY

    def late(self, last: int) -> int:
        """From when on it is late."""
        return self.due(last) + self.slack_s

    def _next_day(self, day: int) -> int:
        if self.period is Period.DAYS:
            return day + self.every
        if self.period is Period.MONTH:
            return _next_in_month(day, self.every)
        # One that came early, a weekly on Saturday instead of Sunday, is not to come again at once.
        return _next_on(day + (self.every - 1) // 2, self.weekdays)

    def in_words(self) -> str:
        """The pattern as a listing shows it: `daily`, `weekly on Sunday`, `every 6 hours`."""
        if self.period is Period.SECONDS:
            return _every(self.every)
        if self.period is Period.DAYS:
            return f"every {self.every} days"
        if self.period is Period.MONTH:
            return f"monthly on day {self.every}" if self.every else "monthly on the last day"
        if len(self.weekdays) == 7:
            return "daily"
        if len(self.weekdays) == 1:
            return f"weekly on {_NAMES[self.weekdays[0]]}"
        return "on " + ", ".join(_NAMES[day][:3] for day in self.weekdays)

    def as_text(self) -> str:
        """The cadence as one text, for the store."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @staticmethod
    def from_text(text: str) -> Cadence | None:
        """What `as_text` wrote; None for an empty text."""
        if not text:
            return None
        fields = json.loads(text)
        return Cadence(**{**fields, "period": Period(fields["period"]), "weekdays": tuple(fields["weekdays"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What is known of one sort of report after its newest arrival."""

    cadence: Cadence | None
    often_since: int | None = None  # since when it comes much more often than usual, None if it does not


def relearn(times: Sequence[int], known: Cadence | None, often_since: int | None, *, n: int, now: int) -> Learnt:
    """The cadence of `times` (ascending, distinct), the last of `n` arrivals, given what was `known` before.

    A sudden flood does not change what is usual: it comes too often, until it ends or has lasted a week. What is well known, and came
    again as expected, is learnt anew at every eighth arrival only.
    """
    if known is None or not known.is_sure or len(times) < _LEAST_TIMES:
        return Learnt(cadence=learn(times))
    n_lately = bisect_right(times, now) - bisect_right(times, now - known.interval_s)
    if n_lately < max(_TOO_MANY, 5 * known.per_time):
        return Learnt(cadence=_still(times, known, n))
    since = often_since or now
    if now - since < _ACCEPTED_AFTER:
        return Learnt(cadence=known, often_since=since)
    return Learnt(cadence=learn(times))


def _still(times: Sequence[int], known: Cadence, n: int) -> Cadence | None:
    """What stands where no flood is on: the cadence known before, or a new one."""
    if n % _LEARN_EVERY and known.n_fitting >= _WELL_KNOWN and _fits(known, *times[-2:]):
        return known
    fresh = learn(times)
    if fresh is None:  # rebuilt, or run by hand: the old times and the new ones together show nothing
        lately = times[-1] - 5 * known.interval_s
        return known if any(_fits(known, a, b) for a, b in pairwise(times) if b >= lately) else None
    is_after_flood = times[-1] - times[0] < 3 * known.interval_s and len(times) > _TOO_MANY
    return known if is_after_flood and fresh.interval_s * 4 < known.interval_s else fresh


def _fits(known: Cadence, last: int, at: int) -> bool:
    return abs(at - known.due(last)) <= known.slack_s


def learn(times: Sequence[int]) -> Cadence | None:
    """The pattern of `times` (ascending, distinct), None when they show none."""
    if len(times) < _LEAST_TIMES:
        return None
    return _by_day(times) or _by_interval(times)


def _by_day(times: Sequence[int]) -> Cadence | None:
    usual = _usual_time(times[-16:])
    if sum(abs(_off(at, usual)) <= _NEAR for at in times) < _CONCENTRATED * len(times):
        return None
    n_on = Counter(_day_of(at, usual) for at in times)
    days = sorted(n_on)
    if len(days) < _LEAST_TIMES:
        return None
    step = round(median(b - a for a, b in pairwise(days[-_WINDOW_DAYS:])))
    days = days[-_WINDOW_DAYS if step < 7 else -_WINDOW_WEEKS :]
    found = _pattern(days, step)
    if found is None:
        return None
    period, every, weekdays, fits, n_missed = found
    last_on = {_day_of(at, usual): at for at in times}
    jitters = sorted(abs(last_on[b] - last_on[a] - (b - a) * DAY) for a, b in fits)
    jitter = jitters[min(len(jitters) - 1, len(jitters) * 9 // 10)]
    shown = Cadence(
        period=period,
        every=every,
        weekdays=weekdays,
        usual_s=_usual_time(times[-7:]),
        jitter_s=jitter,
        slack_s=_slack(period, step, jitter),
        per_time=sorted(n_on[day] for day in days)[len(days) * 3 // 4],
        n_fitting=len(fits),
        confidence=len(fits) / (len(fits) + n_missed + 1),
    )
    first = days[0] * DAY
    return _if_it_held(shown, [at for at in times if at >= first - DAY], share=0.1)


_Pattern = tuple[Period, int, tuple[int, ...], list[tuple[int, int]], int]


def _pattern(days: Sequence[int], step: int) -> _Pattern | None:
    """Period, every, weekdays, the intervals that fit, and the number of those that do not; None when fewer than two fit."""
    gaps = [(a, b) for a, b in pairwise(days)]
    if 28 <= step <= 31:
        found = _monthly(days)
        if found is not None:
            return found
    even = [(a, b) for a, b in gaps if b - a == step]
    if step not in (1, 7) and len(even) >= _EVEN * len(gaps):
        return (Period.DAYS, step, (), even, len(gaps) - len(even)) if len(even) >= 2 else None
    if step > 7:
        return None
    weekdays = _weekdays(days, step)
    core = [day for day in days if _weekday(day) in weekdays]
    fits = [(a, b) for a, b in pairwise(core) if b == _next_on(a, weekdays)]
    if len(fits) < 2:
        return None
    return Period.WEEKDAYS, 7 if len(weekdays) == 1 else step, weekdays, fits, len(core) - 1 - len(fits)


def _weekdays(days: Sequence[int], step: int) -> tuple[int, ...]:
    """The days of the week on which most of the chances to come were taken; one on which it never came is no day to miss it on.

    The time of an outage says nothing about them.
    """
    came, chances = Counter({_weekday(days[0]): 1}), Counter({_weekday(days[0]): 1})
    for a, b in pairwise(days):
        if b - a <= 2 * step + 2:
            came[_weekday(b)] += 1
            chances.update(_weekday(day) for day in range(a + 1, b + 1))
    return tuple(sorted(day for day, n in came.items() if 2 * n > chances[day]))


def _monthly(days: Sequence[int]) -> _Pattern | None:
    numbers = Counter(_date(day).day for day in days)
    number, n = numbers.most_common(1)[0]
    n_last = sum(_date(day + 1).day == 1 for day in days)
    on = 0 if n_last > n else number
    fits = [(a, b) for a, b in pairwise(days) if b == _next_in_month(a, on)]
    n_missed = len(days) - 1 - len(fits)
    return (Period.MONTH, on, (), fits, n_missed) if len(fits) >= 2 and len(fits) > n_missed else None


def _by_interval(times: Sequence[int]) -> Cadence | None:
    recent = times[-33:]
    gaps = [b - a for a, b in pairwise(recent)]
    usual = median(gaps)
    if not _SHORTEST_INTERVAL <= usual <= _LONGEST_INTERVAL or len(gaps) < 3:
        return None
    unit = HOUR if usual > 0.9 * HOUR else 60
    every = max(unit, round(usual / unit) * unit)
    fits = [gap for gap in gaps if abs(gap - every) <= max(every / 4, 60)]
    if 2 * len(fits) < len(gaps):
        return None
    jitters = sorted(abs(gap - every) for gap in fits)
    shown = Cadence(
        period=Period.SECONDS,
        every=every,
        usual_s=times[-1] % DAY,
        jitter_s=round(jitters[len(jitters) * 9 // 10]),
        slack_s=every + HOUR // 2,
        n_fitting=len(fits),
        confidence=len(fits) / (len(gaps) + 1),
    )
    return _if_it_held(shown, recent, share=0.03)


def _if_it_held(cadence: Cadence, times: Sequence[int], *, share: float) -> Cadence:
    """The cadence with half its confidence where it would have called too many of the past reports late: work hours, a laptop."""
    n_late = sum(b > cadence.late(a) for a, b in pairwise(times))
    if n_late <= max(1, share * len(times)):
        return cadence
    return replace(cadence, confidence=cadence.confidence / 2)


def _slack(period: Period, step: int, jitter: int) -> int:
    if period is Period.MONTH:
        return _SLACK_MONTHS
    if step > _SHORT:
        return _SLACK_WEEKS
    return _SLACK_DAYS if jitter <= 1.25 * HOUR else HOUR + round(1.5 * jitter)


def _usual_time(times: Sequence[int]) -> int:
    """The time of day around which `times` lie, seconds after midnight, across midnight too."""
    angles = [at % DAY * math.tau / DAY for at in times]
    mean = math.atan2(sum(map(math.sin, angles)), sum(map(math.cos, angles)))
    rough = round(mean / math.tau * DAY) % DAY
    return round(rough + median(_off(at, rough) for at in times)) % DAY


def _off(at: int, usual: int) -> int:
    """How far from the usual time of day, in seconds, less than 0 for earlier."""
    return (at - usual + DAY // 2) % DAY - DAY // 2


def _day_of(at: int, usual: int) -> int:
    """The day whose report this is: that of the nearest usual time."""
    return (at - usual + DAY // 2) // DAY


def _weekday(day: int) -> int:
    return (day + _EPOCH_WEEKDAY) % 7


def _next_on(day: int, weekdays: Sequence[int]) -> int:
    return next((later for later in range(day + 1, day + 8) if _weekday(later) in weekdays), day + 7)


def _date(day: int) -> date:
    return date.fromordinal(day + _EPOCH_ORDINAL)


_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def _next_in_month(day: int, number: int) -> int:
    """The first such day of a month that is more than two weeks ahead; in a month too short for it, its last day."""
    ahead = _date(day + 14)
    year, month = ahead.year, ahead.month
    for _ in range(2):
        length = calendar.monthrange(year, month)[1]
        found = date(year, month, min(number or length, length)).toordinal() - _EPOCH_ORDINAL
        if found >= day + 14:
            return found
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found


def _every(seconds: int) -> str:
    n, unit = (seconds // HOUR, "hour") if seconds % HOUR == 0 else (seconds // 60, "minute")
    return f"every {unit}" if n == 1 else f"every {n} {unit}s"
