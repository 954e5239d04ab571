"""The daemon: receives and stores, keeps the worker running, answers HTTP. It imports no rules, parser or model."""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import json
import logging
import re
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from mailtriage import config as configuration
from mailtriage import maillog, metrics
from mailtriage.config import Config
from mailtriage.errors import ConfigError, MailtriageError
from mailtriage.receive.server import Receiver
from mailtriage.receive.settings import Settings
from mailtriage.service import http
from mailtriage.service.files import instance, open_spool, rewind
from mailtriage.store.spool import Spool
from mailtriage.types import RawMail

_log = logging.getLogger(__name__)
_FIRST_RESTART_S, _LAST_RESTART_S = 0.5, 30.0
_STOP_S = 60.0
_RESTARTS = metrics.counter("worker_restarts_total", "Times the worker ended without being asked and was started again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the daemon listens, once it does."""

    smtp: int
    http: int


class Daemon:
    """One `serve`. `is_mail_clock` dates every mail by its own Date header: for simulated and archived pasts."""

    def __init__(self, config: Config, *, is_mail_clock: bool = False) -> None:
        self._config = config
        self._is_mail_clock = is_mail_clock
        self._spool: Spool = open_spool(config)
        if rewind(config, self._spool):
            _log.warning("what=spool_read_again %s", maillog.logfmt(why="it ends before the last mail judged: restored, or made anew"))
        receiving = _Announcing(self._spool, self._wake, is_mail_clock=is_mail_clock)
        self._receiver = Receiver(_settings(config), receiving)
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._worker: asyncio.subprocess.Process | None = None
        self._worker_metrics = ""
        self._is_ready = False
        self._was_ready = False
        self._is_stopping = False
        self.fatal = ""  # why the worker refused to start, for good

    async def run(self) -> None:
        """Serves until SIGTERM or SIGINT; then ends what is in flight."""
        server = await self._start_http()
        try:
            await self._receiver.start()
            supervisor = asyncio.create_task(self._keep_worker())
            supervisor.add_done_callback(lambda _: self._stop.set())  # after a fault of ours, too: better no daemon than no triage
            for number in (signal.SIGTERM, signal.SIGINT):
                self._loop.add_signal_handler(number, self._stop.set)
            self._loop.add_signal_handler(signal.SIGHUP, self._reload)
            ports = Ports(smtp=self._receiver.port, http=server.sockets[0].getsockname()[1] if server else 0)
            _log.info("what=listening %s", maillog.logfmt(smtp=ports.smtp, http=ports.http, lmtp=self._config.receive.lmtp))
            with contextlib.suppress(OSError):  # nobody reads it, or its disk is full: no reason to refuse mails
                print(json.dumps({"smtp": ports.smtp, "http": ports.http}), flush=True)
            await self._stop.wait()
            _log.info("what=stopping")
            await self._receiver.stop()
            self._is_stopping = True
            self._order("stop")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(supervisor, _STOP_S)
        finally:
            if server:
                server.close()
            if self._worker is not None and self._worker.returncode is None:
                self._worker.kill()
                await self._worker.wait()
            self._spool.close()
        if self.fatal:
            raise ConfigError(self.fatal)

    async def _start_http(self) -> asyncio.Server | None:
        if self._config.http.port < 0:
            return None
        return await http.listen(self._config.http.host, self._config.http.port, self._answer)

    def _answer(self, path: str) -> http.Answer:
        if path == "/metrics":
            return http.Answer(status="200 OK", text=_merged(metrics.text(), self._worker_metrics))
        if path == "/-/healthy":
            return http.Answer(status="200 OK", text="healthy\n")
        if path == "/-/ready":
            if self._is_ready:
                return http.Answer(status="200 OK", text="ready\n")
            return http.Answer(status="503 Service Unavailable", text="the worker is not running; mails are received and wait\n")
        return http.Answer(status="404 Not Found", text="/metrics, /-/healthy, /-/ready\n")

    async def _keep_worker(self) -> None:
        """Starts the worker, and starts it again when it dies: reception goes on meanwhile."""
        pause = _FIRST_RESTART_S
        while True:
            started = self._loop.time()
            await self._run_worker()
            if self._is_stopping or self._stop.is_set() or self.fatal:
                self._stop.set()
                return
            _RESTARTS.inc()
            pause = _FIRST_RESTART_S if self._loop.time() - started > _LAST_RESTART_S else min(pause * 2, _LAST_RESTART_S)
            _log.error("what=worker_died %s", maillog.logfmt(restart_in_s=pause))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), pause)
                return

    async def _run_worker(self) -> None:
        assert self._config.path is not None
        command = [sys.executable, "-m", "mailtriage.service.worker", str(self._config.path)]
        command += ["mail-clock"] if self._is_mail_clock else []
        try:
            self._worker = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**22, start_new_session=True
            )
        except OSError as error:  # no memory, no process to be had: reception goes on, and it is tried again
            _log.error("what=worker_not_started %s", maillog.logfmt(error=error.strerror))
            return
        assert self._worker.stdout is not None
        if self._is_stopping:
            self._order("stop")
        async for line in self._worker.stdout:
            try:
                message = json.loads(line)
            except ValueError:
                continue
            if message.get("ready"):
                self._is_ready = self._was_ready = True
            self._worker_metrics = message.get("metrics", self._worker_metrics)
            if fatal := message.get("fatal"):
                _log.error("what=worker_failed %s", maillog.logfmt(error=fatal))
                # Wrong from the start, nothing gets better by trying again; later (a full disk) it may, and reception goes on.
                self.fatal = "" if self._was_ready else fatal
        self._is_ready = False
        await self._worker.wait()

    def _order(self, word: str) -> None:
        worker = self._worker
        if worker is not None and worker.stdin is not None and not worker.stdin.is_closing():
            worker.stdin.write(f"{word}\n".encode())

    def _wake(self) -> None:
        """Called from the storing thread after each commit."""
        with contextlib.suppress(RuntimeError):  # the loop ends while the last mail is stored
            self._loop.call_soon_threadsafe(self._order, "new")

    def _reload(self) -> None:
        assert self._config.path is not None
        try:
            fresh = configuration.load(self._config.path)
        except MailtriageError as error:
            _log.error("what=reload_refused %s", maillog.logfmt(error=str(error)))
            return
        if (fresh.receive, fresh.http, fresh.store) != (self._config.receive, self._config.http, self._config.store):
            _log.warning("what=restart_needed %s", maillog.logfmt(why="[receive], [http] and [store] change with the next start"))
        self._order("reload")


class _Announcing:
    """The spool as the receiver sees it: tells when there is something new."""

    def __init__(self, spool: Spool, wake: Callable[[], None], *, is_mail_clock: bool) -> None:
        self._spool = spool
        self._wake = wake
        self._is_mail_clock = is_mail_clock

    def add(self, mails: Sequence[RawMail]) -> list[str]:
        """Stores, then tells."""
        if self._is_mail_clock:
            mails = [replace(mail, received_at=_own_date(mail) or mail.received_at) for mail in mails]
        ids = self._spool.add(mails)
        self._wake()
        return ids


_DATE = re.compile(rb"^Date:[ \t]*([^\r\n]+)", re.IGNORECASE | re.MULTILINE)


def _own_date(mail: RawMail) -> datetime | None:
    head = mail.data[: mail.data.find(b"\n\r\n") + 1 or mail.data.find(b"\n\n") + 1 or None]
    match = _DATE.search(head)
    try:
        parsed = email.utils.parsedate_to_datetime(match[1].decode("ascii")) if match else None
    except (ValueError, TypeError):
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC) if parsed else None


def _settings(config: Config) -> Settings:
    receive = config.receive
    return Settings(
        host=receive.host,
        port=receive.port,
        lmtp_path=Path(receive.lmtp) if receive.lmtp else None,
        max_size=receive.max_size,
        max_connections=receive.max_connections,
        idle_timeout_s=receive.idle_timeout_s,
        networks=receive.networks,
        instance=instance(config),
    )


def _merged(ours: str, workers: str) -> str:
    """Both processes' metrics; a metric that both know is the receiver's."""
    known = {line.split(" ")[2] for line in ours.splitlines() if line.startswith("# HELP ")}
    extra: list[str] = []
    is_known = False
    for line in workers.splitlines():
        if line.startswith("# HELP "):
            is_known = line.split(" ")[2] in known
        if not is_known:
            extra.append(line)
    return ours + "".join(f"{line}\n" for line in extra)


def serve(config: Config, *, is_mail_clock: bool = False) -> None:
    """Runs the daemon in this process until it is told to stop."""
    maillog.configure()

    async def run() -> None:
        await Daemon(config, is_mail_clock=is_mail_clock).run()

    asyncio.run(run())
