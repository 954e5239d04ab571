"""A real Postfix relays root's mail here; what it cannot deliver stays in its queue and comes later."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from mailtriage.receive.settings import Settings
from mailtriage.store.spool import Spool
from tests.receive.running import FailingSpool, Server

pytestmark = pytest.mark.real
ENVIRONMENT = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
WAIT_S = 40
# Short retries, so that a test sees them; the rest is what a client of the fleet has.
MAIN_CF = """compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = client.example.org
mydestination =
local_transport = error:no local mail
alias_maps =
relayhost = {relay}
default_transport = {transport}
relay_transport = {transport}
smtp_tls_security_level = none
smtp_line_length_limit = 0
minimal_backoff_time = 3s
maximal_backoff_time = 6s
queue_run_delay = 3s
"""
BODY = "\n".join(("", "Checking for kernel messages:", ".", "..", "Grüße", "x" * 5000, "")).encode()


class Postfix:
    """A private instance under `folder`: nothing under /etc/postfix is touched."""

    def __init__(self, folder: Path, *, relay: str, transport: str = "smtp") -> None:
        self._etc = folder / "etc"
        for part in ("etc", "data", "spool"):
            (folder / part).mkdir()
        shutil.chown(folder / "data", "postfix")
        (self._etc / "main.cf").write_text(MAIN_CF.format(folder=folder, relay=relay, transport=transport))
        lines = Path("/usr/share/postfix/master.cf.dist").read_text().splitlines()
        services = [line.split() for line in lines if line[:1].isalpha()]  # no comments, no continued lines
        services = [[*words[:4], "n", *words[5:]] for words in services if words[1] != "inet" and len(words) >= 8]  # not chrooted
        (self._etc / "master.cf").write_text("".join(" ".join(words) + "\n" for words in services))
        for file in (*Path("/etc/postfix").glob("dynamicmaps.cf*"), *Path("/etc/postfix").glob("postfix-files*")):
            (shutil.copytree if file.is_dir() else shutil.copy)(file, self._etc / file.name)
        self._process = subprocess.Popen(
            ["postfix", "-c", str(self._etc), "start-fg"], env=ENVIRONMENT, stderr=subprocess.DEVNULL, start_new_session=True
        )
        _wait_until(lambda: all((folder / "spool" / "public" / name).exists() for name in ("pickup", "cleanup")), "Postfix did not start")

    def stop(self) -> None:
        self._run("postfix", "stop")
        self._process.wait(WAIT_S)

    def send(self, subject: str) -> None:
        """As cron does it."""
        mail = f"From: root (Cron Daemon)\nTo: root\nSubject: {subject}\n".encode() + BODY
        self._run("sendmail", "-FCronDaemon", "-i", "-B8BITMIME", "-oem", "root", config_flag="-C", stdin=mail)

    def queue(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self._run("postqueue", "-j").splitlines()]

    def flush(self) -> None:
        self._run("postqueue", "-f")

    def _run(self, program: str, *arguments: str, config_flag: str = "-c", stdin: bytes = b"") -> str:
        command = [program, config_flag, str(self._etc), *arguments]
        done = subprocess.run(command, env=ENVIRONMENT, input=stdin, capture_output=True, timeout=WAIT_S)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()


def _wait_until(is_so: Callable[[], bool], complaint: str) -> None:
    """For what another program does in its own time."""
    until = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < until, complaint
        time.sleep(0.05)


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if not shutil.which("postfix", path=ENVIRONMENT["PATH"]):
        pytest.skip("postfix is not installed")
    if os.getuid() != 0:
        pytest.skip("a Postfix instance can only be started by root")
    path = tmp_path_factory.mktemp("postfix")
    for part in (path, *path.parents[:2]):  # Postfix's own user must get there
        part.chmod(part.stat().st_mode | 0o055)
    yield path
    shutil.rmtree(path)


def _subjects(server: Server) -> list[str]:
    return sorted(line.decode()[9:] for mail in server.stored() for line in mail.data.split(b"\r\n") if line.startswith(b"Subject: "))


def test_mail_stays_in_the_queue_while_we_are_down_or_full_and_arrives_after(folder: Path, tmp_path: Path) -> None:
    with ExitStack() as first:
        server = first.enter_context(Server(tmp_path))
        port = server.receiver.port
        postfix = Postfix(folder, relay=f"[127.0.0.1]:{port}")
        try:
            postfix.send("first")
            _wait_until(lambda: len(server.stored()) == 1, "the mail did not arrive")
            (mail,) = server.stored()
            assert mail.mail_from == "root@client.example.org"
            assert mail.rcpt_tos == ("root@client.example.org",)
            assert mail.helo == "client.example.org"
            assert mail.data.endswith(BODY.replace(b"\n", b"\r\n"))
            first.close()

            for number in range(5):
                postfix.send(f"while down {number}")
            _wait_until(lambda: [mail["queue_name"] for mail in postfix.queue()] == ["deferred"] * 5, "not every mail is in the queue")

            failing = FailingSpool(Spool(tmp_path / "spool.sqlite3"))
            failing.error = RuntimeError("a bug")
            with Server(tmp_path, replace(Settings(), port=port), failing) as again:
                postfix.flush()
                assert failing.is_in_commit.wait(WAIT_S)
                _wait_until(lambda: any("451 4.3.0" in json.dumps(mail) for mail in postfix.queue()), "451 did not keep the mail queued")
                failing.error = None
                postfix.flush()
                _wait_until(lambda: not postfix.queue(), "the queue did not drain")
                assert _subjects(again) == ["first", *(f"while down {number}" for number in range(5))]
        finally:
            postfix.stop()


def test_postfix_delivers_by_lmtp_over_a_unix_socket(folder: Path, tmp_path: Path) -> None:
    path = folder / "lmtp.sock"
    with Server(tmp_path, replace(Settings(), host="", lmtp_path=path)) as server:
        postfix = Postfix(folder, relay="", transport=f"lmtp:unix:{path}")
        try:
            postfix.send("by lmtp")
            _wait_until(lambda: not postfix.queue() and len(server.stored()) == 1, "the mail did not arrive")
            assert _subjects(server) == ["by lmtp"]
        finally:
            postfix.stop()
