"""The demo: a simulated fleet's week through a real `serve`, and what became of it held against the truth.

Everything lives in a temporary folder; the only network is loopback, on ports the system chooses.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailtriage import config as configuration
from mailtriage.config import Config
from mailtriage.digest.edition import Edition
from mailtriage.errors import MailtriageError
from mailtriage.receive.server import Receiver
from mailtriage.receive.settings import Settings
from mailtriage.service import files, mailing
from mailtriage.service.edition import is_flap
from mailtriage.service.judgement import load_judgement
from mailtriage.simulate import Label, SimulatedMail, fleet, mails, send
from mailtriage.simulate.incidents import Incident
from mailtriage.store.main import Store
from mailtriage.store.spool import Spool
from mailtriage.store.values import Balance, ClosedEvent
from mailtriage.types import OpenEvent, RawMail, Verdict

_START_S = 20.0
_POLL_S = 0.05
_GRACE = timedelta(hours=36)  # the report that shows an incident comes the night after, and may take its time
Progress = Callable[[str, int, int], None]  # (stage, done, of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One true incident, and what mailtriage made of it."""

    incident: Incident
    event: OpenEvent | None  # the event that tells it
    closed_at: datetime | None
    is_shown: bool  # at least in the digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Everything the demo prints."""

    n_mails: int
    n_hosts: int
    verdicts: Counter[Verdict]
    n_wrong_drops: int  # mails an admin must see that were dropped
    n_must_see: int
    findings: tuple[Finding, ...]
    false_alarms: tuple[OpenEvent, ...]
    told: tuple[OpenEvent | ClosedEvent, ...]  # the events somebody was told of
    n_sent: int  # event changes that reached the sink
    n_told: int  # mails by which a problem was told; that it is over asks for nobody
    n_flaps: int  # events that were over within their hold time
    n_passed: int  # mails of people that reached the relay
    n_digests: int  # digests that reached the relay
    edition: Edition
    balance: Balance
    seconds: float
    seconds_sending: float

    @property
    def n_would_drop(self) -> int:
        """Sections of the last digest that learning would have dropped, had it been allowed to."""
        return sum(would.n_sections for would in self.edition.would_drop)

    @property
    def missed(self) -> tuple[Finding, ...]:
        """Incidents that nobody was told of."""
        return tuple(finding for finding in self.findings if finding.event is None and not finding.is_shown)

    @property
    def n_reports(self) -> int:
        """Mails that machines wrote; those of people are passed on and belong to no count of noise."""
        return self.n_mails - self.verdicts[Verdict.PASS]

    @property
    def n_shown(self) -> int:
        """Reports that ask for an eye: digested, or telling a problem for the first time.

        The others were dropped, repeat a known problem, tell its end, or belong to one that was over within its hold time.
        """
        return self.n_told + self.verdicts[Verdict.DIGEST]

    @property
    def noise_reduction(self) -> float:
        """The share of the reports that ask for nobody's eye."""
        return 1 - self.n_shown / self.n_reports if self.n_reports else 0.0


class _Mailbox:
    """A relay that keeps what it is given: where the demo's digests and passed mail go."""

    def __init__(self) -> None:
        self.mails: list[RawMail] = []

    def add(self, mails: Sequence[RawMail]) -> list[str]:
        """Keeps the mails."""
        self.mails += mails
        return [mail.id for mail in mails]


def rehearse(hosts: int, days: int, seed: int, progress: Progress) -> Rehearsal:
    """Simulates, serves, sends, waits until all is judged, and compares with the truth."""
    began = time.monotonic()
    start = datetime.combine(datetime.now(UTC).date() - timedelta(days=days), datetime.min.time(), UTC)
    made = fleet(hosts=hosts, days=days, seed=seed, start=start)
    letters = tuple(mails(made))
    with tempfile.TemporaryDirectory(prefix="mailtriage-demo-") as name, _relay() as (mailbox, relay_port):
        folder = Path(name)
        config = _configure(folder, relay_port)
        with _serving(folder) as port:
            sending = time.monotonic()
            progress("sending over SMTP", 0, len(letters))
            # One session: the mails arrive in the order of their dates, and the demo says the same each time.
            send("127.0.0.1", port, letters, lambda n: progress("sending over SMTP", n, len(letters)), connections=1)
            seconds_sending = time.monotonic() - sending
            store, spool = files.open_store(config, read_only=True), files.open_spool(config)
            _wait_until_judged(store, spool, max(letter.sent_at for letter in letters), progress)
        end = max(letter.sent_at for letter in letters)
        result = _compare(store, spool, letters, made.incidents, end)
        edition = mailing.preview(
            store, spool, config, load_judgement(config, survives_model=True).notes, since=end - timedelta(days=1), now=end
        )
        told = folder / "events.jsonl"
        sent = [json.loads(line) for line in told.read_text(encoding="utf-8").splitlines()] if told.exists() else []
        n_digests = sum(b"X-Mailtriage-Digest:" in mail.data for mail in mailbox.mails)
        rehearsal = Rehearsal(
            n_mails=len(letters),
            n_hosts=hosts,
            verdicts=result.verdicts,
            n_wrong_drops=result.n_wrong_drops,
            n_must_see=result.n_must_see,
            findings=result.findings,
            false_alarms=result.false_alarms,
            told=tuple(one for one in result.events if not isinstance(one, ClosedEvent) or not is_flap(one, config.events)),
            n_sent=len(sent),
            n_told=len({change["mail_id"] for change in sent if change["mail_id"] and change["state"] == "problem"}),
            n_flaps=sum(isinstance(one, ClosedEvent) and is_flap(one, config.events) for one in result.events),
            n_passed=len(mailbox.mails) - n_digests,
            n_digests=n_digests,
            edition=edition,
            balance=store.balance(spool.n_received(), spool.last_seq()),
            seconds=time.monotonic() - began,
            seconds_sending=seconds_sending,
        )
        store.close()
        spool.close()
        return rehearsal


def _configure(folder: Path, relay_port: int) -> Config:
    path = folder / "mailtriage.toml"
    path.write_text(
        f"""
[store]
path = "store"
[receive]
port = 0
[http]
port = 0
[relay]
host = "127.0.0.1"
port = {relay_port}
sender = "mailtriage@demo.example.org"
[digest]
to = ["admin@example.org"]
[[sink]]
type = "file"
path = {json.dumps(str(folder / "events.jsonl"))}
""",
        encoding="utf-8",
    )
    return configuration.load(path)


@contextmanager
def _relay() -> Iterator[tuple[_Mailbox, int]]:
    mailbox, ready, over = _Mailbox(), threading.Event(), threading.Event()
    ports: list[int] = []

    async def run() -> None:
        receiver = Receiver(Settings(host="127.0.0.1", port=0, instance="demo-relay"), mailbox)
        await receiver.start()
        ports.append(receiver.port)
        ready.set()
        await asyncio.to_thread(over.wait)
        await receiver.stop()

    thread = threading.Thread(target=lambda: asyncio.run(run()), name="demo-relay")
    thread.start()
    try:
        if not ready.wait(_START_S):
            raise MailtriageError("the demo's relay did not start", remedy="is the loopback interface up?")
        yield mailbox, ports[0]
    finally:
        over.set()
        thread.join()


@contextmanager
def _serving(folder: Path) -> Iterator[int]:
    command = [sys.executable, "-m", "mailtriage", "serve", "--config", str(folder / "mailtriage.toml"), "--mail-clock"]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise MailtriageError(f"serve did not start:\n{(folder / 'log').read_text(encoding='utf-8', errors='replace')[-2000:]}")
            yield int(json.loads(line)["smtp"])
        finally:
            process.terminate()


def _wait_until_judged(store: Store, spool: Spool, end: datetime, progress: Progress) -> None:
    last = spool.last_seq()
    stalled_since, cursor = time.monotonic(), -1
    while store.cursor < last or store.outbox.n_due(end):
        if store.cursor != cursor:
            stalled_since, cursor = time.monotonic(), store.cursor
        elif time.monotonic() - stalled_since > _START_S:
            raise MailtriageError(
                f"triage stopped at mail {cursor} of {last}", remedy="please report this with the output of `mailtriage doctor`"
            )
        progress("judging", cursor, last)
        time.sleep(_POLL_S)
    progress("judging", last, last)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    verdicts: Counter[Verdict]
    n_wrong_drops: int
    n_must_see: int
    findings: tuple[Finding, ...]
    false_alarms: tuple[OpenEvent, ...]
    events: tuple[OpenEvent | ClosedEvent, ...]


def _compare(store: Store, spool: Spool, letters: Sequence[SimulatedMail], incidents: Sequence[Incident], end: datetime) -> _Comparison:
    ids = {hashlib.sha256(raw.data).digest(): raw.id for _, raw in _all(spool)}
    verdicts: Counter[Verdict] = Counter()
    told: dict[str, bool] = {}  # incident -> whether one of its mails was shown
    by_id: dict[str, SimulatedMail] = {}
    n_must_see = n_wrong = 0
    for letter in letters:
        mail_id = ids[hashlib.sha256(letter.data).digest()]
        row = store.mail(mail_id)
        verdict = row.verdict if row else Verdict.DIGEST
        by_id[mail_id] = letter
        verdicts[verdict] += 1
        if letter.truth.label is not Label.NOISE:
            n_must_see += 1
            n_wrong += verdict is Verdict.DROP
        for incident in letter.truth.incidents:
            told[incident] = told.get(incident, False) or (verdict is not Verdict.DROP and letter.truth.label is not Label.NOISE)
    events = store.events(closed_since=datetime.min.replace(tzinfo=UTC))
    real = [incident for incident in incidents if incident.type.is_incident]
    findings = tuple(_find(incident, events, told.get(incident.id, False), end) for incident in real)
    explained = {finding.event.id for finding in findings if finding.event}
    opened = [event.event if isinstance(event, ClosedEvent) else event for event in events]
    false = [event for event in opened if event.id not in explained and _is_false(event, by_id)]
    return _Comparison(
        verdicts=verdicts,
        n_wrong_drops=n_wrong,
        n_must_see=n_must_see,
        findings=findings,
        false_alarms=tuple(false),
        events=events,
    )


def _all(spool: Spool) -> Iterator[tuple[int, RawMail]]:
    seq = 0
    while found := spool.after(seq, 500):
        yield from found
        seq = found[-1][0]


def _find(incident: Incident, events: Sequence[OpenEvent | ClosedEvent], is_shown: bool, end: datetime) -> Finding:
    until = (incident.ended_at or end) + _GRACE
    for found in events:
        event = found.event if isinstance(found, ClosedEvent) else found
        is_its_own = event.host == incident.host.name and event.check == incident.type.check
        if is_its_own and incident.began_at <= event.opened_at <= until:
            closed_at = found.closed_at if isinstance(found, ClosedEvent) else None
            return Finding(incident=incident, event=event, closed_at=closed_at, is_shown=True)
    return Finding(incident=incident, event=None, closed_at=None, is_shown=is_shown)


def _is_false(event: OpenEvent, letters: dict[str, SimulatedMail]) -> bool:
    """An event from a mail that says nothing; one that only the clock made is false when no incident explains it."""
    letter = letters.get(event.mail_id)
    return letter is None or letter.truth.label is Label.NOISE
