"""Group commit: what waits is stored in one transaction, and what comes meanwhile is the next one. No timer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from mailtriage import maillog, metrics
from mailtriage.errors import StoreError
from mailtriage.types import RawMail

_MAX_MAILS = 100  # more in one transaction gains nothing (measured)
_MAX_BYTES = 64 * 2**20

_RECEIVED = metrics.counter("received_total", "Mails stored.")
_FOLDED = metrics.counter("folded_total", "Mails that came again with the same bytes and were not stored twice.")
_BYTES = metrics.counter("received_bytes_total", "Bytes of the mails stored.")
_COMMITS = metrics.counter("commits_total", "Transactions that stored mails.")
_FAILED = metrics.counter("commit_failures_total", "Transactions that failed; their mails were answered with 451.")


class Spool(Protocol):
    """Where received mails are kept."""

    def add(self, mails: Sequence[RawMail]) -> list[str]:
        """Stores the mails for good, all or none, and gives the id each is stored under."""


class GroupCommit:
    """Stores mails through one thread. Everything but the storing itself happens on the event loop."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._waiting: list[tuple[RawMail, asyncio.Future[str]]] = []
        self._is_storing = False
        self._idle = asyncio.Event()
        self._idle.set()

    def store(self, mail: RawMail) -> asyncio.Future[str]:
        """A future that gets the mail's id once it is durable, or the error that kept it from being stored."""
        stored: asyncio.Future[str] = self._loop.create_future()
        self._waiting.append((mail, stored))
        if not self._is_storing:
            self._start()
        return stored

    async def close(self) -> None:
        """Waits until everything given is stored or refused, then ends the thread."""
        await self._idle.wait()
        self._thread.shutdown()

    def _start(self) -> None:
        n_mails, n_bytes = 0, 0
        for mail, _ in self._waiting[:_MAX_MAILS]:
            n_mails, n_bytes = n_mails + 1, n_bytes + len(mail.data)
            if n_bytes >= _MAX_BYTES:
                break
        batch, self._waiting = self._waiting[:n_mails], self._waiting[n_mails:]
        self._is_storing = True
        self._idle.clear()
        running = self._loop.run_in_executor(self._thread, self._spool.add, [mail for mail, _ in batch])
        running.add_done_callback(lambda done: self._settle(batch, done))

    def _settle(self, batch: list[tuple[RawMail, asyncio.Future[str]]], done: asyncio.Future[list[str]]) -> None:
        if self._waiting:
            self._start()
        else:
            self._is_storing = False
            self._idle.set()
        error = done.exception()
        if error is not None:
            _FAILED.inc()
            for mail, stored in batch:
                _log_deferred(mail, error)
                if not stored.done():
                    stored.set_exception(error)
            return
        _COMMITS.inc()
        for (mail, stored), mail_id in zip(batch, done.result(), strict=True):
            _count(mail, mail_id)
            # A client that went away after the dot has cancelled its future: the mail is stored all the same.
            if not stored.done():
                stored.set_result(mail_id)


def _count(mail: RawMail, mail_id: str) -> None:
    size = len(mail.data)
    if mail_id == mail.id:
        _RECEIVED.inc()
        _BYTES.inc(size)
        maillog.received(mail_id, size=size, peer=mail.peer, mail_from=mail.mail_from, rcpt_tos=mail.rcpt_tos)
    else:
        _FOLDED.inc()
        maillog.folded(mail_id, size=size, peer=mail.peer)


def _log_deferred(mail: RawMail, error: BaseException) -> None:
    text = error.message if isinstance(error, StoreError) else f"{type(error).__name__}: {error}"
    maillog.deferred(mail.id, peer=mail.peer, reply="451 4.3.0", error=text)
