"""What one digest is made from: plain values, filled by whoever knows the store and the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mailtriage.types import Entry, OpenEvent, Reason, Verdict

Weight = Callable[[Entry | OpenEvent], float]


def alike(_: Entry | OpenEvent) -> float:
    """The weight of everything where nothing is known of the hosts."""
    return 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The balance of the time a digest covers, counted in mails; doubles stand apart from `n_mails`."""

    n_mails: int  # received, doubles left out: the sum of the six ways a mail can go
    n_hosts_seen: int
    n_hosts_known: int
    n_dropped_by_rules: int
    n_rules: int  # how many different rules dropped them
    n_dropped_by_model: int
    n_raised: int
    n_digested: int
    n_passed: int
    n_held: int  # received and not decided: waiting or parked
    n_folded: int  # doubles: the same bytes again, not judged twice

    @property
    def n_unaccounted(self) -> int:
        """Mails the book cannot place; anything but 0 is a fault of ours, and the digest says so."""
        ways = (self.n_dropped_by_rules, self.n_dropped_by_model, self.n_raised, self.n_digested, self.n_passed, self.n_held)
        return self.n_mails - sum(ways)


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentHost:
    """A host that should have written and has not; `last_seen_at` is None if it never did."""

    host: str
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldDrop:
    """How many sections of a kind learning would have dropped, had the kind been promoted."""

    kind: str
    n_sections: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A mail that could not be triaged: it is shown as it came."""

    mail_id: str
    received_at: datetime
    subject: str
    error: str
    lines: tuple[str, ...] = ()  # its first lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something to know that is neither an event nor a mail: a check that is no longer reported, a baseline that moved."""

    heading: str  # remarks of one heading stand together
    head: str
    lines: tuple[str, ...] = ()
    command: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A dropped section, drawn at random, with the question whether that was right."""

    id: str  # of the question
    mail_id: str
    host: str
    kind: str
    section: str
    subject: str
    reason: Reason  # why it was dropped
    lines: tuple[str, ...]  # those that are not blank


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Everything one digest says."""

    since: datetime
    until: datetime  # all times are shown in the zone of this one
    book: Book
    open_events: tuple[OpenEvent, ...] = ()  # at `until`
    opened: tuple[OpenEvent, ...] = ()  # since `since`, whether still open or not
    closed: tuple[OpenEvent, ...] = ()  # since `since`
    flaps: tuple[OpenEvent, ...] = ()  # over within their hold time, each time: nobody was told, they are only counted
    entries: tuple[Entry, ...] = ()
    quiet: tuple[OpenEvent, ...] = ()  # acknowledged, or held back by maintenance: told in remarks
    silent_hosts: tuple[SilentHost, ...] = ()
    remarks: tuple[Remark, ...] = ()
    would_drop: tuple[WouldDrop, ...] = ()
    notes: tuple[str, ...] = ()  # broken rules, stuck deliveries: one line each
    parked: tuple[Parked, ...] = ()
    checks: tuple[Check, ...] = ()
    n_other_checks: int = 0  # questions of earlier digests without an answer
    weight: Weight = alike  # orders what is equally bad

    def __post_init__(self) -> None:
        if self.since.tzinfo is None or self.until.tzinfo is None:
            raise ValueError("a datetime without a zone")

    @property
    def n_flaps(self) -> int:
        """How many problems were over within their hold time."""
        return sum(1 + event.flaps for event in self.flaps)

    @property
    def new_events(self) -> tuple[OpenEvent, ...]:
        """Opened in this time and still open."""
        gone = {event.id for event in self.closed}
        return tuple(event for event in self.opened if event.id not in gone)

    @property
    def old_events(self) -> tuple[OpenEvent, ...]:
        """Open now, and opened before this time."""
        known = {event.id for event in (*self.opened, *self.closed)}
        return tuple(event for event in self.open_events if event.id not in known)

    @property
    def unraised(self) -> tuple[Entry, ...]:
        """The entries to read: all but those of raised sections whose event, and of parked mails, which this digest shows anyway."""
        shown = {(event.host, event.origin) for event in (*self.open_events, *self.opened, *self.closed, *self.flaps, *self.quiet)}
        parked = {mail.mail_id for mail in self.parked}
        left = (entry for entry in self.entries if entry.mail_id not in parked)
        return tuple(entry for entry in left if not (entry.verdict is Verdict.EVENT and _origin(entry) in shown))


def _origin(entry: Entry) -> tuple[str, str]:
    return entry.host, f"{entry.kind}/{entry.section}"
