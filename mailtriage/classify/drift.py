"""Has the fleet moved away from what was learnt? Counts of what learning said, its probabilities against labels, its age.

Pure: the counts come from the store, `today` is an argument. Every finding is one sentence for an admin.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from mailtriage.text import one_line, plural

BASELINE_DAYS = 28
REVIEW_AFTER = timedelta(days=400)  # a job that runs once a year was seen by then
_MOST_OF_A_RISE = 0.05  # of the share of held sections, in a day
_SURE = 3.0  # standard deviations
_FEWEST_OF_A_DAY = 20
_FEWEST_BEFORE = 100
_FEWEST_LABELS = 30
_MOST_OVERSURE = 0.1
_FEWEST_NEW_HOSTS, _SHARE_OF_NEW_HOSTS = 3, 0.2
_BINS = (0.0, 0.1, 0.5, 0.9, 1.0)


class Day(Protocol):
    """What learning said of the sections of one day and kind that no rule decided."""

    @property
    def day(self) -> date: ...
    @property
    def kind(self) -> str: ...
    @property
    def n(self) -> int: ...
    @property
    def n_held(self) -> int: ...
    @property
    def n_new(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Held:
    """How much of one kind learning held on the last full day, and on a usual day of the four weeks before."""

    kind: str
    n: int
    n_held: int
    n_new: int
    n_before: int
    n_held_before: int
    n_new_before: int

    @property
    def share(self) -> float:
        """Of the last day."""
        return self.n_held / self.n if self.n else 0.0

    @property
    def share_before(self) -> float:
        """Of the four weeks before."""
        return self.n_held_before / self.n_before if self.n_before else 0.0

    @property
    def finding(self) -> str:
        """What is wrong, "" when nothing is."""
        if self.n < _FEWEST_OF_A_DAY:
            return ""
        kind = one_line(self.kind, 60)
        if not self.n_before:
            return f"{kind} is new: {plural(self.n, 'section')} in a day that no rule decides, none in the four weeks before"
        if self.n_before < _FEWEST_BEFORE:
            return ""
        rise = self.share - self.share_before
        pooled = (self.n_held + self.n_held_before) / (self.n + self.n_before)
        spread = math.sqrt(pooled * (1 - pooled) * (1 / self.n + 1 / self.n_before))
        if rise <= _MOST_OF_A_RISE or rise <= _SURE * spread:
            return ""
        new = f", {self.n_new} for a line never seen" if self.n_new else ""
        now, usual = f"{100 * self.share:.0f} %", f"{100 * self.share_before:.0f} %"
        return f"{kind}: learning held {now} of a day's sections{new}; {usual} in the four weeks before"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Probabilities given before anybody had labelled, against the labels."""

    n: int
    brier: float  # mean squared error, 0 is perfect
    expected: float  # mean p(drop)
    found: float  # share labelled drop
    bins: tuple[tuple[float, float, int, int], ...]  # from, to, labels, of these drop

    @property
    def finding(self) -> str:
        """What is wrong, "" when nothing is: only being too sure of quiet is dangerous."""
        if self.n < _FEWEST_LABELS or self.expected - self.found <= _MOST_OVERSURE:
            return ""
        return (
            f"learning is too sure: it thought {100 * self.expected:.0f} % of {self.n} labelled sections quiet, "
            f"the labels say {100 * self.found:.0f} %"
        )

    @property
    def text(self) -> str:
        """For a listing."""
        if not self.n:
            return "p(drop) against labels: no labelled section that learning was asked about"
        bins = "; ".join(f"{low:.1f}-{high:.1f}: {n_drop} of {n} quiet" for low, high, n, n_drop in self.bins if n)
        return f"p(drop) against {plural(self.n, 'label')}: Brier {self.brier:.3f}; {bins}"


def held(days: Iterable[Day], today: date) -> tuple[Held, ...]:
    """The last full day before `today` against the four weeks before it, by kind. Days that lie ahead count nowhere: a clock jumped."""
    last = today - timedelta(days=1)
    first = last - timedelta(days=BASELINE_DAYS)
    now: dict[str, list[Day]] = defaultdict(list)
    past: dict[str, list[Day]] = defaultdict(list)
    for day in days:
        if first <= day.day <= last:
            (now if day.day == last else past)[day.kind].append(day)
    return tuple(Held(kind, *_sums(now[kind]), *_sums(past[kind])) for kind in sorted(now))


def calibration(pairs: Sequence[tuple[float, bool]]) -> Calibration:
    """Pairs of p(drop) and whether the label is drop."""
    n = len(pairs)
    if not n:
        return Calibration(0, 0.0, 0.0, 0.0, ())
    bins = []
    for low, high in itertools.pairwise(_BINS):
        inside = [is_drop for p, is_drop in pairs if low <= p < high or p == high == 1.0]
        bins.append((low, high, len(inside), sum(inside)))
    return Calibration(
        n=n,
        brier=sum((p - is_drop) ** 2 for p, is_drop in pairs) / n,
        expected=sum(p for p, _ in pairs) / n,
        found=sum(is_drop for _, is_drop in pairs) / n,
        bins=tuple(bins),
    )


def too_old(newest_mail: str, today: date) -> str:
    """Whether a model is past its review date, in words; `newest_mail` is the day in its manifest, "" for none."""
    if not newest_mail:
        return ""
    review = date.fromisoformat(newest_mail) + REVIEW_AFTER
    if today <= review:
        return ""
    return f"the model is past its review date {review}: its newest mail is of {newest_mail}; train it again: mailtriage model train"


def new_fleet(first_seen: Sequence[date], today: date) -> str:
    """Whether much of the fleet is new, in words; `first_seen` has one day for each host."""
    since = today - timedelta(days=BASELINE_DAYS)
    n_new = sum(day >= since for day in first_seen)
    is_young = not any(day < since - timedelta(days=BASELINE_DAYS) for day in first_seen)
    if is_young or n_new < _FEWEST_NEW_HOSTS or n_new < _SHARE_OF_NEW_HOSTS * len(first_seen):
        return ""
    return f"the fleet changed: {n_new} of {plural(len(first_seen), 'host')} first wrote in the last four weeks"


def findings(days: Iterable[Held], found: Calibration, *others: str) -> Iterator[str]:
    """Everything that is wrong, one sentence each."""
    yield from (one.finding for one in days if one.finding)
    yield from (text for text in (found.finding, *others) if text)


def _sums(days: Sequence[Day]) -> tuple[int, int, int]:
    return sum(day.n for day in days), sum(day.n_held for day in days), sum(day.n_new for day in days)
