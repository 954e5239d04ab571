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
        name="apc_on_battery",
        check="ups_power",
        severity=Severity.HIGH,
        lasts=(0, 0),
        item=lambda host, source: "smart1500",
        where=_is_linux,
        per_host_days=1050,
    ),
    IncidentType(
        name="nut_on_battery",
        check="ups_power",
        severity=Severity.HIGH,
        lasts=(0, 0),
        item=lambda host, source: "ups@localhost",
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
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Habit:
    """A healthy mail: which of the hosts that can send it, one of `every`, and on which day of the week (Monday is 0)."""

    remainder: int
    where: Callable[[Host], bool]
    day: int
    letter: Callable[[Host, datetime], bodies.Letter]
    every: int = 75


_HABITS = (
    _Habit(remainder=2, every=10, where=_is_debian, day=6, letter=lambda host, at: bodies.zed_finish(host, at, "scrub")),
    _Habit(
        remainder=7, every=10, where=_is_debian, day=6, letter=lambda host, at: bodies.zed_finish(host, at, "scrub", has_features=False)
    ),
    _Habit(remainder=3, every=10, where=_is_linux, day=0, letter=lambda host, at: bodies.mdadm(host, is_degraded=False)),
    _Habit(remainder=8, every=10, where=_is_linux, day=5, letter=bodies.patrol_read),
    _Habit(
        remainder=4,
        every=15,
        where=_has_disks,
        day=6,
        letter=lambda host, at: bodies.truenas(host, "Scrub of pool 'tank' finished.", Label.NOISE),
    ),
    _Habit(
        remainder=5,
        where=_has_disks,
        day=2,
        letter=lambda host, at: bodies.truenas(host, "A system update is available. Go to System Settings, Update.", Label.DIGEST),
    ),
    _Habit(remainder=6, every=40, where=_has_disks, day=3, letter=bodies.pfsense),
    _Habit(remainder=9, where=_has_disks, day=1, letter=bodies.qnap),
    _Habit(remainder=21, where=_has_disks, day=2, letter=lambda host, at: bodies.synology(host)),
    _Habit(remainder=24, where=_has_disks, day=4, letter=bodies.ilo_started),
    _Habit(remainder=35, where=_has_disks, day=1, letter=bodies.idrac_tested),
    _Habit(remainder=48, where=_has_disks, day=3, letter=bodies.log_cleared),
)


def mails(host: Host, day: date, schedule: Schedule, seed: int) -> Iterator[Draft]:
    """The mails of these senders that are about the host on this local day."""
    for n, habit in enumerate(_HABITS):
        if host.number % habit.every == habit.remainder and habit.where(host) and day.weekday() == habit.day:
            source = dice(seed, "hardware", host.number, n, day)
            at = datetime.combine(day, time(source.randint(2, 17), source.randint(0, 58), source.randint(0, 59)), host.zone)
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
    if incident.ended_at:
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
    if name == "power_supply":
        return bodies.board(host, at, item, is_over=is_over)
    if name == "virtual_drive":
        return bodies.controller(host, at, is_over=is_over)
    return bodies.ups(host, at, item, source, is_over=is_over)


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
