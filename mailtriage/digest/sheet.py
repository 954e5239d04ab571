"""What a digest shows, in which order and how much of it: the one layout both the text and its HTML twin print.

All text of mails is cleaned here, once; what is left out is counted, so the numbers always add up.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import TypeVar

from mailtriage.digest.edition import Check, Edition, Parked, Remark, SilentHost, Weight
from mailtriage.digest.group import EventGroup, Group, fold_entries, fold_events
from mailtriage.text import one_line, plural
from mailtriage.types import OpenEvent, Severity

# One screen on a normal day: what is over these limits is counted, and a command shows it.
_N_TO_READ = 20
_N_EVENTS = 15
_N_OTHERS = 10
_N_LINES = 3
_N_CHECKED_LINES = 6
_N_NAMES = 4

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to look at, with the command that shows or corrects it."""

    head: str
    lines: tuple[str, ...] = ()
    command: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A heading, its items, and a sentence about those that did not fit."""

    heading: str
    items: tuple[Item, ...]
    rest: str = ""
    command: str = ""  # shows the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A whole digest, ready to be laid out; a quiet one is the one line `counts`."""

    is_quiet: bool
    title: str
    counts: str
    blocks: tuple[Block, ...]
    book: tuple[str, ...]
    command: str  # shows the books


def sheet(edition: Edition) -> Sheet:
    """What `edition` shows."""
    blocks = tuple(_blocks(edition))
    return Sheet(
        is_quiet=not blocks and not edition.book.n_held and not edition.book.n_unaccounted,
        title=f"{_moment(edition.since, edition.until.tzinfo)} to {_moment(edition.until, edition.until.tzinfo)} {edition.until.tzname()}",
        counts=counts(edition),
        blocks=blocks,
        book=tuple(_book(edition)),
        command=f"mailtriage ledger --since {iso(edition.since)}",
    )


def counts(edition: Edition) -> str:
    """The digest as one line of numbers; when nothing needs anyone it is the proof of life."""
    found = (
        (len(edition.new_events), "new"),
        (max(len(edition.parked), edition.book.n_held), "not judged"),
        (len(edition.unraised), "to read"),
        (len(edition.old_events), "still open"),
        (len(edition.silent_hosts), "silent"),
        (len(edition.remarks), "to know"),
        (len(edition.notes), "to mend"),
    )
    parts = [f"{n} {words}" for n, words in found if n]
    if parts:
        return ", ".join(parts)
    book = edition.book
    return f"{plural(book.n_mails, 'mail')} from {book.n_hosts_seen}/{book.n_hosts_known} hosts, 0 need you"


def iso(moment: datetime) -> str:
    """`moment` as the commands take it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _blocks(edition: Edition) -> Iterator[Block]:
    zone = edition.until.tzinfo
    all_of_it = f"mailtriage digest --since {iso(edition.since)} --format json"
    if edition.new_events:
        yield _event_block("New problems", edition.new_events, partial(_new, zone=zone), "mailtriage events --open", edition.weight)
    if edition.parked:
        latest_first = sorted(edition.parked, key=lambda mail: mail.received_at, reverse=True)
        yield _cut(f"Not judged, as they came: {len(latest_first)}", latest_first, _N_OTHERS, partial(_parked, zone=zone), all_of_it)
    if edition.unraised:
        groups = fold_entries(edition.unraised, edition.weight)
        heading = f"To read: {_folded(len(edition.unraised), len(groups))}"
        block = _cut(heading, groups, _N_TO_READ, _entry, all_of_it)
        left = groups[_N_TO_READ:]
        yield _with_rest(block, [(f"{group.kind}/{group.section}", len(group.entries)) for group in left], "section")
    if edition.old_events:
        yield _event_block("Still open", edition.old_events, partial(_old, zone=zone), "mailtriage events --open", edition.weight)
    if edition.silent_hosts:
        longest_first = sorted(
            edition.silent_hosts, key=lambda one: (one.last_seen_at is not None, one.last_seen_at or edition.since, one.host)
        )
        yield _cut(f"Silent hosts: {len(longest_first)}", longest_first, _N_OTHERS, partial(_silent, zone=zone), "mailtriage hosts")
    for heading in dict.fromkeys(remark.heading for remark in edition.remarks):
        remarks = [remark for remark in edition.remarks if remark.heading == heading]
        yield _cut(f"{heading}: {len(remarks)}", remarks, _N_OTHERS, _remark, all_of_it)
    if edition.notes:
        yield _cut(f"To mend: {len(edition.notes)}", edition.notes, _N_OTHERS, lambda note: Item(head=one_line(note)), "mailtriage doctor")
    if edition.closed:
        yield _event_block("Closed", edition.closed, _closed, all_of_it, edition.weight)
    if edition.checks:
        yield _checks(edition)


def _event_block(heading: str, events: Sequence[OpenEvent], item: Callable[[EventGroup], Item], command: str, weight: Weight) -> Block:
    groups = fold_events(events, weight)
    block = _cut(f"{heading}: {_folded(len(events), len(groups))}", groups, _N_EVENTS, item, command)
    return _with_rest(block, [(group.check, len(group.events)) for group in groups[_N_EVENTS:]], "event")


def _cut(heading: str, things: Sequence[_T], limit: int, item: Callable[[_T], Item], command: str) -> Block:
    n_left = max(0, len(things) - limit)
    return Block(
        heading=heading,
        items=tuple(item(thing) for thing in things[:limit]),
        rest=f"and {n_left} more" if n_left else "",
        command=command if n_left else "",
    )


def _with_rest(block: Block, left: Sequence[tuple[str, int]], word: str) -> Block:
    """`block` saying what its rest is made of; the numbers named are all of it."""
    if not left:
        return block
    tally = Counter[str]()
    for name, n in left:
        tally[one_line(name, 60)] += n
    named = tally.most_common(_N_NAMES)
    n_others = tally.total() - sum(n for _, n in named)
    parts = [f"{name} {n}" for name, n in named] + ([f"others {n_others}"] if n_others else [])
    rest = f"{block.rest}, {plural(tally.total(), word)}: {', '.join(parts)}"
    return Block(heading=block.heading, items=block.items, rest=rest, command=block.command)


def _new(group: EventGroup, zone: tzinfo | None) -> Item:
    event = group.events[0]
    n_mails = sum(event.count for event in group.events)
    seen = f"since {_moment(group.opened_at, zone)}, {plural(n_mails, 'mail')}, last {_moment(group.last_seen_at, zone)}"
    command = f"mailtriage show {_word(event.mail_id)}" if event.mail_id else _ack(event)
    return _event_item(group, (one_line(group.summary), seen), command)


def _old(group: EventGroup, zone: tzinfo | None) -> Item:
    n_mails = sum(event.count for event in group.events)
    seen = f"since {_moment(group.opened_at, zone)}, {plural(n_mails, 'mail')}"
    stale = [event.stale_since for event in group.events if event.stale_since]
    if stale:
        seen += f", not reported any more since {_moment(min(stale), zone)}"
    return _event_item(group, (one_line(group.summary), seen), _ack(group.events[0]))


def _closed(group: EventGroup) -> Item:
    event = group.events[0]
    command = f"mailtriage show {_word(event.mail_id)}" if event.mail_id else "mailtriage events"
    return _event_item(group, (f"was: {one_line(group.summary)}",), command)


def _event_item(group: EventGroup, lines: tuple[str, ...], command: str) -> Item:
    what = " ".join(part for part in (one_line(group.check, 60), _few(group.items, "items")) if part)
    return Item(
        head=f"{group.severity}: {what} on {_few(group.hosts, 'hosts')}{_times(len(group.events), len(group.hosts))}",
        lines=lines,
        command=command,
        severity=group.severity,
    )


def _ack(event: OpenEvent) -> str:
    return f"mailtriage ack {_word(event.key)} --comment TEXT"


def _entry(group: Group) -> Item:
    title = one_line(group.summary)
    lines = [line for line in (one_line(line) for line in group.lines) if line and line != title]
    n_left = len(lines) - _N_LINES
    rest = [f"... and {plural(n_left, 'more line')}"] if n_left > 0 else []
    quoted = [f"| {line}" for line in lines[:_N_LINES]]
    mark = f"{group.severity}: " if group.severity else ""
    where = f"{one_line(group.kind, 60)}/{one_line(group.section, 60)} on {_few(group.hosts, 'hosts')}"
    return Item(
        head=mark + where + _times(len(group.entries), len(group.hosts)),
        lines=tuple(line for line in (title, *quoted, *rest) if line),
        command=f"mailtriage show {_word(group.entries[0].mail_id)}",
        severity=group.severity,
    )


def _parked(mail: Parked, zone: tzinfo | None) -> Item:
    quoted = [f"| {line}" for line in (one_line(line) for line in mail.lines) if line][:_N_LINES]
    return Item(
        head=f"{_moment(mail.received_at, zone)} {one_line(mail.subject) or one_line(mail.mail_id)}",
        lines=(one_line(mail.error), *quoted) if mail.error else tuple(quoted),
        command=f"mailtriage show {_word(mail.mail_id)}",
    )


def _checks(edition: Edition) -> Block:
    others = f"and {plural(edition.n_other_checks, 'earlier question')} without an answer" if edition.n_other_checks else ""
    return Block(
        heading=f"Please check: {plural(len(edition.checks), 'dropped section')}, drawn at random",
        items=tuple(_check(check) for check in edition.checks),
        rest=others,
        command="mailtriage audit next" if others else "",
    )


def _check(check: Check) -> Item:
    lines = [line for line in (one_line(line) for line in check.lines) if line]
    n_left = len(lines) - _N_CHECKED_LINES
    rest = [f"... and {plural(n_left, 'more line')}: mailtriage show {_word(check.mail_id)}"] if n_left > 0 else []
    quoted = [f"| {line}" for line in lines[:_N_CHECKED_LINES]] or ["| (no lines)"]
    return Item(
        head=f"{one_line(check.kind, 60)}/{one_line(check.section, 60)} on {_name(check.host)}",
        lines=(one_line(check.subject), f"dropped by {one_line(f'{check.reason.by}: {check.reason.detail}')}", *quoted, *rest),
        command=f"mailtriage audit answer {_word(check.id)} right  # or: wrong",
    )


def _silent(silence: SilentHost, zone: tzinfo | None) -> Item:
    seen = f"last seen {_moment(silence.last_seen_at, zone)}" if silence.last_seen_at else "never seen"
    return Item(head=f"{_name(silence.host)}, {seen}")


def _remark(remark: Remark) -> Item:
    return Item(head=one_line(remark.head), lines=tuple(map(one_line, remark.lines)), command=remark.command)


def _book(edition: Edition) -> Iterator[str]:
    book = edition.book
    yield f"{plural(book.n_mails, 'mail')} from {book.n_hosts_seen}/{book.n_hosts_known} hosts"
    yield f"dropped: {book.n_dropped_by_rules} by {plural(book.n_rules, 'rule')}, {book.n_dropped_by_model} by the model"
    folded = f"; folded: {plural(book.n_folded, 'double')}" if book.n_folded else ""
    yield f"raised: {book.n_raised}, digested: {book.n_digested}, passed on: {book.n_passed}, held: {book.n_held}{folded}"
    if edition.flaps:
        flapping = max(edition.flaps, key=lambda event: event.flaps)
        most = f", most: {one_line(flapping.key)} {flapping.flaps + 1}" if flapping.flaps else ""
        yield f"flaps: {plural(edition.n_flaps, 'problem')} over within the hold time, told to nobody{most}"
    if book.n_unaccounted:
        yield f"THE BOOK DOES NOT BALANCE: {book.n_mails} received, {book.n_mails - book.n_unaccounted} accounted for"
    if edition.would_drop:
        named = edition.would_drop[:_N_NAMES]
        n_others = sum(would.n_sections for would in edition.would_drop[_N_NAMES:])
        parts = [f"{would.n_sections} of {one_line(would.kind, 60)}" for would in named] + ([f"{n_others} of others"] if n_others else [])
        yield f"learning would also drop: {', '.join(parts)} (mailtriage model promote KIND)"


def _folded(n: int, n_groups: int) -> str:
    return f"{n}" if n == n_groups else f"{n}, folded into {n_groups}"


def _few(names: Sequence[str], word: str) -> str:
    """Some of the names, and how many there are when that is more."""
    shown = ", ".join(_name(name) for name in names[:_N_NAMES] if name or word == "hosts")
    if len(names) == 1:
        return shown
    more = f" and {len(names) - _N_NAMES} more" if len(names) > _N_NAMES else ""
    return f"{len(names)} {word} ({shown}{more})"


def _times(n: int, n_hosts: int) -> str:
    return f", {n} times" if n > n_hosts else ""


def _name(name: str) -> str:
    return one_line(name, 80) or "an unknown host"


def _word(text: str) -> str:
    """`text` as one word of a command line: it came by mail, and somebody will paste it into a shell."""
    return shlex.quote(one_line(text, 400))


def _moment(moment: datetime, zone: tzinfo | None) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
