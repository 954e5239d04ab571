"""The texts a pattern cannot do without: what the prefilter looks for before a pattern is run.

`required` reads RE2 syntax conservatively. Whatever it does not know for certain counts as "no literal",
which costs time and never a match: a missed literal would be a missed alarm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

SHORTEST = 3  # of two characters too many lines would be candidates
_COUNTED = re.compile(r"\{\d+(?:,\d*)?\}")
_GROUP_START = re.compile(r"\((?:\?(?:P?<\w+>|[imsU-]*:))?(?!\?)")
_PLAIN = re.compile(r"[A-Za-z0-9 _,:;'\"/=<>@#%&~!`-]+")
_CODE = re.compile(r"\\x([0-7][0-9a-fA-F])")
_FLAGS = re.compile(r"\(\?[imsU-]*\)")
_CLASS = re.compile(r"\[\^?\]?(?:\\[^pPxQ]|\\[pP](?:\w|\{\^?\w+\})|\\x[0-9a-fA-F]{2}|\[:\^?\w+:\]|[^\]\\])*\]")
# Escapes that stand for one character or none; every other letter or digit may swallow what follows it.
_SIMPLE_ESCAPES = "dDwWsSbBAznrtfvaC"

_REPEATS = ("*", "+", "?", "{")

Literals = tuple[str, ...]
Weight = Callable[[str], float]


class _Unknown(Exception):
    """Syntax this reader does not know for certain."""


@dataclass(slots=True)
class _Branch:
    """One alternative: the run of plain characters while it is read, and what must occur: a text, or one of the alternatives of a group."""

    run: str = ""
    parts: list[str | tuple[_Branch, ...]] = field(default_factory=list)

    def close(self) -> None:
        if len(self.run) >= SHORTEST:
            self.parts.append(self.run)
        self.run = ""


def required(pattern: str, weight: Weight | None = None) -> Literals:
    """Texts of which one occurs (in any case) in whatever the pattern finds; empty if none is known.

    The lightest set is chosen, by default that of the longest texts.
    """
    return _longest(pattern) if weight is None else _lightest(_parsed(pattern), weight)


def literals_in(pattern: str) -> Iterator[str]:
    """Every text that `required` could choose from, in the pattern's order."""
    return _literals(_parsed(pattern))


def _literals(branches: tuple[_Branch, ...]) -> Iterator[str]:
    for branch in branches:
        for part in branch.parts:
            if isinstance(part, str):
                yield part
            else:
                yield from _literals(part)


@lru_cache(maxsize=1 << 13)
def _longest(pattern: str) -> Literals:
    return _lightest(_parsed(pattern), lambda literal: -len(literal))


@lru_cache(maxsize=1 << 13)
def _parsed(pattern: str) -> tuple[_Branch, ...]:
    """The alternatives of a pattern, read once however often they are weighed; none where the syntax is not known."""
    try:
        branches, end = _alternatives(pattern, 0)
    except _Unknown:
        return ()
    return branches if end == len(pattern) else ()


def _lightest(branches: tuple[_Branch, ...], weight: Weight) -> Literals:
    union: list[str] = []
    is_known = bool(branches)
    for branch in branches:
        sets = [(part,) if isinstance(part, str) else _lightest(part, weight) for part in branch.parts]
        best = min(filter(None, sets), key=lambda literals: sum(map(weight, literals)) / len(literals) + len(literals), default=())
        is_known = is_known and bool(best)
        union += best
    return tuple(dict.fromkeys(union)) if is_known else ()


def _alternatives(pattern: str, at: int) -> tuple[tuple[_Branch, ...], int]:
    """Reads up to the closing parenthesis or the end."""
    branches: list[_Branch] = []
    while True:
        branch = _Branch()
        at = _branch(pattern, at, branch)
        branches.append(branch)
        if at >= len(pattern) or pattern[at] != "|":
            return tuple(branches), at
        at += 1


def _branch(pattern: str, at: int, branch: _Branch) -> int:
    while at < len(pattern) and pattern[at] not in "|)":
        plain = _plain(pattern, at)
        if plain:
            branch.run += plain
            at += len(plain)
            continue
        character = pattern[at]
        literal = ""
        inner: tuple[_Branch, ...] = ()
        if flags := _FLAGS.match(pattern, at):
            at = flags.end()
            branch.close()
            continue
        if character == "(":
            start = _GROUP_START.match(pattern, at)
            if not start:
                raise _Unknown
            inner, at = _alternatives(pattern, start.end())
            if at >= len(pattern):
                raise _Unknown
            at += 1
        elif character == "[":
            skipped = _CLASS.match(pattern, at)
            if not skipped:
                raise _Unknown
            at = skipped.end()
        elif character == "\\":
            literal, at = _escaped(pattern, at)
        elif character in _REPEATS:
            raise _Unknown
        else:
            literal = character if character.isascii() and character not in ".^$" else ""
            at += 1
        at = _take(pattern, at, branch, literal, inner)
    branch.close()
    return at


def _plain(pattern: str, at: int) -> str:
    """The plain characters from here on, without a last one that a repeat belongs to."""
    found = _PLAIN.match(pattern, at)
    if not found:
        return ""
    return found[0][:-1] if pattern[found.end() : found.end() + 1] in _REPEATS else found[0]


def _take(pattern: str, at: int, branch: _Branch, literal: str, inner: tuple[_Branch, ...]) -> int:
    """Adds what was read to the branch, as the repeat behind it allows."""
    repeat = pattern[at] if at < len(pattern) else ""
    counted = _COUNTED.match(pattern, at) if repeat == "{" else None
    if repeat in ("*", "?", "+") or counted:
        is_certain = repeat == "+"
        if is_certain and literal:
            branch.run += literal
        branch.close()
        if is_certain and inner:
            branch.parts.append(inner)
        at = counted.end() if counted else at + 1
        return at + 1 if pattern[at : at + 1] == "?" else at
    if repeat == "{":
        raise _Unknown
    if literal:
        branch.run += literal
    else:
        branch.close()
        if inner:
            branch.parts.append(inner)
    return at


def _escaped(pattern: str, at: int) -> tuple[str, int]:
    """The plain character an escape stands for, empty for a class or a boundary, and where the pattern goes on."""
    letter = pattern[at + 1 : at + 2]
    if not letter or not letter.isascii():
        raise _Unknown
    if code := _CODE.match(pattern, at):
        return chr(int(code[1], 16)), code.end()
    if letter.isalnum():
        if letter not in _SIMPLE_ESCAPES:
            raise _Unknown
        return "", at + 2
    return letter, at + 2
