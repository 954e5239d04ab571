"""What was muted and grows comes back: the volume and the shapes of what is dropped, day by day against their own past.

A drop rests on what the lines say. That they say it ten times as often, or that others say it now, no rule sees. So each
dropped section is compared with its own past: lines, mails, mails in the busiest hour, and shapes no host had shown before;
for all hosts together, and for each host. Told are
- a step: far over the usual of the weekday, by factor, by the spread of the past, and over what happened now and then before;
- a ramp: three days in a row at twice the level of weeks ago;
- a swap: most of the lines have shapes never seen, where that is not usual.
Once told, a jump is compared with itself until two weeks of the new level are known; when it is over, the old level counts again.

What must not be told: hosts that come and go (only hosts known for two weeks count, each with its own past), weekdays, the
first and last day of a month (judged once a month end is in the past), a section that comes now and then (judged by the days
on which it came), and a past of less than two weeks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from statistics import median

from mailtriage.text import one_line
from mailtriage.types import Entry, Reason, Verdict
from mailtriage.volumes import NOTHING, Growth, MutedDay, MutedHost, Volume

LEAST_PAST = 14  # days
_WINDOW = 63
_KNOWS_MONTH_ENDS = 40
_FEW = 10  # days with mail: judged more carefully
_SWAPPED = 0.6  # share of new shapes
_LIKE_BEFORE = 1.5  # times the usual is no jump
_FEW_SHAPES = 3  # fewer new ones on one host are no news, unless nothing new was seen anywhere for `_SPOTLESS` days
_SPOTLESS = 28
_RARE = 3  # what happened so often in the past is usual
_ENOUGH = 30  # hosts
_MAX_NAMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    """From where on a number is a clear jump."""

    factor: float
    sigmas: float  # of the logarithm
    least: int  # more than usual
    has_ramp: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Jump:
    usual: float  # on such a day
    low: float
    high: float
    is_gradual: bool


_TOGETHER = _Limits(factor=2.0, sigmas=4.5, least=20)
_HOST = _Limits(factor=2.5, sigmas=5.5, least=15)
_HOST_MAILS = replace(_HOST, least=6)
_RATE = _Limits(factor=4.0, sigmas=6.0, least=10, has_ramp=False)
_BURST = _Limits(factor=10.0, sigmas=6.0, least=200, has_ramp=False)

_LINES, _MAILS, _PEAK = (Volume._fields.index(name) for name in ("n_lines", "n_mails", "peak"))
_Days = Mapping[int, float]


def grown(muted: MutedDay) -> Growth | None:
    """The clearest jump of a section on a day that is over, None if there is none."""
    if muted.day.toordinal() - muted.first < LEAST_PAST:
        return None
    return (
        _together(muted, _LINES, "lines", _TOGETHER)
        or _together(muted, _MAILS, "mails", replace(_TOGETHER, least=10))
        or _single(muted, _LINES, "lines", _HOST)
        or _single(muted, _MAILS, "mails", _HOST_MAILS)
        or _single(muted, _PEAK, "mails an hour", _RATE)
        or _swap(muted)
    )


def burst(muted: MutedDay) -> Growth | None:
    """A jump so large that the day need not be over: ten times what a whole day usually has."""
    if muted.day.toordinal() - muted.first < LEAST_PAST:
        return None
    return _together(muted, _LINES, "lines", _BURST) or _single(muted, _LINES, "lines", _BURST)


def growth_entries(growths: Sequence[Growth], now: datetime) -> tuple[Entry, ...]:
    """What the digest shows; sections of one kind that jump together on the same hosts are one item."""
    together: dict[tuple[str, tuple[str, ...], date], list[Growth]] = {}
    for one in growths:
        together.setdefault((one.kind, one.hosts, one.day), []).append(one)
    return tuple(_entry(sorted(group, key=lambda one: one.low - one.now), now) for group in together.values())


# Numbers


def _together(muted: MutedDay, field: int, what: str, limits: _Limits) -> Growth | None:
    """A jump of all hosts together, or of the one host that makes it."""
    day = muted.day.toordinal()
    hosts = [host for host in muted.hosts if day - host.first >= LEAST_PAST and (host.grown_on is None or day - host.grown_on > _WINDOW)]
    if len(hosts) < 2:
        return None
    now = sum(host.today[field] for host in hosts)
    if now < limits.least:
        return None
    past = _summed(hosts, field, day)
    jump = _jump(past, now, day, min(host.first for host in hosts), muted.grown_on, limits)
    if jump is None:
        return None
    alone = _who_makes_it(hosts, field, jump.usual)
    if alone is None:
        return _growth(muted, (), what, now, jump)
    spread, _ = _common(muted, field)
    own = _jump(
        _days(alone, field), alone.today[field], day, alone.first, _told_on(muted, alone), replace(limits, sigmas=_HOST.sigmas), spread
    )
    return _growth(muted, (alone.host,), what, alone.today[field], own) if own else None


def _who_makes_it(hosts: Sequence[MutedHost], field: int, usual: float) -> MutedHost | None:
    """The one host that has most of what is more than the `usual` of all together, None if there is none."""
    middles = [_middle(host, field) for host in hosts]
    share = usual / sum(middles) if any(middles) else 1.0  # of a weekday
    extra = [host.today[field] - share * middle for host, middle in zip(hosts, middles, strict=True)]
    most = max(range(len(hosts)), key=extra.__getitem__)
    return hosts[most] if extra[most] >= 0.7 * sum(more for more in extra if more > 0) else None


def _summed(hosts: Iterable[MutedHost], field: int, day: int) -> dict[int, float]:
    """The sum over hosts for each day of the window; a host counts with its own early mean for the days before it was there."""
    total = dict.fromkeys(range(day - _WINDOW, day), 0.0)
    for host in hosts:
        for one, volume in host.past.items():
            if one in total:
                total[one] += volume[field]
        missing = range(day - _WINDOW, host.first)
        if missing:
            early = sum(host.past.get(one, NOTHING)[field] for one in range(host.first, host.first + LEAST_PAST)) / LEAST_PAST
            for one in missing:
                total[one] += early
    return total


def _single(muted: MutedDay, field: int, what: str, limits: _Limits) -> Growth | None:
    """The hosts that jump, each against its own past."""
    day = muted.day.toordinal()
    found: list[tuple[MutedHost, _Jump]] = []
    common = None
    for host in muted.hosts:
        now = host.today[field]
        if now < limits.least or day - host.first < LEAST_PAST or now < 1.5 * _middle(host, field):
            continue
        spread, move = common = common or _common(muted, field)
        jump = _jump(_days(host, field), now / move, day, host.first, _told_on(muted, host), limits, spread)
        if jump:
            found.append((host, jump))
    if not found:
        return None
    found.sort(key=lambda one: one[0].today[field], reverse=True)
    first, jump = found[0]
    return _growth(muted, tuple(host.host for host, _ in found), what, first.today[field], jump)


def _common(muted: MutedDay, field: int) -> tuple[float, float]:
    """How far the days of a host usually are apart, and how many times the usual hosts have today, 1 or more.

    The spread of one host may be small by chance as long as its past is short, and what all do is no news of one.
    """
    day = muted.day.toordinal()
    known = [host for host in muted.hosts if day - host.first >= LEAST_PAST and len(host.past) >= _FEW][:_ENOUGH]
    pasts = [(_Past(_days(host, field), max(host.first, day - _WINDOW), day), host.today[field]) for host in known]
    ratios = [_ratio(now, past.usual(day)) for past, now in pasts if now]
    return median([past.spread for past, _ in pasts] or [0.0]), max(1.0, median(ratios)) if len(ratios) > _RARE else 1.0


def _told_on(muted: MutedDay, host: MutedHost) -> int | None:
    return max((day for day in (muted.grown_on, host.grown_on) if day is not None), default=None)


def _days(host: MutedHost, field: int) -> dict[int, float]:
    return {day: volume[field] for day, volume in host.past.items()}


def _middle(host: MutedHost, field: int) -> float:
    return float(median([volume[field] for volume in host.past.values()] or [0]))


def _jump(days: _Days, now: float, day: int, first: int, told_on: int | None, limits: _Limits, spread: float = 0.0) -> _Jump | None:
    """Whether `now` is a clear jump over the days before, whose spread is known to be at least `spread`."""
    start = max(first, day - _WINDOW)
    if told_on is not None and told_on >= start:
        if day <= told_on:
            return None
        if day - told_on >= LEAST_PAST:
            start = told_on
        else:
            before = _Past(days, start, told_on, spread)
            since = {
                one: _ratio(days.get(one, 0.0), before.usual(one))
                for one in range(told_on, day)
                if one == told_on or not _is_month_end(one)
            }
            top = max(since.values(), default=1.0)
            roof = math.sqrt(top)  # half the way back
            is_over = len(since) > 3 and all(ratio <= roof for _, ratio in sorted(since.items())[-3:])
            if top > _LIKE_BEFORE and not is_over:
                usual, factor = before.usual(day), max(3.0, math.exp(1.5 * limits.sigmas * before.spread))
                is_more = _ratio(now, usual) >= factor * top and now >= usual * top + limits.least and not _is_month_end(day)
                return _Jump(usual=usual * top, low=usual * top, high=usual * top, is_gradual=False) if is_more else None
            days = {one: value for one, value in days.items() if since.get(one, 0.0) <= max(roof, _LIKE_BEFORE)}
    past = _Past(days, start, day, spread)
    if day - start < LEAST_PAST or past.n < 4:
        return None
    if past.is_step(now, limits):
        return _Jump(usual=past.usual(day), low=past.low, high=past.high, is_gradual=False)
    if limits.has_ramp and past.is_ramp(now, limits):
        return _Jump(usual=past.usual(day), low=past.low, high=past.high, is_gradual=True)
    return None


class _Past:
    """The days from `start` up to `end`, which is not among them."""

    def __init__(self, days: _Days, start: int, end: int, spread: float = 0.0) -> None:
        self.start, self.end = start, end
        self._least_spread = max(spread, 0.1)
        self._days = days
        self._came = {day: value for day, value in days.items() if start <= day < end and value > 0}
        self.n = len(self._came)
        values = sorted(self._came.values())
        self.low = values[len(values) // 10] if values else 0.0
        self.high = values[len(values) * 9 // 10] if values else 0.0
        self._middle = median(values) if values else 0.0
        self._levels = [self._level(day) for day in range(end, end + 7)]

    def usual(self, day: int) -> float:
        """What a day of this weekday usually has, when anything comes."""
        return self._levels[(day - self.end) % 7]

    @property
    def spread(self) -> float:
        """How far a day is from its usual, as a logarithm: 1.48 times the median, and a quarter more, as each day is in its usual."""
        usual = self._levels if self.end - self.start >= 4 * 7 else [self._middle] * 7
        apart = [abs(math.log(_ratio(value, usual[(day - self.end) % 7]))) for day, value in self._came.items()]
        return max(self._least_spread, 1.85 * median(apart or [0.0]))

    def is_step(self, now: float, limits: _Limits) -> bool:
        usual = self.usual(self.end)
        ratios = {day: _ratio(value, self.usual(day)) for day, value in self._came.items()}
        factor = limits.factor if self.n >= _FEW else 1.75 * limits.factor
        if now < max(usual * factor, usual * math.exp(limits.sigmas * self.spread), usual + limits.least + 6 * math.sqrt(usual)):
            return False
        usual_days = sorted(ratio for day, ratio in ratios.items() if not _is_month_end(day))
        roof = usual_days[-_RARE] if len(usual_days) >= _RARE else 1.0
        if _is_month_end(self.end):
            if self.end - self.start < _KNOWS_MONTH_ENDS:
                return False
            roof = max(roof, *(ratio * math.exp(3 * self.spread) for day, ratio in ratios.items() if _is_month_end(day)), 1.0)
        return _ratio(now, usual) > 1.25 * roof

    def is_ramp(self, now: float, limits: _Limits) -> bool:
        n_days = self.end - self.start
        if n_days < 3 * 7 or self.n < 0.6 * n_days or _is_month_end(self.end):
            return False
        old_end = self.end - 21 if n_days - 21 >= LEAST_PAST else self.end - 7
        old = _Past(self._came, self.start, old_end, self._least_spread)
        if old.n < _FEW:
            return False
        factor = max(limits.factor, math.exp(3.5 * old.spread))
        recent = [day for day in range(self.end - 1, self.end - 6, -1) if not _is_month_end(day)][:2]
        values = {self.end: now, **{day: self._days.get(day, 0.0) for day in recent}}
        return all(value >= factor * old.usual(day) and value - old.usual(day) >= limits.least for day, value in values.items())

    def _level(self, day: int) -> float:
        same = [self._came.get(one, 0.0) for one in range(day - 7 * ((day - self.start) // 7), self.end, 7)]
        same = [value for value in same if value]
        if len(same) >= 4:
            return median(same)
        return max([self._middle, *same])


def _ratio(value: float, usual: float) -> float:
    return (value + 2) / (usual + 2)  # so that 1 line after none is no jump


def _is_month_end(ordinal: int) -> bool:
    day = date.fromordinal(ordinal)
    return day.day == 1 or (day + timedelta(days=1)).day == 1


# Shapes


def _swap(muted: MutedDay) -> Growth | None:
    """Most lines of many hosts, or of a host where that never happens, have shapes that no host ever showed."""
    day = muted.day.toordinal()
    start = muted.first + LEAST_PAST
    hosts = [host for host in muted.hosts if day - host.first >= LEAST_PAST and host.today.n_shapes]
    swapped = [host for host in hosts if _is_swapped(host.today) and _told_on(muted, host) != day]
    if not swapped or day - start < 7 or (_is_month_end(day) and day - start < _KNOWS_MONTH_ENDS - LEAST_PAST):
        return None
    shares = _swapped_shares(hosts, range(max(start, day - _WINDOW), day))
    usual_days = sorted(share for one, share in shares.items() if not _is_month_end(one) or _is_month_end(day))
    roof = usual_days[-_RARE] if len(usual_days) >= _RARE else 0.0
    if _is_month_end(day):
        roof = max((share for one, share in shares.items() if _is_month_end(one)), default=0.0)
    if len(swapped) >= _RARE and len(swapped) / len(hosts) >= max(0.3, 2 * roof + 0.1):
        return _swap_growth(muted, (), swapped)
    if roof > 0.1:
        return None
    is_spotless = day - start >= _SPOTLESS and not any(shares.values())
    rare = [
        host
        for host in swapped
        if (is_spotless or host.today.n_new >= _FEW_SHAPES) and _n_unsettled(host, max(start, host.first + LEAST_PAST), day) <= 1
    ]
    return _swap_growth(muted, tuple(host.host for host in rare), rare) if rare else None


def _is_swapped(volume: Volume) -> bool:
    return volume.n_shapes > 0 and volume.n_new >= _SWAPPED * volume.n_shapes


def _swapped_shares(hosts: Sequence[MutedHost], days: Iterable[int]) -> dict[int, float]:
    """For each day the share of hosts whose lines were mostly new."""
    found = {}
    for day in days:
        volumes = [host.past[day] for host in hosts if day in host.past and day - host.first >= LEAST_PAST]
        if volumes:
            found[day] = sum(map(_is_swapped, volumes)) / len(volumes)
    return found


def _n_unsettled(host: MutedHost, start: int, day: int) -> int:
    """On how many days of the past the host had many new shapes; so many that nothing can be said if its past is short."""
    volumes = [volume for one, volume in host.past.items() if start <= one < day]
    return sum(volume.n_new >= 0.3 * volume.n_shapes > 0 for volume in volumes) if len(volumes) >= 4 else _RARE


def _swap_growth(muted: MutedDay, hosts: tuple[str, ...], swapped: Sequence[MutedHost]) -> Growth:
    volume = max((host.today for host in swapped), key=lambda one: one.n_new)
    jump = _Jump(usual=0, low=0, high=volume.n_shapes, is_gradual=False)
    growth = _growth(muted, hosts, "shapes", volume.n_new, jump)
    return replace(growth, mail_id=max(swapped, key=lambda host: host.today.n_new).mail_id)


# Words


def _growth(muted: MutedDay, hosts: tuple[str, ...], what: str, now: float, jump: _Jump) -> Growth:
    shown = [host for host in muted.hosts if host.mail_id and (not hosts or host.host == hosts[0])]
    return Growth(
        day=muted.day,
        kind=muted.kind,
        section=muted.section,
        source=muted.source,
        hosts=hosts,
        what=what,
        now=round(now),
        low=round(jump.low),
        high=round(jump.high),
        is_gradual=jump.is_gradual,
        mail_id=max(shown, key=lambda host: host.today.n_lines).mail_id if shown else "",
    )


def _entry(group: Sequence[Growth], now: datetime) -> Entry:
    first = group[0]
    sections = ", ".join(one.section for one in group[:_MAX_NAMES]) + (
        f" and {len(group) - _MAX_NAMES} more" if len(group) > _MAX_NAMES else ""
    )
    where = f" on {_hosts(first.hosts)}" if first.hosts else ""
    summary = f"{first.kind}/{sections} dropped by {first.source}{where}: {_words(first)}"
    query = f"kind:{first.kind}" + (f" host:{first.hosts[0]}" if len(first.hosts) == 1 else "")
    return Entry(
        mail_id=first.mail_id,
        received_at=now,
        host=first.hosts[0] if len(first.hosts) == 1 else "",
        kind=first.kind,
        section=first.section,
        verdict=Verdict.DIGEST,
        severity=None,
        summary=one_line(summary),
        lines=tuple(one_line(f"{one.section}: {_words(one)}") for one in group[1 : 2 * _MAX_NAMES]),
        reason=Reason(by="growth", detail=one_line(f"{summary}; mailtriage mails '{query}'", 500)),
        score=1.0,
    )


def _hosts(hosts: Sequence[str]) -> str:
    if len(hosts) == 1:
        return hosts[0] or "-"
    return f"{len(hosts)} hosts: {', '.join(hosts[:_MAX_NAMES])}" + (" ..." if len(hosts) > _MAX_NAMES else "")


def _words(growth: Growth) -> str:
    """`412 lines a day, usually 20 to 35, since Tuesday`"""
    since = f"since {growth.day:%A}"
    if growth.what == "shapes":
        return f"{growth.now} of {growth.high} shapes of lines never seen before, {since}"
    rate = growth.what if growth.what.endswith("hour") else f"{growth.what} a day"
    usual = f"{growth.low}" if growth.low == growth.high else f"{growth.low} to {growth.high}"
    return f"{growth.now} {rate}, usually {usual}, " + (f"grown over days up to {growth.day:%A}" if growth.is_gradual else since)
