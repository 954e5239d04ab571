"""Loads an archive into the store: dated by the mails themselves, and nothing follows from it, no event, no digest, no delivery.

The same bytes fold, so an import that was stopped is simply started again, and one that is done twice changes nothing.
A `serve` may run: both take mails from the spool, and only a few hundred of the archive wait there at a time.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from mailtriage.config import Config
from mailtriage.errors import InputError, Place
from mailtriage.receive.files import read_mails
from mailtriage.receive.ids import new_id
from mailtriage.service.worker import Worker
from mailtriage.types import RawMail

_CHUNK = 256  # mails that wait in the spool at a time
_CHUNK_BYTES = 32 * 2**20
_HEADER_BYTES = 256 * 1024
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_DATE = re.compile(rb"^Date:[ \t]*((?:[^\r\n]|\r?\n[ \t])+)", re.IGNORECASE | re.MULTILINE)
_RECEIVED = re.compile(rb"^Received:(?:[^\r\n]|\r?\n[ \t])*;[ \t]*((?:[^\r\n;]|\r?\n[ \t])+)", re.IGNORECASE | re.MULTILINE)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)  # zones and clocks that are a little wrong


@dataclass(slots=True)
class Imported:
    """What became of an archive."""

    n_read: int = 0
    n_new: int = 0
    n_undated: int = 0  # without a date that can be: they count as of today
    n_held: int = 0  # could not be judged
    broken: list[InputError] = field(default_factory=list)

    @property
    def n_known(self) -> int:
        """Mails whose bytes were in the store already."""
        return self.n_read - self.n_new


def archive_mails(paths: Sequence[Path], config: Config | None, said: Imported, now: datetime) -> Iterator[tuple[str, RawMail]]:
    """The mails of an archive, each with its path; what cannot be read is noted in `said`, and the rest goes on."""
    largest = config.receive.max_size if config else None
    for path in paths:
        try:
            for name, data in read_mails(path, said.broken.append):
                if why := _why_not(data, largest):
                    said.broken.append(InputError(why, place=Place(name)))
                    continue
                at = _date(data, now)
                said.n_read += 1
                said.n_undated += at is None
                yield name, RawMail(id=new_id(now), received_at=at or now, data=data, is_archive=True)
        except InputError as error:
            said.broken.append(error)


def import_mails(config: Config, paths: Sequence[Path], *, now: datetime, progress: Callable[[int], None] | None = None) -> Imported:
    """Stores and judges the mails; durable chunk by chunk."""
    said = Imported()
    logging.getLogger("mailtriage").addHandler(logging.NullHandler())  # else the log of a daemon would go to the terminal
    worker = Worker(config)
    try:
        n_held = len(worker.store.parked())
        chunk: list[RawMail] = []
        for _, raw in archive_mails(paths, config, said, now):
            chunk.append(raw)
            if len(chunk) >= _CHUNK or sum(len(mail.data) for mail in chunk) >= _CHUNK_BYTES:
                _take_in(worker, chunk, said, progress)
                chunk = []
        _take_in(worker, chunk, said, progress)
        said.n_held = len(worker.store.parked()) - n_held
        return said
    finally:
        worker.close()


def _take_in(worker: Worker, chunk: Sequence[RawMail], said: Imported, progress: Callable[[int], None] | None) -> None:
    ids = worker.spool.add(chunk) if chunk else []
    said.n_new += sum(mail.id == stored for mail, stored in zip(chunk, ids, strict=True))
    while worker.store.cursor < worker.spool.last_seq() and worker.step():
        pass
    if progress:
        progress(said.n_read)


def _why_not(data: bytes, largest: int | None) -> str:
    if not data.strip():
        return "empty, there is no mail in it"
    if largest is not None and len(data) > largest:
        return f"{len(data)} bytes, more than [receive] max_size"
    return ""


def _date(data: bytes, now: datetime) -> datetime | None:
    """The mail's own time: its Date, else the newest Received; None when it has neither, or one that cannot be."""
    header = _HEADER_END.split(data[:_HEADER_BYTES], maxsplit=1)[0]
    for pattern in (_DATE, _RECEIVED):
        found = pattern.search(header)
        moment = _moment(found[1]) if found else None
        if moment is not None and _EARLIEST <= moment <= now + _AHEAD:
            return min(moment, now)
    return None


def _moment(text: bytes) -> datetime | None:
    try:
        moment = parsedate_to_datetime(" ".join(text.decode("latin-1").split()))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
