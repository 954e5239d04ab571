"""The learnt gate: a memory of what approved mails looked like. It alone lets learning drop a section.

It holds a section at the first thing it does not know: the kind, a line, a number, a repeat, something missing.
Judging never changes it; it is learnt anew from all approvals (approvals.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mailtriage.classify.counts import CONSTANT_FROM, Counted, same_twice, too_few_rows
from mailtriage.classify.likeness import Likeness
from mailtriage.classify.masks import MaskedLine
from mailtriage.classify.reading import HUMAN, Reading, line_set, other_number
from mailtriage.classify.slots import PER_HOST_FROM, Slot, is_own, out_of_habit, out_of_names, out_of_slot
from mailtriage.classify.sums import Marks, Sum, decimal_marks, wrong_sums
from mailtriage.text import one_line, plural

MIN_MAILS = 3  # approved mails of a kind and section; while there are fewer only a mail with exactly the lines of one may be dropped
MIN_APPROVALS = 2  # mails that must have shown a line
ENDS_AT_LEAST = 0.9  # of the mails that have a line it must end so many: a remark may follow it now and then
_SURELY_CONSTANT_FROM = 16  # mails of whatever share that had a line equally often
SETTLED = 8  # approved mails from which a table need not be matched line set by line set


@dataclass(frozen=True, slots=True)
class Line:
    """What approved mails say of one line shape."""

    n: int  # mails that had it
    least: int  # repeats in those mails
    most: int
    slots: tuple[Slot, ...]
    is_strict: bool = False  # a mail to be seen lay just outside the numbers: no tolerance
    indexes: tuple[int, ...] = ()  # places that number the repeats: in no mail the same number twice, on each host always the same ones
    index_sets: tuple[frozenset[float], ...] = ()  # beside `indexes`: the numbers if always the same, else empty
    hosts: tuple[str, ...] = ()  # the only ones it counts for: a single witness has shown it (sources.py); () is all
    lacked_by: tuple[str, ...] = ()  # up to two witnesses with mails that lacked it
    twins: tuple[tuple[int, int], ...] = ()  # places that always held the same number: read and loaded, debit and credit
    unlike: str = ""  # what no two of these lines in one mail shared: their `name`, the whole `line`, or nothing known

    def counts_for(self, host: str) -> bool:
        """Whether what is known of the line holds for this host."""
        return not self.hosts or host in self.hosts


@dataclass(frozen=True, slots=True)
class Habit:
    """What one host's own approved mails looked like."""

    n: int
    fewest_lines: int
    most_lines: int
    names: dict[str, Line]


@dataclass(frozen=True)
class Table:
    """What is known as quiet under one key."""

    n: int  # approved mails
    fewest_lines: int
    most_lines: int
    fewest_rows: int
    lines: dict[str, Line]  # by shape
    endings: dict[str, int]  # last lines of the mails
    line_sets: frozenset[str]
    hosts: dict[str, Habit]
    devices: dict[str, Slot]  # by mount point: which device hung there
    named: dict[str, Line]  # by name, the lines whose first word numbers a thing: `imp-3` has numbers of its own
    alike: dict[str, int]  # fewest lines in all approved mails that have one skeleton, where no single shape of it is always there
    rows: dict[str, dict[str, int]]  # by group (counts.py) and host, how many rows it always shows
    counted: tuple[Counted, ...]  # numbers that say how many rows there are
    sums: tuple[Sum, ...]  # numbers that are the sum of others
    seen_sick: list[Likeness]  # mails to be seen that nothing else tells from the approved ones

    @cached_property
    def always(self) -> tuple[tuple[str, int], ...]:
        """Shapes that every approved mail had, or all but those of one witness, with the fewest repeats that are no loss."""
        return _always(self.lines, self.n)

    @cached_property
    def marks(self) -> Marks:
        """How numbers are read where they are added."""
        return decimal_marks({shape: line.slots for shape, line in self.lines.items()})

    @cached_property
    def ending(self) -> str:
        """The one last line all approved mails share, "" if there is none."""
        return next(iter(self.endings)) if len(self.endings) == 1 and sum(self.endings.values()) == self.n else ""


def _always(lines: dict[str, Line], n: int) -> tuple[tuple[str, int], ...]:
    found = []
    for shape, line in lines.items():
        if line.n == n or (len(line.lacked_by) == 1 and not line.hosts):
            found.append((shape, line.least if line.least == line.most else max(1, line.least // 2)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the gate says of one section."""

    held_by: str  # "" lets it through
    new: tuple[int, ...] = ()  # positions of lines never seen
    n_values: int = 0  # numbers out of place
    n_missing: int = 0
    is_known_kind: bool = True


class Gate:
    """All tables by key."""

    def __init__(self, tables: dict[str, Any]) -> None:
        self._stored = tables  # as in the model file, or Table: a stored one is built when first asked for
        self._always: dict[tuple[str, str], tuple[tuple[str, int], ...]] = {}
        # The hosts of which own mails were learnt: none in a model that forgets them.
        self.hosts = frozenset(host for one in tables.values() for host in (one.hosts if isinstance(one, Table) else one["hosts"]))

    def table(self, key: str) -> Table | None:
        """What is known under a key."""
        stored = self._stored.get(key)
        if stored is None or isinstance(stored, Table):
            return stored
        table = self._stored[key] = table_of(stored)
        return table

    def tables(self) -> Iterator[tuple[str, Table]]:
        """All keys with their tables."""
        for key in self._stored:
            table = self.table(key)
            assert table is not None
            yield key, table

    def judge(self, reading: Reading) -> Finding:
        """Whether the section may be dropped, or the first reason why not."""
        if reading.kind == HUMAN:
            return Finding("a person's mail", is_known_kind=False)
        table = self.table(reading.key)
        everything = tuple(range(len(reading.lines)))
        if table is None:
            return Finding("nothing of this kind was ever approved", everything, is_known_kind=False)
        habit = table.hosts.get(reading.host) if reading.host else None
        habit = habit if habit and habit.n >= PER_HOST_FROM else None
        new, odd = self._lines_and_numbers(reading, table, habit)
        missing = self._missing(reading, table, habit)
        held = ""
        if reading.unread:
            held = f"a part was not read: {one_line(reading.unread[0], 100)}"
        elif table.n < MIN_MAILS and (new or odd or missing or line_set(reading) not in table.line_sets):
            held = f"only {plural(table.n, 'mail')} of this kind approved, {MIN_MAILS} needed"
        elif new:
            held = _new_words(reading, table, new[0])
        elif odd:
            held = odd[0]
        elif missing:
            held = missing[0]
        else:
            held = _flood(reading, table, habit) or _misnumbered(reading, table, habit) or _unsettled(reading, table, habit)
            held = held or (_sick(reading, table) if table.seen_sick else "")
        return Finding(held, tuple(new), len(odd), len(missing))

    def contradicts(self, reading: Reading) -> str:
        """Why the section is not what its host has sent so far: a line or row is missing, a number out of place; "" if it is, or is new."""
        table = self.table(reading.key)
        habit = table.hosts.get(reading.host) if table else None
        if table is None or habit is None or table.n < SETTLED:
            return ""
        finding = self.judge(reading)
        # With one line more the mail may end otherwise, which alone says nothing.
        return finding.held_by if finding.n_missing > bool(finding.new) or finding.n_values else ""

    def _lines_and_numbers(self, reading: Reading, table: Table, habit: Habit | None) -> tuple[list[int], list[str]]:
        new: list[int] = []
        odd: list[str] = []
        is_early = table.n < MIN_MAILS
        for at, line in enumerate(reading.lines):
            known = table.lines.get(line.shape)
            if known is None or known.n < min(MIN_APPROVALS, table.n) or not known.counts_for(reading.host):
                new.append(at)
                continue
            if not line.values:
                continue
            if line.subject and (why := _other_device(table, habit, line)):
                odd.append(f"{why}: {one_line(reading.raw[at], 100)}")
            own = habit.names.get(line.name) if habit else None
            named = table.named.get(line.name) if line.name != line.shape and not line.is_row else None
            for place, value in enumerate(line.values):
                slot = known.slots[place]
                number = reading.number(value, slot.order)
                if number is None:
                    odd.append(f"a date cannot be compared, the mail has none: {one_line(reading.raw[at], 100)}")
                    break
                why = _out_of_place(known, own, place, number, is_early=is_early)
                if not why and (slot.order[:1] == "?" or value.mark[:1] == "?"):
                    other = other_number(value, slot.order)
                    why = "" if other is None else _out_of_place(known, own, place, other, is_early=is_early)
                if not why and named and named.counts_for(reading.host):
                    why = out_of_slot(named.slots[place], number)
                if why:
                    odd.append(f"{why}, in: {one_line(reading.raw[at], 100)}")
            for one, other in known.twins:
                if line.values[one].number != line.values[other].number:
                    odd.append(f"two numbers that were always the same differ, in: {one_line(reading.raw[at], 100)}")
        if table.sums:
            odd += wrong_sums(reading, table.sums, table.marks)
        return new, odd

    def _missing(self, reading: Reading, table: Table, habit: Habit | None) -> list[str]:
        missing: list[str] = []
        shapes = Counter(line.shape for line in reading.lines)
        for shape, least in table.always:
            lacked_by = table.lines[shape].lacked_by
            if lacked_by and (reading.host in lacked_by or not shapes[shape] < 1):
                continue
            if shapes[shape] < least:
                missing.append(_missing_words(shape, shapes[shape], least))
        if table.alike and table.n >= MIN_MAILS:
            alike = Counter(map(skeleton, (line.shape for line in reading.lines)))
            missing += [_missing_words(like, alike[like], least) for like, least in table.alike.items() if alike[like] < least]
        if table.ending and table.n >= MIN_MAILS and (reading.ending is None or reading.ending.shape != table.ending):
            missing.append(f"missing: the last line of the mail, {one_line(table.ending, 100)}")
        if table.fewest_rows and sum(line.is_row for line in reading.lines) < table.fewest_rows:
            missing.append(f"missing: a row of the table, never fewer than {table.fewest_rows}")
        if (table.rows or table.counted) and (few := too_few_rows(reading.lines, reading.host, table.rows, table.counted)):
            missing.append(few)
        if habit:
            own = self._always.get((reading.key, reading.host))
            if own is None:
                own = self._always[reading.key, reading.host] = _always(habit.names, habit.n)
            names = Counter(line.name for line in reading.lines)
            missing += [
                _missing_words(name, names[name], least) + " (this host always has it)" for name, least in own if names[name] < least
            ]
        return missing


def _out_of_place(known: Line, own: Line | None, place: int, number: float, *, is_early: bool) -> str:
    """Why a number is out of place in the fleet, or for its host; what the host itself has shown before is in place."""
    is_strict = known.is_strict or is_early
    why = out_of_slot(known.slots[place], number, is_strict=is_strict)
    if own is None:
        return why
    if why and (is_strict or not is_own(own.slots[place], number)):
        return why
    return out_of_habit(own.slots[place], number)


def _other_device(table: Table, habit: Habit | None, line: MaskedLine) -> str:
    assert line.subject is not None
    devices = table.devices.get(line.subject[0])
    if devices is None or (habit and line.name in habit.names):
        return ""
    return "another device than always" if out_of_names(devices, line.subject[1]) else ""


def _new_words(reading: Reading, table: Table, at: int) -> str:
    known = table.lines.get(reading.lines[at].shape)
    is_elsewhere = known is not None and not known.counts_for(reading.host)
    return f"{'known from one other host only' if is_elsewhere else 'new line'}: {one_line(reading.raw[at], 120)}"


_MASKED_WORD = re.compile(r"\S*‹[^›]*›\S*")


def skeleton(shape: str) -> str:
    """What is left of a shape whatever an id in it looks like: `run 4711` and `run 47a1` are masked differently."""
    return _MASKED_WORD.sub("‹?›", shape)


def _missing_words(shape: str, seen: int, least: int) -> str:
    times = f" {plural(seen, 'time')}, never fewer than {least}" if seen else ""
    return f"missing: {one_line(shape, 100)}{times}"


def _index_set(line: Line | None, place: int) -> frozenset[float]:
    return line.index_sets[line.indexes.index(place)] if line and place in line.indexes else frozenset()


def _misnumbered(reading: Reading, table: Table, habit: Habit | None) -> str:
    """Why lines that are numbered (`volume 007`) are not the ones that used to be there: a number twice, gone, or new."""
    found: dict[tuple[str, int], list[float]] = {}
    for line in reading.lines:
        for place in table.lines[line.shape].indexes:
            found.setdefault((line.shape, place), []).append(line.values[place].number)
    for (shape, place), numbers in found.items():
        seen = set(numbers)
        if len(seen) < len(numbers):
            twice = next(number for number in numbers if numbers.count(number) > 1)
            return f"number {twice:g} twice, in: {one_line(shape, 100)}"
        for known_line in (table.lines[shape], habit.names.get(shape) if habit else None):
            known = _index_set(known_line, place)
            if known and known != seen:
                word, number = ("missing", min(known - seen)) if known - seen else ("new", min(seen - known))
                return f"{word}: number {number:g} of {one_line(shape, 100)}"
    return ""


def _flood(reading: Reading, table: Table, habit: Habit | None) -> str:
    """Why there is too much of what is known."""
    for shape, count in Counter(line.shape for line in reading.lines).items():
        if count > 1 and (why := _repeated(reading, table, habit, shape, count)):
            return f"{why}: {one_line(shape, 100)}"
    n_lines = len(reading.lines)
    if n_lines > 2 * table.most_lines + 3:
        return f"{n_lines} lines, known up to {table.most_lines}"
    is_constant = table.fewest_lines == table.most_lines and table.n >= SETTLED
    if n_lines < (table.fewest_lines if is_constant else table.fewest_lines // 2):
        return f"{n_lines} lines, known from {table.fewest_lines}"
    if habit and n_lines > 3 * habit.most_lines + 3:
        return f"{n_lines} lines, this host's own up to {habit.most_lines}"
    return ""


def _repeated(reading: Reading, table: Table, habit: Habit | None, shape: str, count: int) -> str:
    known, own = table.lines[shape], habit.names.get(shape) if habit else None
    most = max(known.most, own.most if own else 0)
    # What stands in few mails only, as a login that failed, may well stand there twice.
    is_usual = 2 * known.n >= table.n or known.n >= _SURELY_CONSTANT_FROM or (habit and own and own.n == habit.n)
    if count > most and known.n >= CONSTANT_FROM and known.least == known.most and is_usual:
        return f"repeated {plural(count, 'time')}, always {most}"
    if known.unlike and count > 1 and same_twice(known.unlike, [line for line in reading.lines if line.shape == shape]):
        return f"the same {known.unlike} twice, never before"
    return f"repeated {plural(count, 'time')}, known up to {most}" if count > max(2 * most, most + 2) else ""


def _sick(reading: Reading, table: Table) -> str:
    lines = line_set(reading)
    if any(likeness.covers(lines, reading) for likeness in table.seen_sick):
        return "a mail labelled as to be seen looked just like this"
    return ""


def _unsettled(reading: Reading, table: Table, habit: Habit | None) -> str:
    """While little is known, the mail must end as all did or have exactly the lines of an approved one."""
    if table.n >= SETTLED and habit:
        return ""
    if _ends_as_others(reading, table):
        return ""
    if line_set(reading) in table.line_sets:
        return ""
    n_known = table.n if table.n < SETTLED else (habit.n if habit else 0)
    of_what = "of this kind" if table.n < SETTLED else "of this host"
    return f"too little known to see a cut: {plural(n_known, 'approved mail')} {of_what}, and it ends as none of them did"


def _ends_as_others(reading: Reading, table: Table) -> bool:
    """Whether the last line is one that ends mails: a row of a table, or a line often found elsewhere too, says nothing."""
    ending = reading.ending
    if ending is None or ending.is_row or table.endings.get(ending.shape, 0) < MIN_MAILS:
        return False
    line = table.lines.get(ending.shape)
    return line is None or (line.most == 1 and line.n * ENDS_AT_LEAST <= table.endings[ending.shape])


def _slot_of(row: list[Any]) -> Slot:
    return Slot(row[0], row[1], row[2], row[3], row[4], tuple(row[5]), row[6])


def _line_of(row: list[Any]) -> Line:
    slots = tuple(_slot_of(slot) for slot in row[3])
    index_sets = tuple(frozenset(numbers) for numbers in row[6])
    return Line(
        row[0],
        row[1],
        row[2],
        slots,
        row[4],
        tuple(row[5]),
        index_sets,
        tuple(row[7]),
        tuple(row[8]),
        tuple((one, other) for one, other in row[9]),
        row[10],
    )


def table_of(stored: dict[str, Any]) -> Table:
    """A table as the model file keeps it."""
    hosts = {
        host: Habit(row[0], row[1], row[2], {name: _line_of(line) for name, line in row[3].items()})
        for host, row in stored["hosts"].items()
    }
    return Table(
        n=stored["n"],
        fewest_lines=stored["fewest_lines"],
        most_lines=stored["most_lines"],
        fewest_rows=stored["fewest_rows"],
        lines={shape: _line_of(line) for shape, line in stored["lines"].items()},
        endings=stored["endings"],
        line_sets=frozenset(stored["line_sets"]),
        hosts=hosts,
        devices={mount: _slot_of(slot) for mount, slot in stored["devices"].items()},
        named={name: _line_of(line) for name, line in stored["named"].items()},
        alike=stored["alike"],
        rows=stored["rows"],
        counted=tuple((shape, place, group) for shape, place, group in stored["counted"]),
        sums=tuple((shape, place, tuple(parts), group, column) for shape, place, parts, group, column in stored["sums"]),
        seen_sick=[Likeness(*row) for row in stored["seen_sick"]],
    )


def stored_table(table: Table) -> dict[str, object]:
    """A table as the model file keeps it."""
    return {
        "n": table.n,
        "fewest_lines": table.fewest_lines,
        "most_lines": table.most_lines,
        "fewest_rows": table.fewest_rows,
        "lines": {shape: _stored_line(line) for shape, line in table.lines.items()},
        "endings": table.endings,
        "line_sets": sorted(table.line_sets),
        "named": {name: _stored_line(line) for name, line in table.named.items()},
        "alike": table.alike,
        "rows": table.rows,
        "counted": list(map(list, table.counted)),
        "sums": list(map(list, table.sums)),
        "seen_sick": [likeness.row() for likeness in table.seen_sick],
        "devices": {mount: slot.row() for mount, slot in table.devices.items()},
        "hosts": {
            host: [habit.n, habit.fewest_lines, habit.most_lines, {name: _stored_line(line) for name, line in habit.names.items()}]
            for host, habit in table.hosts.items()
        },
    }


def _stored_line(line: Line) -> list[object]:
    index_sets = [sorted(numbers) for numbers in line.index_sets]
    slots = [slot.row() for slot in line.slots]
    numbered = [list(line.indexes), index_sets]
    return [
        line.n,
        line.least,
        line.most,
        slots,
        line.is_strict,
        *numbered,
        list(line.hosts),
        list(line.lacked_by),
        list(map(list, line.twins)),
        line.unlike,
    ]
