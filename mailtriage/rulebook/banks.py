"""Which rules can speak on a section, found without asking each.

Rules that share their globs are a set. A large set has one bank of patterns wherever it applies; the small sets that apply
to a section together are looked for as one, since to ask a bank costs more than what a few more patterns in it do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from mailtriage.rulebook.floor import entries_in
from mailtriage.rulebook.match import Bank, Memo
from mailtriage.rulebook.rule import Rule, fits

_GLOB = re.compile(r"[*?\[|]")
_LONGEST_REMEMBERED = 500
_LARGE = 40  # patterns of a set that are too many to be compiled anew for each kind and section they are part of

# (rule's place in its bank, which of its patterns)
Found = tuple[tuple[int, int], ...]


class RuleBank:
    """Rules of one host glob with all their patterns; `ranks` are the rules' places in the order in which all rules speak."""

    def __init__(self, rules: Sequence[Rule], memo: Memo, *, ranks: Sequence[int] = (0,), is_for_once: bool = False) -> None:
        self.rules = tuple(rules)
        self.ranks = tuple(ranks)
        self.host = rules[0].host
        self.group = rules[0].group
        self.asks_measures = any(rule.measure for rule in rules)
        self.asks_the_past = any(rule.given for rule in rules)
        self.in_a_row = tuple(rule for rule in rules if rule.in_a_row and not rule.is_test)
        self._floor_refs = [(place, rule.floor) for place, rule in enumerate(rules) if rule.floor]
        self._memo = memo
        self._line_refs = [(place, index) for place, rule in enumerate(rules) for index in range(len(rule.lines))]
        self._text_refs = [place for place, rule in enumerate(rules) if rule.text]
        self._first_ref = {place: number for number, (place, index) in reversed(list(enumerate(self._line_refs))) if index == 0}
        self.lines = Bank([pattern for rule in rules for pattern in rule.lines], is_for_once=is_for_once) if self._line_refs else None
        self.texts = Bank([rule.text for rule in rules if rule.text], has_lines=True, is_for_once=is_for_once) if self._text_refs else None
        # Rules that only ask for a measure are found by its name.
        self.by_measure: dict[str, list[int]] = {}
        for place, rule in enumerate(rules):
            if rule.measure and not rule.lines and not rule.text and not rule.floor:
                self.by_measure.setdefault(rule.measure.name, []).append(place)

    def on_line(self, line: str) -> Found:
        """The rules, with the pattern, that find something in a line."""
        if self.lines is None:
            return ()
        key = (id(self), line)
        found: Found | None = self._memo.get(key)
        if found is None:
            found = tuple(self._line_refs[number] for number in self.lines.find(line.encode("utf-8", "replace")))
            if len(line) <= _LONGEST_REMEMBERED:
                self._memo.put(key, found)
        return found

    def on_text(self, text: bytes) -> frozenset[int]:
        """The rules whose `text` finds something in a whole section."""
        return frozenset() if self.texts is None else frozenset(self._text_refs[number] for number in self.texts.find(text))

    def on_floor(self, lines: Sequence[str]) -> dict[int, list[int]]:
        """The rules that ask for entries of the floor, each with the lines that are on it."""
        found: dict[int, list[int]] = {}
        for number, line in enumerate(lines if self._floor_refs else ()):
            names = entries_in(line)
            for place, globs in self._floor_refs if names else ():
                if any(fnmatchcase(name, glob) for name in names for glob in globs):
                    found.setdefault(place, []).append(number)
        return found

    def groups(self, place: int, index: int, line: str) -> tuple[tuple[str, str], ...]:
        """The named groups of one pattern of a rule on a line it found something in."""
        assert self.lines is not None
        regexp = self.lines.regexp(self._first_ref[place] + index)
        if not regexp.groupindex:
            return ()
        match = regexp.search(line.encode("utf-8", "replace"))
        return named(match) if match else ()

    def text_matches(self, place: int, text: bytes) -> list[tuple[int, int, tuple[tuple[str, str], ...]]]:
        """Every match of a rule's `text`: where it begins and ends, and its named groups."""
        assert self.texts is not None
        regexp = self.texts.regexp(self._text_refs.index(place))
        return [(match.start(), match.end(), named(match)) for match in regexp.finditer(text)]


def named(match: object) -> tuple[tuple[str, str], ...]:
    """The named groups of a match that took part in it."""
    groups = match.groupdict()  # type: ignore[attr-defined]
    return tuple((name.decode("utf-8", "replace"), value.decode("utf-8", "replace")) for name, value in groups.items() if value is not None)


@dataclass(frozen=True, slots=True)
class _Set:
    """The rules that share their kind, section, host and group globs; `number` is the set's place in the order in which all speak."""

    number: int
    host: str
    group: str
    rules: tuple[Rule, ...]
    ranks: tuple[int, ...]

    @property
    def is_large(self) -> bool:
        return sum(len(rule.lines) + bool(rule.text) for rule in self.rules) >= _LARGE


@dataclass(frozen=True, slots=True)
class _Choice:
    """The banks of one kind and section, told apart by host; those of a group stand apart, so that nobody else asks for groups."""

    any_host: tuple[RuleBank, ...]
    exact: dict[str, tuple[RuleBank, ...]]
    globs: tuple[RuleBank, ...]
    of_groups: tuple[RuleBank, ...]


def in_no_group(_: str) -> frozenset[str]:
    """The groups of a host where there is no inventory."""
    return frozenset()


class Banks:
    """All rules, cut into banks by their kind, section, host and group. Those of an exact kind and section speak before those of globs."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._memo = Memo(1 << 15)
        cut: dict[tuple[str, str, str, str], list[Rule]] = {}
        for rule in rules:
            cut.setdefault((rule.kind, rule.section, rule.host, rule.group), []).append(rule)
        self._exact: dict[tuple[str, str], list[_Set]] = {}
        self._globs: dict[str, dict[str, list[_Set]]] = {}  # by kind, by section
        rank = 0
        for number, (kind, section, host, group) in enumerate(sorted(cut, key=lambda globs: _is_glob(globs[0]) or _is_glob(globs[1]))):
            same = cut[kind, section, host, group]
            made = _Set(number, host, group, tuple(same), tuple(range(rank, rank + len(same))))
            if _is_glob(kind) or _is_glob(section):
                self._globs.setdefault(kind, {}).setdefault(section, []).append(made)
            else:
                self._exact.setdefault((kind, section), []).append(made)
            rank += len(same)
        self._banks: dict[tuple[int, ...], RuleBank] = {}
        self._choices = Memo(512)

    def on(self, kind: str, section: str, host: str, groups_of: Callable[[str], frozenset[str]] = in_no_group) -> tuple[RuleBank, ...]:
        """The banks whose rules can speak on this section; `groups_of` is asked only where a rule asks for a group."""
        choice: _Choice | None = self._choices.get((kind, section))
        if choice is None:
            choice = self._choose(kind, section)
            self._choices.put((kind, section), choice)
        fitting = choice.any_host + choice.exact.get(host, ())
        if choice.of_groups and (groups := groups_of(host)):
            of_groups = (bank for bank in choice.of_groups if any(fits(group, bank.group) for group in groups))
            fitting += tuple(bank for bank in of_groups if fnmatchcase(host, bank.host))
        return (*fitting, *(bank for bank in choice.globs if fnmatchcase(host, bank.host))) if choice.globs else fitting

    def _choose(self, kind: str, section: str) -> _Choice:
        fitting = list(self._exact.get((kind, section), ()))
        for kinds, by_section in self._globs.items():
            if fits(kind, kinds):
                fitting += (each for sections, same in by_section.items() if fits(section, sections) for each in same)
        fitting.sort(key=lambda each: each.number)
        by_host: dict[str, list[_Set]] = {}
        by_group: dict[tuple[str, str], list[_Set]] = {}
        for each in fitting:
            if each.group:
                by_group.setdefault((each.group, each.host), []).append(each)
            else:
                by_host.setdefault(each.host, []).append(each)
        banks = {host: tuple(self._merged(sets)) for host, sets in by_host.items()}
        of_groups = tuple(bank for sets in by_group.values() for bank in self._merged(sets))
        exact = {host: same for host, same in banks.items() if not _is_glob(host)}
        globs = tuple(bank for host, same in banks.items() if _is_glob(host) and host != "*" for bank in same)
        return _Choice(banks.get("*", ()), exact, globs, of_groups)

    def _merged(self, sets: Sequence[_Set]) -> Iterator[RuleBank]:
        """A bank for each large set, and one for all the small ones; the same sets have the same bank wherever they come together."""
        small = [each for each in sets if not each.is_large]
        for together in ([small] if small else []) + [[each] for each in sets if each.is_large]:
            key = tuple(each.number for each in together)
            bank = self._banks.get(key)
            if bank is None:
                rules = [rule for each in together for rule in each.rules]
                ranks = [rank for each in together for rank in each.ranks]
                bank = self._banks[key] = RuleBank(rules, self._memo, ranks=ranks)
            yield bank


def _is_glob(name: str) -> bool:
    return bool(_GLOB.search(name))
