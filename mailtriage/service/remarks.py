"""What a digest remarks beside events and mails: checks that are no longer reported, baselines that moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from mailtriage.baseline import Move
from mailtriage.digest.edition import Remark
from mailtriage.store.main import Store
from mailtriage.types import Showing

_N_HOSTS = 4
_N_MOVES = 5


def remarks(store: Store, since: datetime | None) -> tuple[Remark, ...]:
    """The remarks on the time since then; without a time, those that no digest has shown."""
    return (*_stale(store.checks.stale(since)), *_moved(store.past.moves()))


def _moved(moves: Sequence[Move]) -> Iterator[Remark]:
    """The baselines that moved most, worst first."""
    for move in moves[:_N_MOVES]:
        what = " ".join(part for part in (move.name, move.subject) if part not in ("", "-"))
        unit = f" {move.unit}" if move.unit else ""
        yield Remark(
            heading="Baselines that moved",
            head=f"{move.host}: {what} {move.before:g} -> {move.now:g}{unit}",
            command="mailtriage hosts --moved",
        )


def _stale(showings: tuple[Showing, ...]) -> Iterator[Remark]:
    """One remark for each section, however many hosts left it out."""
    together: dict[tuple[str, str], list[Showing]] = {}
    for showing in showings:
        together.setdefault((showing.kind, showing.section), []).append(showing)
    for (kind, section), members in sorted(together.items(), key=lambda pair: -len(pair[1])):
        hosts = [showing.host for showing in members]
        named = ", ".join(hosts[:_N_HOSTS]) + (f" and {len(hosts) - _N_HOSTS} more" if len(hosts) > _N_HOSTS else "")
        missed = min(showing.n_missed for showing in members)
        yield Remark(
            heading="No longer reported",
            head=f"{kind}/{section} on {named}",
            lines=(f"missing from the last {missed} complete reports, last shown {max(one.last_seen_at for one in members):%Y-%m-%d}",),
            command=f"mailtriage mails 'kind:{kind} host:{hosts[0]}'",
        )
