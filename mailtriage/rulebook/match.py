"""Many patterns against one line for about the price of a few.

A set of literals, one RE2 automaton, says which patterns could match; only those are run. Patterns without a literal
are asked for by the fifty, joined with |, and one by one only where such a group finds something.
Lines of a fleet repeat daily, so results are remembered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mailtriage.rulebook.literals import literals_in, required
from mailtriage.rulebook.pattern import compiled, options

# Appended to what the literal set reads: RE2 answers "nothing" when its automaton runs out of memory, and a missed match
# could be a missed alarm. Where this is not among the finds, every pattern is run.
_SENTINEL = b"\x00\x01sentinel\x01\x00"
_LEAST_MEMORY, _MOST_MEMORY = 16 << 20, 1 << 30
# Measured on patterns full of gaps and counted repeats: groups of 50 cost an eighth of one by one, groups of 250 can cost
# more, as RE2 then leaves its automaton for the slow way.
_GROUP_SIZE = 50
_GROUP_MEMORY = 16 << 20
_FEW = 4  # to run so many patterns costs no more than to ask which could match
_MANY = 64  # from so many patterns on it pays to look for the literal that fewest of them share


class Bank:
    """Patterns that are looked for together, numbered in the order given; for a text or two (`is_for_once`) no filter is built."""

    def __init__(self, patterns: Sequence[str], *, has_lines: bool = False, is_for_once: bool = False) -> None:
        self._patterns = tuple(patterns)
        self._few = len(self._patterns) if is_for_once else _FEW
        self._has_lines = has_lines
        self._regexps: dict[int, Any] = {}
        self._is_built = False
        self._literals: Any = None
        self._by_literal: list[list[int]] = []
        self._groups: list[_Group] = []
        self._groups_filter: Any = None
        self._unfiltered: list[int] = []

    def find(self, text: bytes) -> tuple[int, ...]:
        """The numbers of the patterns that find something in the text."""
        if not self._is_built:
            self._build()
        candidates = self._candidates(text)
        if not candidates and not self._groups:
            return ()
        found = {number for number in candidates if self.regexp(number).search(text)}
        if self._groups:
            asked = range(len(self._groups)) if self._groups_filter is None else self._groups_filter.Match(text) or ()
            for place in asked:
                group = self._groups[place]
                found.update(group.numbers[each] for each in group.patterns.Match(text) or ())
        return tuple(sorted(found))

    def regexp(self, number: int) -> Any:
        """One of the patterns, compiled when it is first needed."""
        regexp = self._regexps.get(number)
        if regexp is None:
            regexp = self._regexps[number] = compiled(self._patterns[number], has_lines=self._has_lines)
        return regexp

    def _source(self, number: int) -> str:
        return f"(?m){self._patterns[number]}" if self._has_lines else self._patterns[number]

    def _candidates(self, text: bytes) -> set[int]:
        candidates = set(self._unfiltered)
        if self._literals is None:
            return candidates
        finds = self._literals.Match(text + _SENTINEL)
        if not finds or 0 not in finds:
            return set(range(len(self._patterns)))
        for place in finds:
            candidates.update(self._by_literal[place])
        return candidates

    def _build(self) -> None:
        if len(self._patterns) <= self._few:
            self._unfiltered = list(range(len(self._patterns)))
            self._is_built = True
            return
        chosen, bare = self._choose()
        if chosen:
            self._literals = _literal_set(tuple(chosen))
            self._by_literal = [[], *chosen.values()]
            if self._literals is None:
                bare = list(range(len(self._patterns)))
        for at in range(0, len(bare), _GROUP_SIZE):
            numbers = bare[at : at + _GROUP_SIZE]
            patterns = _filter([self._source(number) for number in numbers], options())
            if patterns is None:
                self._unfiltered += numbers
            else:
                self._groups.append(_Group(tuple(numbers), patterns))
        if len(self._groups) > 1:
            joined = ["|".join(f"(?:{self._source(number)})" for number in group.numbers) for group in self._groups]
            self._groups_filter = _filter(joined, options(_GROUP_MEMORY))
        self._is_built = True

    def _choose(self) -> tuple[dict[str, list[int]], list[int]]:
        """For each literal the patterns that wait for it, and the patterns without one."""
        weight = self._rareness() if len(self._patterns) >= _MANY else None
        chosen: dict[str, list[int]] = {}
        bare: list[int] = []
        for number, pattern in enumerate(self._patterns):
            if r"\Q" in pattern:  # without its \E it would swallow what it is joined with
                self._unfiltered.append(number)
                continue
            literals = required(pattern, weight)
            for literal in literals:
                chosen.setdefault(literal, []).append(number)
            if not literals:
                bare.append(number)
        return chosen, bare

    def _rareness(self) -> Callable[[str], float]:
        """Weighs a literal by how many patterns could wait for it; of those that equally many share the longer is lighter."""
        shared = Counter(literal for pattern in self._patterns for literal in literals_in(pattern))
        return lambda literal: shared[literal] * 100.0 - len(literal)


@dataclass(frozen=True, slots=True)
class _Group:
    """Patterns without a literal, as one re2.Filter, and their numbers in the bank."""

    numbers: tuple[int, ...]
    patterns: Any


class Memo:
    """The last so many results by key: two generations, so that no look-up has to reorder anything (safe between threads)."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._young: dict[Any, Any] = {}
        self._old: dict[Any, Any] = {}

    def get(self, key: Any) -> Any:
        """The remembered result, None if there is none."""
        result = self._young.get(key)
        if result is None:
            result = self._old.get(key)
            if result is not None:
                self.put(key, result)
        return result

    def put(self, key: Any, result: Any) -> None:
        """Remembers a result; the oldest half is forgotten when there are too many."""
        if len(self._young) >= self._size:
            self._old, self._young = self._young, {}
        self._young[key] = result


def _literal_set(literals: Sequence[str]) -> Any:
    """An automaton of the literals in any case, the sentinel at place 0; None if it cannot be built."""
    import re2

    memory = _LEAST_MEMORY + 128 * sum(map(len, literals))
    while memory <= _MOST_MEMORY:
        chosen = options(memory)
        chosen.literal = True
        chosen.case_sensitive = False
        found = re2.Set.SearchSet(chosen)
        found.Add(_SENTINEL)
        for literal in literals:
            found.Add(literal.encode("ascii"))
        try:
            found.Compile()
        except re2.error:
            memory *= 4
            continue
        return found
    return None


def _filter(patterns: Sequence[str], chosen: Any) -> Any:
    """RE2's own filter, which runs many patterns in one call; None if it cannot be built."""
    import re2

    found = re2.Filter()
    try:
        for pattern in patterns:
            found.Add(pattern.encode("utf-8"), chosen)
        found.Compile()
    except re2.error:
        return None
    return found
