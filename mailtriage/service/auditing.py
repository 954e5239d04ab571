"""Asks about a few drops, takes the answers, and suspends what drops wrongly too often: docs/learning.md, section Audits."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailtriage import maillog
from mailtriage.classify.bounds import Interval, Stratum, audits_to, breaks, interval, percent, words
from mailtriage.classify.draw import CLOSE, Cell, chances, drawn
from mailtriage.config import Config
from mailtriage.digest.edition import Check
from mailtriage.service.files import instance
from mailtriage.store.audits import GATE
from mailtriage.store.main import Store
from mailtriage.store.values import Answer, Audit, Known, Tally
from mailtriage.text import plural
from mailtriage.types import Judged, Outcome, Verdict

_NEXT_GOAL = 0.85  # once the limit is met: what the next audits are worth, in parts of the bound


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """What audits know of one rule, of learning on one kind, or of all rules or kinds together."""

    source: str
    found: Interval
    n_more: int | None  # audits, none of them wrong, that bring the bound to `target`; None: no number can
    target: float
    n_known: int = 0  # wrong drops found outside of the audits; they are no part of the interval
    n_unsure: int = 0  # of mails with several dropped sections: it may have been another one
    is_suspended: bool = False

    @property
    def text(self) -> str:
        """In plain words."""
        return words(self.found, self.n_more, self.target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All sources, the worst bound first, and their totals."""

    limit: float
    sources: tuple[SourceReport, ...]
    rules: SourceReport
    learning: SourceReport
    n_open: int  # questions without an answer
    n_undrawn: int  # drops since the last drawing: in no figure yet


def ask(store: Store, config: Config, slot: str, now: datetime) -> tuple[Audit, ...]:
    """Draws questions about what was dropped since the last drawing; the same slot of the same store asks the same, once."""
    with store.transaction():
        if not (asked := store.audits.asked_in(slot)):
            _draw(store, config, slot, now, is_new=True)
            asked = store.audits.asked_in(slot)
        return asked


def next_question(store: Store, config: Config, now: datetime) -> Audit | None:
    """The open question drawn last, else one of fresh ones: of what came since the last drawing, then of what nobody was asked about."""
    with store.transaction():
        if not store.audits.open():
            _draw(store, config, f"next {now.isoformat()}", now, is_new=store.audits.has_new())
        return next(iter(store.audits.open()), None)


def checks(store: Store, config: Config) -> tuple[tuple[Check, ...], int]:
    """The questions a digest shows, those drawn last, and how many others are open."""
    questions = store.audits.open()
    shown = questions[: config.digest.n_audits]
    return tuple(_check(store, audit) for audit in shown), len(questions) - len(shown)


def judged_of(store: Store, audit: Audit) -> tuple[Outcome, Judged]:
    """The mail and the section a question is about."""
    outcome = store.outcome(audit.drop.mail_id)
    assert outcome is not None  # what was decided is kept for good
    return outcome, outcome.sections[audit.drop.at]


def answer(store: Store, config: Config, audit: Audit, said: Answer, *, why: str, who: str, at: datetime) -> tuple[str, ...]:
    """Takes an answer. A wrong drop is shown in the next digest and labelled; gives the sources that are suspended for it."""
    with store.transaction():
        if said is Answer.WRONG:
            drop = audit.drop
            store.label(drop.mail_id, drop.section, Verdict.DIGEST, why=why, who=who, at=at, how="audit", question=audit.id)
            maillog.labelled(drop.mail_id, verdict=Verdict.DIGEST, section=drop.section)
        _take(store, audit, said, why=why, who=who, at=at)
        return suspend(store, config.audit.limit, at)


def label(
    store: Store, config: Config, mail_id: str, section: str | None, verdict: Verdict, *, why: str, who: str, at: datetime
) -> tuple[Outcome, tuple[Audit, ...], tuple[str, ...]]:
    """Labels a mail or section, and answers the open questions about it: the mail, those questions, what is suspended for it."""
    with store.transaction():
        asked = tuple(one for one in store.audits.of_mail(mail_id) if one.answer is None and section in (None, one.drop.section))
        how, question = ("audit", asked[0].id) if asked else ("single", "")
        outcome = store.label(mail_id, section, verdict, why=why, who=who, at=at, how=how, question=question)
        for audit in asked:
            _take(store, audit, Answer.RIGHT if verdict is Verdict.DROP else Answer.WRONG, why=why, who=who, at=at)
        return outcome, asked, suspend(store, config.audit.limit, at)


def undrop(store: Store, config: Config, mail_id: str, *, who: str, at: datetime) -> tuple[bool, tuple[str, ...]]:
    """Takes the drop of a mail back: whether it was dropped, and what is suspended for it.

    Somebody looked for this mail, so it is no random finding: it stands apart from the audits, unless it was asked about.
    """
    with store.transaction():
        drops = [drop for drop in store.audits.drops_of(mail_id) if drop.can_be_wrong]
        asked = {one.drop.n: one for one in store.audits.of_mail(mail_id)}
        if not store.undrop(mail_id):
            return False, ()
        maillog.undropped(mail_id)
        for drop in drops:
            if drop.n not in asked:
                store.audits.correct(drop, "undrop", is_sure=len(drops) == 1, at=at)
        still_open = tuple(one for one in asked.values() if one.answer is None)
        for one in still_open:
            store.audits.answer(one, Answer.WRONG, why="the mail was undropped", who=who, at=at)
        return True, suspend(store, config.audit.limit, at)


def suspend(store: Store, limit: float, at: datetime) -> tuple[str, ...]:
    """Suspends the sources that are more likely than not over the limit; gives those that were not suspended before."""
    tallies = _by_source(tally for tally in store.audits.tallies() if not tally.is_past)
    known = {one.source: one for one in store.audits.known_wrong()}
    undrawn = store.audits.n_undrawn()
    found = []
    for source in sorted({*tallies, *known} - store.audits.suspended()):
        strata, n_known = _strata(tallies.get(source, ())), known[source].n_sure if source in known else 0
        if (n_known or any(one.n_wrong for one in strata)) and breaks(strata, limit, n_known, undrawn.get(source, 0)):
            store.audits.suspend(source, _why(strata, n_known, limit), at)
            found.append(source)
    return tuple(found)


def report(store: Store, limit: float) -> Report:
    """What the answers say about every source that dropped something, and about all rules and all of learning."""
    tallies, known = store.audits.tallies(), {one.source: one for one in store.audits.known_wrong()}
    by_source = _by_source(tally for tally in tallies if not tally.is_past)
    suspended, undrawn = store.audits.suspended(), store.audits.n_undrawn()
    sources = [
        _source_report(name, by_source.get(name, ()), (known[name],) if name in known else (), limit, is_suspended=name in suspended)
        for name in sorted({*by_source, *known, *suspended})
    ]
    learnt = f"{GATE} "
    return Report(
        limit=limit,
        sources=tuple(sorted(sources, key=lambda one: (-one.found.high, -one.found.n_drops, one.source))),
        rules=_source_report(
            "all rules",
            [one for one in tallies if not one.source.startswith(learnt)],
            [one for name, one in known.items() if not name.startswith(learnt)],
            limit,
        ),
        learning=_source_report(
            "learning",
            [one for one in tallies if one.source.startswith(learnt)],
            [one for name, one in known.items() if name.startswith(learnt)],
            limit,
        ),
        n_open=len(store.audits.open()),
        n_undrawn=sum(undrawn.values()),
    )


def _draw(store: Store, config: Config, slot: str, now: datetime, *, is_new: bool) -> None:
    askable = [(n, Cell(source, is_close)) for n, source, is_close in store.audits.askable(CLOSE, is_new=is_new)]
    if not askable or not config.digest.n_audits:
        return
    chance = chances(Counter(cell for _, cell in askable), store.audits.n_answered(), config.digest.n_audits)
    place = instance(config)
    ids = {n: _id(f"{place} {slot} {n}") for n in drawn([(n, chance[cell]) for n, cell in askable], f"{place} {slot}")}
    given = {(cell.source, cell.is_close): one for cell, one in chance.items()}
    store.audits.ask(slot, ids, given, CLOSE, is_new=is_new, at=now)


def _id(seed: str) -> str:
    return base64.b32encode(hashlib.sha256(seed.encode()).digest())[:8].decode().lower()


def _take(store: Store, audit: Audit, said: Answer, *, why: str, who: str, at: datetime) -> None:
    store.audits.answer(audit, said, why=why, who=who, at=at)
    if said is Answer.WRONG and store.undrop(audit.drop.mail_id, audit.drop.at):
        maillog.undropped(audit.drop.mail_id)


def _check(store: Store, audit: Audit) -> Check:
    outcome, judged = judged_of(store, audit)
    return Check(
        id=audit.id,
        mail_id=outcome.id,
        host=outcome.host,
        kind=outcome.kind,
        section=judged.section.name,
        subject=outcome.subject,
        reason=judged.reasons[0],
        lines=tuple(line for line in judged.section.lines if line.strip()),
    )


def _by_source(tallies: Iterable[Tally]) -> dict[str, list[Tally]]:
    found: dict[str, list[Tally]] = defaultdict(list)
    for tally in tallies:
        found[tally.source].append(tally)
    return found


def _strata(tallies: Iterable[Tally]) -> list[Stratum]:
    return [Stratum(n_drops=one.n_drops, chance=one.chance, n_audited=one.n_audited, n_wrong=one.n_wrong) for one in tallies]


def _why(strata: Sequence[Stratum], n_known: int, limit: float) -> str:
    parts = [words(interval(strata))] if any(one.n_audited for one in strata) else []
    parts += [f"{plural(n_known, 'wrong drop')} found outside of the audits"] if n_known else []
    return f"{'; '.join(parts)}; allowed are {percent(limit)}"


def _source_report(
    name: str, tallies: Iterable[Tally], known: Iterable[Known], limit: float, *, is_suspended: bool = False
) -> SourceReport:
    strata, known = _strata(tallies), tuple(known)
    found = interval(strata)
    target = limit if found.high > limit else _NEXT_GOAL * found.high
    return SourceReport(
        source=name,
        found=found,
        n_more=audits_to(strata, target) if found.n_drops else None,
        target=target,
        n_known=sum(one.n_sure for one in known),
        n_unsure=sum(one.n_unsure for one in known),
        is_suspended=is_suspended,
    )
