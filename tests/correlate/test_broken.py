from __future__ import annotations

from datetime import UTC, datetime

from mailtriage.correlate import broken_rule_changes
from mailtriage.types import ChangeType

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


def test_a_broken_rule_is_told_once_and_its_mending_closes_it() -> None:
    (opened,) = broken_rule_changes({"cron/backup": "rules.d/cron.toml:3:1: bad pattern"}, (), NOW)
    assert (opened.type, opened.event.key) == (ChangeType.OPENED, "mailtriage/rules/cron/backup")
    assert broken_rule_changes({"cron/backup": "the same"}, (opened.event,), NOW) == ()
    (closed,) = broken_rule_changes({}, (opened.event,), NOW)
    assert (closed.type, closed.event.id) == (ChangeType.CLOSED, opened.event.id)
