"""A baseline as mails show it: the past is kept, the event opens, says what was usual, and closes by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailtriage.baseline import Points
from mailtriage.correlate import correlate, seen_at
from mailtriage.pipeline import NoHistory, triage
from mailtriage.rulebook import Rulebook, load
from mailtriage.store._sqlite import Database
from mailtriage.store.readings import Readings
from mailtriage.types import Change, ChangeType, OpenEvent, Outcome, RawMail
from tests.golden import NOW

RULES = """
kind = "freebsd_*"
[[rule]]
id = "full-soon"
section = "disk_status"
action = "event"
severity = "warning"
check = "filesystem"
item = "{subject}"
measure = { name = "fs_used", full_within = "9d" }
summary = "{subject} is {value} % full, {days_left} days left at {growth} % a day"

[[rule]]
id = "queue"
section = "mailq_*"
action = "digest"
measure = { name = "mail_queue", baseline = "p99 of 28d", least = 20 }
reason = "more mail waits than usual"
"""


@dataclass
class Past(NoHistory):
    """The past of a host, as the store keeps it."""

    kept: Readings

    def readings(self, host: str, name: str, subject: str, since: datetime) -> Points:
        return self.kept.since(host, name, subject, since)


@dataclass
class Host:
    """One host that reports every night, and what comes of it."""

    rules: Rulebook
    past: Past
    events: dict[str, OpenEvent] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)

    def report(self, day: int, used: float, queue: int = 3, *, is_recorded: bool = True) -> Outcome:
        at = NOW + timedelta(days=day)
        body = (
            "Disk status:\nFilesystem     Size    Used   Avail Capacity  Mounted on\n"
            f"/dev/ada0p4     29G     12G     2.1G    {used:.0f}%    /var\ndevfs          1.0K    1.0K      0B   100%    /dev\n\n"
            f"Mail in local queue:\n\t\tTotal requests: {queue}\n\n-- End of daily output --\n"
        )
        head = "From: Charlie Root <root@web07.example.org>\nTo: root\nSubject: web07.example.org daily run output\n"
        data = f"{head}Date: {at:%a, %d %b %Y %H:%M:%S} +0000\n\n{body}".encode()
        raw = RawMail(id=f"day{day}", received_at=at + timedelta(minutes=2), data=data, rcpt_tos=("root@example.org",))
        outcome = triage(raw, self.rules, None, self.past, raw.received_at)
        if is_recorded:
            for change in correlate(outcome, tuple(self.events.values())):
                self.changes.append(change)
                if change.type is ChangeType.CLOSED:
                    del self.events[change.event.key]
                else:
                    self.events[change.event.key] = change.event
            self.past.kept.add(outcome, seen_at(outcome))
        return outcome


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "own.toml").write_text(RULES)
    db = Database(tmp_path / "mailtriage.sqlite3")
    yield Host(load(tmp_path / "rules", today=NOW.date()), Past(Readings(db)))
    db.close()


def why(outcome: Outcome, section: str) -> Sequence[str]:
    return [reason.detail for judged in outcome.sections if judged.section.name == section for reason in judged.reasons]


def test_a_disk_that_fills_opens_one_event_which_a_clean_up_closes(host: Host) -> None:
    for day in range(33):
        host.report(day, 60 + day)
    assert [(one.type, one.event.key) for one in host.changes if one.is_news] == [(ChangeType.OPENED, "web07.example.org/filesystem//var")]
    (event,) = host.events.values()
    assert event.summary == "/var is 92 % full, 8 days left at 1 % a day"
    host.report(33, 55)
    assert not host.events
    assert host.changes[-1].type is ChangeType.CLOSED


def test_a_file_system_that_is_full_by_nature_is_never_on_its_way(host: Host) -> None:
    for day in range(40):
        host.report(day, 50)
    assert not host.changes


def test_the_reason_says_what_was_usual(host: Host) -> None:
    for day in range(20):
        assert not any("p99" in detail for detail in why(host.report(day, 50), "mailq_local"))
    assert any(detail.endswith("where the p99 of 28 days is 3") for detail in why(host.report(20, 50, 400), "mailq_local"))


def test_judging_a_mail_again_gives_the_same(host: Host) -> None:
    """Its own value, and what came after it, are in the store by then."""
    for day in range(20):
        host.report(day, 50)
    first = host.report(20, 50, 400)
    for day in range(21, 40):
        host.report(day, 50, 400)
    assert host.report(20, 50, 400, is_recorded=False) == first
