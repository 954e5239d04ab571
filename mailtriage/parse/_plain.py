"""The short way for plain mails: one text/plain part, ASCII headers in the usual forms.

It must give the same Message as `_full`, so whatever it is not sure of is not plain.
"""

from __future__ import annotations

import re

from mailtriage.parse._decode import decoded, transferred
from mailtriage.parse._headers import build, simple_date, simple_sender, unfold
from mailtriage.types import Message, RawMail

_BLOCK_LIMIT = 8 * 1024  # within every limit of _limits
# Header lines and their folds, ASCII without controls, then the empty line. `=?` (encoded words) is looked for apart.
_HEADERS = re.compile(rb"(?:[!-9;-~]+:[\t -~]*\r?\n(?:[ \t]+[!-~][\t -~]*\r?\n)*)+\r?\n")
_CONTENT_TYPE = re.compile(
    r"text/plain(?:; ?charset=(?:\"([a-z0-9._-]+)\"|([a-z0-9._-]+)))?(?:; ?format=(?:\"fixed\"|fixed))?;?", re.IGNORECASE | re.ASCII
)
_ENCODINGS = ("7bit", "8bit", "quoted-printable", "base64")
_HARMLESS = frozenset({"content-length", "content-language"})
_READ_HERE = frozenset({"from", "date", "content-type", "content-transfer-encoding"})
_HEADER = re.compile(r"([!-9;-~]+):([\t -~]*(?:\r?\n[ \t][\t -~]*)*)")


def read(raw: RawMail) -> Message | None:
    """The Message of a plain mail, None where anything about its headers is not plain."""
    data = raw.data
    found = _HEADERS.match(data, 0, _BLOCK_LIMIT)
    if found is None or b"=?" in found.group():
        return None
    headers = tuple((name, unfold(value)) for name, value in _HEADER.findall(found.group().decode("ascii")))
    own: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        if key in _READ_HERE or (key.startswith("content-") and key not in _HARMLESS):
            if key in own or key not in _READ_HERE:
                return None
            own[key] = value
    sender = simple_sender(own["from"]) if "from" in own else ("", "")
    sent_at = simple_date(own["date"]) if "date" in own else None
    kind = _CONTENT_TYPE.fullmatch(own.get("content-type", "text/plain"))
    encoding = own.get("content-transfer-encoding", "8bit").lower()
    if sender is None or kind is None or encoding not in _ENCODINGS or ("date" in own and sent_at is None):
        return None
    charset = (kind.group(1) or kind.group(2) or "").lower()
    octets, lies = transferred(data[found.end() :], encoding, charset)
    text, defects = decoded(octets, charset)
    return build(raw, headers=headers, sender=sender, sent_at=sent_at, text=text, defects=(*lies, *defects), unread=())
