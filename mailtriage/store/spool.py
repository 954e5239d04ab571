"""The spool: every raw mail as it came, durable when `add` returns. Receivers append, the worker reads on from its cursor.

Plain sqlite3, since this is the hot path of the accepting process and importing sqlite-utils alone costs 0.3 s.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import zstandard

from mailtriage.errors import Place, StoreError
from mailtriage.store._remedies import CANTOPEN, in_words
from mailtriage.types import RawMail

SCHEMA_VERSION = 1
FOLD_FOR = timedelta(days=7)
FOLD_FOR_NAMELESS = timedelta(minutes=10)
_APPLICATION_ID = 0x6D745370  # "mtSp", marks the file as ours
_BUSY_S = 10.0
# A batch read by the worker stays small in memory however large the mails are.
_BATCH_BYTES = 64 * 2**20
_NAMES_A_MAIL = re.compile(rb"^(?:date|received|message-id)[ \t]*:", re.IGNORECASE | re.MULTILINE)
_COLUMNS = "seq, id, received_at, mail_from, rcpt_tos, peer, helo, body, is_archive"
_SELECT_SAME = "SELECT seq, id, received_at, rcpt_tos, is_archive FROM mails WHERE digest = ? ORDER BY seq DESC LIMIT 100"
_INSERT = (
    "INSERT INTO mails (id, received_at, day, size, digest, mail_from, rcpt_tos, peer, helo, body, is_archive)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_RECEIVED = """SELECT day, sum(n) FROM (
    SELECT day, count(*) AS n FROM mails WHERE day >= :since GROUP BY day UNION ALL SELECT day, n FROM removed WHERE day >= :since
) GROUP BY day ORDER BY day"""
_COUNT_REMOVED = """INSERT INTO removed (day, n) SELECT day, 1 FROM mails WHERE id = ?
    ON CONFLICT (day) DO UPDATE SET n = n + 1"""
_FOLD = "UPDATE mails SET copies = copies + 1 WHERE seq = ?"


class Spool:
    """One spool file. Its methods may be called from any thread; each process opens its own."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        self._compressor = zstandard.ZstdCompressor(level=1)
        self._decompressor = zstandard.ZstdDecompressor()
        self._db = self._open()

    def add(self, mails: Sequence[RawMail]) -> list[str]:
        """Stores the mails in one transaction, durable on return; gives the id each is stored under (the earlier one if folded)."""
        with self._transaction():
            return [self._add_one(mail) for mail in mails]

    def after(self, seq: int, limit: int) -> list[tuple[int, RawMail]]:
        """The mails that came after `seq`, oldest first, at most `limit` (fewer when they are large)."""
        found: list[tuple[int, RawMail]] = []
        n_bytes = 0
        with self._reading():
            for row in self._db.execute(f"SELECT {_COLUMNS} FROM mails WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)):  # noqa: S608
                found.append((row[0], self._raw_mail(row)))
                n_bytes += len(found[-1][1].data)
                if n_bytes >= _BATCH_BYTES:
                    break
        return found

    def get(self, mail_id: str) -> RawMail | None:
        """The mail of this id, None when there is none (any more)."""
        with self._reading():
            row = self._db.execute(f"SELECT {_COLUMNS} FROM mails WHERE id = ?", (mail_id,)).fetchone()  # noqa: S608
            return self._raw_mail(row) if row else None

    def copies(self, mail_id: str) -> int:
        """How often the bytes of this mail came; 0 when the mail is not there."""
        with self._reading():
            row = self._db.execute("SELECT copies FROM mails WHERE id = ?", (mail_id,)).fetchone()
            return int(row[0]) if row else 0

    def n_folded(self, since: datetime) -> int:
        """How many doubles came of the mails received since then."""
        with self._reading():
            row = self._db.execute("SELECT sum(copies - 1) FROM mails WHERE received_at >= ?", (since.isoformat(),)).fetchone()
            return int(row[0] or 0)

    def n_received(self, since: date | None = None) -> tuple[tuple[date, int], ...]:
        """For each UTC day from `since`, how many different mails came, deleted ones among them; oldest day first."""
        with self._reading():
            rows = self._db.execute(_RECEIVED, {"since": since.isoformat() if since else ""}).fetchall()
            return tuple((date.fromisoformat(day), n) for day, n in rows)

    def first_day(self) -> date | None:
        """The UTC day of the first mail that was received, not imported; None while there is none."""
        with self._reading():
            row = self._db.execute("SELECT min(day) FROM mails WHERE NOT is_archive").fetchone()
            return date.fromisoformat(row[0]) if row[0] else None

    def last_seq(self) -> int:
        """The `seq` of the mail stored last, also when it was removed since; 0 in a new spool."""
        with self._reading():
            row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'mails'").fetchone()
            return int(row[0]) if row else 0

    def remove(self, mail_ids: Sequence[str]) -> int:
        """Deletes these mails for good and says how many there were."""
        with self._transaction():
            ids = [(mail_id,) for mail_id in mail_ids]
            self._db.executemany(_COUNT_REMOVED, ids)
            return self._db.executemany("DELETE FROM mails WHERE id = ?", ids).rowcount

    def close(self) -> None:
        """Closes the file; everything added is durable already."""
        with self._lock:
            self._db.close()

    def _add_one(self, mail: RawMail) -> str:
        digest = hashlib.sha256(mail.data).digest()
        for seq, mail_id, received_at, known, is_archive in self._db.execute(_SELECT_SAME, (digest,)).fetchall():
            if mail.is_archive:
                return str(mail_id)  # an archive may be imported again and again
            if is_archive:
                continue  # nothing followed from the imported one: what comes now must be judged
            # A copy for somebody else is a mail of its own: the first may have been passed on already.
            if _is_fold(mail, datetime.fromisoformat(received_at)) and set(mail.rcpt_tos) <= set(json.loads(known)):
                self._db.execute(_FOLD, (seq,))
                return str(mail_id)
        at = mail.received_at.astimezone(UTC).isoformat(timespec="microseconds")
        self._db.execute(
            _INSERT,
            (
                mail.id,
                at,
                at[:10],
                len(mail.data),
                digest,
                mail.mail_from,
                json.dumps(mail.rcpt_tos),
                mail.peer,
                mail.helo,
                self._compressor.compress(mail.data),
                mail.is_archive,
            ),
        )
        return mail.id

    def _raw_mail(self, row: tuple[int, str, str, str, str, str, str, bytes, int]) -> RawMail:
        _, mail_id, received_at, mail_from, rcpt_tos, peer, helo, body, is_archive = row
        try:
            content = self._decompressor.decompress(body)
        except zstandard.ZstdError as error:
            raise self._error(f"mail {mail_id} cannot be unpacked ({error})", "the file is damaged: restore it from a backup") from error
        return RawMail(
            id=mail_id,
            received_at=datetime.fromisoformat(received_at),
            data=content,
            mail_from=mail_from,
            rcpt_tos=tuple(json.loads(rcpt_tos)),
            peer=peer,
            helo=helo,
            is_archive=bool(is_archive),
        )

    def _open(self) -> sqlite3.Connection:
        is_new = _create_private(self.path)
        try:
            db = sqlite3.connect(self.path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise self._from_sqlite(error) from error
        try:
            if not is_new:
                self._refuse_foreign(db)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")  # 250 means durable: the log is synced at every commit
            db.execute(f"PRAGMA journal_size_limit = {16 * 2**20}")
            self._create_schema(db)
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
            raise self._error("a database, but not a mailtriage spool", "move it away, or give another store folder in the configuration")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise self._error(
                f"written by a newer mailtriage (schema {version}, this program knows {SCHEMA_VERSION})",
                "install the newer mailtriage again, or restore the backup made before the upgrade",
            )

    def _create_schema(self, db: sqlite3.Connection) -> None:
        db.execute("BEGIN IMMEDIATE")  # two processes may open a new spool at once
        try:
            if db.execute("PRAGMA user_version").fetchone()[0] == 0:
                statements = Path(__file__).with_name("spool.sql").read_text(encoding="utf-8")
                for statement in re.sub(r"--.*", "", statements).split(";"):
                    db.execute(statement)
                db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
                db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            db.execute("COMMIT")
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._reading():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            finally:
                # After "disk full" SQLite may have rolled back by itself.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.Error as error:
                raise in_words(error, self.path, if_full="free some space there; the senders keep their mail and try again") from error

    def _from_sqlite(self, error: sqlite3.Error) -> StoreError:
        return in_words(error, self.path, if_full="free some space there; the senders keep their mail and try again")

    def _error(self, message: str, remedy: str) -> StoreError:
        return StoreError(message, place=Place(str(self.path)), remedy=remedy)


def _is_fold(mail: RawMail, first_at: datetime) -> bool:
    """Whether the same bytes are the same mail: without a date or id of its own a mail may well be sent twice on purpose."""
    if abs(mail.received_at - first_at) <= FOLD_FOR_NAMELESS:
        return True
    return abs(mail.received_at - first_at) <= FOLD_FOR and _NAMES_A_MAIL.search(_header(mail.data)) is not None


def _header(content: bytes) -> bytes:
    ends = [end for end in (content.find(b"\n\r\n"), content.find(b"\n\n")) if end >= 0]
    return content[: min(ends) + 1] if ends else content


def _create_private(path: Path) -> bool:
    """Makes the file, readable by its owner only, and says whether it is new."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    except OSError as error:
        raise StoreError(error.strerror or str(error), place=Place(str(path)), remedy=CANTOPEN) from error
    os.close(fd)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True
