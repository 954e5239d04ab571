"""The way of record: mail-parser reads headers, date, addresses, structure and defects; the text is picked from its tree."""

from __future__ import annotations

import logging
from email.errors import MessageError
from email.message import Message as Part

import mailparser
from mailparser.exceptions import MailParserError
from mailparser.utils import decode_header_part

from mailtriage.parse._body import Body
from mailtriage.parse._decode import decoded
from mailtriage.parse._headers import Headers, build, simple_date, simple_sender, unfold
from mailtriage.types import Message, RawMail

# Its warnings quote the mail; what matters of them is in the defects.
logging.getLogger("mailparser").setLevel(logging.CRITICAL)

_LONGEST_ENCODED = 4000
# What `email` and mail-parser raise on structures nobody thought of.
_REFUSALS = (
    MailParserError,
    MessageError,
    RecursionError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


def read(raw: RawMail, data: bytes, left_out: tuple[str, ...]) -> Message | None:
    """The Message as mail-parser sees it, None if it cannot take these bytes."""
    try:
        mail = mailparser.parse_from_bytes(data)
        root: Part = mail.message
        headers = readable(root.raw_items())
        body = Body()
        body.add(root)
        sender = _sender(headers, mail.from_)
        sent_at = mail.date
        defects = [*_defects(mail.defects), *body.defects]
    except _REFUSALS:
        return None
    if sent_at is None:  # mail-parser is stricter about years and weekdays than we need to be
        sent_at = simple_date(next((value for name, value in headers if name.lower() == "date"), ""))
    return build(raw, headers=headers, sender=sender, sent_at=sent_at, text=body.text, defects=defects, unread=(*left_out, *body.unread))


def readable(items: object) -> Headers:
    """Name and unfolded, decoded value of each header."""
    return tuple((name, _value(str(value))) for name, value in items)  # type: ignore[attr-defined]


def _value(value: str) -> str:
    if value.isascii() and "=?" not in value:
        return unfold(value).replace("\x00", "")
    if not value.isascii():
        value, _ = decoded(value.encode("utf-8", "surrogateescape"), "")
    value = unfold(value)
    if "=?" in value and len(value) <= _LONGEST_ENCODED:
        value = unfold(decode_header_part(value))
    return value.replace("\x00", "")


def _sender(headers: Headers, parsed: object) -> tuple[str, str]:
    simple = simple_sender(next((value for name, value in headers if name.lower() == "from"), ""))
    if simple is not None:
        return simple
    if isinstance(parsed, list) and parsed:
        name, address = parsed[0]
        return unfold(address.lower()), unfold(name)
    return "", ""


def _defects(found: list[dict[str, list[str]]]) -> list[str]:
    """mail-parser's defects but for what is usual in machine mail (addresses without a domain, odd Received lines)."""
    defects = []
    for part in found:
        for text in (text for texts in part.values() for text in texts):
            name = text.partition(":")[0]
            if name in ("AddressHeaderDefect", "ReceivedHeaderDefect", "CharsetDecodeDefect"):
                continue
            if name != "DateHeaderDefect":
                defects.append(name)
            elif text.startswith("DateHeaderDefect: date"):
                defects.append(unfold(text)[:100])
    return defects
