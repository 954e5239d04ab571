from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mailtriage.correlate import silence_changes
from mailtriage.types import ChangeType

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
AFTER = timedelta(hours=26)


@dataclass(frozen=True)
class Row:
    host: str
    first_seen_at: datetime
    last_seen_at: datetime
    kind: str = "freebsd_daily"


def _row(host: str, *, hours_ago: float, days: int = 5) -> Row:
    last = NOW - timedelta(hours=hours_ago)
    return Row(host, last - timedelta(days=days), last)


def test_a_daily_writer_that_stops_is_an_event_until_it_writes_again() -> None:
    rows = [_row("web01", hours_ago=3), _row("web02", hours_ago=27), _row("web03", hours_ago=3)]
    (opened,) = silence_changes(rows, (), after=AFTER, now=NOW)
    assert (opened.type, opened.event.key) == (ChangeType.OPENED, "web02/silence/-")
    assert silence_changes(rows, (opened.event,), after=AFTER, now=NOW) == ()
    (closed,) = silence_changes([_row("web02", hours_ago=1)], (opened.event,), after=AFTER, now=NOW)
    assert closed.type is ChangeType.CLOSED


def test_a_host_that_wrote_on_one_day_only_is_not_missed() -> None:
    assert silence_changes([_row("new", hours_ago=40, days=0)], (), after=AFTER, now=NOW) == ()


def test_jobs_whose_silence_is_success_are_not_missed() -> None:
    row = Row("web01", NOW - timedelta(days=9), NOW - timedelta(days=3), kind="cron")
    assert silence_changes([row], (), after=AFTER, now=NOW) == ()


def test_silence_of_most_hosts_is_one_event_about_the_mail_path() -> None:
    rows = [_row(f"web{n:02}", hours_ago=30) for n in range(10)]
    (opened,) = silence_changes(rows, (), after=AFTER, now=NOW)
    assert opened.event.key == "-/silence/-"


def test_a_silent_host_stays_silent_when_all_others_fall_silent_too() -> None:
    rows = [_row("web00", hours_ago=3), *(_row(f"web0{n}", hours_ago=27) for n in range(1, 5))]
    (alone,) = silence_changes([_row("web01", hours_ago=27), *(_row(f"web1{n}", hours_ago=1) for n in range(3))], (), after=AFTER, now=NOW)
    (common,) = silence_changes(rows, (alone.event,), after=AFTER, now=NOW)
    assert (common.type, common.event.key) == (ChangeType.OPENED, "-/silence/-")
    assert silence_changes(rows, (alone.event, common.event), after=AFTER, now=NOW) == ()
