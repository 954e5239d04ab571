"""Where labels contradict each other: a mail to be seen that approvals would let through takes precedence over them.

What speaks for such a mail least is a line, or a number as far out, that few approved mails share: a wrong approval is rarer
than the right ones around it. So these few approvals are withdrawn, unless they are most of what a host has. Where that is not
enough, what is as near to the mail to be seen as it is to the approved ones is held (likeness.py).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from mailtriage.classify.gate import Gate
from mailtriage.classify.likeness import likeness
from mailtriage.classify.reading import Reading
from mailtriage.classify.slots import out_of_slot

_MOST_ROUNDS = 4  # of withdrawing and learning anew
_FEW_SHARE = 0.1  # of the approvals of a key may be withdrawn at once, or two

MustSee = Sequence[tuple[Reading, ...]]
Learn = Callable[[Sequence[Reading]], Gate]


def settled(approved: Sequence[Reading], must_see: MustSee, learn: Learn) -> tuple[Gate, int]:
    """The gate that holds every mail to be seen, and how many of them the approvals would have let through."""
    gate = learn(approved)
    contradicting = [readings for readings in must_see if _passes(gate, readings)]
    n_contradictions = len(contradicting)
    for _ in range(_MOST_ROUNDS):
        doubtful = _doubtful(approved, contradicting)
        if not doubtful:
            break
        approved = [reading for reading in approved if id(reading) not in doubtful]
        gate = learn(approved)
        contradicting = [readings for readings in must_see if _passes(gate, readings)]
    for readings in contradicting:
        if _passes(gate, readings):
            _make_strict(gate, readings)
        if _passes(gate, readings):
            _hold_alike(gate, readings, approved)
    return gate, n_contradictions


def _passes(gate: Gate, readings: tuple[Reading, ...]) -> bool:
    return bool(readings) and all(not gate.judge(reading).held_by for reading in readings)


def _doubtful(approved: Sequence[Reading], contradicting: MustSee) -> set[int]:
    """The approvals, by identity, on which alone the least supported trait of each of these mails rests."""
    keys = {reading.key for readings in contradicting for reading in readings}
    by_key: dict[str, list[Reading]] = defaultdict(list)
    for reading in approved:
        if reading.key in keys:
            by_key[reading.key].append(reading)
    n_of_host = Counter((reading.key, reading.host) for reading in approved)
    found: set[int] = set()
    for readings in contradicting:
        traits = [
            (len(supporters) / len(by_key[reading.key]), len(supporters), supporters)
            for reading in readings
            for supporters in _supporters(reading, by_key[reading.key])
            if 0 < len(supporters) <= max(2, _FEW_SHARE * len(by_key[reading.key])) and not _is_a_hosts_way(supporters, n_of_host)
        ]
        if traits:
            found.update(map(id, min(traits, key=lambda trait: trait[:2])[2]))
    return found


def _is_a_hosts_way(supporters: Sequence[Reading], n_of_host: Mapping[tuple[str, str], int]) -> bool:
    """Whether a host would lose most of what it has shown, and that is more than a slip."""
    withdrawn = Counter((reading.key, reading.host) for reading in supporters)
    return any(n > 2 and 2 * n > n_of_host[host] for host, n in withdrawn.items())


def _supporters(reading: Reading, approved: Sequence[Reading]) -> Iterator[list[Reading]]:
    """For each trait of a section the approvals that share it: a line, the same number, or one as far up or down."""
    mine = _numbers(reading, None)
    all_theirs = [(other, _numbers(other, mine)) for other in approved]
    for shape, places in sorted(mine.items()):
        theirs = [(other, found[shape]) for other, found in all_theirs if shape in found]
        yield [other for other, _ in theirs]
        for place, (low, high) in enumerate(places):
            yield [other for other, there in theirs if there[place][1] >= high]
            yield [other for other, there in theirs if there[place][0] <= low]
            if low == high:
                yield [other for other, there in theirs if low in there[place]]


def _numbers(reading: Reading, wanted: Mapping[str, object] | None) -> dict[str, list[tuple[float, float]]]:
    """By line shape the least and the largest number of each place."""
    found: dict[str, list[tuple[float, float]]] = {}
    for line in reading.lines:
        if wanted is not None and line.shape not in wanted:
            continue
        numbers = [0.0 if (number := reading.number(value)) is None or math.isnan(number) else number for value in line.values]
        before = found.get(line.shape)
        if before is None:
            found[line.shape] = [(number, number) for number in numbers]
        else:
            found[line.shape] = [(min(low, number), max(high, number)) for (low, high), number in zip(before, numbers, strict=True)]
    return found


def _make_strict(gate: Gate, readings: tuple[Reading, ...]) -> None:
    """Where a number of this mail passed only by tolerance, there is none from now on."""
    for reading in readings:
        table = gate.table(reading.key)
        assert table is not None
        for line in reading.lines:
            known = table.lines[line.shape]
            numbers = [reading.number(value, slot.order) for value, slot in zip(line.values, known.slots, strict=True)]
            if any(
                number is not None and out_of_slot(slot, number, is_strict=True) for slot, number in zip(known.slots, numbers, strict=True)
            ):
                table.lines[line.shape] = replace(known, is_strict=True)


def _hold_alike(gate: Gate, readings: tuple[Reading, ...], approved: Sequence[Reading]) -> None:
    """From now on what is like this mail is held, in the section in which it is most unlike the approved ones."""
    found = []
    for at, reading in enumerate(readings):
        table = gate.table(reading.key)
        assert table is not None
        slots = {line.shape: table.lines[line.shape].slots for line in reading.lines}
        found.append((likeness(reading, [other for other in approved if other.key == reading.key], slots), at, table))
    worst, _, table = max(found, key=lambda entry: (entry[0].radius, -entry[1]))
    table.seen_sick.append(worst)
