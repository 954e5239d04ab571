"""Ids of mails: 16 characters, sorted by time, made without asking anybody."""

from __future__ import annotations

import secrets
import threading
from datetime import datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_RANDOM_BITS = 32
_LENGTH = 16
_PAIRS = tuple(high + low for high in _ALPHABET for low in _ALPHABET)
_lock = threading.Lock()
_last = 0


def new_id(now: datetime) -> str:
    """A new id: 48 bits of milliseconds, 32 random ones; within a process each is greater than the one before."""
    global _last  # noqa: PLW0603
    number = int(now.timestamp() * 1000) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    with _lock:
        if number <= _last:
            number = _last + 1 + secrets.randbits(_RANDOM_BITS // 2)
        _last = number
    return "".join(_PAIRS[number >> shift & 1023] for shift in range(5 * _LENGTH - 10, -1, -10))
