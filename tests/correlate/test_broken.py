from __future__ import annotations

from datetime import UTC, datetime

from mailtriage.correlate import broken_rule_changes, suspension_changes
from mailtriage.types import ChangeType

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


def test_a_broken_rule_is_told_once_and_its_mending_closes_it() -> None:
    (opened,) = broken_rule_changes({"cron/backup": "rules.d/cron.toml:3:1: bad pattern"}, (), NOW)
    assert (opened.type, opened.event.key) == (ChangeType.OPENED, "mailtriage/rules/cron/backup")
    assert broken_rule_changes({"cron/backup": "the same"}, (opened.event,), NOW) == ()
    (closed,) = broken_rule_changes({}, (opened.event,), NOW)
    assert (closed.type, closed.event.id) == (ChangeType.CLOSED, opened.event.id)


def test_a_suspension_is_told_once_and_lifting_it_closes_it() -> None:
    (opened,) = suspension_changes({"rule cron/backup": "1 wrong of 9 audited"}, (), NOW)
    assert (opened.type, opened.event.key) == (ChangeType.OPENED, "mailtriage/suspended/rule cron/backup")
    assert opened.event.summary == "drops nothing any more: 1 wrong of 9 audited"
    assert suspension_changes({"rule cron/backup": "the same"}, (opened.event,), NOW) == ()
    assert broken_rule_changes({}, (opened.event,), NOW) == ()  # the events of broken rules are others
    (closed,) = suspension_changes({}, (opened.event,), NOW)
    assert (closed.type, closed.event.id, closed.comment) == (ChangeType.CLOSED, opened.event.id, "lifted")
