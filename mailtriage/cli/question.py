"""A question about a cluster of mails, for a terminal. All text of mails is cleaned here."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailtriage.text import one_line, plural

if TYPE_CHECKING:
    from mailtriage.classify.clusters import Candidate, Cluster, NewLine
    from mailtriage.service.reviewing import Review

_MOST_LINES = 12
_STEPS = (10, 30, 100)
_NO_NUMBERS = "kav"  # which name, address or version it was
_UNITS = {"t": " s", "u": " s", "c": " %", "%": " %", "d": " d"}
_WORDS = {"new": "new", "value": "number", "missing": "missing", "held": "held"}


def summary(found: Review) -> str:
    """What became of the mails, and what answers would bring."""
    counts = found.counts
    order = ("dropped by rules", "dropped by learning", "raised", "passed", "shown", "cut", "labelled")
    names = {"shown": "shown by a rule", "cut": "held by a guard (cut off, a part not read, a broken rule)"}
    parts = [f"{counts[name]} {names.get(name, name)}" for name in order if counts[name]]
    parts.append(f"{counts['undecided']} undecided")
    lines = [f"{plural(found.n_mails, 'mail')}: {', '.join(parts)}"]
    steps = [step for step in _STEPS if step < len(found.questions)] + [len(found.questions)]
    if found.questions:
        brings = ", ".join(f"{plural(step, 'answer')} {plural(found.settled_by(step), 'mail')}" for step in steps[: len(_STEPS)])
        lines.append(f"settled, if the answer is always noise: {brings}")
    return "\n".join(lines)


def told(question: Cluster) -> str:
    """The question on a few lines, for a listing."""
    return "\n".join([_head(question), *_side_by_side(question, 4), *_left_out(question)])


def asked(question: Cluster, n_questions: int) -> str:
    """The question with both mails side by side."""
    head = f"question {question.rank} of {n_questions}"
    return "\n".join([head, _head(question), *_side_by_side(question, _MOST_LINES), *_left_out(question)])


def in_full(question: Cluster) -> str:
    """The undecided sections of both mails, one after the other."""
    shown = [question.typical] if question.unlike is question.typical else [question.typical, question.unlike]
    return "\n".join(line for candidate in shown for line in _whole(candidate))


def _whole(candidate: Candidate) -> Iterator[str]:
    yield f"--- {one_line(candidate.name, 100)}, host {candidate.host or '-'}"
    for reading in candidate.readings:
        yield f"[{reading.section}]"
        for line in reading.raw:
            yield f"  {one_line(line, 500)}"


def _head(question: Cluster) -> str:
    hosts = ", ".join(question.hosts[:3]) + (" ..." if len(question.hosts) > 3 else "")
    size = f"{plural(len(question.covers), 'mail')} of {plural(len(question.hosts), 'host')} ({hosts})"
    return one_line(f"{question.rank}. {question.id}  {question.kind}/{question.section}: {size}, settles {question.settles}", 140)


def _side_by_side(question: Cluster, most: int) -> Iterator[str]:
    """The unknown lines of the most typical and the most unlike mail, with what the covered ones have in their places."""
    width = max(20, (min(shutil.get_terminal_size().columns, 160) - 16) // 2)
    if question.unlike is not question.typical:
        typical, unlike = one_line(f"typical: {question.typical.name}", width), one_line(f"most unlike: {question.unlike.name}", width)
        yield f"   {'':8} {typical:{width}} | {unlike}"
    else:
        yield f"   {'':8} {one_line(question.typical.name, width)}"
    for line in question.lines[:most]:
        other = "" if question.unlike is question.typical else f" | {one_line(line.unlike, width)}"
        yield f"   {_WORDS[line.why]:8} {one_line(line.typical or line.shape, width):{width}}{other}".rstrip()
        if ranges := _ranges(line):
            yield f"   {'':8} {one_line(ranges, 2 * width)}"
    if len(question.lines) > most:
        yield f"   {'':8} and {plural(len(question.lines) - most, 'line')} more"


def _ranges(line: NewLine) -> str:
    told = [(letter, low, high) for letter, (low, high) in zip(line.types, line.ranges, strict=True) if letter not in _NO_NUMBERS]
    if all(low == high for _, low, high in told):
        return ""
    spans = [_said(letter, low) if low == high else f"{_said(letter, low)} to {_said(letter, high)}" for letter, low, high in told]
    return f"numbers: {', '.join(spans)}"


def _said(letter: str, number: float) -> str:
    if letter == "s":
        power = min(int(math.log(number, 1024)), 6) if number >= 1 else 0
        return f"{number / 1024**power:.3g}{' KMGTPE'[power]}".rstrip()
    return f"{number:g}{_UNITS.get(letter, '')}"


def _left_out(question: Cluster) -> Iterator[str]:
    if question.left_out:
        first = question.left_out[0]
        yield f"   left out {plural(len(question.left_out), 'mail')}, such as {one_line(first.name, 60)}: {one_line(first.why, 100)}"
    if question.must_see:
        yield f"   no approval: {one_line(question.must_see[0], 60)} is among them and labelled as to be seen"
