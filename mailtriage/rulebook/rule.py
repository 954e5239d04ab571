"""What a rule is once it is read: the values the matcher, the linter and the commands share."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase

from mailtriage.baseline import Usual
from mailtriage.errors import Place
from mailtriage.types import Measure, Recovery, Severity


class Action(enum.StrEnum):
    """What a rule asks for; a drop rule only explains lines."""

    DROP = "drop"
    DIGEST = "digest"
    EVENT = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a rule asks of a measure; every limit given must hold for the same measure."""

    name: str
    above: float | None = None
    below: float | None = None
    rise: float | None = None
    usual: Usual | None = None  # it must be above its own past
    full_within: float | None = None  # it must be on the way to full, within so many days

    @property
    def asks_history(self) -> bool:
        """Whether the last value is not enough: the past of the measure decides."""
        return self.usual is not None or self.full_within is not None

    def holds(self, measure: Measure, before: float | None) -> bool:
        """Whether `measure` meets every limit but those that ask its history; a rise needs the value the host had before."""
        if self.above is not None and not measure.value > self.above:
            return False
        if self.below is not None and not measure.value < self.below:
            return False
        return self.rise is None or (before is not None and measure.value - before >= self.rise)


def fits(name: str, globs: str) -> bool:
    """Whether a name is one of these globs, which are joined by `|`."""
    return fnmatchcase(name, globs) if "|" not in globs else any(fnmatchcase(name, glob) for glob in globs.split("|"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of one file; `id` is the full one, file stem and id."""

    id: str
    kind: str  # globs joined by |
    section: str  # globs joined by |
    action: Action
    lines: tuple[str, ...] = ()
    text: str = ""
    measure: Condition | None = None
    floor: tuple[str, ...] = ()  # globs on entries of the floor: lines that are on it
    in_a_row: int = 0  # raises once it fired in so many mails in a row; 0: at once
    per_day: int = 0  # raises once it fired in so many mails within 24 hours; 0: at once
    given: Condition | None = None  # what must be known of the host, from this section or from before
    host: str = "*"
    group: str = ""  # globs joined by | on the groups the host is in; "": whatever it is in, or in none
    about: tuple[str, ...] = ()  # globs on the section's item; none: whatever it is about
    severity: Severity | None = None
    check: str = ""
    item: str = ""
    recovery: Recovery | None = None  # how its events end; None: as the section's
    summary: str = ""
    reason: str = ""
    owner: str = ""
    review: date | None = None
    until: date | None = None
    overrides: tuple[str, ...] = ()
    is_test: bool = False
    hit: tuple[str, ...] = ()
    miss: tuple[str, ...] = ()
    place: Place = field(compare=False)
    places: Mapping[str, Sequence[tuple[int, int]]] = field(compare=False, repr=False, default_factory=dict)

    def place_of(self, key: str, index: int = 0) -> Place:
        """Where the value `index` of this key is written, else where the rule begins."""
        spots = self.places.get(key, ())
        if not spots:
            return self.place
        line, column = spots[min(index, len(spots) - 1)]
        return Place(self.place.path, line, column)

    def is_about(self, item: str) -> bool:
        """Whether the rule is for sections about this item."""
        return not self.about or any(fnmatchcase(item.lower(), glob) for glob in self.about)

    def is_for(self, kind: str, section: str = "") -> bool:
        """Whether the rule can speak on this kind, and on this section if one is named."""
        return fits(kind, self.kind) and (not section or fits(section, self.section))

    @property
    def repeats(self) -> int:
        """How often it has to fire before it raises; 0: it raises at once."""
        return self.in_a_row or self.per_day

    def is_over(self, today: date) -> bool:
        """Whether its `until` has passed."""
        return self.until is not None and self.until < today


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a rule, or a whole file, is off. What it covered (`kind`, `section`: globs) is held: rules may drop nothing there."""

    place: Place
    code: str
    message: str
    remedy: str
    rule: str = ""  # the full id where it could be read
    kind: str = "*"
    section: str = "*"

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"
