"""One round of deliveries to one sink: claim, send, and mark only what the target said."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from mailtriage import maillog
from mailtriage.sinks._result import Answer, Delivery, Result
from mailtriage.types import RawMail

_log = logging.getLogger(__name__)


_D = TypeVar("_D", bound=Delivery)
_RawOf = Callable[[str], RawMail | None]


class Outbox(Protocol[_D]):
    """Where deliveries wait."""

    def claim(self, sink: str, now: datetime, limit: int = 1) -> Sequence[_D]:
        """Due deliveries that nobody else gets for a while."""

    def done(self, delivery: _D, now: datetime) -> None:
        """The target has it."""

    def failed(self, delivery: _D, now: datetime, error: str) -> datetime:
        """Try again later: when."""

    def dead(self, delivery: _D, now: datetime, error: str) -> None:
        """Give it up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sink:
    """A configured target."""

    name: str
    send: Callable[[Delivery], Result]


def deliver(
    outbox: Outbox[_D], sink: Sink, clock: Callable[[], datetime], raw_of: Callable[[str], RawMail | None], limit: int = 100
) -> int:
    """Sends what is due to this sink, at most `limit`, and says how many it took.

    The round ends at the first delivery that has to wait: a target that is down is asked once a round, not once for each.
    """
    n_done = 0
    for _ in range(limit):
        claimed = outbox.claim(sink.name, clock(), 1)
        if not claimed:
            break
        result = _send(sink, claimed[0], raw_of)
        _mark(outbox, sink, claimed[0], result, clock())
        n_done += result.answer is Answer.DONE
        if result.answer is Answer.AGAIN:
            break
    return n_done


def _send(sink: Sink, delivery: _D, raw_of: _RawOf) -> Result:
    try:
        if delivery.what == "pass":
            raw = raw_of(delivery.mail_id)
            if raw is None:
                return Result.never("the mail is not in the spool any more")
            return sink.send(delivery.with_raw(raw))
        return sink.send(delivery)
    except Exception as error:  # noqa: BLE001 the edge around one sink (docs/flow.md): whatever it is, the delivery is kept
        _log.warning("msg=%s", "a sink failed in an unforeseen way", exc_info=error)
        return Result.again(f"{type(error).__name__}: {error}")


def _mark(outbox: Outbox[_D], sink: Sink, delivery: _D, result: Result, now: datetime) -> None:
    if result.answer is Answer.DONE:
        outbox.done(delivery, now)
        maillog.delivered(delivery.mail_id, sink=sink.name, delivery=delivery.id)
        return
    retry_at = None
    if result.answer is Answer.AGAIN:
        retry_at = outbox.failed(delivery, now, result.detail)
    else:
        outbox.dead(delivery, now, result.detail)
    maillog.delivery_failed(
        delivery.mail_id, sink=sink.name, delivery=delivery.id, n_tries=delivery.n_tries, error=result.detail, next_try_at=retry_at
    )
