"""How often drops are wrong, from audits drawn with known chances out of finitely many drops: docs/decisions/0005-audit-bounds.md.

While nothing wrong is found: as many drops are perhaps wrong as could have escaped, were they those with the smallest chances.
Else answers are thinned to one common chance: one that was five times as likely to be asked for counts for a fifth. What is
left is a plain sample with its exact hypergeometric interval. Nothing here knows of rules, stores or clocks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate

from mailtriage.text import plural

CONFIDENCE = 0.95
_COIN = 0.5  # to stop acting needs less proof than to act: more likely than not is enough
_Bound = Callable[[int, float, int, float], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """Drops with the same chance to have been asked about by now, and what was answered. Unanswered questions count as not asked."""

    n_drops: int
    chance: float  # above 0, at most 1
    n_audited: int = 0  # answered
    n_wrong: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.n_wrong <= self.n_audited <= self.n_drops and 0 < self.chance <= 1):
            raise ValueError(f"no such stratum: {self}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The share of drops that are wrong: estimate and bounds, 0 to 1. `rate` is None while nothing is audited."""

    n_drops: int
    n_audited: int
    n_wrong: int
    rate: float | None
    low: float
    high: float
    confidence: float = CONFIDENCE


@dataclass(frozen=True, slots=True)
class _Thinned:
    """A plain sample: `n` answers, `k` of them wrong (not whole numbers), out of `size` drops; and the drops it says nothing of."""

    size: int
    n: float
    k: float
    n_seen: int  # answers before thinning
    n_wrong: int
    n_beyond: int = 0  # drops with a smaller chance, not audited: any of them may be wrong
    n_wrong_beyond: int = 0

    def most_wrong(self, alpha: float) -> float:
        """The most wrong drops that are not ruled out at `alpha`; one that nobody looked at never is."""
        inside = min(_between(_upper, self.size, self.n, self.k, alpha), self.size - self.n_seen + self.n_wrong)
        return max(inside, self.n_wrong + min(1, self.size - self.n_seen)) + self.n_beyond + self.n_wrong_beyond

    def fewest_wrong(self, alpha: float) -> float:
        """The fewest wrong drops that are not ruled out at `alpha`; those that were found are certain."""
        inside = _between(_lower, self.size, self.n, self.k, alpha)
        return min(max(inside, self.n_wrong), self.size - self.n_seen + self.n_wrong) + self.n_wrong_beyond


def interval(strata: Iterable[Stratum], confidence: float = CONFIDENCE) -> Interval:
    """The share of wrong drops over all strata; exact, with both bounds equal, when every drop is audited.

    While nothing wrong was found the low end cannot be wrong, and the high end takes the whole error: the usual "at most".
    """
    strata = _merged(strata)
    n_drops, n_audited, n_wrong = _totals(strata)
    if not n_drops:
        return Interval(n_drops=0, n_audited=0, n_wrong=0, rate=None, low=0.0, high=1.0, confidence=confidence)
    if n_audited == n_drops:
        exact = n_wrong / n_drops
        return Interval(n_drops=n_drops, n_audited=n_audited, n_wrong=n_wrong, rate=exact, low=exact, high=exact, confidence=confidence)
    alpha = (1 - confidence) / (2 if n_wrong else 1)
    # The two ends are found in two ways; audits that no chance explains can turn them round.
    low, high = sorted((_thinned(strata).fewest_wrong(alpha) / n_drops if n_wrong else 0.0, _most_wrong(strata, alpha) / n_drops))
    return Interval(
        n_drops=n_drops,
        n_audited=n_audited,
        n_wrong=n_wrong,
        rate=min(max(_estimate(strata), low), high) if n_audited else None,
        low=low,
        high=high,
        confidence=confidence,
    )


def breaks(strata: Iterable[Stratum], limit: float, n_known: int = 0, n_others: int = 0) -> bool:
    """Whether the share of wrong drops is more likely than not above `limit`.

    That is so when samples with the limit's share show so many wrong less than every other time, or when the wrong ones that
    are known, `n_known` of them found outside of the audits, are by themselves more than `limit` of all drops, with `n_others`
    that had no chance to be asked about yet.
    """
    strata = _merged(strata)
    n_drops, n_audited, n_wrong = _totals(strata)
    if n_wrong + n_known > limit * (n_drops + n_known + n_others):
        return True
    if not n_wrong or n_audited == n_drops:
        return False
    thinned = _thinned(strata)
    return (thinned.fewest_wrong(_COIN) - thinned.n_wrong_beyond) / thinned.size > limit


def audits_to(strata: Iterable[Stratum], target: float, confidence: float = CONFIDENCE) -> int | None:
    """How many more audits, drawn like those before and none of them wrong, bring the high end to `target`; None if none can."""
    strata = _merged(strata)
    n_drops, n_audited, n_wrong = _totals(strata)
    n_left = n_drops - n_audited
    if not n_left or n_wrong > target * n_drops:
        return None
    alpha = (1 - confidence) / (2 if n_wrong else 1)

    def reaches(n_more: int) -> bool:
        return _most_wrong(strata, alpha, n_more) <= target * n_drops

    if not reaches(n_left):
        return None
    few, enough = -1, n_left
    while enough - few > 1:
        middle = (few + enough) // 2
        few, enough = (few, middle) if reaches(middle) else (middle, enough)
    return enough


def words(found: Interval, n_more: int | None = None, target: float = 0.0) -> str:
    """The interval as a sentence; `n_more` audits bring it to `target` (see `audits_to`)."""
    if not found.n_drops:
        return "nothing to ask about yet"
    if not found.n_audited:
        said = f"none of {plural(found.n_drops, 'drop')} audited, so nothing is known"
    elif found.n_audited == found.n_drops:
        return f"{found.n_wrong} wrong of {found.n_drops}, all audited: {percent(found.high)}"
    else:
        said = f"{found.n_wrong} wrong of {found.n_audited} audited, "
        if found.n_wrong:
            said += f"about {percent(found.rate or 0.0)}, at least {percent(found.low)} and "
        said += f"at most {percent(found.high, upward=True)} with {100 * found.confidence:g} % confidence"
    return f"{said}; {n_more} more make it {percent(target, upward=True)}" if n_more else said


def percent(share: float, *, upward: bool = False) -> str:
    """A share in percent with two digits that count; an upper bound is rounded up."""
    value = 100 * share
    if value <= 0:
        return "0 %"
    digits = _digits(value)
    if upward:
        value = math.ceil(value * 10**digits - 1e-9) / 10**digits
    return f"{value:.{_digits(value)}f} %"


def _digits(value: float) -> int:
    """How many digits behind the point leave two that count."""
    return max(0, 1 - math.floor(math.log10(value)))


def _merged(strata: Iterable[Stratum]) -> tuple[Stratum, ...]:
    """One stratum for each chance, the smallest chance first."""
    by_chance: dict[float, list[int]] = {}
    for stratum in strata:
        counts = by_chance.setdefault(stratum.chance, [0, 0, 0])
        for place, n in enumerate((stratum.n_drops, stratum.n_audited, stratum.n_wrong)):
            counts[place] += n
    return tuple(
        Stratum(n_drops=n, chance=chance, n_audited=n_audited, n_wrong=n_wrong)
        for chance, (n, n_audited, n_wrong) in sorted(by_chance.items())
        if n
    )


def _totals(strata: Sequence[Stratum]) -> tuple[int, int, int]:
    return sum(one.n_drops for one in strata), sum(one.n_audited for one in strata), sum(one.n_wrong for one in strata)


def _estimate(strata: Sequence[Stratum]) -> float:
    """Each answer stands for as many drops as its chance is small (Hajek's form of the Horvitz-Thompson estimate)."""
    return sum(one.n_wrong / one.chance for one in strata) / sum(one.n_audited / one.chance for one in strata)


def _most_wrong(strata: Sequence[Stratum], alpha: float, n_more: int = 0) -> float:
    """The most wrong drops that are not ruled out at `alpha`, after `n_more` audits like those before."""
    if len(strata) > 1 and not any(one.n_wrong for one in strata):
        return _most_hidden(strata, alpha, n_more)
    thinned = _thinned(strata)
    each = thinned.n / thinned.n_seen if thinned.n_seen else 1.0
    inside = min(n_more, thinned.size - thinned.n_seen)
    more = replace(thinned, n=min(thinned.n + each * inside, thinned.size), n_seen=thinned.n_seen + inside)
    return more.most_wrong(alpha)


def _most_hidden(strata: Sequence[Stratum], alpha: float, n_more: int) -> int:
    """The most wrong drops of which, with more than `alpha`, none is found: they may be those with the smallest chances.

    That none of several is drawn is at most as likely as if each were drawn by itself (draw.py). The chances are scaled to the number
    of answers there are.
    """
    n_drops, n_audited, _ = _totals(strata)
    scale = (n_audited + n_more) / sum(one.n_drops * one.chance for one in strata)
    patience, hidden = -math.log(alpha), 0
    for one in strata:
        n_left = one.n_drops - one.n_audited
        # Where something was not looked at, nothing was sure to be.
        escape = -math.log1p(-min(scale * one.chance, one.n_drops / (one.n_drops + 1)))
        n_hidden = n_left if escape * n_left <= patience else math.floor(patience / escape)
        hidden, patience = hidden + n_hidden, patience - n_hidden * escape
        if n_hidden < n_left:
            break
    n_left = n_drops - n_audited - n_more
    return max(min(hidden, n_left), min(1, n_left))


def _thinned(strata: Sequence[Stratum]) -> _Thinned:
    """Thinned to the chance that promises the best bound.

    A few drops that had hardly a chance to be asked about would leave nothing of the sample: they may rather all count as wrong. Which
    ones is decided by the chances and by how many were answered, never by the answers, or the bound would be chosen to please.
    """
    best: tuple[float, _Thinned] | None = None
    size, n_seen, n_wrong = _totals(strata)
    n_beyond = n_wrong_beyond = 0
    # Of this level and those above: how many drops each answer, and each wrong one, stands for.
    answers = [0.0, *accumulate(one.n_audited / one.chance for one in reversed(strata))][::-1]
    wrong = [0.0, *accumulate(one.n_wrong / one.chance for one in reversed(strata))][::-1]
    for place, stratum in enumerate(strata):
        n, k = stratum.chance * answers[place], stratum.chance * wrong[place]
        promise = n_beyond + size * (-math.expm1(math.log(1 - CONFIDENCE) / n) if n else 1.0)
        if best is None or promise < best[0]:
            best = promise, _Thinned(size, n, k, n_seen, n_wrong, n_beyond, n_wrong_beyond)
        size, n_seen, n_wrong = size - stratum.n_drops, n_seen - stratum.n_audited, n_wrong - stratum.n_wrong
        n_beyond += stratum.n_drops - stratum.n_audited
        n_wrong_beyond += stratum.n_wrong
    assert best is not None
    return best[1]


def _between(bound: _Bound, size: int, n: float, k: float, alpha: float) -> float:
    """The bound for a count that is no whole number, between those of its neighbours."""
    n, k = round(n, 9), round(k, 9)
    below = math.floor(k)
    share = k - below
    low = bound(size, n, below, alpha)
    return low + share * (bound(size, n, below + 1, alpha) - low) if share else low


@lru_cache(maxsize=1 << 12)
def _upper(size: int, n: float, k: int, alpha: float) -> float:
    """The largest number of wrong drops with which `k` or fewer are found with more than `alpha`."""
    if k >= n:
        return float(size)
    fits, too_many = k, size + 1
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        fits, too_many = (middle, too_many) if _at_most(k, size, middle, n) > alpha else (fits, middle)
    return float(fits)


@lru_cache(maxsize=1 << 12)
def _lower(size: int, n: float, k: int, alpha: float) -> float:
    """The smallest number of wrong drops with which `k` or more are found with more than `alpha`."""
    if k <= 0:
        return 0.0
    if k >= n:
        k = math.floor(n)
    too_few, fits = k - 1, size
    while fits - too_few > 1:
        middle = (too_few + fits) // 2
        too_few, fits = (too_few, middle) if 1 - _at_most(k - 1, size, middle, n) > alpha else (middle, fits)
    return float(fits)


def _at_most(k: int, size: int, n_wrong: int, n: float) -> float:
    """The probability that a sample of `n` out of `size` holds at most `k` of the `n_wrong`; `n` need not be whole."""
    n_right = size - n_wrong
    first, last = max(0, math.ceil(n - n_right)), min(k, n_wrong, math.floor(n))
    if first > last:
        return 0.0
    ways = math.exp(_log_choose(n_wrong, first) + _log_choose(n_right, n - first) - _log_choose(size, n))
    total = ways
    for found in range(first, last):
        ways *= (n_wrong - found) / (found + 1) * (n - found) / (n_right - n + found + 1)
        total += ways
    return min(total, 1.0)


def _log_choose(size: int, n: float) -> float:
    return math.lgamma(size + 1) - math.lgamma(n + 1) - math.lgamma(size - n + 1)
