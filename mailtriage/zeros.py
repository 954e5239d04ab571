"""Cuts counts of no trouble out of a line: `0 errors`, `Fehler: 0`, `failed (0)`, `aucun échec`, `mislukt 0%`, in many tongues.

Only a zero right beside a word of trouble is cut, or beside a phrase of it (`0 could not be removed`, `Quota dépassé : aucun`), with
nothing between them but words that name the thing. `0 of 3`, `0 -> 3`,
`0.5`, `0x1f`, `rc=0 but failed`, `3 errors 0 warnings` and `Failed disk: 0`, which is the number of a disk, stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from mailtriage.zero_words import (
    ADJECTIVES,
    AND,
    BEHIND,
    CLAUSES,
    CONDITIONS,
    COUNTABLE,
    LEADS,
    NEGATION,
    NOBODY,
    NOTHING,
    NOUN,
    SHARES,
    STATES,
    STOPS,
    STOPS_BEFORE,
    THINGS,
    VERBS,
    is_bad,
)

_WORD = r"(?:[^\W\d_][\w'’/-]{0,30}|\([^\W\d_]{1,3}\))"
_NAUGHT = r"(?:0x0{1,16}|0{1,9}(?:[.,]0{1,9}|(?:/0){1,5})?)(?:[ \t]?%)?"
_NO_MORE = r"(?=\s*(?:$|[;|\])}\"']|,(?!\d)|\.(?![\w.]|[ \t]\.)))"
# `->`, `of 3`, `/3`, another number: then the zero is not all that is said.
_END = (
    rf"(?:{_NO_MORE}"
    r"|(?=\s+(?!(?:of|von|sur|van|z|ze|de|di|av|af|iz|из|od|out|to|bis)\s+\d|[-=]*>|[→➜/]|(?:[+~.-]\s?){0,60}\d)))"
)
_GAP = (
    r"[ \t]{0,40}(?:(?:\.{2,120}|…)[ \t]{0,40})?[:=][=:]?[ \t]{0,40}|[ \t]{0,9}(?:\.{3,120}|(?:\.[ \t]){3,60}|…)[ \t]{0,9}"
    r"|[ \t]{0,9}[(\[][ \t]?|[ \t]{1,40}|[ \t]{0,40}\|[ \t]{0,40}"
)
_AFTER = re.compile(
    rf"(?P<label>(?<![\w.-]){_WORD}(?:[ \t]{{1,2}}{_WORD}){{0,4}})(?:\(\w{{1,3}}\))?[\"']?(?P<gap>{_GAP})"
    rf"[\"']?(?:{_NAUGHT}{_END}|(?P<nothing>{NOTHING}){_NO_MORE})(?:[ \t]?[)\]])?",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"(?<![^\s(\[\"'|;>*•–-])(?:(?P<naught>{_NAUGHT})(?:[ \t](?:of|von|sur|van|z)[ \t]\d{{1,9}}|/\d{{1,9}})?|{NEGATION})[ \t]"
    rf"(?P<words>{_WORD}(?:[ \t]{_WORD}){{0,4}})",
    re.IGNORECASE,
)
# `0 files could not be removed`, `not found: none`: of a phrase that is no word of trouble itself. A name before a zero may bear it as a
# number, and one before a phrase may be all that it is said of.
_PHRASE_BEFORE = re.compile(
    rf"(?<![\w.,:/=+#-]){_NAUGHT}(?:[ \t]of[ \t]\d{{1,9}}|/\d{{1,9}})?[ \t](?P<names>(?:(?:{_WORD}[ \t])?(?:{THINGS})[ \t])?)"
    rf"(?P<phrase>{CLAUSES}|{CONDITIONS})(?![\w'’-])",
    re.IGNORECASE,
)
_PHRASE_AFTER = re.compile(
    rf"(?:^\W{{0,9}}|(?<=[,;|(\]])[ \t]{{0,9}}|\bINFO:?[ \t]{{1,2}})(?:(?:(?:{THINGS})[ \t])?(?:{CONDITIONS})"
    rf"|(?:(?:{THINGS}),?[ \t](?:that|which|die|qui|que|które|che)[ \t])?(?:{CLAUSES}))"
    rf"(?:{_GAP})(?:{_NAUGHT}(?:[ \t](?:{THINGS}))?|{NOBODY}){_NO_MORE}",
    re.IGNORECASE,
)
_ALONE = re.compile(r"(?:^\W{0,20}|[;(|\]][ \t]{0,3}|[^\d\s],[ \t]{1,3}|\bINFO:?[ \t]{1,2}|[^\W\d_]{2} (?:and|but|und|et|en|i|y|e)[ \t])$")
_MAY = rf"(?i)(?:^|[^0-9a-z_.]|\.\.)(?:0|{NOTHING}|{NEGATION})(?:$|[^0-9a-z_]|x0|0)"
_LED = re.compile(r"(?:^|[^\w\s])\s*$|(?P<word>[^\W\d_]+)\s$")
_SUCCESSES = re.compile(r"\d[ \t]{1,3}(?:ok|\w{2,20}(?:s|ed|en))\s$", re.IGNORECASE)  # `12 passed 0 failed`
_NUMBERED = re.compile(
    r"(?:\b(?:rc|code|exit|exited|errno|level|signal|id|nr|no|num|number|index|controller|enclosure|vd|ld|pd|raid|array|bus"
    r"|target|lun|adapter|disk|drive|port|slot|bay|sector|block|line|row|column|unit|volume|device|member|channel|cpu|core|node|fan"
    r"|sensor|host)|=)\s*[:=#]?\s*$",
    re.IGNORECASE,
)
_LISTED = re.compile(  # `drives 1 and 0 failed`
    r"\b(?:(?:disk|drive|port|slot|bay|sector|block|volume|device|cpu|core|node|fan|lun|disque|disco)s|platten|laufwerke|schijven|dyski)"
    r"[ \t]\d{1,4}(?:,[ \t]?\d{1,4}){0,3}(?:,|,?[ \t](?:and|und|et|en|i|y|e))[ \t]$",
    re.IGNORECASE,
)
_STATE = re.compile(r"\b(?:stat(?:e|us)|health|zustand|état|statut|stan|estado|stato|tila)\s*[:=]\s*$", re.IGNORECASE)
_COUNTED = re.compile(r"(?<![\w.])[1-9](?:[\d.,]{0,15}\d)?[ \t]{1,3}$")
_THOUSANDS = re.compile(r"\d[ \t\xa0\u202f]$")
_OTHER_COUNT = re.compile(r"[ \t]{0,3}:[ \t]+[^\s0]|[ \t]to[ \t]|[ \t]{1,3}[:=]?[ \t]{0,3}[1-9]|[ \t]?[:=][ \t]{0,9}[1-9]|[-/.=]\w")
_ROW = re.compile(r"\s*[|,;/]\s*[1-9][\d.,]{0,15}\s*(?:$|[|,;/])")
_FOLLOWED = re.compile(r"[ \t]\w")
_PAIR = re.compile(rf"[ \t]+{_WORD}(?:[ \t]{_WORD}){{0,2}}[ \t]{{0,9}}(?:[:=(]|[ \t]\d)")
_PAIRS = re.compile(r"\W{0,9}(?:[^\W\d_][\w'-]{0,30}[ \t]{1,9}\d{1,12}[ \t]{0,9}){2,40}")  # `ok 5 failed 0 skipped 0`
_NEXT = re.compile(rf"[ \t]+(?P<word>{_WORD})(?P<zero>[ \t:=(]+0(?![\w.,:/]))?")
_APART = re.compile(r"[^\s()]+")
_NEAR = 24  # characters before a statement that are looked at


def cut(line: str, *, is_strict: bool = False) -> str:
    """The line without its counts of no trouble, a blank in the place of each.

    With `is_strict` a zero after its word counts only with a mark between them (`degraded: 0`), as states stand beside counters,
    and one before its word only with a plural.
    """
    if _may_count_nothing().search(line.encode("utf-8", "replace")) is None:
        return line
    if not is_strict:
        line = _PHRASE_AFTER.sub(" ", line)
        line = _PHRASE_BEFORE.sub(_without_phrase, line)
    line = _AFTER.sub(lambda found: _without_after(found, is_strict), line)
    return _BEFORE.sub(lambda found: _without_before(found, is_strict), line)


@cache
def _may_count_nothing() -> Any:
    """For RE2, which reads each line once: few lines of trouble have a zero or a negation at all."""
    import re2

    return re2.compile(_MAY.encode())


def _without_after(found: re.Match[str], is_strict: bool) -> str:
    """`label: 0` without its words of trouble and its zero, or as it was."""
    label = found["label"]
    words = list(_APART.finditer(label))
    bad = [number for number, word in enumerate(words) if is_bad(word[0])]
    if not bad:
        return found[0]
    names = [word[0].casefold() for word in words]
    first, last = bad[0], bad[-1]
    before = found.string[: found.start() + words[first].start()]
    rest = found.string[found.end() :]
    is_count = not (
        not STOPS.isdisjoint(names[last + 1 :])
        or not VERBS.isdisjoint(names[max(0, first - 2) : first])
        or (_COUNTED.search(before[-_NEAR:]) and not _PAIRS.fullmatch(found.string))
        or _STATE.search(before[-_NEAR:])
        or (found["gap"].rstrip().endswith(("(", "[")) and found[0][-1] not in ")]")  # `failed (0 of the rest`
        or (_FOLLOWED.match(rest) and not _PAIR.match(rest))  # `failed: 0 files copied`
        or _ROW.match(rest)  # `failed | 0 | 3`
        or (is_strict and rest.lstrip()[:1] not in ("", *",;)]|."))
    )
    if not is_count or (not found["gap"].strip() and (is_strict or found["nothing"] or not _may_be_bare(words, last, before, rest))):
        return found[0]
    start = last if not STOPS.isdisjoint(names[first:last]) else first
    return label[: words[start].start()] + " "


def _may_be_bare(words: Sequence[re.Match[str]], last: int, before: str, rest: str) -> bool:
    """Whether a zero that only a blank parts from a word of trouble counts it: not in `changed to DOWN 0` and `failed 0 errors 3`."""
    if any(word[0].casefold() not in SHARES for word in words[last + 1 :]):
        return False
    led = _LED.search(before[-_NEAR:])
    leader = (led["word"] or "").casefold() if led is not None else ""
    following = _NEXT.match(rest)
    is_other_count = following is not None and is_bad(following["word"]) and not following["zero"]
    return words[last][0] not in STATES and leader not in STOPS and leader not in VERBS and not is_other_count


def _without_phrase(found: re.Match[str]) -> str:
    """`0 files could not be removed` without all of it, or as it was: so it stays in `drive 0 could not be read`."""
    before, rest = found.string[: found.start()][-_NEAR:], found.string[found.end() :]
    is_led = _ALONE.search(before) or (found["names"] and _is_led(before) and not _THOUSANDS.search(before))
    names = found["names"].casefold().split()
    return " " if is_led and STOPS_BEFORE.isdisjoint(names) and not _OTHER_COUNT.match(rest) else found[0]


def _without_before(found: re.Match[str], is_strict: bool) -> str:
    """`0 words` or `no words` without its words of trouble, or as it was."""
    before = found.string[: found.start()][-_NEAR:]
    is_number = found["naught"] is not None
    if is_number and (not _is_led(before) or _THOUSANDS.search(before)):
        return found[0]
    end = _end_of_bad(found["words"], is_number)
    if not end or _OTHER_COUNT.match(found.string[found.start("words") + end :]):
        return found[0]
    if is_strict and not COUNTABLE.fullmatch(found["words"][:end].rpartition(" ")[2].casefold()):
        return found[0]  # `0 Kernel panic` is the line of a log
    return " " + found["words"][end:]


def _end_of_bad(words: str, is_number: bool) -> int:
    """Where the words of trouble end that a zero (or else a negation) before them counts; 0 if it counts none."""
    end, n_names, is_noun = 0, 0, False
    for word in _APART.finditer(words):
        text = word[0].casefold()
        if is_bad(text) and (not is_noun or BEHIND.fullmatch(text)):
            end, is_noun = word.end(), NOUN.fullmatch(text) is not None
        elif end and word[0] in AND:
            is_noun = False
        elif end or text in STOPS_BEFORE or n_names > 1 or (not is_number and text not in ADJECTIVES):
            break
        else:
            n_names += 1
    return end


def _is_led(before: str) -> bool:
    """Whether a zero behind this text counts what follows it: `with 0 errors`, but not `Port 0 failed` and `rc=0 failed`."""
    found = _LED.search(before)
    if found is None or _NUMBERED.search(before) or _LISTED.search(before):
        return False
    word = found["word"]
    return word is None or word.casefold() in LEADS or is_bad(word) or bool(_SUCCESSES.search(before))
