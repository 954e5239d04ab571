"""Knows our own mails when they come back: digests and passed mail carry the name of the instance that sent them."""

from __future__ import annotations

import re

HEADER = "X-Mailtriage-Loop"
_LINE = re.compile(rb"^" + HEADER.encode() + rb"[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)


def is_own(content: bytes, instance: str) -> bool:
    """Whether the mail's own header (not that of a mail quoted or attached in it) says that `instance` sent it."""
    if content.startswith((b"\r\n", b"\n")):
        return False  # it has no header
    ends = [end for end in (content.find(b"\n\r\n"), content.find(b"\n\n")) if end >= 0]
    header = content[: min(ends) + 1] if ends else content
    return any(name.strip() == instance.encode() for name in _LINE.findall(header))
