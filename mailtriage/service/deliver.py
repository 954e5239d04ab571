"""Deliveries: one thread for each sink, so that a target that hangs holds up neither triage nor the other targets."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from mailtriage import maillog
from mailtriage.config import Config, EventsConfig, SinkConfig
from mailtriage.correlate.flaps import Holds, hold_for
from mailtriage.errors import Place
from mailtriage.sinks import Sink, deliver, open_sink
from mailtriage.store.main import Store
from mailtriage.store.spool import Spool
from mailtriage.types import Change, Severity

RELAY_SINK = "relay"  # takes digests and mail of people
_POLL_S = 5.0  # a retry comes due without anybody telling
_JOIN_S = 35.0
_log = logging.getLogger(__name__)


def open_sinks(config: Config, instance: str) -> dict[str, Sink]:
    """All configured sinks by name, the relay among them; ConfigError says what is wrong with which key."""
    place = Place(str(config.path)) if config.path else None
    sinks = {one.name: open_sink(one.name, one.type, one.options, place) for one in config.sinks}
    if config.relay.host:
        relay = config.relay
        options: dict[str, object] = {
            "host": relay.host,
            "port": relay.port,
            "sender": relay.sender,
            "to": config.digest.to,
            "pass_to": relay.pass_to,
            "instance": instance,
        }
        sinks[RELAY_SINK] = open_sink(RELAY_SINK, "mail", options, place)
    return sinks


class Deliverer:
    """Brings the outbox to the sinks."""

    def __init__(self, config: Config, store: Store, spool: Spool, instance: str, clock: Callable[[], datetime]) -> None:
        self._sinks = open_sinks(config, instance)
        self._wants = config.sinks
        self._holds = holds(config.events)
        self._store = store
        self._spool = spool
        self._clock = clock
        self._news = {name: threading.Event() for name in self._sinks}
        self._is_stopping = False
        self._threads: list[threading.Thread] = []

    @property
    def pass_sinks(self) -> tuple[str, ...]:
        """The sinks that take mail of people."""
        return (RELAY_SINK,) if RELAY_SINK in self._sinks else ()

    def sinks_for(self, change: Change) -> Sequence[str]:
        """The sinks that are told of a change: those whose severity it reaches; a close goes where the problem went."""
        if not change.is_news:
            return ()
        return tuple(one.name for one in self._wants if _reaches(one, change))

    def hold_for(self, change: Change) -> timedelta:
        """How long a change is kept back, as it may be undone soon."""
        return hold_for(change, self._holds)

    def start(self) -> None:
        """Begins to deliver."""
        for name in self._sinks:
            thread = threading.Thread(target=self._run, args=(name,), name=f"sink-{name}")
            thread.start()
            self._threads.append(thread)

    def wake(self) -> None:
        """There is something new in the outbox."""
        for news in self._news.values():
            news.set()

    def stop(self) -> None:
        """Lets each sink end the delivery in hand."""
        self._is_stopping = True
        self.wake()
        for thread in self._threads:
            thread.join(_JOIN_S)
        self._threads.clear()

    def _run(self, name: str) -> None:
        while True:
            self._news[name].clear()
            try:
                n_done = deliver(self._store.outbox, self._sinks[name], self._clock, self._spool.get)
            except Exception as error:  # noqa: BLE001 the edge around one sink: were this thread to end, its alarms would wait unseen
                _log.error("what=outbox_unreadable %s", maillog.logfmt(sink=name, error=f"{type(error).__name__}: {error}"))
                n_done = 0
            if self._is_stopping:
                return
            if not n_done:
                self._news[name].wait(_POLL_S)


def holds(events: EventsConfig) -> Holds:
    """How long events are held, as configured."""
    seconds = {Severity.INFO: events.hold_warning_s, Severity.WARNING: events.hold_warning_s, Severity.HIGH: events.hold_high_s}
    return Holds(
        by_severity={severity: timedelta(seconds=n) for severity, n in seconds.items()},
        flapping_after=events.flapping_after,
    )


def _reaches(sink: SinkConfig, change: Change) -> bool:
    # A closed event is told by the worst it has been: the store never lowers a severity while the event is open.
    return change.event.severity.rank >= Severity(sink.min_severity).rank
