"""What is known of a host beside its mail: how exposed it is, how many use it, how soon it must be back, whom it belongs to."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

EXPOSURES = ("none", "internal", "internet")
MATURITIES = ("experimental", "test", "production")
CLASSES = MappingProxyType({"none": 0, "few": 10, "many": 1000})  # users, where nobody counts them
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_DURATION = re.compile(r"(?:\d{1,6}[smhdw])+")
_NAME = re.compile(r"[^\s,|]{1,253}")
_MOST_USERS = 10**12
_MOST_NAMES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """One host as the inventory knows it; what nobody said is "" or None."""

    exposure: str = ""  # one of EXPOSURES
    users: int | None = None  # how many people notice when it is down
    time_to_recover: timedelta | None = None  # how long it may be down
    maturity: str = ""  # one of MATURITIES
    owner: str = ""
    groups: frozenset[str] = frozenset()  # lower case
    aliases: tuple[str, ...] = ()  # other names of the host, lower case


def read(key: str, value: object) -> object:
    """The value of one attribute as Attributes holds it; a ValueError says in words what the key takes."""
    if key not in READERS:
        close = difflib.get_close_matches(key, READERS, n=1)
        raise ValueError(f"is no attribute; did you mean {close[0]}?" if close else f"is no attribute; known are {', '.join(READERS)}")
    return READERS[key](value)


def duration(value: object) -> timedelta:
    """A time such as `30m`, `4h` or `1d12h`; ValueError for anything else."""
    text = value.strip().lower() if isinstance(value, str) else ""
    if not _DURATION.fullmatch(text):
        raise ValueError(f'takes a time such as "30m", "4h" or "2d", not {value!r}')
    return timedelta(seconds=sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([smhdw])", text)))


def in_words(time: timedelta) -> str:
    """A duration as `duration` reads it: `1d12h`."""
    left, words = int(time.total_seconds()), ""
    for unit in ("w", "d", "h", "m", "s"):
        n, left = divmod(left, _UNITS[unit])
        words += f"{n}{unit}" if n else ""
    return words or "0s"


def users(value: object) -> int:
    """A number of people, or a class: none (0), few (10), many (1000)."""
    text = value.strip().lower() if isinstance(value, str) else value
    if isinstance(text, str):
        text = CLASSES[text] if text in CLASSES else int(text) if text.isascii() and text.isdigit() and len(text) < 13 else None
    if isinstance(text, bool) or not isinstance(text, int) or not 0 <= text <= _MOST_USERS:
        raise ValueError(f"takes a number, or one of {', '.join(CLASSES)}, not {value!r}")
    return text


def names(value: object) -> tuple[str, ...]:
    """Names in lower case, from a list or from a text with commas."""
    found = value.split(",") if isinstance(value, str) else value
    if not isinstance(found, list | tuple) or len(found) > _MOST_NAMES or not all(isinstance(one, str) for one in found):
        raise ValueError(f"takes a list of names, not {value!r}"[:200])
    clean = tuple(dict.fromkeys(one.strip().lower() for one in found if one.strip()))
    for one in clean:
        if not _NAME.fullmatch(one) or not one.isprintable():
            raise ValueError(f"holds {one[:60]!r}, which is no name")
    return clean


def _one_of(known: tuple[str, ...]) -> Callable[[object], str]:
    def chosen(value: object) -> str:
        text = value.strip().lower() if isinstance(value, str) else ""
        if text not in known:
            raise ValueError(f"is one of {', '.join(known)}, not {value!r}"[:200])
        return text

    return chosen


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > 200:
        raise ValueError(f"takes a short text, not {value!r}"[:200])
    return value.strip()


READERS: Mapping[str, Callable[[object], object]] = MappingProxyType(
    {
        "exposure": _one_of(EXPOSURES),
        "users": users,
        "time_to_recover": duration,
        "maturity": _one_of(MATURITIES),
        "owner": _text,
        "groups": names,
        "aliases": names,
    }
)
