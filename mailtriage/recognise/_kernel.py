"""Reads what single kernel lines cannot tell: links that stayed down, links that flap, programs that crash again and again.

FreeBSD's security run shows new lines of the kernel's buffer with `+` or `> ` in front and without a date.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mailtriage.recognise._counts import filled
from mailtriage.recognise._measures import measure
from mailtriage.types import Measure

_LONGEST_LINE = 1000
_MOST_PROGRAMS = 50
# The sign of the diff, the priority of appliances (<6>), kern.msgbuf_show_timestamp.
_FRONT = re.compile(r"(?:\+|> ?)?(?:<\d{1,3}>)?(?:\[\d{1,12}(?:\.\d{1,9})?\] )?")
_LINK = re.compile(r"(\w{1,20}(?:\.\d{1,4})?): link state changed to (UP|DOWN) *")
_CRASH = re.compile(r"pid \d{1,10} \((.{1,40}?)\),(?: jid \d{1,10},)? uid \d{1,10}: exited on signal \d{1,3}\b.{0,60}")
_RETRY = re.compile(r"\((a?da\d{1,4}|nda\d{1,4}):[^()]{1,60}\): Retrying command\b.{0,60}")
_BOOT = re.compile(r"---<<BOOT>>---|Copyright \(c\) 1992-\d{4} The FreeBSD Project\.")
_OF_GUESTS = re.compile(r"(?:tap|epair|vnet)\d")  # they come and go with jails and guests
_PASSING = re.compile(r"(?:tun|ng|gif|gre|ue|bridge|ppp|wg|ovpn|usbus|wlan)\d")  # tunnels and plugged things: down is no fault


@dataclass(slots=True)
class _Seen:
    """What the lines so far have told."""

    states: dict[str, str] = field(default_factory=dict)  # interface: UP or DOWN
    downs: Counter[str] = field(default_factory=Counter)
    crashes: Counter[str] = field(default_factory=Counter)
    retries: Counter[str] = field(default_factory=Counter)
    boots: int = 0

    def boot(self, line: str) -> None:
        """The banner may stand on two lines. What links did before it, and down to the first UP after it, says nothing."""
        self.boots += not self.boots or not line.startswith("Copy")
        self.states.clear()

    def link(self, name: str, state: str) -> None:
        """A link that changed, where it is one of the host's own."""
        if _OF_GUESTS.match(name):
            return
        if state == "UP":
            self.states[name] = state
        elif not self.boots or name in self.states:
            self.downs[name] += self.states.get(name) != state
            self.states[name] = state


def read_messages(lines: Sequence[str]) -> tuple[Measure, ...]:
    """Count of lines, of boots, of crashes and retries, and the links that went down: how often, and whether they stayed so."""
    seen = _Seen()
    for line in lines:
        if len(line) <= _LONGEST_LINE:
            _read(seen, _FRONT.sub("", line, count=1))
    return (measure("kernel_lines", "", filled(lines)), *_measures(seen))


def _read(seen: _Seen, line: str) -> None:
    if _BOOT.match(line):
        seen.boot(line)
    elif link := _LINK.fullmatch(line):
        seen.link(link.group(1), link.group(2))
    elif crash := _CRASH.fullmatch(line):
        seen.crashes[crash.group(1)] += 1
    elif retry := _RETRY.fullmatch(line):
        seen.retries[retry.group(1)] += 1


def _measures(seen: _Seen) -> Iterator[Measure]:
    if seen.boots:
        yield measure("boots", "", seen.boots)
    for name, count in seen.downs.items():
        yield measure("link_downs", name, count)
        if seen.states.get(name) == "DOWN" and not _PASSING.match(name):
            yield measure("link_is_down", name, 1)
    for program, count in seen.crashes.most_common(_MOST_PROGRAMS):
        yield measure("crashes", program, count)
    for device, count in seen.retries.items():
        yield measure("disk_retries", device, count)
