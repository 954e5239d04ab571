"""A section as the classifier sees it: words and word pairs of its masked lines, and marks of its structure."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from mailtriage.classify.gate import Finding
from mailtriage.classify.reading import SUBJECT, Reading

_WORD = re.compile(r"‹[^›]*›|[^\W\d_]+(?:'[^\W\d_]+)?|[\[(][A-Z_]{1,3}[\])]|!+")
_CACHE_SIZE = 100_000

_grams_of: dict[str, frozenset[str]] = {}


@dataclass(frozen=True, slots=True)
class Traits:
    """What tells sections apart for the classifier; equal traits get equal probabilities."""

    wordings: tuple[str, ...]
    marks: tuple[str, ...]


def traits(reading: Reading, finding: Finding) -> Traits:
    """The traits of a section: where lines are new only these are read, since thirty quiet lines outvote one bad one."""
    lines = reading.lines
    chosen = [lines[at].wording for at in finding.new] if finding.is_known_kind and finding.new else [line.wording for line in lines]
    marks = (
        f"kind {reading.kind}",
        f"section {reading.section}",
        f"program {reading.program}",
        f"state {reading.state}",
        _some(len(finding.new), "new line") if finding.is_known_kind else "a kind nobody approved",
        _some(finding.n_values, "number out of place", "numbers out of place"),
        _some(finding.n_missing, "line missing", "lines missing"),
    )
    return Traits(tuple(dict.fromkeys(chosen)), tuple(mark for mark in marks if mark))


def _some(n: int, one: str, many: str = "") -> str:
    if n == 0:
        return ""
    return f"one {one}" if n == 1 else f"several {many or one + 's'}"


def grams(wording: str) -> frozenset[str]:
    """The words and pairs of neighbouring words of one line."""
    known = _grams_of.get(wording)
    if known is None:
        if len(_grams_of) >= _CACHE_SIZE:
            _grams_of.clear()
        words = [word.lower() for word in _WORD.findall(wording.removeprefix(SUBJECT))]
        pairs = (f"{first} {second}" for first, second in itertools.pairwise(words))
        known = _grams_of[wording] = frozenset((*words, *pairs))
    return known
