"""Where the header ends and the body begins, for files that are no clean mails: bare bodies, copies from the web, mboxes.

The parsers take any `Word: text` for a header and an indented first line for the rest of one, and lose it. So what
is no header by its name is made body here, before any of them sees it; a clean mail is passed on as it is.
"""

from __future__ import annotations

import re

# One of these makes a header, two of the weak ones do as well.
_SURE = (
    rb"received(?:-spf)?|return-path|from|subject|message-id|mime-version|delivered-to|envelope-to|reply-to|in-reply-to|references|dkim-signature"
    rb"|authentication-results|delivery-date|auto-submitted|(?:x|content|list|arc|resent)-[a-z0-9_.+-]+"
)
_WEAK = rb"date|to|cc|bcc|sender"
_OTHER = (
    rb"precedence|organi[sz]ation|importance|priority|sensitivity|status|lines|newsgroups|keywords|comments|approved|autocrypt|encoding"
    rb"|(?:thread|ms|dkim|domainkey|accept|disposition|auto|mail|user|feedback|original|envelope|errors|apparently|authentication|require)-[a-z0-9_.-]+"
)
_NAME = rb"(?:(?i:" + _SURE + rb"|" + _WEAK + rb"|" + _OTHER + rb")|[A-Z][A-Za-z0-9_]*-[A-Za-z0-9_.-]*)"
# Possessive, for two of the alternatives may fit one line.
_CLEAN = re.compile(rb"(?i:" + _SURE + rb"):[^\n]*\n(?:[ \t]+[^\s][^\n]*\n|" + _NAME + rb":[^\n]*\n)*+\r?\n")
_LINE = re.compile(rb"(?:([!-9;-~]{1,80}):|([ \t]+[^\s])|(>?From ))[^\n]*(?:\n|\Z)")
_IS_SURE = re.compile(_SURE, re.IGNORECASE)
_IS_WEAK = re.compile(_WEAK, re.IGNORECASE)
_IS_NAME = re.compile(_NAME)
_LEADING = re.compile(rb"(?:[ \t]{0,80}\r?\n){1,20}(?i:(?=(?:" + _SURE + rb"|" + _WEAK + rb"):|From ))")
_TAKEN_FOR_HEADER = re.compile(rb"[!-9;-~]*:|[ \t]|From ")
_BOM = b"\xef\xbb\xbf"
_LONGEST = 64 * 1024
_FEWEST_INDENTED = 3  # lines: fewer may be indented by their program
_MOST_LINES = 2000
_MOST_STRANGE = 20  # lines of names nobody knows, between two headers


def prepared(data: bytes) -> bytes:
    """The bytes with an empty line where the body begins, wherever the parsers would look for it at another place."""
    if _CLEAN.match(data, 0, _LONGEST):
        return data
    data = data.removeprefix(_BOM)
    if b"\n" not in data and b"\r" in data:
        data = data.replace(b"\r", b"\n")  # an old Mac wrote it
    leading = _LEADING.match(data)
    if leading and _header(data[leading.end() : leading.end() + _LONGEST])[0]:
        data = data[leading.end() :]
    end, escaped = _header(data[:_LONGEST])
    if not end:
        data = _without_margin(data)
        return b"\n" + data if _TAKEN_FOR_HEADER.match(data) else data
    has_gap = end >= _LONGEST or data[end : end + 1] in (b"\n", b"\r", b"") or not _TAKEN_FOR_HEADER.match(data, end)
    if not has_gap:
        data = data[:end] + b"\n" + data[end:]
    for start, stop in reversed(escaped):  # mbox writers put `>` before a line that begins with From, in a header too
        data = data[:start] + data[stop:]
    return data


def _without_margin(data: bytes) -> bytes:
    """The text without the blanks that all its lines begin with, as a copy from a web page has them; a single blank is a program's own."""
    start = data.lstrip(b"\r\n")
    if start[:1] not in (b" ", b"\t"):
        return data
    lines = data.split(b"\n")
    margins = [line[: len(line) - len(line.lstrip(b" \t"))] for line in lines if line.strip()]
    # What the smallest and the largest share, all of them share.
    margin = _shared(min(margins), max(margins)) if margins else b""
    if len(margins) < _FEWEST_INDENTED or (len(margin) < 2 and margin != b"\t"):
        return data
    return b"\n".join(line[len(margin) :] if line.strip() else line for line in lines)


def _shared(one: bytes, other: bytes) -> bytes:
    length = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[:length]


def _header(data: bytes) -> tuple[int, list[tuple[int, int]]]:
    """Where the header at the beginning ends, 0 if there is none; and its lines `>From `."""
    at = end = n_weak = n_strange = 0
    is_sure = is_open = False
    escaped: list[tuple[int, int]] = []
    for _ in range(_MOST_LINES):
        found = _LINE.match(data, at)
        if found is None or (at == 0 and found.group(2)):
            break
        name, fold, mbox = found.groups()
        start, at = found.span()
        if fold:
            end = at if is_open else end
        elif mbox:
            is_open = end == start
            end = at if is_open else end
            if mbox[:1] == b">" and is_open:
                escaped.append((start, at))
        else:
            sure = bool(_IS_SURE.fullmatch(name))
            n_weak += bool(_IS_WEAK.fullmatch(name))
            is_sure = is_sure or sure
            # A word of the body may look like a header; one that sure headers follow is one.
            is_open = sure or (end == start and bool(_IS_NAME.fullmatch(name)))
            end = at if is_open else end
            n_strange += not is_open
            if n_strange > _MOST_STRANGE:
                break
    else:
        return _LONGEST, []  # over every limit: left as it is
    is_header = is_sure or n_weak > 1 or (n_weak == 1 and data[end : end + 1] in (b"\n", b"\r", b""))
    return (end, escaped) if is_header and end else (0, [])
