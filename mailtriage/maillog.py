"""What happens to mails, one function per thing that can happen, one logfmt line each, always with the mail's id.

    time=2026-11-23T03:01:07.512Z level=info what=received id=06h2k5v3q8r1m9ze size=5012 peer=10.0.0.7 from=root@web07.example.org

A mail that was refused has no id in the store; its line carries the id it would have had, or `-`.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from datetime import datetime
from typing import TextIO

from mailtriage.text import one_line

_log = logging.getLogger("mailtriage.mail")
_BARE = re.compile(r'[^\s"=\\]+')
_LIMIT = 400


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Sends every logger of the program to `stream` (standard error if none is given) as logfmt lines."""
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(_Logfmt())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


def received(mail_id: str, *, size: int, peer: str, mail_from: str, rcpt_tos: tuple[str, ...]) -> None:
    """A mail is stored for good and will be answered with yes."""
    _say("received", mail_id, size=size, peer=peer, mail_from=mail_from or "<>", rcpt_tos=",".join(rcpt_tos))


def folded(mail_id: str, *, size: int, peer: str) -> None:
    """The same bytes came again; `mail_id` is the mail stored first."""
    _say("folded", mail_id, size=size, peer=peer)


def refused(mail_id: str, *, peer: str, reply: str) -> None:
    """A client or a mail was turned away for good (5xx)."""
    _say("refused", mail_id, logging.WARNING, peer=peer, reply=reply)


def deferred(mail_id: str, *, peer: str, reply: str, error: str = "") -> None:
    """A mail could not be taken now (4xx): the sender keeps it and tries again."""
    _say("deferred", mail_id, logging.WARNING, peer=peer, reply=reply, error=error)


def judged(mail_id: str, *, kind: str, host: str, verdict: str, by: str, detail: str = "") -> None:
    """The verdict on a mail and the place that decided."""
    _say("judged", mail_id, kind=kind, host=host, verdict=verdict, by=by, detail=detail)


def raised(mail_id: str, *, key: str, severity: str, summary: str) -> None:
    """An event was opened."""
    _say("raised", mail_id, key=key, severity=severity, summary=summary)


def updated(mail_id: str, *, key: str, severity: str, count: int) -> None:
    """An open event was seen again."""
    _say("updated", mail_id, key=key, severity=severity, count=count)


def closed(mail_id: str, *, key: str, comment: str = "") -> None:
    """An event was closed; `mail_id` is empty when the clock did it."""
    _say("closed", mail_id, key=key, comment=comment)


def delivered(mail_id: str, *, sink: str, delivery: str) -> None:
    """A sink said it has the delivery."""
    _say("delivered", mail_id, sink=sink, delivery=delivery)


def delivery_failed(mail_id: str, *, sink: str, delivery: str, n_tries: int, error: str, next_try_at: datetime | None) -> None:
    """A sink did not take the delivery; it is tried again, or given up when there is no next time."""
    next_try = next_try_at.isoformat(timespec="seconds") if next_try_at else "never"
    _say("delivery_failed", mail_id, logging.WARNING, sink=sink, delivery=delivery, n_tries=n_tries, error=error, next_try_at=next_try)


def passed(mail_id: str, *, to: str) -> None:
    """A person's mail was handed on unchanged."""
    _say("passed", mail_id, to=to)


def parked(mail_id: str, *, n_tries: int, error: str) -> None:
    """A mail could not be judged after several tries and is shown in the digest as it came."""
    _say("parked", mail_id, logging.ERROR, n_tries=n_tries, error=error)


def undropped(mail_id: str) -> None:
    """An admin took a drop back."""
    _say("undropped", mail_id)


def labelled(mail_id: str, *, verdict: str, section: str = "") -> None:
    """An admin corrected a verdict."""
    _say("labelled", mail_id, verdict=verdict, section=section)


def removed(mail_id: str, *, reason: str) -> None:
    """The raw bytes of a mail were deleted."""
    _say("removed", mail_id, reason=reason)


def logfmt(**fields: object) -> str:
    """The fields as `key=value` words of one line; empty ones are left out, text from mails cannot break the line."""
    return " ".join(f"{name}={_value(value)}" for name, value in fields.items() if value not in ("", None))


def _say(what: str, mail_id: str, level: int = logging.INFO, **fields: object) -> None:
    if _log.isEnabledFor(level):
        _log.log(level, "what=%s id=%s %s", what, mail_id or "-", logfmt(**fields))


def _value(value: object) -> str:
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    if len(text) <= _LIMIT and text.isascii() and text.isprintable() and _BARE.fullmatch(text):
        return text
    text = one_line(text, _LIMIT).replace("\\", "\\\\").replace('"', '\\"')
    return text if _BARE.fullmatch(text) else f'"{text}"'


class _Logfmt(logging.Formatter):
    """`time= level=` and the message; a line of another logger says which, and an exception is one field, not a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        head = f"time={seconds}.{int(record.msecs):03d}Z level={record.levelname.lower()} "
        message = record.getMessage()
        if record.name == _log.name:
            return head + message
        line = head + f"logger={record.name} "
        line += message if message.startswith(("what=", "msg=")) else f"msg={_value(message)}"
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line += " " + logfmt(error=f"{type(error).__name__}: {error}", at=_place(error))
        return line


def _place(error: BaseException) -> str:
    traceback = error.__traceback__
    if traceback is None:
        return ""
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return f"{traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}"
