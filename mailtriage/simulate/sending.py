"""Sends simulated mails over SMTP as a fleet would: several sessions at once, an envelope for each mail."""

from __future__ import annotations

import queue
import smtplib
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mailtriage.errors import InputError
from mailtriage.simulate.mail import SimulatedMail

_TIMEOUT_S = 60.0
_PER_SESSION = 100  # an MTA opens a new session now and then


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A mail the server did not take, and what it said."""

    number: int
    code: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How the sending went."""

    accepted: int
    refused: tuple[Refused, ...]


def send(
    host: str,
    port: int,
    mails: Iterable[SimulatedMail],
    progress: Callable[[int], None] | None = None,
    *,
    connections: int = 4,
) -> Sent:
    """Sends the mails over `connections` sessions; `progress` gets the number of answered mails after each one.

    With one connection the mails arrive in their order; with more they may overtake each other a little.
    """
    waiting: queue.Queue[SimulatedMail | None] = queue.Queue(maxsize=connections * 4)
    tally = _Tally(progress)
    sessions = [threading.Thread(target=_session, args=(host, port, waiting, tally), daemon=True) for _ in range(connections)]
    for session in sessions:
        session.start()
    for mail in mails:
        waiting.put(mail)
        if tally.failure:
            break
    for _ in sessions:
        waiting.put(None)
    for session in sessions:
        session.join()
    if tally.failure:
        raise InputError(
            f"SMTP server {host}:{port}: {tally.failure}", remedy="check the address, and that the server runs and allows this client"
        )
    return Sent(accepted=tally.accepted, refused=tuple(sorted(tally.refused, key=lambda refused: refused.number)))


class _Tally:
    """What all sessions have done so far; the first failure of a connection ends the sending."""

    def __init__(self, progress: Callable[[int], None] | None) -> None:
        self._lock = threading.Lock()
        self._progress = progress
        self.accepted = 0
        self.refused: list[Refused] = []
        self.failure = ""

    def answered(self, refused: Refused | None) -> None:
        with self._lock:
            if refused:
                self.refused.append(refused)
            else:
                self.accepted += 1
            if self._progress:
                self._progress(self.accepted + len(self.refused))


def _session(host: str, port: int, waiting: queue.Queue[SimulatedMail | None], tally: _Tally) -> None:
    client: smtplib.SMTP | None = None
    count = 0
    while (mail := waiting.get()) is not None:
        if tally.failure:
            continue  # empty the queue, so that nobody waits for a place in it
        try:
            if client is None or count % _PER_SESSION == 0:
                if client is not None:
                    client.quit()
                client = smtplib.SMTP(host, port, local_hostname=mail.mail_from.rpartition("@")[2] or "localhost", timeout=_TIMEOUT_S)
                client.ehlo()
            count += 1
            tally.answered(_deliver(client, mail))
        except (OSError, smtplib.SMTPException) as error:
            tally.failure = str(error) or type(error).__name__
            client = None
    if client is not None and not tally.failure:
        client.quit()


def _deliver(client: smtplib.SMTP, mail: SimulatedMail) -> Refused | None:
    options = ("BODY=8BITMIME",) if client.has_extn("8bitmime") else ()
    try:
        client.sendmail(mail.mail_from, [mail.rcpt_to], mail.data, mail_options=options)
    except smtplib.SMTPResponseException as error:
        return Refused(number=mail.number, code=error.smtp_code, text=_text(error.smtp_error))
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        return Refused(number=mail.number, code=code, text=_text(text))
    return None


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
