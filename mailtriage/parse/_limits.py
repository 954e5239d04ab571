"""What is refused to the MIME parsers, because it makes `email` or mail-parser slow or deep.

Measured with Python 3.11 and mail-parser 4.8: parameters of a header are split in quadratic time, addresses and
encoded words of a long header too, nesting recurses once a level, and each line is held against every open boundary.
"""

from __future__ import annotations

import re

READ_LIMIT = 8 * 1024 * 1024  # bytes of a mail that are read; the store keeps all of them
HEADER_BLOCK_LIMIT = 64 * 1024
HEADER_LIMIT = 8 * 1024
MIME_HEADER_LIMIT = 4000
MAX_HEADER_LINES = 2000
MAX_PARAMETERS = 40
MAX_BOUNDARIES = 24
MAX_MIME_HEADERS = 60_000

_HEADER_END = re.compile(rb"\n\r?\n|\r\r")
_NEXT_HEADER = re.compile(rb"\n(?![ \t])")
_MIME_HEADER = re.compile(rb"(?<![^\r\n])content-[a-z-]{1,40}:[^\n]*(?:\n[ \t][^\n]*)*")
_BOUNDARY = re.compile(rb"[\s;]boundary\*?[0-9]*\*?\s*=")
# Codecs that are no character sets, or decode in quadratic time.
_ODD_CHARSET = re.compile(rb"punycode|charset\*|charset\s*=[\"'\s]*(?:idna|undefined|[a-z0-9_]*unicode_escape|[a-z0-9-]*_codec)")


def header_block(data: bytes) -> bytes:
    """The bytes before the first empty line."""
    found = _HEADER_END.search(data[: HEADER_BLOCK_LIMIT + 1])
    return data[: found.start()] if found else data[: HEADER_BLOCK_LIMIT + 1]


def too_costly(data: bytes) -> str:
    """Why the MIME parsers should not see these bytes, "" if they may."""
    block = header_block(data)
    if len(block) > HEADER_BLOCK_LIMIT and not is_mere_body(data):
        return f"a header of over {HEADER_BLOCK_LIMIT} bytes"
    if any(len(header) > HEADER_LIMIT for header in _NEXT_HEADER.split(block)) and not is_mere_body(data):
        return f"a header of over {HEADER_LIMIT} bytes"
    if block.count(b"\n") > MAX_HEADER_LINES and not is_mere_body(data):
        return f"over {MAX_HEADER_LINES} lines of headers"
    start = block.lower()
    has_parts = b"multipart/" in start or b"message/" in start
    return _costly_mime(data.lower() if has_parts else start)


def is_mere_body(data: bytes) -> bool:
    """True where the first line is no header, so that the parsers take all of it as body."""
    return not re.match(rb"(?:From |[!-9;-~]*:|[ \t])", data)


def _costly_mime(lower: bytes) -> str:
    if lower.count(b"boundary") > MAX_BOUNDARIES and len(_BOUNDARY.findall(lower)) > MAX_BOUNDARIES:
        return f"over {MAX_BOUNDARIES} MIME boundaries"
    if b"content-" not in lower:
        return ""
    for n, found in enumerate(_MIME_HEADER.finditer(lower)):
        header = found.group()
        if len(header) > MIME_HEADER_LIMIT or header.count(b";") > MAX_PARAMETERS:
            return "a MIME header of unreasonable length"
        if n > MAX_MIME_HEADERS:
            return f"over {MAX_MIME_HEADERS} MIME headers"
        if _ODD_CHARSET.search(header):
            return "a character set that is none"
    return ""
