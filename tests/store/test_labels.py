from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date

import pytest

from mailtriage.errors import InputError
from mailtriage.store.learning import floors
from mailtriage.store.main import Store
from mailtriage.types import Judged, Outcome, Reason, Verdict
from tests.store.build import DAY, HOST, NOW, judged, outcome


def put(store: Store, what: Outcome, seq: int = 1) -> None:
    store.record(what, seq, seen_at=what.received_at, now=NOW)


def dump(store: Store) -> list[str]:
    """All but the record of what was done: that a label was taken back stays known."""
    return [line for line in sqlite3.connect(store.path).iterdump() if not line.startswith('INSERT INTO "steps"')]


def learnt(name: str, *, p_drop: float = 0.1, by: str = "default", detail: str = "no rule explains the line", held: str = "") -> Judged:
    reasons = [Reason(by=by, detail=detail)]
    if held:
        reasons.append(Reason(by="gate 0a1b", detail=f"held: {held}"))
    return replace(judged(name, Verdict.DIGEST), reasons=tuple(reasons), p_drop=p_drop)


def test_taking_back_a_label_leaves_the_store_as_it_was(store: Store) -> None:
    put(store, outcome("m1"))
    before = dump(store)
    store.label("m1", None, Verdict.EVENT, why="a real one", who="ann", at=NOW)
    taken = store.learning.take_back("m1", who="ann", at=NOW + DAY)
    assert taken is not None
    assert (taken.verdict, taken.why) == (Verdict.EVENT, "a real one")
    assert dump(store) == before
    assert store.learning.take_back("m1", who="ann", at=NOW) is None
    assert [step.what for step in store.learning.steps()] == ["label", "unlabel"]


def test_the_label_before_the_last_stands_again(store: Store) -> None:
    put(store, outcome("m1", judged(), judged("ntp")))
    store.label("m1", None, Verdict.DROP, at=NOW)
    store.label("m1", "ntp", Verdict.DROP, at=NOW)
    before = dump(store)
    # The clock jumped back: what was said last stands, whatever the time.
    store.label("m1", "ntp", Verdict.EVENT, at=NOW - DAY)
    assert [(one.section, one.verdict) for one in store.learning.labels("m1")] == [(None, Verdict.DROP), ("ntp", Verdict.EVENT)]
    store.learning.take_back("m1", who="", at=NOW)
    assert dump(store) == before
    assert [one.verdict for one in store.learning.labels()] == [Verdict.DROP, Verdict.DROP]


def test_the_label_of_one_section_is_taken_back_alone(store: Store) -> None:
    put(store, outcome("m1", judged(), judged("ntp")))
    store.label("m1", "ntp", Verdict.DROP, at=NOW, how="cluster", question="c7")
    store.label("m1", None, Verdict.DIGEST, at=NOW)
    taken = store.learning.take_back("m1", "ntp", who="ann", at=NOW)
    assert taken is not None
    assert (taken.how, taken.question) == ("cluster", "c7")
    assert [one.section for one in store.learning.labels()] == [None]
    assert store.learning.take_back("m1", "disk_status", who="ann", at=NOW) is None


def test_a_label_for_what_is_not_there_is_refused(store: Store) -> None:
    put(store, outcome("m1"))
    with pytest.raises(InputError, match="no mail"):
        store.label("m2", None, Verdict.DROP, at=NOW)
    with pytest.raises(InputError, match="no section 'ntp'"):
        store.label("m1", "ntp", Verdict.DROP, at=NOW)
    assert store.learning.labels() == ()
    assert store.learning.steps() == ()


def test_a_kind_is_promoted_once_and_retired_once(store: Store) -> None:
    assert store.learning.promote("cron", who="ann", at=NOW, detail="40 of 30 confirmed")
    assert not store.learning.promote("cron", who="bob", at=NOW, detail="")
    assert store.learning.promoted() == {"cron"}
    (promotion,) = store.learning.promotions()
    assert (promotion.kind, promotion.who, promotion.detail) == ("cron", "ann", "40 of 30 confirmed")
    assert store.learning.retire("cron", who="ann", at=NOW)
    assert not store.learning.retire("cron", who="ann", at=NOW)
    assert store.learning.promoted() == frozenset()
    assert [step.what for step in store.learning.steps()] == ["promote", "retire"]


def test_what_learning_said_is_counted_by_day_and_kind(store: Store) -> None:
    veto = learnt("c", by="model 0a1b", detail="vetoes the gate: p(drop) 0.10")
    put(store, outcome("m1", learnt("a", held="new line: x"), learnt("b", held="value 7"), veto, judged()), 1)
    put(store, outcome("m2", learnt("a", p_drop=0.9), host=HOST), 2)
    put(store, outcome("m3", judged()), 3)
    (day,) = store.learning.days(date(2026, 11, 1), date(2026, 12, 1))
    assert (day.day, day.kind, day.n, day.n_held, day.n_new, day.n_vetoed) == (NOW.date(), "freebsd_daily", 4, 2, 1, 1)
    assert store.learning.days(date(2026, 11, 1), NOW.date()) == ()


def test_a_mail_somebody_spoke_about_is_no_example_of_the_rules(store: Store) -> None:
    for n in range(1, 5):
        put(store, outcome(f"m{n}", at=NOW + n * DAY), n)
    store.label("m2", None, Verdict.EVENT, at=NOW)
    assert store.learning.unlabelled_mails(10, 10) == ("m4", "m3", "m1")
    assert store.learning.unlabelled_mails(1, 10) == ("m4",)
    store.learning.take_back("m2", who="", at=NOW)
    assert store.learning.unlabelled_mails(10, 3) == ("m4", "m3", "m2")
    store.forgot(["m4"])
    assert store.learning.newest_mails(2) == ("m3", "m2")


def test_the_floor_a_section_hit_is_read_from_its_reasons() -> None:
    hit = replace(judged("a", Verdict.DIGEST), reasons=(Reason(by="floor degraded", detail="x"), Reason(by="default", detail="y")))
    assert floors(hit) == ("degraded",)
    assert floors(judged()) == ()
