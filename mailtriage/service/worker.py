"""The worker process: reads the spool behind the receiver, judges, correlates, and writes each mail's outcome in one transaction.

The daemon starts it and speaks to it by lines: in `new`, `reload`, `stop`; out one JSON object a line (`ready`, `metrics`, `fatal`).
End of input means that the daemon is gone: the worker finishes the mail in hand and ends.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from mailtriage import config as configuration
from mailtriage import maillog, metrics
from mailtriage.config import Config
from mailtriage.correlate import seen_at
from mailtriage.errors import MailtriageError
from mailtriage.pipeline import triage
from mailtriage.service import files, mailing
from mailtriage.service.correlating import Correlator
from mailtriage.service.deliver import Deliverer
from mailtriage.service.growing import Growing
from mailtriage.service.judgement import load_judgement, relearnt
from mailtriage.store.main import Store
from mailtriage.store.readings import KEPT_DAYS
from mailtriage.store.spool import Spool
from mailtriage.types import Change, ChangeType, Outcome, RawMail, Verdict

BATCH = 64  # mails that share one flush; each is a savepoint of its own
TRIES = 3  # then the mail is parked and shown as it came
TICK = timedelta(minutes=1)
_IDLE_S = 5.0
_GONE = "gone"  # the daemon: another one may have its own worker by now, so this one ends at once
KEEP_OKS = timedelta(days=30)  # an MTA gives up after five
_log = logging.getLogger(__name__)
_JUDGED = metrics.counter("judged_total", "Mails judged, by verdict.")
_PARKED = metrics.counter("parked_total", "Mails that could not be judged.")
_LAG = metrics.gauge("backlog", "Mails received and not judged yet.")
_OPEN = metrics.gauge("open_events", "Events open now.")


class Worker:
    """Everything after the spool. `is_mail_clock`: the time is the mails' own, for a simulated or archived past."""

    def __init__(self, config: Config, *, is_mail_clock: bool = False) -> None:
        self.config = config
        self.is_mail_clock = is_mail_clock
        self._mail_time: datetime | None = None
        self._suspended: frozenset[str] = frozenset()  # as of this batch
        self.spool: Spool = files.open_spool(config)
        self.store: Store = files.open_store(config)
        self.judgement = load_judgement(config, promoted=self.store.learning.promoted(), survives_model=True)
        self.deliverer = Deliverer(config, self.store, self.spool, files.instance(config), self.now)
        self.correlator = Correlator(config, self.store, self.deliverer, lambda: self.judgement)
        for note in self.notes:
            _log.error("what=not_as_configured %s", maillog.logfmt(note=note))
        self._growing = Growing(self.store)
        self._next_tick: datetime | None = None
        self._forgot_on: date | None = None
        # A mail may have killed the worker before this one: those it had in hand are taken one by one, each counted before.
        self._n_careful = BATCH

    @property
    def notes(self) -> tuple[str, ...]:
        """What is wrong with the files that decide, and was survived."""
        note = self.correlator.overrides_note
        return (*self.judgement.notes, *((note,) if note else ()))

    def now(self) -> datetime:
        """The time: the wall clock's, or that of the newest mail."""
        return self._mail_time or datetime.now(UTC) if self.is_mail_clock else datetime.now(UTC)

    def reload(self) -> None:
        """Takes the changed configuration, rules and model; whatever is wrong with them leaves the old ones in force."""
        assert self.config.path is not None
        # Another [store] needs a restart: the receiver writes to the old one, and knows our own mail by its name.
        fresh = replace(configuration.load(self.config.path), store=self.config.store)
        promoted = self.store.learning.promoted()
        judgement = load_judgement(fresh, promoted=promoted, survives_model=self.judgement.model is None, old=self.judgement.weights)
        deliverer = Deliverer(fresh, self.store, self.spool, files.instance(fresh), self.now)
        self.deliverer.stop()
        self.config, self.judgement, self.deliverer = fresh, judgement, deliverer
        self.correlator = Correlator(fresh, self.store, deliverer, lambda: self.judgement, before=self.correlator)
        deliverer.start()
        self._next_tick = None  # what was mended, or broke, is told at once

    def step(self) -> int:
        """Judges the next mails of the spool, at most a batch; says how many it took."""
        mails = self.spool.after(self.store.cursor, 1 if self._n_careful else BATCH)
        self._take_what_was_learnt()
        if not mails:
            return 0
        if self._n_careful:
            self._n_careful -= 1
            if self._killed_us(*mails[0]):
                return 1
        try:
            said = self._judge_all(mails)
        except MailtriageError:  # a full disk, a locked file
            with contextlib.suppress(MailtriageError):
                self.store.forget_tries(mails[0][1].id)
            raise
        for outcome, changes in said:
            _say(outcome, changes)
        if self.is_mail_clock or any(changes or outcome.verdict is Verdict.PASS for outcome, changes in said):
            self.deliverer.wake()
        return len(said)

    def _take_what_was_learnt(self) -> None:
        """A model that was trained, a kind that was promoted: at once, without a reload."""
        fresh = relearnt(self.config, self.judgement, self.store.learning.promoted())
        if fresh is self.judgement:
            return
        self.judgement = fresh
        said = {"model": fresh.model.version if fresh.model else "none", "acts_on": ",".join(sorted(fresh.promoted))}
        _log.info("what=relearnt %s", maillog.logfmt(**said))
        if fresh.model_note:
            _log.error("what=not_as_configured %s", maillog.logfmt(note=fresh.model_note))

    def _judge_all(self, mails: Sequence[tuple[int, RawMail]]) -> list[tuple[Outcome, Sequence[Change]]]:
        said = []
        with self.store.transaction():
            self._suspended = self.store.audits.suspended()
            for seq, raw in mails:
                if self.is_mail_clock:
                    self._mail_time = max(raw.received_at, self._mail_time or raw.received_at)
                    self.tick()
                said.append(self._one(seq, raw))
        return said

    def _killed_us(self, seq: int, raw: RawMail) -> bool:
        """Counts, durably, that this mail is tried; parks it when it has been tried often enough and none came back."""
        if self.store.count_try(raw.id) <= TRIES:
            return False
        self._park(seq, raw, "the worker process died of it")
        return True

    def _one(self, seq: int, raw: RawMail) -> tuple[Outcome, Sequence[Change]]:
        """One mail, judged and recorded, or parked after three tries."""
        for n_tries in range(1, TRIES + 1):
            try:
                return self._judge(seq, raw)
            except MailtriageError:
                raise  # the store's own troubles are not the mail's fault
            except Exception as error:  # noqa: BLE001
                # The one place around one mail (style.md): whatever it is, the mail is kept and shown.
                _log.exception("mail id=%s could not be judged, try %d", raw.id, n_tries)
                problem = f"{type(error).__name__}: {error}"
        return self._park(seq, raw, problem), ()

    def _park(self, seq: int, raw: RawMail, problem: str) -> Outcome:
        self.store.park(raw, seq, problem, now=self.now())
        _PARKED.inc()
        maillog.parked(raw.id, n_tries=TRIES, error=problem)
        return _parked_outcome(raw)

    def _judge(self, seq: int, raw: RawMail) -> tuple[Outcome, Sequence[Change]]:
        now = self.now()
        by = self.judgement
        outcome = triage(raw, by.rulebook, by.model, self.store, now, promoted=by.promoted, suspended=self._suspended)
        outcome = by.weights.weighed(outcome)
        if raw.is_archive:
            self.store.record(outcome, seq, seen_at=seen_at(outcome), now=now, is_archive=True)
            return outcome, ()
        followed = self.correlator.of_mail(raw, outcome, now)
        is_new = self.store.record(
            outcome,
            seq,
            followed.changes,
            seen_at=seen_at(outcome),
            now=now,
            sinks_for=self.deliverer.sinks_for,
            hold_for=self.deliverer.hold_for,
            pass_to=self.deliverer.pass_sinks,
            besides=followed.besides,
        )
        if is_new:
            self.correlator.written(followed, now)
        return outcome, followed.changes

    def pass_time(self, until: datetime, step: timedelta) -> None:
        """Lets the mails' clock go on in steps where no mail comes."""
        at = self.now()
        while at < until:
            at = min(at + step, until)
            self._mail_time = at
            with self.store.transaction():
                self.tick()

    def tick(self) -> None:
        """What only the clock brings: events that expire, hosts that fell silent, the digest, old mails."""
        now = self.now()
        if self._next_tick is not None and now < self._next_tick:
            return
        self._next_tick = now + TICK
        # While mails wait, those that are missing may be among them.
        is_behind = not self.is_mail_clock and self.spool.last_seq() > self.store.cursor
        changes = self.correlator.of_clock(now, is_behind=is_behind)
        if not is_behind:
            self.store.show(self._growing.entries(now))
        for change in changes:
            _say_change(change)
        self._forget(now)
        if mailing.send_due(self.store, self.spool, self.config, self.notes, now) or changes:
            self.deliverer.wake()
        _OPEN.set(self.store.n_open_events())
        _LAG.set(max(0, self.spool.last_seq() - self.store.cursor))

    def _forget(self, now: datetime) -> None:
        """Deletes the bytes of mails kept long enough; what was decided about them stays."""
        if self._forgot_on == now.date():
            return
        self._forgot_on = now.date()
        keep = self.config.store
        old = self.store.kept_long_enough(
            dropped_before=now - timedelta(days=keep.keep_dropped_days), others_before=now - timedelta(days=keep.keep_raised_days)
        )
        for mail_id in old:
            maillog.removed(mail_id, reason="kept long enough")
        self.spool.remove(old)
        self.store.forgot(old)
        self.store.forget_oks(now - KEEP_OKS)
        self.store.paths.forget(now)
        self.store.muted.forget(now)
        self.store.hits.forget(now)
        self.store.arrivals.forget(now)
        self.store.past.forget(now - timedelta(days=KEPT_DAYS))
        self.store.past.find_moves(now)

    def close(self) -> None:
        """Ends the deliveries in hand and closes the files."""
        self.deliverer.stop()
        self.store.close()
        self.spool.close()


def _parked_outcome(raw: RawMail) -> Outcome:
    """What the log says of a parked mail; the store has it among the parked."""
    from mailtriage.types import Judged, Reason, Section

    reason = Reason(by="guard", detail="could not be judged")
    section = Section(name="guard", lines=())
    return Outcome(
        id=raw.id,
        received_at=raw.received_at,
        sent_at=None,
        kind="unknown",
        host="",
        subject="",
        sender=raw.mail_from,
        is_complete=False,
        verdict=Verdict.DIGEST,
        severity=None,
        sections=(Judged(section=section, verdict=Verdict.DIGEST, reasons=(reason,)),),
    )


def _say(outcome: Outcome, changes: Sequence[Change]) -> None:
    reason = outcome.decided_by
    maillog.judged(outcome.id, kind=outcome.kind, host=outcome.host, verdict=outcome.verdict, by=reason.by, detail=reason.detail)
    _JUDGED.inc(verdict=outcome.verdict)
    for change in changes:
        _say_change(change)


def _say_change(change: Change) -> None:
    event = change.event
    if change.type is ChangeType.OPENED:
        maillog.raised(change.mail_id, key=event.key, severity=event.severity, summary=event.summary)
    elif change.type is not ChangeType.CLOSED:
        maillog.updated(change.mail_id, key=event.key, severity=event.severity, count=event.count)
    else:
        maillog.closed(change.mail_id, key=event.key, comment=change.comment)


def _tell(**message: object) -> None:
    try:
        print(json.dumps(message), flush=True)
    except OSError:  # the daemon is gone, as the end of our input says too
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _listen(orders: queue.Queue[str]) -> None:
    for line in sys.stdin:
        orders.put(line.strip())
    orders.put(_GONE)


def _given(orders: queue.Queue[str], *, is_idle: bool) -> frozenset[str]:
    """All orders given since; with nothing to do the first is waited for, but not beyond the next tick."""
    found = set()
    with contextlib.suppress(queue.Empty):
        found.add(orders.get(block=is_idle, timeout=_IDLE_S))
        while True:
            found.add(orders.get_nowait())
    return frozenset(found)


def run(config: Config, *, is_mail_clock: bool) -> None:
    """The loop: work while there is work, then wait for an order or the next tick. At `stop` what is received is judged first."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):  # a whole group may get them: the daemon decides when to end
        signal.signal(number, signal.SIG_IGN)
    orders: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    worker = Worker(config, is_mail_clock=is_mail_clock)
    try:
        worker.deliverer.start()
        _tell(ready=True)
        given: frozenset[str] = frozenset()
        is_stopping = False
        while _GONE not in given:
            if "reload" in given:
                _reload(worker)
            n_done = worker.step()
            if not is_mail_clock:
                with worker.store.transaction():
                    worker.tick()
            _tell(metrics=metrics.text(), cursor=worker.store.cursor)
            if is_stopping and not n_done:
                return
            given = _given(orders, is_idle=not n_done)
            is_stopping = is_stopping or "stop" in given
    finally:
        worker.close()


def _reload(worker: Worker) -> None:
    try:
        worker.reload()
    except MailtriageError as error:
        _log.error("what=reload_refused %s", maillog.logfmt(error=str(error)))
        return
    _log.info("what=reloaded rules=%s", worker.judgement.rulebook.version)
    for note in worker.notes:
        _log.error("what=not_as_configured %s", maillog.logfmt(note=note))


def main() -> None:
    """`python -m mailtriage.service.worker CONFIG [mail-clock]`: started by the daemon only."""
    maillog.configure()
    try:
        run(configuration.load(Path(sys.argv[1])), is_mail_clock="mail-clock" in sys.argv[2:])
    except MailtriageError as error:
        _tell(fatal=str(error))
        sys.exit(2)


if __name__ == "__main__":
    main()
