"""What a mail does to events, one table for each recovery class."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mailtriage.correlate import acknowledge, correlate, seen_at
from mailtriage.correlate.changes import NothingClosed
from mailtriage.types import Change, ChangeType, Judged, OpenEvent, Outcome, Recovery, Severity, State, Verdict
from tests.store.build import DAY, HOST, NOW, alarm, event, judged, open_event, outcome

HOUR = timedelta(hours=1)


class Ended(NothingClosed):
    """A past in which every key was closed at one time, by one event where it is given."""

    def __init__(self, at: datetime, event: OpenEvent | None = None) -> None:
        self.at, self.event = at, event

    def last_closed_at(self, key: str) -> datetime | None:
        return self.at

    def lately_closed(self, key: str, since: datetime) -> OpenEvent | None:
        return self.event if self.at >= since else None

    def lately_expired(self, key: str, since: datetime) -> OpenEvent | None:
        return self.event if self.event and self.event.last_seen_at >= since else None


def types(changes: tuple[Change, ...]) -> list[tuple[str, str]]:
    return [(str(change.type), change.event.item) for change in changes]


def after(mail: Outcome, *known: OpenEvent) -> list[tuple[str, str]]:
    return types(correlate(mail, known))


def test_a_problem_opens_an_event() -> None:
    (change,) = correlate(outcome("m1", alarm()), ())
    assert (change.type, change.mail_id, change.at, change.is_news) == (ChangeType.OPENED, "m1", NOW, True)
    opened = change.event
    assert (opened.key, opened.count, opened.opened_at, opened.mail_id) == (f"{HOST}/filesystem//var", 1, NOW, "m1")


def test_the_same_mail_opens_the_same_event_however_often_it_is_triaged() -> None:
    mail = outcome("m1", alarm())
    assert correlate(mail, ()) == correlate(mail, ())
    assert correlate(mail, ())[0].event.id != correlate(outcome("m2", alarm()), ())[0].event.id


def test_a_repeat_is_counted_and_is_no_news() -> None:
    (change,) = correlate(outcome("m2", alarm(event(summary="/var is 98 % full"))), [open_event()])
    assert (change.type, change.is_news, change.event.id) == (ChangeType.UPDATED, False, "e1")
    assert (change.event.count, change.event.last_seen_at, change.event.summary) == (2, NOW, "/var is 98 % full")
    assert change.event.opened_at == NOW - DAY


@pytest.mark.parametrize(
    ("known", "said", "then", "is_news"),
    [
        (Severity.HIGH, Severity.CRITICAL, Severity.CRITICAL, True),
        (Severity.HIGH, Severity.HIGH, Severity.HIGH, False),
        (Severity.HIGH, Severity.WARNING, Severity.HIGH, False),
    ],
)
def test_the_severity_of_an_open_event_only_rises(known: Severity, said: Severity, then: Severity, is_news: bool) -> None:
    (change,) = correlate(outcome("m2", alarm(event(severity=said))), [open_event(severity=known)])
    assert (change.event.severity, change.is_news) == (then, is_news)


def test_several_words_on_one_key_in_one_mail_are_one_change_and_the_worst_counts() -> None:
    said = alarm(event(severity=Severity.WARNING), event(severity=Severity.CRITICAL), event(state=State.OK))
    (change,) = correlate(outcome("m1", said), ())
    assert change.event.severity is Severity.CRITICAL


QUIET = judged()
DIGESTED = judged(verdict=Verdict.DIGEST)
FLOOR = judged(verdict=Verdict.DIGEST, by="floor degraded")
BROKEN_RULE = judged(verdict=Verdict.DIGEST, by="guard")
OTHER_SECTION = judged("network")
OTHER_ITEM = alarm(event("/usr"))
NAMES_IT = replace(OTHER_ITEM, reasons=(*OTHER_ITEM.reasons, judged(by="floor full", detail="/var: out of space").reasons[0]))


@pytest.mark.parametrize("recovery", [Recovery.STATE, Recovery.PER_DAY])
@pytest.mark.parametrize(
    ("section", "is_closed"),
    [
        (QUIET, True),
        (DIGESTED, True),
        (OTHER_ITEM, True),
        (alarm(), False),
        (FLOOR, False),
        (BROKEN_RULE, False),
        (OTHER_SECTION, False),
        (NAMES_IT, False),
    ],
    ids=["quiet", "digested", "other item", "still there", "floor", "broken rule", "absent", "named on the floor"],
)
def test_a_good_report_closes_what_its_section_no_longer_shows(recovery: Recovery, section: Judged, is_closed: bool) -> None:
    assert (("closed", "/var") in after(outcome("m2", section), open_event(recovery=recovery))) is is_closed


@pytest.mark.parametrize("recovery", [Recovery.STATE, Recovery.PER_DAY])
@pytest.mark.parametrize(
    "mail",
    [
        outcome("m2", QUIET, is_complete=False),
        outcome("m2", QUIET, host="db01.example.org"),
        outcome("m2", QUIET, kind="freebsd_weekly"),
        outcome("m2", QUIET, sent_at=NOW - DAY - HOUR),
    ],
    ids=["cut off", "another host", "another kind", "older than the problem"],
)
def test_a_report_that_proves_nothing_closes_nothing(recovery: Recovery, mail: Outcome) -> None:
    assert after(mail, open_event(recovery=recovery)) == []


@pytest.mark.parametrize("recovery", [Recovery.ONE_SHOT, Recovery.SILENCE, Recovery.EXPLICIT, Recovery.NONE])
def test_a_quiet_report_closes_no_other_class(recovery: Recovery) -> None:
    assert after(outcome("m2", QUIET), open_event(recovery=recovery)) == []


@pytest.mark.parametrize(
    ("recovery", "is_closed"),
    [
        (Recovery.EXPLICIT, True),
        (Recovery.STATE, True),
        (Recovery.PER_DAY, True),
        (Recovery.SILENCE, True),
        (Recovery.ONE_SHOT, False),
    ],
)
def test_an_ok_with_the_same_key_closes_all_but_one_shots(recovery: Recovery, is_closed: bool) -> None:
    mail = outcome("m2", alarm(event(state=State.OK), name="recovery"), kind="zabbix")
    known = open_event(recovery=recovery, origin="zabbix/problem")
    assert (after(mail, known) == [("closed", "/var")]) is is_closed


def test_an_ok_for_something_never_open_is_nothing() -> None:
    assert after(outcome("m2", alarm(event("/usr", State.OK), name="recovery"), kind="zabbix"), open_event()) == []


def test_an_ok_older_than_the_problem_does_not_close_it() -> None:
    mail = outcome("m2", alarm(event(state=State.OK), name="recovery"), kind="zabbix", sent_at=NOW - DAY - HOUR)
    assert after(mail, open_event(recovery=Recovery.EXPLICIT)) == []


def test_a_late_problem_is_counted_but_changes_nothing_else() -> None:
    known = open_event(last_seen_at=NOW - HOUR)
    mail = outcome("m2", alarm(event(summary="older")), sent_at=NOW - 2 * HOUR)
    (change,) = correlate(mail, [known])
    assert change.event == replace(known, count=2)
    assert not change.is_news


def test_a_late_problem_does_not_reopen_what_a_later_report_closed() -> None:
    mail = outcome("m2", alarm(), sent_at=NOW - 2 * HOUR)
    assert correlate(mail, (), Ended(NOW - HOUR)) == ()
    assert types(correlate(mail, (), Ended(NOW - 3 * HOUR))) == [("opened", "/var")]


def test_one_mail_opens_repeats_and_closes_at_once() -> None:
    known = (open_event("/usr", key_id="e1"), open_event("/home", key_id="e2"))
    assert after(outcome("m2", alarm(event("/var"), event("/usr"))), *known) == [
        ("opened", "/var"),
        ("updated", "/usr"),
        ("closed", "/home"),
    ]


def test_only_one_shots_are_closed_by_an_acknowledgement() -> None:
    closed = acknowledge(open_event(recovery=Recovery.ONE_SHOT), "it was me", NOW)
    assert closed is not None
    assert (closed.type, closed.comment) == (ChangeType.CLOSED, "acknowledged: it was me")
    assert acknowledge(open_event(recovery=Recovery.STATE), "known", NOW) is None


@pytest.mark.parametrize(
    ("sent_after", "is_believed"),
    [
        (-2 * DAY, True),
        (-2 * DAY - timedelta(seconds=1), False),
        (timedelta(minutes=10), True),
        (timedelta(minutes=10, seconds=1), False),
    ],
)
def test_a_date_far_from_the_arrival_is_not_believed(sent_after: timedelta, is_believed: bool) -> None:
    assert (seen_at(outcome(sent_at=NOW + sent_after)) == NOW + sent_after) is is_believed
    assert seen_at(outcome()) == NOW


def test_a_key_with_half_a_character_is_found_again() -> None:
    (change,) = correlate(outcome("m1", alarm(event("\ud800"))), ())
    assert change.event.item == "?"
    assert types(correlate(outcome("m2", alarm(event("\ud800"))), [change.event])) == [("updated", "?")]
