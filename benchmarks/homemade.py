"""A fleet's own jobs, in five languages, that no recogniser and no shipped model knows: quiet mails, and mails with one fault each.

Seeded: the same hosts, days and seed give the same bytes.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_HOLE = re.compile(r"\{(\w+)(?::(-?\d+)-(-?\d+))?\}")
_COUNT = re.compile(r"(?<=[ (])[1-9]\d*(?=[ )]|$)")  # stands alone: no date, time or version
_FAULT_SHARE = 0.03


@dataclass(frozen=True, slots=True)
class Job:
    """One home-made job. Holes: {n:1-9} a number, {own:1-9} one of the host, {pct:1-9}, {date}, {time}, {stamp}, {host}, {id}, {word}.

    A line that begins with `?` is there now and then, one with `*` several times.
    """

    subject: str
    sender: str
    lines: tuple[str, ...]
    bad_lines: tuple[str, ...]  # a fault adds one of them
    bad_words: tuple[tuple[str, str], ...] = ()  # or replaces one of these
    every_days: int = 1
    share: float = 0.3  # of the hosts
    hour: int = 2


_CRON = "Cron <root@{host}> "
JOBS = (
    Job(
        _CRON + "/opt/site/bin/mirror-images",
        "root",
        (
            "{stamp} mirror-images: start",
            "source images.example.org, {n:3-9} threads",
            "* synced /srv/img/{word} {n:100-900} files",
            "{stamp} mirror-images: {n:8000-12000} files checked, 0 failed",
            "{stamp} mirror-images: end, rc=0",
        ),
        ("rsync: read error: Input/output error (5)", "mirror-images: giving up on /srv/img/late after 5 tries"),
        (("0 failed", "12 failed"), ("rc=0", "rc=23")),
    ),
    Job(
        _CRON + "/usr/local/sbin/rotate_keys.sh",
        "root",
        ("rotate_keys 2.4 on {host}", "keyring /etc/site/keys: {own:4-12} keys, {own:1-3} due", "next rotation {date}", "all keys valid"),
        ("key 7 cannot be read: Permission denied", "keyring is locked by another process"),
        (("all keys valid", "3 keys NOT valid"),),
        share=0.5,
    ),
    Job(
        "[sicherung] {host}: Tagesprotokoll",
        "sicherung",
        (
            "Tagesprotokoll der Sicherung vom {date}",
            "Beginn {time}, Ende {time}",
            "Gesichert: {n:20000-26000} Dateien, {n:40-60} GB",
            "? Hinweis: {n:1-4} Dateien wurden während der Sicherung geändert",
            "Fehler: 0",
            "Sicherung vollständig",
        ),
        ("Band 3 kann nicht gelesen werden", "Prüfsumme von /srv/daten/archiv stimmt nicht"),
        (("Fehler: 0", "Fehler: 17"), ("Sicherung vollständig", "Sicherung unvollständig")),
        share=0.6,
    ),
    Job(
        "Rapport quotidien {host}",
        "rapport",
        (
            "Rapport du {date}",
            "Utilisateurs connectés : {n:0-6}",
            "Espace libre sur /home : {n:210-260} Go",
            "Service messagerie : actif",
            "Service web : actif",
            "Fin du rapport",
        ),
        ("Le disque /dev/sdc ne répond plus", "Service base de données : inconnu"),
        (("messagerie : actif", "messagerie : arrêté"),),
        share=0.4,
    ),
    Job(
        "nachtelijke controle {host}",
        "controle",
        (
            "Controle gestart om {time}",
            "* bestand /data/set{word} gecontroleerd, {n:1000-1900} regels",
            "Certificaten: geldig tot {date90}",
            "Geen bijzonderheden",
        ),
        ("bestand /data/setx ontbreekt", "time-out bij verbinding met databank"),
        (("Geen bijzonderheden", "2 bijzonderheden, zie logboek"),),
        share=0.3,
    ),
    Job(
        "Raport nocny z {host}",
        "raport",
        (
            "Raport z dnia {date}",
            "Kopia zapasowa: wykonana",
            "Rozmiar kopii: {n:12-18} GB",
            "Czas trwania: {n:14-25} min",
            "Wolne miejsce: {n:300-390} GB",
            "Koniec raportu",
        ),
        ("nie można zapisać na dysku: brak miejsca", "kopia przerwana"),
        (("wykonana", "nie wykonana"),),
        share=0.3,
    ),
    Job(
        "{host} array health",
        "raidmon",
        (
            "Array health of {host} at {stamp}",
            "Slot 0: online, {own:28-36} C",
            "Slot 1: online, {own:28-36} C",
            "Slot 2: online, {own:28-36} C",
            "Slot 3: online, {own:28-36} C",
            "Spare: ready",
            "Battery {pct:92-100}% charged",
            "Consistency: ok",
        ),
        ("Slot 2: predictive failure", "Patrol read found 4 media errors"),
        (("Slot 1: online", "Slot 1: missing"), ("Spare: ready", "Spare: none")),
        share=0.4,
    ),
    Job(
        _CRON + "/opt/billing/bin/nightly --all",
        "billing",
        ("billing run {id}", "customers: {n:4100-4300}", "invoices: {n:300-420}", "rejected: 0", "sum check passed"),
        ("invoice 88123 has no customer", "could not lock ledger"),
        (("rejected: 0", "rejected: 31"), ("sum check passed", "sum check FAILED")),
        share=0.1,
    ),
    Job(
        "tape library status",
        "tapelib",
        (
            "Library TL2000 on {host}",
            "Drive 1: idle, cleaned {n:2-9} days ago",
            "Drive 2: idle, cleaned {n:2-9} days ago",
            "Slots used {n:18-22} of 24",
            "* Slot {word}: volume present",
            "Door closed",
        ),
        ("Drive 2: cleaning required", "Import slot jammed"),
        (("Door closed", "Door open"),),
        share=0.1,
    ),
    Job(
        "UPS self test {host}",
        "upsd",
        ("Self test of {date}: passed", "Load {pct:20-34}%", "Battery {pct:97-100}%", "Runtime {n:28-36} min", "Input {n:226-234} V"),
        ("Battery must be replaced", "On battery since {time}"),
        (("passed", "aborted"),),
        every_days=7,
        share=0.5,
    ),
    Job(
        _CRON + "/root/bin/check_links",
        "root",
        ("checked {n:150-170} links", "? slow: https://www.example.org/{word}", "dead: 0"),
        ("dns lookup of www.example.org timed out",),
        (("dead: 0", "dead: 9"),),
        share=0.2,
    ),
    Job(
        "dedup statistics for {host}",
        "dedup",
        (
            "Pool vault",
            "chunks {n:9000000-9900000}",
            "ratio {n:3-4}.{n:0-9}",
            "garbage {pct:1-6}%",
            "index healthy",
            "run took {n:11-19} minutes",
        ),
        ("index page 41 has a bad checksum",),
        (("index healthy", "index damaged"),),
        share=0.2,
    ),
    Job(
        "Access review of {host}",
        "audit",
        ("Accounts: {own:14-40}", "New accounts: 0", "sudo users: {own:2-5}", "? expired: contractor{word}", "Review complete"),
        ("account toor has an empty password", "uid 0 belongs to backupx"),
        (("New accounts: 0", "New accounts: 1"),),
        every_days=7,
        share=0.8,
    ),
    Job(
        _CRON + "/opt/etl/load_orders.py",
        "etl",
        (
            "{stamp} INFO connected to warehouse",
            "{stamp} INFO orders read: {n:1800-2600}",
            "{stamp} INFO orders written: {n:1800-2600}",
            "? {stamp} INFO retry 1 after timeout",
            "{stamp} INFO done in {n:40-70} s",
        ),
        ("{stamp} ERROR foreign key violated", "{stamp} CRITICAL warehouse is read-only"),
        (("INFO done in", "WARN stopped after"),),
        share=0.2,
    ),
    Job(
        "license server report",
        "lmd",
        ("Licenses on {host}", "cad: {n:3-11} of 20 in use", "sim: {n:0-4} of 5 in use", "denied: 0", "heartbeat ok"),
        ("vendor daemon exited",),
        (("denied: 0", "denied: 44"), ("heartbeat ok", "heartbeat lost")),
        share=0.1,
    ),
    Job(
        "Temperaturen Serverraum",
        "klima",
        (
            "Messung vom {date} {time}",
            "Rack A: {n:21-25} Grad",
            "Rack B: {n:21-25} Grad",
            "Zuluft: {n:15-18} Grad",
            "Luftfeuchte {pct:38-52}%",
            "Klimagerät 1: in Betrieb",
            "Klimagerät 2: in Bereitschaft",
        ),
        ("Wassermelder hat ausgelöst",),
        (("1: in Betrieb", "1: Störung"), ("2: in Bereitschaft", "2: aus")),
        share=0.1,
    ),
    Job(
        _CRON + "/usr/local/bin/snapshots --prune",
        "root",
        ("* destroyed tank/home@auto-{date}-{word}", "kept {n:28-32} snapshots", "freed {n:2-9}.{n:0-9}G"),
        ("cannot destroy tank/home@auto-old: dataset is busy",),
        (),
        share=0.5,
    ),
    Job(
        "mail queue of {host}",
        "qmon",
        ("active {n:0-5}", "deferred {n:1-9}", "oldest {n:2-20} minutes", "bounces today {n:1-7}"),
        ("queue directory is not writable",),
        (),
        share=0.3,
    ),
    Job(
        "DB maintenance {host}",
        "dba",
        (
            "reindex {own:12-30} tables",
            "analyze {own:12-30} tables",
            "dead rows removed: {n:1000-9000}",
            "longest query {n:2-9} s",
            "replication lag {n:1-4} s",
            "no corruption found",
        ),
        ("relation orders_2 is corrupt", "checkpoint took 900 s"),
        (("no corruption found", "corruption found in 1 page"),),
        share=0.2,
    ),
    Job(
        "compliance scan {host}",
        "scan",
        (
            "Policy base-2026 on {host}",
            "rules passed {own:180-196}",
            "rules failed 0",
            "score {pct:96-100}%",
            "* info: rule {word} not applicable",
            "Scan id {id}",
        ),
        ("root login over ssh is permitted",),
        (("rules failed 0", "rules failed 6"),),
        every_days=7,
        share=0.6,
    ),
)


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail with its truth."""

    at: datetime
    host: str
    label: str  # noise or event
    data: bytes


def letters(hosts: Sequence[str], start: datetime, days: int, seed: int) -> Iterator[Letter]:
    """The mails of all jobs, day by day."""
    placed = [
        (number, job, host)
        for number, job in enumerate(JOBS)
        for at, host in enumerate(hosts)
        if random.Random(f"{seed}/{number}/{host}").random() < job.share or at == number % len(hosts)
    ]
    for day in range(days):
        for number, job, host in placed:
            if day % job.every_days == number % job.every_days:
                yield _letter(job, number, host, start + timedelta(days=day), random.Random(f"{seed}/{number}/{host}/{day}"))


def _letter(job: Job, number: int, host: str, day: datetime, dice: random.Random) -> Letter:
    at = day + timedelta(hours=job.hour, minutes=dice.randrange(60), seconds=dice.randrange(60))
    own = random.Random(f"{number}/{host}")
    lines = [_filled(line, host, at, dice, own) for line in _chosen(job, dice)]
    is_bad = dice.random() < _FAULT_SHARE
    if is_bad:
        lines = _damaged(job, lines, host, at, dice, own)
    short = host.partition(".")[0]
    subject = _filled(job.subject, short if job.subject.startswith("Cron") else host, at, dice, own)
    head = [
        f"Received: by {host} (Postfix)\n\tid {dice.randrange(16**10):010X}; {at:%a, %d %b %Y %H:%M:%S} +0000 (UTC)",
        f"From: {job.sender}@{host}" + (" (Cron Daemon)" if job.subject.startswith("Cron") else ""),
        f"To: root@{host}",
        f"Subject: {subject}",
        "Content-Type: text/plain; charset=utf-8",
        f"Date: {at:%a, %d %b %Y %H:%M:%S} +0000",
        f"Message-Id: <{dice.randrange(16**12):012x}@{host}>",
    ]
    if job.subject.startswith("Cron"):
        head.append("X-Cron-Env: <SHELL=/bin/sh>")
    return Letter(at, host, "event" if is_bad else "noise", "\n".join([*head, "", *lines, ""]).encode())


def _chosen(job: Job, dice: random.Random) -> Iterator[str]:
    for line in job.lines:
        if line.startswith("?"):
            if dice.random() < 0.15:
                yield line[2:]
        elif line.startswith("*"):
            yield from [line[2:]] * dice.randint(3, 5)
        else:
            yield line


def _damaged(job: Job, lines: list[str], host: str, at: datetime, dice: random.Random, own: random.Random) -> list[str]:
    """One fault: a line more, a word that turns the meaning, the end missing, or a number far off."""
    counted = [at for at, line in enumerate(lines) if _COUNT.search(line)]
    kinds = ["line", "end", *(["word"] if job.bad_words else []), *(["number"] if counted else [])]
    kind = dice.choice(kinds)
    if kind == "number":
        place = dice.choice(counted)
        far = _COUNT.sub(lambda found: str(int(found[0]) * 40 + 7), lines[place], count=1)
        return [*lines[:place], far, *lines[place + 1 :]]
    if kind == "line":
        place = dice.randrange(1, len(lines))
        return [*lines[:place], _filled(dice.choice(job.bad_lines), host, at, dice, own), *lines[place:]]
    if kind == "word":
        old, new = dice.choice(job.bad_words)
        return [line.replace(old, new) for line in lines]
    return lines[: max(1, len(lines) // 2)]


def _filled(text: str, host: str, at: datetime, dice: random.Random, own: random.Random) -> str:
    def fill(hole: re.Match[str]) -> str:
        name, low, high = hole[1], int(hole[2] or 0), int(hole[3] or 0)
        if low != high:
            return str((own if name == "own" else dice).randint(low, high))
        words = {"date90": f"{at + timedelta(days=60 + at.toordinal() % 30):%Y-%m-%d}", "date": f"{at:%Y-%m-%d}", "host": host}
        if name in words:
            return words[name]
        if name == "id":
            return f"{dice.randrange(16**12):012x}"
        if name == "word":
            return dice.choice(("a1", "b2", "c3", "d4"))
        later = at + timedelta(seconds=dice.randrange(900))
        return f"{later:%H:%M:%S}" if name == "time" else f"{later:%Y-%m-%d %H:%M:%S}"

    return _HOLE.sub(fill, text)
