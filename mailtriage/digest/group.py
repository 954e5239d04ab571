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

from mailtriage.text import one_line
from mailtriage.types import Entry, OpenEvent, Reason, Severity, Verdict

_STATE_WORDS = (
    r"ok|good|bad|passed|pass|fail(?:ed|ure|ures|s|ing)?|errors?|degraded|faulted|offline|online|unavail(?:able)?|removed|missing|lost|"
    r"warnings?|critical|fatal|panic(?:ked)?|dead|down|up|broken|corrupt(?:ed|ion)?|uncorrectable|refused|denied|timeout|timed|full|"
    r"expired|vulnerab(?:le|ility|ilities)|stopped|running|active|inactive|optimal|rebuil(?:d|ding|t)|resilver(?:ed|ing)|repaired|"
    r"changed|added|deleted|closed|open|problem|resolved|success(?:ful|fully)?|abort(?:ed)?|killed|crash(?:ed)?|rejected|overdue"
)
_STATE_WORD = re.compile(rf"(?i:{_STATE_WORDS})")
_STATE = re.compile(rf"(?i)(?:\b(?P<none>0|no|not|none|never|without)\s+)?\b(?P<word>{_STATE_WORDS})\b")
_WORD = re.compile(r"[A-Za-z0-9](?:[\w.-]*\w)?")
_IDENTIFIER = re.compile(r"\b(?=[a-f]*[0-9])[0-9a-f]{8,}\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_VALUE = re.compile(r"(?<![\w.:/-])\d+(?:\.\d+)?(?![\w.:/-]|,\d)")  # a number that stands alone, so a range of it means something
_MAX_SHAPED = 400  # characters of a text that count for its shape


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


def fold_entries(entries: Sequence[Entry]) -> tuple[Group, ...]:
    """The entries as items, worst first; every entry is in exactly one of them."""
    hosts = _host_names(entry.host for entry in entries)
    together: dict[tuple[object, ...], list[Entry]] = {}
    for entry in entries:
        key = (entry.kind, entry.section, entry.verdict, entry.severity, shape(_title(entry), hosts, entry.host), _states(entry.lines))
        together.setdefault(key, []).append(entry)
    groups = (_group(members, hosts) for members in together.values())
    return tuple(sorted(groups, key=lambda group: (_rank(group.severity), group.score, group.newest_at), reverse=True))


def fold_events(events: Sequence[OpenEvent]) -> tuple[EventGroup, ...]:
    """The events as items, worst first, then newest; every event is in exactly one of them."""
    hosts = _host_names(event.host for event in events)
    together: dict[tuple[object, ...], list[OpenEvent]] = {}
    for event in events:
        together.setdefault((event.check, event.severity, shape(event.summary, hosts, event.host)), []).append(event)
    groups = (_event_group(members) for members in together.values())
    return tuple(sorted(groups, key=lambda group: (group.severity.rank, group.events[0].opened_at), reverse=True))


def shape(text: str, hosts: frozenset[str] = frozenset(), own: str = "") -> str:
    """`text` with host names and identifiers masked and every number as `#`; a number that is zero stays `0`."""
    label = own.partition(".")[0].lower()

    def masked(match: re.Match[str]) -> str:
        word = match[0].lower()
        is_host = word in hosts or (word == label and not _STATE_WORD.fullmatch(word))
        return "HOST" if is_host else match[0]

    text = _WORD.sub(masked, one_line(text, _MAX_SHAPED))
    text = _IDENTIFIER.sub("#", text)
    return _NUMBER.sub(lambda number: "0" if _is_zero(text, number) else "#", text)


def _is_zero(text: str, number: re.Match[str]) -> bool:
    before = text[number.start() - 1 : number.start()]
    return ":" not in number[0] and not number[0].strip("0.,") and not (before.isalnum() or before in ("_", "-", "/"))


def _host_names(hosts: Iterable[str]) -> frozenset[str]:
    """The full names, and the short ones with a digit: a host called `backup` must not mask that word elsewhere."""
    full = {host.lower() for host in hosts if host}
    short = {host.partition(".")[0] for host in full}
    names = {name for name in short if any(char.isdigit() for char in name)} | {name for name in full if "." in name}
    return frozenset(name for name in names if not _STATE_WORD.fullmatch(name))


def _states(lines: tuple[str, ...]) -> frozenset[str]:
    """The state words of the lines, each with whether it is denied or counted as none."""
    return frozenset(
        ("no " if found["none"] else "") + found["word"].lower() for line in lines for found in _STATE.finditer(one_line(line, _MAX_SHAPED))
    )


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
