"""Which sections a host's complete reports of a kind show, and how often: from it follows what it means that one is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mailtriage.store._sqlite import Database, iso
from mailtriage.store._sqlite import sql_text as _sql
from mailtriage.types import Showing


class Checks:
    """The showings of one store."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, host: str, kind: str) -> tuple[Showing, ...]:
        """What the reports of one kind of one host have shown so far."""
        return tuple(map(_showing, self._db.rows("checks_of", (_sql(host), kind))))

    def put(self, showings: Sequence[Showing]) -> None:
        """Writes showings as they are after a mail."""
        self._db.run_many("put_check", [_values(one) for one in showings])

    def rename(self, old: str, new: str) -> None:
        """What the reports of a host showed counts for its new name; what that shows already stays."""
        self._db.run("rename_checks", (_sql(new), _sql(old)))
        self._db.run("forget_checks_of", (_sql(old),))

    def stale(self, since: datetime | None = None) -> tuple[Showing, ...]:
        """The sections that went stale since then; without a time, those that no digest has told."""
        rows = self._db.rows("unshown_stale_checks") if since is None else self._db.rows("stale_checks_since", (iso(since),))
        return tuple(map(_showing, rows))


def _showing(row: Any) -> Showing:
    return Showing(
        host=row["host"],
        kind=row["kind"],
        section=row["section"],
        last_seen_at=datetime.fromisoformat(row["last_seen_at"]),
        n_shown=row["n_shown"],
        n_sick=row["n_sick"],
        n_before=row["n_before"],
        n_missed=row["n_missed"],
        longest_gap=row["longest_gap"],
        stale_since=datetime.fromisoformat(row["stale_since"]) if row["stale_since"] else None,
    )


def _values(one: Showing) -> tuple[object, ...]:
    stale = iso(one.stale_since) if one.stale_since else None
    counts = (one.n_shown, one.n_sick, one.n_before, one.n_missed, one.longest_gap)
    return (_sql(one.host), one.kind, _sql(one.section), iso(one.last_seen_at), *counts, stale)
