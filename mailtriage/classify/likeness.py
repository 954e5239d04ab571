"""Mails to be seen that nothing the gate knows tells from approved ones: it holds what is as near to one as it is to those."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mailtriage.classify.reading import Reading, line_set
from mailtriage.classify.slots import PER_HOST_FROM, Slot

_NEAREST = 0.1  # of the approved ones: so many are nearer than what counts as near
_LEAST_SPAN = 1e-9
_EVERYTHING = 1e9

Numbers = Mapping[str, Sequence[float]]  # by line shape, all numbers of these lines in the order of the mail


@dataclass(frozen=True, slots=True)
class Likeness:
    """One mail to be seen: its lines, their numbers, how far each place moves, and up to which distance a mail is like it."""

    lines: str  # `line_set`
    numbers: Numbers
    spans: Numbers
    radius: float

    def row(self) -> list[object]:
        """As the model file keeps it."""
        return [self.lines, self.numbers, self.spans, self.radius]

    def covers(self, lines: str, reading: Reading) -> bool:
        """Whether the section, whose `line_set` is given, is like this mail."""
        return lines == self.lines and _distance(_numbers(reading), self.numbers, self.spans) <= self.radius


def likeness(sick: Reading, approved: Iterable[Reading], slots: Mapping[str, Sequence[Slot]]) -> Likeness:
    """What is held for this mail; `approved` are those under its key, `slots` what is known of the lines.

    Near is what is nearer than nearly all approved mails of its host are, or of all hosts where it has few.
    """
    lines, numbers = line_set(sick), _numbers(sick)
    spans = {
        shape: [max(slot.high - slot.low, _LEAST_SPAN) if slot.type not in "ka" else _LEAST_SPAN for slot in slots[shape]]
        for shape in numbers
    }
    same = [(other.host, _distance(_numbers(other), numbers, spans)) for other in approved if line_set(other) == lines]
    own = [distance for host, distance in same if host == sick.host]
    distances = sorted(own if len(own) >= PER_HOST_FROM else (distance for _, distance in same))
    return Likeness(lines, numbers, spans, distances[int(_NEAREST * len(distances))] if distances else _EVERYTHING)


def _numbers(reading: Reading) -> dict[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for line in reading.lines:
        for value in line.values:
            number = reading.number(value)
            found[line.shape].append(0.0 if number is None or math.isnan(number) else number)
    return dict(found)


def _distance(one: Numbers, other: Numbers, spans: Numbers) -> float:
    """How far apart two mails with the same lines are: for each number its difference, at most 1, in parts of what is known to be usual."""
    total = 0.0
    for shape, numbers in other.items():
        theirs = one.get(shape, ())
        if len(theirs) != len(numbers):
            return 2 * _EVERYTHING
        span = spans[shape]
        total += sum(
            min(1.0, abs(number - there) / span[at % len(span)]) for at, (number, there) in enumerate(zip(numbers, theirs, strict=True))
        )
    return total
