"""Approved sections make the gate's tables. The gate is derived: the same approvals give the same tables."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from mailtriage.classify.counts import counted_by, group_counts, rows_of, unlike_of
from mailtriage.classify.dates import order_of
from mailtriage.classify.gate import SETTLED, Gate, Habit, Line, Table, skeleton
from mailtriage.classify.masks import MaskedLine
from mailtriage.classify.reading import HUMAN, Reading, line_set
from mailtriage.classify.slots import PER_HOST_FROM, Slot, joint_order, slot_of
from mailtriage.classify.sources import teachers, witnesses
from mailtriage.classify.sums import SUMMED_FROM, decimal_marks, may_be_total, summed_by

_DIFFERENT = 4  # values that two places must have had in common to be twins
_MOST_ENDINGS = 20
_MOST_LINE_SETS = 500
_M_OF_N = re.compile(
    r"‹n›\s?(?:/|of|out of|from|von|aus|sur|de|van|uit|z|ze|ud af|af|av|di|de un total de)\s?‹n›"
)  # they count the same things
_MARK = re.compile(r"‹[^›]*›")
ANY = "*"  # in place of witnesses that need no name
_MOST_HOSTS = 100  # named beside a line of a single witness


_Orders = Mapping[str, tuple[str, ...]]  # by shape, how the numbers of each place are read


def learn(approved: Iterable[Reading]) -> Gate:
    """The gate that these approved sections teach; each is of another mail or another section.

    A weak approval is no person's word: it counts where the others would have let it through, and teaches nothing else.
    """
    by_key: dict[str, list[Reading]] = defaultdict(list)
    for reading in teachers(reading for reading in approved if reading.kind != HUMAN and not reading.unread):
        by_key[reading.key].append(reading)
    tables: dict[str, Table] = {}
    for key in sorted(by_key):
        strong = [reading for reading in by_key[key] if not reading.is_weak]
        if strong:
            tables[key] = _table(strong)
            if len(strong) < len(by_key[key]):
                alone = Gate({key: tables[key]})
                tables[key] = _table([reading for reading in by_key[key] if not reading.is_weak or _adds_nothing(alone, reading)])
    return Gate(tables)


def forget_hosts(gate: Gate) -> None:
    """Takes out what is known of single hosts: what remains counts for every fleet."""
    for _, table in gate.tables():
        table.hosts.clear()
        table.rows.clear()
        for shape, line in table.lines.items():
            if line.hosts or line.lacked_by:
                table.lines[shape] = replace(line, hosts=(), lacked_by=(ANY, ANY) if line.lacked_by else ())


def _adds_nothing(gate: Gate, reading: Reading) -> bool:
    finding = gate.judge(reading)
    return not (finding.new or finding.n_values or finding.n_missing)


def _table(readings: Sequence[Reading]) -> Table:
    by_host: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        if reading.host:
            by_host[reading.host].append(reading)
    endings = Counter(reading.ending.shape if reading.ending else "" for reading in readings)
    sizes = [len(reading.lines) for reading in readings]
    lines = _lines(readings, by_name=False)
    orders = {shape: tuple(slot.order for slot in line.slots) for shape, line in lines.items() if line.slots}
    groups = [group_counts(reading.lines) for reading in readings]
    moved = {shape: [place for place, slot in enumerate(line.slots) if may_be_total(slot)] for shape, line in lines.items()}
    totals = {shape: places for shape, places in moved.items() if places and lines[shape].n >= SUMMED_FROM and lines[shape].most == 1}
    return Table(
        n=len(readings),
        fewest_lines=min(sizes),
        most_lines=max(sizes),
        fewest_rows=min(sum(line.is_row for line in reading.lines) for reading in readings),
        lines=lines,
        endings=dict(sorted(sorted(endings.items(), key=lambda entry: (-entry[1], entry[0]))[:_MOST_ENDINGS])),
        line_sets=frozenset(sorted({line_set(reading) for reading in readings})[:_MOST_LINE_SETS]),
        hosts={host: _habit(by_host[host], orders) for host in sorted(by_host) if len(by_host[host]) >= PER_HOST_FROM},
        devices=_devices(readings),
        named=_named(readings, orders),
        alike=_alike(readings),
        rows=rows_of(readings, groups),
        counted=counted_by(readings, groups),
        sums=summed_by(readings, totals, decimal_marks({shape: line.slots for shape, line in lines.items()})) if totals else (),
        seen_sick=[],
    )


def _named(readings: Sequence[Reading], orders: _Orders) -> dict[str, Line]:
    """What is known of lines whose first word numbers a thing, each thing by itself; of those that are seen often enough."""
    rows = [
        replace(reading, lines=tuple(line for line in reading.lines if line.values and line.name != line.shape and not line.is_row))
        for reading in readings
    ]
    known = _lines([reading for reading in rows if reading.lines], by_name=True, is_fleet=True, orders=orders)
    return {name: line for name, line in known.items() if line.n >= SETTLED}


def _alike(readings: Sequence[Reading]) -> dict[str, int]:
    """Lines that every mail has, now in one shape, now in another: by what all shapes have in common."""
    always = set.intersection(*({line.shape for line in reading.lines} for reading in readings))
    known = {skeleton(shape) for shape in always}
    counts = [Counter(skeleton(line.shape) for line in reading.lines) for reading in readings]
    common = set.intersection(*(set(count) for count in counts)) - known
    return {like: min(count[like] for count in counts) for like in sorted(common)}


def _devices(readings: Sequence[Reading]) -> dict[str, Slot]:
    """Which device hung where, by mount point."""
    seen: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for reading, witness in zip(readings, witnesses(readings), strict=True):
        for line in reading.lines:
            if line.subject:
                seen[line.subject[0]][witness].append(line.subject[1])
    return {mount: slot_of("k", seen[mount]) for mount in sorted(seen)}


def _habit(readings: list[Reading], orders: _Orders) -> Habit:
    sizes = [len(reading.lines) for reading in readings]
    # Lines seen once on a host say nothing about its habits.
    names = {name: line for name, line in _lines(readings, by_name=True, orders=orders).items() if line.n >= PER_HOST_FROM}
    return Habit(
        len(readings), min(sizes), max(sizes), {name: line for name, line in names.items() if line.slots or line.n == len(readings)}
    )


@dataclass(slots=True)
class _Seen:
    """What approved mails show of one line."""

    n: int = 0
    least: int = 0
    most: dict[str, int] = field(default_factory=dict)  # by witness
    mails: Counter[str] = field(default_factory=Counter)  # by witness
    hosts: set[str] = field(default_factory=set)
    example: MaskedLine | None = None  # one with values
    readings: list[tuple[Reading, str, list[MaskedLine]]] = field(default_factory=list)  # with their witness, where there are values


def _lines(readings: Sequence[Reading], *, by_name: bool, is_fleet: bool = False, orders: _Orders | None = None) -> dict[str, Line]:
    is_habit = by_name and not is_fleet
    named = [""] * len(readings) if is_habit else witnesses(readings)  # a host's own habits have no other witness
    all_mails = Counter(named)
    seen: dict[str, _Seen] = defaultdict(_Seen)
    for reading, witness in zip(readings, named, strict=True):
        mine: dict[str, list[MaskedLine]] = defaultdict(list)
        for line in reading.lines:
            mine[line.name if by_name else line.shape].append(line)
        for name, lines in mine.items():
            _note(seen[name], reading, witness, lines)
    return {name: _line(seen[name], all_mails, orders or {}, is_habit=is_habit) for name in sorted(seen)}


def _note(seen: _Seen, reading: Reading, witness: str, lines: list[MaskedLine]) -> None:
    count = len(lines)
    seen.least = min(seen.least, count) if seen.n else count
    seen.n += 1
    seen.most[witness] = max(seen.most.get(witness, 0), count)
    seen.mails[witness] += 1
    seen.hosts.add(reading.host)
    if lines[0].values:
        seen.example = lines[0]
        seen.readings.append((reading, witness, lines))


def _line(seen: _Seen, all_mails: Counter[str], orders: _Orders, *, is_habit: bool) -> Line:
    most = sorted(seen.most.values(), reverse=True)
    slots = _slots(seen, orders)
    indexes = _indexes(seen, slots) if most[0] > 1 and slots else {}
    lacking = sorted(witness for witness, n in all_mails.items() if seen.mails[witness] < n)
    return Line(
        n=seen.n,
        least=seen.least,
        # One witness alone may double what another has shown, and no more.
        most=most[0] if len(all_mails) < 2 else min(most[0], 2 * most[1] + 2 if len(most) > 1 else most[0]),
        slots=slots,
        indexes=tuple(indexes),
        index_sets=tuple(indexes.values()),
        hosts=() if is_habit or len(seen.mails) >= 2 else tuple(sorted(seen.hosts)[:_MOST_HOSTS]),
        lacked_by=() if is_habit else tuple(lacking[:2]),
        twins=() if is_habit else _twins(seen, slots),
        unlike="" if is_habit else unlike_of([lines for _, _, lines in seen.readings]),
    )


def _twins(seen: _Seen, slots: tuple[Slot, ...]) -> tuple[tuple[int, int], ...]:
    """Pairs of places that held the same number in every line, and often enough different ones to be no accident.

    Where one is said to be of the other (4 of 4, 7/7), two different ones are enough.
    """
    close = _said_together(seen.example.shape) if seen.example else set()
    places = [place for place, slot in enumerate(slots) if slot.type in "ns"]
    lines = [line for _, _, lines in seen.readings for line in lines] if len(places) > 1 else []
    found = []
    for one, other in combinations(places, 2):
        different = {line.values[one].number for line in lines}
        if len(different) >= (2 if (one, other) in close else _DIFFERENT) and all(
            line.values[one].number == line.values[other].number for line in lines
        ):
            found.append((one, other))
    return tuple(found)


def _said_together(shape: str) -> set[tuple[int, int]]:
    """The pairs of places with an `of` between them."""
    starts = {found.start(): place for place, found in enumerate(_MARK.finditer(shape))}
    return {(starts[found.start()], starts[found.start()] + 1) for found in _M_OF_N.finditer(shape)}


def _indexes(seen: _Seen, slots: tuple[Slot, ...]) -> dict[int, frozenset[float]]:
    """The places that number the repeats of a line, with their numbers where all mails had the same ones."""
    found: dict[int, frozenset[float]] = {}
    for place, slot in enumerate(slots):
        by_host: dict[str, frozenset[float]] = {}
        if slot.type not in "ngv" or not all(_is_numbered(reading.host, lines, place, by_host) for reading, _, lines in seen.readings):
            continue
        sets = set(by_host.values())
        if len(seen.readings) > len(by_host) or len(sets) == 1:
            found[place] = sets.pop() if len(sets) == 1 else frozenset()
    return found


def _is_numbered(host: str, lines: list[MaskedLine], place: int, by_host: dict[str, frozenset[float]]) -> bool:
    """Whether a mail has no number twice, and those its host had before."""
    numbers = frozenset(line.values[place].number for line in lines)
    return len(numbers) == len(lines) and by_host.setdefault(host, numbers) == numbers


def _slots(seen: _Seen, orders: _Orders) -> tuple[Slot, ...]:
    if seen.example is None:
        return ()
    found = []
    known = orders.get(seen.example.shape)
    for place, value in enumerate(seen.example.values):
        order = known[place] if known else _order(seen, place) if value.type == "d" else _mark(seen, place) if value.mark else ""
        numbers: dict[str, list[float]] = defaultdict(list)
        for reading, witness, lines in seen.readings:
            mine = (reading.number(line.values[place], order) for line in lines)
            numbers[witness] += [number for number in mine if number is not None and not math.isnan(number)]
        found.append(slot_of(value.type, numbers, order))
    return tuple(found)


def _mark(seen: _Seen, place: int) -> str:
    """The decimal mark of the numbers in this place. What is a plain number now and 1.649 then is counted in thousands."""
    marks = {line.values[place].mark for _, _, lines in seen.readings for line in lines}
    order = joint_order(marks)
    return {"?.": ",", "?,": "."}.get(order, order) if "i" in marks else order


def _order(seen: _Seen, place: int) -> str:
    """Whether month or day comes first in dates like 03/11/2026: as in those that can be read one way only, else as they lie closer."""
    days = [line.values[place].day for _, _, lines in seen.readings for line in lines]
    if not any(len(day or ()) == 5 for day in days):
        return ""
    sure = {order_of(day) for day in days} - {""}
    if len(sure) == 1:
        return sure.pop()
    spreads = {}
    for order in ("d", "m"):
        numbers = [reading.number(line.values[place], order) for reading, _, lines in seen.readings for line in lines]
        known = [number for number in numbers if number is not None]
        spreads[order] = max(known) - min(known) if known else 0.0
    if spreads["d"] == spreads["m"]:
        return ""
    return min(spreads, key=lambda order: spreads[order])
