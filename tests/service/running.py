"""A real `serve` in a child process, for tests: started on loopback, stopped or killed by its own pid."""

from __future__ import annotations

import json
import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from mailtriage.store.main import Store
from mailtriage.store.spool import Spool
from mailtriage.types import RawMail

PATIENCE_S = 60.0


def free_port() -> int:
    """A port that was free a moment ago: for daemons that must come back on the same one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Returns as soon as the condition holds, and fails with `what` when it never does."""
    deadline = time.monotonic() + PATIENCE_S
    pause = socket.socketpair()  # selecting on a silent socket is the wait: it ends early for nobody, and burns nothing
    pause[0].settimeout(0.02)
    try:
        while not condition():
            assert time.monotonic() < deadline, f"never happened: {what}"
            try:
                pause[0].recv(1)
            except TimeoutError:
                continue
    finally:
        for one in pause:
            one.close()


class Serve:
    """One `mailtriage serve` on a configuration folder; as a context it is stopped, or killed if it must be, at the end."""

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        receive: str = "",
        extra: str = "",
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.config = folder / "mailtriage.toml"
        self.arguments = tuple(arguments)
        self.process: subprocess.Popen[bytes] | None = None
        self.smtp = self.http = 0
        self._environment = {**os.environ, **(environment or {})}
        self._fixed = f'[store]\npath = "store"\n[http]\nport = 0\n[receive]\nport = {port}\n{receive}\n'
        self.configure(extra)

    def __enter__(self) -> Serve:
        return self.start()

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill()
        assert error is not None or "Traceback" not in self.log()

    def configure(self, extra: str) -> None:
        """Writes the configuration anew, with other tables."""
        self.config.write_text(self._fixed + extra, encoding="utf-8")

    def start(self) -> Serve:
        """Starts and waits until it listens."""
        command = [sys.executable, "-m", "mailtriage", "serve", "--config", str(self.config), *self.arguments]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=self._environment)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"serve did not start:\n{self.log()[-3000:]}"
        ports = json.loads(line)
        self.smtp, self.http = ports["smtp"], ports["http"]
        return self

    def wait_until_ready(self) -> Serve:
        """Until the worker runs, too."""
        wait_until(lambda: self.get("/-/ready")[0] == 200, f"ready\n{self.log()[-2000:]}")
        return self

    def send(self, *mails: bytes, mail_from: str = "root@web07.example.org", to: str = "root@example.org") -> list[str]:
        """Sends the mails in one session; gives the reply to each, such as `250 2.0.0 stored as 06h2...`."""
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=PATIENCE_S) as client:
            client.ehlo()
            return [_reply(client, mail, mail_from, to) for mail in mails]

    def mail_ids(self, *mails: bytes) -> list[str]:
        """Sends the mails and gives the ids they are stored under."""
        replies = self.send(*mails)
        assert all(reply.startswith("250 ") for reply in replies), replies
        return [reply.rpartition(" ")[2] for reply in replies]

    def worker_pids(self) -> list[int]:
        """The processes it has started."""
        assert self.process is not None
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False)
        return [int(pid) for pid in found.stdout.split()]

    def kill(self) -> None:
        """SIGKILL: as a power cut does it."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        return self._end(signal.SIGTERM)

    def kill_worker(self, pid: int) -> None:
        """SIGKILL to a process it has started."""
        assert pid in self.worker_pids()
        os.kill(pid, signal.SIGKILL)

    def signal(self, number: int) -> None:
        """Any other signal."""
        assert self.process is not None
        os.kill(self.process.pid, number)

    def log(self) -> str:
        """All it has logged."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of an HTTP request to it."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def store(self) -> Store:
        """Its main file, to read."""
        return Store(self.folder / "store" / "mailtriage.sqlite3", read_only=True)

    def spool(self) -> Spool:
        """Its spool."""
        return Spool(self.folder / "store" / "spool.sqlite3")

    def stored(self) -> list[tuple[int, RawMail]]:
        """Every mail of its spool."""
        spool = self.spool()
        try:
            return spool.after(0, 10_000)
        finally:
            spool.close()

    def wait_until_logged(self, *words: str) -> None:
        """Until a line of the log has all these words."""
        wait_until(lambda: any(all(word in line for word in words) for line in self.log().splitlines()), f"{words} in the log")

    def wait_until_judged(self) -> None:
        """Until everything received is recorded."""
        self.wait_until_ready()
        store, spool = self.store(), self.spool()
        try:
            wait_until(lambda: store.cursor >= spool.last_seq(), "all mails judged")
        finally:
            store.close()
            spool.close()

    def _end(self, number: int) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


def _reply(client: smtplib.SMTP, mail: bytes, mail_from: str, to: str) -> str:
    for code, text in (client.mail(mail_from), client.rcpt(to)):
        if code >= 400:
            client.rset()
            return f"{code} {text.decode()}"
    code, text = client.data(mail)
    return f"{code} {text.decode()}"
