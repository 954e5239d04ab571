"""Drops as the store keeps them: asked about with a known chance, answered, found wrong otherwise, suspended."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from mailtriage.errors import InputError
from mailtriage.store.audits import Audits
from mailtriage.store.main import Store
from mailtriage.store.values import Answer, Audit, Tally
from mailtriage.types import Verdict
from tests.store.build import DAY, NOW, alarm, judged, outcome
from tests.store.test_main import put

CLOSE = 0.1
QUIET = judged("network", by="rule k/quiet")
LEARNT = judged("output", by="gate 3f2a")


def ask(audits: Audits, *numbers: int, chance: float = 0.5, slot: str = "monday", is_new: bool = True) -> tuple[Audit, ...]:
    """Everything had this chance, and these were drawn."""
    given = dict.fromkeys(cells(audits, is_new=is_new), chance)
    audits.ask(slot, {n: f"q{n}" for n in numbers}, given, CLOSE, is_new=is_new, at=NOW)
    return audits.asked_in(slot)


def cells(audits: Audits, *, is_new: bool) -> dict[tuple[str, bool], int]:
    """How many drops of which source, close or not, nobody was asked about."""
    return Counter((source, is_close) for _, source, is_close in audits.askable(CLOSE, is_new=is_new))


def tally(store: Store, source: str = "rule k/quiet") -> list[Tally]:
    return [one for one in store.audits.tallies() if one.source == source]


def test_every_dropped_section_is_kept_with_its_source_also_in_a_mail_that_is_shown(store: Store) -> None:
    put(store, outcome("m1", QUIET, judged("odd", Verdict.DIGEST), LEARNT, kind="cron"))
    assert [(drop.at, drop.section, drop.source) for drop in store.audits.drops_of("m1")] == [
        (0, "network", "rule k/quiet"),
        (2, "output", "gate cron"),
    ]
    put(store, outcome("m2", alarm()))
    assert store.audits.drops_of("m2") == ()


def test_nobody_is_asked_about_an_archive(store: Store) -> None:
    put(store, outcome("m1", QUIET), is_archive=True)
    assert not store.audits.has_new()
    assert not store.audits.drops_of("m1")[0].can_be_wrong
    assert cells(store.audits, is_new=True) == cells(store.audits, is_new=False) == {}


def test_nobody_is_asked_about_a_section_that_hid_nothing(store: Store) -> None:
    put(store, outcome("m1", judged("setuid", lines=("", " ")), QUIET))
    assert [(drop.section, drop.can_be_wrong) for drop in store.audits.drops_of("m1")] == [("setuid", False), ("network", True)]
    assert cells(store.audits, is_new=True) == {("rule k/quiet", False): 1}


def test_only_what_came_since_is_drawn_from_and_each_drop_keeps_its_chance(store: Store) -> None:
    for n in (1, 2, 3):
        put(store, outcome(f"m{n}", QUIET), n)
    (asked,) = ask(store.audits, 2, chance=0.4)
    assert (asked.drop.mail_id, asked.chance, asked.answer) == ("m2", 0.4, None)
    assert not store.audits.has_new()
    put(store, outcome("m4", QUIET), 4)
    assert cells(store.audits, is_new=True) == {("rule k/quiet", False): 1}
    assert cells(store.audits, is_new=False) == {("rule k/quiet", False): 2}
    assert [n for n, _, _ in store.audits.askable(CLOSE, is_new=False)] == [1, 3]
    # A second draw of the old ones raises the chance of all of them, of the one that was asked about, too.
    ask(store.audits, 1, chance=0.5, slot="next", is_new=False)
    (found,) = tally(store)
    assert found.n_drops == 3
    assert found.chance == pytest.approx(0.7)
    assert store.audits.n_undrawn() == {"rule k/quiet": 1}


def test_close_drops_have_chances_of_their_own(store: Store) -> None:
    put(store, outcome("m1", replace(LEARNT, score=0.3), LEARNT, kind="cron"))
    assert cells(store.audits, is_new=True) == {("gate cron", False): 1, ("gate cron", True): 1}
    store.audits.ask("monday", {}, {("gate cron", True): 0.9, ("gate cron", False): 0.2}, CLOSE, is_new=True, at=NOW)
    assert [one.chance for one in tally(store, "gate cron")] == [0.2, 0.9]


def test_an_answer_counts_and_can_be_taken_back(store: Store) -> None:
    put(store, outcome("m1", QUIET))
    (asked,) = ask(store.audits, 1)
    assert [(one.n_drops, one.n_audited) for one in tally(store)] == [(1, 0)]
    store.audits.answer(asked, Answer.RIGHT, why="nothing in it", who="root", at=NOW)
    assert [(one.n_drops, one.n_audited, one.n_wrong) for one in tally(store)] == [(1, 1, 0)]
    found = store.audits.find("Q1")
    assert (found.answer, found.why, found.who, found.answered_at) == (Answer.RIGHT, "nothing in it", "root", NOW)
    assert store.audits.open() == ()
    assert store.audits.n_answered() == {"rule k/quiet": 1}
    assert store.audits.reopen("q1")
    assert not store.audits.reopen("q1")
    assert store.audits.open() == (asked,)


def test_a_question_is_found_by_the_beginning_of_its_id(store: Store) -> None:
    for n in (1, 2):
        put(store, outcome(f"m{n}", QUIET), n)
    ask(store.audits, 1, 2)
    assert store.audits.find("q2").drop.mail_id == "m2"
    for wrong, message in (("", "no question"), ("x", "no question"), ("q", "beginning of several")):
        with pytest.raises(InputError, match=message):
            store.audits.find(wrong)


def test_a_wrong_drop_leaves_the_drops_and_stays_in_the_count(store: Store) -> None:
    put(store, outcome("m1", QUIET, judged("uptime")))
    (asked,) = ask(store.audits, 1)
    store.audits.answer(asked, Answer.WRONG, why="", who="root", at=NOW)
    assert store.undrop("m1", asked.drop.at)
    assert [drop.section for drop in store.audits.drops_of("m1")] == ["uptime"]
    assert [entry.section for entry in store.entries()] == ["network"]
    row = store.mail("m1")
    assert row is not None
    assert (row.verdict, row.by) == (Verdict.DIGEST, "undrop")
    assert [(one.n_drops, one.n_audited, one.n_wrong) for one in tally(store)] == [(2, 1, 1)]
    assert not store.undrop("m1", asked.drop.at)


def test_a_section_of_a_mail_that_is_shown_can_be_taken_back_too(store: Store) -> None:
    put(store, outcome("m1", QUIET, judged("odd", Verdict.DIGEST)))
    assert not store.undrop("m1")
    assert store.undrop("m1", 0)
    assert [entry.section for entry in store.entries()] == ["odd", "network"]
    row = store.mail("m1")
    assert row is not None
    assert row.by == "default"


def test_an_undropped_mail_has_no_drops_left(store: Store) -> None:
    put(store, outcome("m1", QUIET, judged("uptime")))
    assert store.undrop("m1")
    assert store.audits.drops_of("m1") == ()


def test_what_is_found_wrong_otherwise_stands_apart(store: Store) -> None:
    put(store, outcome("m1", QUIET), 1)
    put(store, outcome("m2", QUIET, judged("uptime", by="rule k/up")), 2)
    for mail_id in ("m1", "m2"):
        drops = store.audits.drops_of(mail_id)
        for drop in drops:
            store.audits.correct(drop, "undrop", is_sure=len(drops) == 1, at=NOW)
            store.audits.correct(drop, "undrop", is_sure=len(drops) == 1, at=NOW)
    assert [(one.source, one.n_sure, one.n_unsure) for one in store.audits.known_wrong()] == [("rule k/quiet", 1, 1), ("rule k/up", 0, 1)]
    assert [one for one in store.audits.tallies() if one.n_wrong] == []


def test_a_label_against_a_drop_is_known_until_it_is_taken_back(store: Store) -> None:
    put(store, outcome("m1", QUIET, judged("uptime", by="rule k/up")))
    store.label("m1", "network", Verdict.EVENT, at=NOW)
    store.label("m1", "uptime", Verdict.DROP, at=NOW)
    assert [(one.source, one.n_sure, one.n_unsure) for one in store.audits.known_wrong()] == [("rule k/quiet", 1, 0)]
    store.label("m1", None, Verdict.EVENT, at=NOW)  # of the mail: it may be either section
    assert [(one.source, one.n_sure, one.n_unsure) for one in store.audits.known_wrong()] == [("rule k/quiet", 1, 0), ("rule k/up", 0, 1)]
    store.learning.take_back("m1", who="root", at=NOW)
    store.learning.take_back("m1", "network", who="root", at=NOW)
    assert store.audits.known_wrong() == ()


def test_a_suspension_lasts_until_it_is_lifted_and_what_came_before_counts_no_more(store: Store) -> None:
    put(store, outcome("m1", QUIET))
    (asked,) = ask(store.audits, 1)
    store.audits.answer(asked, Answer.WRONG, why="", who="root", at=NOW)
    assert store.audits.suspend("rule k/quiet", "1 wrong of 1", NOW)
    assert not store.audits.suspend("rule k/quiet", "again", NOW)
    assert store.audits.suspended() == {"rule k/quiet"}
    assert [(one.source, one.why, one.at) for one in store.audits.suspensions()] == [("rule k/quiet", "1 wrong of 1", NOW)]
    store.audits.lift("rule k/quiet", why="mended", who="root", at=NOW + DAY)
    assert store.audits.suspended() == frozenset()
    assert [one.is_past for one in tally(store)] == [True]
    assert store.audits.n_answered() == {}
    with pytest.raises(InputError, match="not suspended"):
        store.audits.lift("rule k/quiet", why="mended", who="root", at=NOW + DAY)
    put(store, outcome("m2", QUIET), 2)
    ask(store.audits, 2, slot="tuesday")
    assert sorted(one.is_past for one in tally(store)) == [False, True]
    assert store.audits.suspend("rule k/quiet", "again", NOW + DAY)
