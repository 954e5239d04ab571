"""The last resort: headers split by hand, everything else as raw text. Its reason is noted as unread, so nothing here is dropped."""

from __future__ import annotations

import re

from mailtriage.parse._decode import decoded
from mailtriage.parse._headers import build, simple_date, simple_sender, unfold
from mailtriage.parse._limits import HEADER_LIMIT, MAX_HEADER_LINES, header_block, is_mere_body
from mailtriage.types import Message, RawMail

_HEADER = re.compile(r"([!-9;-~]{1,200}):([^\n]*(?:\n[ \t][^\n]*)*)")


def read(raw: RawMail, data: bytes, left_out: tuple[str, ...], reason: str) -> Message:
    """The Message of bytes that no MIME parser should see."""
    block = b"" if is_mere_body(data) else header_block(data)
    readable, _ = decoded(block, "")
    found = _HEADER.findall(readable)[:MAX_HEADER_LINES]
    headers = tuple((name, unfold(value[:HEADER_LIMIT])) for name, value in found)
    first = {name.lower(): value for name, value in reversed(headers)}
    text, defects = decoded(data[len(block) :].lstrip(b"\r\n"), "")
    return build(
        raw,
        headers=headers,
        sender=simple_sender(first.get("from", "")) or ("", ""),
        sent_at=simple_date(first.get("date", "")),
        text=text,
        defects=(reason, *defects),
        unread=(*left_out, f"MIME structure ({reason})"),
    )
