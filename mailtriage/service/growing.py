"""Days that are over are judged for what was dropped and has grown, and once an hour the day that goes on."""

from __future__ import annotations

from datetime import UTC, datetime

from mailtriage.correlate.growth import burst, grown, growth_entries
from mailtriage.store.main import Store
from mailtriage.types import Entry


class Growing:
    """What was dropped of one store; the hour that was looked at last is known to this process only."""

    def __init__(self, store: Store) -> None:
        self._muted = store.muted
        self._looked_at: datetime | None = None

    def entries(self, now: datetime) -> tuple[Entry, ...]:
        """What the next digest has to show of it; to be called in the transaction of the tick, while no mail waits to be judged."""
        found = []
        for day, is_judged in self._muted.days(now):
            found += [growth for section in self._muted.sections(day) if (growth := grown(section))] if is_judged else []
            self._muted.told([growth for growth in found if growth.day == day])
            self._muted.end(day)
        hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        if hour != self._looked_at:
            self._looked_at = hour
            bursts = [growth for section in self._muted.sections(hour.date()) if (growth := burst(section))]
            self._muted.told(bursts)
            found += bursts
        return growth_entries(found, now)
