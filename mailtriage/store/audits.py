"""What was dropped by which rule or kind, which of it somebody was asked about, what was answered, and what is suspended for it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from mailtriage.errors import InputError
from mailtriage.store._sqlite import Database, iso
from mailtriage.store._sqlite import sql_text as _sql
from mailtriage.store.values import Answer, Audit, Dropped, Known, Suspension, Tally
from mailtriage.text import one_line
from mailtriage.types import Outcome, Verdict

GATE = "gate"


def source_of(by: str, kind: str) -> str:
    """The source of a drop: the `by` of its reason, for the gate with the kind in place of the model's version."""
    return f"{GATE} {kind}" if by.split(" ", 1)[0] == GATE else by


class Audits:
    """The drops of one store and the questions about them. A chance is that to have been asked about by now, 0 to 1."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # Drops

    def add_drops(self, outcome: Outcome, *, is_archive: bool) -> None:
        """Writes the sections of a mail that are dropped, also where others of it are kept.

        Nobody is asked about an archive, or about a section without a line: nothing was hidden.
        """
        day, host = iso(outcome.received_at)[:10], _sql(outcome.host)
        rows = [
            (
                outcome.id,
                at,
                _sql(one.section.name),
                day,
                host,
                outcome.kind,
                _sql(source_of(one.reasons[0].by, outcome.kind)),
                one.score,
                None if is_archive or not one.section.text.strip() else 0.0,
            )
            for at, one in enumerate(outcome.sections)
            if one.verdict is Verdict.DROP
        ]
        self._db.run_many("add_drop", rows)

    def drops_of(self, mail_id: str) -> tuple[Dropped, ...]:
        """The sections of a mail that are dropped as it stands."""
        return tuple(map(_dropped, self._db.rows("drops_of", (mail_id,))))

    def forget_drops(self, drops: Sequence[Dropped]) -> None:
        """These sections are shown now."""
        self._db.run_many("forget_drop", [(drop.n,) for drop in drops])

    # Drawing

    def has_new(self) -> bool:
        """Whether anything was dropped since the last drawing."""
        return bool(self._db.value("has_new_drops"))

    def askable(self, close: float, *, is_new: bool) -> tuple[tuple[int, str, bool], ...]:
        """The drops nobody was asked about, oldest first: number, source, and whether their score is at least `close`.

        `is_new`: those since the last drawing, else those before it.
        """
        rows = self._db.rows("new_drops" if is_new else "unasked_drops", {"close": close})
        return tuple((row["n"], row["source"], bool(row["is_close"])) for row in rows)

    def ask(
        self,
        slot: str,
        ids: Mapping[int, str],
        chances: Mapping[tuple[str, bool], float],
        close: float,
        *,
        is_new: bool,
        at: datetime,
    ) -> None:
        """Writes down a drawing: the chance of the drops by source and closeness, and what was drawn, drop number to question id."""
        given = {"close": close, "chances": json.dumps([(source, int(is_close), one) for (source, is_close), one in chances.items()])}
        with self._db.transaction():
            if is_new:
                self._db.run("offer_new_drops", given)
            else:
                self._db.run("offer_old_drops", given)
                self._db.run("offer_audits", given)
            self._db.run_many("add_audit", [{"id": ids[n], "slot": slot, "drop_n": n, "at": iso(at)} for n in sorted(ids)])

    def asked_in(self, slot: str) -> tuple[Audit, ...]:
        """The questions of one digest, oldest drop first."""
        return tuple(map(_audit, self._db.rows("audits_of_slot", (slot,))))

    # Answers

    def open(self) -> tuple[Audit, ...]:
        """The questions nobody answered yet, newest drawing first."""
        return tuple(map(_audit, self._db.rows("open_audits")))

    def of_mail(self, mail_id: str) -> tuple[Audit, ...]:
        """The questions about a mail, answered or not."""
        return tuple(map(_audit, self._db.rows("audits_of_mail", (mail_id,))))

    def find(self, prefix: str) -> Audit:
        """The one question whose id starts so; InputError when there is none, or several."""
        prefix = _sql(prefix).lower()
        rows = self._db.rows("audits_from", {"from": prefix, "to": prefix + "\U0010ffff"}) if prefix else []
        if not rows:
            raise InputError(f"there is no question {one_line(prefix)!r}", remedy="`mailtriage audit next` shows the next one")
        if len(rows) > 1:
            ids = ", ".join(row["id"] for row in rows[:5])
            raise InputError(f"{one_line(prefix)!r} is the beginning of several questions", remedy=f"give more of it: {ids}")
        return _audit(rows[0])

    def answer(self, audit: Audit, answer: Answer, *, why: str, who: str, at: datetime) -> None:
        """Writes the answer; a later one replaces it."""
        self._db.run("answer_audit", (answer, iso(at), _sql(who), _sql(why), audit.n))

    def reopen(self, audit_id: str) -> bool:
        """Takes the answer back, as if it had never been given; False when there is no such answer."""
        return self._db.run("reopen_audit", (_sql(audit_id),)).rowcount > 0

    def correct(self, drop: Dropped, how: str, *, is_sure: bool, at: datetime) -> None:
        """Writes down a wrong drop that was found outside of the audits; not `is_sure`: it may be another section of the mail."""
        self._db.run("add_correction", (drop.n, drop.mail_id, _sql(drop.section), drop.source, how, is_sure, iso(at)))

    # What follows

    def tallies(self) -> tuple[Tally, ...]:
        """Drops and answers by source and chance; those from before its last suspension was lifted are marked `is_past`."""
        return tuple(
            Tally(
                source=row["source"],
                chance=row["chance"],
                n_drops=row["n_drops"],
                n_audited=row["n_audited"],
                n_wrong=row["n_wrong"],
                is_past=bool(row["is_past"]),
            )
            for row in self._db.rows("tallies")
        )

    def known_wrong(self) -> tuple[Known, ...]:
        """The wrong drops of each source that were found outside of the audits, since its last suspension was lifted."""
        return tuple(Known(source=row["source"], n_sure=row["n_sure"], n_unsure=row["n_unsure"]) for row in self._db.rows("known_wrong"))

    def n_undrawn(self) -> dict[str, int]:
        """How many drops of each source came after the last drawing."""
        return {row["source"]: row["n"] for row in self._db.rows("n_new_drops")}

    def n_answered(self) -> dict[str, int]:
        """The answers by source, since its last suspension was lifted."""
        return {row["source"]: row["n"] for row in self._db.rows("n_answered")}

    # Suspension

    def suspended(self) -> frozenset[str]:
        """The sources that may drop nothing now: `rule KIND/ID` and `gate KIND`."""
        return frozenset(row["source"] for row in self._db.rows("suspended"))

    def suspensions(self) -> tuple[Suspension, ...]:
        """The same with since when, and why."""
        return tuple(
            Suspension(source=row["source"], at=datetime.fromisoformat(row["at"]), why=row["why"]) for row in self._db.rows("suspended")
        )

    def suspend(self, source: str, why: str, at: datetime) -> bool:
        """From the next mail on the source drops nothing; False when that is so already."""
        return self._db.run("suspend", (_sql(source), iso(at), _sql(why))).rowcount > 0

    def lift(self, source: str, *, why: str, who: str, at: datetime) -> None:
        """Ends a suspension; what is known of the source counts anew from here. InputError when there is none."""
        if not self._db.run("lift", {"at": iso(at), "why": _sql(why), "who": _sql(who), "source": _sql(source)}).rowcount:
            raise InputError(f"{one_line(source)!r} is not suspended", remedy="`mailtriage audit report` shows what is")


def _dropped(row: Any) -> Dropped:
    return replace(_drop_of(row, row["n"]), can_be_wrong=row["chance"] is not None)


def _drop_of(row: Any, n: int) -> Dropped:
    return Dropped(
        n=n,
        mail_id=row["mail_id"],
        at=row["at"],
        section=row["section"],
        kind=row["kind"],
        host=row["host"],
        source=row["source"],
    )


def _audit(row: Any) -> Audit:
    return Audit(
        n=row["n"],
        id=row["id"],
        slot=row["slot"],
        drop=_drop_of(row, row["drop_n"]),
        chance=row["chance"],
        asked_at=datetime.fromisoformat(row["asked_at"]),
        answer=Answer(row["answer"]) if row["answer"] else None,
        answered_at=datetime.fromisoformat(row["answered_at"]) if row["answered_at"] else None,
        who=row["who"],
        why=row["why"],
    )
