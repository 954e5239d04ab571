"""From a parsed TOML table to a Rule, or to every problem with it at once: place, message and what to do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from mailtriage.errors import Place
from mailtriage.rulebook import floor, limits, template
from mailtriage.rulebook.pattern import PatternError, verified
from mailtriage.rulebook.places import Block
from mailtriage.rulebook.rule import Action, Condition, Problem, Rule
from mailtriage.text import one_line
from mailtriage.types import Recovery, Severity

KEYS = (
    *("id", "kind", "section", "host", "group", "about", "given", "action", "status", "in_a_row", "per_day"),
    *("lines", "text", "measure", "floor", "severity", "check", "item", "recovery", "summary"),
    *("reason", "owner", "review", "until", "overrides", "hit", "miss"),
)
_LIMITS = ("above", "below", "rise")
_OPERATORS = ("lines", "text", "measure", "floor")
_STATUSES = ("active", "test")
_NO_DEFAULTS: Mapping[str, str] = {}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SHOWN = 60
_MOST_REPEATS = 100
_REPEATS = ("in_a_row", "per_day")


def suggestion(word: str, known: Iterable[str], otherwise: str) -> str:
    """`did you mean ...?`, or what else to do."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"did you mean {close[0]}?" if close else otherwise


@dataclass(slots=True)
class _Reading:
    """One table while it is read; what is wrong with it gathers in `problems`."""

    table: Mapping[str, Any]
    path: str
    stem: str
    block: Block | None
    defaults: Mapping[str, str]
    problems: list[tuple[Place, str, str, str]] = field(default_factory=list)

    def place(self, key: str = "", index: int | None = None, offset: int = 0) -> Place:
        if self.block is None:
            return Place(self.path)
        spots = self.block.values.get(key, ())
        if index is not None and index < len(spots):
            return Place(self.path, spots[index][0], spots[index][1] + offset)
        return Place(self.path, *self.block.keys.get(key, (self.block.line, self.block.column)))

    def wrong(self, code: str, message: str, remedy: str, place: Place | None = None) -> None:
        self.problems.append((place or self.place(), code, one_line(message, 400), remedy))

    def text(self, key: str, default: str = "") -> str:
        value = self.table.get(key, default)
        if isinstance(value, str) and (value.strip() or key not in self.table):
            return value
        self.wrong("type", f"{key} must be a text, not {_shown(value)}", f'write {key} = "..."', self.place(key))
        return default

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.table.get(key, [])
        if isinstance(value, list) and all(isinstance(each, str) for each in value) and (value or key not in self.table):
            return tuple(value)
        self.wrong("type", f"{key} must be a list of texts, not {_shown(value)}", f"write {key} = ['...']", self.place(key))
        return ()

    def day(self, key: str) -> date | None:
        value = self.table.get(key)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        self.wrong("type", f"{key} must be a date, not {_shown(value)}", f"write {key} = 2027-11-22, without quotes", self.place(key))
        return None

    def choice(self, key: str, known: tuple[str, ...], default: str) -> str:
        value = self.table.get(key, default)
        if value in known or (not value and key not in self.table):
            return str(value)
        listed = "write one of " + ", ".join(known)
        self.wrong(key, f"unknown {key} {_shown(value)}", suggestion(str(value), known, listed), self.place(key))
        return ""


def rule_from(
    table: object, path: str, stem: str, block: Block | None, defaults: Mapping[str, str] = _NO_DEFAULTS
) -> tuple[Rule | None, tuple[Problem, ...]]:
    """The rule a table describes, or None and all that is wrong with it; `defaults` are the file's own kind and section."""
    reading = _Reading(table if isinstance(table, dict) else {}, path, stem, block, defaults)
    if not isinstance(table, dict):
        reading.wrong("type", f"a rule must be a table, not {_shown(table)}", "begin it with a line [[rule]]")
    rule = _read(reading)
    if not reading.problems:
        return rule, ()
    # What it covered is held; a kind or section that cannot be read covers everything it might have meant.
    kind = reading.table.get("kind", defaults.get("kind", stem))
    section = reading.table.get("section", defaults.get("section", "*"))
    return None, tuple(
        Problem(
            place=place,
            code=code,
            message=message,
            remedy=remedy,
            rule=rule.id,
            kind=kind if isinstance(kind, str) and kind.strip() else "*",
            section=section if isinstance(section, str) and section.strip() else "*",
        )
        for place, code, message, remedy in reading.problems
    )


def _read(reading: _Reading) -> Rule:
    for key in reading.table:
        if key not in KEYS:
            reading.wrong(
                "unknown-key", f"unknown key {one_line(key, 40)}", suggestion(key, KEYS, "see docs/rules.md, Keys"), reading.place(key)
            )
    action = _action(reading)
    severity = reading.choice("severity", tuple(Severity), "")
    recovery = reading.choice("recovery", tuple(one for one in Recovery if one is not Recovery.NONE), "")
    rule = Rule(
        id=f"{reading.stem}/{_id(reading)}",
        kind=reading.text("kind", reading.defaults.get("kind", reading.stem)),
        section=reading.text("section", reading.defaults.get("section", "*")),
        host=reading.text("host", "*").lower(),
        group=reading.text("group").lower(),
        about=tuple(glob.lower() for glob in reading.texts("about")),
        action=action or Action.DIGEST,
        lines=reading.texts("lines"),
        text=reading.text("text"),
        measure=_condition(reading, "measure"),
        floor=reading.texts("floor"),
        in_a_row=_repeats(reading, "in_a_row"),
        per_day=_repeats(reading, "per_day"),
        given=_condition(reading, "given"),
        severity=Severity(severity) if severity else None,
        check=reading.text("check"),
        item=reading.text("item"),
        recovery=Recovery(recovery) if recovery else None,
        summary=reading.text("summary"),
        reason=reading.text("reason"),
        owner=reading.text("owner"),
        review=reading.day("review"),
        until=reading.day("until"),
        overrides=reading.texts("overrides"),
        is_test=reading.choice("status", _STATUSES, "active") == "test",
        hit=reading.texts("hit"),
        miss=reading.texts("miss"),
        place=reading.place(),
        places=_places(reading.block),
    )
    if action is not None:
        _check_operators(reading, rule)
        _check_repeats(reading, action)
    groups = _groups(reading, rule)
    for key in ("item", "summary"):
        _check_template(reading, key, getattr(rule, key), groups | _of_measure(reading))
    for index, name in enumerate(rule.overrides):
        if name not in floor.NAMES:
            remedy = suggestion(name, floor.NAMES, "see docs/rules.md, The floor")
            reading.wrong("overrides", f"the floor has no entry {one_line(name, 40)}", remedy, reading.place("overrides", index))
    for index, glob in enumerate(rule.floor):
        if not any(fnmatchcase(name, glob) for name in floor.NAMES):
            remedy = suggestion(glob, floor.NAMES, "see docs/rules.md, The floor")
            reading.wrong("floor", f"the floor has no entry {one_line(glob, 40)}", remedy, reading.place("floor", index))
    return rule


def _id(reading: _Reading) -> str:
    if "id" not in reading.table:
        reading.wrong("missing", "a rule needs an id", 'write id = "short-name"')
        return "?"
    given = reading.text("id", "?")
    if given != "?" and not _ID.fullmatch(given):
        reading.wrong("id", f"{_shown(given)} is not an id", "use letters, digits, - _ and . only", reading.place("id"))
        return "?"
    return given


def _action(reading: _Reading) -> Action | None:
    if "action" not in reading.table:
        reading.wrong("missing", "a rule needs an action", 'write action = "drop", "digest" or "event"')
        return None
    given = reading.choice("action", tuple(Action), "")
    return Action(given) if given else None


def _check_operators(reading: _Reading, rule: Rule) -> None:
    """What each action needs: something to match, and for a drop a reason and a date to look at it again."""
    has = [key for key in _OPERATORS if key in reading.table]
    if not has:
        reading.wrong("missing", "the rule matches nothing: it has neither lines, text, measure nor floor", "write lines = ['^...$']")
    if rule.action is not Action.DROP:
        return
    if "floor" in has:
        message = "a drop rule cannot ask for the floor: what is on it is kept"
        reading.wrong("floor", message, "use lines, and overrides where such a line means nothing", reading.place("floor"))
    if rule.measure is not None and rule.measure.asks_history:
        message = "a drop rule cannot ask for the past: where too little is known, it would never drop"
        reading.wrong("baseline", message, "use above or below", reading.place("measure"))
    if has == ["measure"]:
        reading.wrong(
            "missing",
            "a drop rule explains lines: a measure alone explains none",
            "add lines = ['^...$'] or text",
            reading.place("measure"),
        )
    if "reason" not in reading.table:
        reading.wrong("missing", "a drop rule must say why", 'write reason = "..."')
    if "review" not in reading.table:
        reading.wrong("missing", "a drop rule must say when to look at it again", "write review = 2027-11-22, a date without quotes")


def _repeats(reading: _Reading, key: str) -> int:
    value = reading.table.get(key, 0)
    if key not in reading.table or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MOST_REPEATS):
        return int(value)
    message = f"{key} must be a whole number from 1 to {_MOST_REPEATS}, not {_shown(value)}"
    reading.wrong("type", message, f"write {key} = 3", reading.place(key))
    return 0


def _check_repeats(reading: _Reading, action: Action) -> None:
    """Only an event can wait until it repeats."""
    given = [key for key in _REPEATS if key in reading.table]
    if action is not Action.EVENT:
        for key in given:
            message = f"{key} cannot stand in a {action} rule: only an event waits until it repeats"
            reading.wrong("repeats", message, 'remove the key, or write action = "event"', reading.place(key))
    elif len(given) > 1:
        reading.wrong("repeats", "in_a_row and per_day exclude each other", "make two rules of it", reading.place("per_day"))


def _condition(reading: _Reading, at: str) -> Condition | None:
    given = reading.table.get(at)
    if given is None:
        return None
    if not isinstance(given, dict):
        remedy = f'write {at} = {{ name = "fs_used", above = 95 }}'
        reading.wrong("type", f"{at} must be a table, not {_shown(given)}", remedy, reading.place(at))
        return None
    known = (*_LIMITS, *limits.KEYS) if at == "measure" else _LIMITS[:2]
    n_before = len(reading.problems)
    found: dict[str, float] = {}
    for key, value in given.items():
        place = reading.place(f"{at}.{key}")
        if key != "name" and key not in known:
            remedy = suggestion(key, ("name", *known), f"{at} takes name, {', '.join(known)}")
            reading.wrong("unknown-key", f"unknown key {one_line(key, 40)} in {at}", remedy, place)
        elif key in _LIMITS:
            if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124  nan is the one value unequal to itself
                reading.wrong("type", f"{key} must be a number, not {_shown(value)}", f"write {key} = 95", place)
            else:
                found[key] = float(value)
    usual, full_within = limits.from_past(given, partial(_wrong_in, reading, at)) if at == "measure" else (None, None)
    name = given.get("name")
    if not isinstance(name, str) or not name.strip():
        reading.wrong("missing", f"{at} needs a name", f'write {at} = {{ name = "fs_used", above = 95 }}', reading.place(at))
    elif not found and usual is None and full_within is None and len(reading.problems) == n_before:
        enough = [key for key in known if key not in ("times", "least")]
        reading.wrong("missing", f"{at} needs a limit", f"add {', '.join(enough[:-1])} or {enough[-1]}", reading.place(at))
    return Condition(name=name, usual=usual, full_within=full_within, **found) if isinstance(name, str) else None


def _wrong_in(reading: _Reading, at: str, key: str, code: str, message: str, remedy: str) -> None:
    reading.wrong(code, message, remedy, reading.place(f"{at}.{key}"))


def _groups(reading: _Reading, rule: Rule) -> frozenset[str]:
    """The named groups of all patterns; each pattern is compiled and judged on the way."""
    names: set[str] = set()
    for index, pattern in enumerate(rule.lines):
        names |= _pattern(reading, "lines", index, pattern)
    if rule.text:
        names |= _pattern(reading, "text", 0, rule.text)
    return frozenset(names)


def _pattern(reading: _Reading, key: str, index: int, pattern: str) -> set[str]:
    try:
        regexp = verified(pattern, has_lines=key == "text")
    except PatternError as error:
        offset = _offset(pattern, error.offset)
        reading.wrong("pattern", f"{error.message} in {_shown(pattern)}", error.remedy, reading.place(key, index, offset))
        return set()
    if _empties(regexp):
        message = f"{_shown(pattern)} matches the empty text, so it finds something everywhere"
        remedy = "write what the text must look like; '.' stands for any line that is not empty"
        reading.wrong("empty-match", message, remedy, reading.place(key, index))
    return {name.decode("utf-8", "replace") for name in regexp.groupindex}


def _offset(pattern: str, offset: int) -> int:
    """How far from its opening quote a place in a pattern stands; exact in single quotes, where nothing is escaped."""
    return offset + 1 if offset >= 0 and "\n" not in pattern else 0


def _empties(regexp: Any) -> bool:
    """Whether the pattern finds the empty text everywhere; `^$` and `\\A\\s*\\z` find it only where nothing else is."""
    return bool(regexp.search(b"") and regexp.search(b"\x01 q"))


def _of_measure(reading: _Reading) -> frozenset[str]:
    """The names that a measure, and its past, have for templates."""
    given = reading.table.get("measure")
    if given is None:
        return frozenset()
    keys = given if isinstance(given, dict) else {}
    of_baseline = template.FROM_BASELINE if "baseline" in keys else frozenset()
    return template.FROM_MEASURE | of_baseline | (template.FROM_TREND if "full_within" in keys else frozenset())


def _check_template(reading: _Reading, key: str, given: str, names_of_rule: frozenset[str]) -> None:
    if not given:
        return
    known = names_of_rule | template.FROM_SECTION
    try:
        names = template.names_in(given)
    except ValueError as error:
        reading.wrong("template", f"{key}: {error}", "write {name} with the name of a group, and {{ for a brace", reading.place(key))
        return
    for name in names:
        if name not in known:
            remedy = suggestion(name, known, f"name a group in the pattern: (?P<{name}>...)")
            reading.wrong("template", f"{key} uses {{{name}}}, which no pattern has", remedy, reading.place(key))


def _places(block: Block | None) -> Mapping[str, Sequence[tuple[int, int]]]:
    return {} if block is None else block.values


def _shown(value: object) -> str:
    return one_line(repr(value), _SHOWN)
