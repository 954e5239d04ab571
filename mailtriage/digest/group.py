"""Folds what says the same on many hosts into one item, and puts what is worst first.

Two texts say the same when they differ in numbers, identifiers and host names only. State words and the step
between none and some ("0 errors", "3 errors") are never masked away: what differs there stands apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailtriage.digest.edition import Weight, alike
from mailtriage.shape import is_state_word, shape, states
from mailtriage.text import one_line
from mailtriage.types import Entry, OpenEvent, Reason, Severity, Verdict

_VALUE = re.compile(r"(?<![\w.:/-])\d+(?:\.\d+)?(?![\w.:/-]|,\d)")  # a number that stands alone, so a range of it means something


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Entries that say the same, as one item of the digest."""

    kind: str
    section: str
    verdict: Verdict
    severity: Severity | None
    score: float
    summary: str
    lines: tuple[str, ...]  # the differently shaped lines of all entries, worst entry first
    hosts: tuple[str, ...]
    entries: tuple[Entry, ...]  # worst first
    newest_at: datetime
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class EventGroup:
    """Events that say the same of different hosts or items."""

    check: str
    items: tuple[str, ...]  # the different ones
    severity: Severity
    summary: str
    hosts: tuple[str, ...]
    events: tuple[OpenEvent, ...]  # newest first
    opened_at: datetime  # the first
    last_seen_at: datetime  # the last


def fold_entries(entries: Sequence[Entry], weight: Weight = alike) -> tuple[Group, ...]:
    """The entries as items, worst first; every entry is in exactly one of them. `weight` tells apart what is equally bad."""
    hosts = _host_names(entry.host for entry in entries)
    together: dict[tuple[object, ...], list[Entry]] = {}
    for entry in entries:
        key = (entry.kind, entry.section, entry.verdict, entry.severity, shape(_title(entry), hosts, entry.host), states(entry.lines))
        together.setdefault(key, []).append(entry)
    groups = (_group(members, hosts) for members in together.values())
    return tuple(
        sorted(groups, key=lambda one: (_rank(one.severity), one.score * max(map(weight, one.entries)), one.newest_at), reverse=True)
    )


def fold_events(events: Sequence[OpenEvent], weight: Weight = alike) -> tuple[EventGroup, ...]:
    """The events as items, worst first, then the weightiest, then newest; every event is in exactly one of them."""
    hosts = _host_names(event.host for event in events)
    together: dict[tuple[object, ...], list[OpenEvent]] = {}
    for event in events:
        together.setdefault((event.check, event.severity, shape(event.summary, hosts, event.host)), []).append(event)
    groups = (_event_group(members) for members in together.values())
    return tuple(sorted(groups, key=lambda one: (one.severity.rank, max(map(weight, one.events)), one.events[0].opened_at), reverse=True))


def _host_names(hosts: Iterable[str]) -> frozenset[str]:
    """The full names, and the short ones with a digit: a host called `backup` must not mask that word elsewhere."""
    full = {host.lower() for host in hosts if host}
    short = {host.partition(".")[0] for host in full}
    names = {name for name in short if any(char.isdigit() for char in name)} | {name for name in full if "." in name}
    return frozenset(name for name in names if not is_state_word(name))


def _title(entry: Entry) -> str:
    return entry.summary or next((line for line in entry.lines if line.strip()), "") or entry.subject


def _group(members: list[Entry], hosts: frozenset[str]) -> Group:
    worst_first = sorted(members, key=lambda entry: (entry.score, entry.received_at), reverse=True)
    worst = worst_first[0]
    distinct: dict[str, str] = {}
    for entry in worst_first:
        for line in entry.lines:
            if line.strip():
                distinct.setdefault(shape(line, hosts, entry.host), line)
    return Group(
        kind=worst.kind,
        section=worst.section,
        verdict=worst.verdict,
        severity=worst.severity,
        score=worst.score,
        summary=_spread([_title(entry) for entry in worst_first]),
        lines=tuple(distinct.values()),
        hosts=_by_count(entry.host for entry in worst_first),
        entries=tuple(worst_first),
        newest_at=max(entry.received_at for entry in members),
        reason=worst.reason,
    )


def _event_group(members: list[OpenEvent]) -> EventGroup:
    newest_first = sorted(members, key=lambda event: event.opened_at, reverse=True)
    return EventGroup(
        check=newest_first[0].check,
        items=_by_count(event.item for event in newest_first),
        severity=newest_first[0].severity,
        summary=_spread([event.summary for event in newest_first]),
        hosts=_by_count(event.host for event in newest_first),
        events=tuple(newest_first),
        opened_at=newest_first[-1].opened_at,
        last_seen_at=max(event.last_seen_at for event in members),
    )


def _spread(texts: list[str]) -> str:
    """The first text; a number that differs in the others is written as its range, so that no extreme hides in a fold."""
    clean = [one_line(text) for text in texts]
    found = [list(_VALUE.finditer(text)) for text in clean]
    if len({len(values) for values in found}) != 1:
        return clean[0]
    written, end = "", 0
    for position, value in enumerate(found[0]):
        numbers = [values[position][0] for values in found]
        low, high = min(numbers, key=float), max(numbers, key=float)
        written += clean[0][end : value.start()] + (value[0] if low == high else f"{low}..{high}")
        end = value.end()
    return written + clean[0][end:]


def _by_count(names: Iterable[str]) -> tuple[str, ...]:
    """The different names, the most frequent first; the order given breaks ties."""
    return tuple(name for name, _ in Counter(names).most_common())


def _rank(severity: Severity | None) -> int:
    # An unrated entry may be anything, so it stands with the lowest severity and its score decides.
    return severity.rank if severity else 0
