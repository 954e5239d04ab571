"""In which mails the rules that count (`in_a_row`, `per_day`) have fired, and in which they could have.

Of each rule and scope the newest sightings are kept, somewhat more than the rule asks for since mails come late; none for longer
than `KEEP`, those counted per day for less.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from mailtriage.store._sqlite import Database, iso
from mailtriage.store._sqlite import sql_text as _sql
from mailtriage.types import Outcome, Sighting

KEEP = timedelta(days=400)
KEEP_PER_DAY = timedelta(days=4)  # a mail counts with its own date when it is two days late
_SPARE = 10


class Hits:
    """What rules have counted in one store."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, outcome: Outcome) -> None:
        """Writes what is to be counted of one mail. That a rule did not fire is written only where it did before: it ends nothing else."""
        for one in _merged(outcome):
            of = {"rule": _sql(one.rule), "scope": _sql(one.scope)}
            row = {**of, "at": iso(one.at), "mail_id": one.mail_id, "keys": json.dumps(one.keys), "n": one.n}
            row["forget_at"] = iso(one.at + (KEEP_PER_DAY if one.is_per_day else KEEP))
            if self._db.run("add_sighting" if one.keys else "add_quiet_sighting", row).rowcount:
                self._db.run("forget_surplus_sightings", {**of, "keep": 3 * one.n + _SPARE})

    def around(self, rule: str, scope: str, at: datetime, n: int) -> tuple[Sighting, ...]:
        """The last `n` sightings of this scope up to `at`, and the next `n` after it."""
        rows = self._db.rows("sightings", {"rule": _sql(rule), "scope": _sql(scope), "at": iso(at), "n": n})
        return tuple(
            Sighting(
                rule=rule,
                scope=scope,
                mail_id=row["mail_id"],
                at=datetime.fromisoformat(row["at"]),
                keys=tuple(json.loads(row["keys"])),
                n=row["n"],
            )
            for row in rows
        )

    def forget(self, now: datetime) -> None:
        """Forgets what is too old to count."""
        self._db.run("forget_sightings", (iso(now),))


def _merged(outcome: Outcome) -> Iterable[Sighting]:
    """One sighting for each rule and scope, also where a mail shows the section in several parts."""
    found: dict[tuple[str, str], Sighting] = {}
    for judged in outcome.sections:
        for one in judged.sightings:
            known = found.get((one.rule, one.scope))
            found[one.rule, one.scope] = replace(known, keys=(*known.keys, *one.keys)) if known else one
    return found.values()
