"""From an outcome, or the clock, to changes of events, and to who is told of them: everything between triage and the store.

The pure steps are correlate's; here stands their order, and what each is asked of the store.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from mailtriage.config import Config
from mailtriage.correlate import absence_changes, broken_rule_changes, correlate, expire, showings_after, suspension_changes
from mailtriage.correlate.storm import limit, storm_ends
from mailtriage.service import paths, quieting, silence
from mailtriage.service.deliver import Deliverer
from mailtriage.service.judgement import Judgement
from mailtriage.service.quieting import Quiet
from mailtriage.store.main import Store
from mailtriage.store.values import Besides
from mailtriage.types import Change, Outcome, RawMail


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What follows from one mail."""

    changes: tuple[Change, ...]
    quiet: Quiet
    besides: Besides


class Correlator:
    """Events of one store, under one configuration and judgement."""

    def __init__(
        self, config: Config, store: Store, deliverer: Deliverer, judgement: Callable[[], Judgement], before: Correlator | None = None
    ) -> None:
        """`before`: the one of the configuration before, whose cadence.toml stays in force where the new one cannot be used."""
        self._config = config
        self._store = store
        self._deliverer = deliverer
        self._judgement = judgement
        self._overrides: silence.Overrides
        self._overrides, self.overrides_note = silence.kept_overrides(config, before._overrides if before else silence.Overrides())

    def of_mail(self, raw: RawMail, outcome: Outcome, now: datetime) -> Followed:
        """What a mail changes, and what of it may be told; to be recorded with it."""
        store = self._store
        known = store.open_events({outcome.host, *(event.host for event in outcome.events)})
        before = store.checks.of(outcome.host, outcome.kind)
        showings = showings_after(outcome, before, partial(store.n_mails_of, outcome.host, outcome.kind))
        said = correlate(outcome, known, store, before)
        touched = {change.event.id for change in said}
        changes = (*said, *absence_changes(outcome, showings, [event for event in known if event.id not in touched]))
        believed = paths.of_mail(store, raw, outcome, changes)
        quiet = quieting.of_mail(store, believed.changes, now, self._groups_of)
        besides = Besides(
            relay=raw.peer,
            path=believed.path,
            showings=showings,
            doubted=believed.doubted,
            unbelieved=believed.unbelieved,
            notes=believed.notes,
        )
        return Followed(changes=self._limited(quiet.changes, now), quiet=quiet, besides=besides)

    def written(self, followed: Followed, now: datetime) -> None:
        """Writes what belongs to the changes of a mail that was recorded."""
        quieting.write_down(self._store, followed.quiet, now)

    def of_clock(self, now: datetime, *, is_behind: bool) -> tuple[Change, ...]:
        """What only the clock brings, applied; to be called in the transaction of the tick."""
        store = self._store
        open_events = store.open_events()
        found = (
            *expire(open_events, now),
            *paths.of_clock(store, now),
            *silence.changes(store.arrivals, self._overrides, open_events, is_behind=is_behind, now=now),
            *broken_rule_changes(self._broken_rules(), open_events, now),
            *suspension_changes({one.source: one.why for one in store.audits.suspensions()}, open_events, now),
        )
        weighed = self._judgement().weights.opened(found)
        quiet = quieting.of_clock(store, weighed, open_events, now, self._groups_of)
        changes = self._limited(quiet.changes, now)
        self._apply(changes, quiet, now)
        return (*changes, *self._end_storms(now))

    def _end_storms(self, now: datetime) -> tuple[Change, ...]:
        """What a storm kept back and is told now that it is over; no limit may keep it back again."""
        ends = storm_ends(self._store.storms, self._config.storm, now)
        if not ends:
            return ()
        quiet = quieting.of_mail(self._store, ends, now, self._groups_of)
        self._apply(quiet.changes, quiet, now)
        return quiet.changes

    def _apply(self, changes: Sequence[Change], quiet: Quiet, now: datetime) -> None:
        self._store.apply(changes, now=now, sinks_for=self._deliverer.sinks_for, hold_for=self._deliverer.hold_for)
        quieting.write_down(self._store, quiet, now)

    def _limited(self, changes: Sequence[Change], now: datetime) -> tuple[Change, ...]:
        return limit(changes, self._store.storms, self._config.storm, now, lambda change: bool(self._deliverer.sinks_for(change)))

    def _groups_of(self, host: str) -> frozenset[str]:
        return self._judgement().weights.inventory.groups_of(host)

    def _broken_rules(self) -> dict[str, str]:
        """What is wrong with each broken rule, or file of rules."""
        problems = self._judgement().rulebook.problems
        return {problem.rule or Path(problem.place.path).name: str(problem) for problem in reversed(problems)}
