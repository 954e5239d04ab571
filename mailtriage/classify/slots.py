"""What numbers may stand in one place of a line, learnt from the numbers that stood there in approved mails.

Types: n number, s size in bytes, t clock time or span in seconds, u duration in seconds, v first part of a version,
g digits glued to letters, % percentage, c fill level, d days from the mail's own date.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

LEVEL_LIMIT = 90.0  # a fill level above this is never learnt
PER_HOST_FROM = 4  # mails of a host before its own past counts
_FEW = 4  # so many different values are a set, not a range
_MANY = 8  # values from which a range may be stretched
_STRETCH = {"few": 0.25, "many": 0.5}  # decades


@dataclass(frozen=True, slots=True)
class Slot:
    """The numbers seen in one place: how many, how many of them zero, the others' range and, when few, the values."""

    type: str
    n: int
    zeros: int
    low: float  # of those not zero
    high: float
    few: tuple[float, ...]  # the different values that are not zero, () when they are more than a few

    def row(self) -> list[object]:
        """As the model file keeps it."""
        return [self.type, self.n, self.zeros, self.low, self.high, list(self.few)]


def slot_of(type_letter: str, numbers: Iterable[float]) -> Slot:
    """The slot that these numbers of approved mails make.

    With many values the single most extreme one at either end does not stretch the range: one wrong approval
    must not open a door.
    """
    seen = sorted(numbers)
    if type_letter == "c":
        seen = [number for number in seen if number <= LEVEL_LIMIT]
    others = seen if type_letter in "%cd" else [number for number in seen if number != 0]
    zeros = len(seen) - len(others)
    if not others:
        return Slot(type_letter, len(seen), zeros, 0.0, 0.0, ())
    different = Counter(others)
    few: tuple[float, ...] = ()
    if len(different) <= _FEW:
        few = tuple(sorted(different))
    low, high = others[0], others[-1]
    if len(others) >= 3 * _MANY and not few:
        low, high = others[1], others[-2]
    return Slot(type_letter, len(seen), zeros, low, high, few)


def out_of_slot(slot: Slot, number: float, *, is_strict: bool = False) -> str:
    """Why the number does not belong here, "" if it does; a strict slot takes only what lies between numbers it has seen."""
    if is_strict and number != 0 and not (number in slot.few if slot.few else slot.low <= number <= slot.high):
        return f"{_said(slot, number)}, known {_span(slot)}"
    n_others = slot.n - slot.zeros
    if slot.type in "%cd":
        return _out_of_span(slot, number)
    if number == 0:
        return "" if slot.zeros else f"0 for the first time, known {_span(slot)}"
    if not n_others:
        return f"{_said(slot, number)}, known only 0"
    return "" if _is_in_range(slot, number, n_others) else f"{_said(slot, number)}, known {_span(slot)}"


def _is_in_range(slot: Slot, number: float, n_others: int) -> bool:
    if slot.type == "g" and (slot.few or slot.high < 1000):
        return number in slot.few if slot.few else slot.low <= number <= slot.high
    if slot.few and (n_others >= _MANY or len(slot.few) == 1 or (slot.high < 10 and slot.type == "n")):
        # While there are few values, a number between two seen ones is no news.
        return number in slot.few or (n_others < _MANY and slot.low <= number <= slot.high)
    stretch = 10 ** _STRETCH["many" if n_others >= _MANY else "few"]
    return slot.low / stretch <= number <= slot.high * stretch


def _out_of_span(slot: Slot, number: float) -> str:
    if slot.type == "c" and number > LEVEL_LIMIT:
        known = f", known up to {slot.high:g}" if slot.n else ""
        return f"{number:g} %{known}; a fill level over {LEVEL_LIMIT:g} is never learnt"
    if not slot.n:
        return f"{_said(slot, number)}, nothing known"
    if slot.type == "d":
        below, above = (max(1.0, 0.1 * abs(edge)) for edge in (slot.low, slot.high))
    elif slot.type == "c":
        below, above = 10.0, 5.0
    else:
        below, above = 2.0, 2.0
    if number > slot.high + above:
        return f"{_said(slot, number)}, known up to {slot.high:g}"
    if number < slot.low - below or (slot.type == "%" and number == 0 and slot.low > 0):
        return f"{_said(slot, number)}, known from {slot.low:g}"
    return ""


def out_of_habit(slot: Slot, number: float) -> str:
    """Why the number is odd for this host, whose own past `slot` is; "" if it is not."""
    if slot.n < PER_HOST_FROM:
        return ""
    if slot.type in {"c", "%"}:
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
        is_odd = not slot.low / 10 <= number <= slot.high * 10
    return f"{_said(slot, number)}, this host's own {_span(slot)}" if is_odd else ""


def _said(slot: Slot, number: float) -> str:
    if slot.type == "d":
        return f"date {number:+g} days from the mail's"
    if slot.type == "s":
        return f"size {_bytes(number)}"
    if slot.type in "tu":
        return f"time {number:g} s"
    return f"value {number:g}"


def _span(slot: Slot) -> str:
    if slot.n == slot.zeros:
        return "only 0"
    low, high = (_bytes(slot.low), _bytes(slot.high)) if slot.type == "s" else (f"{slot.low:g}", f"{slot.high:g}")
    return f"only {low}" if low == high else f"{low} to {high}"


def _bytes(number: float) -> str:
    power = min(int(math.log(number, 1024)), 6) if number >= 1 else 0
    return f"{number / 1024**power:.3g}{' KMGTPE'[power]}".rstrip()
