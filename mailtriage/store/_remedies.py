"""SQLite's errors in words an admin can act on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from mailtriage.errors import Place, StoreError

CANTOPEN = "the folder must exist and belong to the user mailtriage runs as"
_HELD = "another process holds the file: stop it, or wait until it is done"
_NO_RIGHT = "give the user mailtriage runs as the right to write the file and its folder"
_BY_NAME = (
    ("SQLITE_BUSY", _HELD),
    ("SQLITE_LOCKED", _HELD),
    ("SQLITE_NOTADB", "not a SQLite file: move it away, or give another store folder in the configuration"),
    ("SQLITE_CORRUPT", "the file is damaged: restore it from a backup, or save what is left with `sqlite3 FILE .recover`"),
    ("SQLITE_READONLY", _NO_RIGHT),
    ("SQLITE_PERM", _NO_RIGHT),
    ("SQLITE_CANTOPEN", CANTOPEN),
    ("SQLITE_IOERR", "the disk is full or failing: see the system's log"),
)


def in_words(error: sqlite3.Error, path: Path, *, if_full: str) -> StoreError:
    """The error as one of the file at `path`; `if_full` says what becomes of the work when its disk is full."""
    name = getattr(error, "sqlite_errorname", "") or ""
    remedies = (("SQLITE_FULL", if_full), *_BY_NAME)
    remedy = next(
        (words for prefix, words in remedies if name.startswith(prefix)), "see the system's log for what is wrong with this disk or file"
    )
    return StoreError(str(error) or name, place=Place(str(path)), remedy=remedy)
