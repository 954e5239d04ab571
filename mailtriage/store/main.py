"""The main store: outcomes, events, ledger, labels and outbox. One mail, one transaction, together with the cursor of the spool.

The worker writes; commands may read beside it (`read_only`). Everything here is SQL in queries.sql, and values.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from mailtriage.baseline import Points
from mailtriage.errors import InputError
from mailtriage.store import _books, _rows
from mailtriage.store._entries import entries_of, parked_entry
from mailtriage.store._search import conditions
from mailtriage.store._sqlite import Database, iso
from mailtriage.store._sqlite import sql_text as _sql
from mailtriage.store.acks import Acks
from mailtriage.store.arrivals import ArrivalBook
from mailtriage.store.audits import Audits
from mailtriage.store.checks import Checks
from mailtriage.store.codec import pack, unpack
from mailtriage.store.hits import Hits
from mailtriage.store.learning import Learning
from mailtriage.store.maintenance import Maintenance
from mailtriage.store.muted import Muted
from mailtriage.store.outbox import Outbox
from mailtriage.store.paths import Paths
from mailtriage.store.readings import Readings
from mailtriage.store.storms import Storms
from mailtriage.store.values import Balance, Besides, Book, ClosedEvent, DigestSent, HostRow, Label, LedgerRow, MailRow, Parked
from mailtriage.text import one_line
from mailtriage.types import Change, ChangeType, Entry, OpenEvent, Outcome, RawMail, Sighting, State, Verdict

UNDROP = "undrop"  # the `by` of a drop taken back
_NEVER = 0  # shown in no digest by itself
_SUBJECT = 500
_NOTHING_BESIDES = Besides()
_Sinks = Callable[[Change], Sequence[str]]
_Hold = Callable[[Change], timedelta]


def _no_sinks(_: Change) -> Sequence[str]:
    return ()


def _no_hold(_: Change) -> timedelta:
    return timedelta()


class Store:
    """One main file. Its methods may be called from any thread; each process opens its own."""

    def __init__(self, path: Path | str, *, read_only: bool = False) -> None:
        self.path = Path(path)
        self._db = Database(self.path, read_only=read_only)
        self.outbox = Outbox(self._db)
        self.learning = Learning(self._db)
        self.audits = Audits(self._db)
        self.acks = Acks(self._db)
        self.maintenance = Maintenance(self._db)
        self.checks = Checks(self._db)
        self.muted = Muted(self._db)
        self.paths = Paths(self._db)
        self.hits = Hits(self._db)
        self.storms = Storms(self._db)
        self.arrivals = ArrivalBook(self._db)
        self.past = Readings(self._db)

    def transaction(self) -> AbstractContextManager[None]:
        """All that is written inside is committed with one flush, or not at all; each `record` in it is a savepoint of its own."""
        return self._db.transaction()

    def close(self) -> None:
        """Closes the file; everything recorded is durable already."""
        self._db.close()

    # Mails

    @property
    def cursor(self) -> int:
        """The spool's `seq` up to which every mail is recorded or parked."""
        return int(self._db.value("cursor"))

    def rewind(self, last_seq: int) -> bool:
        """Reads the spool again from its start when it ends (`Spool.last_seq`) before the cursor; True when it was so.

        Such a spool was restored or made anew, and its next mails would lie behind the cursor. What is recorded is not recorded again.
        """
        if self.cursor <= last_seq:
            return False
        self._db.run("rewind")
        return True

    def record(
        self,
        outcome: Outcome,
        seq: int,
        changes: Sequence[Change] = (),
        *,
        seen_at: datetime,
        now: datetime,
        sinks_for: _Sinks = _no_sinks,
        hold_for: _Hold = _no_hold,
        pass_to: Sequence[str] = (),
        besides: Besides = _NOTHING_BESIDES,
        is_archive: bool = False,
    ) -> bool:
        """Writes all that follows from one mail and moves the cursor; False when the mail was recorded before.

        `seen_at` is the mail's own time (correlate.seen_at): an older mail does not overwrite newer measures.
        A person's mail that no sink of `pass_to` can pass on is shown in the digest instead.
        """
        with self._db.transaction():
            self._db.run("move_cursor", (seq,))
            if self._db.value("has_mail", (outcome.id,)):
                return False
            self._add_mail(outcome, seq, now if is_archive else None)
            passed = outcome.verdict is Verdict.PASS and not is_archive
            closed = frozenset(change.event.key for change in changes if change.type is ChangeType.CLOSED)
            changed = {change.event.key for change in changes}
            unraised = frozenset(one.key for one in outcome.events if one.state is State.PROBLEM and _sql(one.key) not in changed)
            entries = entries_of(outcome, shows_passed=passed and not pass_to, closed=closed, unraised=unraised)
            self._add_entries((*besides.notes, *entries), _NEVER if is_archive else None)
            oks = [one.key for one in outcome.events if one.state is State.OK and one.key not in besides.unbelieved]
            self._db.run_many("add_ok", [(_sql(key), iso(seen_at)) for key in oks])
            self._count(outcome)
            # A person's domain is no host of the fleet, and one of an old archive that is gone is not silent.
            if outcome.verdict is not Verdict.PASS:
                self.arrivals.add(outcome, seen_at=seen_at, now=now, relay=besides.relay, is_archive=is_archive)
            if outcome.verdict is not Verdict.PASS and not is_archive:
                self._db.run("saw_host", {"host": _sql(outcome.host), "kind": outcome.kind, "at": iso(seen_at)})
            self._add_measures(outcome, seen_at)
            self.past.add(outcome, seen_at)
            self.checks.put(besides.showings)
            self.learning.count(outcome)
            self.audits.add_drops(outcome, is_archive=is_archive)
            self.muted.add(outcome, is_archive=is_archive)
            self.hits.add(outcome)
            self._db.run("unpark", (outcome.id,))
            self._db.run("forget_tries", (outcome.id,))
            self.apply(changes, now=now, sinks_for=sinks_for, hold_for=hold_for)
            if besides.path and not is_archive:
                self.paths.record(outcome, besides.path, changes, besides.doubted, now)
            if passed:
                self.outbox.add_pass(outcome.id, pass_to, now)
            return True

    def park(self, raw: RawMail, seq: int, error: str, *, now: datetime) -> bool:
        """Puts a mail aside that could not be judged: held in the ledger, shown in the digest as it came; False when known."""
        with self._db.transaction():
            self._db.run("move_cursor", (seq,))
            if self._db.value("has_mail", (raw.id,)) or self._db.value("is_parked", (raw.id,)):
                return False
            self._db.run("park", (raw.id, seq, iso(raw.received_at)[:10], _sql(one_line(error)), iso(now)))
            self._db.run("forget_tries", (raw.id,))
            self._add_entries((parked_entry(raw, error),), _NEVER if raw.is_archive else None)
            return True

    def count_try(self, mail_id: str) -> int:
        """Counts a failed attempt to judge a mail, over restarts too, and says how many there were."""
        with self._db.transaction():
            return int(self._db.value("count_try", (mail_id,)))

    def forget_tries(self, mail_id: str) -> None:
        """The attempts to judge a mail failed for a reason that is not its own."""
        self._db.run("forget_tries", (mail_id,))

    def parked(self) -> tuple[Parked, ...]:
        """The mails that could not be judged, oldest first."""
        return tuple(
            Parked(id=row["id"], seq=row["seq"], error=row["error"], parked_at=datetime.fromisoformat(row["parked_at"]))
            for row in self._db.rows("parked")
        )

    def outcome(self, mail_id: str) -> Outcome | None:
        """What was decided about this mail, None when it is not recorded."""
        packed = self._db.value("outcome", (mail_id,))
        if packed is None:
            return None
        try:
            return unpack(packed)
        except ValueError as error:
            raise self._db.error(f"mail {mail_id}: {error}", "the file is damaged: restore it from a backup") from error

    def mail(self, mail_id: str) -> MailRow | None:
        """The mail as a listing shows it."""
        rows = self._db.rows("mail", (mail_id,))
        return _rows.mail_row(rows[0]) if rows else None

    def mails(self, query: str = "", limit: int = 100) -> tuple[MailRow, ...]:
        """The newest mails that `query` finds (see _search.py); InputError says what in it cannot be read."""
        where, values = conditions(query)
        sql = f"SELECT * FROM mails WHERE {where} ORDER BY received_at DESC, id DESC LIMIT ?"  # noqa: S608
        return tuple(_rows.mail_row(row) for row in self._db.execute(sql, (*(_sql(value) for value in values), limit)).fetchall())

    def kept_long_enough(self, *, dropped_before: datetime, others_before: datetime) -> tuple[str, ...]:
        """The mails whose bytes may go; what was decided about them stays here."""
        return tuple(row["id"] for row in self._db.rows("ids_to_forget", {"dropped": iso(dropped_before), "others": iso(others_before)}))

    def forgot(self, mail_ids: Sequence[str]) -> None:
        """The bytes of these mails are gone."""
        with self._db.transaction():
            self._db.run_many("forget_mails", [(mail_id,) for mail_id in mail_ids])

    def forget_oks(self, before: datetime) -> None:
        """Forgets explicit OKs so old that no problem can come later than they did."""
        self._db.run("forget_oks", (iso(before),))

    def full_id(self, prefix: str) -> str:
        """The id of the one mail that starts so; InputError when there is none, or several."""
        prefix = _sql(prefix).lower()
        found = [row["id"] for row in self._db.rows("ids_from", {"from": prefix, "to": prefix + "\U0010ffff"})] if prefix else []
        if prefix in found:
            return prefix
        if not found:
            raise InputError(f"there is no mail {one_line(prefix)!r}", remedy="`mailtriage mails` lists them")
        if len(found) > 1:
            raise InputError(f"{one_line(prefix)!r} is the beginning of several ids", remedy=f"give more of it: {', '.join(found[:5])}")
        return str(found[0])

    def undrop(self, mail_id: str, section_at: int | None = None) -> bool:
        """Takes a drop back: the ledger follows and the next digest shows the mail, or only its section at this position.

        False when the mail, or the section, is not dropped.
        """
        with self._db.transaction():
            rows, outcome = self._db.rows("mail", (mail_id,)), self.outcome(mail_id)
            drops = tuple(drop for drop in self.audits.drops_of(mail_id) if section_at in (None, drop.at))
            is_dropped = bool(rows) and rows[0]["verdict"] == Verdict.DROP
            if outcome is None or not (is_dropped if section_at is None else drops):
                return False
            if is_dropped:
                row = rows[0]
                self._db.run("uncount", (row["day"], row["host"], row["kind"], row["verdict"], row["by"]))
                self._db.run("forget_zeros", (row["day"],))
                self._db.run("count", (row["day"], row["host"], row["kind"], Verdict.DIGEST, UNDROP))
                self._db.run("set_verdict", (Verdict.DIGEST, UNDROP, mail_id))
            shown = outcome if section_at is None else replace(outcome, sections=(outcome.sections[section_at],))
            self._add_entries(entries_of(shown, shows_dropped=True), None)
            self.audits.forget_drops(drops)
            return True

    # Events

    def open_events(self, hosts: Iterable[str] | None = None) -> tuple[OpenEvent, ...]:
        """The open events, of these hosts only where given, oldest first."""
        if hosts is None:
            return tuple(map(_rows.open_event, self._db.rows("open_events")))
        return tuple(map(_rows.open_event, self._db.rows("open_events_of", (json.dumps([_sql(host) for host in hosts]),))))

    def n_open_events(self) -> int:
        """How many events are open."""
        return int(self._db.value("n_open_events"))

    def events(self, closed_since: datetime) -> tuple[OpenEvent | ClosedEvent, ...]:
        """The open events and those closed since then, in the order they opened."""
        return tuple(
            _rows.closed_event(row) if row["closed_at"] else _rows.open_event(row) for row in self._db.rows("events", (iso(closed_since),))
        )

    def closed_events(self, since: datetime | None = None) -> tuple[ClosedEvent, ...]:
        """The events closed since then; without a time, those that no digest has shown."""
        rows = self._db.rows("unshown_closed_events") if since is None else self._db.rows("closed_events_since", (iso(since),))
        return tuple(map(_rows.closed_event, rows))

    def last_closed_at(self, key: str) -> datetime | None:
        """When a mail last closed an event of this key, or said OK of it: a report older than that is no news."""
        at = self._db.value("closed_at", {"key": _sql(key)})
        return datetime.fromisoformat(at) if at else None

    def lately_closed(self, key: str, since: datetime) -> OpenEvent | None:
        """The event of this key that its sender ended since then, the last one."""
        rows = self._db.rows("lately_closed", {"key": _sql(key), "since": iso(since)})
        return _rows.open_event(rows[0]) if rows else None

    def lately_expired(self, key: str, since: datetime) -> OpenEvent | None:
        """The event of this key that was seen since then and ended by the clock, the last one."""
        rows = self._db.rows("lately_expired", {"key": _sql(key), "since": iso(since)})
        return _rows.open_event(rows[0]) if rows else None

    def apply(self, changes: Sequence[Change], *, now: datetime, sinks_for: _Sinks = _no_sinks, hold_for: _Hold = _no_hold) -> None:
        """Writes changes of events, and for each that is news a delivery to each of its sinks, held for `hold_for`."""
        with self._db.transaction():
            for change in changes:
                if self._apply(change) and change.is_news:
                    self._tell(change, sinks_for(change), now, hold_for(change))
            self.storms.note(changes)

    # The past, for triage and for listings

    def previous(self, host: str, name: str, subject: str, since: datetime | None = None) -> float | None:
        """The last value of a measure on this host, None if there was none (since then)."""
        value = self._db.value("previous", (_sql(host), name, _sql(subject), iso(since) if since else ""))
        return None if value is None else float(value)

    def readings(self, host: str, name: str, subject: str, since: datetime) -> Points:
        """The values a measure had on this host from `since` on."""
        return self.past.since(host, name, subject, since)

    def sightings(self, rule: str, scope: str, at: datetime, n: int) -> tuple[Sighting, ...]:
        """What was counted for a rule in this scope: the last `n` up to `at`, the next `n` after it."""
        return self.hits.around(rule, scope, at, n)

    def hosts(self, names: Sequence[str] | None = None) -> tuple[HostRow, ...]:
        """Every host, or those named, with the kinds of mail it sends."""
        rows = self._db.rows("hosts") if names is None else self._db.rows("hosts_named", (json.dumps([_sql(name) for name in names]),))
        return tuple(map(_rows.host_row, rows))

    def host_names(self, most: int) -> tuple[str, ...]:
        """The first so many hosts in the order of their names."""
        return tuple(row["host"] for row in self._db.rows("host_names", (most,)))

    def n_hosts(self) -> int:
        """How many hosts have written."""
        return int(self._db.value("n_hosts"))

    def n_mails_of(self, host: str, kind: str) -> int:
        """How many mails of a kind came from a host."""
        return int(self._db.value("n_mails_of_host", (_sql(host), kind)) or 0)

    def ledger(self, since: date | None = None) -> tuple[LedgerRow, ...]:
        """The books from this day on."""
        return tuple(map(_rows.ledger_row, self._db.rows("ledger", (since.isoformat() if since else "",))))

    def balance(self, received: Sequence[tuple[date, int]], last_seq: int) -> Balance:
        """The books of these days against what the spool counted (`Spool.n_received`, `Spool.last_seq`).

        Only days of which no raw mail was removed yet can balance.
        """
        return _books.balance(self._db, received, last_seq - self.cursor)

    # Labels

    def label(
        self,
        mail_id: str,
        section: str | None,
        verdict: Verdict,
        *,
        why: str = "",
        who: str = "",
        at: datetime,
        how: str = "single",
        question: str = "",
    ) -> Outcome:
        """Writes what a mail, or one section of it, should have been, and gives back what was decided; the later label stands."""
        outcome = self.outcome(mail_id)
        if outcome is None:
            raise InputError(f"there is no mail {one_line(mail_id)!r}", remedy="`mailtriage mails` lists them")
        names = [judged.section.name for judged in outcome.sections]
        if section is not None and section not in names:
            raise InputError(f"mail {mail_id} has no section {one_line(section)!r}", remedy=f"it has {one_line(', '.join(names))}")
        said = Label(mail_id=mail_id, section=section, verdict=verdict, why=why, who=who, at=at, how=how, question=question)
        self.learning.add_label(said)
        return outcome

    # The digest

    def entries(self, since: datetime | None = None) -> tuple[Entry, ...]:
        """What was kept of the mails received since then; without a time, what no digest has shown."""
        rows = self._db.rows("unshown_entries") if since is None else self._db.rows("entries_since", (iso(since),))
        return tuple(map(_rows.entry, rows))

    def show(self, entries: Sequence[Entry]) -> None:
        """The next digest shows these, besides what mails bring."""
        self._add_entries(entries, None)

    def book(self, since: datetime | None = None) -> Book:
        """The counts over the mails received since then; without a time, over those after the last digest."""
        return _books.book(self._db, since, len(self.outbox.dead_letters()))

    def last_digest(self) -> DigestSent | None:
        """The digest that went out last."""
        rows = self._db.rows("last_digest")
        return DigestSent(slot=rows[0]["slot"], sent_at=datetime.fromisoformat(rows[0]["sent_at"])) if rows else None

    def add_digest(self, slot: str, *, subject: str, text: str, html: str, sinks: Sequence[str], now: datetime) -> bool:
        """Sends the digest on its way and marks all it showed as shown; False when the digest of this slot went out before.

        To be called inside the `transaction()` in which its entries were read: what comes between would never be shown.
        """
        if not self._db.is_in_transaction:
            raise ValueError("a digest is read and sent in one transaction")
        if self._db.value("has_digest", (slot,)):
            return False
        n = self._db.value("add_digest", (slot, iso(now)))
        self._db.run("show_entries", (n,))
        self._db.run("show_closed_events", (n,))
        self._db.run("show_stale_checks", (n,))
        self.outbox.add_digest(slot, subject, text, html, sinks, now)
        return True

    # Parts of `record`

    def _add_mail(self, outcome: Outcome, seq: int, imported_at: datetime | None) -> None:
        at = iso(outcome.received_at)
        self._db.run(
            "add_mail",
            (
                outcome.id,
                seq,
                at,
                at[:10],
                outcome.kind,
                _sql(outcome.host),
                _sql(one_line(outcome.subject, _SUBJECT)),
                _sql(one_line(outcome.sender, _SUBJECT)),
                outcome.verdict,
                outcome.severity,
                _sql(_books.decided_by(outcome)),
                imported_at is not None,
                iso(imported_at) if imported_at else at,
                pack(outcome),
            ),
        )

    def _count(self, outcome: Outcome) -> None:
        day = iso(outcome.received_at)[:10]
        self._db.run("count", (day, _sql(outcome.host), outcome.kind, outcome.verdict, _sql(_books.decided_by(outcome))))

    def _add_entries(self, entries: Sequence[Entry], shown_in: int | None) -> None:
        self._db.run_many("add_entry", [_entry_values(entry, shown_in) for entry in entries])

    def _add_measures(self, outcome: Outcome, seen_at: datetime) -> None:
        host, at = _sql(outcome.host), iso(seen_at)
        measures = (measure for judged in outcome.sections for measure in judged.section.measures)
        # SQLite reads a NaN as NULL: such a value says nothing anyway.
        rows = [(host, one.name, _sql(one.subject), one.value, one.unit, at) for one in measures if one.value == one.value]
        self._db.run_many("measured", rows)

    def _tell(self, change: Change, sinks: Sequence[str], now: datetime, hold: timedelta) -> None:
        """Puts the change into the outbox; the end of what nobody was told of is told to nobody."""
        event_id = change.event.id
        is_told = bool(self._db.value("is_told", (event_id,)))
        if change.type is not ChangeType.CLOSED:
            if not is_told:  # what was kept back so far is new to those who hear of it now
                change = replace(change, type=ChangeType.OPENED)
            if self.outbox.add_change(change, sinks, now, hold):
                self._db.run("told", {"id": event_id, "told_at": iso(now + hold), "now": iso(now)})
        elif is_told:
            self.outbox.add_change(change, sinks, now, hold)
            self._db.run("told_nobody", {"id": event_id, "now": iso(now)})

    def _apply(self, change: Change) -> bool:
        event = change.event
        if change.type is ChangeType.OPENED:
            texts = map(_sql, (event.key, event.host, event.check, event.item))
            times = (iso(event.opened_at), iso(event.last_seen_at))
            rest = (event.recovery, event.origin, *times, event.count, event.mail_id, event.value)
            run = partial(self._db.run, "open_event", (event.id, *texts, event.severity, _sql(event.summary), *rest))
        elif change.type is not ChangeType.CLOSED:
            name = "update_event" if change.type is ChangeType.UPDATED else "reopen_event"
            stale = iso(event.stale_since) if event.stale_since else None
            said = (event.severity, _sql(event.summary), iso(event.last_seen_at), event.count, stale, event.value)
            run = partial(self._db.run, name, (*said, event.id))
        else:
            run = partial(self._db.run, "close_event", (iso(change.at), change.mail_id, _sql(change.comment), event.id))
        return run().rowcount > 0


def _entry_values(entry: Entry, shown_in: int | None) -> tuple[object, ...]:
    return (
        entry.mail_id,
        iso(entry.received_at),
        _sql(entry.host),
        entry.kind,
        _sql(entry.section),
        entry.verdict,
        entry.severity,
        _sql(entry.summary),
        json.dumps(entry.lines),
        _sql(entry.reason.by),
        _sql(entry.reason.detail),
        entry.score,
        _sql(one_line(entry.subject, _SUBJECT)),
        shown_in,
    )
