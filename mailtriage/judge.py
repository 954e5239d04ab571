"""Floor, rules, gate, classifier, keep: one section at a time, and the first that speaks decides.

The order is the promise: nothing below can drop what something above has kept. See docs/flow.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from mailtriage.baseline import Points
from mailtriage.correlate import seen_at
from mailtriage.rulebook import Hit, Past, Rule, Rulebook, Ruling, repeats
from mailtriage.text import one_line
from mailtriage.types import Event, Judged, Message, Opinion, Reason, Recovery, Report, Section, Severity, Sighting, State, Verdict

_HOME_MADE = ("cron", "unknown")
UNCLASSIFIED = "unclassified_trouble"  # the check that a raise by the classifier feeds


class History(Protocol):
    """What triage may know of the past; a stateless run knows nothing."""

    def previous(self, host: str, name: str, subject: str, since: datetime | None = None) -> float | None:
        """The last value of a measure on this host, None if there was none (since then)."""

    def readings(self, host: str, name: str, subject: str, since: datetime) -> Points:
        """The values a measure had on this host from `since` on: (seconds since 1970, value), in any order."""

    def sightings(self, rule: str, scope: str, at: datetime, n: int) -> Sequence[Sighting]:
        """What was counted for a rule (full id) in this scope: the last `n` up to `at`, the next `n` after it; in any order."""


class Model(Protocol):
    """What learning offers to the judge."""

    version: str
    veto_threshold: float  # a drop needs at least this p_drop
    raise_threshold: float  # trouble is raised from this p_event on

    def opinion(self, kind: str, host: str, section: Section, message: Message) -> Opinion:
        """What learning says of one section."""

    def contradicts(self, kind: str, host: str, section: Section, message: Message) -> str:
        """Why a section is not what its host has sent so far, "" if it is, or nothing is known of it."""


class NoHistory:
    """The past of a stateless run."""

    def previous(self, host: str, name: str, subject: str, since: datetime | None = None) -> float | None:
        """Nothing is known."""
        return None

    def readings(self, host: str, name: str, subject: str, since: datetime) -> Points:
        """Nothing was read."""
        return ()

    def sightings(self, rule: str, scope: str, at: datetime, n: int) -> Sequence[Sighting]:
        """Nothing was counted."""
        return ()


class Kinds(Protocol):
    """A set of kinds: those on which learning may act."""

    def __contains__(self, kind: object, /) -> bool:
        """Whether learning may act on this kind."""


class AllKinds:
    """Every kind counts as promoted: a model named on the command line acts."""

    def __contains__(self, kind: object) -> bool:
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One mail before the judge, with everything that may decide about it."""

    report: Report
    message: Message
    rulebook: Rulebook
    model: Model | None
    history: History
    promoted: Kinds
    suspended: frozenset[str] = frozenset()  # `rule KIND/ID` and `gate KIND` that audits found wanting: they may drop nothing

    def opinion(self, section: Section) -> Opinion | None:
        """What learning says of a section; asked only where it can matter."""
        return self.model.opinion(self.report.kind, self.report.host, section, self.message) if self.model else None

    def contradiction(self, section: Section) -> str:
        """Why learning forbids a drop by rules, "" if it does not: of home-made jobs rules know the lines, not which must be there."""
        if self.model is None or self.report.kind not in _HOME_MADE or not self.may_learn:
            return ""
        return self.model.contradicts(self.report.kind, self.report.host, section, self.message)

    @property
    def may_learn(self) -> bool:
        """Whether learning may act on this kind."""
        return self.report.kind in self.promoted and f"gate {self.report.kind}" not in self.suspended


def judge(case: Case) -> tuple[Judged, ...]:
    """The verdict of every section, plus a `guard` section where the mail as a whole may not be dropped."""
    report = case.report
    if report.kind == "human" and report.sections:
        reason = Reason(by="human", detail=report.note or "a person wrote this: it is passed on unchanged")
        return tuple(Judged(section=section, verdict=Verdict.PASS, reasons=(reason,)) for section in report.sections)
    return (*(_judge_section(case, section) for section in report.sections), *_guards(report, case.message))


def _judge_section(case: Case, section: Section) -> Judged:
    report = case.report

    def previous(name: str, subject: str, within: timedelta | None = None) -> float | None:
        return case.history.previous(report.host, name, subject, case.message.received_at - within if within else None)

    def readings(name: str, subject: str, since: datetime) -> Points:
        return case.history.readings(section.host or report.host, name, subject, since)

    past = Past(seen_at(case.message), readings)
    ruling = case.rulebook.rule_on(report.kind, report.host, section, previous, case.suspended, past)
    ruling, waiting, sightings = _counted(case, section, ruling)
    judged = _ruled(case, section, ruling, waiting)
    return replace(judged, sightings=sightings) if sightings else judged


def _counted(case: Case, section: Section, ruling: Ruling) -> tuple[Ruling, tuple[Reason, ...], tuple[Sighting, ...]]:
    """The ruling without the events that have not repeated often enough to be raised, why each of them waits, and what to count."""
    if not ruling.in_a_row and not any(hit.rule.repeats for hit in ruling.events):
        return ruling, (), ()
    raised: list[Hit] = []
    waiting: list[Reason] = []
    seen: dict[tuple[str, str], Sighting] = {}
    for hit in ruling.events:
        rule, event = hit.rule, _event(case.report, section, hit)
        if not rule.repeats or event.state is not State.PROBLEM:
            raised.append(hit)
            continue
        one = _sighting(case, section, rule, event.key)
        past = case.history.sightings(rule.id, one.scope, one.at, one.n)
        n = (repeats.in_a_row if rule.in_a_row else repeats.per_day)(past, event.key, one.mail_id, one.at)
        if n >= rule.repeats:
            raised.append(hit)
        else:
            so_far = f"{n} of {rule.repeats} {'in a row' if rule.in_a_row else 'within 24 hours'}"
            waiting.append(replace(event.reason, detail=f"{so_far}: {event.reason.detail}"))
        known = seen.get((rule.id, one.scope))
        seen[rule.id, one.scope] = replace(one, keys=tuple(dict.fromkeys((*known.keys, event.key)))) if known else one
    # What is cut off, or holds trouble that no rule understood, may hide that it is still so: it ends no row.
    if case.report.is_complete and not ruling.floor:
        for rule in ruling.in_a_row:
            one = _sighting(case, section, rule)
            seen.setdefault((rule.id, one.scope), one)
    return replace(ruling, events=tuple(raised)), tuple(waiting), tuple(seen.values())


def _sighting(case: Case, section: Section, rule: Rule, *keys: str) -> Sighting:
    report = case.report
    return Sighting(
        rule=rule.id,
        scope=keys[0] if rule.per_day else f"{section.host or report.host}/{report.kind}/{section.name}/{section.item}",
        mail_id=case.message.id,
        at=seen_at(case.message),
        keys=keys,
        n=rule.repeats,
        is_per_day=bool(rule.per_day),
    )


def _ruled(case: Case, section: Section, ruling: Ruling, waiting: tuple[Reason, ...]) -> Judged:
    report = case.report
    tests = tuple(Reason(by=f"test rule {hit.rule.id}", detail=f"would {hit.rule.action}: {one_line(hit.line)}") for hit in ruling.tests)
    floor = tuple(Reason(by=f"floor {hit.name}", detail=one_line(hit.line)) for hit in ruling.floor)
    if ruling.events:
        return _raised(report, section, ruling, (*waiting, *floor), tests)
    if ruling.digests or waiting:
        opinion = None if waiting else case.opinion(section)
        return Judged(
            section=section,
            verdict=Verdict.DIGEST,
            reasons=(*waiting, *(_because(hit) for hit in ruling.digests), *floor),
            severity=next((hit.rule.severity for hit in ruling.digests), None) or (Severity.WARNING if floor else None),
            state=State.INFO if floor or waiting else _quiet_state(section),
            score=1.0 if waiting else opinion.p_event if opinion else 0.5,
            shadow=tests,
        )
    if floor:
        return Judged(section=section, verdict=Verdict.DIGEST, reasons=floor, severity=Severity.WARNING, score=1.0, shadow=tests)
    if ruling.is_explained:
        detail = "every line is explained" if section.lines else "the section is empty, as it should be"
        reasons = tuple(Reason(by=f"rule {rule.id}", detail=one_line(rule.reason) or detail) for rule in ruling.drops)
        if case.model and (held := case.contradiction(section)):
            held = f"rules explain every line, but this host's mails are not so: {one_line(held)}"
            return Judged(
                section=section,
                verdict=Verdict.DIGEST,
                reasons=(Reason(by=f"gate {case.model.version}", detail=held),),
                score=0.5,
                shadow=(replace(reasons[0], detail=f"would drop: {reasons[0].detail}"), *tests),
            )
        return Judged(
            section=section,
            verdict=Verdict.DROP,
            reasons=reasons,
            state=_quiet_state(section),
            events=_endings(report, section, reasons[0]),
            shadow=tests,
        )
    return _learnt(case, section, ruling, tests)


def _raised(report: Report, section: Section, ruling: Ruling, besides: tuple[Reason, ...], tests: tuple[Reason, ...]) -> Judged:
    events = _worst_by_key(_event(report, section, hit) for hit in ruling.events)
    problems = [event for event in events if event.state is State.PROBLEM]
    worst = max(problems or events, key=lambda event: event.severity.rank)
    return Judged(
        section=section,
        verdict=Verdict.EVENT,
        reasons=(worst.reason, *(event.reason for event in events if event is not worst), *besides),
        severity=worst.severity,
        state=State.PROBLEM if problems else State.OK,
        events=events,
        score=1.0,
        shadow=tests,
    )


def _endings(report: Report, section: Section, reason: Reason) -> tuple[Event, ...]:
    """What a section that is dropped ends without a word: the sender says with a key that all is well."""
    if section.recovery is not Recovery.EXPLICIT or section.state is not State.OK:
        return ()
    return (
        Event(
            host=section.host or report.host,
            check=section.check,
            item=one_line(section.item, 120),
            state=State.OK,
            severity=Severity.INFO,
            summary=one_line(section.summary) or reason.detail,
            recovery=section.recovery,
            origin=f"{report.kind}/{section.name}",
            reason=reason,
        ),
    )


def _worst_by_key(events: Iterable[Event]) -> tuple[Event, ...]:
    """One event for each key: where several rules speak of the same item the worst of them counts."""
    worst: dict[str, Event] = {}
    for event in events:
        if event.key not in worst or event.severity.rank > worst[event.key].severity.rank:
            worst[event.key] = event
    return tuple(worst.values())


def _learnt(case: Case, section: Section, ruling: Ruling, tests: tuple[Reason, ...]) -> Judged:
    """What no rule decided: the gate may drop it, the classifier may raise or veto, the default keeps it."""
    unexplained = _unexplained(ruling)
    opinion = case.opinion(section)
    if case.model is None or opinion is None:
        return Judged(section=section, verdict=Verdict.DIGEST, reasons=(unexplained,), score=0.5, shadow=tests)
    words = "".join(f", {feature}" for feature in opinion.features[:3])
    reasons: tuple[Reason, ...] = (unexplained,)
    shadow = tests
    if opinion.is_quiet and opinion.p_drop < case.model.veto_threshold:
        veto = Reason(by=f"model {case.model.version}", detail=f"vetoes the gate: p(drop) {opinion.p_drop:.2f}{words}")
        reasons = (veto, unexplained)
    elif opinion.is_quiet:
        quiet = Reason(by=f"gate {case.model.version}", detail="kind, line shapes, numbers and repeats are all known as quiet")
        if case.may_learn and not ruling.held_by:
            return Judged(
                section=section, verdict=Verdict.DROP, reasons=(quiet,), score=opinion.p_event, p_drop=opinion.p_drop, shadow=tests
            )
        shadow = (Reason(by=quiet.by, detail=f"would drop: {quiet.detail}"), *tests)
    elif opinion.p_event >= case.model.raise_threshold and case.report.kind == "unknown" and case.may_learn:
        reason = Reason(by=f"model {case.model.version}", detail=f"p(trouble) {opinion.p_event:.3f}{words}")
        return _trouble(case, section, reason, opinion.p_drop)
    else:
        reasons = (unexplained, Reason(by=f"gate {case.model.version}", detail=f"held: {one_line(opinion.held_by)}"))
    return Judged(section=section, verdict=Verdict.DIGEST, reasons=reasons, score=opinion.p_event, p_drop=opinion.p_drop, shadow=shadow)


def _trouble(case: Case, section: Section, reason: Reason, p_drop: float) -> Judged:
    """An event of the class "unclassified trouble": the classifier is very sure, and no rule knows the kind."""
    event = Event(
        host=case.report.host,
        check=UNCLASSIFIED,
        item=one_line(case.message.subject, 80),
        state=State.PROBLEM,
        severity=Severity.WARNING,
        summary=one_line(section.summary or case.message.subject),
        recovery=Recovery.SILENCE,
        origin=f"{case.report.kind}/{section.name}",
        reason=reason,
    )
    return Judged(
        section=section,
        verdict=Verdict.EVENT,
        reasons=(reason,),
        severity=event.severity,
        state=State.PROBLEM,
        events=(event,),
        score=1.0,
        p_drop=p_drop,
    )


def _unexplained(ruling: Ruling) -> Reason:
    if ruling.held_by:
        return Reason(by="guard", detail=f"nothing is dropped here while {one_line(ruling.held_by)}")
    if ruling.unexplained is None:
        return Reason(by="default", detail="no rule says what an empty section means here")
    return Reason(by="default", detail=f"no rule explains the line: {one_line(ruling.unexplained)}")


def _because(hit: Hit) -> Reason:
    what = one_line(hit.evidence)
    return Reason(by=f"rule {hit.rule.id}", detail=f"{one_line(hit.rule.reason)}: {what}" if hit.rule.reason else what)


def _event(report: Report, section: Section, hit: Hit) -> Event:
    # A rule that names a severity speaks of trouble, also where the sender calls the section as a whole good.
    is_over = section.state is State.OK and hit.rule.severity in (None, Severity.INFO)
    state = State.OK if is_over else State.PROBLEM
    return Event(
        host=section.host or report.host,
        check=hit.rule.check or section.check,
        item=one_line(hit.item(section), 120),
        state=state,
        severity=Severity.INFO if state is State.OK else hit.rule.severity or section.severity or Severity.WARNING,
        summary=one_line(hit.summary(section)),
        recovery=hit.rule.recovery or section.recovery,
        origin=f"{report.kind}/{section.name}",
        reason=_because(hit),
        value=hit.measure.value if hit.measure else None,
    )


def _quiet_state(section: Section) -> State:
    return State.OK if section.recovery in (Recovery.STATE, Recovery.PER_DAY) else section.state


def _guards(report: Report, message: Message) -> tuple[Judged, ...]:
    """What forbids a drop of the whole mail, each as a section of its own that is shown."""
    doubts: list[str] = []
    if report.note:
        doubts.append(report.note)
    if not report.is_complete:
        doubts.append("the report is cut off: its end line is missing, so what is absent proves nothing")
    if message.unread:
        doubts.append("parts of the mail were not read: " + ", ".join(message.unread[:5]))
    if not doubts and not report.sections:
        doubts.append("nothing in the mail could be read")
    return tuple(
        Judged(
            section=Section(name="guard", lines=(doubt,), summary=doubt),
            verdict=Verdict.DIGEST,
            reasons=(Reason(by="guard", detail=one_line(doubt)),),
            score=0.5,
        )
        for doubt in doubts
    )
