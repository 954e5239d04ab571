"""Dates as machines write them, in the languages our fleets speak."""

from __future__ import annotations

import re
from datetime import date, timedelta

# English, German, French, Dutch, Polish; the first three letters are not enough (mars/marzec are March, maj/mei/mai are May).
_MONTHS = {
    1: "january jan januar januari janvier janv stycznia styczeń sty jänner",
    2: "february feb februar februari février févr fevrier lutego luty lut",
    3: "march mar märz mär mrz maart mrt mars marca marzec",
    4: "april apr avril avr kwietnia kwiecień kwi",
    5: "may mai mei maja maj",
    6: "june jun juni juin czerwca czerwiec cze",
    7: "july jul juli juillet juil lipca lipiec lip",
    8: "august aug augustus août aout sierpnia sierpień sie",
    9: "september sep sept septembre września wrzesień wrz",
    10: "october oct oktober okt octobre października październik paź",
    11: "november nov novembre listopada listopad lis",
    12: "december dec dezember dez décembre déc decembre grudnia grudzień gru",
}
MONTH_NUMBER = {name: number for number, names in _MONTHS.items() for name in names.split()}

_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun "
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so "
    "lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu ven sam dim "
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo "
    "poniedziałek wtorek środa czwartek piątek sobota niedziela pon wto śro czw pią sob nie pn wt śr cz pt nd"
)


def _either(words: list[str] | dict[str, int]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_MONTH = rf"(?i:{_either(MONTH_NUMBER)})\.?"
_DAY = rf"(?:\b(?i:{_either(_WEEKDAYS.split())})\.?,?\s+(?:(?i:den|le|the|dnia)\s+)?)?"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?:\s?(?i:[ap]m)\b)?"
_ZONE = r"(?:\s?(?:Z\b|[+-]\d\d:?\d\d\b|\(?\b(?:UTC|GMT|CEST|CET|MESZ|MEZ|BST|WEST|WET|EEST|EET|[ECMP][SD]T)\b\)?))*"


def _from_number(weekday: str) -> str:
    """Dates that begin with a number, each with `weekday` in front."""
    return (
        rf"{weekday}(?<!\d)(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:3[01]|[12]\d|0?[1-9])(?!\d)(?:[T _-]{_CLOCK}{_ZONE})?"
        r"|(?<!\d)20\d\d(?:0[1-9]|1[0-2])(?:3[01]|[12]\d|0[1-9])(?:[T_.-]?(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?Z?)?(?!\d)"
        rf"|{weekday}(?<![\d.])(?:3[01]|[12]\d|0?[1-9])\.\s?(?:1[0-2]|0?[1-9])\.(?:\s?(?:19|20)\d\d)(?!\d)(?:,?\s+{_CLOCK}{_ZONE})?"
        rf"|{weekday}(?<![\d-])(?:3[01]|[12]\d|0?[1-9])-(?:3[01]|[12]\d|0?[1-9])-(?:19|20)\d\d(?![\d-])(?:,?\s+{_CLOCK}{_ZONE})?"
        rf"|{weekday}(?<![\d/])(?:3[01]|[12]\d|0?[1-9])/(?:3[01]|[12]\d|0?[1-9])/(?:(?:19|20)\d\d|\d\d)(?![\d/])(?:,?\s+{_CLOCK}{_ZONE})?"
        rf"|{weekday}(?<![\d.])(?:3[01]|[12]\d|0?[1-9])\.?[ /-]{_MONTH}(?:[ /-](?:19|20)\d\d)?(?!\d)"
        rf"(?:[,: ]\s*{_CLOCK}{_ZONE}(?:\s(?:19|20)\d\d(?!\d))?)?"
    )


DATE = _from_number(_DAY) + (
    rf"|{_DAY}\b{_MONTH}\s+(?:3[01]|[12]\d|0?[1-9])(?!\d)(?:,?\s+{_CLOCK}{_ZONE})?(?:,?\s(?:19|20)\d\d(?![\d:]))?(?:,?\s+{_CLOCK}{_ZONE})?"
)
DATE_AT_DIGIT = _from_number("")  # what DATE can match where a digit stands: the same, but no word is tried
DATE_WORDS = frozenset(_WEEKDAYS.split()) | MONTH_NUMBER.keys()  # what DATE can begin with but a digit; a dot, comma or blank follows

_NUMERIC_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/.](\d\d?)[-/.](\d\d?)(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(20\d\d)(\d\d)(\d\d)")
_DOTTED = re.compile(r"(?<!\d)(\d\d?)\.\s?(\d\d?)\.\s?(\d{4})")
_SLASHED = re.compile(r"(?<!\d)(\d\d?)([/-])(\d\d?)\2(\d{4}|\d\d)(?!\d)")
_YEAR = re.compile(r"(?<![\d:.+-])((?:19|20)\d\d)(?![\d:])")
_MONTH_WORD = re.compile(rf"(?<![^\W\d_])(?i:({_either(MONTH_NUMBER)}))(?![^\W\d_])")
_DAY_NUMBER = re.compile(r"(?<![\d:.,+-])(\d\d?)(?![\d:])")

_CLOCK_TIME = re.compile(r"(?<!\d)(\d{1,2}):(\d\d)(?::(\d\d))?(?:[.,]\d+)?(?:\s?([AaPp])[Mm]\b)?")
_COMPACT_TIME = re.compile(r"(?<!\d)20\d{6}[T_.-]?([01]\d|2[0-3])([0-5]\d)([0-5]\d)?")

# A month or a week in a path or a name: scans/2026/10/, log-202610, backup-2026-W43.
PERIOD = (
    r"(?<![\w.])20\d\d/(?:0[1-9]|1[0-2])(?=[/\s,;)\"']|$)"
    r"|(?<![\w.-])20\d\d-(?:0[1-9]|1[0-2])(?![\w-])"
    r"|(?<=[/_-])20[0-4]\d(?:0[1-9]|1[0-2])(?=[/_.\s-]|$)"
    r"|(?<!\d)20\d\d-?W(?:0[1-9]|[1-4]\d|5[0-3])(?!\w)"
)
_PERIOD_PARTS = re.compile(r"(\d{4})[/-]?(W?)(\d\d)")

# Year (0 if not written), month, day. Day 0 is the whole month, month 0 a week of the year.
# Of a slashed date month and day if the month comes first, then if the day comes first; 0, 0 where that is no day of the calendar.
Day = tuple[int, int, int] | tuple[int, int, int, int, int]


def period(text: str) -> Day:
    """The month or week of what PERIOD matched."""
    found = _PERIOD_PARTS.match(text)
    assert found is not None
    number = int(found[3])
    return (int(found[1]), 0, number) if found[2] else (int(found[1]), number, 0)


def time_of_day(text: str) -> float | None:
    """Seconds after midnight of what DATE matched, None if it says no time."""
    found = _CLOCK_TIME.search(text) or _COMPACT_TIME.search(text)
    if not found:
        return None
    hour, half = int(found[1]), (found[4] or "").lower() if found.re is _CLOCK_TIME else ""
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return (hour * 3600.0 + int(found[2]) * 60 + int(found[3] or 0)) % 86_400


def parsed(text: str) -> Day | None:
    """Year, month and day of what DATE matched; None if it is no day of the calendar."""
    if found := _NUMERIC_YEAR_FIRST.search(text) or _COMPACT.search(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _DOTTED.search(text):
        return _day(int(found[3]), int(found[2]), int(found[1]))
    if found := _SLASHED.search(text):
        return _either_order(found)
    word = _MONTH_WORD.search(text)
    if not word:
        return None
    rest = text[: word.start()] + " " + text[word.end() :]
    number = _DAY_NUMBER.search(rest)
    year_written = _YEAR.search(rest)
    month = MONTH_NUMBER.get(word[1].lower())  # in any case matches letters that lower() does not know: ſept
    if not number or month is None:
        return None
    return _day(int(year_written[1]) if year_written else 0, month, int(number[1]))


def _either_order(found: re.Match[str]) -> Day | None:
    """The day of `03/11/2026`, which is one in either order, or of `03-11-2026`, where the day comes first."""
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    year += 2000 if year < 100 else 0
    american, european = _day(year, first, second), _day(year, second, first)
    if found[2] == "-":
        return european or american
    if not american and not european:
        return None
    return year, *(american[1:] if american else (0, 0)), *(european[1:] if european else (0, 0))


def order_of(day: Day | None) -> str:
    """Which order a slashed date was surely written in: m month first, d day first, "" if it may be either."""
    if day is None or len(day) != 5 or day[1:3] == day[3:]:
        return ""
    return "d" if not day[1] else "m" if not day[3] else ""


def _day(year: int, month: int, day: int) -> tuple[int, int, int] | None:
    try:
        date(year or 2000, month, day)  # 2000 has a 29 February
    except ValueError:
        return None
    return year, month, day


def days_from(day: Day, reference: date, order: str = "") -> float:
    """How many days `day` lies after `reference` (before: negative).

    What may be two days is the one that `order` says (m month first, d day first), else the nearer one.
    """
    year, month, number = day[:3]
    if len(day) == 5:
        readings = {"m": day[:3], "d": (year, *day[3:])}
        possible = {name: (date(*each) - reference).days for name, each in readings.items() if each[1]}
        return float(possible[order] if order in possible else min(possible.values(), key=abs))
    if not (month and number):
        return _days_from_period(year, month, number, reference)
    if year:
        return float((date(year, month, number) - reference).days)
    candidates = []
    for candidate in (reference.year - 1, reference.year, reference.year + 1):
        try:
            there = date(candidate, month, number)
        except ValueError:
            there = date(candidate, month, number - 1) + timedelta(days=1)
        candidates.append((there - reference).days)
    return float(min(candidates, key=abs))


def _days_from_period(year: int, month: int, week: int, reference: date) -> float:
    """How far the nearest day of a month or week is; 0 within it. A 53rd week that a year does not have is the first of the next."""
    if month:
        first = date(year, month, 1)
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    else:
        first = date.fromisocalendar(year, 1, 1) + timedelta(weeks=week - 1)
        last = first + timedelta(days=6)
    return float(min(0, (last - reference).days) or max(0, (first - reference).days))
