"""Bytes to Message: whatever arrives gives a Message, in bounded time.

mail-parser is the parser of record (`_full`). Plain report mails, which are nearly all, take a short way
(`_plain`) that gives the same Message; what neither can read safely is kept as raw text (`_raw`).
"""

from __future__ import annotations

from dataclasses import replace

from mailtriage.parse import _plain
from mailtriage.parse._limits import READ_LIMIT, too_costly
from mailtriage.parse._start import prepared
from mailtriage.types import Message, RawMail

__all__ = ["parse", "parse_fully"]


def parse(raw: RawMail) -> Message:
    """The Message of a raw mail; it never raises, `defects` and `unread` say what was odd or left out."""
    raw = _prepared(raw)
    message = _plain.read(raw) if len(raw.data) <= READ_LIMIT else None
    return _fully(raw) if message is None else message


def parse_fully(raw: RawMail) -> Message:
    """The same Message by way of mail-parser, whatever the mail looks like: what `parse` is measured against."""
    return _fully(_prepared(raw))


def _prepared(raw: RawMail) -> RawMail:
    data = prepared(raw.data)
    return raw if data is raw.data else replace(raw, data=data)


def _fully(raw: RawMail) -> Message:
    from mailtriage.parse import _full, _raw  # mail-parser takes its time to import, and plain mails do without

    data = raw.data[:READ_LIMIT]
    left_out = (f"what follows the first {READ_LIMIT} bytes",) if len(raw.data) > READ_LIMIT else ()
    reason = too_costly(data)
    if not reason:
        message = _full.read(raw, data, left_out)
        if message is not None:
            return message
        reason = "a structure that mail-parser cannot take"
    return _raw.read(raw, data, left_out, reason)
