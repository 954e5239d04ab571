"""The keys of `measure` that ask for a host's past: `baseline` with `times` and `least`, and `full_within`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any, Protocol

from mailtriage.baseline import CAPACITIES, COUNTERS, ENOUGH_DAYS, LEVELS, Usual
from mailtriage.text import one_line

KEYS = ("baseline", "times", "least", "full_within")
_BASELINE = re.compile(r"(?P<what>[A-Za-z]\w*(?:\.\d+)?) of (?P<days>[1-9]\d{0,2})d")
_QUANTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,2})?)")
_DAYS = re.compile(r"([1-9]\d{0,2})d")
_MOST_DAYS = 365
_LONGEST_TREND = 60
_KNOWN = {"peak": 1.0, "median": 0.5}
_WRITE = 'write "p99 of 28d", "peak of 28d" or "median of 14d"'


class _Wrong(Protocol):
    """Tells of a mistake at a key of `measure`."""

    def __call__(self, key: str, code: str, message: str, remedy: str, /) -> None: ...


def from_past(given: Mapping[str, Any], wrong: _Wrong) -> tuple[Usual | None, float | None]:
    """The baseline and the days of a trend that a condition names, None for what it does not name or names wrongly."""
    usual, within = _usual(given, wrong), _within(given, wrong)
    name = given.get("name")
    if isinstance(name, str) and name.strip() and ("baseline" in given or "full_within" in given):
        _check_name(name, wrong, is_trend="full_within" in given)
    if "baseline" in given and "full_within" in given:
        wrong("full_within", "baseline", "baseline and full_within exclude each other", "make two rules of it")
    return usual, within


def _usual(given: Mapping[str, Any], wrong: _Wrong) -> Usual | None:
    factors: dict[str, float] = {}
    for key, least in (("times", 1.0), ("least", 0.0)):
        value = given.get(key)
        if key not in given:
            continue
        if "baseline" not in given:
            wrong(key, "baseline", f"{key} stands beside baseline only", 'add baseline = "p99 of 28d", or remove the key')
        elif isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < float("inf"):
            wrong(key, "type", f"{key} must be a number from {least:g} on, not {_shown(value)}", f"write {key} = 2")
        else:
            factors[key] = float(value)
    if "baseline" not in given:
        return None
    found = _BASELINE.fullmatch(given["baseline"]) if isinstance(given["baseline"], str) else None
    if found is None:
        wrong("baseline", "baseline", f"baseline is no quantile of days: {_shown(given['baseline'])}", _WRITE)
        return None
    share = _share(found["what"])
    if share is None:
        close = difflib.get_close_matches(found["what"], (*_KNOWN, "p99"), n=1)
        remedy = f"did you mean {close[0]}?" if close else _WRITE
        wrong("baseline", "baseline", f"baseline has no {_shown(found['what'])}: it is p1 to p99.99, peak or median", remedy)
        return None
    days = int(found["days"])
    if not ENOUGH_DAYS <= days <= _MOST_DAYS:
        message = f"baseline of {days} days: it must be {ENOUGH_DAYS} to {_MOST_DAYS}"
        wrong("baseline", "baseline", message, f'write "{found["what"]} of 28d"')
        return None
    return Usual(quantile=share, days=days, **factors)


def _share(what: str) -> float | None:
    found = _QUANTILE.fullmatch(what)
    if found is None:
        return _KNOWN.get(what)
    return float(found[1]) / 100 if float(found[1]) >= 1 else None


def _within(given: Mapping[str, Any], wrong: _Wrong) -> float | None:
    if "full_within" not in given:
        return None
    value = given["full_within"]
    found = _DAYS.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[1]) > _LONGEST_TREND:
        message = f"full_within must be 1 to {_LONGEST_TREND} days, not {_shown(value)}"
        wrong("full_within", "baseline", message, 'write full_within = "9d"')
        return None
    return float(found[1])


def _check_name(name: str, wrong: _Wrong, *, is_trend: bool) -> None:
    known = CAPACITIES if is_trend else LEVELS | COUNTERS
    if name in known:
        return
    close = difflib.get_close_matches(name, sorted(known), n=1)
    listed = f"it is one of {', '.join(sorted(CAPACITIES))}" if is_trend else "docs/measures.md says which have a past"
    what = "nothing that can be full" if is_trend else "no measure of which a past is kept"
    wrong("name", "baseline", f"{_shown(name)} is {what}", f"did you mean {close[0]}?" if close else listed)


def _shown(value: object) -> str:
    return one_line(repr(value), 60)
