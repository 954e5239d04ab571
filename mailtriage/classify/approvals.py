"""Approved sections make the gate's tables. The gate is derived: the same approvals give the same tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from mailtriage.classify.gate import MIN_APPROVALS, Gate, Habit, Line, Table
from mailtriage.classify.masks import MaskedLine
from mailtriage.classify.reading import HUMAN, Reading, line_set
from mailtriage.classify.slots import PER_HOST_FROM, Slot, out_of_slot, slot_of

_MOST_ENDINGS = 20
_MOST_LINE_SETS = 500

_Repeats = list[tuple[str, list[MaskedLine]]]  # by mail: its host, and its lines of one shape


def learn(approved: Iterable[Reading]) -> Gate:
    """The gate that these approved sections teach; each is of another mail or another section."""
    by_key: dict[str, list[Reading]] = defaultdict(list)
    for reading in approved:
        if reading.kind != HUMAN and not reading.unread:
            by_key[reading.key].append(reading)
    return Gate({key: _table(by_key[key]) for key in sorted(by_key)})


def dispute(gate: Gate, must_see: Iterable[tuple[Reading, ...]]) -> int:
    """Takes lines out of the gate until it holds every mail labelled as to be seen; how many mails it would have dropped.

    The least approved line goes first: a wrong approval is rarer than the right ones around it.
    """
    n_mails = 0
    for readings in must_see:
        if not _passes(gate, readings):
            continue
        n_mails += 1
        _make_strict(gate, readings)
        while _passes(gate, readings):
            _forget_a_line(gate, readings)
    return n_mails


def _passes(gate: Gate, readings: tuple[Reading, ...]) -> bool:
    return bool(readings) and all(not gate.judge(reading).held_by for reading in readings)


def _make_strict(gate: Gate, readings: tuple[Reading, ...]) -> None:
    """Where a number of this mail passed only by tolerance, there is none from now on."""
    for reading in readings:
        table = gate.table(reading.key)
        assert table is not None
        for line in reading.lines:
            known = table.lines[line.shape]
            numbers = [reading.number(value) for value in line.values]
            if any(
                number is not None and out_of_slot(slot, number, is_strict=True) for slot, number in zip(known.slots, numbers, strict=True)
            ):
                table.lines[line.shape] = replace(known, is_strict=True)


def _forget_a_line(gate: Gate, readings: tuple[Reading, ...]) -> None:
    """Takes back the approvals of the line of this mail that has the fewest."""
    candidates = [(table, line.shape) for reading in readings if (table := gate.table(reading.key)) for line in reading.lines]
    table, shape = min(candidates, key=lambda entry: (entry[0].lines[entry[1]].n / entry[0].n, entry[0].lines[entry[1]].n, entry[1]))
    table.lines[shape] = replace(table.lines[shape], n=min(MIN_APPROVALS - 1, table.n - 1, table.lines[shape].n))
    table.__dict__.pop("always", None)


def _table(readings: list[Reading]) -> Table:
    by_host: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        if reading.host:
            by_host[reading.host].append(reading)
    endings = Counter(reading.ending.shape if reading.ending else "" for reading in readings)
    sizes = [len(reading.lines) for reading in readings]
    return Table(
        n=len(readings),
        fewest_lines=min(sizes),
        most_lines=max(sizes),
        fewest_rows=min(sum(line.is_row for line in reading.lines) for reading in readings),
        lines=_lines(readings, by_name=False),
        endings=dict(sorted(sorted(endings.items(), key=lambda entry: (-entry[1], entry[0]))[:_MOST_ENDINGS])),
        line_sets=frozenset(sorted({line_set(reading) for reading in readings})[:_MOST_LINE_SETS]),
        hosts={host: _habit(by_host[host]) for host in sorted(by_host) if len(by_host[host]) >= PER_HOST_FROM},
    )


def _habit(readings: list[Reading]) -> Habit:
    sizes = [len(reading.lines) for reading in readings]
    # Lines seen once on a host say nothing about its habits.
    names = {name: line for name, line in _lines(readings, by_name=True).items() if line.n >= PER_HOST_FROM}
    return Habit(
        len(readings), min(sizes), max(sizes), {name: line for name, line in names.items() if line.slots or line.n == len(readings)}
    )


def _lines(readings: list[Reading], *, by_name: bool) -> dict[str, Line]:
    n_mails: Counter[str] = Counter()
    least: dict[str, int] = {}
    most: dict[str, int] = {}
    numbers: dict[str, list[list[float]]] = {}
    types: dict[str, MaskedLine] = {}
    repeats: dict[str, _Repeats] = defaultdict(list)
    for reading in readings:
        mine: dict[str, list[MaskedLine]] = defaultdict(list)
        counts: Counter[str] = Counter()
        for line in reading.lines:
            name = line.name if by_name else line.shape
            counts[name] += 1
            if line.values:
                _note(reading, name, line, numbers, types)
                mine[name].append(line)
        for name, lines in mine.items():
            repeats[name].append((reading.host, lines))
        for name, count in counts.items():
            n_mails[name] += 1
            least[name] = min(least.get(name, count), count)
            most[name] = max(most.get(name, 0), count)
    found = {}
    for name in sorted(n_mails):
        slots = _slots(types.get(name), numbers.get(name, []))
        indexes = _indexes(repeats[name], slots) if most[name] > 1 and slots else {}
        found[name] = Line(n_mails[name], least[name], most[name], slots, indexes=tuple(indexes), index_sets=tuple(indexes.values()))
    return found


def _indexes(repeats: _Repeats, slots: tuple[Slot, ...]) -> dict[int, frozenset[float]]:
    """The places that number the repeats of a line, with their numbers where all mails had the same ones."""
    found: dict[int, frozenset[float]] = {}
    for place, slot in enumerate(slots):
        by_host: dict[str, frozenset[float]] = {}
        if slot.type not in "ngv" or not all(_is_numbered(host, lines, place, by_host) for host, lines in repeats):
            continue
        sets = set(by_host.values())
        if len(repeats) > len(by_host) or len(sets) == 1:
            found[place] = sets.pop() if len(sets) == 1 else frozenset()
    return found


def _is_numbered(host: str, lines: list[MaskedLine], place: int, by_host: dict[str, frozenset[float]]) -> bool:
    """Whether a mail has no number twice, and those its host had before."""
    numbers = frozenset(line.values[place].number for line in lines)
    return len(numbers) == len(lines) and by_host.setdefault(host, numbers) == numbers


def _note(reading: Reading, name: str, line: MaskedLine, numbers: dict[str, list[list[float]]], types: dict[str, MaskedLine]) -> None:
    if name not in numbers:
        numbers[name] = [[] for _ in line.values]
        types[name] = line
    for place, value in enumerate(line.values):
        number = reading.number(value)
        if number is not None:
            numbers[name][place].append(number)


def _slots(line: MaskedLine | None, numbers: list[list[float]]) -> tuple[Slot, ...]:
    if line is None:
        return ()
    return tuple(slot_of(value.type, seen) for value, seen in zip(line.values, numbers, strict=True))
