"""How often a rule has fired: in a row of mails, or within 24 hours. Mails count by their own time, whenever they came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from mailtriage.types import Sighting

DAY = timedelta(days=1)


def in_a_row(past: Sequence[Sighting], key: str, mail_id: str, at: datetime) -> int:
    """In how many mails in a row the rule fired for a key, those around this one (at `at`) with it; `past` in any order.

    A late mail that closes the gap in a row counts the newer ones too; one that did not fire ends the row only at its own time.
    """
    others = sorted((one for one in past if one.mail_id != mail_id), key=lambda one: (one.at, one.mail_id))
    before = [one for one in others if one.at <= at]
    return _run(reversed(before), key) + 1 + _run(others[len(before) :], key)


def _run(sightings: Iterable[Sighting], key: str) -> int:
    return sum(1 for _ in takewhile(lambda one: key in one.keys, sightings))


def per_day(past: Sequence[Sighting], key: str, mail_id: str, at: datetime) -> int:
    """The most mails within 24 hours, this one (at `at`) among them, in which the rule fired for a key."""
    times = sorted([*(one.at for one in past if one.mail_id != mail_id and key in one.keys and abs(one.at - at) < DAY), at])
    return max(sum(start <= time < start + DAY for time in times) for start in times if start <= at)
