"""How well learning tells noise from trouble it never saw, beside bogofilter and a plain text classifier: `make bench-quality`.

One simulated fleet, seeds fixed; faults, kinds, hosts and days are held out. Rules are off, except in the last row of each split.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from benchmarks import text_filters
from benchmarks.quality_figures import ALERTS, BOTH, GATE, VETO, Result, Row, reasons, results, table
from mailtriage.classify import Example, Model
from mailtriage.classify.splits import SPLITS, Fold, Member, is_faultless, model_without, split
from mailtriage.judge import AllKinds, Case, NoHistory, judge
from mailtriage.pipeline import read
from mailtriage.rulebook import Rulebook, load
from mailtriage.shipped import shipped
from mailtriage.simulate import Fleet, mails
from mailtriage.simulate.hosts import hosts
from mailtriage.simulate.incidents import plan
from mailtriage.simulate.timeline import ALL_TYPES
from mailtriage.simulate.writing import faults
from mailtriage.types import Message, Opinion, RawMail, Report, Section, Verdict

SEED, START = 4, datetime(2026, 2, 20, tzinfo=UTC)  # a month's end and a leap of the clock lie within
DENSER = 8  # so many times as many incidents as a fleet has: more faults to miss in the same time


@dataclass(frozen=True, slots=True)
class Read:
    """One mail, read once."""

    example: Example
    message: Message
    report: Report
    kind: str  # the true one


class Fixture:
    """The fleet's mails, read, and their splits. Made once and inherited by the worker processes."""

    def __init__(self, n_hosts: int, days: int) -> None:
        self.members, self.mails = _fleet(n_hosts, days)
        self.fault_of = {member.example.raw.id: ", ".join(member.faults) for member in self.members}
        self.splits = {by: split(by, self.members) for by in SPLITS}
        self.rulebook = load(shipped("rules"))
        self.words = text_filters.Words([f"{read.message.subject}\n{read.message.text}" for read in self.mails.values()], list(self.mails))
        self.has_bogofilter = text_filters.bogofilter_is_here()

    def read(self, raw: RawMail) -> tuple[Message, Report]:
        """What was read of a mail."""
        known = self.mails[raw.id]
        return known.message, known.report


def _fleet(n_hosts: int, days: int) -> tuple[list[Member], dict[str, Read]]:
    chosen = hosts(n_hosts, SEED)
    # A silent host sends nothing, so there is nothing to judge.
    types = tuple(replace(one, per_host_days=one.per_host_days / DENSER) for one in ALL_TYPES if one.name != "host_silent")
    fleet = Fleet(hosts=chosen, days=days, seed=SEED, start=START, schedule=plan(chosen, days, SEED, START, types))
    members: list[Member] = []
    known: dict[str, Read] = {}
    for mail in mails(fleet):
        raw = RawMail(id=mail.stem, received_at=mail.sent_at, data=mail.data, mail_from=mail.mail_from, rcpt_tos=(mail.rcpt_to,))
        sections = {name: label.value for name, label in mail.truth.sections}
        example = Example(raw=raw, label=mail.truth.label.value, section_labels=sections or None, name="")
        message, report = read(raw)
        known[raw.id] = Read(example, message, report, mail.truth.kind)
        members.append(
            Member(
                example=example,
                kind=mail.truth.kind,
                host=mail.truth.host,
                faults=faults(mail),
                at=mail.sent_at,
                is_faultless=is_faultless(example),
            )
        )
    return members, known


class _Asked:
    """A model that is asked once for each section, and never raises: only drops are measured here."""

    raise_threshold = 2.0

    def __init__(self, model: Model) -> None:
        self.version = model.version
        self.veto_threshold = model.veto_threshold
        self._model = model
        self._said: dict[int, Opinion] = {}

    def all_of(self, mail: Read) -> tuple[Opinion, ...]:
        sections = mail.report.sections
        opinions = self._model.opinions(mail.report.kind, mail.report.host, sections, mail.message)
        self._said = {id(section): opinion for section, opinion in zip(sections, opinions, strict=True)}
        return opinions

    def opinion(self, kind: str, host: str, section: Section, message: Message) -> Opinion:
        return self._said[id(section)]

    def contradicts(self, kind: str, host: str, section: Section, message: Message) -> str:
        return self._model.contradicts(kind, host, section, message)


_fixture: Fixture  # set before the workers are forked


def _judge_fold(task: tuple[str, int]) -> list[Row]:
    by, number = task
    fold = _fixture.splits[by].folds[number]
    rows = _learnt(fold)
    rows += _of_texts(fold)
    return rows


def _learnt(fold: Fold) -> list[Row]:
    asked = _Asked(model_without(fold, _fixture.read))
    rows: list[Row] = []
    for example in fold.test:
        mail = _fixture.mails[example.raw.id]
        opinions = asked.all_of(mail)
        guard = _guard(mail)
        held = guard or next((opinion.held_by for opinion in opinions if not opinion.is_quiet), "")
        rows.append(_row(GATE, mail, held))
        vetoed = any(opinion.is_quiet and opinion.p_drop < asked.veto_threshold for opinion in opinions)
        rows.append(_row(VETO, mail, held or ("vetoed by the classifier" if vetoed else "")))
        rows.append(_row(BOTH, mail, _with_rules(mail, asked, _fixture.rulebook)))
    return rows


def _guard(mail: Read) -> str:
    """What forbids a drop of the whole mail, whatever the gate says of its sections."""
    report = mail.report
    if report.kind == "human" or report.note:
        return report.note or "a person's mail"
    if not report.is_complete:
        return "guard: cut off"
    if mail.message.unread:
        return "guard: a part was not read"
    return "" if report.sections else "guard: nothing could be read"


def _with_rules(mail: Read, asked: _Asked, rulebook: Rulebook) -> str:
    case = Case(
        report=mail.report,
        message=mail.message,
        rulebook=rulebook.as_of(mail.example.raw.received_at.date()),
        model=asked,
        history=NoHistory(),
        promoted=AllKinds(),
    )
    kept = [judged for judged in judge(case) if judged.verdict is not Verdict.DROP]
    if not kept:
        return ""
    loudest = max(kept, key=lambda judged: judged.verdict.loudness)
    reason = loudest.reasons[-1] if loudest.reasons[-1].by.startswith("gate") else loudest.reasons[0]
    return f"{reason.by.partition(' ')[0]}: {reason.detail}"


def _of_texts(fold: Fold) -> list[Row]:
    train = [(example.raw.id, example.label == "noise") for example in fold.train]
    test = [example.raw.id for example in fold.test]
    p_noise = _fixture.words.p_noise(train, test)
    scores = [("TF-IDF + LR at 0.5", 0.5, p_noise), ("TF-IDF + LR at 0.9", 0.9, p_noise)]
    if _fixture.has_bogofilter:
        raw = {name: mail.example.raw.data for name, mail in _fixture.mails.items()}
        spamicity = text_filters.bogofilter(train, test, raw)
        scores += [("bogofilter at 0.5", 0.5, spamicity), ("bogofilter at 0.99", 0.99, spamicity)]
    return [
        _row(method, _fixture.mails[name], "" if score >= limit else "by its words")
        for method, limit, said in scores
        for name, score in said
    ]


def _row(method: str, mail: Read, held_by: str) -> Row:
    name = mail.example.raw.id
    return Row(method, mail.kind, mail.example.label, not held_by, held_by, name, _fixture.fault_of[name])


def main() -> None:
    """Measures every split and prints one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a small fleet, to see that it runs: the figures mean nothing")
    parser.add_argument("--reasons", type=int, default=8, metavar="N", help="how many reasons to name for each split")
    options = parser.parse_args()
    global _fixture  # noqa: PLW0603 -- forked workers inherit it
    began_at = time.monotonic()
    _fixture = Fixture(20, 8) if options.quick else Fixture(120, 28)
    labels = Counter(member.example.label for member in _fixture.members)
    print(
        f"{len(_fixture.members)} mails, seed {SEED}, incidents {DENSER} times as dense as usual: {dict(sorted(labels.items()))}",
        flush=True,
    )
    seen = [member for member in _fixture.members if not member.is_faultless]
    other = [member for member in seen if member.kind != ALERTS]
    # Alerts are easy to hold: hardly one of their kind is ever approved. What remains carries the weight.
    print(f"{len(seen)} show {len({member.faults for member in seen})} faults; {len(other)} of them are no Zabbix alerts", flush=True)
    if not _fixture.has_bogofilter:
        print("bogofilter: skipped, it is not installed (Debian package bogofilter)")
    found: list[Result] = []
    tasks = [(by, number) for by in SPLITS for number in range(len(_fixture.splits[by].folds))]
    rows: dict[str, list[Row]] = defaultdict(list)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        for (by, number), some in zip(tasks, pool.imap(_judge_fold, tasks), strict=True):
            rows[by] += some
            if number == len(_fixture.splits[by].folds) - 1:
                found += results(by, rows[by])
                print(f"\n{_fixture.splits[by].text}\n{reasons(rows[by], options.reasons)}", flush=True)
    print(f"\n{table(found)}\n\nrules are off but in the rows of {BOTH}; {time.monotonic() - began_at:.0f} s")


if __name__ == "__main__":
    main()
