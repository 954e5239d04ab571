"""What rules count, as the store keeps it: by the mails' own time, once for each mail, and not for ever."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailtriage.correlate import correlate, seen_at
from mailtriage.judge import NoHistory
from mailtriage.pipeline import triage
from mailtriage.rulebook import load
from mailtriage.store._sqlite import Database
from mailtriage.store.codec import pack, unpack
from mailtriage.store.hits import KEEP, KEEP_PER_DAY, Hits
from mailtriage.store.main import Store
from mailtriage.types import Outcome, RawMail, Sighting, Verdict
from tests.store.build import DAY, HOST, NOW, judged, outcome

SCOPE = f"{HOST}/cron/job/root: backup"
HOUR = timedelta(hours=1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    found = Database(tmp_path / "main.sqlite3")
    yield found
    found.close()


def sighting(mail_id: str, at: datetime, *keys: str, n: int = 3, scope: str = SCOPE, is_per_day: bool = False) -> Sighting:
    return Sighting(rule="cron/backup", scope=scope, mail_id=mail_id, at=at, keys=keys, n=n, is_per_day=is_per_day)


def mail(*sightings: Sighting) -> Outcome:
    return outcome(sightings[0].mail_id, *(replace(judged(), sightings=(one,)) for one in sightings))


def seen(hits: Hits, at: datetime = NOW, n: int = 100) -> list[tuple[str, tuple[str, ...]]]:
    return sorted((one.mail_id, one.keys) for one in hits.around("cron/backup", SCOPE, at, n))


def test_what_was_counted_is_found_again_around_a_time(db: Database) -> None:
    hits = Hits(db)
    for n in (5, 1, 4, 2, 3):
        hits.add(mail(sighting(f"m{n}", NOW + n * HOUR, "k\udc80")))
    assert seen(hits, NOW + 3 * HOUR, 2) == [(f"m{n}", ("k\udc80",)) for n in (2, 3, 4, 5)]
    assert seen(hits, NOW + 3 * HOUR, 1) == [("m3", ("k\udc80",)), ("m4", ("k\udc80",))]
    assert hits.around("cron/other", SCOPE, NOW, 9) == hits.around("cron/backup", "other", NOW, 9) == ()


def test_the_same_mail_counts_once_also_when_it_shows_the_section_in_parts(db: Database) -> None:
    hits = Hits(db)
    for _ in range(2):
        hits.add(mail(sighting("m1", NOW), sighting("m1", NOW, "k"), sighting("m1", NOW, "l")))
    assert seen(hits) == [("m1", ("k", "l"))]


def test_that_a_rule_did_not_fire_is_kept_where_it_ends_something(db: Database) -> None:
    hits = Hits(db)
    hits.add(mail(sighting("m1", NOW)))
    hits.add(mail(sighting("m2", NOW + HOUR, "k")))
    hits.add(mail(sighting("m3", NOW + 2 * HOUR)))
    assert seen(hits, NOW + DAY) == [("m2", ("k",)), ("m3", ())]


def test_only_the_newest_are_kept_and_quiet_ends_it(db: Database) -> None:
    hits = Hits(db)
    for n in range(40):
        hits.add(mail(sighting(f"m{n:02}", NOW + n * HOUR, "k")))
    assert [mail_id for mail_id, _ in seen(hits, NOW + 2 * DAY)] == [f"m{n}" for n in range(40 - 20, 40)]
    for n in range(40, 100):
        hits.add(mail(sighting(f"m{n:02}", NOW + n * HOUR)))
    assert [mail_id for mail_id, _ in seen(hits, NOW + 9 * DAY)] == [f"m{n}" for n in range(40, 60)]  # from then on nothing is written


def test_what_is_old_is_forgotten(db: Database) -> None:
    hits = Hits(db)
    hits.add(mail(sighting("m1", NOW, "k")))
    hits.add(mail(sighting("m2", NOW, SCOPE, is_per_day=True, n=2)))
    for after, left in ((timedelta(), ["m1", "m2"]), (KEEP_PER_DAY, ["m1", "m2"]), (KEEP_PER_DAY + HOUR, ["m1"]), (KEEP + HOUR, [])):
        hits.forget(NOW + after)
        assert [mail_id for mail_id, _ in seen(hits)] == left


def test_what_a_rule_counts_travels_in_the_outcome() -> None:
    given = mail(sighting("m1", NOW, "k\udc80"))
    assert unpack(pack(given)) == given


RULE = """
[[rule]]
id = "backup"
section = "output"
action = "event"
in_a_row = 3
recovery = "state"
lines = ["no answer$"]
"""
MAIL = """From: root@web07.example.org (Cron Daemon)
To: root@web07.example.org
Subject: Cron <root@web07> /root/bin/backup
Date: {at:%a, %d %b %Y %H:%M:%S} +0000
Message-ID: <{seq}@web07.example.org>

tank: {said}
"""


class Past(NoHistory):
    """What triage knows of a store."""

    def __init__(self, store: Store) -> None:
        self._hits = Hits(store._db)

    def sightings(self, rule: str, scope: str, at: datetime, n: int) -> Sequence[Sighting]:
        return self._hits.around(rule, scope, at, n)


def take(path: Path, seq: int, said: str, *, is_archive: bool = False) -> tuple[str, list[str]]:
    """One mail by a worker that was just started: its verdict, and what it does to events."""
    (path / "rules").mkdir(exist_ok=True)
    (path / "rules" / "cron.toml").write_text(RULE)
    at = NOW + seq * DAY
    store = Store(path / "main.sqlite3")
    data = MAIL.format(at=at, seq=seq, said=said).replace("\n", "\r\n").encode()
    raw = RawMail(id=f"m{seq}", received_at=at, data=data, is_archive=is_archive)
    found = triage(raw, load(path / "rules", today=NOW.date()), None, Past(store), at)
    changes = () if is_archive else correlate(found, store.open_events(), store)
    with store.transaction():
        if store.record(found, seq, changes, seen_at=seen_at(found), now=at, is_archive=is_archive):
            Hits(store._db).add(found)
    store.close()
    return str(found.verdict), [str(change.type) for change in changes]


def test_a_row_goes_on_after_a_restart_and_its_event_ends_like_any_other(tmp_path: Path) -> None:
    done = [take(tmp_path, seq, "no answer") for seq in (1, 2, 2, 2, 3, 4)]
    assert [verdict for verdict, _ in done] == ["digest"] * 4 + ["event"] * 2
    assert [types for _, types in done[4:]] == [["opened"], ["updated"]]
    assert take(tmp_path, 5, "done") == (Verdict.DIGEST, ["closed"])
    assert take(tmp_path, 6, "no answer") == (Verdict.DIGEST, [])


def test_an_archive_counts_and_raises_nothing(tmp_path: Path) -> None:
    assert [take(tmp_path, seq, "no answer", is_archive=True)[1] for seq in (1, 2, 3)] == [[], [], []]
    assert take(tmp_path, 4, "no answer") == (Verdict.EVENT, ["opened"])
