"""A small fleet's mails, built by hand: daily reports, a backup job, an array tool nobody knows."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mailtriage.classify import Example
from mailtriage.types import Message, RawMail, Report, Section

START = datetime(2026, 9, 1, 3, 1, tzinfo=UTC)
END_LINE = "-- End of daily output --"


class Fleet:
    """Makes mails; `read` gives back the message and report that belong to the bytes."""

    def __init__(self, seed: int = 1) -> None:
        self._dice = random.Random(seed)
        self._known: dict[str, tuple[Message, Report]] = {}

    def read(self, raw: RawMail) -> tuple[Message, Report]:
        return self._known[raw.id]

    def mail(
        self, label: str, kind: str, host: str, day: int, sections: tuple[Section, ...], *, subject: str, ending: str = "",
        sender: str = "root@example.org", section_labels: Mapping[str, str] | None = None, unread: tuple[str, ...] = (),
    ) -> Example:  # fmt: skip
        moment = START + timedelta(days=day, seconds=self._dice.randrange(300))
        text = "\n\n".join("\n".join(section.lines) for section in sections) + (f"\n\n{ending}\n" if ending else "\n")
        ident = f"{len(self._known):06d}-{host}"
        message = Message(
            id=ident, received_at=moment, mail_from="", sender=sender, sender_name="", subject=subject, text=text, host=host,
            program="", sent_at=moment, headers=(), unread=unread,
        )  # fmt: skip
        raw = RawMail(id=ident, received_at=moment, data=f"{ident}\n{subject}\n{text}".encode())
        self._known[ident] = (message, Report(kind=kind, host=host, sections=sections))
        return Example(raw=raw, label=label, section_labels=section_labels)

    def daily(self, host: str, day: int, label: str = "noise", change: Callable[[str, list[str]], list[str]] | None = None) -> Example:
        """A daily report of three sections; `change` edits the lines of a section."""
        dice = random.Random(f"{host}{day}")
        level = 30 + sum(map(ord, host)) % 40
        size = 20 + sum(map(ord, host)) % 9
        bodies = {
            "disk_status": [
                "Filesystem      Size    Used   Avail Capacity  Mounted on",
                f"/dev/ada0p2     {size}G    {size * level // 100}G    {size - size * level // 100}G    {level + day % 3}%    /",
                "devfs           1.0K    1.0K      0B   100%    /dev",
                f"/dev/ada0p4      40G    {10 + day % 4}G     {30 - day % 4}G    {25 + day % 4}%    /var",
            ],
            "zfs_pools": [
                "NAME    SIZE  ALLOC   FREE  CKPOINT  EXPANDSZ   FRAG    CAP  DEDUP    HEALTH  ALTROOT",
                f"tank   3.62T  1.2{day % 9}T  2.42T        -         -    1{day % 5}%    33%  1.00x    ONLINE  -",
                "all pools are healthy",
            ],
            "uptime": [
                f" 3:0{1 + day % 3}AM  up {12 + day} days,  3:0{day % 9}, 0 users, "
                f"load averages: 0.{31 + dice.randrange(40)}, 0.22, 0.18"
            ],
        }  # fmt: skip
        sections = tuple(Section(name=name, lines=tuple(change(name, lines) if change else lines)) for name, lines in bodies.items())
        return self.mail(label, "freebsd_daily", host, day, sections, subject=f"{host} daily run output", ending=END_LINE)

    def backup(self, host: str, day: int, label: str = "noise", change: Callable[[str, list[str]], list[str]] | None = None) -> Example:
        """Output of a nightly job; many lines, the same each day but for the numbers."""
        dice = random.Random(f"backup{host}{day}")
        date = (START + timedelta(days=day)).strftime("%Y-%m-%d")
        lines = [
            f"backup of {host} started {date} 02:10:0{day % 9}",
            "state S0, link to 10.1.2.3 up",
            *(f"volume {volume:03d}: {dice.randrange(900, 1100)} files, 0 errors" for volume in range(60)),
            f"last copy of {date} verified",
            f"certificate of the vault expires in {200 - day} days",
            f"elapsed 00:4{dice.randrange(10)}:1{dice.randrange(10)}, {dice.randrange(500, 900)}M sent",
            "exit status 0",
        ]
        lines = change("output", lines) if change else lines
        section = Section(name="output", item="root: /usr/local/bin/backup", check="cron_job", lines=tuple(lines))
        return self.mail(label, "cron", host, day, (section,), subject=f"Cron <root@{host.partition('.')[0]}> /usr/local/bin/backup")

    def array(self, host: str, day: int, label: str = "noise", change: Callable[[str, list[str]], list[str]] | None = None) -> Example:
        """A vendor's array tool."""
        lines = [f"Array check on {host}", f"Logical drive 1: optimal, {30 + day % 5} C", "Battery: charged", "Report complete."]
        lines = change("mail", lines) if change else lines
        section = Section(name="mail", lines=tuple(lines))
        return self.mail(label, "unknown", host, day, (section,), subject=f"[{host}] array report", sender="raidd@example.org")


HOSTS = tuple(f"node{number:02d}.example.org" for number in range(1, 9))


def quiet(fleet: Fleet, days: range = range(12), hosts: tuple[str, ...] = HOSTS) -> Iterator[Example]:
    """What a healthy fleet sends."""
    for day in days:
        for host in hosts:
            yield fleet.daily(host, day)
            yield fleet.backup(host, day)
            yield fleet.array(host, day)


def instead(section: str, old: str, new: str) -> Callable[[str, list[str]], list[str]]:
    """An edit: the text `old` in one section becomes `new`."""

    def change(name: str, lines: list[str]) -> list[str]:
        if name != section:
            return lines
        assert any(old in line for line in lines), old
        return [line.replace(old, new) for line in lines]

    return change


def added(section: str, line: str, at: int = 2) -> Callable[[str, list[str]], list[str]]:
    """An edit: one more line in one section."""
    return lambda name, lines: [*lines[:at], line, *lines[at:]] if name == section else lines


def without(section: str, part: str) -> Callable[[str, list[str]], list[str]]:
    """An edit: the lines of one section that hold `part` are gone."""
    return lambda name, lines: [line for line in lines if part not in line] if name == section else lines


def troubles(fleet: Fleet, n: int = 24) -> Iterator[Example]:
    """Mails to be seen: some events, some for the digest."""
    lines = (
        "ada0: WRITE error, retrying", "pool tank is DEGRADED", "connection to the vault refused", "cannot open /var/db/list",
        "checksum mismatch in block", "timeout waiting for lock", "drive failed its self test", "disk is nearly full",
    )  # fmt: skip
    for number in range(n):
        host, line = HOSTS[number % len(HOSTS)], lines[number % len(lines)]
        label = "event" if number % 3 else "digest"
        if number % 2:
            yield fleet.backup(host, number % 12, label, added("output", line, at=20))
        else:
            yield fleet.daily(host, number % 12, label, added("zfs_pools", line))


def as_kind(example: Example, kind: str, fleet: Fleet) -> Example:
    """The same mail, recognised as another kind."""
    message, report = fleet.read(example.raw)
    raw = replace(example.raw, id=example.raw.id + kind)
    fleet._known[raw.id] = (message, replace(report, kind=kind))
    return replace(example, raw=raw)
