"""The spool keeps what it said it has, folds what came twice, and says clearly when it cannot."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from mailtriage.errors import StoreError
from mailtriage.receive.ids import new_id
from mailtriage.store import spool as spool_module
from mailtriage.store.spool import Spool
from mailtriage.types import RawMail

NOW = datetime(2026, 11, 23, 3, 1, 7, 512345, tzinfo=UTC)
DATED = b"Date: Mon, 23 Nov 2026 03:01:07 +0000\r\nSubject: x\r\n\r\nbody\r\n"


def a_mail(content: bytes = DATED, after: timedelta = timedelta(), **fields: object) -> RawMail:
    at = NOW + after
    return RawMail(id=new_id(at), received_at=at, data=content, **fields)  # type: ignore[arg-type]


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    opened = Spool(tmp_path / "spool.sqlite3")
    yield opened
    opened.close()


def test_a_mail_comes_back_as_it_was(spool: Spool) -> None:
    mail = a_mail(bytes(range(256)), mail_from="j\u00fcrgen@example.org", rcpt_tos=("root", "a b@x"), peer="192.0.2.1", helo="web07")
    assert spool.add([mail]) == [mail.id]
    assert spool.get(mail.id) == mail
    assert spool.get("nothing") is None


def test_mails_come_in_the_order_of_arrival_and_go_on_from_a_cursor(spool: Spool) -> None:
    mails = [a_mail(b"%d" % number) for number in range(10)]
    spool.add(mails[:4])
    spool.add(mails[4:])
    first = spool.after(0, 6)
    assert [mail for _, mail in first] == mails[:6]
    assert [mail for _, mail in spool.after(first[-1][0], 100)] == mails[6:]
    assert spool.after(spool.last_seq(), 100) == []


def test_a_batch_of_large_mails_is_cut_short(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "_BATCH_BYTES", 1000)
    spool.add([a_mail(b"%d" % number * 600) for number in range(5)])
    assert [len(spool.after(seq, 10)) for seq in (0, 2, 4)] == [2, 2, 1]


@pytest.mark.parametrize(
    ("content", "after", "is_folded"),
    [
        (DATED, timedelta(seconds=1), True),
        (DATED, timedelta(days=7), True),
        (DATED, timedelta(days=7, seconds=1), False),
        (b"message-ID: <a@b>\n\nx", timedelta(days=6), True),
        (b"Subject: y\r\nReceived: by web07\r\n\r\nx", timedelta(days=6), True),
        # Nothing in these bytes tells two mails of the same text apart.
        (b"Subject: disk full\r\n\r\nDate: today\r\n", timedelta(minutes=10), True),
        (b"Subject: disk full\r\n\r\nDate: today\r\n", timedelta(minutes=11), False),
        (b"X-Date: x\n\n", timedelta(minutes=11), False),
        (b"", timedelta(minutes=11), False),
    ],
)
def test_the_same_bytes_are_folded(spool: Spool, content: bytes, after: timedelta, is_folded: bool) -> None:
    first, second = a_mail(content), a_mail(content, after)
    spool.add([first])
    assert spool.add([second]) == [first.id if is_folded else second.id]
    assert spool.copies(first.id) == (2 if is_folded else 1)
    assert spool.copies(second.id) == (0 if is_folded else 1)
    assert len(spool.after(0, 10)) == (1 if is_folded else 2)


def test_copies_within_one_batch_are_folded(spool: Spool) -> None:
    first = a_mail(rcpt_tos=("root", "toor"))
    assert spool.add([first, a_mail(rcpt_tos=("toor",)), a_mail(rcpt_tos=("root",))]) == [first.id] * 3
    assert spool.copies(first.id) == 3


def test_a_copy_for_somebody_else_is_a_mail_of_its_own(spool: Spool) -> None:
    first, other = a_mail(rcpt_tos=("ann",)), a_mail(rcpt_tos=("bob",))
    assert spool.add([first, other]) == [first.id, other.id]
    assert spool.add([a_mail(rcpt_tos=("ann",)), a_mail(rcpt_tos=("bob",))]) == [first.id, other.id]
    assert [mail.rcpt_tos for _, mail in spool.after(0, 10)] == [("ann",), ("bob",)]


def test_days_are_counted(spool: Spool) -> None:
    spool.add([a_mail(b"%d" % hours, timedelta(hours=hours)) for hours in (0, 1, 22, 48)])
    assert spool.n_received() == ((date(2026, 11, 23), 2), (date(2026, 11, 24), 1), (date(2026, 11, 25), 1))
    assert spool.n_received(date(2026, 11, 24))[0] == (date(2026, 11, 24), 1)


def test_a_removed_mail_is_gone_and_its_place_is_not_given_again(spool: Spool) -> None:
    mail = a_mail()
    spool.add([mail])
    assert spool.remove([mail.id, "nothing"]) == 1
    assert spool.get(mail.id) is None
    assert spool.last_seq() == 1
    spool.add([a_mail()])
    assert spool.after(0, 10)[0][0] == 2


def test_all_or_none_of_a_batch_is_stored(spool: Spool) -> None:
    good = a_mail(b"good")
    with pytest.raises(StoreError):
        spool.add([good, replace(a_mail(b"same id"), id=good.id)])
    assert spool.after(0, 10) == []
    assert spool.add([good]) == [good.id]


def test_what_was_added_is_there_in_another_process_at_once(spool: Spool) -> None:
    mail = a_mail()
    spool.add([mail])
    other = Spool(spool.path)
    assert other.get(mail.id) == mail
    other.close()


def test_every_commit_is_synced(spool: Spool) -> None:
    assert spool._db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert spool._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_nobody_else_can_read_the_mails(spool: Spool) -> None:
    spool.add([a_mail()])
    for path in spool.path.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    content = b"this is no database at all, but a text of some length\n" * 100
    path = tmp_path / "spool.sqlite3"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"(?s)spool\.sqlite3: .*not a database.*move it away"):
        Spool(path)
    assert path.read_bytes() == content


def test_the_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE mails (x)")
    with pytest.raises(StoreError, match="not a mailtriage spool"):
        Spool(path)


def test_a_spool_of_a_newer_version_is_refused(spool: Spool) -> None:
    with sqlite3.connect(spool.path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match=r"(?s)newer mailtriage \(schema 99.*install the newer"):
        Spool(spool.path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"(?s)no/spool\.sqlite3: No such file.*the folder must exist"):
        Spool(tmp_path / "no" / "spool.sqlite3")


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="unable to open"):
        Spool(tmp_path)


def test_a_locked_spool_says_so(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "_BUSY_S", 0.01)
    hasty = Spool(spool.path)
    spool._db.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=r"(?s)locked.*another process holds the file"):
        hasty.add([a_mail()])
    spool._db.execute("ROLLBACK")
    assert len(hasty.add([a_mail()])) == 1
    hasty.close()


def test_a_damaged_file_says_so(spool: Spool) -> None:
    spool.add([a_mail(os.urandom(5000)) for _ in range(50)])
    spool.close()
    content = bytearray(spool.path.read_bytes())
    content[4096 * 2 :] = os.urandom(len(content) - 4096 * 2)
    spool.path.write_bytes(content)
    damaged = Spool(spool.path)
    with pytest.raises(StoreError, match=r"(?s)damaged"):
        damaged.after(0, 100)
    damaged.close()


@pytest.mark.real
def test_a_full_disk_loses_nothing_and_is_over_when_there_is_space(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no small file system can be mounted here: {mounted.stderr.strip()}")
    try:
        spool = Spool(disk / "spool.sqlite3")
        ballast = disk / "ballast"
        ballast.write_bytes(b"\0" * 1_000_000)
        kept: list[RawMail] = []
        batches = ([a_mail(os.urandom(8000)) for _ in range(3)] for _ in range(1000))
        with pytest.raises(StoreError, match=r"(?s)full.*(free some space|disk is full)"):
            kept.extend(mail for batch in batches if spool.add(batch) for mail in batch)
        assert kept
        assert [mail for _, mail in spool.after(0, 10_000)] == kept
        ballast.unlink()
        late = a_mail(b"late")
        assert spool.add([late]) == [late.id]
        spool.close()
        again = Spool(disk / "spool.sqlite3")
        assert [mail for _, mail in again.after(0, 10_000)] == [*kept, late]
        again.close()
    finally:
        subprocess.run(["umount", str(disk)], check=True)
