from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mailtriage.store.main import Store
from mailtriage.store.outbox import LAST_RETRY, LEASE, backoff
from mailtriage.types import ChangeType, OpenEvent, Recovery, Severity
from tests.store.build import NOW, change, open_event

SECOND = timedelta(seconds=1)


def claimed(store: Store, now: datetime, sink: str = "hook") -> list[tuple[str, str]]:
    return [(one.order_key.rpartition("/")[2], str(one.change.type)) for one in store.outbox.claim(sink, now, 9) if one.change]


def fill(store: Store) -> None:
    for item in ("a", "b"):
        for type_ in (ChangeType.OPENED, ChangeType.CLOSED):
            store.outbox.add_change(change(type_, open_event(item, key_id=item)), ("hook", "file"), NOW)


def test_a_later_change_waits_for_the_earlier_of_the_same_key_and_sink(store: Store) -> None:
    fill(store)
    first, other = store.outbox.claim("hook", NOW, 9)
    store.outbox.done(first, NOW)
    retry_at = store.outbox.failed(other, NOW, "down")
    assert claimed(store, NOW) == [("a", "closed")]
    assert claimed(store, retry_at - SECOND) == []
    assert claimed(store, retry_at) == [("b", "opened")]
    assert claimed(store, NOW, "file") == [("a", "opened"), ("b", "opened")]


def test_a_claim_is_given_once_and_again_only_when_its_holder_is_gone(store: Store) -> None:
    fill(store)
    assert len(claimed(store, NOW)) == 2
    assert claimed(store, NOW + LEASE - SECOND) == []
    assert len(claimed(store, NOW + LEASE)) == 2


def test_a_kill_between_send_and_mark_sends_again_under_the_same_id(store: Store) -> None:
    fill(store)
    before = store.outbox.claim("hook", NOW)[0]
    store.close()
    again = Store(store.path)
    after = again.outbox.claim("hook", NOW + LEASE)[0]
    again.close()
    assert (after.id, after.change, after.n_tries) == (before.id, before.change, 2)


def test_a_slow_holder_cannot_fail_or_kill_what_somebody_else_holds_but_done_is_done(store: Store) -> None:
    fill(store)
    slow = store.outbox.claim("hook", NOW)[0]
    other = store.outbox.claim("hook", NOW + LEASE)[0]
    assert slow.id == other.id
    store.outbox.dead(slow, NOW, "no")
    assert store.outbox.dead_letters() == ()
    store.outbox.done(slow, NOW + LEASE)
    store.outbox.failed(other, NOW + LEASE, "double")
    assert ("a", "opened") not in claimed(store, NOW + 2 * LEASE)


def test_a_dead_letter_is_listed_and_holds_nothing_back(store: Store) -> None:
    fill(store)
    store.outbox.dead(store.outbox.claim("hook", NOW)[0], NOW, "HTTP 404\r\nNot Found")
    (letter,) = store.outbox.dead_letters()
    assert (letter.error, letter.n_tries) == ("HTTP 404 Not Found", 1)
    assert ("hook", "dead", 1) in store.outbox.counts()
    assert store.book().n_dead_letters == 1
    assert ("a", "closed") in claimed(store, NOW)


def test_the_same_change_is_one_delivery(store: Store) -> None:
    fill(store)
    fill(store)
    assert store.outbox.counts() == (("file", "waiting", 4), ("hook", "waiting", 4))


@pytest.mark.parametrize(
    ("n_tries", "jitter", "seconds"),
    [(1, 1, 15), (1, 0, 7.5), (2, 1, 30), (3, 1, 60), (7, 1, 960), (8, 1, 1800), (8, 0, 900), (500, 1, 1800)],
)
def test_the_pause_doubles_up_to_a_limit(n_tries: int, jitter: float, seconds: float) -> None:
    assert backoff(n_tries, jitter).total_seconds() == seconds
    assert backoff(n_tries, jitter) <= LAST_RETRY


HOLD = timedelta(minutes=10)


def held(store: Store, severity: Severity = Severity.WARNING) -> OpenEvent:
    event = open_event("a", Recovery.EXPLICIT, key_id="a", severity=severity)
    store.outbox.add_change(change(ChangeType.OPENED, event), ("hook",), NOW, HOLD)
    return event


def test_a_problem_over_within_its_hold_time_is_told_to_nobody_also_after_a_restart(store: Store) -> None:
    event = held(store)
    again = Store(store.path)
    again.outbox.add_change(change(ChangeType.CLOSED, event), ("hook",), NOW + HOLD - SECOND)
    assert claimed(again, NOW + 2 * HOLD) == []
    again.close()


def test_the_end_of_a_problem_that_was_told_or_tried_is_told(store: Store) -> None:
    event = held(store)
    tried = store.outbox.claim("hook", NOW + HOLD)[0]
    retry_at = store.outbox.failed(tried, NOW + HOLD, "down")
    store.outbox.add_change(change(ChangeType.CLOSED, event), ("hook",), NOW + HOLD + SECOND)
    assert claimed(store, retry_at) == [("a", "opened")]
    store.outbox.done(tried, retry_at)
    assert claimed(store, retry_at) == [("a", "closed")]


def test_a_problem_that_gets_worse_while_held_is_told_at_once_and_so_is_its_end(store: Store) -> None:
    worse = replace(held(store), severity=Severity.CRITICAL, count=2)
    store.outbox.add_change(change(ChangeType.UPDATED, worse, "m2"), ("hook",), NOW + SECOND)
    store.outbox.add_change(change(ChangeType.CLOSED, worse, "m3"), ("hook",), NOW + SECOND)
    told = []
    while found := store.outbox.claim("hook", NOW + SECOND):
        told += [str(one.change.type) for one in found if one.change]
        store.outbox.done(found[0], NOW + SECOND)
    assert told == ["opened", "updated", "closed"]
