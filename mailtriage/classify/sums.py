"""Totals: a number that in every mail is the sum of others, of its own line or of a column of rows.

Only what was exact in all mails is known as a sum. What may be rounded (sizes, fractions, numbers with a unit) must have been
so in more of them, and what is small in mails with more different totals, or chance would make sums.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from mailtriage.classify.counts import FROM_END, groups_of
from mailtriage.classify.masks import MaskedLine
from mailtriage.classify.reading import Reading
from mailtriage.classify.slots import Slot, joint_order, size_text
from mailtriage.text import one_line

SUMMED_FROM = 5  # mails with two parts or more in which a number was their sum
_ROUNDED_FROM = 20  # and of numbers that may be rounded: of two, the sum is exact by chance in three mails of four
_CHANCE = 1e6  # the different totals multiplied: how unlikely it is that all of them hit a sum by accident
_LOOKED_AT = 4  # mails that propose what a number may be the sum of
_MOST_PARTS = 5  # numbers of one line that are added
_MOST_NUMBERS = 12  # of a line that is looked at for its own parts
_MOST_SUMS = 50
_UNIT = re.compile(r"‹n›\s?(?:[kKMGTP]i?[Bo]|[BkKMGTPosh]|m?sec|ms|min)\b")

# A line's shape and which of its numbers; which others of it make the sum, or the group of rows and their column.
Sum = tuple[str, int, tuple[int, ...], str, int]
Marks = Mapping[str, tuple[str, ...]]  # by shape, with which decimal mark the numbers of each place are read
_Parts = tuple[tuple[int, ...], str, int]
_Columns = dict[tuple[str, int], tuple[float, int]]  # by group and column, the sum and how many are not zero


def decimal_marks(slots: Mapping[str, tuple[Slot, ...]]) -> Marks:
    """How the numbers of a table are read: as those of their place, or else as most say; three digits behind a mark are thousands."""
    said = joint_order(slot.order for places in slots.values() for slot in places if slot.type != "d")
    mark = {"?.": ",", "?,": "."}.get(said, said)
    return {shape: tuple(slot.order if len(slot.order) == 1 else mark for slot in places) for shape, places in slots.items() if places}


def may_be_total(slot: Slot) -> bool:
    """Whether numbers of this place have moved."""
    return slot.type in "ns" and slot.low < slot.high


def summed_by(readings: Sequence[Reading], totals: Mapping[str, Sequence[int]], marks: Marks) -> tuple[Sum, ...]:
    """Which of these places (`totals`, by shape) were in every mail the sum of others."""
    possible = _proposed(readings, totals, marks)
    n_mails: Counter[Sum] = Counter()
    different: dict[Sum, set[float]] = defaultdict(set)
    rounded: set[Sum] = set()
    for reading in readings if possible else ():
        once = _once(reading, {one[0] for one in possible})
        possible -= {one for one in possible if one[0] in once and once[one[0]] is None}
        groups = {group for _, _, _, group, _ in possible if group}
        columns = _columns(reading, marks, groups) if groups else {}
        for one in list(possible):
            line = once.get(one[0])
            if line is None:
                continue
            total = _read(reading, line, marks)[one[1]]
            made, n_parts = _made(reading, line, one[2:], columns, marks)
            if not _is_same(total, made):
                possible.discard(one)
            elif n_parts > 1:
                n_mails[one] += 1
                different[one].add(total)
                if total % 1 or line.values[one[1]].type == "s" or _UNIT.search(one[0]):
                    rounded.add(one)
    found: dict[tuple[str, int], Sum] = {}
    # Where a number is the sum of several, the fewest parts say it.
    for one in sorted(possible, key=lambda one: (one[0], one[1], not one[2], len(one[2]), one)):
        is_known = n_mails[one] >= (_ROUNDED_FROM if one in rounded else SUMMED_FROM)
        if is_known and len(different[one]) > 1 and math.prod(sorted(different[one])[-20:]) >= _CHANCE:
            found.setdefault(one[:2], one)
    return tuple(found.values())[:_MOST_SUMS]


def _once(reading: Reading, shapes: set[str]) -> dict[str, MaskedLine | None]:
    """The lines of these shapes; None for one that stands there twice."""
    found: dict[str, MaskedLine | None] = {}
    for line in reading.lines:
        if line.shape in shapes:
            found[line.shape] = None if line.shape in found else line
    return found


def _proposed(readings: Sequence[Reading], totals: Mapping[str, Sequence[int]], marks: Marks) -> set[Sum]:
    """What a few mails say that numbers may be the sum of."""
    found: set[Sum] = set()
    looked_at: Counter[str] = Counter()
    for reading in readings:
        wanted = {line.shape for line in reading.lines if line.shape in totals and looked_at[line.shape] < _LOOKED_AT}
        once = {shape: line for shape, line in _once(reading, wanted).items() if line is not None}
        columns = _columns(reading, marks, None) if once else {}
        by_sum: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for key, (made, n_parts) in columns.items():
            if n_parts > 1:
                by_sum[round(made)].append(key)
        for shape, line in once.items():
            numbers = _read(reading, line, marks)
            own = [(group, at) for group in groups_of(shape) for at in _places(group, len(_summands(line)))]
            for place in totals[shape]:
                total = numbers[place]
                if total <= 0:
                    continue
                looked_at[shape] += place == totals[shape][-1]
                parts: list[_Parts] = [(run, "", 0) for run in _runs(line, place)]
                near = {key for close in (-1, 0, 1) for key in by_sum.get(round(total) + close, ())}
                parts += [((), *key) for key in sorted(near.union(own))]
                for part in parts:
                    made, n_parts = _made(reading, line, part, columns, marks)
                    if n_parts > 1 and _is_same(total, made):
                        found.add((shape, place, *part))
    return found


def _summands(line: MaskedLine) -> list[int]:
    """The places of a line whose numbers can be added."""
    return [place for place, value in enumerate(line.values) if value.type in "ns"]


def _runs(line: MaskedLine, total: int) -> Iterator[tuple[int, ...]]:
    """What may be the parts of a total of the same line: two to five numbers of its type that stand side by side."""
    places = [place for place in _summands(line) if place != total and line.values[place].type == line.values[total].type]
    for start in range(len(places) if len(places) <= _MOST_NUMBERS else 0):
        for end in range(start + 2, min(len(places), start + _MOST_PARTS) + 1):
            yield tuple(places[start:end])


def _read(reading: Reading, line: MaskedLine, marks: Marks) -> list[float]:
    """The numbers of a line as the approved ones were read."""
    return [reading.number(value, mark) or 0.0 for value, mark in zip(line.values, marks[line.shape], strict=True)]


def _places(group: str, n: int) -> range:
    """The columns of a row with so many numbers, counted from the end in a group of lines that end alike."""
    return range(-n, 0) if group.startswith(FROM_END) else range(n)


def _columns(reading: Reading, marks: Marks, groups: set[str] | None) -> _Columns:
    """What the columns of these groups, or of all, add up to."""
    found: _Columns = {}
    for line in reading.lines:
        mine = [group for group in groups_of(line.shape) if groups is None or group in groups] if line.values else []
        if not mine or line.shape not in marks:
            continue
        numbers = _read(reading, line, marks)
        summands = [numbers[place] for place in _summands(line)]
        for group in mine:
            for at, number in zip(_places(group, len(summands)), summands, strict=True):
                before, n = found.get((group, at), (0.0, 0))
                found[group, at] = before + number, n + (number != 0)
    return found


def _made(reading: Reading, line: MaskedLine, part: _Parts, columns: _Columns, marks: Marks) -> tuple[float, int]:
    """What the parts of a total in this line add up to, and how many of them are not zero."""
    places, group, column = part
    numbers = _read(reading, line, marks)
    if places:
        return sum(numbers[place] for place in places), sum(numbers[place] != 0 for place in places)
    made, n_parts = columns.get((group, column), (0.0, 0))
    summands = _summands(line)
    if group in groups_of(line.shape) and column in _places(group, len(summands)):
        own = numbers[summands[column]]
        return made - own, n_parts - (own != 0)
    return made, n_parts


def _is_same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)


def wrong_sums(reading: Reading, sums: Sequence[Sum], marks: Marks) -> list[str]:
    """Why totals of this mail are not the sums of their parts."""
    once = _once(reading, {one[0] for one in sums})
    groups = {one[3] for one in sums if once.get(one[0]) and one[3]}
    columns = _columns(reading, marks, groups) if groups else {}
    found = []
    for shape, place, places, group, column in sums:
        line = once.get(shape)
        if line is None:
            continue
        total = _read(reading, line, marks)[place]
        made, _ = _made(reading, line, (places, group, column), columns, marks)
        if not _is_same(total, made):
            say = size_text if line.values[place].type == "s" else "{:.10g}".format
            parts = " + ".join(say(_read(reading, line, marks)[part]) for part in places)
            why = f"{say(total)} is not the sum {parts}" if places else f"total {say(total)}, but its rows with “{group}” make {say(made)}"
            found.append(f"{why}, in: {one_line(reading.raw[reading.lines.index(line)], 100)}")
    return found
