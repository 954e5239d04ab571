"""Paths learnt from the mails of a fleet: its own recoveries are believed, forged ones are not, whatever they say of themselves."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache

import pytest

from mailtriage.correlate import correlate, seen_at
from mailtriage.correlate.path import Known, confirmed, path_of, unbelieved_oks, withhold
from mailtriage.errors import InputError
from mailtriage.pipeline import NoHistory, triage
from mailtriage.rulebook import Rulebook, load
from mailtriage.shipped import shipped
from mailtriage.simulate import fleet, mails
from mailtriage.simulate.mail import SimulatedMail
from mailtriage.store.main import Store
from mailtriage.store.paths import LEARNT_AFTER, MOVED_AFTER, Paths
from mailtriage.types import Change, ChangeType, OpenEvent, Outcome, RawMail, State, Verdict
from tests.store.build import DAY, HOST, NOW, alarm, change, event, judged, open_event, outcome

RELAY, ATTACKER = "10.0.0.1", "10.1.9.99"
OWN, OTHER = f"10.1.0.7 > {RELAY}", f"{ATTACKER} > {RELAY}"


@pytest.fixture
def paths(store: Store) -> Paths:
    return Paths(store._db)


def known_of(paths: Paths, one: OpenEvent) -> Known:
    kind = one.origin.partition("/")[0]
    return Known(paths=paths.learnt(one.host, kind), shown_over=paths.shown_over(one.id), trusted=paths.trusted())


def day(paths: Paths, n: int, path: str, *, kind: str = "freebsd_daily", host: str = HOST) -> None:
    paths.record(outcome(f"{path} {n}", kind=kind, host=host), path, (), (), NOW + n * DAY)


def learnt(paths: Paths, kind: str = "freebsd_daily") -> tuple[str, ...]:
    return paths.learnt(HOST, kind)


def test_a_path_is_learnt_after_mails_on_three_days(paths: Paths) -> None:
    for n in range(LEARNT_AFTER - 1):
        for _ in range(9):
            day(paths, n, OWN)
    assert learnt(paths) == ()
    day(paths, LEARNT_AFTER - 1, OWN)
    assert learnt(paths) == (OWN,)
    assert learnt(paths, "zabbix") == ()


def test_no_flood_is_learnt_before_the_path_that_was_there_first_however_seldom_it_is_used(paths: Paths) -> None:
    for n in range(60):
        if n % 7 == 0:
            day(paths, n, OWN)
        for _ in range(5 if n > 2 else 0):
            day(paths, n, OTHER)
        day(paths, n, f"10.1.9.{n} > {RELAY}")
    assert learnt(paths) == (OWN,)
    assert len(paths.of(HOST)) <= 22


def test_a_known_path_is_not_joined_by_one_that_floods(paths: Paths) -> None:
    for n in range(60):
        if n < 3 or n % 7 == 0:
            day(paths, n, OWN)
        day(paths, n, OTHER)
    assert learnt(paths) == (OWN,)


def test_a_host_that_moved_is_known_by_its_new_path_after_two_weeks(paths: Paths) -> None:
    for n in range(5):
        day(paths, n, OWN)
    for n in range(5, 5 + MOVED_AFTER - 1):
        day(paths, n, OTHER)
    assert learnt(paths) == (OWN,)
    day(paths, 5 + MOVED_AFTER, OTHER)
    assert learnt(paths) == (OWN, OTHER)


def test_a_path_that_was_used_beside_the_known_one_must_be_alone_for_two_weeks(paths: Paths) -> None:
    for n in range(30):
        day(paths, n, OWN)
        day(paths, n, OTHER)
    for n in range(30, 30 + MOVED_AFTER - 1):
        day(paths, n, OTHER)
    assert learnt(paths) == (OWN,)
    day(paths, 30 + MOVED_AFTER, OTHER)
    assert learnt(paths) == (OWN, OTHER)


def test_a_person_confirms_a_path_or_takes_it_back(paths: Paths) -> None:
    for n in range(4):
        day(paths, n, OWN)
    day(paths, 4, OTHER)
    assert paths.confirm(HOST, who="ann", at=NOW + 5 * DAY) == (OTHER,)
    assert learnt(paths) == (OWN, OTHER)
    assert [(row.path, row.by) for row in paths.of(HOST)] == [(OWN, ""), (OTHER, "ann")]
    paths.distrust(HOST, OTHER)
    assert learnt(paths) == (OWN,)
    with pytest.raises(InputError, match="no mail of 'db01' came"):
        paths.confirm("db01", who="ann", at=NOW)
    with pytest.raises(InputError, match="has no path"):
        paths.distrust(HOST, "10.9.9.9")


def test_a_person_vouches_for_an_address_or_a_network(paths: Paths) -> None:
    assert paths.trust("10.0.0.2", who="ann", why="second relay", at=NOW) == "10.0.0.2/32"
    assert paths.trust("10.8.1.0/16", who="ann", why="office", at=NOW) == "10.8.0.0/16"
    assert paths.trusted() == ("10.0.0.2/32", "10.8.0.0/16")
    assert [one.why for one in paths.vouched()] == ["second relay", "office"]
    with pytest.raises(InputError, match="is no address"):
        paths.trust("relay", who="ann", why="", at=NOW)


def test_a_host_keeps_its_paths_under_another_name(paths: Paths) -> None:
    for n in range(3):
        day(paths, n, OWN)
    paths.rename(HOST, "www.example.org")
    assert (learnt(paths), paths.learnt("www.example.org", "freebsd_daily")) == ((), (OWN,))


def test_persons_teach_nothing(paths: Paths) -> None:
    letter = replace(outcome("m1", judged(verdict=Verdict.PASS)), verdict=Verdict.PASS)
    paths.record(letter, OTHER, (), (), NOW)
    assert paths.of(HOST) == ()


def test_an_event_knows_the_path_of_the_mails_that_showed_it(paths: Paths) -> None:
    opened = change(ChangeType.OPENED)
    paths.record(outcome("m1"), OWN, (opened,), (), NOW)
    paths.record(outcome("m2"), OWN, (replace(opened, type=ChangeType.UPDATED),), (), NOW)
    assert paths.shown_over("e1") == OWN
    paths.record(outcome("m3"), OTHER, (replace(opened, type=ChangeType.UPDATED),), (), NOW)
    assert paths.shown_over("e1") == ""
    paths.record(outcome("m4"), OWN, (replace(opened, type=ChangeType.UPDATED),), (), NOW)
    assert paths.shown_over("e1") == ""


def doubted(store: Store, paths: Paths, path: str = OTHER, at: datetime = NOW) -> int:
    """A mail whose OK is not believed; how many notes it makes."""
    (opened,) = store.open_events()
    ended = Change(type=ChangeType.CLOSED, event=opened, mail_id="m2", at=at, comment="gone")
    kept, doubts = withhold((ended,), path, lambda one: known_of(paths, one))
    assert kept == ()
    n = len(paths.unnoted(doubts))
    paths.record(outcome("m2"), path, kept, doubts, at)
    return n


def test_an_ok_from_elsewhere_is_noted_once_and_believed_when_its_path_is_confirmed(store: Store, paths: Paths) -> None:
    for n in range(3):
        day(paths, n, OWN)
    store.apply((change(ChangeType.OPENED, open_event()),), now=NOW)
    paths.record(outcome("m1"), OWN, (change(ChangeType.OPENED, open_event()),), (), NOW)
    assert [doubted(store, paths), doubted(store, paths)] == [1, 0]
    assert doubted(store, paths, "10.9.9.9", NOW + DAY / 2) == 1
    (newest, first) = paths.doubts()
    assert (newest.path, first.path, first.mail_id, first.comment) == ("10.9.9.9", OTHER, "m2", "gone")
    assert confirmed(paths.doubts(), lambda one: known_of(paths, one), NOW) == ()
    paths.confirm(HOST, path=OTHER, who="ann", at=NOW + DAY)
    (ended,) = confirmed(paths.doubts(), lambda one: known_of(paths, one), NOW + DAY)
    store.apply((ended,), now=NOW + DAY)
    assert store.open_events() == ()
    assert paths.doubts() == ()
    assert store.closed_events(NOW)[0].closed_by == "m2"


def test_a_problem_that_is_shown_again_voids_the_ok_before_it(store: Store, paths: Paths) -> None:
    store.apply((change(ChangeType.OPENED, open_event()),), now=NOW)
    doubted(store, paths)
    again = change(ChangeType.UPDATED, open_event())
    paths.record(outcome("m3"), OWN, (replace(again, at=NOW - DAY),), (), NOW)  # a late one, from before the OK
    assert len(paths.doubts()) == 1
    paths.record(outcome("m3"), OWN, (replace(again, at=NOW + DAY),), (), NOW)
    assert paths.doubts() == ()


def test_who_forges_from_many_places_is_shown_ten_times_at_most(store: Store, paths: Paths) -> None:
    store.apply((change(ChangeType.OPENED, open_event()),), now=NOW)
    assert sum(doubted(store, paths, f"10.1.9.{n}") for n in range(30)) == 10


def test_what_is_not_in_use_is_forgotten_and_what_is_learnt_stays(store: Store, paths: Paths) -> None:
    for n in range(3):
        day(paths, n, OWN)
    day(paths, 0, OTHER)
    store.apply((change(ChangeType.OPENED, open_event()),), now=NOW)
    paths.record(outcome("m1"), OWN, (change(ChangeType.OPENED, open_event()),), (), NOW)
    paths.forget(NOW + 200 * DAY)
    assert [row.path for row in paths.of(HOST)] == [OWN]
    assert paths.shown_over("e1") == OWN
    store.apply((change(ChangeType.CLOSED, open_event(), at=NOW),), now=NOW)
    paths.forget(NOW + 200 * DAY)
    assert paths.shown_over("e1") == ""


# A fleet behind one relay, mail by mail as the worker does it.


@cache
def rules() -> Rulebook:
    return load(shipped("rules"))


@dataclass
class Sink:
    store: Store
    paths: Paths
    seq: int = 0

    def judged(self, raw: RawMail) -> Outcome:
        return triage(raw, rules(), None, NoHistory(), raw.received_at)

    def ends(self, raw: RawMail) -> tuple[Outcome, tuple[Change, ...], tuple[Change, ...]]:
        """What a mail says, the ends of events it would bring by itself, and its changes that are believed."""
        said = self.judged(raw)
        changes = correlate(said, self.store.open_events({said.host, *(event.host for event in said.events)}), self.store)
        kept, _ = withhold(changes, path_of(raw), lambda one: known_of(self.paths, one))
        return said, tuple(one for one in changes if one.type is ChangeType.CLOSED), kept

    def take(self, raw: RawMail) -> None:
        self.seq += 1
        with self.store.transaction():
            said, ends, kept = self.ends(raw)
            assert all(end in kept for end in ends), f"{raw.id}: a true recovery is doubted"
            self.store.record(said, self.seq, kept, seen_at=seen_at(said), now=raw.received_at)
            self.paths.record(said, path_of(raw), kept, (), raw.received_at)


def received(mail: SimulatedMail, data: bytes | None = None, *, addr: str = "", peer: str = RELAY, helo: str = "") -> RawMail:
    """A mail of the fleet as our relay hands it on: the relay's line above all others."""
    addr = addr or address(mail)
    top = f"Received: from {helo or mail.truth.host} (unknown [{addr}])\r\n\tby mx (Postfix) with ESMTP id 4A; date\r\n".encode()
    mail_id = f"m{mail.number}"
    return RawMail(id=mail_id, received_at=mail.sent_at, data=top + (data or mail.data), peer=peer, helo="mx", mail_from=mail.mail_from)


def address(mail: SimulatedMail) -> str:
    """That of the host itself, or of the monitoring server that tells of it."""
    return f"10.1.{'8' if mail.truth.kind in ('zabbix', 'nagios', 'icinga') else '0'}.{sum(mail.truth.host.encode()) % 250}"


ATTACKERS_OWN = {
    "from": (rb"(?im)^from: .*$", b"From: <root@evil.example.com>"),
    "received": (rb"(?ims)^received: .*?\r\n(?=\S)", b""),
    "subject": (rb"(?im)^subject: .*$", b"Subject: hello"),
    "message-id": (rb"(?im)^message-id: .*$", b"Message-Id: <1@evil.example.com>"),
}


def forgeries(mail: SimulatedMail) -> Iterator[RawMail]:
    """The recovery `mail`, sent by somebody else who forges each of its marks or does not, from each place he can reach."""
    line = f"Received: from {mail.truth.host} (x [{address(mail)}])\r\n\tby mx (Postfix) with ESMTP id 4B; date\r\n".encode()
    marks = [*ATTACKERS_OWN, "helo", "envelope", "the relay's line"]
    everywhere = "SOAK" in os.environ
    for forged in itertools.product((True, False), repeat=len(marks)):
        is_forged = dict(zip(marks, forged, strict=True))
        data = mail.data
        for mark, (pattern, own) in ATTACKERS_OWN.items():
            if not is_forged[mark]:
                data = re.sub(pattern, lambda _, own=own: own, data, count=1)  # type: ignore[misc]
        data = line + data if is_forged["the relay's line"] else data
        helo = mail.truth.host if is_forged["helo"] else "evil.example.com"
        sender = mail.mail_from if is_forged["envelope"] else "root@evil.example.com"
        by_relay = received(mail, data, addr=ATTACKER, helo=helo)
        for raw in (
            by_relay,
            received(mail, data, addr="127.0.0.1", helo=helo, peer="127.0.0.1"),
            received(mail, data, addr=ATTACKER, helo=helo, peer="127.0.0.1"),
            replace(by_relay, data=data, peer=ATTACKER, helo=helo),
            replace(by_relay, data=data, peer="127.0.0.1", helo=helo),
        )[: 5 if everywhere or forged.count(False) < 2 else 1]:
            yield replace(raw, mail_from=sender)


@pytest.mark.parametrize("seed", range(1, 11 if "SOAK" in os.environ else 2))
def test_no_forged_recovery_ends_an_event_and_every_true_one_does(store: Store, paths: Paths, seed: int) -> None:
    sink = Sink(store, paths)
    tried: set[str] = set()  # one recovery of each kind of report
    n_forged = 0
    for mail in mails(fleet(hosts=8, days=9, seed=seed, start=datetime(2026, 3, 2, tzinfo=UTC))):
        raw = received(mail)
        _, ends, _ = sink.ends(raw)
        if ends and mail.truth.kind not in tried:
            tried.add(mail.truth.kind)
            for forged in forgeries(mail):
                _, would, kept = sink.ends(forged)
                n_forged += bool(would)
                assert not [change for change in kept if change.type is ChangeType.CLOSED], (path_of(forged), forged.data[:800])
        sink.take(raw)
    assert {"freebsd_daily", "zabbix"} <= tried
    assert n_forged > 100  # these would have ended an event, had their path not been asked


def test_a_forged_ok_does_not_overtake_a_problem_of_a_host_whose_path_is_learnt(paths: Paths) -> None:
    ok = outcome("m1", alarm(event(state=State.OK)), kind="zabbix")

    def unbelieved() -> frozenset[str]:
        return unbelieved_oks(ok, OTHER, lambda host, kind: Known(paths=paths.learnt(host, kind)))

    assert unbelieved() == frozenset()
    for n in range(3):
        day(paths, n, OWN, kind="zabbix")
    assert unbelieved() == {event().key}
