"""The rulebook: all rules in force, laid over each other by full id, and what they say of a section."""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Protocol

from mailtriage.errors import Place
from mailtriage.rulebook.banks import Banks, RuleBank, in_no_group
from mailtriage.rulebook.floor import entries_in
from mailtriage.rulebook.match import Memo
from mailtriage.rulebook.past import Past, Standing, standing
from mailtriage.rulebook.rule import Action, Condition, Problem, Rule, fits
from mailtriage.rulebook.ruling import FloorHit, Hit, Ruling
from mailtriage.rulebook.source import read_folder
from mailtriage.types import Measure, Section

_GIVEN_WITHIN = timedelta(days=7)  # what was known of a host longer ago is not known


class Previous(Protocol):
    """The last value a host had of a measure and its subject; with `within` only if it is no older than that."""

    def __call__(self, name: str, subject: str, within: timedelta | None = None, /) -> float | None: ...


_REMEMBERED = 1 << 12  # rulings, in each of two generations
_LONGEST_REMEMBERED = 20  # lines; longer sections seldom come twice
_WORD = re.compile(r"[A-Za-z]{3,}")


def load(*folders: Path, today: date | None = None) -> Rulebook:
    """Reads the folders, later ones laid over earlier; broken rules are off and told in `problems`, only a missing folder raises."""
    rules: dict[str, Rule] = {}
    replaced: list[Rule] = []
    problems: list[Problem] = []
    for folder in folders:
        found, wrong = read_folder(folder)
        # A rule mended in a later folder no longer holds what it covered.
        mended = {rule.id for rule in found}
        problems = [problem for problem in problems if problem.rule not in mended] + list(wrong)
        for rule in found:
            if rule.id in rules:
                replaced.append(rules[rule.id])
            rules[rule.id] = rule
    if not rules and not problems and folders:
        problem = Problem(
            place=Place(str(folders[-1])),
            code="no-rules",
            message="there are no rules in this folder",
            remedy="put KIND.toml files with [[rule]] tables there, or name another folder",
        )
        problems.append(problem)
    return Rulebook(rules.values(), problems=problems, replaced=replaced, today=today)


class Rulebook:
    """All rules in force; it holds their compiled patterns and what they found on lines seen before."""

    def __init__(
        self,
        rules: Iterable[Rule],
        *,
        problems: Iterable[Problem] = (),
        replaced: Iterable[Rule] = (),
        today: date | None = None,
    ) -> None:
        self.rules = tuple(rules)
        self.problems = tuple(problems)
        self.replaced = tuple(replaced)
        self.today = today or datetime.now(UTC).date()
        self._banks = Banks(self.rules)
        self._rulings = Memo(_REMEMBERED)
        self._as_of: Rulebook | None = None  # of the day asked for last
        self.groups_of: Callable[[str], frozenset[str]] = in_no_group

    @cached_property
    def version(self) -> str:
        """A short hash of what is in force."""
        return _version(self.rules, self.problems)

    def as_of(self, today: date) -> Rulebook:
        """The same rulebook on another day: rules whose `until` has passed are off."""
        if today == self.today:
            return self
        other = self._as_of
        if other is None or other.today != today:
            other = copy.copy(self)
            other.today = today
            other._rulings = Memo(_REMEMBERED)
            self._as_of = other
        return other

    def with_groups(self, groups_of: Callable[[str], frozenset[str]]) -> Rulebook:
        """The same rulebook for hosts in groups: rules with a `group` speak on those that `groups_of` puts into it, in lower case."""
        other = copy.copy(self)
        other.groups_of = groups_of
        other._as_of = None
        return other

    def rule_on(
        self,
        kind: str,
        host: str,
        section: Section,
        previous: Previous,
        suspended: frozenset[str] = frozenset(),
        past: Past | None = None,
    ) -> Ruling:
        """What rules and floor say of one section; `previous` gives the host's last value of a measure and subject.

        `past` is asked by rules with a baseline or a trend; without it they are silent.

        A drop rule that is `suspended` (as `rule KIND/ID`) only says what it would do, as one with `status = "test"` does.
        """
        banks = self._banks.on(kind, section.name, host.lower(), self.groups_of)
        asks = any(bank.asks_the_past or (bank.asks_measures and section.measures) for bank in banks)
        if asks or len(section.lines) > _LONGEST_REMEMBERED:
            return self._rule_on(banks, kind, section, previous, suspended, past)
        # The sections of a fleet say the same every night: what was said of these very lines holds.
        key = (banks, kind, section.name, section.item, section.heading, section.lines, suspended)
        ruling: Ruling | None = self._rulings.get(key)
        if ruling is None:
            ruling = self._rule_on(banks, kind, section, previous, suspended, past)
            self._rulings.put(key, ruling)
        return ruling

    def _rule_on(
        self,
        banks: tuple[RuleBank, ...],
        kind: str,
        section: Section,
        previous: Previous,
        suspended: frozenset[str],
        past: Past | None,
    ) -> Ruling:
        lines = tuple(line for line in section.lines if line.strip())
        hits: dict[Action, list[Hit]] = {action: [] for action in Action}
        tests: list[Hit] = []
        drops: list[Rule] = []
        explainers: dict[int, list[Rule]] = {}
        for rule, found in sorted(
            (spoken for bank in banks for spoken in _speaking(bank, section, lines, previous, past)), key=lambda spoken: spoken[1].rank
        ):
            if rule.is_over(self.today) or not rule.is_about(section.item):
                continue
            if rule.action is not Action.DROP:
                (tests if rule.is_test else hits[rule.action]).extend(found.hits(section))
            elif (explained := found.explained()) or not lines:
                if rule.is_test or (suspended and f"rule {rule.id}" in suspended):
                    tests.append(Hit(rule=rule, line=lines[min(explained)] if explained else ""))
                    continue
                drops.append(rule)
                for number in explained:
                    explainers.setdefault(number, []).append(rule)
        unexplained = next((line for number, line in enumerate(lines) if number not in explainers), None)
        floor = (*_on_the_floor(lines, explainers), *_on_the_floor((section.heading,), {}))
        held_by = self.held_by(kind, section.name)
        return Ruling(
            floor=floor,
            events=tuple(hits[Action.EVENT]),
            digests=tuple(hits[Action.DIGEST]),
            drops=tuple(drops),
            unexplained=unexplained,
            is_explained=unexplained is None and bool(drops) and not floor and not held_by,
            held_by=held_by,
            tests=tuple(tests),
            in_a_row=tuple(
                rule for bank in banks for rule in bank.in_a_row if not rule.is_over(self.today) and rule.is_about(section.item)
            ),
        )

    def held_by(self, kind: str, section: str) -> str:
        """Why rules may drop nothing in this section, "" if they may."""
        for problem in self.problems:
            if fits(kind, problem.kind) and fits(section, problem.section):
                what = f"rule {problem.rule}" if problem.rule else "the rule file"
                return f"{what} is broken ({problem})"
        return ""

    def nearest(self, kind: str, section: str, line: str) -> str:
        """The drop rule whose words are most like the line's, in words; "" if none has any of them. For `why`: not fast."""
        wanted = set(_WORD.findall(line.lower()))
        best, best_rule = 0.0, None
        for rule in self.rules:
            if rule.action is Action.DROP and fits(kind, rule.kind) and fits(section, rule.section):
                for source in (*rule.lines, rule.text, *rule.hit):
                    words = set(_WORD.findall(source.lower()))
                    score = len(words & wanted) / len(words | wanted) if words & wanted else 0.0
                    if score > best:
                        best, best_rule = score, rule
        if best_rule is None:
            return ""
        example = f", which explains {best_rule.hit[0]!r}" if best_rule.hit else ""
        return f"nearest is rule {best_rule.id}{example}"


def speaks_alone(rule: Rule, section: Section, previous: Previous, past: Past | None = None) -> bool:
    """Whether a rule by itself, whatever its dates, status and host, fires on a section or, to drop it, explains every line of it."""
    lines = tuple(line for line in section.lines if line.strip())
    alone = replace(rule, given=None) if rule.given else rule
    for _, found in _speaking(RuleBank((alone,), Memo(1), is_for_once=True), section, lines, previous, past):
        return len(found.explained()) == len(lines) if rule.action is Action.DROP else any(found.hits(section))
    return False


class _Finds:
    """What one rule found in one section."""

    def __init__(self, bank: RuleBank, place: int, lines: tuple[str, ...], section: Section) -> None:
        self._bank, self._place, self._lines, self._section = bank, place, lines, section
        self.rank = bank.ranks[place]
        self.on_lines: list[tuple[int, int]] = []  # line, pattern
        self.on_floor: list[int] = []  # lines
        self.measures: tuple[Measure, ...] = ()
        self.standings: dict[Measure, Standing] = {}

    def hits(self, section: Section) -> Iterator[Hit]:
        """One hit for each distinct item."""
        items: set[str] = set()
        for hit in self._all_hits():
            item = hit.item(section)
            if item not in items:
                items.add(item)
                yield hit

    def _all_hits(self) -> Iterator[Hit]:
        rule = self._bank.rules[self._place]
        text = _encoded(self._section) if rule.text else b""
        texts = self._bank.text_matches(self._place, text) if rule.text else []
        if rule.measure is not None:
            for measure in self.measures:
                number = self._line_naming(measure.subject)
                groups = texts[0][2] if texts else ()
                pattern = next((pattern for line, pattern in self.on_lines if line == number), None)
                if pattern is not None:
                    groups += self._bank.groups(self._place, pattern, self._lines[number])
                yield Hit(
                    rule=rule,
                    line=self._lines[number] if number >= 0 else "",
                    groups=groups,
                    measure=measure,
                    standing=self.standings.get(measure),
                )
        elif rule.floor and not rule.lines:
            shared = texts[0][2] if texts else ()
            for number in self.on_floor:
                yield Hit(rule=rule, line=self._lines[number], groups=shared)
        elif rule.lines:
            shared = texts[0][2] if texts else ()
            for number, pattern in self.on_lines:
                line = self._lines[number]
                yield Hit(rule=rule, line=line, groups=shared + self._bank.groups(self._place, pattern, line))
        else:
            for start, end, groups in texts:
                yield Hit(rule=rule, line=_first_line(text, start, end), groups=groups)

    def _line_naming(self, subject: str) -> int:
        """The line that names the measure's subject; of those the patterns found, where there are patterns."""
        numbers = [number for number, _ in self.on_lines] or list(range(len(self._lines)))
        word = subject if subject not in ("", "-") else ""
        naming = (number for number in numbers if word and word in self._lines[number].split())
        return next(naming, numbers[0] if numbers and (self.on_lines or len(self._lines) == 1) else -1)

    def explained(self) -> set[int]:
        """The lines a drop rule explains: those `lines` found, else those a match of `text` covers from end to end."""
        rule = self._bank.rules[self._place]
        if rule.lines:
            return {number for number, _ in self.on_lines}
        text = _encoded(self._section)
        spans = [(start, end) for start, end, _ in self._bank.text_matches(self._place, text)]
        covered, number, at = set(), 0, 0
        for line in self._section.lines:
            raw = line.encode("utf-8", "replace")
            if line.strip():
                first, last = at + len(raw) - len(raw.lstrip()), at + len(raw.rstrip())
                if any(start <= first and last <= end for start, end in spans):
                    covered.add(number)
                number += 1
            at += len(raw) + 1
        return covered


def _speaking(
    bank: RuleBank, section: Section, lines: tuple[str, ...], previous: Previous, past: Past | None
) -> Iterator[tuple[Rule, _Finds]]:
    """The rules of a bank that everything they ask for holds for, in the order of the bank."""
    on_lines: dict[int, list[tuple[int, int]]] = {}
    if bank.lines is not None:
        for number, line in enumerate(lines):
            for place, pattern in bank.on_line(line):
                on_lines.setdefault(place, []).append((number, pattern))
    on_text = bank.on_text(_encoded(section)) if bank.texts is not None else frozenset()
    on_floor = bank.on_floor(lines)
    places = set(on_lines) | on_text | set(on_floor)
    if bank.by_measure:
        places.update(place for measure in section.measures for place in bank.by_measure.get(measure.name, ()))
    for place in sorted(places):
        rule = bank.rules[place]
        if (rule.lines and place not in on_lines) or (rule.text and place not in on_text) or (rule.floor and place not in on_floor):
            continue
        if rule.given is not None and not _is_given(rule.given, section, previous):
            continue
        found = _Finds(bank, place, lines, section)
        found.on_floor = on_floor.get(place, [])
        found.on_lines = on_lines.get(place, [])
        if rule.floor and rule.lines:
            found.on_lines = [(number, pattern) for number, pattern in found.on_lines if number in found.on_floor]
            if not found.on_lines:
                continue
        if rule.measure is not None:
            named = [measure for measure in section.measures if measure.name == rule.measure.name]
            has_rise = rule.measure.rise is not None
            found.measures = tuple(
                each for each in named if rule.measure.holds(each, previous(each.name, each.subject) if has_rise else None)
            )
            if rule.measure.asks_history:
                stood = ((each, standing(rule.measure, each, past)) for each in found.measures)
                found.standings = {each: how for each, how in stood if how is not None}
                found.measures = tuple(found.standings)
            # To drop, no measure of the name may be outside the limits.
            if not found.measures or (rule.action is Action.DROP and len(found.measures) < len(named)):
                continue
        yield rule, found


def _is_given(given: Condition, section: Section, previous: Previous) -> bool:
    """Whether the host is known to meet the condition: this section shows it, or what was read last from the host did."""
    shown = [each for each in section.measures if each.name == given.name]
    if not shown:
        before = previous(given.name, "", _GIVEN_WITHIN)
        shown = [] if before is None else [Measure(name=given.name, subject="", value=before, unit="")]
    return any(given.holds(each, None) for each in shown)


def _on_the_floor(lines: tuple[str, ...], explainers: dict[int, list[Rule]]) -> Iterator[FloorHit]:
    for number, line in enumerate(lines):
        names = entries_in(line)
        if names:
            overridden = {name for rule in explainers.get(number, ()) for name in rule.overrides}
            yield from (FloorHit(name=name, line=line) for name in names if name not in overridden)


def _encoded(section: Section) -> bytes:
    return section.text.encode("utf-8", "replace")


def _first_line(text: bytes, start: int, end: int) -> str:
    """The first line, not blank, that a match touches."""
    begin = text.rfind(b"\n", 0, start) + 1
    stop = text.find(b"\n", end)
    touched = text[begin : stop if stop >= 0 else len(text)].decode("utf-8", "replace")
    return next((line for line in touched.split("\n") if line.strip()), "")


def _version(rules: tuple[Rule, ...], problems: tuple[Problem, ...]) -> str:
    """A short hash of what is in force: the rules' content without their places, and what broken rules hold."""
    digest = hashlib.sha256()
    for rule in sorted(rules, key=lambda rule: rule.id):
        content = [getattr(rule, name) for name in Rule.__slots__ if name not in ("place", "places")]
        digest.update(repr(content).encode("utf-8", "replace"))
    for held in sorted((problem.kind, problem.section) for problem in problems):
        digest.update(repr(held).encode("utf-8", "replace"))
    return digest.hexdigest()[:12]
