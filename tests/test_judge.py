"""The order of the judge: what speaks first decides, and nothing below can drop what something above has kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from mailtriage.errors import Place
from mailtriage.judge import UNCLASSIFIED, AllKinds, Case, Kinds, Model, NoHistory, judge
from mailtriage.rulebook import Action, Condition, Problem, Rule, Rulebook
from mailtriage.types import Judged, Measure, Message, Opinion, Reason, Recovery, Report, Section, Severity, State, Verdict

KIND = "freebsd_daily"
HOST = "web07.example.org"
MESSAGE = Message(
    id="06h2k5v3q8r1m9ze",
    received_at=datetime(2026, 11, 23, 3, 1, tzinfo=UTC),
    mail_from="",
    sender="root@web07.example.org",
    sender_name="",
    subject="web07 daily run output",
    text="",
    host=HOST,
    program="",
    sent_at=None,
    headers=(),
)
QUIET = Opinion(is_quiet=True, held_by="", p_drop=0.99, p_digest=0.01, p_event=0.0)
UNSURE = Opinion(is_quiet=False, held_by="line shape never seen", p_drop=0.4, p_digest=0.5, p_event=0.1, features=("word odd",))
TROUBLE = Opinion(is_quiet=False, held_by="line shape never seen", p_drop=0.0, p_digest=0.005, p_event=0.995, features=("word broken",))


@dataclass
class Learnt:
    """A model that says what it is told to, and remembers what it was asked."""

    says: Opinion
    version: str = "m1"
    veto_threshold: float = 0.5
    raise_threshold: float = 0.98
    asked: list[str] = field(default_factory=list)
    contradiction: str = ""

    def contradicts(self, kind: str, host: str, section: Section, message: Message) -> str:
        return self.contradiction

    def opinion(self, kind: str, host: str, section: Section, message: Message) -> Opinion:
        self.asked.append(section.name)
        return self.says


def rule(name: str, action: Action, *lines: str, **more: object) -> Rule:
    given: dict[str, object] = {"section": "*", "reason": f"because of {name}", **more}
    return Rule(id=f"{KIND}/{name}", kind=KIND, action=action, lines=lines, place=Place("rules.toml", 1, 1), **given)  # type: ignore[arg-type]


def section(*lines: str, **more: object) -> Section:
    return Section(**{"name": "disks", "lines": lines, "recovery": Recovery.STATE, **more})  # type: ignore[arg-type]


def verdicts(
    *sections: Section,
    rules: tuple[Rule, ...] = (),
    problems: tuple[Problem, ...] = (),
    model: Model | None = None,
    promoted: Kinds | None = None,
    report: Report | None = None,
    message: Message = MESSAGE,
    suspended: frozenset[str] = frozenset(),
) -> tuple[Judged, ...]:
    found = report or Report(kind=KIND, host=HOST, sections=sections)
    book = Rulebook(rules, problems=problems)
    case = Case(
        report=found,
        message=message,
        rulebook=book,
        model=model,
        history=NoHistory(),
        promoted=AllKinds() if promoted is None else promoted,
        suspended=suspended,
    )
    return judge(case)


def verdict(given: Section, *rules: Rule, model: Model | None = None, promoted: Kinds | None = None) -> Judged:
    (judged,) = verdicts(given, rules=rules, model=model, promoted=promoted)
    return judged


def suspended_verdict(given: Section, *rules: Rule, suspended: str, model: Model | None = None) -> Judged:
    (judged,) = verdicts(given, rules=rules, model=model, suspended=frozenset({suspended}))
    return judged


DROP_ALL = rule("all", Action.DROP, ".")
EVENT = rule("wear", Action.EVENT, "wears out", severity=Severity.HIGH, check="smart", item="ada0")
DIGEST = rule("note", Action.DIGEST, "wears out")
DEGRADED = section("  pool: tank", " state: DEGRADED")


def test_every_line_explained_is_dropped_and_names_the_rules() -> None:
    judged = verdict(section("fine", "", "good"), rule("fine", Action.DROP, "^fine$"), rule("good", Action.DROP, "^good$"))
    assert (judged.verdict, judged.state) == (Verdict.DROP, State.OK)
    assert [reason.by for reason in judged.reasons] == [f"rule {KIND}/fine", f"rule {KIND}/good"]


def test_one_unexplained_line_keeps_the_section_and_is_named() -> None:
    judged = verdict(section("fine", "odd"), rule("fine", Action.DROP, "^fine$"))
    assert judged.verdict is Verdict.DIGEST
    assert judged.reasons == (Reason(by="default", detail="no rule explains the line: odd"),)


def test_an_empty_section_that_no_rule_speaks_of_is_kept() -> None:
    assert verdict(section()).verdict is Verdict.DIGEST
    assert verdict(section(), rule("empty", Action.DROP, text=r"\A\s*\z")).verdict is Verdict.DROP


def test_a_degraded_pool_is_dropped_by_neither_rule_nor_model() -> None:
    judged = verdict(DEGRADED, DROP_ALL, model=Learnt(QUIET))
    assert (judged.verdict, judged.severity) == (Verdict.DIGEST, Severity.WARNING)
    assert judged.reasons[0].by.startswith("floor ")
    assert "DEGRADED" in judged.reasons[0].detail


def test_a_rule_that_overrides_this_floor_entry_may_drop() -> None:
    (name,) = {reason.by.removeprefix("floor ") for reason in verdict(DEGRADED, DROP_ALL).reasons}
    assert verdict(DEGRADED, replace(DROP_ALL, overrides=(name,))).verdict is Verdict.DROP


def test_an_event_rule_is_stronger_than_digest_drop_and_model() -> None:
    judged = verdict(section("ada0 wears out"), DROP_ALL, DIGEST, EVENT, model=Learnt(QUIET))
    assert (judged.verdict, judged.severity, judged.state) == (Verdict.EVENT, Severity.HIGH, State.PROBLEM)
    (event,) = judged.events
    assert (event.key, event.summary) == (f"{HOST}/smart/ada0", "ada0 wears out")
    assert (event.recovery, event.origin) == (Recovery.STATE, f"{KIND}/disks")
    assert judged.reasons[0] == event.reason == Reason(by=f"rule {KIND}/wear", detail="because of wear: ada0 wears out")


def test_an_event_on_the_floor_says_both() -> None:
    judged = verdict(DEGRADED, rule("pool", Action.EVENT, "DEGRADED"))
    assert [reason.by.split(" ")[0] for reason in judged.reasons] == ["rule", "floor"]


def test_several_events_give_the_worst_severity_and_each_its_own() -> None:
    measures = tuple(Measure(name="fs_used", subject=mount, value=value, unit="%") for mount, value in (("/", 91.0), ("/var", 99.0)))
    above = [
        rule(
            "full", Action.EVENT, measure=Condition(name="fs_used", above=98), severity=Severity.HIGH, check="filesystem", item="{subject}"
        ),
        rule("filling", Action.EVENT, measure=Condition(name="fs_used", above=90, below=98), check="filesystem", item="{subject}"),
    ]
    judged = verdict(section("/ 91%", "/var 99%", measures=measures), *above)
    assert (judged.verdict, judged.severity) == (Verdict.EVENT, Severity.HIGH)
    assert {(event.item, event.severity) for event in judged.events} == {("/", Severity.WARNING), ("/var", Severity.HIGH)}
    assert judged.reasons[0].by == f"rule {KIND}/full"


def test_an_event_carries_the_number_of_its_measure() -> None:
    measures = (Measure(name="fs_used", subject="/var", value=99.5, unit="%"),)
    full = rule("full", Action.EVENT, measure=Condition(name="fs_used", above=98))
    assert [event.value for event in verdict(section("/var 99.5%", measures=measures), full).events] == [99.5]
    assert [event.value for event in verdict(section("full"), rule("full", Action.EVENT, "full")).events] == [None]


def test_a_section_that_says_ok_raises_an_ok() -> None:
    judged = verdict(section("ada0 wears out", state=State.OK, recovery=Recovery.EXPLICIT), replace(EVENT, severity=None))
    assert (judged.state, judged.severity) == (State.OK, Severity.INFO)
    assert judged.events[0].state is State.OK


def test_a_digest_rule_is_stronger_than_drop_and_model() -> None:
    judged = verdict(section("ada0 wears out"), DROP_ALL, DIGEST, model=Learnt(QUIET))
    assert (judged.verdict, judged.reasons[0].by) == (Verdict.DIGEST, f"rule {KIND}/note")


def test_a_broken_rule_holds_what_it_covered_against_rules_and_model() -> None:
    broken = Problem(
        place=Place("cron.toml", 5, 11), code="pattern", message="RE2 refuses it", remedy="", rule=f"{KIND}/bad", kind=KIND, section="disks"
    )
    given = (section("fine"), section("fine", name="network"))
    disks, network = verdicts(*given, rules=(DROP_ALL,), problems=(broken,), model=Learnt(QUIET))
    assert (disks.verdict, network.verdict) == (Verdict.DIGEST, Verdict.DROP)
    assert disks.reasons[0].by == "guard"
    assert f"rule {KIND}/bad is broken (cron.toml:5:11: RE2 refuses it)" in disks.reasons[0].detail


def test_a_broken_rule_file_holds_its_whole_kind() -> None:
    broken = Problem(place=Place("freebsd_daily.toml"), code="toml", message="not TOML", remedy="", kind=KIND)
    (judged,) = verdicts(section("fine"), problems=(broken,), model=Learnt(QUIET))
    assert judged.verdict is Verdict.DIGEST


def test_a_rule_on_trial_is_recorded_and_does_nothing() -> None:
    for trial in (replace(DROP_ALL, is_test=True), replace(EVENT, is_test=True), replace(DIGEST, is_test=True)):
        judged = verdict(section("ada0 wears out"), trial)
        assert judged.verdict is Verdict.DIGEST
        assert judged.reasons[0].by == "default"
        assert [reason.by for reason in judged.shadow] == [f"test rule {trial.id}"]
        assert judged.shadow[0].detail == f"would {trial.action}: ada0 wears out"


def test_the_gate_drops_where_it_was_promoted() -> None:
    judged = verdict(section("fine"), model=Learnt(QUIET), promoted={KIND})
    assert (judged.verdict, judged.reasons[0].by) == (Verdict.DROP, "gate m1")


def test_the_gate_only_says_what_it_would_drop_where_it_was_not() -> None:
    judged = verdict(section("fine"), model=Learnt(QUIET), promoted={"cron"})
    assert (judged.verdict, judged.reasons[0].by) == (Verdict.DIGEST, "default")
    assert [reason.by for reason in judged.shadow] == ["gate m1"]
    assert judged.shadow[0].detail.startswith("would drop: ")


def test_the_classifier_vetoes_a_drop_it_is_not_sure_of() -> None:
    doubt = replace(QUIET, p_drop=0.49, p_digest=0.41, p_event=0.1, features=("word reset",))
    judged = verdict(section("fine"), model=Learnt(doubt))
    assert judged.verdict is Verdict.DIGEST
    assert judged.reasons[0] == Reason(by="model m1", detail="vetoes the gate: p(drop) 0.49, word reset")


@pytest.mark.parametrize(
    ("kind", "promoted", "is_kept"), [("cron", frozenset({"cron"}), True), ("cron", frozenset(), False), (KIND, frozenset({KIND}), False)]
)
def test_learning_holds_a_job_that_is_not_as_its_host_sends_it_though_rules_explain_its_lines(
    kind: str, promoted: frozenset[str], is_kept: bool
) -> None:
    quiet = replace(rule("quiet", Action.DROP, "^saved .*$"), kind="*")
    model = Learnt(QUIET, contradiction="missing: verified")
    report = Report(kind=kind, host=HOST, sections=(section("saved /home"),))
    (judged,) = verdicts(rules=(quiet,), model=model, promoted=promoted, report=report)
    assert judged.verdict is (Verdict.DIGEST if is_kept else Verdict.DROP)
    if is_kept:
        assert judged.reasons[0].by == "gate m1"
        assert judged.reasons[0].detail.endswith("missing: verified")
        assert judged.shadow[0].by == f"rule {KIND}/quiet"


def test_the_classifier_never_drops_what_the_gate_holds() -> None:
    sure = replace(UNSURE, p_drop=1.0, p_digest=0.0, p_event=0.0)
    judged = verdict(section("fine"), model=Learnt(sure))
    assert judged.verdict is Verdict.DIGEST
    assert judged.reasons[-1] == Reason(by="gate m1", detail="held: line shape never seen")


def test_trouble_in_mail_of_no_known_kind_is_raised_when_the_classifier_is_very_sure() -> None:
    report = Report(kind="unknown", host=HOST, sections=(section("it is broken", name="mail"),))
    (judged,) = verdicts(report=report, model=Learnt(TROUBLE))
    assert (judged.verdict, judged.severity, judged.reasons[0].by) == (Verdict.EVENT, Severity.WARNING, "model m1")
    assert judged.events[0].key == f"{HOST}/{UNCLASSIFIED}/web07 daily run output"
    for says, promoted in ((replace(TROUBLE, p_event=0.97), {"unknown"}), (TROUBLE, {KIND})):
        (judged,) = verdicts(report=report, model=Learnt(says), promoted=promoted)
        assert judged.verdict is Verdict.DIGEST


def test_without_a_model_what_no_rule_knows_goes_to_the_digest() -> None:
    judged = verdict(section("odd"))
    assert (judged.verdict, judged.reasons[0].by) == (Verdict.DIGEST, "default")


def test_the_model_is_not_asked_where_rules_have_dropped() -> None:
    model = Learnt(TROUBLE)
    assert verdict(section("fine"), DROP_ALL, model=model).verdict is Verdict.DROP
    assert model.asked == []


def test_a_report_that_is_cut_off_is_kept_whatever_its_sections_say() -> None:
    report = Report(kind=KIND, host=HOST, sections=(section("fine"),), is_complete=False)
    dropped, guard = verdicts(rules=(DROP_ALL,), report=report)
    assert dropped.verdict is Verdict.DROP
    assert (guard.verdict, guard.section.name) == (Verdict.DIGEST, "guard")
    assert "cut off" in guard.reasons[0].detail


def test_parts_nobody_read_keep_the_mail() -> None:
    (_, guard) = verdicts(section("fine"), rules=(DROP_ALL,), message=replace(MESSAGE, unread=("log.gz (application/gzip)",)))
    assert guard.verdict is Verdict.DIGEST
    assert "log.gz" in guard.reasons[0].detail


def test_the_doubt_of_a_recogniser_keeps_the_mail() -> None:
    report = Report(kind=KIND, host=HOST, sections=(section("fine"),), note="two reports in one")
    assert [judged.verdict for judged in verdicts(rules=(DROP_ALL,), report=report)] == [Verdict.DROP, Verdict.DIGEST]


def test_a_mail_in_which_nothing_was_found_is_kept() -> None:
    (guard,) = verdicts(report=Report(kind=KIND, host=HOST, sections=()))
    assert (guard.verdict, guard.reasons[0].detail) == (Verdict.DIGEST, "nothing in the mail could be read")


def test_mail_of_a_person_passes_whatever_rules_and_model_say() -> None:
    report = Report(
        kind="human", host=HOST, sections=(section("state: DEGRADED", name="mail"),), note="written with Mutt", is_complete=False
    )
    (judged,) = verdicts(rules=(replace(DROP_ALL, kind="*"), replace(EVENT, kind="*")), report=report, model=Learnt(QUIET))
    assert (judged.verdict, judged.reasons) == (Verdict.PASS, (Reason(by="human", detail="written with Mutt"),))


def test_a_verdict_without_a_reason_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        Judged(section=section("x"), verdict=Verdict.DIGEST, reasons=())


def test_what_stands_in_a_mail_reaches_a_reason_as_one_printable_line() -> None:
    judged = verdict(section("\x1b[31mred\x07 line\x00" + "x" * 5000))
    assert judged.reasons[0].detail.isprintable()
    assert len(judged.reasons[0].detail) < 300


def test_a_good_report_that_is_dropped_ends_the_problem_its_sender_names() -> None:
    backup = {"name": "job", "item": "nightly", "recovery": Recovery.EXPLICIT, "summary": "backup of nightly"}
    good = verdict(section("fine", state=State.OK, **backup), DROP_ALL)
    assert good.verdict is Verdict.DROP
    assert [(event.key, event.state) for event in good.events] == [(f"{HOST}/job/nightly", State.OK)]
    for silent in (
        section("fine", state=State.INFO, **backup),
        section("fine", state=State.OK, **{**backup, "recovery": Recovery.SILENCE}),
    ):
        assert verdict(silent, DROP_ALL).events == ()
    assert verdict(section("fine", "odd", state=State.OK, **backup), rule("fine", Action.DROP, "^fine$")).events == ()


def test_a_rule_may_say_how_its_event_ends() -> None:
    (event,) = verdict(section("ada0 wears out"), replace(EVENT, recovery=Recovery.ONE_SHOT)).events
    assert event.recovery is Recovery.ONE_SHOT


def test_a_section_about_another_host_raises_an_event_of_that_host() -> None:
    (event,) = verdict(section("ada0 wears out", host="db01.example.org"), EVENT).events
    assert event.key == "db01.example.org/smart/ada0"
    (ending,) = verdict(
        section("fine", host="db01.example.org", name="job", item="x", state=State.OK, recovery=Recovery.EXPLICIT), DROP_ALL
    ).events
    assert ending.key == "db01.example.org/job/x"


def test_a_rule_with_a_severity_raises_also_where_the_sender_says_that_all_is_well() -> None:
    said = {"name": "job", "item": "nightly", "state": State.OK, "recovery": Recovery.EXPLICIT}
    assert verdict(section("ada0 wears out", **said), replace(EVENT, severity=None)).events[0].state is State.OK
    (event,) = verdict(section("ada0 wears out", **said), EVENT).events
    assert (event.state, event.severity) == (State.PROBLEM, Severity.HIGH)


def test_a_suspended_rule_says_what_it_would_drop_and_drops_nothing() -> None:
    given, fine = section("all is well"), rule("fine", Action.DROP, "^all is well$")
    source = f"rule {fine.id}"
    judged = suspended_verdict(given, fine, suspended=source)
    assert judged.verdict is Verdict.DIGEST
    assert [reason.by for reason in judged.shadow] == [f"test {source}"]
    # Another rule that explains the same may drop it, and the same book drops again once the suspension is lifted.
    assert suspended_verdict(given, fine, rule("also", Action.DROP, "well"), suspended=source).verdict is Verdict.DROP
    book = Rulebook((fine,))
    rulings = [book.rule_on(KIND, HOST, given, lambda *_: None, off).is_explained for off in (frozenset({source}), frozenset[str]())]
    assert rulings == [False, True]


def test_a_suspended_kind_is_as_if_not_promoted() -> None:
    judged = suspended_verdict(section("fine"), model=Learnt(QUIET), suspended=f"gate {KIND}")
    assert judged.verdict is Verdict.DIGEST
    assert judged.shadow[0].detail.startswith("would drop")
    assert suspended_verdict(section("fine"), model=Learnt(QUIET), suspended="gate other").verdict is Verdict.DROP
