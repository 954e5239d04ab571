"""What the store gives back besides the values of the pipeline."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import date, datetime

from mailtriage.types import Change, Doubt, Entry, OpenEvent, RawMail, Severity, Showing, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow:
    """One mail as a listing shows it; the verdict is the one that holds now."""

    id: str
    received_at: datetime
    kind: str
    host: str
    subject: str
    sender: str
    verdict: Verdict
    severity: Severity | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """How many mails of one day, host and kind got one verdict from one place."""

    day: date
    host: str
    kind: str
    verdict: Verdict
    by: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The book of one UTC day: received = raised + digested + dropped + passed + held."""

    day: date
    n_received: int
    n_raised: int = 0
    n_digested: int = 0
    n_dropped: int = 0
    n_passed: int = 0
    n_parked: int = 0

    @property
    def n_waiting(self) -> int:
        """Received but not decided yet; less than nothing means the book is wrong."""
        return self.n_received - self.n_raised - self.n_digested - self.n_dropped - self.n_passed - self.n_parked

    @property
    def n_held(self) -> int:
        """Waiting or parked."""
        return self.n_waiting + self.n_parked


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """The books of some days against the spool; `faults` says in words what does not add up."""

    days: tuple[Day, ...]
    faults: tuple[str, ...]

    @property
    def is_balanced(self) -> bool:
        """Whether every received mail is accounted for, once."""
        return not self.faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The counts a digest ends with; mails dropped by a rule and by learning are told apart."""

    n_mails: int
    hosts: tuple[str, ...]
    n_raised: int
    n_digested: int
    n_dropped_by_rules: int
    n_rules: int  # how many different rules did it
    n_dropped_by_model: int
    n_passed: int
    n_parked: int
    n_dead_letters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedEvent:
    """An event that is over: as it was last, and how it ended."""

    event: OpenEvent
    closed_at: datetime
    closed_by: str  # the mail, "" for the clock or a person
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a person said of a mail, or of one section of it."""

    mail_id: str
    section: str | None
    verdict: Verdict
    why: str
    who: str
    at: datetime
    how: str = "single"  # single, cluster, audit, digest
    question: str = ""  # the cluster or audit it answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """A kind on which learning may act."""

    kind: str
    at: datetime
    who: str
    detail: str  # what the decision rested on


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was done to learning."""

    at: datetime
    what: str  # label, unlabel, promote, retire, install, refuse, rollback
    subject: str  # a mail, a kind, a model's version
    who: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LearntDay:
    """The sections of one day and kind that no rule decided, and what learning said of them."""

    day: date
    kind: str
    n: int
    n_held: int  # by the gate
    n_new: int  # of these: for a line never seen
    n_vetoed: int  # the classifier held what the gate let through


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRow:
    """One kind of mail of one host."""

    host: str
    kind: str
    first_seen_at: datetime
    last_seen_at: datetime
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Besides:
    """What is written with a mail besides what was decided about it."""

    relay: str = ""  # who handed it in
    path: str = ""  # the way it came, as far as it can be trusted
    showings: tuple[Showing, ...] = ()  # those the mail changes
    doubted: tuple[Doubt, ...] = ()  # ends of events that its path does not bear out
    unbelieved: frozenset[str] = frozenset()  # keys of OKs that do not count
    notes: tuple[Entry, ...] = ()  # for the digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A mail that could not be judged."""

    id: str
    seq: int
    error: str
    parked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSent:
    """The digest that went out last; `slot` names what it was the digest of."""

    slot: str
    sent_at: datetime


class Answer(enum.StrEnum):
    """Whether a drop was right."""

    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """One section that was dropped."""

    n: int
    mail_id: str
    at: int  # its position in the outcome
    section: str
    kind: str
    host: str
    source: str  # what dropped it: `rule KIND/ID`, `gate KIND`
    can_be_wrong: bool = True  # False: of an archive, or without a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """A question about a drop that was drawn at random, and its answer."""

    n: int
    id: str
    slot: str  # of the digest that asks
    drop: Dropped
    chance: float  # with which it was drawn
    asked_at: datetime
    answer: Answer | None = None
    answered_at: datetime | None = None
    who: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Drops of one source that had the same chance to be asked about, and what was answered."""

    source: str
    chance: float
    n_drops: int
    n_audited: int
    n_wrong: int
    is_past: bool  # from before the source's last suspension was lifted


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Wrong drops of one source that were found outside of the audits."""

    source: str
    n_sure: int
    n_unsure: int  # of mails with several dropped sections: it may have been another one


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """A source that may drop nothing until somebody lifts it."""

    source: str
    at: datetime
    why: str


class What(enum.StrEnum):
    """What a delivery carries."""

    CHANGE = "change"
    DIGEST = "digest"
    PASS = "pass"  # noqa: S105 the verdict, no password


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One change, digest or passed mail on its way to one sink. The id stays the same over all tries."""

    id: str
    sink: str
    what: What
    order_key: str
    mail_id: str
    created_at: datetime
    n_tries: int = 0  # this one included
    change: Change | None = None
    subject: str = ""  # of a digest
    text: str = ""
    html: str = ""
    raw: RawMail | None = None  # of a passed mail: put in by whoever has the spool
    error: str = ""  # of the last try

    def with_raw(self, raw: RawMail) -> Delivery:
        """The same with the bytes of the passed mail."""
        return replace(self, raw=raw)
