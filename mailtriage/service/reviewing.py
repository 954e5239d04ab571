"""Which mails nobody decides, as questions; and the answers, written as labels of a folder or of the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from mailtriage.classify.clusters import Candidate, Cluster, clusters
from mailtriage.classify.gate import Gate
from mailtriage.classify.model import Model as LearntModel
from mailtriage.classify.reading import Reader
from mailtriage.errors import InputError
from mailtriage.judge import AllKinds, Case, Model, NoHistory, judge
from mailtriage.pipeline import read
from mailtriage.receive.files import read_mails
from mailtriage.receive.ids import new_id
from mailtriage.rulebook import Rulebook
from mailtriage.store.main import Store
from mailtriage.store.spool import Spool
from mailtriage.types import Judged, Message, RawMail, Report, Section, Verdict

MOST_MAILS = 10_000  # of a store: the newest ones; more would not change the questions, only their wait
LABELS = {"noise": Verdict.DROP, "digest": Verdict.DIGEST, "event": Verdict.EVENT, "human": Verdict.PASS}
_LABEL_OF = {verdict: label for label, verdict in LABELS.items()}
Mails = Iterable[tuple[str, RawMail]]  # name and mail
Read = Callable[[RawMail], tuple[Message, Report]]


class Answers(Protocol):
    """Where the labels of the reviewed mails are."""

    def label(self, name: str) -> str:
        """The label of a mail, "" while it has none."""

    def write(self, cluster: Cluster, label: str) -> None:
        """Labels every mail the cluster covers."""

    def take_back(self, question: str) -> int:
        """Takes the answer to a question back, exactly, and says of how many mails."""


@dataclass(frozen=True, slots=True)
class Review:
    """What became of the mails, and the questions about those nobody decides."""

    counts: Counter[str]  # dropped by rules, dropped by learning, raised, passed, shown, cut, labelled, undecided
    questions: tuple[Cluster, ...]

    @property
    def n_mails(self) -> int:
        """All mails looked at."""
        return self.counts.total()

    def settled_by(self, n_answers: int) -> int:
        """How many undecided mails have nothing unknown left after the first answers, if all of them approve."""
        return sum(question.settles for question in self.questions[:n_answers])


def review(
    mails: Mails, answers: Answers, rulebook: Rulebook, model: Model | None, *, now: datetime, n: int | None = None,
    progress: Callable[[int], None] | None = None, read_mail: Read = read,
) -> Review:  # fmt: skip
    """Judges the mails, with the model as if promoted, and asks about what is undecided; at most `n` questions."""
    counts: Counter[str] = Counter()
    current = rulebook.as_of(now.date())

    def candidates() -> Iterator[Candidate]:
        reader = Reader()
        for n_read, (name, raw) in enumerate(mails, 1):
            if progress:
                progress(n_read)
            label = answers.label(name)
            what, candidate = _candidate(name, read_mail(raw), label, current, model, reader)
            counts["labelled" if label else what] += 1
            if candidate is not None:
                yield candidate

    found = clusters(candidates(), model.gate if isinstance(model, LearntModel) else Gate({}), n)
    return Review(counts, found)


def _candidate(
    name: str, mail: tuple[Message, Report], label: str, rulebook: Rulebook, model: Model | None, reader: Reader
) -> tuple[str, Candidate | None]:
    message, report = mail
    case = Case(report=report, message=message, rulebook=rulebook, model=model, history=NoHistory(), promoted=AllKinds())
    what, sections = _undecided(judge(case))
    if not sections:
        return what, None
    readings = tuple(reader.read(report.kind, report.host, section, message) for section in sections)
    return what, Candidate(name=name, host=report.host, kind=report.kind, readings=readings, label=label)


def _undecided(sections: tuple[Judged, ...]) -> tuple[str, list[Section]]:
    """What becomes of the mail in one word, and its undecided sections if they are all that keeps it."""
    verdicts = {judged.verdict for judged in sections}
    if Verdict.PASS in verdicts:
        return "passed", []
    if Verdict.EVENT in verdicts:
        return "raised", []
    kept = [judged for judged in sections if judged.verdict is Verdict.DIGEST]
    if not kept:
        is_learnt = any(judged.reasons[0].by.startswith("gate ") for judged in sections)
        return ("dropped by learning" if is_learnt else "dropped by rules"), []
    deciders = {judged.reasons[0].by.partition(" ")[0] for judged in kept}
    if "guard" in deciders:
        return "cut", []
    if deciders & {"rule", "floor"}:
        return "shown", []
    return "undecided", [judged.section for judged in kept]


def file_mails(paths: Iterable[Path], now: datetime) -> Iterator[tuple[str, RawMail]]:
    """The mails of files and folders, by path."""
    for path in paths:
        for name, data in read_mails(path):
            yield name, RawMail(id=new_id(now), received_at=now, data=data)


def store_mails(store: Store, spool: Spool, *, only_kept: bool = True) -> Iterator[tuple[str, RawMail]]:
    """The newest mails of the store whose bytes are still there, by id; those that were dropped are left out where asked."""
    for row in store.mails("verdict:digest" if only_kept else "", MOST_MAILS):
        raw = spool.get(row.id)
        if raw is not None:
            yield row.id, raw


class StoreAnswers:
    """Labels of a store's mails."""

    def __init__(self, store: Store, *, who: str, at: datetime) -> None:
        self._store = store
        self._who = who
        self._at = at
        self._labels: dict[str, str] = {}
        for label in store.learning.labels():
            if label.section is None:
                self._labels[label.mail_id] = _LABEL_OF[label.verdict]
            elif label.verdict is not Verdict.DROP:
                self._labels.setdefault(label.mail_id, _LABEL_OF[label.verdict])

    def label(self, name: str) -> str:
        """The label of a mail, "" while it has none; a section to be seen makes the mail one to be seen."""
        return self._labels.get(name, "")

    def write(self, cluster: Cluster, label: str) -> None:
        """Labels every mail the cluster covers, all or none."""
        with self._store.transaction():
            for candidate in cluster.covers:
                self._store.label(candidate.name, None, LABELS[label], who=self._who, at=self._at, how="cluster", question=cluster.id)
        self._labels.update({candidate.name: label for candidate in cluster.covers})

    def take_back(self, question: str) -> int:
        """Takes the answer to a question back, exactly, and says of how many mails."""
        taken = self._store.learning.take_back_answer(question, who=self._who, at=self._at)
        for label in taken:
            self._labels.pop(label.mail_id, None)
        return len(taken)


def approve(cluster: Cluster, label: str, answers: Answers) -> None:
    """Writes an answer; InputError when it would approve what lies near a mail that is to be seen."""
    if label == "noise" and cluster.must_see:
        raise InputError(
            f"question {cluster.id} is not approved: {cluster.must_see[0]} lies among these mails and is labelled as to be seen",
            remedy="take that label back if it is wrong, or answer digest or event",
        )
    answers.write(cluster, label)
