"""Between the store's arrivals and what the clock says of them: learns what came, reads cadence.toml, finds who is silent."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from mailtriage.config import Config
from mailtriage.correlate.cadence import Cadence, relearn
from mailtriage.correlate.expected import DAILY, EXPECTED, FROM_ELSEWHERE, TIMED
from mailtriage.correlate.overrides import Override, override_for, parse_overrides
from mailtriage.correlate.silence import Past, silence_changes
from mailtriage.errors import ConfigError, Place
from mailtriage.store.arrivals import ArrivalBook, Arrivals
from mailtriage.types import Change, OpenEvent

FILE = "cadence.toml"  # beside the configuration
_ON_ITS_WAY = timedelta(minutes=10)
_DAY = timedelta(days=1)
_LATE = timedelta(hours=26)
BATCH = 5000  # sorts of report learnt at one tick


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What cadence.toml says, and which text of it that was."""

    tables: tuple[Override, ...] = ()
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One sort of report, as silence is judged."""

    host: str
    kind: str
    job: str
    relay: str
    pattern: str
    last_seen_at: datetime
    due_at: datetime
    late_at: datetime
    host_heard_at: datetime


def load_overrides(config: Config) -> Overrides:
    """The cadence.toml beside the configuration, none where there is no such file; ConfigError says what is wrong with it."""
    path = config.folder / FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Overrides()
    except OSError as error:
        remedy = "make it readable for the user mailtriage runs as; the file as it was before stays in force"
        raise ConfigError(f"the file cannot be read: {error.strerror}", place=Place(str(path)), remedy=remedy) from None
    return Overrides(tables=parse_overrides(content, str(path)), version=hashlib.sha256(content).hexdigest()[:16])


def kept_overrides(config: Config, before: Overrides) -> tuple[Overrides, str]:
    """The same, but the one from before, and a note that says why, where the file cannot be used."""
    try:
        return load_overrides(config), ""
    except ConfigError as error:
        return before, str(error)


def changes(
    book: ArrivalBook, overrides: Overrides, open_events: Sequence[OpenEvent], *, is_behind: bool, now: datetime
) -> tuple[Change, ...]:
    """What the tick has to say of silence; to be called inside a transaction, in which the changes are applied.

    Costs, beside a few questions answered by an index, what came since the last tick and what is overdue.
    """
    book.use_version(overrides.version)
    frequent = book.frequent()
    fresh = {(row.host, row.kind, row.job): row for row in (*frequent, *book.stale(BATCH))}
    book.learnt([learnt(row, overrides.tables, now) for row in fresh.values()])
    is_behind = is_behind or book.has_stale()
    returned = {} if is_behind else book.take_returned()
    return silence_changes(
        [_row(row) for row in book.overdue(now)],
        open_events,
        Past(n_heard_since=book.n_heard_since, ended_at=book.silence_ended_at),
        floods=[_row(row) for row in book.frequent()],
        retired={one.host for one in book.retired()},
        returned=returned,
        is_behind=is_behind,
        now=now,
    )


def is_late(row: Arrivals, now: datetime) -> bool:
    """Whether a report is missing, as far as this row alone says."""
    return row.late_at is not None and now >= row.late_at


def learnt(row: Arrivals, overrides: Sequence[Override], now: datetime) -> Arrivals:
    """The row with what its times show."""
    often_since = int(row.often_since.timestamp()) if row.often_since else None
    known = Cadence.from_text(row.cadence)
    found = relearn(row.times, known, often_since, n=row.n, now=int(now.timestamp()))
    is_flood = found.often_since is not None and row.kind in TIMED and row.came_at is not None
    due_at, late_at = _when(row, found.cadence, override_for(overrides, row.host, row.kind, row.job))
    return replace(
        row,
        cadence=_text(row, known, found.cadence),
        due_at=due_at,
        late_at=late_at,
        often_since=datetime.fromtimestamp(found.often_since or 0, UTC) if is_flood else None,
        is_local=row.kind not in FROM_ELSEWHERE,
    )


def _text(row: Arrivals, known: Cadence | None, found: Cadence | None) -> str:
    if found is known:
        return row.cadence
    return found.as_text() if found else ""


def _when(row: Arrivals, cadence: Cadence | None, said: Override | None) -> tuple[datetime | None, datetime | None]:
    """When the next one is due, and when it is late; None when it is never missed."""
    if row.came_at is None:
        return None, None
    last = row.last_seen_at
    # A clock that is slow, or a queue: what came late is waited for as much longer. On its way a mail takes a moment.
    lag = row.came_at - last if row.came_at - last > _ON_ITS_WAY else timedelta()
    if said is not None:
        if not said.late_after_s:
            return None, None
        late = timedelta(seconds=said.late_after_s)
        return last + late * 0.9 + lag, last + late + lag
    if row.kind in DAILY and _is_new_and_daily(row.times):
        return last + _DAY + lag, last + _LATE + lag
    if cadence is None or not cadence.is_sure or row.kind not in EXPECTED:
        return None, None
    at = int(last.timestamp())
    return last + timedelta(seconds=cadence.due(at) - at) + lag, last + timedelta(seconds=cadence.late(at) - at) + lag


def _is_new_and_daily(times: Sequence[int]) -> bool:
    """Whether a host has written every day so far, and for less than two weeks: later its own habit says more."""
    gaps = [later - earlier for earlier, later in pairwise(times)]
    nights = [gap for gap in gaps if gap > _LATE.total_seconds() / 4]
    return bool(nights) and times[-1] - times[0] < 14 * _DAY.total_seconds() and max(gaps) <= _LATE.total_seconds()


def _row(row: Arrivals) -> _Row:
    cadence = Cadence.from_text(row.cadence)
    return _Row(
        host=row.host,
        kind=row.kind,
        job=row.job,
        relay=row.relay,
        pattern=cadence.in_words() if cadence else "every day" if row.kind in DAILY else "set in cadence.toml",
        last_seen_at=row.last_seen_at,
        due_at=row.due_at or row.last_seen_at,
        late_at=row.late_at or row.last_seen_at,
        host_heard_at=row.host_heard_at or row.last_seen_at,
    )
