"""Which mails with the same lines also have numbers near each other, and what lies apart; which lines differ in a name only."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from mailtriage.classify.masks import MaskedLine
from mailtriage.classify.reading import Reading
from mailtriage.classify.slots import LEVEL_LIMIT, VERSION_STEP
from mailtriage.text import one_line
from mailtriage.zero_words import is_bad

_COUNT = "#"  # the type of a place that holds how often a line repeats
_GLUED_IDS_FROM = 1000  # digits in words count as a number from here on: they name nothing
_FEWEST = 5  # mails from which the others say what is usual
_REACH, _FEW_REACH = 10.0, 3.0  # so many times the shown number is near it; while the others say nothing, less
_USUAL = 0.8  # share of mails with the very same number from which another one is apart
_SPREADS = 3.0  # so many times the middle half's width beyond it is apart
_FLOOR = {"c": 3.0, "%": 3.0, "d": 1.0, "h": 2.0}  # the least such width, in points, days and degrees; for all else in decades
_NAMES = "ka"  # types whose numbers only tell which one it was
_FLOOR_DECADES = 0.05
_ROOM = {"c": 25.0, "%": 25.0, "h": 15.0}  # points and degrees beyond the shown ones
_DAY_S = 86400.0
_FAR = 9.0  # decades, for what cannot be compared

_NAME = "‹name›"
_FEWEST_NAMES = 3  # in one mail, from which lines that are the same but for one word are rows about named things
_LONGEST_ROW = 200
_OUTSIDE_MARKS = re.compile(r"(?:\A|(?<=›))[^‹›]+")
_FIXED = re.compile(r"(?<![‹\w])[^\W\d_]{2,}")

_ROW = "= "  # begins the place of a row of a table by its name: compared where both mails have it
Place = tuple[str, str, int]  # the section's key, the line's shape, and which of its numbers; -1: its repeats
Measured = tuple[Reading, tuple[int, ...]]  # a section, and its lines that are compared


@dataclass(frozen=True, slots=True)
class Span:
    """What one mail has in one place: several numbers where the line repeats. NaN: a date that cannot be compared."""

    type: str
    low: float
    high: float


Profile = Mapping[Place, Span]


@dataclass(frozen=True, slots=True)
class Split:
    """Positions: the mail all others are most like, the near one least like it, the near ones, and the rest with the reason."""

    typical: int
    unlike: int
    near: tuple[int, ...]
    apart: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class _Usual:
    """What most mails have in one place, on the place's own scale."""

    low: float
    high: float
    median: float
    only: float | None  # the very same number in nearly all
    n: int  # mails that have the place


def profile(measured: Sequence[Measured]) -> Profile:
    """The numbers of the compared lines."""
    numbers: dict[Place, list[float]] = defaultdict(list)
    types: dict[Place, str] = {}
    for reading, lines in measured:
        for at in lines:
            line = reading.lines[at]
            numbers[reading.key, line.shape, -1].append(1.0)
            for nth, value in enumerate(line.values):
                if value.type == "o":
                    continue
                number = reading.number(value)
                for name in (line.shape, _ROW + line.name) if line.is_row else (line.shape,):
                    numbers[reading.key, name, nth].append(math.nan if number is None else number)
                    types[reading.key, name, nth] = value.type
    found: dict[Place, Span] = {}
    for place, seen in numbers.items():
        if place[2] < 0:
            found[place] = Span(_COUNT, len(seen), len(seen))
        else:
            low, high = (math.nan, math.nan) if any(map(math.isnan, seen)) else (min(seen), max(seen))
            found[place] = Span(types[place], low, high)
    return found


def row_forms(readings: Iterable[Reading]) -> frozenset[str]:
    """The lines of one key that name a thing and are otherwise the same, without the name: `dumping ‹name› ... ok`.

    Names stand in several lines of one mail, not twice but on one sick host, and differ from host to host: a state repeats, and is the
    same everywhere.
    """
    names: dict[str, set[tuple[str, frozenset[str]]]] = defaultdict(set)
    repeated: dict[str, set[str]] = defaultdict(set)
    for host, shapes in sorted({(reading.host, tuple(sorted(line.shape for line in reading.lines))) for reading in readings}):
        mine: dict[str, list[str]] = defaultdict(list)
        for shape in shapes:
            for form, name in _forms(shape):
                mine[form].append(name)
        for form, said in mine.items():
            names[form].add((host, frozenset(said)))
            if len(set(said)) < len(said):
                repeated[form].add(host)
    return frozenset(form for form, said in names.items() if len(repeated[form]) < 2 and _are_names(said))


def _are_names(said: Iterable[tuple[str, frozenset[str]]]) -> bool:
    rows = [(host, words) for host, words in said if len(words) >= _FEWEST_NAMES]
    return len({host for host, _ in rows}) > 1 and len({words for _, words in rows}) > 1


@lru_cache(maxsize=1 << 14)
def _forms(shape: str) -> tuple[tuple[str, str], ...]:
    """The line without each of its words that may be a name, and that word."""
    words = shape.split(" ")
    if len(shape) > _LONGEST_ROW or len(words) < 2:
        return ()
    found = []
    for at, word in enumerate(words):
        before, behind = " ".join((*words[:at], "")), " ".join(("", *words[at + 1 :]))
        if not _FIXED.search(before + behind):
            continue
        for part in _OUTSIDE_MARKS.finditer(word):
            name = part[0].rstrip(":,;)")
            if any(map(str.isalpha, name)) and not is_bad(name):
                rest = word[: part.start()] + _NAME + part[0][len(name) :] + word[part.end() :]
                found.append((before + rest + behind, name))
    return tuple(found)


def without_names(reading: Reading, forms: frozenset[str]) -> Reading:
    """The section with the rows of named things in their common form."""
    return replace(reading, lines=tuple(_without_name(line, forms) for line in reading.lines)) if forms else reading


def _without_name(line: MaskedLine, forms: frozenset[str]) -> MaskedLine:
    form = "" if line.is_row else next((form for form, _ in _forms(line.shape) if form in forms), "")
    return replace(line, shape=form, name=form) if form else line


def split_near(profiles: Sequence[Profile], free: Sequence[int]) -> Split:
    """The mail of `free` that is most like all, and which of all are near it."""
    spans: dict[Place, list[Span]] = defaultdict(list)
    for one in profiles:
        for place, span in one.items():
            spans[place].append(span)
    usual = {place: _usual(seen) for place, seen in spans.items()}
    distances = [_distance(one, usual) for one in profiles]
    typical = min(free, key=lambda at: (distances[at], at))
    near: list[int] = []
    apart: list[tuple[int, str]] = []
    for at, one in enumerate(profiles):
        why = "" if at == typical else _why_apart(one, profiles[typical], usual)
        if why:
            apart.append((at, why))
        else:
            near.append(at)
    far = [at for at in near if at in set(free) and at != typical]
    unlike = max(far, key=lambda at: (_between(profiles[at], profiles[typical]), -at), default=typical)
    return Split(typical, unlike, tuple(near), tuple(apart))


def _scaled(type_letter: str, number: float) -> float:
    """On which a distance means the same everywhere: points, days, or decades."""
    if type_letter in _NAMES:
        return 0.0
    return number if type_letter in "c%dh" else math.log10(max(number, 1e-9))


def _usual(spans: Sequence[Span]) -> _Usual:
    type_letter = spans[0].type
    ends = sorted(_scaled(type_letter, number) for span in spans for number in (span.low, span.high) if not math.isnan(number))
    if not ends:
        return _Usual(-math.inf, math.inf, 0.0, None, len(spans))
    first, middle, third = (ends[int(share * (len(ends) - 1))] for share in (0.25, 0.5, 0.75))
    width = _SPREADS * max(third - first, _FLOOR.get(type_letter, _FLOOR_DECADES))
    same = Counter(span.low for span in spans if span.low == span.high).most_common(1)
    only = same[0][0] if same and same[0][1] >= _USUAL * len(spans) else None
    return _Usual(first - width, third + width, middle, only, len(spans))


def _distance(one: Profile, usual: Mapping[Place, _Usual]) -> tuple[float, float]:
    """How far a mail is from the middle of all: its worst place first."""
    gaps = [
        abs(_scaled(span.type, number) - usual[place].median) if not math.isnan(number) else _FAR
        for place, span in one.items()
        if place in usual
        for number in (span.low, span.high)
    ]
    return round(max(gaps, default=0.0), 6), round(sum(gaps), 6)


def _between(one: Profile, other: Profile) -> float:
    return sum(
        abs(_scaled(span.type, span.high) - _scaled(span.type, other[place].high))
        for place, span in one.items()
        if place in other and not math.isnan(span.high) and not math.isnan(other[place].high)
    )


def _why_apart(one: Profile, typical: Profile, usual: Mapping[Place, _Usual]) -> str:
    for place, span in one.items():
        other = typical.get(place)
        if other is None and place[1].startswith(_ROW):
            continue
        if other is None:
            return f"other lines: {one_line(place[1], 80)}"
        is_told = usual[place].n >= _FEWEST
        why = _out_of_reach(span, other, _REACH if is_told else _FEW_REACH) or (_unusual(span, usual[place]) if is_told else "")
        if why:
            return f"{why}: {one_line(place[1].removeprefix(_ROW), 80)}"
    return ""


def _out_of_reach(span: Span, typical: Span, reach: float) -> str:
    """Why the numbers of two mails are no neighbours."""
    if math.isnan(span.low) or math.isnan(typical.low):
        return "" if math.isnan(span.low) and math.isnan(typical.low) else "a date that cannot be compared"
    if span.type == "c" and span.high > LEVEL_LIMIT:
        return f"{span.high:g} %, never approved with others over {LEVEL_LIMIT:g}"
    if span.type in _NAMES or not _is_far(span, typical, reach):
        return ""
    shown = f"{typical.low:g}" if typical.low == typical.high else f"{typical.low:g} to {typical.high:g}"
    times = " times" if span.type == _COUNT else ""
    return f"{span.low if span.low < typical.low else span.high:g}{times}, shown {shown}"


def _is_far(span: Span, typical: Span, reach: float) -> bool:
    letter, numbers = span.type, (span.low, span.high)
    if letter == _COUNT:
        return typical.low > 2 * span.low + 2 or span.high > 2 * typical.high + 2
    if letter in _ROOM:
        return span.low < typical.low - _ROOM[letter] or span.high > typical.high + _ROOM[letter]
    if letter == "d":
        return any(abs(number - typical.low) > max(7.0, abs(typical.low) / 4) for number in numbers)
    if letter == "v":
        return {number // VERSION_STEP**2 for number in numbers} != {number // VERSION_STEP**2 for number in (typical.low, typical.high)}
    if letter == "g" and max(typical.high, span.high) < _GLUED_IDS_FROM:
        return numbers != (typical.low, typical.high)
    limit = _DAY_S if letter == "u" else 0.0  # zero is not near to anything, nor is an hour to days
    is_other_side = (span.low <= limit) != (typical.low <= limit) or (span.high <= limit) != (typical.high <= limit)
    return is_other_side or span.low < typical.low / reach or span.high > typical.high * reach


def _unusual(span: Span, usual: _Usual) -> str:
    """Why a number is far from where nearly all other mails have theirs."""
    if math.isnan(span.low):
        return ""
    if usual.only is not None and (span.low, span.high) != (usual.only, usual.only):
        if span.type in _NAMES:
            return "another name or address than nearly all have"
        return f"{span.high if span.high != usual.only else span.low:g}, nearly all have {usual.only:g}"
    if _scaled(span.type, span.low) < usual.low:
        return f"{span.low:g}, far below the others"
    return f"{span.high:g}, far above the others" if _scaled(span.type, span.high) > usual.high else ""
