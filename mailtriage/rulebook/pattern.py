"""Patterns of rules: RE2 only (linear time), with limits, and errors that say what to write instead of Python's syntax."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

# Line patterns have 20 to 400 instructions, a letter of any script (\pL) some 1,200. Counted repeats make thousands of them:
# measured 37 ms on 10 kB with 2,700, which `rules check` reports as slow.
MOST_INSTRUCTIONS = 4000
_SURELY_SMALL = 400
_MOST_MEMORY = 4 << 20
_LONGEST = 4000

# What Python's `re` takes and RE2 does not, with what to write instead; the first that is found is named.
_FOREIGN = (
    (
        re.compile(r"\(\?<?[=!]"),
        "RE2 has no look-ahead or look-behind",
        "write what the line must look like, and add a rule for the exception",
    ),
    (re.compile(r"\(\?P=|\\[1-9]|\\g<|\\k<"), "RE2 has no backreferences", "write the part again, or split the pattern into two rules"),
    (re.compile(r"\(\?\("), "RE2 has no conditional groups", "write both forms, joined by |"),
    (re.compile(r"\(\?>|[*+?}]\+"), "RE2 has no atomic groups or possessive repeats", "leave them out: RE2 never backtracks"),
    (re.compile(r"\\Z"), r"RE2 has no \Z", r"write \z for the end of the text, or $ for the end of the line"),
    (re.compile(r"\(\?#"), "RE2 has no comments in patterns", "put the comment behind a # in the rule file"),
    (re.compile(r"\(\?[a-zA-Z]*[xaLu]"), "RE2 knows only the flags i, m, s and U", "write (?i) for any case and leave the others out"),
    (re.compile(r"\\[uU][0-9a-fA-F]{4}"), r"RE2 has no \u", r"write \x{20ac}, or the character itself"),
    (re.compile(r"\\[hHKGRXN]"), "RE2 does not know this escape", r"write [ \t] for \h; the others have no counterpart"),
)


class PatternError(Exception):
    """A pattern that cannot be used; `offset` is where in it, -1 if not known."""

    def __init__(self, message: str, remedy: str, offset: int = -1) -> None:
        self.message, self.remedy, self.offset = message, remedy, offset
        super().__init__(message)


def options(memory: int = _MOST_MEMORY) -> Any:
    """RE2's options for all we compile: no messages on standard error, a bounded automaton."""
    import re2

    chosen = re2.Options()
    chosen.log_errors = False
    chosen.max_mem = memory
    return chosen


@lru_cache(maxsize=1 << 12)
def compiled(pattern: str, *, has_lines: bool = False) -> Any:
    """The pattern compiled by RE2; `has_lines`: it looks at a whole section, so that ^ and $ stand for the ends of its lines."""
    import re2

    return re2.compile((f"(?m){pattern}" if has_lines else pattern).encode("utf-8"), options())


def verified(pattern: str, *, has_lines: bool = False) -> Any:
    """Compiles a pattern of a rule file; raises PatternError where RE2 refuses it or it costs too much."""
    import re2

    if len(pattern) > _LONGEST:
        raise PatternError(f"the pattern is {len(pattern)} characters long", f"{_LONGEST} are allowed: split it into several")
    try:
        regexp = compiled(pattern, has_lines=has_lines)
    except (re2.error, UnicodeEncodeError) as error:
        raise _told(pattern, _words(error)) from None
    # Backwards it is never so much larger that a small one would not do; to ask means to compile it once more.
    is_small = regexp.programsize < _SURELY_SMALL
    if not is_small and max(regexp.programsize, regexp.reverseprogramsize) > MOST_INSTRUCTIONS:
        raise PatternError(
            f"the pattern compiles to {regexp.programsize} instructions, {MOST_INSTRUCTIONS} are allowed",
            "use * or + instead of large counted repeats such as {1,500}",
        )
    return regexp


def _words(error: Exception) -> str:
    text = error.args[0] if error.args else ""
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def _told(pattern: str, message: str) -> PatternError:
    # An escaped backslash is no escape: blank such pairs before looking for foreign syntax.
    bare = re.sub(r"\\\\", "  ", pattern)
    for syntax, complaint, remedy in _FOREIGN:
        if found := syntax.search(bare):
            return PatternError(f"{complaint}: {found[0]}", remedy, found.start())
    if "pattern too large" in message:
        return PatternError("the pattern is too large for RE2", "use * or + instead of large counted repeats such as {1,500}")
    _, _, piece = message.rpartition(": ")
    offset = pattern.find(piece) if piece and piece != message else -1
    return PatternError(f"RE2 refuses the pattern: {message}", "see docs/rules.md, Patterns", offset)
