"""One SQLite file of ours: opened, its schema brought up to date, its transactions, and its errors in words an admin can act on.

Plain sqlite3; sqlite-utils (0.3 s to import) is loaded only to make or migrate a schema.
"""

from __future__ import annotations

import os
import re
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from mailtriage.errors import Place, StoreError
from mailtriage.store._remedies import CANTOPEN, in_words

_APPLICATION_ID = 0x6D744D6E  # "mtMn", marks the file as ours
_BUSY_S = 10.0
_HERE = Path(__file__).parent
_MIGRATION = re.compile(r"(\d{4})_\w+\.sql")
_Parameters = Mapping[str, object] | Sequence[object]


class Database:
    """One connection; its methods may be called from any thread. `{name}` queries come from queries.sql."""

    def __init__(self, path: Path, *, read_only: bool = False, migrations: Path = _HERE / "migrations") -> None:
        self.path = path
        self._lock = threading.RLock()
        self._depth = 0
        self._migrations = _numbered(migrations)
        self.version = max(self._migrations, default=1)
        self._db = self._open(read_only)

    def run(self, name: str, parameters: _Parameters = ()) -> sqlite3.Cursor:
        """Runs the named query; its rows are fetched by the caller at once."""
        return self.execute(queries()[name], parameters)

    def run_many(self, name: str, rows: Sequence[_Parameters]) -> None:
        """Runs the named query once for each row."""
        if rows:
            with self._speaking():
                self._db.executemany(queries()[name], rows)

    def execute(self, sql: str, parameters: _Parameters = ()) -> sqlite3.Cursor:
        """Runs SQL that was put together from fixed parts, with its values as parameters."""
        with self._speaking():
            return self._db.execute(sql, parameters)

    def rows(self, name: str, parameters: _Parameters = ()) -> list[Any]:
        """All rows of the named query."""
        with self._speaking():
            return self._db.execute(queries()[name], parameters).fetchall()

    def value(self, name: str, parameters: _Parameters = ()) -> Any:
        """The first column of the first row of the named query, None when there is no row."""
        with self._speaking():
            row = self._db.execute(queries()[name], parameters).fetchone()
            return row[0] if row else None

    @property
    def is_in_transaction(self) -> bool:
        """Whether the calling thread is inside `transaction()`."""
        with self._lock:
            return self._depth > 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is written together or not at all; inside another one it is a savepoint of its own."""
        with self._speaking():
            if self._depth:
                self._require_alive()
            begin, end, undo = _STEPS[self._depth > 0]
            self._db.execute(begin.format(self._depth))
            self._depth += 1
            try:
                yield
                self._require_alive()
                self._db.execute(end.format(self._depth - 1))
            except BaseException:
                # After "disk full" SQLite may have rolled back by itself.
                if self._db.in_transaction:
                    for statement in undo.format(self._depth - 1).split(";"):
                        self._db.execute(statement)
                raise
            finally:
                self._depth -= 1

    def close(self) -> None:
        """Closes the file; everything committed is durable already."""
        with self._lock:
            self._db.close()

    def _require_alive(self) -> None:
        # A SAVEPOINT outside a transaction would start one of its own and commit half a batch.
        if not self._db.in_transaction:
            raise self.error("the transaction was rolled back by an earlier error", "nothing was written; it is done again")

    def _open(self, read_only: bool) -> sqlite3.Connection:
        if read_only and not self.path.exists():
            raise self.error("there is no store yet", "start `mailtriage serve` once, or give another store folder in the configuration")
        if not read_only:
            _create_private(self.path)
        try:
            uri = self.path.absolute().as_uri() + ("?mode=ro" if read_only else "?mode=rw")
            db = sqlite3.connect(uri, uri=True, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise self._from_sqlite(error) from error
        try:
            db.row_factory = sqlite3.Row
            self._refuse_foreign(db)
            if not read_only:
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = FULL")
                db.execute(f"PRAGMA journal_size_limit = {16 * 2**20}")
            self._bring_up_to_date(db, read_only)
        except sqlite3.Error as error:
            db.close()
            raise self._from_sqlite(error) from error
        except StoreError:
            db.close()
            raise
        return db

    def _refuse_foreign(self, db: sqlite3.Connection) -> None:
        is_ours = db.execute("PRAGMA application_id").fetchone()[0] == _APPLICATION_ID
        if not is_ours and db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise self.error("a database, but not a mailtriage store", "move it away, or give another store folder in the configuration")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > self.version:
            raise self.error(
                f"written by a newer mailtriage (schema {version}, this program knows {self.version})",
                "install the newer mailtriage again, or restore the backup made before the upgrade",
            )

    def _bring_up_to_date(self, db: sqlite3.Connection, read_only: bool) -> None:
        if db.execute("PRAGMA user_version").fetchone()[0] == self.version:
            return
        if read_only:
            raise self.error(
                "written by an older mailtriage, or not set up yet", "start `mailtriage serve` once: it brings the store up to date"
            )
        import sqlite_utils

        db.execute("BEGIN IMMEDIATE")  # two processes may open a new store at once
        try:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            scripts = [] if version else [_HERE / "schema.sql"]
            scripts += [script for number, script in sorted(self._migrations.items()) if number > version]
            for script in scripts:
                sqlite_utils.Database(db, execute_plugins=False).executescript(script.read_text(encoding="utf-8"))
            db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {self.version}")
            db.execute("COMMIT")
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.Error as error:
                raise in_words(error, self.path, if_full="free some space there; what could not be written is done again") from error

    def _from_sqlite(self, error: sqlite3.Error) -> StoreError:
        return in_words(error, self.path, if_full="free some space there; what could not be written is done again")

    def error(self, message: str, remedy: str) -> StoreError:
        """A StoreError about this file."""
        return StoreError(message, place=Place(str(self.path)), remedy=remedy)


_STEPS = {
    False: ("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"),
    True: ("SAVEPOINT s{}", "RELEASE s{}", "ROLLBACK TO s{0};RELEASE s{0}"),
}


@cache
def queries() -> dict[str, str]:
    """The named queries of queries.sql."""
    parts = re.split(r"^-- name: (\w+)$", (_HERE / "queries.sql").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: sql.strip() for name, sql in zip(parts[1::2], parts[2::2], strict=True)}


def iso(moment: datetime) -> str:
    """A time as the store writes it: UTC, always with microseconds, so that it sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def sql_text(text: str) -> str:
    """`text` as SQLite can keep it: what no UTF-8 can say (half a surrogate pair of a broken mail) becomes `?`."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _numbered(folder: Path) -> dict[int, Path]:
    found = ((match, path) for path in folder.glob("*.sql") if (match := _MIGRATION.fullmatch(path.name)))
    return {int(match[1]): path for match, path in found}


def _create_private(path: Path) -> None:
    """Makes the file, readable by its owner only, where it is missing."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StoreError(error.strerror or str(error), place=Place(str(path)), remedy=CANTOPEN) from error
