"""`rules check`: what is broken, and what is there but does not do what its author thinks."""

from __future__ import annotations

import random
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from mailtriage.errors import Place
from mailtriage.rulebook.book import Rulebook
from mailtriage.rulebook.examples import Example, examples, is_found
from mailtriage.rulebook.floor import entries_in
from mailtriage.rulebook.pattern import compiled
from mailtriage.rulebook.report import Finding, Level
from mailtriage.rulebook.rule import Action, Rule, fits
from mailtriage.rulebook.syntax import suggestion
from mailtriage.text import one_line, plural

# Lines that have nothing in common: what finds all of them finds everything.
_PROBES = (b"Zq 7!", b"\x01~", "é ∆".encode(), b"/x: 0", b"kernel: lost")
# Below so many instructions no pattern was measured to take more than 6 ms on 10 kB, whatever the text.
_SURELY_FAST = 600
_MOST_SECONDS = 0.010
_BUSY = "".join(random.Random(1).choices("abxyz 019é:/", k=9_500)).encode()  # noqa: S311  a fixed text, no secret
_ONCE_A_DAY = ("freebsd_daily", "freebsd_security", "freebsd_weekly", "freebsd_monthly")  # at most
_FOR_EVENTS = ("severity", "check", "item", "recovery", "summary")


def check(
    rulebook: Rulebook, today: date, sections: Mapping[str, Collection[str]] | None = None, groups: Collection[str] = ()
) -> tuple[Finding, ...]:
    """All findings in the order of the files.

    `sections` names the sections each kind is known to have, `groups` the groups hosts are in (lower case), where that is known.
    """
    found = [
        Finding(severity=Level.BROKEN, place=each.place, code=each.code, message=each.message, remedy=each.remedy, rule=each.rule)
        for each in rulebook.problems
    ]
    today_book = rulebook.as_of(today)
    for rule in rulebook.rules:
        found += _dates(rule, today)
        found += _keys(rule)
        found += _repeats(rule)
        found += _examples(rule, today_book)
        found += _patterns(rule)
        found += _names(rule, sections or {})
        found += _groups(rule, groups)
    found += _shadowed(rulebook.rules)
    # One problem of a file is told once, although it may hold several kinds.
    return tuple(dict.fromkeys(sorted(found, key=lambda each: (each.place.path, each.place.line, each.place.column))))


def _finding(rule: Rule, place: Place, code: str, message: str, remedy: str, level: Level = Level.FINDING) -> Finding:
    return Finding(severity=level, place=place, code=code, message=f"rule {rule.id}: {message}", remedy=remedy, rule=rule.id)


def _dates(rule: Rule, today: date) -> Iterator[Finding]:
    if rule.review is not None and rule.review < today:
        remedy = "look at the rule again, then set a new date or remove it"
        yield _finding(rule, rule.place_of("review"), "review", f"was to be looked at again by {rule.review}", remedy)
    if rule.is_over(today):
        remedy = "remove it, or set a later date"
        yield _finding(rule, rule.place_of("until"), "until", f"is off since {rule.until}", remedy)


def _keys(rule: Rule) -> Iterator[Finding]:
    ignored = [key for key in _FOR_EVENTS if getattr(rule, key)] if rule.action is Action.DROP else []
    if rule.overrides and rule.action is not Action.DROP:
        ignored.append("overrides")
    for key in ignored:
        yield _finding(rule, rule.place_of(key), "unused-key", f"{key} has no effect in a {rule.action} rule", "remove the key")
    if rule.overrides and rule.action is Action.DROP:
        message = f"may drop lines that are on the floor: {', '.join(rule.overrides)}"
        yield _finding(rule, rule.place_of("overrides"), "floor", message, "nothing to do if that is meant", Level.INFO)


def _repeats(rule: Rule) -> Iterator[Finding]:
    if rule.repeats == 1:
        key = "in_a_row" if rule.in_a_row else "per_day"
        remedy = "remove the key, or ask for 2 or more"
        yield _finding(rule, rule.place_of(key), "unused-key", f"{key} = 1 has no effect: the first mail raises", remedy)
    if rule.per_day > 1 and all(kind in _ONCE_A_DAY for kind in rule.kind.split("|")):
        message = f"it never raises: {rule.kind} does not come {rule.per_day} times within 24 hours"
        yield _finding(rule, rule.place_of("per_day"), "dead", message, f"write in_a_row = {rule.per_day}")


def _names(rule: Rule, sections: Mapping[str, Collection[str]]) -> Iterator[Finding]:
    """Globs on kinds and sections that fit none there is; each of several that are joined by `|` must fit one."""
    if not sections:
        return
    kinds = [kind for kind in sections if fits(kind, rule.kind)]
    for glob in rule.kind.split("|"):
        if not any(fits(kind, glob) for kind in sections):
            remedy = suggestion(glob, sections, 'the kind is the name of the file, or kind = "..."')
            yield _finding(rule, rule.place_of("kind"), "unknown-kind", f"no mail is of kind {one_line(glob, 40)}", remedy)
    known = {name for kind in kinds for name in sections[kind]}
    for glob in rule.section.split("|"):
        if not known or any(fits(name, glob) for name in known):
            continue
        # A file may say for all its rules in which sections they are; a kind need not have each of them, but some kind must.
        if "|" in rule.section and any(fits(name, glob) for names in sections.values() for name in names):
            continue
        remedy = suggestion(glob, known, "`mailtriage why` shows the sections of a mail")
        message = f"{' and '.join(kinds[:3])} has no section {one_line(glob, 40)}"
        yield _finding(rule, rule.place_of("section"), "unknown-section", message, remedy)


def _groups(rule: Rule, groups: Collection[str]) -> Iterator[Finding]:
    """Globs on groups that no host is in."""
    for glob in rule.group.split("|") if groups and rule.group else ():
        if not any(fits(group, glob) for group in groups):
            remedy = suggestion(glob, groups, "`mailtriage inventory show` lists the groups")
            yield _finding(rule, rule.place_of("group"), "unknown-group", f"no host is in group {one_line(glob, 40)}", remedy)


def _examples(rule: Rule, rulebook: Rulebook) -> Iterator[Finding]:
    tried = list(examples(rule))
    for example in tried:
        if is_found(example) is not (example.key == "hit"):
            yield _wrong_example(rule, example)
    if rule.action is not Action.DROP:
        return
    if not rule.hit:
        yield _finding(rule, rule.place, "no-hit", "a drop rule shows what it drops", "add hit = ['...'] with a line from a mail")
    if not rule.miss:
        remedy = "add miss = ['...'], a line that differs a little and must be kept"
        yield _finding(rule, rule.place, "no-miss", "a drop rule shows a near miss that it keeps", remedy)
    if not rule.is_test and not rule.is_over(rulebook.today):
        yield from _conflicts(rule, [example for example in tried if example.key == "hit"], rulebook)


def _wrong_example(rule: Rule, example: Example) -> Finding:
    text = one_line(getattr(rule, example.key)[example.index], 80)
    does = "explained" if rule.action is Action.DROP else "found"
    message = f"its hit is not {does}: {text}" if example.key == "hit" else f"its miss is {does}: {text}"
    return _finding(rule, rule.place_of(example.key, example.index), f"example-{example.key}", message, "mend the pattern or the example")


def _conflicts(rule: Rule, hits: list[Example], rulebook: Rulebook) -> Iterator[Finding]:
    """Examples a drop rule will never drop, because something louder speaks first."""
    dead = 0
    for example in hits:
        place = rule.place_of("hit", example.index)
        ruling = example.ruling(rulebook)
        louder = next((hit.rule for hit in (*ruling.events, *ruling.digests)), None)
        floor = [name for line in example.section.lines for name in entries_in(line) if name not in rule.overrides]
        if louder is not None:
            dead += 1
            message = f"its hit is kept by rule {louder.id}: {one_line(rule.hit[example.index], 80)}"
            yield _finding(rule, place, "conflict", message, f"narrow {louder.id}, or remove the example")
        elif floor:
            dead += 1
            message = f"its hit is on the floor ({floor[0]}): {one_line(rule.hit[example.index], 80)}"
            remedy = f'narrow the rule, or write overrides = ["{floor[0]}"] if such lines mean nothing here'
            yield _finding(rule, place, "floor-hit", message, remedy)
    if dead and dead == len(hits):
        yield _finding(rule, rule.place, "dead", f"none of its {plural(dead, 'example')} can ever be dropped", "remove the rule")


def _patterns(rule: Rule) -> Iterator[Finding]:
    for key, patterns in (("lines", rule.lines), ("text", (rule.text,) if rule.text else ())):
        for index, pattern in enumerate(patterns):
            regexp = compiled(pattern, has_lines=key == "text")
            place, shown = rule.place_of(key, index), one_line(pattern, 60)
            if rule.action is Action.DROP and all(regexp.search(probe) for probe in _PROBES):
                remedy = "write what a harmless line looks like"
                yield _finding(rule, place, "matches-everything", f"{shown} explains every line there can be", remedy)
            if regexp.programsize > _SURELY_FAST and (spent := _cost_of(regexp)) > _MOST_SECONDS:
                message = f"{shown} takes {spent * 1000:.0f} ms on 10 kB, {_MOST_SECONDS * 1000:.0f} are allowed"
                yield _finding(rule, place, "slow", message, "use * or + instead of large counted repeats such as {1,200}")


def _cost_of(regexp: Any) -> float:
    """CPU seconds a pattern takes on 10 kB that keep its counted repeats busy; the better of two, as the first builds the automaton."""
    spent = []
    for _ in range(2):
        start = time.process_time()
        regexp.search(_BUSY)
        spent.append(time.process_time() - start)
    return min(spent)


def _shadowed(rules: Iterable[Rule]) -> Iterator[Finding]:
    """Patterns that an earlier rule of the same section and action has, letter by letter."""
    seen: dict[tuple[object, ...], Rule] = {}
    for rule in rules:
        scope = (
            *(rule.kind, rule.section, rule.host, rule.group, rule.about, rule.action, rule.is_test),
            *(rule.measure, rule.text, rule.floor, rule.given, rule.in_a_row, rule.per_day),
        )
        for index, pattern in enumerate(rule.lines or ("",)):
            first = seen.setdefault((*scope, pattern), rule)
            if first is not rule:
                key = next(key for key in ("lines", "text", "measure", "floor") if getattr(rule, key))
                message = f"{one_line(pattern, 60) or key} stands already in {first.id} ({first.place})"
                yield _finding(rule, rule.place_of(key, index), "shadowed", message, "remove one of the two")
