"""An acknowledged event is quiet, with a bound: until its time is over, its number too great, or it is worse or says something else.

The number is that of the measure by which a rule raised the event. Where there is none, it is the one in the summary:
the only percentage, else the only number that stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailtriage.correlate.changes import acknowledge
from mailtriage.correlate.expiry import NO_REPORT_CLOSES
from mailtriage.errors import InputError
from mailtriage.shape import shape
from mailtriage.text import one_line
from mailtriage.types import Ack, Change, ChangeType, OpenEvent

LONGEST_UNSAID = timedelta(days=30)  # where no end was given
_NUMBER = re.compile(r"(?<![\w.,:/-])\d+(?:\.\d+)?(?!\w|[.,:]\w|[/-])(?P<percent> ?%)?")
# What only says when: else a new day would be a new text.
_DAY = re.compile(
    r"(?i)\b(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b,?"
    r"|\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t|tember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)(?=[ -]+\d)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Changes as acknowledgements leave them; `ended` are the ids of the events whose acknowledgement is over with them."""

    changes: tuple[Change, ...]
    ended: tuple[str, ...] = ()


def acknowledgement(
    event: OpenEvent, *, comment: str, who: str, at: datetime, until: datetime | None = None, above: float | None = None
) -> Ack:
    """What a person says of an open event, for `LONGEST_UNSAID` where no end is given; InputError when it would bound nothing."""
    if not comment.strip():
        raise InputError("--comment is empty", remedy="say what is known, for the next one who looks")
    if until is not None and until <= at:
        raise InputError(f"--until {until:%Y-%m-%d %H:%M} UTC has passed", remedy="give a time that is still to come, or leave it out")
    if above is not None:
        _check_above(event, above)
    return Ack(
        key=event.key,
        event_id=event.id,
        comment=comment,
        who=who,
        at=at,
        until=until or at + LONGEST_UNSAID,
        above=above,
        severity=event.severity,
        summary=event.summary,
    )


def closes(event: OpenEvent) -> bool:
    """Whether an acknowledgement ends the event itself, as no report ever will."""
    return event.recovery in NO_REPORT_CLOSES


def settle(changes: Sequence[Change], acks: Sequence[Ack], now: datetime, open_events: Sequence[OpenEvent] = ()) -> Settled:
    """Quiets what changes of acknowledged events, or ends the acknowledgement and makes that news.

    Of `open_events` (given by the clock) those are told whose acknowledgement is over, and those closed that it closes.
    """
    by_event = {ack.event_id: ack for ack in acks}
    if not by_event:
        return Settled(changes=tuple(changes))
    settled: list[Change] = []
    ended: list[str] = []
    for change in (*changes, *_by_the_clock(changes, by_event, now, open_events)):
        ack = by_event.get(change.event.id)
        why = why_over(change.event, ack, now) if ack else ""
        if ack is None:
            settled.append(change)
        elif change.type is ChangeType.CLOSED:
            settled.append(change)
            ended.append(ack.event_id)
        elif why:
            comment = "; ".join(filter(None, (change.comment, f"no longer acknowledged: {why}")))
            settled.append(replace(change, is_news=True, comment=comment))
            ended.append(ack.event_id)
        else:
            settled.append(replace(change, is_news=False))
    return Settled(changes=tuple(settled), ended=tuple(ended))


def why_over(event: OpenEvent, ack: Ack, now: datetime) -> str:
    """Why the acknowledgement holds no longer for the event as it is, "" while it does."""
    if event.severity.rank > ack.severity.rank:
        return f"{event.severity}, it was {ack.severity}"
    value = number_of(event)
    if ack.above is not None and value is None:
        return f"there is no number any more to hold against {figure(ack.above)}"
    if ack.above is not None and value is not None and value > ack.above:
        return f"above {figure(ack.above)} (now {figure(value)})"
    if _said(event.summary) != _said(ack.summary):
        return f"it says something else than {one_line(ack.summary)!r}"
    return f"its time was over at {ack.until:%Y-%m-%d %H:%M} UTC" if now >= ack.until else ""


def number_of(event: OpenEvent) -> float | None:
    """The event's number, None where it has none, or several."""
    if event.value is not None:
        return event.value
    # The item may be named in the summary, and has numbers of its own.
    text = re.sub(rf"(?<!\w){re.escape(event.item)}(?!\w)", "", event.summary, count=1) if event.item else event.summary
    found = list(_NUMBER.finditer(text))
    percents = [number for number in found if number["percent"]]
    chosen = percents if len(percents) == 1 else found
    return float(chosen[0][0].rstrip(" %")) if len(chosen) == 1 else None


def bound(ack: Ack, event: OpenEvent | None = None) -> str:
    """When the acknowledgement ends, in words; with the event also where its number stands."""
    text = f"until {ack.until:%Y-%m-%d %H:%M} UTC"
    if ack.above is None:
        return text
    value = number_of(event) if event else None
    return f"{text}, or above {figure(ack.above)}" + (f" (now {figure(value)})" if value is not None else "")


def figure(value: float) -> str:
    """A number without what says nothing: 90, not 90.0."""
    return f"{value:.10g}"


def _check_above(event: OpenEvent, above: float) -> None:
    value = number_of(event)
    if value is None:
        problem = f"{one_line(event.key)} has no number to hold against --above: {one_line(event.summary)}"
        raise InputError(problem, remedy="bound it by --until; any change of its text ends the acknowledgement, too")
    if not value <= above:
        raise InputError(f"--above {figure(above)}: it is {figure(value)} already", remedy="give a greater number, or leave it out")


def _by_the_clock(changes: Sequence[Change], acks: dict[str, Ack], now: datetime, open_events: Sequence[OpenEvent]) -> Iterator[Change]:
    changed = {change.event.id for change in changes}
    for event in open_events:
        ack = acks.get(event.id)
        if ack is None or event.id in changed:
            continue
        closed = acknowledge(event, ack.comment, now)
        if closed or why_over(event, ack, now):
            yield closed or Change(type=ChangeType.UPDATED, event=event, mail_id="", at=now)


def _said(summary: str) -> str:
    return shape(_DAY.sub("", summary)).casefold()
