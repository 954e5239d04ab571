"""A section as learning sees it: under which key it is known, its masked lines, and the day its dates count from."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from mailtriage.classify.dates import Day, days_from
from mailtriage.classify.masks import HostMask, MaskedLine, Value, host_mask, hosts_masked, masked
from mailtriage.types import Message, Section

HUMAN = "human"
SUBJECT = "Subject: "  # the subject is judged as one more line
_MOST_LINES = 20_000  # of one section; more are not read, and a section that was not read is held
_MOST_CHARACTERS = 1_000_000
_RUN = 6 * 3600.0  # seconds from one time of a log to the next
_RUNNING = Value("o", math.nan)
_EARLIEST_YEAR = 2001  # a mail without a date is filed under an earlier year: its dates cannot be compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One section of one mail, masked."""

    key: str  # kind, job or subject, section, stated state and severity
    host: str  # a hash of the host's name: no model says whose mails it was made from
    kind: str
    section: str
    state: str
    program: str
    raw: tuple[str, ...]  # the non-blank lines as they were, for reasons; the subject is the last
    lines: tuple[MaskedLine, ...]  # beside `raw`
    ending: MaskedLine | None  # the last non-blank line of the whole mail
    day: date | None  # the mail's own day
    unread: tuple[str, ...]
    source: str = ""  # the relay it came through, where training knows
    is_weak: bool = False  # approved by a rule, not by a person

    def number(self, value: Value, order: str = "") -> float | None:
        """What is judged in a slot of this `order` (slots.py); None for a date in a mail that has none itself."""
        if value.day is None:
            return _read(value, order) if order and value.mark else value.number
        return days_from(value.day, self.day, order) if self.day is not None else None


def other_number(value: Value, order: str) -> float | None:
    """What else the number may be in a slot of this order: 1.649 is 1649 too, until more is known; None if nothing."""
    if order[:1] == "?":
        if value.mark in (order, "i", ""):
            return None
        return value.number / 1000 if order == "?." else value.number * 1000
    return _read_as(value, "," if value.mark == "?." else ".") if value.mark[:1] == "?" and not order else None


def _read(value: Value, order: str) -> float:
    """A number where it is known how numbers are written, or at least with which mark."""
    if value.mark[:1] == "?" and len(order) == 1:
        return _read_as(value, order)
    # Three digits behind each point, and now none at all: it is no decimal point.
    return value.number / 1000 if value.mark == "i" and order == "?." else value.number


def _read_as(value: Value, decimal_mark: str) -> float:
    """An ambiguous number, read with this decimal mark; as it stands it is read with a point."""
    return value.number if decimal_mark == "." else value.number * 1000 if value.mark == "?." else value.number / 1000


def _run_on(lines: list[MaskedLine]) -> None:
    """Takes the times of day out of lines whose times only run on from the line before, as those of a log do."""
    before: tuple[Day, float] | None = None
    for at, line in enumerate(lines):
        if not line.has_time:
            continue
        values = list(line.values)
        for place, value in enumerate(values):
            if value.type == "o":
                day = values[place - 1].day
                assert day is not None
                now = day, value.number
                if before is not None and _runs_on(before, now):
                    values[place] = _RUNNING
                before = now
        lines[at] = replace(line, values=tuple(values))


def _runs_on(before: tuple[Day, float], now: tuple[Day, float]) -> bool:
    passed = now[1] - before[1]
    return -60 <= passed <= _RUN if before[0] == now[0] else passed <= _RUN - 86_400


@dataclass(frozen=True, slots=True)
class _Mail:
    """What all sections of one mail share."""

    message: Message
    kind: str
    host: str
    mask: HostMask
    host_hash: str
    subject: MaskedLine
    raw_subject: str
    ending: MaskedLine | None
    day: date | None
    unknown_key: str


class Reader:
    """Reads sections; keeps what the sections of one mail share until the next mail comes."""

    def __init__(self) -> None:
        self._mail: _Mail | None = None

    def read(self, kind: str, host: str, section: Section, message: Message) -> Reading:
        """The section, masked."""
        mail = self._mail
        if mail is None or mail.message is not message or mail.host != host or mail.kind != kind:
            mail = self._mail = _mail(kind, host, message)
        raw, unread = _readable(section)
        if raw[:1] == (mail.raw_subject,):
            raw = raw[1:]
        lines = [masked(hosts_masked(line, mail.mask)) for line in raw]
        lines.append(mail.subject)
        if any(line.has_time for line in lines):
            _run_on(lines)
        severity = section.severity.value if section.severity else ""
        return Reading(
            key="\t".join((_kind_key(mail, section), section.name, section.state.value, severity)),
            host=mail.host_hash,
            kind=kind,
            section=section.name,
            state=section.state.value,
            program=message.program,
            raw=(*raw, mail.raw_subject),
            lines=tuple(lines),
            ending=mail.ending,
            day=mail.day,
            unread=message.unread + unread,
        )


def _readable(section: Section) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The non-blank lines as far as a section may go, and what is left unread of it."""
    lines = tuple(line for line in section.lines if line and not line.isspace())
    if len(lines) <= _MOST_LINES and sum(map(len, lines)) <= _MOST_CHARACTERS:
        return lines, ()
    return lines[:100], (f"a section of {len(lines)} lines is too long to be learnt",)


def _mail(kind: str, host: str, message: Message) -> _Mail:
    # A mail that came from another host than it speaks of: the other's name is not masked, and the subject says so.
    is_relayed = bool(host and message.host) and _short(host) != _short(message.host)
    names = (host,) if is_relayed else (host, message.host)
    mask = host_mask(tuple(sorted({name.lower() for name in names if name})))
    subject = SUBJECT + message.subject
    masked_subject = masked(hosts_masked(subject, mask))
    if is_relayed:
        shape = f"{masked_subject.shape} ‹relayed›"
        masked_subject = replace(masked_subject, shape=shape, name=shape)
    sender = masked(hosts_masked(message.sender.partition("@")[0], mask)).shape
    last = message.text.rstrip().rpartition("\n")[2]
    moment = message.sent_at or message.received_at
    return _Mail(
        message=message,
        kind=kind,
        host=host,
        mask=mask,
        host_hash=hashed(host),
        subject=masked_subject,
        raw_subject=subject,
        ending=masked(hosts_masked(last, mask)) if last else None,
        day=moment.date() if moment.year >= _EARLIEST_YEAR else None,
        unknown_key=f"unknown {masked_subject.shape} from {sender}",
    )


@lru_cache(maxsize=20_000)
def hashed(host: str) -> str:
    """What stands for a host's name in a model, "" for none."""
    return hashlib.sha256(host.lower().encode("utf-8", "surrogatepass")).hexdigest()[:10] if host else ""


def _short(host: str) -> str:
    return host.partition(".")[0].lower()


def _kind_key(mail: _Mail, section: Section) -> str:
    if mail.kind == "unknown":
        return mail.unknown_key
    if mail.kind == "cron":
        return f"cron {masked(hosts_masked(section.item, mail.mask)).shape}"
    return mail.kind


def line_set(reading: Reading) -> str:
    """A hash of the lines with their repeats, whatever their order and numbers."""
    return shapes_hash(line.name for line in reading.lines)


def shapes_hash(names: Iterable[str]) -> str:
    """A hash of names in any order, repeats counted."""
    return hashlib.sha256("\n".join(sorted(names)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
