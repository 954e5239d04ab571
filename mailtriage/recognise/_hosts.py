"""Host names as reports write them: short and long forms of one host meet in one mail."""

from __future__ import annotations

import re

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}\.)*[a-z0-9_-]{0,62}", re.ASCII)


def sane_host(name: str) -> str:
    """The name in lower case if it can be a host name, else ""."""
    if len(name) > 254:
        return ""
    name = name.strip().rstrip(".").lower()
    return name if _HOST.fullmatch(name) else ""


def same_host(one: str, other: str) -> bool:
    """True if the names are equal, or one is the short form of the other."""
    one, other = one.lower(), other.lower()
    return one == other or (("." not in one or "." not in other) and one.partition(".")[0] == other.partition(".")[0])


def longer_host(name: str, other: str) -> str:
    """The long form where `other` is the long form of `name`, else `name`."""
    return other if "." not in name and same_host(name, other) else name
