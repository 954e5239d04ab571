"""Which labelled mails train and which are judged: whole hosts, days, faults or kinds are held out.

A random split flatters: tomorrow's mail is nearly today's. What counts is the host, fault or kind that was never labelled.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailtriage.classify.labelled import Example
from mailtriage.classify.model import Model, load
from mailtriage.classify.train import Read, train
from mailtriage.errors import InputError
from mailtriage.text import plural

SPLITS = ("host", "time", "fault", "kind")
MOST_FOLDS = {"host": 5, "fault": 8, "kind": 8}  # so many trainings at most; where there are more groups they share folds
_EARLIEST_YEAR = 2001  # a mail without a date is filed under an earlier year


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A labelled mail with what it is held out by; "", () or None where nothing says it."""

    example: Example
    kind: str
    host: str
    faults: tuple[str, ...]  # what a mail to be seen shows
    at: datetime | None
    is_faultless: bool  # noise, and what a person wrote: has no fault, is held out one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """One training and the mails it is measured on."""

    held_out: tuple[str, ...]  # the hosts, days, faults or kinds that were not trained on
    train: tuple[Example, ...]
    test: tuple[Example, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """All folds; no mail is judged twice."""

    by: str
    n_groups: int
    folds: tuple[Fold, ...]
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What was held out, in words."""
        if self.by == "time":
            return f"split by time: trained on {plural(len(self.folds[0].train), 'mail')} of the first half of the days, judged the rest"
        each = "each alone" if self.n_groups == len(self.folds) else f"in {len(self.folds)} groups"
        return f"split by {self.by}: {plural(self.n_groups, self.by)} held out {each}, judged by models that never saw them"


def members(examples: Iterable[Example], read: Read) -> list[Member]:
    """What the mails are held out by: the keys `fault`, `kind`, `host` and `at` beside the label, else what the mail itself says."""
    found: list[Member] = []
    for example in examples:
        keys = _keys(example)
        message, report = read(example.raw)
        own = message.sent_at if message.sent_at and message.sent_at.year >= _EARLIEST_YEAR else None
        found.append(
            Member(
                example=example,
                kind=str(keys.get("kind") or report.kind),
                host=str(keys.get("host") or report.host).lower(),
                faults=_faults(keys.get("fault")),
                at=_moment(keys["at"], example) if keys.get("at") else own,
                is_faultless=is_faultless(example),
            )
        )
    return found


def is_faultless(example: Example) -> bool:
    """Whether there is nothing in a mail that a split by fault could hold out."""
    return example.label in ("noise", "human")


def split(by: str, among: Sequence[Member]) -> Split:
    """The folds; InputError says which key is needed where the mails cannot be split so."""
    if by == "time":
        return _by_time(among)
    if by == "fault":
        return _by_fault(among)
    names = [member.host if by == "host" else member.kind for member in among]
    fold_of = _deal(Counter(names), MOST_FOLDS[by])
    if len(fold_of) < 2:
        raise InputError(
            f"cannot split by {by}: all mails are of one {by}", remedy=f'add mails of another, or write "{by}" into the labels: NAME.json'
        )
    placed = [(member, fold_of[name]) for member, name in zip(among, names, strict=True)]
    folds = tuple(
        Fold(
            held_out=tuple(name for name in fold_of if fold_of[name] == fold),
            train=tuple(member.example for member, its in placed if its != fold),
            test=tuple(member.example for member, its in placed if its == fold),
        )
        for fold in sorted(set(fold_of.values()))
    )
    notes = (f"{plural(names.count(''), 'mail')} without a {by}: held out together",) if "" in fold_of else ()
    return Split(by=by, n_groups=len(fold_of), folds=folds, notes=notes)


def models(parts: Split, read: Read) -> Iterator[tuple[Fold, Model]]:
    """Trains a model for each fold, one after the other."""
    for fold in parts.folds:
        yield fold, model_without(fold, read)


def model_without(fold: Fold, read: Read) -> Model:
    """A model that was trained without what the fold holds out; written and loaded as any other."""
    with tempfile.TemporaryDirectory(prefix="mailtriage-") as scratch:
        train(fold.train, read, Path(scratch) / "model")
        return load(Path(scratch) / "model")


def remembering(read: Read) -> Read:
    """Reads each mail once, however many trainings ask for it."""
    known: dict[str, Any] = {}

    def read_once(raw: Any) -> Any:
        if raw.id not in known:
            known[raw.id] = read(raw)
        return known[raw.id]

    return read_once


def _by_time(among: Sequence[Member]) -> Split:
    days = sorted({_day(member.at) for member in among if member.at})
    if len(days) < 2:
        raise InputError("cannot split by time: all mails are of one day", remedy='write "at": "2026-11-23T06:30:00+00:00" into NAME.json')
    first_judged = days[(len(days) + 1) // 2]
    placed = [(member.example, _day(member.at)) for member in among if member.at]
    fold = Fold(
        held_out=tuple(day for day in days if day >= first_judged),
        train=tuple(example for example, day in placed if day < first_judged),
        test=tuple(example for example, day in placed if day >= first_judged),
    )
    n_undated = len(among) - len(placed)
    notes = (f'{plural(n_undated, "mail")} left out: neither a date nor the key "at"',) if n_undated else ()
    return Split(by="time", n_groups=len(days), folds=(fold,), notes=notes)


def _by_fault(among: Sequence[Member]) -> Split:
    """Mails to be seen are held out with all others of their fault, noise mail by mail: the fleet is known, the fault is not."""
    named = [member for member in among if member.faults or member.is_faultless]
    counts = Counter(member.faults[0] for member in named if not member.is_faultless)
    for member in named:
        counts.update(dict.fromkeys(() if member.is_faultless else member.faults[1:], 0))
    fold_of = _deal(counts, MOST_FOLDS["fault"])
    if len(fold_of) < 2:
        raise InputError(
            f"cannot split by fault: {plural(len(fold_of), 'fault')} named beside the mails to be seen",
            remedy='write "fault": "NAME" into the NAME.json of each mail labelled digest or event',
        )
    n_folds = len(set(fold_of.values()))
    folds = []
    for fold in range(n_folds):
        test = [member for member in named if _fault_fold(member, fold_of, n_folds) == fold]
        judged = {id(member) for member in test}
        # A mail with two faults is judged once, but trains nowhere that one of them is held out.
        free = [m for m in named if id(m) not in judged and (m.is_faultless or all(fold_of[fault] != fold for fault in m.faults))]
        folds.append(
            Fold(
                held_out=tuple(fault for fault in fold_of if fold_of[fault] == fold),
                train=tuple(member.example for member in free),
                test=tuple(member.example for member in test),
            )
        )
    n_unnamed = len(among) - len(named)
    notes = (f'{plural(n_unnamed, "mail")} to be seen left out: no key "fault"',) if n_unnamed else ()
    return Split(by="fault", n_groups=len(fold_of), folds=tuple(folds), notes=notes)


def _fault_fold(member: Member, fold_of: dict[str, int], n_folds: int) -> int:
    if member.is_faultless:
        return int(hashlib.sha256(member.example.raw.data).hexdigest()[:8], 16) % n_folds
    return fold_of[member.faults[0]]


def _deal(counts: Counter[str], most: int) -> dict[str, int]:
    """A fold for each name, the largest first into the fold that holds least; each its own where there are few."""
    n_folds = min(most, len(counts))
    loads = [0] * n_folds
    fold_of: dict[str, int] = {}
    for name, count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])):
        fold = min(range(n_folds), key=lambda at: (loads[at], at)) if len(counts) > most else len(fold_of)
        fold_of[name] = fold
        loads[fold] += max(count, 1)
    return dict(sorted(fold_of.items()))


def _day(at: datetime | None) -> str:
    return at.astimezone(UTC).date().isoformat() if at else ""


def _keys(example: Example) -> dict[str, Any]:
    """What stands beside the label; labelled() has checked that it is a table."""
    try:
        content = json.loads(Path(example.name).with_suffix(".json").read_bytes())
    except (OSError, ValueError):  # an example that is no file
        return {}
    return content if isinstance(content, dict) else {}


def _faults(value: object) -> tuple[str, ...]:
    """One name, or a list of names."""
    names = value if isinstance(value, list) else [value]
    return tuple(sorted({str(name) for name in names if name}))


def _moment(value: object, example: Example) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise InputError(
            f'{example.name}: "at" is {value!r}', remedy='write it as "2026-11-23T06:30:00+00:00", or leave it out: the mail\'s date counts'
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
