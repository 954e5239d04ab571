"""What one mail does to the events: opens, repeats or closes them.

- The severity of an open event only rises. A milder repeat is still the same problem, and its end is told by a close.
- A report older than what is known of an event is counted, but neither closes nor reopens it, nor changes what it says.
- Silence of a report proves nothing: a section that is absent, a report that is cut off, a section that hit the floor or
  that a broken rule holds back closes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from mailtriage.correlate.expiry import NO_REPORT_CLOSES, SLOWEST
from mailtriage.correlate.flaps import WINDOW, in_words
from mailtriage.correlate.order import seen_at
from mailtriage.types import Change, ChangeType, Event, Judged, OpenEvent, Outcome, Recovery, Showing, State

_CLOSED_BY_REPORT = (Recovery.STATE, Recovery.PER_DAY)
_UNSURE = ("floor", "guard")  # who decides when a section may hold trouble that no event rule understood


class Closed(Protocol):
    """What is known of events that are over."""

    def last_closed_at(self, key: str) -> datetime | None:
        """When a report last closed an event of a key: a problem older than that is no news."""

    def lately_closed(self, key: str, since: datetime) -> OpenEvent | None:
        """The last event of a key that its sender ended since then: a problem that is back so soon is the same one."""

    def lately_expired(self, key: str, since: datetime) -> OpenEvent | None:
        """The last event of a key that was seen since then, and ended as it was not repeated: it is repeated more slowly."""


class NothingClosed:
    """No event was ever closed."""

    def last_closed_at(self, key: str) -> datetime | None:
        """Never."""
        return None

    def lately_closed(self, key: str, since: datetime) -> OpenEvent | None:
        """None."""
        return None

    def lately_expired(self, key: str, since: datetime) -> OpenEvent | None:
        """None."""
        return None


def correlate(
    outcome: Outcome, open_events: Sequence[OpenEvent], closed: Closed | None = None, showings: Iterable[Showing] = ()
) -> tuple[Change, ...]:
    """The changes this mail makes to the events open on its hosts; `showings`: what its host's reports of this kind showed before."""
    shown_at = {f"{one.kind}/{one.section}": one.last_seen_at for one in showings}
    at = seen_at(outcome)
    known = {event.key: event for event in open_events}
    said = _said(outcome)
    changes: list[Change] = []
    for key, event in said.items():
        if event.state is State.PROBLEM:
            settled_at = shown_at.get(event.origin) if event.recovery in _CLOSED_BY_REPORT and event.host == outcome.host else None
            if key in known or settled_at is None or at >= settled_at:  # else a newer report shows the section without it
                changes += _problem(outcome, key, event, known.get(key), at, closed or NothingClosed())
        elif event.state is State.OK and key in known:
            changes += _explicit_ok(outcome, event, known[key], at)
    for known_event in known.values():
        if known_event.key not in said and _is_over(outcome, known_event, at):
            kind, _, section = known_event.origin.partition("/")
            changes.append(_close(known_event, outcome.id, at, f"the {kind} report no longer shows it under {section}"))
    return tuple(changes)


def acknowledge(event: OpenEvent, comment: str, at: datetime) -> Change | None:
    """The end of an event that nothing but an acknowledgement or its age can close; None for all others, which stay open."""
    if event.recovery not in NO_REPORT_CLOSES:
        return None
    return _close(event, "", at, f"acknowledged: {comment}")


def _said(outcome: Outcome) -> dict[str, Event]:
    """One event for each key: a problem outweighs an OK, and the worst problem counts."""
    said: dict[str, Event] = {}
    for event in outcome.events:
        key = _storable(event.key)
        if key not in said or _weight(event) > _weight(said[key]):
            said[key] = event
    return said


def _weight(event: Event) -> tuple[int, int]:
    return (event.state is State.PROBLEM) * 2 + (event.state is State.OK), event.severity.rank


def _problem(
    outcome: Outcome,
    key: str,
    event: Event,
    known: OpenEvent | None,
    at: datetime,
    closed: Closed,
) -> tuple[Change, ...]:
    if known is None:
        closed_at = closed.last_closed_at(key)
        if closed_at is not None and at < closed_at:
            return ()
        lately = _same(event, key, at, closed)
        if lately is not None:
            back = replace(_seen_again(lately, event, at), flaps=lately.flaps + 1)
            return (Change(type=ChangeType.REOPENED, event=back, mail_id=outcome.id, at=at, comment=in_words(back)),)
        opened = OpenEvent(
            id=event_id(key, outcome.id),
            key=key,
            host=_storable(event.host),
            check=_storable(event.check),
            item=_storable(event.item),
            severity=event.severity,
            summary=_storable(event.summary),
            recovery=event.recovery,
            origin=event.origin,
            opened_at=at,
            last_seen_at=at,
            count=1,
            mail_id=outcome.id,
            value=event.value,
        )
        return (Change(type=ChangeType.OPENED, event=opened, mail_id=outcome.id, at=at),)
    is_worse = event.severity.rank > known.severity.rank
    updated = _seen_again(known, event, at)
    return (Change(type=ChangeType.UPDATED, event=updated, mail_id=outcome.id, at=at, is_news=is_worse),)


def _same(event: Event, key: str, at: datetime, closed: Closed) -> OpenEvent | None:
    """The event that is over and that this problem is the same as: its sender ended it just now, or was thought to be done with it."""
    if event.recovery is Recovery.EXPLICIT:
        return closed.lately_closed(key, at - WINDOW)
    return closed.lately_expired(key, at - SLOWEST) if event.recovery is Recovery.SILENCE else None


def _seen_again(known: OpenEvent, event: Event, at: datetime) -> OpenEvent:
    is_worse = event.severity.rank > known.severity.rank
    return replace(
        known,
        severity=event.severity if is_worse else known.severity,
        summary=_storable(event.summary) if is_worse or at >= known.last_seen_at else known.summary,
        last_seen_at=max(at, known.last_seen_at),
        count=known.count + 1,
        stale_since=None,
        value=event.value if is_worse or at >= known.last_seen_at else known.value,
    )


def _explicit_ok(outcome: Outcome, event: Event, known: OpenEvent, at: datetime) -> tuple[Change, ...]:
    if known.recovery is Recovery.ONE_SHOT or not outcome.is_complete or at < known.last_seen_at:
        return ()
    comment = "; ".join(filter(None, (_storable(event.summary), in_words(known))))
    return (_close(known, outcome.id, at, comment),)


def _is_over(outcome: Outcome, event: OpenEvent, at: datetime) -> bool:
    """Whether a complete, newer report shows the section the event came from, understood and without its item."""
    if event.recovery not in _CLOSED_BY_REPORT or not outcome.is_complete or at < event.last_seen_at:
        return False
    if _storable(outcome.host) != event.host:
        return False
    shown = [judged for judged in outcome.sections if f"{outcome.kind}/{judged.section.name}" == event.origin]
    return bool(shown) and not any(_is_unsure(judged, event.item) or _waits(judged, event.key) for judged in shown)


def _waits(judged: Judged, key: str) -> bool:
    """Whether a rule fired for the key, and only waits to do so often enough."""
    return any(_storable(one) == key for sighting in judged.sightings for one in sighting.keys)


def _is_unsure(judged: Judged, item: str) -> bool:
    """Whether the section may still show the item's trouble, in words that no event rule understood."""
    doubts = [reason for reason in judged.reasons if reason.by.split(" ", 1)[0] in _UNSURE]
    if judged.events:  # the trouble of other items explains the floor, unless this one is named
        return any(not item or item in reason.detail for reason in doubts)
    return bool(doubts)


def _close(event: OpenEvent, mail_id: str, at: datetime, comment: str) -> Change:
    return Change(type=ChangeType.CLOSED, event=event, mail_id=mail_id, at=at, comment=comment)


def event_id(key: str, mail_id: str) -> str:
    """The same mail opens the same event, however often it is triaged: a crash and a replay cannot raise twice."""
    return hashlib.sha256(f"{key}\n{mail_id}".encode("utf-8", "replace")).hexdigest()[:20]


def _storable(text: str) -> str:
    """`text` as the store gives it back: half a surrogate pair of a broken mail becomes `?`, or its event would never be found again."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
