"""An acknowledged event is quiet until one of its bounds is reached, and the first one that is says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailtriage.correlate import correlate
from mailtriage.correlate.ack import LONGEST_UNSAID, acknowledgement, bound, number_of, settle, why_over
from mailtriage.errors import InputError
from mailtriage.types import Ack, Change, ChangeType, OpenEvent, Recovery, Severity
from tests.store.build import DAY, NOW, alarm, event, judged, open_event, outcome

SECOND = timedelta(seconds=1)


def acked(of: OpenEvent | None = None, *, above: float | None = None, days: int = 3) -> Ack:
    return acknowledgement(of or open_event(), comment="known", who="ann", at=NOW, until=NOW + days * DAY, above=above)


def repeat(of: OpenEvent | None = None, *, is_news: bool = True, **more: Any) -> Change:
    event = replace(of or open_event(), **more)
    return Change(type=ChangeType.UPDATED, event=event, mail_id="m2", at=NOW, is_news=is_news)


def test_what_changes_of_an_acknowledged_event_is_no_news() -> None:
    settled = settle([repeat(summary="/var is 98 % full", count=2)], [acked()], NOW)
    (change,) = settled.changes
    assert (change.is_news, change.event.count, settled.ended) == (False, 2, ())


def test_another_event_is_told_as_ever() -> None:
    other = repeat(open_event(item="/usr", key_id="e2"))
    assert settle([other], [acked()], NOW).changes == (other,)


@pytest.mark.parametrize(
    ("more", "comment"),
    [
        ({"summary": "/var is 99.5 % full"}, "no longer acknowledged: above 99 (now 99.5)"),
        ({"value": 99.1}, "no longer acknowledged: above 99 (now 99.1)"),
        ({"severity": Severity.CRITICAL}, "no longer acknowledged: critical, it was high"),
        ({"summary": "/var is 97 % full, I/O error"}, "no longer acknowledged: it says something else than '/var is 97 % full'"),
        ({"summary": "/var is 0 % full"}, "no longer acknowledged: it says something else than '/var is 97 % full'"),
        ({"summary": "/var is nearly full"}, "no longer acknowledged: there is no number any more to hold against 99"),
    ],
)
def test_what_says_more_than_was_acknowledged_ends_it_and_is_told(more: dict[str, Any], comment: str) -> None:
    settled = settle([repeat(is_news=False, **more)], [acked(above=99)], NOW)
    (change,) = settled.changes
    assert (change.type, change.is_news, change.comment, settled.ended) == (ChangeType.UPDATED, True, comment, ("e1",))


def test_the_number_may_grow_to_its_bound_and_not_beyond() -> None:
    assert why_over(open_event(summary="/var is 99 % full"), acked(above=99), NOW) == ""
    assert why_over(open_event(summary="/var is 99.01 % full"), acked(above=99), NOW) == "above 99 (now 99.01)"


def test_a_text_that_names_the_day_is_the_same_text_on_another_day() -> None:
    known = open_event(summary="Mon Nov 23 03:01:07 ada0: 12 errors")
    for summary, is_same in [
        ("Tue Dec 1 04:00:00 ada0: 13 errors", True),
        ("Tue Dec 1 04:00:00 ada0: 0 errors", False),
        ("Mon Nov 23 03:01:07 ada0: wedged, 12 errors", False),
    ]:
        assert (why_over(replace(known, summary=summary), acked(known), NOW) == "") is is_same


def test_the_clock_ends_it_at_its_time_and_not_before() -> None:
    before = settle([], [acked(days=2)], NOW + 2 * DAY - SECOND, [open_event()])
    assert before.changes == ()
    settled = settle([], [acked(days=2)], NOW + 2 * DAY, [open_event()])
    (change,) = settled.changes
    assert (change.type, change.mail_id, change.is_news) == (ChangeType.UPDATED, "", True)
    assert change.comment == "no longer acknowledged: its time was over at 2026-11-25 03:01 UTC"
    assert settled.ended == ("e1",)


def test_a_mail_that_comes_before_the_clock_ends_it_too_and_once() -> None:
    settled = settle([repeat(is_news=False)], [acked(days=2)], NOW + 2 * DAY, [open_event()])
    assert [change.mail_id for change in settled.changes] == ["m2"]
    assert settled.changes[0].is_news


def test_its_end_is_told_and_ends_the_acknowledgement() -> None:
    closed = Change(type=ChangeType.CLOSED, event=open_event(), mail_id="m2", at=NOW)
    settled = settle([closed], [acked()], NOW)
    assert (settled.changes, settled.ended) == ((closed,), ("e1",))


def test_an_acknowledgement_closes_what_no_report_can_close() -> None:
    known = open_event(recovery=Recovery.ONE_SHOT)
    settled = settle([], [acked(known)], NOW, [known])
    (change,) = settled.changes
    assert (change.type, change.comment, settled.ended) == (ChangeType.CLOSED, "acknowledged: known", ("e1",))


def test_a_late_report_of_a_greater_number_ends_nothing() -> None:
    known = open_event(last_seen_at=NOW)
    late = outcome("m2", alarm(event(summary="/var is 99 % full")), at=NOW + DAY / 4, sent_at=NOW - DAY / 4)
    (change,) = settle(correlate(late, [known]), [acked(known, above=98)], NOW + DAY / 4).changes
    assert (change.is_news, change.event.summary) == (False, "/var is 97 % full")


def test_the_report_that_closes_it_closes_it_although_acknowledged() -> None:
    (change,) = settle(correlate(outcome("m2", judged(), at=NOW), [open_event()]), [acked()], NOW).changes
    assert change.type is ChangeType.CLOSED


@pytest.mark.parametrize(
    ("summary", "item", "number"),
    [
        ("/var is 97 % full", "/var", 97),
        ("fs_used /var 97.5 %", "/var", 97.5),
        ("3 of 40 volumes are 91% full.", "", 91),
        ("12 errors on ada0.", "ada0", 12),
        ("disk 3 has 12 bad sectors", "3", 12),
        ("disk 3 has 12 bad sectors", "", None),
        ("10.1.2.3 refused", "", None),
        ("at 03:01:07 it was 1,234", "", None),
        ("reading -5 C", "", None),
        ("nothing to count", "", None),
    ],
)
def test_the_number_of_a_summary_is_taken_only_where_it_is_clear_which(summary: str, item: str, number: float | None) -> None:
    assert number_of(open_event(item=item, summary=summary)) == number


def test_the_measure_that_fired_outweighs_the_text() -> None:
    assert number_of(replace(open_event(summary="3 of 40 are bad"), value=3.0)) == 3


def test_without_an_end_it_ends_after_thirty_days() -> None:
    given = acknowledgement(open_event(), comment="known", who="ann", at=NOW)
    assert given.until == NOW + LONGEST_UNSAID
    assert bound(given) == "until 2026-12-23 03:01 UTC"
    assert bound(acked(above=99), open_event()) == "until 2026-11-26 03:01 UTC, or above 99 (now 97)"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"comment": " "}, "--comment is empty"),
        ({"until": NOW}, "has passed"),
        ({"above": 96.9}, "it is 97 already"),
        ({"above": float("nan")}, "already"),
    ],
)
def test_an_acknowledgement_that_bounds_nothing_is_refused(more: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        acknowledgement(open_event(), **{"comment": "known", "who": "ann", "at": NOW, **more})


def test_a_bound_without_a_number_to_hold_against_is_refused() -> None:
    with pytest.raises(InputError, match="has no number"):
        acknowledgement(open_event(summary="/var is full"), comment="known", who="ann", at=NOW, above=5)
