"""Who taught what: one host, or whoever pretends to be many of them, must not teach the whole fleet.

A witness is a host, or the relay that its mails come through where there are several relays. What a single witness has
shown counts for its own hosts only (approvals.py). A mail that claims to be of a host but came another way than that host's
mails do teaches nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from mailtriage.classify.reading import Reading


def teachers(approved: Iterable[Reading]) -> list[Reading]:
    """Those that came by their host's usual way: the source with the most days, so a flood within a day wins nothing."""
    readings = list(approved)
    days: dict[str, dict[str, set[date | None]]] = defaultdict(lambda: defaultdict(set))
    for reading in readings:
        days[reading.host][reading.source].add(reading.day)
    home = {host: max(sorted(by_source), key=lambda source: len(by_source[source])) for host, by_source in days.items()}
    return [reading for reading in readings if reading.source == home[reading.host]]


def witnesses(readings: Sequence[Reading]) -> list[str]:
    """The witness beside each reading of one key: its source where there are several, else its host."""
    sources = {reading.source for reading in readings if reading.source}
    if len(sources) < 2:
        return [reading.host for reading in readings]
    return [f"source {reading.source}" if reading.source else reading.host for reading in readings]
