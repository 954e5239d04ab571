"""A site with a store, without a daemon: mails are received, judged and recorded as the worker does it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailtriage import config as configuration
from mailtriage.config import Config
from mailtriage.correlate import seen_at
from mailtriage.pipeline import triage
from mailtriage.receive.ids import new_id
from mailtriage.service import files
from mailtriage.service.judgement import load_judgement, relearnt
from mailtriage.types import Outcome, RawMail

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
_MAIL = """\
Received: by {host} (Postfix, from userid 0)
\tid 4A1B2C3D4E; {date}
From: root@{host} (Cron Daemon)
To: root@{host}
Subject: Cron <root@{short}> /usr/local/bin/{job}
X-Cron-Env: <SHELL=/bin/sh>
Message-Id: <{number}@{host}>
Date: {date}

{text}
"""


class Site:
    """A configuration folder with its store."""

    def __init__(self, folder: Path, extra: str = "") -> None:
        (folder / "mailtriage.toml").write_text(f'[store]\npath = "store"\n{extra}', encoding="utf-8")
        self.config: Config = configuration.load(folder / "mailtriage.toml")
        self.store = files.open_store(self.config)
        self.spool = files.open_spool(self.config)
        self._judgement = load_judgement(self.config)
        self._n = 0

    def cron(self, text: str, *, host: str = "web07.example.org", job: str = "vault", at: datetime | None = None) -> str:
        """Takes and judges the mail of a cron job, and gives its id."""
        self._n += 1
        at = at or NOW + self._n * HOUR
        date = at.strftime("%a, %d %b %Y %H:%M:%S +0000")
        mail = _MAIL.format(host=host, short=host.partition(".")[0], job=job, number=self._n, date=date, text=text)
        return self.take(mail.encode(), at).id

    def take(self, data: bytes, at: datetime) -> Outcome:
        """Takes and judges a mail."""
        raw = RawMail(id=new_id(at), received_at=at, data=data, mail_from="root@example.org", rcpt_tos=("root@example.org",))
        self.spool.add([raw])
        judgement = self._judgement = relearnt(self.config, self._judgement, self.store.learning.promoted())
        outcome = triage(
            raw, judgement.rulebook, judgement.model, self.store, at, promoted=judgement.promoted, suspended=self.store.audits.suspended()
        )
        self.store.record(outcome, self.spool.last_seq(), seen_at=seen_at(outcome), now=at)
        return outcome

    def outcome(self, mail_id: str) -> Outcome:
        """What was decided about a mail."""
        found = self.store.outcome(mail_id)
        assert found is not None
        return found

    def close(self) -> None:
        """Closes the files."""
        self.store.close()
        self.spool.close()


def quiet(number: int) -> str:
    """What a healthy job says."""
    return f"vault: link to the array is up\ncopied {900 + 7 * number % 60} files, 0 errors\nvault: closed after 4{number % 9} s\n"


def troubled(number: int) -> str:
    """What the same job says when something is wrong."""
    words = ("the blue lamp of the shelf blinks", "shelf 2 answered twice", "copied by the long way", "the lid is open")
    return quiet(number).replace("vault: closed", f"vault: {words[number % len(words)]}\nvault: closed")
