"""What the store teaches: labelled mails, and as weak examples the sections that rules dropped and nobody corrected.

A part of them is frozen: never trained on, kept to measure every new model with (classify/challenge.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from mailtriage import pipeline
from mailtriage.classify import Example
from mailtriage.classify.challenge import FROZEN_MUST_SEE, FROZEN_NOISE, SETTLED_JOB, is_frozen
from mailtriage.classify.masks import host_mask, hosts_masked, masked
from mailtriage.classify.reading import HUMAN, shapes_hash
from mailtriage.store.learning import floors
from mailtriage.store.main import Store
from mailtriage.store.spool import Spool
from mailtriage.store.values import Label
from mailtriage.text import one_line, plural
from mailtriage.types import Judged, Message, Outcome, RawMail, Report, Verdict

MOST_WEAK_OF_KIND = 300  # a million mails of one kind teach no more than its newest ones
MOST_WEAK = 4000
MOST_WEAK_BYTES = 2**20  # of one mail: all are in memory at once
_GUARD = "guard"  # the section that says why a mail may not be dropped
Read = Callable[[RawMail], tuple[Message, Report]]
LABELS = {Verdict.DROP: "noise", Verdict.DIGEST: "digest", Verdict.EVENT: "event", Verdict.PASS: "human"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One mail to learn from."""

    example: Example
    names: frozenset[str] | None  # the sections it speaks of, None for all
    kind: str
    host: str
    job: str  # kind and subject without numbers and host
    must_train: bool  # a mail that was wrongly dropped: the next model must know it

    @property
    def confirms(self) -> bool:
        """Whether it says of all or a part that it is quiet."""
        labels = (self.example.section_labels or {}).values()
        return self.example.label == "noise" or "noise" in labels

    @property
    def is_noise(self) -> bool:
        """Whether nothing in it must be seen."""
        labels = (self.example.section_labels or {}).values()
        return self.example.label == "noise" and all(label == "noise" for label in labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What people said of mails, in the order of the mails' ids."""

    lessons: tuple[Lesson, ...]
    n_labels: int  # labels that stand
    n_gone: int  # labelled mails whose bytes are not kept any more
    n_opinions: int  # labels to drop a section on the floor: kept, never acted on
    clashes: tuple[tuple[str, str], ...]  # mails with the same lines, numbers aside, and different labels

    @property
    def notes(self) -> tuple[str, ...]:
        """What an admin should know of them, one line each."""
        found = []
        if self.n_gone:
            found.append(f"{plural(self.n_gone, 'labelled mail')} left out: the bytes are not kept any more")
        if self.n_opinions:
            found.append(f"{plural(self.n_opinions, 'section')} of the floor labelled drop: kept as opinions, never acted on")
        if self.clashes:
            first, second = self.clashes[0]
            found.append(
                f"{plural(len(self.clashes), 'contradiction')}: the same lines, numbers aside, and other labels: {first}, {second}"
            )
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """All that the store teaches."""

    said: Said
    taught: tuple[Lesson, ...]
    frozen: tuple[Lesson, ...]
    n_weak: int  # mails whose sections rules dropped

    @property
    def all(self) -> tuple[Lesson, ...]:
        """Taught and frozen."""
        return (*self.taught, *self.frozen)

    @property
    def examples(self) -> Iterator[Example]:
        """What may be trained on."""
        return (lesson.example for lesson in self.taught)

    @property
    def text(self) -> str:
        """What it is made of, in one line."""
        labels, weak = plural(self.said.n_labels, "label"), plural(self.n_weak, "mail")
        return f"from {labels} and {weak} that rules dropped; {plural(len(self.frozen), 'mail')} frozen, never trained on"


def lessons(store: Store, spool: Spool, *, without: Collection[str] = (), unfrozen: Collection[str] = ()) -> Lessons:
    """Everything the store teaches; nothing is weakly learnt from the rules (`rule KIND/ID`) named in `without`.

    The mails in `unfrozen` are always trained on.
    """
    said = said_by_people(store, spool)
    unfrozen = store.learning.never_frozen() | frozenset(unfrozen)
    weak = tuple(_weak(store, spool, frozenset(without)))
    taught, frozen = _split([*said.lessons, *weak], unfrozen)
    return Lessons(said=said, taught=tuple(taught), frozen=tuple(frozen), n_weak=len(weak))


def said_by_people(store: Store, spool: Spool) -> Said:
    """The labelled mails, and what is odd about the labels."""
    found: list[Lesson] = []
    sayings: dict[tuple[str, str, str], list[tuple[str, bool]]] = defaultdict(list)
    n_gone = n_opinions = 0
    by_mail = labels_by_mail(store)
    for mail_id in sorted(by_mail):
        outcome, raw = store.outcome(mail_id), spool.get(mail_id)
        if outcome is None or raw is None:
            n_gone += 1
            continue
        lesson, n_floor = _labelled(outcome, raw, by_mail[mail_id])
        n_opinions += n_floor
        found += [lesson] if lesson else []
        for at, verdict in spoken_of(outcome, by_mail[mail_id]).items():
            sayings[same_lines(outcome, outcome.sections[at])].append((mail_id, verdict is Verdict.DROP))
    return Said(
        lessons=tuple(found),
        n_labels=sum(map(len, by_mail.values())),
        n_gone=n_gone,
        n_opinions=n_opinions,
        clashes=tuple(_clashes(sayings.values())),
    )


def labels_by_mail(store: Store) -> dict[str, list[Label]]:
    """The labels that stand, mail by mail."""
    found: dict[str, list[Label]] = defaultdict(list)
    for label in store.learning.labels():
        found[label.mail_id].append(label)
    return found


def reader(known: Iterable[Lesson]) -> Read:
    """Reads a mail as its lesson speaks of it: without the sections nobody said anything of."""
    names_of = {lesson.example.raw.id: lesson.names for lesson in known}

    def read(raw: RawMail) -> tuple[Message, Report]:
        message, report = pipeline.read(raw)
        names = names_of.get(raw.id)
        if names is None:
            return message, report
        return message, replace(report, sections=tuple(section for section in report.sections if section.name in names))

    return read


def spoken_of(outcome: Outcome, labels: Iterable[Label]) -> dict[int, Verdict]:
    """The verdict that labels give to sections, by position. That a whole mail must be seen says nothing of one of many sections."""
    by_section = {label.section: label.verdict for label in labels}
    whole = by_section.pop(None, None)
    found: dict[int, Verdict] = {}
    for at, judged in enumerate(outcome.sections):
        verdict = by_section.get(judged.section.name)
        if verdict is None and whole is not None and (whole is Verdict.DROP or len(outcome.sections) == 1):
            verdict = whole
        if verdict is not None:
            found[at] = verdict
    return found


def same_lines(outcome: Outcome, judged: Judged) -> tuple[str, str, str]:
    """What sections share that say the same, numbers aside."""
    mask = host_mask((outcome.host.lower(),) if outcome.host else ())
    lines = (line for line in judged.section.lines if line.strip())
    return outcome.kind, judged.section.name, shapes_hash(masked(hosts_masked(line, mask)).shape for line in lines)


def doubts(store: Store, outcome: Outcome, section: str | None, verdict: Verdict) -> Iterator[str]:
    """What a person should know who gives a section (None: the mail) this label: what is never acted on, what contradicts it."""
    concerned = [judged for judged in outcome.sections if section in (None, judged.section.name)]
    if verdict is Verdict.DROP:
        for judged in concerned:
            if hit := floors(judged):
                name = one_line(judged.section.name, 60)
                yield f"section {name} is on the floor ({', '.join(hit)}): the label is kept as an opinion and never acted on"
            elif judged.section.name == _GUARD:
                yield f"the mail may not be dropped: {one_line(judged.reasons[0].detail)}"
    for label in store.learning.labels(outcome.id):
        if (label.section is None) != (section is None) and (label.verdict is Verdict.DROP) != (verdict is Verdict.DROP):
            what = f"its section {one_line(label.section, 60)}" if label.section else "the mail as a whole"
            yield f"{what} is labelled {label.verdict}: the label of the section counts for the section"
    sayings = {same_lines(outcome, judged) for judged in concerned} if section or verdict is Verdict.DROP or len(concerned) == 1 else set()
    for mail_id, other in _said_otherwise(store, outcome, sayings, is_drop=verdict is Verdict.DROP):
        yield f"{mail_id} has the same lines, numbers aside, and is labelled {other}: one of them is wrong, or a number tells them apart"


def _said_otherwise(store: Store, outcome: Outcome, sayings: set[tuple[str, str, str]], *, is_drop: bool) -> Iterator[tuple[str, Verdict]]:
    """Other mails with one of these sayings and a label to the contrary."""
    names = {section for _, section, _ in sayings}
    for mail_id, labels in sorted(labels_by_mail(store).items()):
        other = store.outcome(mail_id) if mail_id != outcome.id else None
        if other is None or other.kind != outcome.kind:
            continue
        for at, verdict in spoken_of(other, labels).items():
            judged = other.sections[at]
            if (verdict is Verdict.DROP) != is_drop and judged.section.name in names and same_lines(other, judged) in sayings:
                yield mail_id, verdict
                break


def _labelled(outcome: Outcome, raw: RawMail, labels: list[Label]) -> tuple[Lesson | None, int]:
    """The mail as people labelled it, and how many of its sections are left out as opinions on the floor."""
    by_section = {label.section: label.verdict for label in labels}
    whole = by_section.pop(None, None)
    sections = {name: verdict for name, verdict in by_section.items() if name is not None}
    on_floor = {judged.section.name for judged in outcome.sections if floors(judged) or judged.section.name == _GUARD}
    opinions = {name for name in on_floor if sections.get(name, whole) is Verdict.DROP}
    names: frozenset[str] | None = None
    if whole is None or opinions:
        everything = sections if whole is None else {judged.section.name for judged in outcome.sections}
        names = frozenset(everything) - opinions
        if not names:
            return None, len(opinions)
    told = {name: verdict for name, verdict in sections.items() if names is None or name in names}
    label = whole or max(told.values(), key=lambda verdict: verdict.loudness)
    section_labels = {name: "digest" if verdict is Verdict.PASS else LABELS[verdict] for name, verdict in told.items()}
    lesson = Lesson(
        example=Example(raw=raw, label=LABELS[label], section_labels=section_labels or None, name=outcome.id, source=raw.peer),
        names=names,
        kind=outcome.kind,
        host=outcome.host,
        job=_job(outcome),
        must_train=_was_wrongly_dropped(outcome, whole, told),
    )
    return lesson, len(opinions)


def _was_wrongly_dropped(outcome: Outcome, whole: Verdict | None, sections: dict[str, Verdict]) -> bool:
    if whole not in (None, Verdict.DROP) and outcome.verdict is Verdict.DROP:
        return True
    wrong = {name for name, verdict in sections.items() if verdict is not Verdict.DROP}
    return any(judged.verdict is Verdict.DROP and judged.section.name in wrong for judged in outcome.sections)


def _weak(store: Store, spool: Spool, without: frozenset[str]) -> Iterator[Lesson]:
    """Complete mails with the sections that rules dropped."""
    for mail_id in store.learning.unlabelled_mails(MOST_WEAK_OF_KIND, MOST_WEAK):
        outcome = store.outcome(mail_id)
        if outcome is None or not outcome.is_complete or outcome.kind == HUMAN:
            continue
        dropped = {drop.at for drop in store.audits.drops_of(mail_id)}  # not undropped since
        kept = {
            judged.section.name for at, judged in enumerate(outcome.sections) if at not in dropped or not _is_rule_drop(judged, without)
        }
        names = frozenset(judged.section.name for judged in outcome.sections) - kept
        raw = spool.get(mail_id) if names else None
        if raw is not None and len(raw.data) <= MOST_WEAK_BYTES:
            example = Example(raw=raw, label="noise", name=mail_id, weak=True, source=raw.peer)
            told = names if kept else None
            yield Lesson(example=example, names=told, kind=outcome.kind, host=outcome.host, job=_job(outcome), must_train=False)


def _is_rule_drop(judged: Judged, without: frozenset[str]) -> bool:
    by = {reason.by for reason in judged.reasons}
    return judged.verdict is Verdict.DROP and judged.reasons[0].by.startswith("rule ") and not by & without


def _job(outcome: Outcome) -> str:
    mask = host_mask((outcome.host.lower(),) if outcome.host else ())
    return f"{outcome.kind}\t{masked(hosts_masked(outcome.subject, mask)).shape}"


def _split(found: list[Lesson], unfrozen: frozenset[str]) -> tuple[list[Lesson], list[Lesson]]:
    """What is trained on, and what is frozen: the same for the same labels, whatever else came."""
    n_of_job = Counter(lesson.job for lesson in found if lesson.is_noise)
    taught: list[Lesson] = []
    frozen: list[Lesson] = []
    for lesson in found:
        must_train = lesson.must_train or lesson.example.name in unfrozen
        may_freeze = n_of_job[lesson.job] >= SETTLED_JOB if lesson.is_noise else not must_train
        share = FROZEN_NOISE if lesson.is_noise else FROZEN_MUST_SEE
        (frozen if may_freeze and is_frozen(lesson.example.raw.data, share) else taught).append(lesson)
    return taught, frozen


def _clashes(sayings: Iterable[list[tuple[str, bool]]]) -> Iterator[tuple[str, str]]:
    for said in sayings:
        drops = [mail_id for mail_id, is_drop in said if is_drop]
        others = [mail_id for mail_id, is_drop in said if not is_drop]
        if drops and others:
            yield drops[0], others[0]
