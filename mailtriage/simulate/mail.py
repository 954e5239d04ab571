"""What the simulator makes: a mail with the truth about it, and the drafts and parts it is put together from."""

from __future__ import annotations

import enum
import random
from dataclasses import dataclass
from datetime import datetime


class Label(enum.StrEnum):
    """What a careful admin wants done with a mail or a section."""

    NOISE = "noise"
    DIGEST = "digest"
    EVENT = "event"
    HUMAN = "human"


_LOUDNESS = {Label.NOISE: 0, Label.DIGEST: 1, Label.EVENT: 2, Label.HUMAN: 3}


def loudest(labels: list[Label]) -> Label:
    """The loudest of the labels; noise if there is none."""
    return max(labels, key=_LOUDNESS.__getitem__, default=Label.NOISE)


class Role(enum.StrEnum):
    """What a mail is in the life of an incident."""

    NONE = ""
    PROBLEM = "problem"  # the first mail that shows it
    REPEAT = "repeat"  # shows it again
    RECOVERY = "recovery"  # the first mail that shows its end


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A mail shows the state of an incident: still on, or over."""

    incident: str
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A section of a report as the program prints it, with its true label."""

    name: str
    heading: str = ""
    lines: tuple[str, ...] = ()
    label: Label = Label.NOISE
    shows: tuple[Shown, ...] = ()
    is_success: bool = True  # its script ended with 0: not shown where show_success=NO
    has_gap: bool = True  # an empty line stands before the heading


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A mail before it has its place in the order of all mails."""

    sent_at: datetime
    host: str  # the host it is about, lower case, full name
    kind: str
    mail_from: str
    rcpt_to: str
    content: bytes
    sections: tuple[tuple[str, Label], ...]
    shows: tuple[Shown, ...] = ()
    sender: str = ""  # the host that sends it, if another one
    least: Label = Label.NOISE  # the whole mail is at least this, whatever its sections are
    is_transient: bool = False  # a problem that is over by itself soon: need not be shown
    item: str = ""  # the problem event, where the sender numbers them

    @property
    def label(self) -> Label:
        """The loudest label of its sections."""
        return loudest([self.least, *(label for _, label in self.sections)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What a mail should become, and the incidents it belongs to."""

    label: Label
    kind: str
    host: str
    sections: tuple[tuple[str, Label], ...]
    incidents: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()  # one for each of `incidents`
    is_transient: bool = False
    item: str = ""  # the problem event, where the sender numbers them

    @property
    def role(self) -> Role:
        """Its weightiest role: the first sight of a problem before a repeat before a recovery."""
        for role in (Role.PROBLEM, Role.REPEAT, Role.RECOVERY):
            if role in self.roles:
                return role
        return Role.NONE

    @property
    def is_shown(self) -> bool:
        """Whether an admin should come to see it: neither noise nor soon over by itself."""
        return self.label is not Label.NOISE and not self.is_transient


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedMail:
    """One mail on the wire, with its envelope and the truth about it."""

    number: int  # counts from 1 in the order of `sent_at`
    sent_at: datetime
    mail_from: str  # "" is the null sender
    rcpt_to: str
    data: bytes  # lines end with CRLF
    truth: Truth

    @property
    def stem(self) -> str:
        """Its file name without the ending."""
        return f"{self.number:06d}"


def dice(*parts: object) -> random.Random:
    """A random source of its own for each purpose: what one part draws never moves what another gets."""
    return random.Random("/".join(map(str, parts)))


def poisson(source: random.Random, mean: float) -> int:
    """A Poisson distributed count (normal approximation above 50)."""
    if mean > 50:
        return max(0, round(source.gauss(mean, mean**0.5)))
    count, left = 0, source.expovariate(1.0)
    while left < mean:
        count += 1
        left += source.expovariate(1.0)
    return count


def address(source: random.Random) -> str:
    """An IPv4 address of the ranges kept for documentation (RFC 5737)."""
    return f"{source.choice(('192.0.2', '198.51.100', '203.0.113'))}.{source.randint(1, 254)}"


def grouped(number: float) -> str:
    """`1,234,567`"""
    return f"{number:,.0f}"
