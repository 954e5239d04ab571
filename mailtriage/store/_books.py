"""The books: which place counts a mail, the counts of a digest, and the check that nothing is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from mailtriage.store._sqlite import Database, iso
from mailtriage.store.values import Balance, Book, Day
from mailtriage.types import Outcome, Verdict

_LEARNT = ("gate", "model")
_COLUMNS = {
    Verdict.EVENT: "n_raised",
    Verdict.DIGEST: "n_digested",
    Verdict.DROP: "n_dropped",
    Verdict.PASS: "n_passed",
    "parked": "n_parked",
}


def decided_by(outcome: Outcome) -> str:
    """The place the ledger books the mail on; a drop that needed learning for any of its sections is booked on learning."""
    if outcome.verdict is Verdict.DROP:
        for judged in outcome.sections:
            if _is_learnt(judged.reasons[0].by):
                return judged.reasons[0].by
    return outcome.decided_by.by


def balance(db: Database, received: Sequence[tuple[date, int]], n_ahead: int) -> Balance:
    """Day by day: what the spool has, what was decided, and whether the rest is exactly what lies beyond the cursor."""
    if not received:
        return Balance(days=(), faults=())
    since = min(day for day, _ in received).isoformat()
    days = {day: Day(day=day, n_received=n) for day, n in received}
    for row in db.rows("days", {"since": since}):
        day = date.fromisoformat(row["day"])
        days[day] = replace(days.get(day, Day(day=day, n_received=0)), **{_COLUMNS[row["verdict"]]: row["n"]})
    faults = [f"{row['day']}: the ledger does not agree with the mails it counts" for row in db.rows("misbooked_days", {"since": since})]
    faults += [f"{day.day}: {-day.n_waiting} more decided than received" for day in days.values() if day.n_waiting < 0]
    n_waiting = sum(day.n_waiting for day in days.values())
    if n_waiting > n_ahead:
        faults.append(f"{n_waiting - n_ahead} received, behind the cursor and in no book")
    return Balance(days=tuple(sorted(days.values(), key=lambda day: day.day)), faults=tuple(dict.fromkeys(faults)))


def book(db: Database, since: datetime | None, n_dead_letters: int) -> Book:
    """The counts of a digest."""
    rows = db.rows("book_since_digest") if since is None else db.rows("book_since", (iso(since),))
    drops = [row for row in rows if row["verdict"] == Verdict.DROP]

    def n_of(verdict: Verdict) -> int:
        return sum(row["n"] for row in rows if row["verdict"] == verdict)

    return Book(
        n_mails=sum(row["n"] for row in rows),
        hosts=tuple(sorted({row["host"] for row in rows if row["host"] and row["verdict"] != Verdict.PASS})),
        n_raised=n_of(Verdict.EVENT),
        n_digested=n_of(Verdict.DIGEST),
        n_dropped_by_rules=sum(row["n"] for row in drops if not _is_learnt(row["by"])),
        n_rules=len({row["by"] for row in drops if not _is_learnt(row["by"])}),
        n_dropped_by_model=sum(row["n"] for row in drops if _is_learnt(row["by"])),
        n_passed=n_of(Verdict.PASS),
        n_parked=len(db.rows("parked")),
        n_dead_letters=n_dead_letters,
    )


def _is_learnt(by: str) -> bool:
    return by.split(" ", 1)[0] in _LEARNT
