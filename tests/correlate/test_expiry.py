from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailtriage.correlate import expire
from mailtriage.types import ChangeType, Recovery
from tests.store.build import DAY, NOW, open_event

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("recovery", "count", "span", "limit"),
    [
        (Recovery.ONE_SHOT, 1, 0 * DAY, 7 * DAY),
        (Recovery.NONE, 1, 0 * DAY, 7 * DAY),
        (Recovery.SILENCE, 1, 0 * DAY, 50 * HOUR),
        (Recovery.SILENCE, 2, 7 * DAY, 50 * HOUR),
        (Recovery.SILENCE, 3, 2 * DAY, 48 * HOUR),  # daily: mean gap 24 h
        (Recovery.SILENCE, 3, 14 * DAY, 14 * DAY),  # weekly: mean gap 7 days
        (Recovery.SILENCE, 49, 2 * DAY, 26 * HOUR),  # hourly: mean gap 1 h
    ],
)
def test_silence_closes_after_its_time_and_not_before(recovery: Recovery, count: int, span: timedelta, limit: timedelta) -> None:
    known = open_event(recovery=recovery, count=count, opened_at=NOW - span, last_seen_at=NOW)
    assert expire([known], NOW + limit - timedelta(seconds=1)) == ()
    (change,) = expire([known], NOW + limit)
    assert (change.type, change.event, change.mail_id, change.at) == (ChangeType.CLOSED, known, "", NOW + limit)
    assert "not seen again" in change.comment


@pytest.mark.parametrize("recovery", [Recovery.STATE, Recovery.PER_DAY, Recovery.EXPLICIT])
def test_the_clock_never_closes_what_a_report_must_close(recovery: Recovery) -> None:
    assert expire([open_event(recovery=recovery)], NOW + 400 * DAY) == ()


def test_a_weekly_sender_has_two_weeks_and_what_came_back_has_shown_its_period() -> None:
    weekly = open_event(recovery=Recovery.SILENCE, origin="backuppc/letter", last_seen_at=NOW)
    assert expire([weekly], NOW + 15 * DAY) == ()
    assert len(expire([weekly], NOW + 16 * DAY)) == 1
    back = replace(open_event(recovery=Recovery.SILENCE, count=2, opened_at=NOW - 7 * DAY, last_seen_at=NOW), flaps=1)
    assert expire([back], NOW + 14 * DAY - HOUR) == ()
    assert len(expire([back], NOW + 14 * DAY)) == 1
