"""Correlate and store together: what the worker does with each mail, in the order the mails come."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailtriage.correlate import correlate, expire, seen_at
from mailtriage.store.main import Store
from mailtriage.types import Outcome, Recovery
from tests.store.build import DAY, NOW, alarm, event, judged, outcome


def work(store: Store, seq: int, mail: Outcome) -> None:
    with store.transaction():
        hosts = {mail.host, *(event.host for event in mail.events)}
        changes = correlate(mail, store.open_events(hosts), store)
        store.record(mail, seq, changes, seen_at=seen_at(mail), now=NOW, sinks_for=lambda _: ("hook",))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "main.sqlite3")


def sent(store: Store) -> list[tuple[str, str]]:
    said = []
    while claimed := store.outbox.claim("hook", NOW):
        assert claimed[0].change is not None
        said.append((str(claimed[0].change.type), claimed[0].mail_id))
        store.outbox.done(claimed[0], NOW)
    return said


def test_a_problem_is_told_once_and_so_is_its_end(store: Store) -> None:
    mails = [
        outcome("m1", alarm(), at=NOW),
        outcome("m2", alarm(), at=NOW + DAY),
        outcome("m3", judged(), at=NOW + 2 * DAY),
        outcome("m4", judged(), at=NOW + 3 * DAY),
        outcome("m5", alarm(), at=NOW + 4 * DAY, sent_at=NOW + 2 * DAY - DAY / 2),
        outcome("m6", alarm(), at=NOW + 4 * DAY),
    ]
    for _ in range(2):  # the second time is the replay after a crash
        for seq, mail in enumerate(mails, 1):
            work(store, seq, mail)
    # m5 is dated after m2, but too late to be believed: it opens a problem, which m6 repeats.
    assert sent(store) == [("opened", "m1"), ("closed", "m3"), ("opened", "m5")]


def test_a_late_report_does_not_reopen_a_closed_event(store: Store) -> None:
    work(store, 1, outcome("m1", alarm(), at=NOW))
    work(store, 2, outcome("m2", judged(), at=NOW + DAY))
    work(store, 3, outcome("m3", alarm(), at=NOW + DAY, sent_at=NOW + DAY / 2))
    assert store.open_events() == ()
    assert [entry.mail_id for entry in store.entries()] == ["m1", "m3"]


def test_an_event_of_another_host_than_the_mails_is_found_again(store: Store) -> None:
    for seq in (1, 2):
        work(store, seq, outcome(f"m{seq}", alarm(event(host="db01")), at=NOW, host="zabbix.example.org"))
    assert store.open_events()[0].count == 2


def test_what_was_thought_to_be_over_and_is_back_is_the_same_event(store: Store) -> None:
    def failing(day: int) -> Outcome:
        said = event("job", recovery=Recovery.SILENCE, origin="cron/output")
        return outcome(f"m{day}", alarm(said), at=NOW + day * DAY, kind="cron")

    work(store, 1, failing(0))
    store.apply(expire(store.open_events(), NOW + 3 * DAY), now=NOW + 3 * DAY)
    assert store.open_events() == ()
    work(store, 2, failing(7))
    (back,) = store.open_events()
    assert (back.count, back.flaps, back.opened_at) == (2, 1, NOW)
    assert expire([back], NOW + 20 * DAY) == ()
    store.apply(expire(store.open_events(), NOW + 22 * DAY), now=NOW + 22 * DAY)
    work(store, 3, failing(60))
    assert store.open_events()[0].count == 1
