"""Folding: what says the same is one item, what differs where it matters is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailtriage.digest.group import fold_entries, fold_events
from mailtriage.types import Severity, Verdict
from tests.digest.editions import SINCE, entry, event


def test_the_same_text_on_many_hosts_is_one_item_with_all_hosts() -> None:
    entries = [entry(n, summary=f"web{n:02d}.example.org: rsync to web{n:02d} took {n + 100} s") for n in range(1, 13)]
    (group,) = fold_entries(entries)
    assert sorted(group.hosts) == sorted(entry.host for entry in entries)
    assert len(group.entries) == 12


def test_a_host_without_a_digit_in_its_name_folds_with_the_others() -> None:
    entries = [entry(1, host="mail.example.org", summary="mail is slow"), entry(2, host="web2.example.org", summary="web2 is slow")]
    assert len(fold_entries(entries)) == 1


def test_a_host_named_like_a_state_does_not_hide_that_state() -> None:
    entries = [entry(1, host="failed.example.org", summary="disk failed"), entry(2, host="passed.example.org", summary="disk passed")]
    assert len(fold_entries(entries)) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("self-test passed", "self-test FAILED"),
        ("scrub ended with 0 errors", "scrub ended with 3 errors"),
        ("pool tank is ONLINE", "pool tank is DEGRADED"),
        ("load 0.00", "load 9.31"),
    ],
)
def test_a_different_state_stands_apart(one: str, other: str) -> None:
    assert len(fold_entries([entry(1, summary=one), entry(2, summary=other)])) == 2


@pytest.mark.parametrize(("one", "other"), [("disk 1 passed", "disk 1 FAILED"), ("0 errors", "7 errors"), ("all is ok", "all is not ok")])
def test_a_different_state_in_the_lines_stands_apart_though_the_summary_is_the_same(one: str, other: str) -> None:
    assert len(fold_entries([entry(1, summary="smart", lines=(one,)), entry(2, summary="smart", lines=(other,))])) == 2


def test_kind_section_severity_and_verdict_are_never_folded_together() -> None:
    entries = [
        entry(1),
        entry(2, kind="unknown"),
        entry(3, section="exit"),
        entry(4, severity=Severity.HIGH),
        entry(5, verdict=Verdict.EVENT),
    ]
    assert len(fold_entries(entries)) == 5


def test_the_fullest_file_system_shows_in_a_fold() -> None:
    (group,) = fold_entries([entry(1, summary="/var is 91 % full"), entry(2, summary="/var is 99 % full")])
    assert group.summary == "/var is 91..99 % full"


def test_a_line_only_one_host_has_is_not_lost_in_a_fold() -> None:
    (group,) = fold_entries([entry(1, lines=("copied 3 files",)), entry(2, lines=("copied 9 files", "odd word"))])
    assert set(group.lines) == {"copied 9 files", "odd word"}


def test_worst_comes_first_then_score_then_the_newest() -> None:
    entries = [
        entry(1, summary="old", score=0.2),
        entry(2, summary="new", score=0.2),
        entry(3, summary="likely trouble", score=0.9),
        entry(4, summary="rated", severity=Severity.WARNING, score=0.1),
        entry(5, summary="rated worse", severity=Severity.CRITICAL, score=0.1),
    ]
    assert [group.summary for group in fold_entries(entries)] == ["rated worse", "rated", "likely trouble", "new", "old"]


def test_every_entry_is_in_exactly_one_item() -> None:
    entries = [entry(n, summary=f"text {'abcdefg'[n % 7]} {n}", severity=list(Severity)[n % 4]) for n in range(500)]
    folded = [entry.mail_id for group in fold_entries(entries) for entry in group.entries]
    assert sorted(folded) == sorted(entry.mail_id for entry in entries)


def test_events_of_one_shape_are_one_item_worst_first() -> None:
    late = SINCE + timedelta(hours=9)
    events = [event(1), event(2), event(3, check="filesystem", severity=Severity.HIGH, summary="/var 97 %", opened_at=late)]
    groups = fold_events(events)
    assert [(group.check, len(group.events)) for group in groups] == [("zfs_pool", 2), ("filesystem", 1)]


def test_events_of_a_degraded_and_of_a_faulted_pool_stand_apart() -> None:
    assert len(fold_events([event(1), event(2, summary="pool tank is FAULTED")])) == 2


def test_text_without_anything_to_say_still_folds() -> None:
    (group,) = fold_entries([entry(1, summary="", lines=(), subject=""), entry(2, summary="", lines=(), subject="")])
    assert len(group.entries) == 2
