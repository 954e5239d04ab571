from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from mailtriage.errors import InputError
from mailtriage.store.main import Store
from mailtriage.types import ChangeType, Measure, Outcome, Verdict
from tests.store.build import DAY, HOST, NOW, alarm, change, judged, open_event, outcome, raw


def put(store: Store, what: Outcome, seq: int = 1, **more: object) -> bool:
    return store.record(what, seq, more.pop("changes", ()), seen_at=what.received_at, now=NOW, **more)  # type: ignore[arg-type]


def dump(store: Store) -> list[str]:
    import sqlite3

    return list(sqlite3.connect(store.path).iterdump())


def measured(value: float, mail_id: str = "m1") -> Outcome:
    return outcome(mail_id, judged(measures=(Measure(name="fs_used", subject="/var", value=value, unit="%"),)))


def test_a_recorded_outcome_comes_back_exactly(store: Store) -> None:
    what = outcome("m1", alarm(), judged("network", Verdict.DIGEST))
    assert put(store, what, 7)
    assert store.outcome("m1") == what
    assert store.outcome("m2") is None
    assert store.cursor == 7


def test_the_same_outcome_twice_is_recorded_once(store: Store) -> None:
    what = outcome("m1", alarm())
    more = {"changes": (change(),), "sinks_for": lambda _: ("hook",)}
    assert put(store, what, **more)
    before = dump(store)
    assert not put(store, what, **more)
    assert dump(store) == before


def test_an_error_between_the_steps_leaves_nothing_behind(store: Store) -> None:
    def fails(_: object) -> tuple[str, ...]:
        raise RuntimeError("killed here")

    before = dump(store)
    with pytest.raises(RuntimeError):
        put(store, outcome("m1", alarm()), changes=(change(),), sinks_for=fails)
    assert dump(store) == before


def test_a_bad_mail_does_not_undo_its_neighbours_in_the_same_flush(store: Store) -> None:
    def fails(_: object) -> tuple[str, ...]:
        raise RuntimeError("bad mail")

    with store.transaction():
        put(store, outcome("m1"), 1)
        with pytest.raises(RuntimeError):
            put(store, outcome("m2", alarm()), 2, changes=(change(mail_id="m2"),), sinks_for=fails)
        assert store.cursor == 1
        store.park(raw("m2"), 2, "RuntimeError: bad mail", now=NOW)
        put(store, outcome("m3"), 3)
    assert [row.id for row in store.mails()] == ["m3", "m1"]
    assert [parked.id for parked in store.parked()] == ["m2"]
    assert store.open_events() == ()
    assert store.cursor == 3


def test_a_killed_batch_is_as_if_it_had_never_begun(store: Store, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), store.transaction():  # noqa: PT012 the kill comes inside
        put(store, outcome("m1"), 1)
        raise KeyboardInterrupt
    assert store.cursor == 0
    assert store.mails() == ()


_KILLED = """
import os, signal, sys
from mailtriage.store.main import Store
from tests.store.build import NOW, alarm, change, outcome

store = Store(sys.argv[1])
kill = lambda _: os.kill(os.getpid(), signal.SIGKILL)
store.record(outcome("m1"), 1, seen_at=NOW, now=NOW)
store.record(outcome("m2", alarm()), 2, [change(mail_id="m2")], seen_at=NOW, now=NOW, sinks_for=kill)
"""


def test_a_process_killed_in_the_middle_of_a_mail_leaves_the_mails_before_it(tmp_path: Path) -> None:
    path = tmp_path / "mailtriage.sqlite3"
    child = subprocess.run([sys.executable, "-c", _KILLED, str(path)], check=False)
    assert child.returncode == -signal.SIGKILL
    store = Store(path)
    assert (store.cursor, [row.id for row in store.mails()], store.open_events()) == (1, ["m1"], ())
    assert store.balance([(NOW.date(), 2)], 2).is_balanced
    store.close()


def test_a_reader_needs_no_daemon(store: Store) -> None:
    put(store, outcome("m1"), 1)
    store.close()
    reader = Store(store.path, read_only=True)
    assert [row.id for row in reader.mails()] == ["m1"]
    reader.close()


def test_a_reader_sees_the_store_while_the_daemon_writes(store: Store) -> None:
    put(store, outcome("m1"), 1)
    reader = Store(store.path, read_only=True)
    with store.transaction():
        put(store, outcome("m2"), 2)
        assert [row.id for row in reader.mails()] == ["m1"]
    assert len(reader.mails()) == 2
    reader.close()


def test_only_sections_that_were_kept_become_entries(store: Store) -> None:
    put(store, outcome("m1", alarm(), judged("network"), judged("ntp", Verdict.DIGEST, lines=("peer gone",))), changes=(change(),))
    assert [(entry.section, entry.verdict) for entry in store.entries()] == [
        ("disk_status", Verdict.EVENT),
        ("ntp", Verdict.DIGEST),
    ]
    assert store.entries()[0].summary == "/var is 97 % full"
    assert store.entries()[1].lines == ("peer gone",)


def test_an_entry_of_a_long_section_shows_the_line_that_decided(store: Store) -> None:
    lines = tuple(f"line {n}" for n in range(50))
    put(store, outcome("m1", judged("local", Verdict.DIGEST, lines=lines, detail="no rule explains the line: line 42")))
    shown = store.entries()[0].lines
    assert "line 42" in shown
    assert len(shown) == 6


def test_a_persons_mail_that_no_sink_takes_is_shown_in_the_digest(store: Store) -> None:
    put(store, outcome("m1", judged("mail", Verdict.PASS)), 1)
    put(store, outcome("m2", judged("mail", Verdict.PASS)), 2, pass_to=("mail",))
    assert [entry.mail_id for entry in store.entries()] == ["m1"]
    assert [delivery.mail_id for delivery in store.outbox.claim("mail", NOW, 9)] == ["m2"]


def test_a_parked_mail_is_shown_as_it_came_and_counted_as_held(store: Store) -> None:
    assert [store.count_try("m1") for _ in range(3)] == [1, 2, 3]
    assert store.park(raw("m1"), 1, "ValueError: no", now=NOW)
    assert not store.park(raw("m1"), 1, "ValueError: no", now=NOW)
    (entry,) = store.entries()
    assert entry.lines == ("Hello",)
    assert "ValueError: no" in entry.reason.detail
    assert store.book().n_parked == 1
    assert put(store, outcome("m1"), 1)  # a later version could judge it
    assert store.parked() == ()


def test_an_older_mail_does_not_overwrite_a_newer_measure(store: Store) -> None:
    assert store.previous(HOST, "fs_used", "/var") is None
    store.record(measured(93, "m1"), 1, seen_at=NOW, now=NOW)
    store.record(measured(60, "m2"), 2, seen_at=NOW - DAY, now=NOW)
    assert store.previous(HOST, "fs_used", "/var") == 93
    store.record(measured(94, "m3"), 3, seen_at=NOW + DAY, now=NOW)
    assert store.previous(HOST, "fs_used", "/var") == 94
    assert store.previous(HOST, "fs_used", "/var", NOW - 7 * DAY) == 94
    assert store.previous(HOST, "fs_used", "/var", NOW + 30 * DAY) is None


def test_hosts_are_listed_with_what_they_send(store: Store) -> None:
    put(store, outcome("m1"), 1)
    put(store, outcome("m2", at=NOW + DAY), 2)
    put(store, outcome("m3", kind="cron"), 3)
    assert [(row.kind, row.n, row.last_seen_at) for row in store.hosts()] == [("cron", 1, NOW), ("freebsd_daily", 2, NOW + DAY)]


def test_an_imported_mail_is_found_but_in_no_scheduled_digest(store: Store) -> None:
    put(store, outcome("m1", judged(verdict=Verdict.DIGEST)), is_archive=True, pass_to=("mail",))
    assert store.entries() == ()
    assert store.book().n_mails == 0
    assert len(store.entries(NOW)) == 1
    assert store.book(NOW).n_mails == 1
    assert len(store.mails()) == 1


def test_events_open_update_and_close(store: Store) -> None:
    store.apply([change()], now=NOW)
    assert store.open_events() == (open_event(),)
    assert store.open_events(["other.example.org"]) == ()
    worse = open_event(count=2, last_seen_at=NOW)
    store.apply([change(ChangeType.UPDATED, worse, "m2")], now=NOW)
    assert store.open_events([HOST]) == (worse,)
    assert store.last_closed_at(worse.key) is None
    store.apply([change(ChangeType.CLOSED, worse, "m3", NOW)], now=NOW)
    assert store.open_events() == ()
    (closed,) = store.closed_events()
    assert (closed.event, closed.closed_at, closed.closed_by) == (worse, NOW, "m3")
    assert store.last_closed_at(worse.key) == NOW
    assert store.closed_events(NOW + DAY) == ()


def test_a_repeat_is_counted_but_sent_nowhere(store: Store) -> None:
    from dataclasses import replace

    store.apply([change()], now=NOW)
    repeat = replace(change(ChangeType.UPDATED, open_event(count=2), "m2"), is_news=False)
    store.apply([repeat], now=NOW, sinks_for=lambda _: ("hook",))
    assert store.open_events()[0].count == 2
    assert store.outbox.claim("hook", NOW, 9) == ()


def test_an_undrop_moves_the_ledger_and_shows_the_mail_in_the_next_digest(store: Store) -> None:
    put(store, outcome("m1"), 1)
    put(store, outcome("m2"), 2)
    with store.transaction():
        assert store.add_digest("2026-11-23", subject="", text="", html="", sinks=(), now=NOW)
    assert store.undrop("m1")
    assert not store.undrop("m1")
    assert not store.undrop("m9")
    assert [(row.verdict, row.by, row.n) for row in store.ledger()] == [
        (Verdict.DIGEST, "undrop", 1),
        (Verdict.DROP, "rule k/quiet", 1),
    ]
    assert [entry.mail_id for entry in store.entries()] == ["m1"]
    assert store.mails("verdict:digest")[0].id == "m1"
    assert store.outcome("m1") == outcome("m1")
    assert store.balance([(NOW.date(), 2)], 2).is_balanced


def test_no_digest_is_sent_twice_and_each_shows_what_the_last_did_not(store: Store) -> None:
    put(store, outcome("m1", alarm()), 1, changes=(change(),))
    store.apply([change(ChangeType.CLOSED)], now=NOW)
    for expected in (True, False):
        with store.transaction():
            sent = store.add_digest("2026-11-23", subject="s", text="t", html="h", sinks=("mail",), now=NOW)
        assert sent is expected
    assert store.entries() == ()
    assert store.closed_events() == ()
    assert store.book().n_mails == 0
    assert store.last_digest() is not None
    (delivery,) = store.outbox.claim("mail", NOW, 9)
    assert (delivery.subject, delivery.text, delivery.html) == ("s", "t", "h")
    put(store, outcome("m2", judged(verdict=Verdict.DIGEST), at=NOW - DAY), 2)
    assert [entry.mail_id for entry in store.entries()] == ["m2"]


def test_the_book_tells_rules_from_learning(store: Store) -> None:
    put(store, outcome("m1"), 1)
    put(store, outcome("m2", judged(by="rule k/other")), 2)
    put(store, outcome("m3", judged(), judged("ntp", by="gate 1")), 3)
    put(store, outcome("m4", alarm(), host="db01"), 4)
    put(store, outcome("m5", judged("mail", Verdict.PASS), host=""), 5)
    book = store.book()
    assert (book.n_mails, book.hosts) == (5, ("db01", HOST))
    assert (book.n_dropped_by_rules, book.n_rules, book.n_dropped_by_model) == (2, 2, 1)
    assert (book.n_raised, book.n_digested, book.n_passed) == (1, 0, 1)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"m1", "m2", "m3"}),
        ("host:web07", {"m1", "m2"}),
        ("host:web0", set()),
        ("host:web*", {"m1", "m2"}),
        ("host:db_1", set()),
        ("kind:cron", {"m2"}),
        ("kind:freebsd*", {"m1"}),
        ("verdict:digest", {"m2"}),
        ("day:2026-11-23", {"m1", "m2"}),
        ("since:2026-11-24", {"m3"}),
        ("until:2026-11-23", {"m1", "m2"}),
        ("host:web07 cron", {"m2"}),
        ("100%", {"m3"}),
        ("10_%", set()),
        ("re:backup", {"m3"}),
        ("'; DROP TABLE mails; --", set()),
        ("\ud800", set()),
    ],
)
def test_mails_are_found(store: Store, query: str, expected: set[str]) -> None:
    put(store, outcome("m1"), 1)
    put(store, outcome("m2", judged(verdict=Verdict.DIGEST), kind="cron", subject="Cron <root@web07> run"), 2)
    put(store, outcome("m3", host="db01.example.org", kind="zabbix", subject="re:backup 100% done", at=NOW + DAY), 3)
    assert {row.id for row in store.mails(query)} == expected


@pytest.mark.parametrize("query", ["verdict:dropped", "since:yesterday", "day:2026-13-01", "severity:bad"])
def test_a_search_that_cannot_be_read_says_why(store: Store, query: str) -> None:
    with pytest.raises(InputError) as error:
        store.mails(query)
    assert error.value.remedy


def test_an_id_may_be_shortened_while_it_is_the_only_one(store: Store) -> None:
    put(store, outcome("abc1"), 1)
    put(store, outcome("abd2"), 2)
    assert store.full_id("abc") == "abc1"
    assert store.full_id("ABD2") == "abd2"
    with pytest.raises(InputError, match="several"):
        store.full_id("ab")
    for none in ("x", "", "%"):
        with pytest.raises(InputError, match="no mail"):
            store.full_id(none)


def test_text_that_no_utf8_can_say_is_kept(store: Store) -> None:
    odd = outcome("m1", judged(verdict=Verdict.DIGEST, lines=("half \ud800 a pair",), detail="\udcff"), subject="s \udc80", host="h\ud800")
    assert put(store, odd)
    assert store.outcome("m1") == odd
    assert store.mails()[0].subject == "s ?"


def test_events_and_the_time_between_are_listed_together(store: Store) -> None:
    store.apply([change(), change(of=open_event("/usr", key_id="e2"))], now=NOW)
    store.apply([change(ChangeType.CLOSED, open_event("/usr", key_id="e2"))], now=NOW)
    assert len(store.events(NOW - timedelta(hours=1))) == 2
    assert len(store.events(NOW + timedelta(hours=1))) == 1


def test_a_problem_that_opened_nothing_is_to_be_read(store: Store) -> None:
    assert put(store, outcome("m1", alarm()), changes=(change(),))
    assert put(store, outcome("m2", alarm()), 2)
    assert [(entry.mail_id, entry.verdict) for entry in store.entries()] == [("m1", Verdict.EVENT), ("m2", Verdict.DIGEST)]
