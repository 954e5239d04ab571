"""How much of one section was dropped on one day, and on the days before: what `store` keeps and `correlate` judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Volume(NamedTuple):
    """What was dropped of one section of one kind on one day (UTC) from one host."""

    n_mails: int = 0
    n_lines: int = 0
    peak: int = 0  # mails in its busiest hour
    n_new: int = 0  # shapes of lines that no host had shown before that day
    n_shapes: int = 0  # at most some hundred, the same sample each day


NOTHING = Volume()


@dataclass(frozen=True, slots=True, kw_only=True)
class MutedHost:
    """One host's part of a `MutedDay`. Days are ordinals (`date.toordinal`)."""

    host: str
    today: Volume
    past: Mapping[int, Volume]  # the days before on which something was dropped, as far as they are kept
    first: int  # the day it was first dropped for this host
    grown_on: int | None = None  # the day a jump of this host was last told
    mail_id: str = ""  # the last mail of the day


@dataclass(frozen=True, slots=True, kw_only=True)
class MutedDay:
    """All that was dropped of one section of one kind on one day; `hosts` has all that ever sent it, also those without any today."""

    day: date
    kind: str
    section: str
    source: str  # what dropped most of it: `rule KIND/ID`, `gate KIND`
    hosts: tuple[MutedHost, ...]
    first: int  # the day it was first dropped on any host
    grown_on: int | None = None  # the day a jump of all hosts together was last told


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """A jump in what is dropped."""

    day: date
    kind: str
    section: str
    source: str
    hosts: tuple[str, ...]  # () for all hosts together
    what: str  # lines, mails, mails an hour, shapes
    now: int
    low: int  # what is usual
    high: int
    is_gradual: bool  # grown over days
    mail_id: str  # a mail that shows it
