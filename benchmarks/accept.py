"""Durable accept of 5 kB mails: our receiver and spool against Postfix's own queueing, interleaved, in one run on one machine.

    python -m benchmarks.accept [--pairs 3] [--messages 3000] [--sessions 10,50,200]

Both keep their default durability. Postfix only queues: its mails go on hold, so that its queue manager costs nothing.
CPU is user + system of the server's whole process tree, children that ended included.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure, table

LENGTH = 5000
_GOALS_REUSED, _GOALS_NEW = (2.0, 0.3), (1.2, 0.5)  # rate at least, CPU at most, at 50 sessions
_TICKS = os.sysconf("SC_CLK_TCK")
_POSTFIX_FILES = Path("/etc/postfix")
_MAIN_CF = """compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = bench.example.org
mydestination =
local_transport = error:no local mail
alias_maps =
relayhost = [127.0.0.1]:9
smtpd_client_connection_count_limit = 0
default_process_limit = 250
smtpd_recipient_restrictions = check_client_access static:HOLD, permit_mynetworks, reject
in_flow_delay = 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One burst against one server."""

    mails_per_s: float
    cpu_us: float  # of the server, for each mail


def main() -> None:
    """Runs the pairs and prints the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--sessions", default="10,50,200")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        asyncio.run(_serve(args.serve))
        return
    if reason := hindrance():
        print(f"accept: skipped, {reason}")
        return
    print(f"durable accept of {LENGTH} byte mails, {args.messages} a burst, {args.pairs} pairs, ours / Postfix")
    print(table(figures(args.pairs, args.messages, tuple(map(int, args.sessions.split(","))))))


def hindrance() -> str:
    """Why Postfix cannot be measured here, "" if it can."""
    missing = [name for name in ("postfix", "smtp-source") if not shutil.which(name, path=_path())]
    if missing:
        return f"{' and '.join(missing)} not found: install Postfix"
    return "" if os.getuid() == 0 else "a Postfix instance of our own can only be started by root"


def figures(n_pairs: int, n_messages: int, sessions: Sequence[int]) -> tuple[Figure, ...]:
    """Rate and server CPU of ours against Postfix, at so many sessions; at 50 also with a new connection for each mail."""
    found: list[Figure] = []
    for n_sessions in sessions:
        for is_reused in (True, False):
            if n_sessions == 50 or is_reused:
                found += _compare(n_sessions, is_reused, n_pairs, n_messages)
    return tuple(found)


def _compare(n_sessions: int, is_reused: bool, n_pairs: int, n_messages: int) -> tuple[Figure, Figure]:
    pairs = []
    for _ in range(n_pairs):
        runs = []
        for server in (_ours, _postfix):
            with server() as (pid, port, n_kept):
                runs.append(_burst(pid, port, n_sessions, is_reused, n_messages))
                assert n_kept() == n_messages + _n_warming(n_sessions), f"{n_kept()} mails kept by {server.__name__}"
        ours, theirs = runs
        pairs.append((ours, theirs))
    rates = [ours.mails_per_s / theirs.mails_per_s for ours, theirs in pairs]
    cpus = [ours.cpu_us / theirs.cpu_us for ours, theirs in pairs]
    ours, theirs = pairs[-1]
    what = f"accept, {n_sessions} sessions, {'reused' if is_reused else 'new'} connections"
    print(
        f"  {what}, last pair: ours {ours.mails_per_s:.0f} mails/s at {ours.cpu_us:.0f} us CPU each,"
        f" Postfix {theirs.mails_per_s:.0f}/s at {theirs.cpu_us:.0f} us",
        flush=True,
    )
    least, most = (_GOALS_REUSED if is_reused else _GOALS_NEW) if n_sessions == 50 else (None, None)
    return (
        Figure(what=f"{what}: mails a second / Postfix", values=tuple(rates), at_least=least),
        Figure(what=f"{what}: CPU a mail / Postfix", values=tuple(cpus), at_most=most),
    )


def _burst(pid: int, port: int, n_sessions: int, is_reused: bool, n_messages: int) -> Run:
    _source(port, n_sessions, True, _n_warming(n_sessions))  # the servers' processes are there and warm
    cpu_before = _cpu_s(pid)
    began_at = time.monotonic()
    _source(port, n_sessions, is_reused, n_messages)
    seconds = time.monotonic() - began_at
    return Run(mails_per_s=n_messages / seconds, cpu_us=(_cpu_s(pid) - cpu_before) / n_messages * 1e6)


def _n_warming(n_sessions: int) -> int:
    return max(n_sessions, 100)


def _source(port: int, n_sessions: int, is_reused: bool, n_messages: int) -> None:
    command = ["smtp-source", "-s", str(n_sessions), "-m", str(n_messages), "-l", str(LENGTH)]
    command += ["-f", "root@web07.example.org", "-t", "root@example.org", *(["-d"] if is_reused else []), f"inet:127.0.0.1:{port}"]
    subprocess.run(command, check=True, env={**os.environ, "PATH": _path()})


@contextlib.contextmanager
def _ours() -> Iterator[tuple[int, int, Callable[[], int]]]:
    with tempfile.TemporaryDirectory(prefix="mailtriage-accept-") as folder:
        with (Path(folder) / "log").open("w") as log:
            server = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.accept", "--serve", folder], stdout=subprocess.PIPE, stderr=log, text=True
            )
        try:
            assert server.stdout is not None
            yield server.pid, int(server.stdout.readline()), lambda: _n_mails(Path(folder) / "spool.sqlite3")
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


def _n_mails(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT count(*) FROM mails").fetchone()[0])


async def _serve(folder: Path) -> None:
    from mailtriage import maillog
    from mailtriage.receive.server import Receiver
    from mailtriage.receive.settings import Settings
    from mailtriage.store.spool import Spool

    maillog.configure()
    spool = Spool(folder / "spool.sqlite3")
    receiver = Receiver(Settings(port=0), spool)
    await receiver.start()
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    print(receiver.port, flush=True)
    await stopping.wait()
    await receiver.stop()
    spool.close()


@contextlib.contextmanager
def _postfix() -> Iterator[tuple[int, int, Callable[[], int]]]:
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="mailtriage-accept-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for part in ("etc", "data", "spool"):
            (folder / part).mkdir()
        shutil.chown(folder / "data", "postfix")
        (folder / "etc" / "main.cf").write_text(_MAIN_CF.format(folder=folder))
        (folder / "etc" / "master.cf").write_text(_master_cf(port))
        for file in (*_POSTFIX_FILES.glob("dynamicmaps.cf*"), *_POSTFIX_FILES.glob("postfix-files*")):
            (shutil.copytree if file.is_dir() else shutil.copy)(file, folder / "etc" / file.name)
        server = subprocess.Popen(
            ["postfix", "-c", str(folder / "etc"), "start-fg"],
            env={**os.environ, "PATH": _path()},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _wait_for(port)
            yield server.pid, port, lambda: sum(path.is_file() for path in (folder / "spool" / "hold").rglob("*"))
        finally:
            subprocess.run(["postfix", "-c", str(folder / "etc"), "stop"], env={**os.environ, "PATH": _path()}, capture_output=True)
            server.wait(60)


def _master_cf(port: int) -> str:
    """The distribution's services, without port 25 and without chroot, and a submission port of our own."""
    lines = Path("/usr/share/postfix/master.cf.dist").read_text().splitlines()
    services = [line.split() for line in lines if line[:1].isalpha()]  # no comments, no continued lines
    lines = [" ".join([*words[:4], "n", *words[5:]]) for words in services if words[1] != "inet" and len(words) >= 8]
    return "\n".join([*lines, f"127.0.0.1:{port} inet n - n - - smtpd", ""])


def _wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
            if sock.recv(3) == b"220":
                return
        time.sleep(0.1)
    sys.exit("accept: Postfix did not answer within 20 s")


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _cpu_s(pid: int) -> float:
    """User and system time of the process, its children that ended, and its living descendants."""
    total = 0.0
    parents: dict[int, list[int]] = {}
    times: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents.setdefault(int(fields[1]), []).append(int(entry.name))
                times[int(entry.name)] = sum(map(int, fields[11:15])) / _TICKS
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        total += times.get(one, 0)
        waiting += parents.get(one, [])
    return total


def _path() -> str:
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


if __name__ == "__main__":
    main()
