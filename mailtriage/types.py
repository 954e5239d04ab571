"""The values that travel through the pipeline: one frozen type per word of the glossary.

Every stage takes one of these and returns the next: RawMail -> Message -> Report -> Outcome.
Times are aware datetimes in UTC. Nothing in here does I/O.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime


class Verdict(enum.StrEnum):
    """What to do with a section or a mail; `pass` stands apart (a human's mail goes on unchanged)."""

    DROP = "drop"
    DIGEST = "digest"
    EVENT = "event"
    PASS = "pass"  # noqa: S105

    @property
    def loudness(self) -> int:
        """Order of the verdicts; a mail takes the loudest verdict of its sections."""
        return _LOUDNESS[self]


_LOUDNESS = {Verdict.DROP: 0, Verdict.DIGEST: 1, Verdict.EVENT: 2, Verdict.PASS: 3}


class Severity(enum.StrEnum):
    """How bad an event is."""

    INFO = "info"
    WARNING = "warning"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info to 3 for critical."""
        return _RANK[self]


_RANK = {Severity.INFO: 0, Severity.WARNING: 1, Severity.HIGH: 2, Severity.CRITICAL: 3}


class State(enum.StrEnum):
    """The state of a check as one section shows it."""

    OK = "ok"
    PROBLEM = "problem"
    INFO = "info"  # the section feeds no check, or says nothing about its state


class Recovery(enum.StrEnum):
    """How the end of a problem looks for a section's check."""

    NONE = "none"  # housekeeping: feeds no check
    STATE = "state"  # the next complete good report closes it
    ONE_SHOT = "one-shot"  # a diff: closed by acknowledgement or age, never by the next quiet report
    PER_DAY = "per-day"  # judged anew each day
    EXPLICIT = "explicit"  # the sender says OK with a key
    SILENCE = "silence"  # the sender never says OK: closed after some time without a repeat


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMail:
    """The bytes as received, with the envelope."""

    id: str
    received_at: datetime
    data: bytes
    mail_from: str = ""  # "" is the null sender
    rcpt_tos: tuple[str, ...] = ()
    peer: str = ""
    helo: str = ""
    is_archive: bool = False  # imported: dated by itself, recorded, and nothing follows from it

    def __post_init__(self) -> None:
        _require_aware(self.received_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A parsed mail. Never fails to exist: any bytes give a Message, with `defects` saying what was odd."""

    id: str
    received_at: datetime
    mail_from: str  # envelope sender, "" for the null sender
    sender: str  # address of the From header, lower case, "" if none
    sender_name: str  # display name (or comment) of the From header
    subject: str  # unfolded and decoded
    text: str  # all text parts, decoded; line ends are \n; an HTML-only mail is converted
    host: str  # by the order of trust: oldest Received `by`, From, HELO/peer; lower case; "" if unknown
    program: str  # what made the mail, from headers (X-Mailer, From comment), lower case, "" if unknown
    sent_at: datetime | None  # the Date header in UTC, None if absent or unreadable
    headers: tuple[tuple[str, str], ...]  # (name as written, unfolded decoded value), in order
    defects: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()  # parts nothing was read from (attachments, over the limit): they forbid a drop
    is_late: bool = False  # the relay that handed it on last had it when it was sent, a day or more before it came

    def header(self, name: str) -> str:
        """The first header of this name (any case), "" if absent."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")

    def headers_named(self, name: str) -> tuple[str, ...]:
        """All headers of this name (any case), in order."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A number in a section, with what it measures."""

    name: str  # fs_used
    subject: str  # /var
    value: float
    unit: str  # "%", "B", "", "ms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The smallest thing judged."""

    name: str
    lines: tuple[str, ...]  # without the heading
    heading: str = ""
    check: str = ""  # the check it feeds; the section's name if not given
    item: str = ""  # what the check is about, where the section is about one thing
    host: str = ""  # the host it is about, where that is another than the report's
    recovery: Recovery = Recovery.NONE
    state: State = State.INFO  # what the sender itself states, where it does
    severity: Severity | None = None  # what the sender itself states, where it does
    summary: str = ""  # one line for events, where the sender has one
    is_only_when_sick: bool = False  # its sender never shows it otherwise: a complete report without it says that it is over
    measures: tuple[Measure, ...] = ()

    def __post_init__(self) -> None:
        if not self.check:
            object.__setattr__(self, "check", self.name)

    @property
    def text(self) -> str:
        """The lines joined by newlines."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A message recognised as a kind and cut into sections."""

    kind: str
    host: str  # the host the report is about, lower case
    sections: tuple[Section, ...]
    is_complete: bool = True  # False: its end line is missing, it is cut off
    note: str = ""  # why the recogniser doubts, shown as a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why: `by` names the place that decided (`rule k/id`, `floor degraded`, `gate`, `model v`, `guard`, `default`)."""

    by: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What one mail says about one check's item: a problem, or that it is over."""

    host: str
    check: str
    item: str
    state: State
    severity: Severity
    summary: str
    recovery: Recovery
    origin: str  # kind/section that can close it
    reason: Reason
    value: float | None = None  # of the measure that fired

    @property
    def key(self) -> str:
        """`host/check/item`, stable over the life of the problem; an empty item is written `-`."""
        return f"{self.host or '-'}/{self.check}/{self.item or '-'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One mail that shows what a rule with `in_a_row` or `per_day` counts."""

    rule: str  # its full id
    scope: str  # what follows each other: host/kind/section/item, or for `per_day` the key of the event
    mail_id: str
    at: datetime  # the mail's own time where it is sane
    keys: tuple[str, ...] = ()  # of the events for which the rule fired; none: the section was there and it did not
    n: int  # how often it has to fire
    is_per_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A section with its verdict. A verdict without a reason cannot be built."""

    section: Section
    verdict: Verdict
    reasons: tuple[Reason, ...]
    severity: Severity | None = None
    state: State = State.INFO
    events: tuple[Event, ...] = ()
    score: float = 0.0  # the classifier's probability of trouble: orders the digest
    p_drop: float | None = None  # learning's probability that it may be dropped, None where learning was not asked
    shadow: tuple[Reason, ...] = ()  # what would have decided, had it been allowed to act
    sightings: tuple[Sighting, ...] = ()  # what rules count here

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError("a verdict needs a reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Everything decided about one mail."""

    id: str
    received_at: datetime
    sent_at: datetime | None
    kind: str
    host: str
    subject: str
    sender: str
    is_complete: bool
    verdict: Verdict
    severity: Severity | None
    sections: tuple[Judged, ...]
    model_version: str = ""
    rules_version: str = ""
    defects: tuple[str, ...] = ()
    is_late: bool = False  # see Message

    @property
    def events(self) -> tuple[Event, ...]:
        """All events of all sections, in order."""
        return tuple(event for judged in self.sections for event in judged.events)

    @property
    def decided_by(self) -> Reason:
        """The reason of the section that gave the mail its verdict."""
        for judged in self.sections:
            if judged.verdict is self.verdict:
                return judged.reasons[0]
        return self.sections[0].reasons[0]


class ChangeType(enum.StrEnum):
    """What a mail, or the clock, did to an event."""

    OPENED = "opened"
    REOPENED = "reopened"  # it ended a short while ago, and is back
    UPDATED = "updated"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEvent:
    """An event as the store keeps it while it is open."""

    id: str
    key: str
    host: str
    check: str
    item: str
    severity: Severity
    summary: str
    recovery: Recovery
    origin: str
    opened_at: datetime
    last_seen_at: datetime  # time of the last mail that showed it (the mail's own date where it is sane)
    count: int
    mail_id: str  # the mail that opened it
    flaps: int = 0  # how often it ended and was back within the flap window
    told_at: datetime | None = None  # when sinks are told of it; None while nobody is to be told
    behind: str = ""  # key of the overflow event that stands for it in a storm, "-" when that is over
    stale_since: datetime | None = None  # its section is missing from complete reports that used to show it
    value: float | None = None  # of the measure that fired last

    @property
    def is_told(self) -> bool:
        """Whether sinks know of it, or will when its hold time is over."""
        return self.told_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one event: what sinks are told."""

    type: ChangeType
    event: OpenEvent
    mail_id: str  # the mail that caused it, "" if the clock did
    at: datetime
    comment: str = ""
    is_news: bool = True  # False: a mere repeat, counted but not sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """How the complete reports of one kind of one host have shown a section that feeds a check; section "" is the report itself."""

    host: str
    kind: str
    section: str
    last_seen_at: datetime
    n_shown: int = 0
    n_sick: int = 0  # of these: not as healthy
    n_before: int = 0  # reports that came before it was shown first
    n_missed: int = 0  # reports since it was shown last
    longest_gap: int = 0  # reports between two that showed it, at most
    stale_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """Somebody knows of an open event: it is quiet until then, or until it says more than it did."""

    key: str
    event_id: str
    comment: str
    who: str
    at: datetime
    until: datetime
    above: float | None  # it ends when the event's number is greater
    severity: Severity  # of the event when it was acknowledged
    summary: str  # the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A time in which what happens on some hosts is held back."""

    n: int
    host: str  # a glob, "" where it is for a group
    group: str
    starts_at: datetime
    until: datetime  # not included
    unless: Severity | None  # what is as bad as this is told all the same
    comment: str
    who: str
    ended_at: datetime | None = None  # from then on it holds nothing, whatever the clock says


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An end of an event that is not believed: the mail that says so came by another path than the host's."""

    event: OpenEvent
    path: str
    mail_id: str
    at: datetime
    comment: str  # of the close that did not happen


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the digest shows of one section that was kept."""

    mail_id: str
    received_at: datetime
    host: str
    kind: str
    section: str
    verdict: Verdict
    severity: Severity | None
    summary: str  # one line
    lines: tuple[str, ...]  # the first lines that explain it
    reason: Reason
    score: float  # the classifier's probability of trouble
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What learning says of one section."""

    is_quiet: bool  # the gate knows every line, number, repeat: it may be dropped
    held_by: str  # why the gate holds it, "" if it does not
    p_drop: float
    p_digest: float
    p_event: float
    features: tuple[str, ...] = field(default=())  # strongest first, in words


def _require_aware(moment: datetime) -> None:
    if moment.tzinfo is None:
        raise ValueError("a datetime without a zone")
