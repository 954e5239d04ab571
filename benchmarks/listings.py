"""How long the commands that an admin looks at take over a large store: `status`, `events`, `hosts` and the digest, as whole processes.

    python -m benchmarks.listings [--mails 1000000] [--hosts 10000] [--runs 3]

The store is filled by SQL, in the form the worker leaves it: hundred days of a fleet, of which the last day has not been in a digest.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.figures import Figure, table
from mailtriage import config as configuration
from mailtriage.service import files
from mailtriage.store.codec import pack
from mailtriage.types import Judged, Outcome, Reason, Section, Verdict

NOW = datetime.now(UTC)  # as `status` looks at the last two days
DAYS = 100
GOALS = {"status": 1.0, "events --open": 1.0, "hosts": 1.0, "digest": 5.0}
_KINDS = ("freebsd_daily", "freebsd_security", "cron", "zabbix")
_RULES = tuple(f"rule freebsd_daily/quiet-{number}" for number in range(40))
_OPEN, _CLOSED, _TO_READ = 500, 50_000, 400


@dataclass(frozen=True, slots=True)
class _Mail:
    n: int
    id: str
    at: str
    day: str
    kind: str
    host: str
    verdict: str
    by: str


def figures(n_mails: int, n_hosts: int, n_runs: int) -> list[Figure]:
    """Seconds each command takes from its start to its end."""
    with tempfile.TemporaryDirectory(prefix="mailtriage-listings-") as name:
        folder = Path(name)
        path = folder / "mailtriage.toml"
        path.write_text('[store]\npath = "store"\n[model]\npath = "none"\n', encoding="utf-8")
        fill(path, n_mails, n_hosts)
        found = []
        for command, goal in GOALS.items():
            seconds = tuple(_timed([*command.split(), "--config", str(path)]) for _ in range(n_runs))
            what = f"{command} over {n_mails:,} mails of {n_hosts:,} hosts"
            found.append(Figure(what=what, values=seconds, unit="s", at_most=goal))
        return found


def fill(path: Path, n_mails: int, n_hosts: int) -> None:
    """Makes the store of this configuration as `n_mails` mails of `n_hosts` hosts would leave it."""
    config = configuration.load(path)
    files.open_spool(config).close()
    files.open_store(config).close()
    mails = list(_mails(n_mails, n_hosts))
    with _opened(config.store.path / "spool.sqlite3") as db:
        rows = ((one.n, one.id, one.at, one.day, 900, one.id.encode(), "", "[]", "127.0.0.1", "", b"x") for one in mails)
        columns = "seq, id, received_at, day, size, digest, mail_from, rcpt_tos, peer, helo, body"
        db.executemany(f"INSERT INTO mails ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    with _opened(config.store.path / "mailtriage.sqlite3") as db:
        _fill_main(db, mails)


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path)
    db.execute("PRAGMA synchronous = OFF")
    return db


def _mails(n_mails: int, n_hosts: int) -> Iterator[_Mail]:
    source = random.Random(1)
    start = NOW - timedelta(days=DAYS)
    for n in range(1, n_mails + 1):
        at = start + (NOW - start) * (n / n_mails)
        host = f"host{n % n_hosts:05}.example.org"
        draw = source.random()
        verdict, by = (
            ("digest", "default") if draw < 0.01 else ("event", "rule zabbix/problem") if draw < 0.03 else ("drop", source.choice(_RULES))
        )
        yield _Mail(n, f"{n:020}", at.isoformat(), at.date().isoformat(), _KINDS[(n // n_hosts) % len(_KINDS)], host, verdict, by)


def _fill_main(db: sqlite3.Connection, mails: list[_Mail]) -> None:
    packed = pack(_outcome())
    db.execute("UPDATE progress SET cursor = ?", (len(mails),))
    columns = "id, seq, received_at, day, kind, host, subject, sender, verdict, by, is_archive, kept_from, outcome"
    rows = (
        (one.id, one.n, one.at, one.day, one.kind, one.host, "run output", "root", one.verdict, one.by, 0, one.at, packed) for one in mails
    )
    db.executemany(f"INSERT INTO mails ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    db.execute("INSERT INTO ledger SELECT day, host, kind, verdict, by, count(*) FROM mails GROUP BY day, host, kind, verdict, by")
    db.execute("INSERT INTO hosts SELECT host, kind, min(received_at), max(received_at), count(*) FROM mails GROUP BY host, kind")
    db.execute(
        "INSERT INTO arrivals (host, kind, job, n, times, first_seen_at, last_seen_at, came_at, heard_at, relay, is_local, is_stale,"
        " due_at, late_at) SELECT host, kind, '', n, '', first_seen_at, last_seen_at, last_seen_at, last_seen_at, '', 1, 0, ?, ?"
        " FROM hosts",
        ((NOW + timedelta(hours=20)).isoformat(), (NOW + timedelta(hours=24)).isoformat()),
    )
    drops = ((one.id, 0, "disks", one.day, one.host, one.kind, one.by, 0.1, 0.01) for one in mails if one.verdict == "drop")
    db.executemany(
        "INSERT INTO drops (mail_id, at, section, day, host, kind, source, score, chance) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", drops
    )
    last = (NOW - timedelta(days=1)).isoformat()
    db.execute("INSERT INTO digests (slot, sent_at, through) SELECT ?, ?, max(n) FROM mails WHERE received_at < ?", (last, last, last))
    kept = [one for one in mails if one.verdict == "digest"]
    said = ("disks", "digest", None)
    entries = (
        (
            one.id,
            one.at,
            one.host,
            one.kind,
            *said,
            f"line {one.n % 60} is new",
            "[]",
            "default",
            "",
            0.5,
            "run output",
            None if left >= 0 else 1,
        )
        for left, one in enumerate(kept, _TO_READ - len(kept))
    )
    columns = "mail_id, received_at, host, kind, section, verdict, severity, summary, lines, by, detail, score, subject, shown_in"
    db.executemany(f"INSERT INTO entries ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", entries)
    raised = [one for one in mails if one.verdict == "event"][-_OPEN - _CLOSED :]
    events = [_event(one, None if n >= len(raised) - _OPEN else one.at) for n, one in enumerate(raised)]
    columns = (
        'id, key, host, "check", item, severity, summary, recovery, origin, opened_at, last_seen_at, count, mail_id, closed_at, shown_in'
    )
    db.executemany(f"INSERT INTO events ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", events)


def _event(one: _Mail, closed_at: str | None) -> tuple[object, ...]:
    key = f"{one.host}/zabbix/{one.n}"
    shown_in = 1 if closed_at else None
    return (
        one.id,
        key,
        one.host,
        "zabbix",
        str(one.n),
        "high",
        "disk is slow",
        "explicit",
        "zabbix/problem",
        one.at,
        one.at,
        1,
        one.id,
        closed_at,
        shown_in,
    )


def _outcome() -> Outcome:
    section = Judged(
        section=Section(name="disks", lines=("all is well",)),
        verdict=Verdict.DROP,
        reasons=(Reason(by=_RULES[0], detail="every line is explained"),),
    )
    return Outcome(
        id="m",
        received_at=NOW,
        sent_at=NOW,
        kind="freebsd_daily",
        host="host00001.example.org",
        subject="run output",
        sender="root@host00001.example.org",
        is_complete=True,
        verdict=Verdict.DROP,
        severity=None,
        sections=(section,) * 20,
    )


def _timed(arguments: list[str]) -> float:
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "mailtriage", *arguments], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if done.returncode not in (0, 1):
        raise SystemExit(f"mailtriage {' '.join(arguments)} failed:\n{done.stderr}")
    return seconds


def main() -> None:
    """Fills a store, and prints how long each command takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=1_000_000)
    parser.add_argument("--hosts", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    wanted = parser.parse_args()
    print(table(figures(wanted.mails, wanted.hosts, wanted.runs)))


if __name__ == "__main__":
    main()
