"""Champion against challenger: may a newly trained model take over, and what would it decide otherwise?

Pure comparison of what both said of the same mails. A part of the labelled mails is frozen: no training ever sees it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mailtriage.classify.masks import masked
from mailtriage.text import one_line, plural
from mailtriage.types import Verdict

FROZEN_MUST_SEE = 3  # one in so many of the mails to be seen
FROZEN_NOISE = 10  # one in so many noise mails
SETTLED_JOB = 20  # noise mails of a job, from which on some are frozen: below that every one of them is needed to learn
NOISE_TOLERANCE = 0.01  # of the frozen noise
_MOST_NAMED = 5
_MOST_GROUPS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A labelled mail, and whether learning alone would drop it: by the model in force, and by the new one."""

    name: str
    label: str  # noise, digest, event, human
    is_frozen: bool
    was_dropped: bool
    is_dropped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A section of the archive on which the two differ, with rules in force and learning allowed everywhere."""

    kind: str
    section: str
    was: Verdict
    now: Verdict
    why: str  # what the one that keeps it says
    host: str
    mail_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeGroup:
    """The same change on many mails."""

    kind: str
    section: str
    was: Verdict
    now: Verdict
    why: str
    n: int
    hosts: tuple[str, ...]
    mail_id: str  # one of them

    @property
    def text(self) -> str:
        """One line of a listing, and one with the reason."""
        hosts = one_line(", ".join(self.hosts[:3]), 100) + (f" and {len(self.hosts) - 3} more" if len(self.hosts) > 3 else "")
        return (
            f"{self.n:6}  {self.was} -> {self.now}  {self.kind}/{one_line(self.section, 60)} on {hosts}\n{'':8}{self.why}  ({self.mail_id})"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """The result; without `refusals` the challenger takes over."""

    n_must_see: int  # labelled mails to be seen, and the samples that are
    n_frozen_must_see: int  # of these: no training ever saw them
    n_wrong_was: int
    wrong: tuple[str, ...]  # what the challenger would drop of them
    new_wrong: tuple[str, ...]  # of these: what the model in force keeps
    n_noise: int  # frozen noise mails
    n_noise_was: int
    n_noise_now: int
    groups: tuple[ChangeGroup, ...]
    refusals: tuple[str, ...]

    @property
    def n_wrong_now(self) -> int:
        """The challenger's."""
        return len(self.wrong)

    @property
    def text(self) -> str:
        """For a terminal."""
        lines = [
            f"must-see mails that learning alone would drop: {self.n_wrong_now} of {self.n_must_see}, before {self.n_wrong_was} "
            f"({self.n_frozen_must_see} of them frozen: never trained on)",
            f"frozen noise dropped: {self.n_noise_now} of {self.n_noise}, before {self.n_noise_was}",
        ]
        if self.wrong:
            lines.insert(1, f"  it would drop: {_named(self.wrong)}")
        n_changed = sum(group.n for group in self.groups)
        lines.append(f"verdicts of the archive that change, where learning may act: {n_changed}")
        lines += [group.text for group in self.groups[:_MOST_GROUPS]]
        if len(self.groups) > _MOST_GROUPS:
            lines.append(f"        and {plural(sum(group.n for group in self.groups[_MOST_GROUPS:]), 'section')} more")
        return "\n".join(lines)

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "groups"}
        groups = [{name: getattr(group, name) for name in ChangeGroup.__slots__} for group in self.groups]
        return {**plain, "n_wrong_now": self.n_wrong_now, "changes": groups}


def is_frozen(data: bytes, one_in: int) -> bool:
    """Whether these bytes belong to the share that is never trained on: always the same answer for the same bytes."""
    return int(hashlib.sha256(data).hexdigest()[8:16], 16) % one_in == 0


def compare(trials: Iterable[Trial], changes: Iterable[Change]) -> Challenge:
    """Weighs a challenger against the model in force."""
    trials = list(trials)
    must_see = [trial for trial in trials if trial.label != "noise"]
    noise = [trial for trial in trials if trial.label == "noise" and trial.is_frozen]
    found = Challenge(
        n_must_see=len(must_see),
        n_frozen_must_see=sum(trial.is_frozen for trial in must_see),
        n_wrong_was=sum(trial.was_dropped for trial in must_see),
        wrong=tuple(sorted(trial.name for trial in must_see if trial.is_dropped)),
        new_wrong=tuple(sorted(trial.name for trial in must_see if trial.is_dropped and not trial.was_dropped)),
        n_noise=len(noise),
        n_noise_was=sum(trial.was_dropped for trial in noise),
        n_noise_now=sum(trial.is_dropped for trial in noise),
        groups=_grouped(changes),
        refusals=(),
    )
    return _with_refusals(found)


def _with_refusals(found: Challenge) -> Challenge:
    refusals = []
    if found.new_wrong:
        wrong = plural(len(found.new_wrong), "mail")
        refusals.append(f"it would drop {wrong} to be seen that the model in force keeps: {_named(found.new_wrong)}")
    # A model that holds what the one in force wrongly drops takes over at any price in noise.
    lost = (found.n_noise_was - found.n_noise_now) / found.n_noise if found.n_noise else 0.0
    if lost > NOISE_TOLERANCE and found.n_wrong_now >= found.n_wrong_was:
        refusals.append(
            f"it drops {100 * lost:.1f} points less of the frozen noise ({found.n_noise_now} of {found.n_noise}), allowed is 1 point"
        )
    return replace(found, refusals=tuple(refusals))


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(one_line(name, 80) for name in names[:_MOST_NAMED]) + more


def _grouped(changes: Iterable[Change]) -> tuple[ChangeGroup, ...]:
    """Alike changes together, what becomes quieter first, then the most frequent."""
    alike: dict[tuple[str, str, Verdict, Verdict, str], list[Change]] = defaultdict(list)
    for change in changes:
        alike[change.kind, change.section, change.was, change.now, _shape(change.why)].append(change)
    groups = [_group(key, its) for key, its in alike.items()]
    return tuple(sorted(groups, key=lambda group: (group.now is not Verdict.DROP, -group.n, group.kind, group.section, group.why)))


def _group(key: tuple[str, str, Verdict, Verdict, str], its: Sequence[Change]) -> ChangeGroup:
    kind, section, was, now, why = key
    hosts = tuple(sorted({change.host or "an unknown host" for change in its}))
    return ChangeGroup(kind=kind, section=section, was=was, now=now, why=why, n=len(its), hosts=hosts, mail_id=its[0].mail_id)


def _shape(why: str) -> str:
    """A reason without its numbers, so that alike ones fall together."""
    return one_line(masked(why).shape, 110)
