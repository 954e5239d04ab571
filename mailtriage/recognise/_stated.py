"""What several kinds read in the same way: the host a mail states, lines cut at headings, numbers with signs between their digits."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailtriage.recognise._hosts import longer_host, sane_host

_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?) ?([KMGTP]?)(?:i?B)?", re.ASCII)
_FACTORS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4, "P": 1024**5}


def stated_host(name: str, sent_from: str) -> str:
    """The host a mail names in its text, in its long form where the sender's name gives it; the sender's if it names none."""
    host = sane_host(name)
    if not host or host.partition(".")[0] in ("localhost", "none"):
        return sent_from or host
    return longer_host(host, sent_from)


def trimmed(lines: Iterable[str]) -> list[str]:
    """The lines without trailing blanks, and without empty lines at the ends."""
    kept = [line.rstrip() for line in lines]
    while kept and not kept[-1]:
        kept.pop()
    while kept and not kept[0]:
        kept.pop(0)
    return kept


def digits(text: str) -> int:
    """`1,529` and `1.529.000` as a number, 0 if there is none; at most 18 digits are read."""
    found = re.sub(r"[^0-9]", "", text[:60])[:18]
    return int(found) if found else 0


def size(text: str) -> float | None:
    """`236.001 GiB` or `4.2 MB` as bytes (powers of 1024), None if it is none."""
    found = _SIZE.fullmatch(text.strip())
    return float(found.group(1)) * _FACTORS[found.group(2)] if found else None
