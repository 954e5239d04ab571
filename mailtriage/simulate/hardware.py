"""Mails of mdadm, ZED, RAID controllers, service processors, UPSs, NAS appliances."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mailtriage.simulate import hardware_bodies as bodies
from mailtriage.simulate.envelope import local_mail
from mailtriage.simulate.hosts import Host, System
from mailtriage.simulate.incidents import Incident, IncidentType, Schedule
from mailtriage.simulate.mail import Draft, Label, Shown, dice
from mailtriage.types import Severity


def _is_linux(host: Host) -> bool:
    return host.system is not System.FREEBSD


def _is_debian(host: Host) -> bool:
    return host.system is System.DEBIAN


def _has_disks(host: Host) -> bool:
    return not host.is_jail


INCIDENTS: tuple[IncidentType, ...] = (
    IncidentType(
        name="md_degraded",
        check="mdadm",
        severity=Severity.CRITICAL,
        lasts=None,
        item=lambda host, source: "md0",
        where=_is_linux,
        per_host_days=1050,
    ),
    IncidentType(
        name="zed_fault",
        check="zfs_pool",
        severity=Severity.CRITICAL,
        lasts=(1, 2),
        item=lambda host, source: f"tank {bodies.DISK}",
        where=_is_debian,
        per_host_days=1050,
    ),
    IncidentType(
        name="ups_on_battery",
        check="ups_power",
        severity=Severity.HIGH,
        lasts=(0, 0),
        item=lambda host, source: source.choice(("smart1500", "ups@localhost")),
        where=_is_linux,
        per_host_days=1050,
    ),
    IncidentType(
        name="power_supply",
        check="hardware",
        severity=Severity.CRITICAL,
        lasts=(0, 1),
        item=lambda host, source: source.choice(("Power Supply #1", "7ABCDE1 PSU power supply 1", "Power Supply #0x62")),
        where=_has_disks,
        per_host_days=1050,
    ),
    IncidentType(
        name="virtual_drive",
        check="raid_controller",
        severity=Severity.CRITICAL,
        lasts=(1, 2),
        item=lambda host, source: "controller 0 VD 0",
        where=_is_linux,
        per_host_days=1050,
    ),
    IncidentType(
        name="nas_volume",
        check="nas",
        severity=Severity.HIGH,
        lasts=(1, 2),
        item=lambda host, source: source.choice(
            (f"the volume 1 on {host.short.lower()}", "Storage & Snapshots: [Hardware Status] Disk 3 failed.")
        ),
        where=_is_debian,
        per_host_days=1050,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Habit:
    """A healthy mail: which of the hosts that can send it, on which days of the week (Monday is 0), at which time."""

    remainder: int
    where: Callable[[Host], bool]
    days: tuple[int, ...]
    hour: int
    letter: Callable[[Host, datetime], bodies.Letter]


_EVERY = 10  # one of so many hosts has a habit
_HABITS = (
    _Habit(remainder=2, where=_is_debian, days=(6,), hour=4, letter=lambda host, at: bodies.zed_finish(host, at, "scrub")),
    _Habit(
        remainder=7, where=_is_debian, days=(6,), hour=5, letter=lambda host, at: bodies.zed_finish(host, at, "scrub", has_features=False)
    ),
    _Habit(remainder=3, where=_is_linux, days=(0,), hour=8, letter=lambda host, at: bodies.mdadm(host, is_degraded=False)),
    _Habit(remainder=8, where=_is_linux, days=(5,), hour=3, letter=bodies.patrol_read),
    _Habit(
        remainder=4,
        where=_has_disks,
        days=(6,),
        hour=2,
        letter=lambda host, at: bodies.truenas(host, "Scrub of pool 'tank' finished.", Label.NOISE),
    ),
    _Habit(
        remainder=5,
        where=_has_disks,
        days=(2,),
        hour=9,
        letter=lambda host, at: bodies.truenas(host, "A system update is available. Go to System Settings, Update.", Label.DIGEST),
    ),
    _Habit(remainder=6, where=lambda host: host.system is System.FREEBSD, days=(3,), hour=15, letter=bodies.pfsense),
)


def mails(host: Host, day: date, schedule: Schedule, seed: int) -> Iterator[Draft]:
    """The mails of these senders that are about the host on this local day."""
    for n, habit in enumerate(_HABITS):
        if host.number % _EVERY == habit.remainder and habit.where(host) and day.weekday() in habit.days:
            source = dice(seed, "hardware", host.number, n, day)
            at = datetime.combine(day, time(habit.hour, source.randint(0, 58), source.randint(0, 59)), host.zone)
            if not any(schedule.on(host, kind.name) for kind in INCIDENTS):
                yield _draft(host, at, source, habit.letter(host, at))
    for kind in INCIDENTS:
        for incident in schedule.on(host, kind.name):
            yield from _of_incident(incident, day, seed)


def _of_incident(incident: Incident, day: date, seed: int) -> Iterator[Draft]:
    host = incident.host
    source = dice(seed, "hardware", incident.id, day)
    began = incident.began_at.astimezone(host.zone) + timedelta(seconds=40)
    if incident.type.name == "md_degraded" and day > began.date():  # cron.daily/mdadm tells it each day
        at = datetime.combine(day, time(6, 25, source.randint(1, 59)), host.zone)
        if incident.is_on(at):
            yield _told(incident, at, source, is_on=True)
    elif day == began.date():
        yield _told(incident, began, source, is_on=True)
    is_qnap = incident.item.startswith("Storage &")  # which says nothing when a disk was replaced
    if incident.ended_at and incident.type.name != "md_degraded" and not is_qnap:
        ended = incident.ended_at.astimezone(host.zone) + timedelta(seconds=40)
        if day == ended.date():
            yield _told(incident, ended, source, is_on=False)


def _told(incident: Incident, at: datetime, source: random.Random, *, is_on: bool) -> Draft:
    letter = _letter(incident, at, source, is_over=not is_on)
    return _draft(incident.host, at, source, letter, (Shown(incident=incident.id, is_on=is_on),))


def _letter(incident: Incident, at: datetime, source: random.Random, *, is_over: bool) -> bodies.Letter:
    host, item = incident.host, incident.item
    name = incident.type.name
    if name == "md_degraded":
        return bodies.mdadm(host, is_degraded=True)
    if name == "zed_fault":
        return bodies.zed_finish(host, at, "resilver") if is_over else bodies.zed_fault(host, at)
    if name == "ups_on_battery":
        return bodies.ups(host, at, item, source, is_over=is_over)
    if name == "power_supply":
        return bodies.board(host, at, item, is_over=is_over)
    if name == "virtual_drive":
        return bodies.controller(host, at, is_over=is_over)
    return bodies.nas(host, at, item, is_over=is_over)


def _draft(host: Host, at: datetime, source: random.Random, letter: bodies.Letter, shows: tuple[Shown, ...] = ()) -> Draft:
    return Draft(
        sent_at=at,
        host=host.name,
        kind=letter.kind,
        mail_from=host.root,
        rcpt_to=host.root,
        content=local_mail(
            host,
            at,
            source,
            subject=letter.subject,
            body=letter.body,
            from_header=f"{letter.from_name} <{host.root}>" if letter.from_name else "",
        ),
        sections=letter.sections,
        shows=shows,
    )
