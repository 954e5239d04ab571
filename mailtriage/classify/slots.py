"""What numbers may stand in one place of a line, learnt from the numbers that stood there in approved mails.

Types: n number, s size in bytes, t clock time or span in seconds, u duration in seconds, v version, g digits glued to letters,
h degrees or decibels, l load average, % percentage, c fill level, d days from the mail's own date, o time of day
in a date, in seconds, k which id, URL or hex string and a which address, host or card stood there, as a hash.

`order` is how ambiguous ones are read. Dates: m month first, d day first, "" the nearer day. Numbers: "." or "," is the decimal
mark; "?." or "?," all had that one mark and three digits behind it (1.649), so nobody knows; "" none had such a mark.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

LEVEL_LIMIT = 90.0  # a fill level above this is never learnt
PER_HOST_FROM = 4  # mails of a host before its own past counts
CONSTANT_FROM = 3  # readings from which one name is always the same
_FEW = 4  # so many different values are a set, not a range
_MANY = 8  # values from which a range may be stretched
_FEW_NAMES = 5  # times as many readings as names: then another name is news
VERSION_STEP = 10_000.0  # of a version's second and third part
_ALSO_ZERO = "%cdkahlo"  # types whose zero is a value like any other
_ROOM = {"%": 10.0, "c": 25.0, "h": 15.0, "d": 30.0, "g": 0.0, "v": 0.0}  # a witness alone may be so far beyond the others
_LEAST_STRETCH, _MOVES = 1.15, 4  # a range may grow to the fourth power of what it was
_USUAL_LOAD = 3.0
_OWN_LEAST, _OWN_MOST = 1.3, 10**0.5
_STRETCH = {"few": 0.25, "many": 0.5}  # decades
_MOVED, _SMALL = 3.0, 100.0  # what moved so many times is no constant; counts below this may be an order of magnitude lower
_DAY, _HOUR = 86_400.0, 3_600.0
_NARROW = {"fleet": _HOUR / 2, "own": 6 * _HOUR}  # times of day farther apart are free: each host has its own hour


@dataclass(frozen=True, slots=True)
class Slot:
    """The numbers seen in one place: how many, how many of them zero, the others' range and, when few, the values."""

    type: str
    n: int
    zeros: int
    low: float  # of those not zero
    high: float
    few: tuple[float, ...]  # the different values that are not zero, () when they are more than a few
    order: str = ""  # how numbers and dates that can be read two ways are read

    def row(self) -> list[object]:
        """As the model file keeps it."""
        return [self.type, self.n, self.zeros, self.low, self.high, list(self.few), self.order]


def slot_of(type_letter: str, by_witness: Mapping[str, Sequence[float]], order: str = "") -> Slot:
    """The slot that these numbers of approved mails make; the keys say who showed them.

    With many values the single most extreme one at either end does not stretch the range: one wrong approval
    must not open a door. Nor must one witness: values that it alone has shown count as far as others come near them.
    Few values are a set, unless each witness has its own: then they are a range.
    """
    is_number = type_letter not in _ALSO_ZERO
    shown: dict[str, list[float]] = {}
    for witness, numbers in by_witness.items():
        kept = [number for number in numbers if type_letter != "c" or number <= LEVEL_LIMIT]
        if kept:
            shown[witness] = kept
    n_zeros = {witness: sum(number == 0 for number in numbers) if is_number else 0 for witness, numbers in shown.items()}
    others = {w: rest for w, numbers in shown.items() if (rest := sorted(number for number in numbers if number or not is_number))}
    if len(shown) >= 2 and is_number:
        # Zero where others never are, or anything but zero where others always are.
        if sum(map(bool, n_zeros.values())) == 1:
            n_zeros = dict.fromkeys(n_zeros, 0)
        if len(others) == 1 and any(n_zeros.values()):
            others = {}
    zeros, flat = sum(n_zeros.values()), sorted(number for numbers in others.values() for number in numbers)
    n = zeros + len(flat)
    if not flat:
        return Slot(type_letter, n, zeros, 0.0, 0.0, (), order)
    if type_letter == "o":
        return Slot(type_letter, n, zeros, *_arc(flat), (), order)
    few = _few_values(type_letter, others)
    low, high = flat[0], flat[-1]
    if len(flat) >= 3 * _MANY:
        low, high = flat[1], flat[-2]
    if few:
        low, high = few[0], few[-1]
    elif len(others) >= 2:
        low, high = _near_others(type_letter, others, low, high)
    if type_letter in "ka":
        low = high = 0.0
    return Slot(type_letter, n, zeros, low, high, few, order)


def _few_values(type_letter: str, others: Mapping[str, Sequence[float]]) -> tuple[float, ...]:
    """The values, where they are few and shared; without those of a single witness."""
    seen_by = Counter(number for numbers in others.values() for number in set(numbers))
    if len(others) >= 2:
        shared = [number for number, n in seen_by.items() if n >= 2]
        if len(seen_by) > 1 and 2 * len(seen_by) > len(others):
            return ()  # each its own
        return tuple(sorted(shared)) if len(shared) <= _FEW else ()
    return tuple(sorted(seen_by)) if len(seen_by) <= _FEW else ()


def _arc(times: Sequence[float]) -> tuple[float, float]:
    """The shortest part of the day that has all these times, in rising order; its end may lie after midnight."""
    gaps = [(later - earlier, later) for earlier, later in pairwise(times)]
    gap, low = max((times[0] + _DAY - times[-1], times[0]), *gaps) if gaps else (_DAY, times[0])
    return low, low + _DAY - gap


def _near_others(type_letter: str, others: Mapping[str, Sequence[float]], low: float, high: float) -> tuple[float, float]:
    """The range, its ends no farther out than the second witness's with some room."""
    second_low, second_high = sorted(numbers[0] for numbers in others.values())[1], sorted(numbers[-1] for numbers in others.values())[-2]
    if type_letter in _ROOM:
        room = _ROOM[type_letter]
        return max(low, second_low - room), min(high, second_high + room)
    stretch = 10 ** _STRETCH["many"]
    return max(low, second_low / stretch), min(high, second_high * stretch)


def both(one: Slot, other: Slot) -> Slot:
    """The slot of all numbers of two slots of one type."""
    parts = [slot for slot in (one, other) if slot.n > slot.zeros]
    n, zeros = one.n + other.n, one.zeros + other.zeros
    order = one.order if one.type == "d" else joint_order((one.order, other.order))
    if not parts:
        return Slot(one.type, n, zeros, 0.0, 0.0, (), order)
    if one.type == "o":
        return Slot("o", n, 0, *_both_arcs(parts), (), order)
    few = tuple(sorted({number for slot in parts for number in slot.few})) if all(slot.few for slot in parts) else ()
    low, high = min(slot.low for slot in parts), max(slot.high for slot in parts)
    return Slot(one.type, n, zeros, low, high, few if len(few) <= _FEW else (), order)


def _both_arcs(parts: Sequence[Slot]) -> tuple[float, float]:
    arcs = [
        (min(parts[0].low, part.low + shift), max(parts[0].high, part.high + shift)) for part in parts[-1:] for shift in (-_DAY, 0.0, _DAY)
    ]
    low, high = min(arcs, key=lambda arc: arc[1] - arc[0])
    return low % _DAY, low % _DAY + min(_DAY, high - low)


def joint_order(marks: Iterable[str]) -> str:
    """How numbers are read that say this of their decimal mark (`masks.Value.mark`): "" where they contradict each other."""
    said = {mark for mark in marks if mark and mark != "i"}
    sure = {mark for mark in said if len(mark) == 1}
    if sure:
        return sure.pop() if len(sure) == 1 else ""
    return said.pop() if len(said) == 1 else ""


def out_of_slot(slot: Slot, number: float, *, is_strict: bool = False) -> str:
    """Why the number does not belong here, "" if it does; a strict slot takes only what lies between numbers it has seen."""
    if slot.type in "ako":
        return _out_of_fleet(slot, number)
    if is_strict and number != 0 and not (number in slot.few if slot.few else slot.low <= number <= slot.high):
        return f"{_said(slot, number)}, known {_span(slot)}"
    n_others = slot.n - slot.zeros
    if slot.type in "%cdhl":
        return _out_of_span(slot, number)
    if number == 0:
        return "" if slot.zeros else f"0 for the first time, known {_span(slot)}"
    if not n_others:
        return f"{_said(slot, number)}, known only 0"
    return "" if _is_in_range(slot, number, n_others) else f"{_said(slot, number)}, known {_span(slot)}"


def _out_of_fleet(slot: Slot, number: float) -> str:
    """Why a name or a time of day is news on all hosts; one not known yet may well talk to another address."""
    if slot.type == "o":
        return _out_of_day(slot, number, "known") if slot.n >= _MANY and slot.high - slot.low <= _NARROW["fleet"] else ""
    return out_of_names(slot, number) if slot.type == "k" else ""


def out_of_names(slot: Slot, number: float, *, is_own: bool = False) -> str:
    """Why this name is news: where it was always the same, or on one host one of few, and often enough to tell."""
    enough = CONSTANT_FROM if len(slot.few) == 1 else PER_HOST_FROM * _FEW_NAMES * len(slot.few)
    if not slot.few or slot.n < enough or number in slot.few or (len(slot.few) > 1 and not is_own):
        return ""
    return "another name or address than always" if len(slot.few) == 1 else f"a name or address that is none of the {len(slot.few)} known"


def _is_in_range(slot: Slot, number: float, n_others: int) -> bool:
    if slot.type == "v":
        return slot.low <= number and number // VERSION_STEP**2 <= slot.high // VERSION_STEP**2
    if slot.type == "g" and (slot.few or slot.high < 1000):
        return number in slot.few if slot.few else slot.low <= number <= slot.high
    if slot.few and (n_others >= _MANY or len(slot.few) == 1 or (slot.high < 10 and slot.type == "n")):
        # While there are few values, a number between two seen ones is no news.
        return number in slot.few or (n_others < _MANY and slot.low <= number <= slot.high)
    stretch = 10 ** _STRETCH["many" if n_others >= _MANY else "few"]
    if slot.low > 0:
        # What has hardly moved so far is not expected to move much.
        stretch = min(stretch, max(_LEAST_STRETCH, (slot.high / slot.low) ** _MOVES))
    return slot.low / _below(slot, stretch) <= number <= slot.high * stretch


def _below(slot: Slot, stretch: float) -> float:
    """How many times below what was seen a number may go: ten, where shrinking is no loss, as of a duration or a small count."""
    is_harmless = slot.type == "u" or (slot.type == "n" and slot.high <= _SMALL)
    return max(10.0, stretch) if is_harmless and slot.low > 0 and slot.high >= _MOVED * slot.low else stretch


def _out_of_day(slot: Slot, number: float, whose: str) -> str:
    """Why this is another time of the day than usual: an hour, or half of how far it moved, is none. NaN is a time that only runs on."""
    room = max(1.25 * _HOUR, (slot.high - slot.low) / 2)
    if math.isnan(number) or (number - slot.low + room) % _DAY <= slot.high - slot.low + 2 * room:
        return ""
    return f"at {_clock(number)}, {whose} {_clock(slot.low)} to {_clock(slot.high)}"


def _clock(seconds: float) -> str:
    return f"{seconds % _DAY // 3600:02g}:{seconds % 3600 // 60:02g}"


def _out_of_span(slot: Slot, number: float) -> str:
    if slot.type == "c" and number > LEVEL_LIMIT:
        known = f", known up to {slot.high:g}" if slot.n else ""
        return f"{number:g} %{known}; a fill level over {LEVEL_LIMIT:g} is never learnt"
    if not slot.n:
        return f"{_said(slot, number)}, nothing known"
    if slot.type == "l":
        return _out_of_load(slot, number, "known")
    if slot.type == "d":
        below, above = (max(1.0, 0.1 * abs(edge)) for edge in (slot.low, slot.high))
    elif slot.type == "c":
        below, above = 10.0, 5.0
    elif slot.type == "h":
        below, above = _heat_room(slot)
    else:
        below, above = 2.0, 2.0
    if number > slot.high + above:
        return f"{_said(slot, number)}, known up to {slot.high:g}"
    if number < slot.low - below or (number == 0 and slot.low > {"%": 0, "c": 2}.get(slot.type, math.inf)):
        return f"{_said(slot, number)}, known from {slot.low:g}"
    return ""


def _out_of_load(slot: Slot, number: float, whose: str) -> str:
    """Why a load average is news: an idle machine never is, nor what any machine does at night."""
    most = max(_USUAL_LOAD, slot.high * 10 ** _STRETCH["many"])
    return f"load {number:g}, {whose} up to {slot.high:g}" if number > most else ""


def _heat_room(slot: Slot) -> tuple[float, float]:
    """How far below and above what was seen degrees or decibels may go: as far as they have moved, once enough of them are known."""
    if slot.n < _MANY:
        return 15.0, 10.0
    moved = slot.high - slot.low
    return min(15.0, max(5.0, 2 * moved)), min(10.0, max(3.0, moved))


def is_own(slot: Slot, number: float) -> bool:
    """Whether this host, whose own past `slot` is, has shown such a number before."""
    if slot.n < PER_HOST_FROM or slot.type == "c":
        return False
    if number == 0 and slot.type not in _ALSO_ZERO:
        return slot.zeros > 0
    if slot.type == "o":
        return not _out_of_day(slot, number, "")
    return number in slot.few if slot.few or slot.type in "ka" else slot.n > slot.zeros and slot.low <= number <= slot.high


def out_of_habit(slot: Slot, number: float) -> str:
    """Why the number is odd for this host, whose own past `slot` is; "" if it is not."""
    if slot.n < PER_HOST_FROM:
        return ""
    if slot.type in "ka":
        return out_of_names(slot, number, is_own=True)
    if slot.type == "o":
        return _out_of_day(slot, number, "this host's own") if slot.high - slot.low <= _NARROW["own"] else ""
    if slot.type == "v":
        is_odd = number < slot.low
    elif slot.type == "h":
        below, above = _heat_room(slot)
        is_odd = not slot.low - below <= number <= slot.high + max(5.0, above)
    elif slot.type == "l":
        return _out_of_load(slot, number, "this host's own")
    elif slot.type in {"c", "%"}:
        is_odd = not slot.low - 25 <= number <= slot.high + 25
    elif slot.type == "d":
        is_odd = not slot.low - max(7, abs(slot.low) / 4) <= number <= slot.high + max(7, abs(slot.high) / 4)
    elif number == 0:
        is_odd = not slot.zeros and slot.low >= 1
    elif slot.n == slot.zeros:
        is_odd = number > 10
    elif slot.type == "g":
        is_odd = slot.high < 100 and not slot.low <= number <= slot.high
    else:
        stretch = _own_stretch(slot)
        is_odd = not slot.low / _below(slot, stretch) <= number <= slot.high * stretch
    return f"{_said(slot, number)}, this host's own {_span(slot)}" if is_odd else ""


def _own_stretch(slot: Slot) -> float:
    """How far beyond a host's own past a number may go: a decade, less once enough is known of one that hardly moves."""
    if slot.n - slot.zeros < _MANY or slot.high < 10 or slot.low <= 0:
        return 10.0
    return min(_OWN_MOST, max(_OWN_LEAST, (slot.high / slot.low) ** 2))


def _said(slot: Slot, number: float) -> str:
    if slot.type == "d":
        return f"date {number:+g} days from the mail's"
    if slot.type == "s":
        return f"size {size_text(number)}"
    if slot.type in "tu":
        return f"time {number:g} s"
    if slot.type == "v":
        return f"version {_version(number)}"
    if slot.type == "h":
        return f"{number:g} degrees"
    return f"value {number:g}"


def _span(slot: Slot) -> str:
    if slot.n == slot.zeros:
        return "only 0"
    say = {"s": size_text, "v": _version}.get(slot.type, "{:g}".format)
    if len(slot.few) > 1:
        return ", ".join(f"{number:.10g}" if slot.type in "ng" else say(number) for number in slot.few)
    low, high = say(slot.low), say(slot.high)
    return f"only {low}" if low == high else f"{low} to {high}"


def size_text(number: float) -> str:
    """A size in words."""
    power = min(int(math.log(number, 1024)), 6) if number >= 1 else 0
    return f"{number / 1024**power:.3g}{' KMGTPE'[power]}".rstrip()


def _version(number: float) -> str:
    return f"{number // VERSION_STEP**2:g}.{number // VERSION_STEP % VERSION_STEP:g}.{number % VERSION_STEP:g}"
