"""`serve` is killed at random moments while mails arrive: no mail answered 250 is lost, and no event is raised twice.

MAILTRIAGE_CRASH_MAILS sets the number of mails (2000 in the long run, less in `make test`).
"""

from __future__ import annotations

import json
import os
import queue
import random
import re
import smtplib
import threading
from collections import Counter
from pathlib import Path

from tests.service.running import Serve, free_port, wait_until

N_MAILS = int(os.environ.get("MAILTRIAGE_CRASH_MAILS", "400"))
N_SESSIONS = 20
N_KILLS = 5
_STORED = re.compile(rb"stored as (\w+)")


def _mail(number: int) -> bytes:
    """Every fifth is a failing job of one of ten hosts, so that events repeat; the others differ in what they say."""
    host = f"web{number % 10:02d}"
    job = "/usr/local/bin/backup" if number % 5 == 0 else f"/usr/local/bin/job{number % 7}"
    text = 'pg_dump: error: connection to server at "db", port 5432 failed: Connection refused' if number % 5 == 0 else f"done {number}"
    return (
        f"Received: by {host}.example.org (Postfix, from userid 0)\r\n\tid {number:08X}; Mon, 23 Nov 2026 03:00:00 +0000 (UTC)\r\n"
        f"From: root@{host}.example.org (Cron Daemon)\r\nTo: root@{host}.example.org\r\n"
        f"Subject: Cron <root@{host}> {job}\r\nX-Cron-Env: <SHELL=/bin/sh>\r\nMessage-Id: <{number}@{host}.example.org>\r\n"
        f"Date: Mon, 23 Nov 2026 03:00:00 +0000\r\n\r\n{text}\r\n"
    ).encode()


def _send_all(port: int, numbers: queue.Queue[int], answered: dict[int, str]) -> None:
    """One sender: what is not answered 250 is sent again, as every MTA does."""
    session: smtplib.SMTP | None = None
    while True:
        try:
            number = numbers.get_nowait()
        except queue.Empty:
            return
        while number not in answered:
            try:
                session = session or smtplib.SMTP("127.0.0.1", port, timeout=30)
                session.ehlo_or_helo_if_needed()
                session.mail("root@example.org")
                session.rcpt("root@example.org")
                code, reply = session.data(_mail(number))
                if code == 250:
                    answered[number] = _STORED.search(reply)[1].decode()  # type: ignore[index]
            except (smtplib.SMTPException, OSError):
                if session is not None:
                    session.close()
                session = None


def test_no_mail_answered_250_is_lost_and_no_event_is_raised_twice_over_kills(tmp_path: Path) -> None:
    source = random.Random(20261123)
    serve = Serve(
        tmp_path, port=free_port(), extra=f'[[sink]]\ntype = "file"\npath = {json.dumps(str(tmp_path / "events.jsonl"))}\n'
    ).start()
    numbers: queue.Queue[int] = queue.Queue()
    for number in range(N_MAILS):
        numbers.put(number)
    answered: dict[int, str] = {}
    senders = [threading.Thread(target=_send_all, args=(serve.smtp, numbers, answered)) for _ in range(N_SESSIONS)]
    for sender in senders:
        sender.start()
    for share in sorted(source.random() * 0.95 for _ in range(N_KILLS)):
        wait_until(lambda share=share: len(answered) >= share * N_MAILS, "mails are answered")
        serve.kill()
        serve.start()
    for sender in senders:
        sender.join()
    serve.wait_until_judged()
    store, spool = serve.store(), serve.spool()
    wait_until(lambda: not [n for _, state, n in store.outbox.counts() if state == "waiting" and n], "the outbox is empty")

    assert len(answered) == N_MAILS
    lost = [number for number, mail_id in answered.items() if (raw := spool.get(mail_id)) is None or raw.data != _mail(number)]
    assert lost == []
    balance = store.balance(spool.n_received(), spool.last_seq())
    assert balance.is_balanced, balance.faults
    assert sum(day.n_received for day in balance.days) == N_MAILS
    assert sum(day.n_held for day in balance.days) == 0
    opened = Counter(event.key for event in store.open_events())
    assert len(opened) == 2, opened  # hosts 0 and 5 have the failing jobs
    told = {line["id"]: line for line in map(json.loads, (tmp_path / "events.jsonl").read_text().splitlines())}
    problems = Counter(line["key"] for line in told.values() if line["state"] == "problem")
    assert problems == opened
    store.close()
    spool.close()
    assert serve.stop() == 0
