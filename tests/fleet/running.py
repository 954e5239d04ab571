"""A simulated fleet through the real worker, store and outbox by the mails' own clock, and what its sink was told.

The sink is emptied after each mail, as a daemon does that has time; `killed_at` are the mails after which the process dies
before it has committed, and another one takes over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailtriage import config as configuration
from mailtriage.service import files
from mailtriage.service.worker import Worker
from mailtriage.simulate import SimulatedMail
from mailtriage.types import Change, ChangeType, Outcome, RawMail

START = datetime(2026, 3, 2, tzinfo=UTC)
SINK = "file"
_CONFIG = """
[store]
path = "store"
[model]
path = "none"
[[sink]]
type = "file"
path = "told.jsonl"
"""


class Killed(BaseException):
    """The process dies here."""


@dataclass(kw_only=True)
class Told:
    """What the sink of one run was told, in order."""

    changes: list[tuple[datetime, Change]] = field(default_factory=list)

    @property
    def by_key(self) -> dict[str, list[str]]:
        """For each key the states it was told, in order: `problem`, `worse`, `ok`."""
        words = {ChangeType.OPENED: "problem", ChangeType.REOPENED: "problem", ChangeType.UPDATED: "worse", ChangeType.CLOSED: "ok"}
        found: dict[str, list[str]] = {}
        for _, change in self.changes:
            found.setdefault(change.event.key, []).append(words[change.type])
        return found


def received(mails: Iterable[SimulatedMail]) -> Iterator[RawMail]:
    """The mails as the receiver hands them on."""
    for mail in mails:
        yield RawMail(
            id=mail.stem, received_at=mail.sent_at, data=mail.data, mail_from=mail.mail_from, rcpt_tos=(mail.rcpt_to,), peer="127.0.0.1"
        )


class FleetRun:
    """One daemon's life in a folder."""

    def __init__(self, folder: Path, extra: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "mailtriage.toml"
        path.write_text(_CONFIG + extra, encoding="utf-8")
        self.config = configuration.load(path)
        self.spool = files.open_spool(self.config)
        self.worker = Worker(self.config, is_mail_clock=True)
        self.told = Told()
        self.n_kills = 0

    def run(self, mails: Iterable[RawMail], killed_at: Collection[int] = ()) -> Told:
        """Receives and judges all mails; `killed_at` counts mails from 0."""
        n = 0
        for batch in _together(mails):
            self.spool.add(batch)
            kills = [batch[number - n].id for number in range(n, n + len(batch)) if number in killed_at]
            n += len(batch)
            for mail_id in kills:
                self._die_at(mail_id)
            while self.worker.step():
                self._drain()
        return self.told

    def wait(self, until: datetime, step: timedelta = timedelta(hours=1)) -> None:
        """No mail comes, and the clock goes on."""
        while (at := self.worker.now()) < until:
            self.worker.pass_time(min(at + step, until), step)
            self._drain()

    def close(self) -> None:
        """Ends the daemon."""
        self.worker.close()
        self.spool.close()

    def restart(self) -> None:
        """The process is gone, and another one begins where its store stands."""
        clock, judgement = self.worker._mail_time, self.worker.judgement
        self.worker.close()
        self.worker = Worker(self.config, is_mail_clock=True)
        self.worker._mail_time, self.worker.judgement = clock, judgement  # as rules take their time to be compiled again

    def _die_at(self, mail_id: str) -> None:
        """Judges up to this mail, and dies before it is committed."""
        record = self.worker.store.record

        def dying(outcome: Outcome, *arguments: object, **more: object) -> bool:
            done = record(outcome, *arguments, **more)  # type: ignore[arg-type]
            if outcome.id == mail_id:
                raise Killed
            return done

        self.worker.store.record = dying  # type: ignore[method-assign, assignment]
        try:
            while self.worker.step():
                self._drain()
        except Killed:
            self.n_kills += 1
        self.restart()

    def _drain(self) -> None:
        now = self.worker.now()
        while deliveries := self.worker.store.outbox.claim(SINK, now, 100):
            for delivery in deliveries:
                if delivery.change is not None:
                    self.told.changes.append((now, delivery.change))
                self.worker.store.outbox.done(delivery, now)


def _together(mails: Iterable[RawMail]) -> Iterator[list[RawMail]]:
    """The mails that come within a minute of each other."""
    batch: list[RawMail] = []
    for mail in mails:
        if batch and mail.received_at - batch[0].received_at >= timedelta(minutes=1):
            yield batch
            batch = []
        batch.append(mail)
    if batch:
        yield batch


def alternates(states: Sequence[str]) -> bool:
    """Whether problem and recovery take turns, with no end that nobody was told the beginning of."""
    turns = [state for state in states if state != "worse"]
    return all(state == ("problem", "ok")[number % 2] for number, state in enumerate(turns))
