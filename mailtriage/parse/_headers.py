"""Header values made readable, and what they say of sender, program and date. Shared by all ways to read a mail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from mailtriage.parse._host import host_of
from mailtriage.types import Message, RawMail

Headers = tuple[tuple[str, str], ...]

_NO_HOST = ("(nullmailer ", "(qmail ")  # `(nullmailer pid 7777 invoked by uid 0)`: the hop after it says more
_FOLD = re.compile(r"(?<![ \t])[ \t]*[\r\n]+[ \t]*")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+"
_ADDRESS = rf"{_ATOM}(?:@[A-Za-z0-9._-]+)?"
_BARE = re.compile(rf"<?({_ADDRESS})>?|({_ADDRESS}) \(([^()\\\"]*)\)|(?:\"([^\"\\]*)\"|([A-Za-z0-9][A-Za-z0-9 '._/-]*?)) ?<({_ADDRESS})?>")
_DATE = re.compile(
    r"(?:(Mon|Tue|Wed|Thu|Fri|Sat|Sun), )? ?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) "
    r"(\d\d):(\d\d):([0-5]\d) ([+-])(\d\d)([0-5]\d)(?: \([A-Za-z]+\))?",
    re.ASCII,
)
_A_DAY = timedelta(days=1)
_BY = re.compile(r"\bby (\S+)")
_HANDED_ON = timedelta(hours=2)
_MONTHS = {name: n for n, name in enumerate(("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1)}


def unfold(value: str) -> str:
    """A header value on one line: each fold becomes a blank."""
    return (_FOLD.sub(" ", value) if "\n" in value or "\r" in value else value).strip()


def simple_sender(value: str) -> tuple[str, str] | None:
    """(address, name) of a From header in one of the usual forms, also without a domain (`root (Cron Daemon)`); else None."""
    found = _BARE.fullmatch(value)
    if found is None:
        return None
    bare, before_comment, comment, quoted, phrase, angle = found.groups()
    return (bare or before_comment or angle or "").lower(), (comment or quoted or phrase or "").strip()


def simple_date(value: str) -> datetime | None:
    """A Date header in the usual form, in UTC; None if it has another form, whether readable or not."""
    found = _DATE.fullmatch(value)
    if found is None:
        return None
    weekday, day, month, year, hour, minute, second, sign, zone_h, zone_m = found.groups()
    try:
        local = datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC)
        offset = timedelta(hours=int(zone_h), minutes=int(zone_m))
        moment = local - offset if sign == "+" else local + offset
    except (ValueError, OverflowError):
        return None
    if local.year < 1900 or (weekday and local.strftime("%a") != weekday):  # mail-parser calls both a defect
        return None
    return moment


def build(
    raw: RawMail,
    *,
    headers: Headers,
    sender: tuple[str, str],
    sent_at: datetime | None,
    text: str,
    defects: Sequence[str],
    unread: Sequence[str],
) -> Message:
    """The Message, with what all ways to read a mail derive from the headers alone."""
    first: dict[str, str] = {}
    received = ""
    for name, value in headers:
        key = name.lower()
        first.setdefault(key, value)
        if key == "received" and not value.startswith(_NO_HOST):
            received = value  # the last one stays: the oldest
    address, name = sender
    subjects = {value for header, value in headers if header.lower() == "subject"}
    if len(subjects) > 1:
        unread = (*unread, "another Subject header")
    program = first.get("x-mailer") or first.get("user-agent") or name
    host = host_of(received, address, raw.helo, raw.peer)
    return Message(
        id=raw.id,
        received_at=raw.received_at,
        mail_from=raw.mail_from,
        sender=address,
        sender_name=name,
        subject=first.get("subject", ""),
        text=text,
        host=host,
        program=program.lower().strip().removeprefix("(").removesuffix(")") if program.startswith("(") else program.lower(),
        sent_at=sent_at,
        headers=headers,
        defects=tuple(dict.fromkeys(defects)),
        unread=tuple(unread),
        is_late=sent_at is not None and raw.received_at - sent_at >= _A_DAY and _was_kept(first.get("received", ""), host, sent_at),
    )


def _was_kept(received: str, host: str, sent_at: datetime) -> bool:
    """Whether another host's Received header, the newest, is as old as the mail: then a queue kept it, and no clock is slow."""
    taken_at = simple_date(received.rpartition(";")[2].strip())
    by = _BY.search(received)
    return taken_at is not None and abs(taken_at - sent_at) <= _HANDED_ON and by is not None and by[1].lower() not in (host, "localhost")
