"""The file itself: made, migrated, refused, damaged, full."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mailtriage.errors import StoreError
from mailtriage.store._sqlite import Database
from mailtriage.store.main import Store
from tests.store.build import NOW, judged, outcome


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mailtriage.sqlite3"


def test_a_new_store_syncs_every_commit_and_is_private(path: Path) -> None:
    db = Database(path)
    assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert db.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert db.execute("PRAGMA user_version").fetchone()[0] == db.version == 1
    assert path.stat().st_mode & 0o777 == 0o600
    db.close()


def test_a_migration_is_applied_once_and_keeps_what_is_there(path: Path, tmp_path: Path) -> None:
    store = Store(path)
    store.record(outcome("m1"), 1, seen_at=NOW, now=NOW)
    store.close()
    (tmp_path / "0002_add_note.sql").write_text("ALTER TABLE mails ADD COLUMN note TEXT; CREATE INDEX notes ON mails (note);")
    for _ in range(2):
        db = Database(path, migrations=tmp_path)
        assert db.execute("SELECT id, note FROM mails").fetchall()[0]["id"] == "m1"
        assert db.execute("PRAGMA user_version").fetchone()[0] == 2
        db.close()
    with pytest.raises(StoreError, match="newer mailtriage"):
        Store(path)


def test_a_broken_migration_changes_nothing(path: Path, tmp_path: Path) -> None:
    Store(path).close()
    (tmp_path / "0002_broken.sql").write_text("CREATE TABLE one (a); CREATE TABLE one (a);")
    with pytest.raises(StoreError):
        Database(path, migrations=tmp_path)
    Store(path).close()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"this is no database at all, just some text" * 30, "not a SQLite file"), (None, "folder must exist")],
)
def test_a_store_that_cannot_be_opened_says_where_and_what_to_do(path: Path, content: bytes | None, words: str) -> None:
    if content is None:
        path = path.parent / "missing" / "x.sqlite3"
    else:
        path.write_bytes(content)
    with pytest.raises(StoreError) as error:
        Store(path)
    assert error.value.place is not None
    assert error.value.place.path == str(path)
    assert words in str(error.value)


def test_a_foreign_database_is_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE theirs (a)")
    with pytest.raises(StoreError, match="not a mailtriage store"):
        Store(path)


def test_reading_before_there_is_a_store_says_how_to_get_one(path: Path) -> None:
    with pytest.raises(StoreError, match="no store yet"):
        Store(path, read_only=True)
    assert not path.exists()


def test_a_reader_cannot_write(path: Path) -> None:
    Store(path).close()
    with pytest.raises(StoreError):
        Store(path, read_only=True).record(outcome("m1"), 1, seen_at=NOW, now=NOW)


def test_a_damaged_file_is_said_to_be_damaged(path: Path) -> None:
    store = Store(path)
    for n in range(200):
        store.record(outcome(f"m{n}", judged(lines=(f"line {n}" * 50,))), n, seen_at=NOW, now=NOW)
    store.close()
    content = bytearray(path.read_bytes())
    for start in range(4096, len(content), 4096):
        content[start : start + 200] = b"\xff" * 200
    path.write_bytes(content)
    with pytest.raises(StoreError, match="restore it from a backup"):
        Store(path).mails()


def test_a_full_disk_is_an_error_with_a_remedy_and_loses_nothing(path: Path) -> None:
    store = Store(path)
    store._db.execute(f"PRAGMA max_page_count = {store._db.execute('PRAGMA page_count').fetchone()[0]}")
    n = 0
    with pytest.raises(StoreError, match="free some space"):  # noqa: PT012 how many fit is for SQLite to say
        for n in range(1, 5000):
            store.record(outcome(f"m{n}"), n, seen_at=NOW, now=NOW)
    assert store.cursor == n - 1 == len(store.mails(limit=9999))
    store._db.execute("PRAGMA max_page_count = 100000")
    assert store.record(outcome(f"m{n}"), n, seen_at=NOW, now=NOW)
    store.close()


def test_a_batch_that_the_disk_cut_off_does_not_go_on_half_way(path: Path) -> None:
    store = Store(path)
    store._db.execute(f"PRAGMA max_page_count = {store._db.execute('PRAGMA page_count').fetchone()[0]}")
    errors = []
    with pytest.raises(StoreError), store.transaction():  # noqa: PT012 the worker's loop in small
        for n in range(1, 1000):
            try:
                store.record(outcome(f"m{n}"), n, seen_at=NOW, now=NOW)
            except StoreError as error:
                errors.append(error)
        store._db.execute("ROLLBACK")  # what SQLite does by itself after some errors
        store.record(outcome("later"), 1000, seen_at=NOW, now=NOW)
    assert errors
    assert store.cursor == 0
    assert store.mails() == ()
    store.close()
