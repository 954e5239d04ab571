"""Events as lines of JSON in a file, for whatever reads logs. The file is opened anew for each line, so it may be rotated at any time."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from mailtriage.sinks._event import event_json
from mailtriage.sinks._result import Delivery, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A file of JSON lines."""

    path: Path = field(metadata={"help": "the file events are appended to; its folder must exist"})

    def __post_init__(self) -> None:
        if self.path.is_dir():
            raise ValueError(f"path {self.path} is a folder, not a file")


def send(delivery: Delivery, settings: Settings) -> Result:
    """Appends one change as one line, on the disk when this returns."""
    if delivery.change is None:
        return Result.never("a file takes events only")
    line = event_json(delivery, delivery.change) + b"\n"
    try:
        # Non-blocking: a FIFO that nobody reads must not hold up the sink; on a plain file it means nothing.
        fd = os.open(settings.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o640)
        try:
            return _append(fd, line)
        finally:
            os.close(fd)
    except OSError as error:
        return Result.again(f"{settings.path}: {error.strerror or error}")


def _append(fd: int, line: bytes) -> Result:
    size = os.fstat(fd).st_size
    n = os.write(fd, line)
    if n < len(line):  # the disk is full: half a line would spoil the next one
        if os.fstat(fd).st_size == size + n:
            os.ftruncate(fd, size)
        return Result.again("the line could not be written whole: the disk may be full")
    os.fsync(fd)
    return Result.done()
