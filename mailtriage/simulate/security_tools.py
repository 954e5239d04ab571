"""Mails of sudo, logwatch, logcheck, fail2ban, DenyHosts, arpwatch, rkhunter, chkrootkit, AIDE, tripwire, samhain, OSSEC."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mailtriage.simulate import security_bodies as bodies
from mailtriage.simulate.envelope import local_mail
from mailtriage.simulate.hosts import Host, System
from mailtriage.simulate.incidents import Incident, IncidentType, Schedule
from mailtriage.simulate.mail import Draft, Label, Shown, address, dice
from mailtriage.types import Severity

_LINUX = (System.DEBIAN, System.RHEL)


def _is_linux(host: Host) -> bool:
    return host.system in _LINUX


def _is_debian(host: Host) -> bool:
    return host.system is System.DEBIAN


def _is_rhel(host: Host) -> bool:
    return host.system is System.RHEL


_SENSITIVE = ("/etc/passwd", "/etc/sudoers", "/usr/bin/ssh", "/etc/cron.d/.x")
_INFECTED = ("ls", "ps", "netstat", "login")

INCIDENTS: tuple[IncidentType, ...] = (
    IncidentType(
        name="sudo_refused",
        check="sudo",
        severity=Severity.WARNING,
        lasts=None,
        item=lambda host, source: "www2: user NOT in sudoers",
        where=_is_linux,
        per_host_days=1050,
    ),
    IncidentType(name="files_changed", check="aide", severity=Severity.HIGH, lasts=(1, 2), where=_is_debian, per_host_days=1050),
    IncidentType(name="violations", check="tripwire", severity=Severity.HIGH, lasts=(1, 2), where=_is_rhel, per_host_days=1050),
    IncidentType(
        name="login_after_attack",
        check="login_after_failures",
        severity=Severity.HIGH,
        lasts=None,
        item=lambda host, source: f"root@{address(source)}",
        where=_is_linux,
        per_host_days=1050,
    ),
    IncidentType(
        name="infected",
        check="chkrootkit",
        severity=Severity.HIGH,
        lasts=None,
        item=lambda host, source: source.choice(_INFECTED),
        where=_is_debian,
        per_host_days=1050,
    ),
    IncidentType(
        name="mac_changed",
        check="arpwatch",
        severity=Severity.WARNING,
        lasts=None,
        item=lambda host, source: address(source),
        where=_is_linux,
        per_host_days=1050,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Habit:
    """A healthy mail: which host sends it, on which days of the week (Monday is 0), at which time."""

    number: int
    days: tuple[int, ...]
    hour: int
    letter: Callable[[Host, datetime, random.Random], bodies.Letter]


_DAILY = (0, 1, 2, 3, 4, 5, 6)
_HABITS = (
    _Habit(number=8, days=_DAILY, hour=4, letter=bodies.logwatch),
    _Habit(number=2, days=(0, 2, 4), hour=14, letter=bodies.logcheck),
    _Habit(number=17, days=(0, 1, 3, 5), hour=16, letter=lambda host, local, source: bodies.ban(host, source)),
    _Habit(number=11, days=(2,), hour=9, letter=lambda host, local, source: bodies.denied(host, source)),
    _Habit(
        number=27,
        days=(1,),
        hour=10,
        letter=lambda host, local, source: bodies.sighting(host, local, "new station", address(source), Label.DIGEST),
    ),
    _Habit(
        number=27,
        days=(4,),
        hour=11,
        letter=lambda host, local, source: bodies.sighting(host, local, "new activity", address(source), Label.NOISE),
    ),
    _Habit(number=42, days=(6,), hour=6, letter=lambda host, local, source: bodies.rkhunter_update(host)),
    _Habit(number=42, days=(3,), hour=6, letter=lambda host, local, source: bodies.rkhunter(host)),
    _Habit(number=67, days=(5,), hour=6, letter=lambda host, local, source: bodies.chkrootkit(host)),
    _Habit(number=52, days=(1, 3, 5), hour=6, letter=lambda host, local, source: bodies.aide(host, local)),
    _Habit(number=33, days=(0, 4), hour=4, letter=lambda host, local, source: bodies.tripwire(host, local)),
    _Habit(number=23, days=(2,), hour=3, letter=lambda host, local, source: bodies.samhain(host, local)),
    _Habit(number=47, days=(1, 4), hour=13, letter=bodies.ossec),
    _Habit(
        number=67,
        days=(2,),
        hour=15,
        letter=lambda host, local, source: bodies.sudo(host, local, "anna", "1 incorrect password attempt", Label.DIGEST),
    ),
)
_CHECKED = {"files_changed": 52, "violations": 33}  # whose habit stands still while its incident has mails of its own


def mails(host: Host, day: date, schedule: Schedule, seed: int) -> Iterator[Draft]:
    """The mails of these senders that are about the host on this local day."""
    for n, habit in enumerate(_HABITS):
        if habit.number == host.number and day.weekday() in habit.days:
            source = dice(seed, "security", host.number, n, day)
            at = datetime.combine(day, time(habit.hour, source.randint(0, 40), source.randint(0, 59)), host.zone)
            is_checked = any(number == host.number and schedule.on(host, name) for name, number in _CHECKED.items())
            if not (is_checked and habit.hour in (4, 6)):
                yield _draft(host, at, source, habit.letter(host, at, source))
    for kind in INCIDENTS:
        for incident in schedule.on(host, kind.name):
            yield from _of_incident(incident, day, seed)


def _of_incident(incident: Incident, day: date, seed: int) -> Iterator[Draft]:
    host, name = incident.host, incident.type.name
    source = dice(seed, "security", incident.id, day)
    morning = datetime.combine(day, time(6, 25, source.randint(1, 59)), host.zone)
    shows = (Shown(incident=incident.id, is_on=True),)
    if name in _CHECKED:
        is_over = incident.ended_at is not None and incident.ended_at <= morning < incident.ended_at + timedelta(days=1)
        if incident.is_on(morning) or is_over:
            letter = _checked(host, name, morning, incident, is_on=not is_over)
            yield _draft(host, morning, source, letter, (Shown(incident=incident.id, is_on=not is_over),))
        return
    soon = incident.began_at.astimezone(host.zone) + timedelta(minutes=3)
    is_next_morning = name == "infected" or (name == "login_after_attack" and host.system is System.RHEL)
    at = morning if is_next_morning else soon
    wanted = soon.date() + timedelta(days=1 if is_next_morning else 0)
    if day == wanted:
        yield _draft(host, at, source, _letter(host, name, at, incident, source), shows)


def _checked(host: Host, name: str, at: datetime, incident: Incident, *, is_on: bool) -> bodies.Letter:
    if name == "violations":
        return bodies.tripwire(host, at, 1 + incident.draw % 3 if is_on else 0)
    return bodies.aide(host, at, (_SENSITIVE[incident.draw % len(_SENSITIVE)], "/srv/www/index.html") if is_on else ())


def _letter(host: Host, name: str, at: datetime, incident: Incident, source: random.Random) -> bodies.Letter:
    if name == "sudo_refused":
        user, _, reason = incident.item.partition(": ")
        return bodies.sudo(host, at, user, reason, Label.EVENT)
    if name == "infected":
        return bodies.chkrootkit(host, incident.item)
    if name == "mac_changed":
        return bodies.sighting(host, at, "changed ethernet address", incident.item, Label.EVENT)
    intruder = incident.item.partition("@")[2]
    return bodies.logwatch(host, at, source, intruder) if host.system is System.RHEL else bodies.logcheck(host, at, source, intruder)


def _draft(host: Host, at: datetime, source: random.Random, letter: bodies.Letter, shows: tuple[Shown, ...] = ()) -> Draft:
    sender = f"{letter.account}@{host.mail_domain}"
    return Draft(
        sent_at=at,
        host=host.name,
        kind=letter.kind,
        mail_from=sender,
        rcpt_to=host.root,
        content=local_mail(
            host,
            at,
            source,
            subject=letter.subject,
            body=letter.body,
            headers=letter.headers,
            from_header=f"{letter.from_name} <{sender}>" if letter.from_name else f"<{sender}>" if letter.account != "root" else "",
            user=letter.account,
        ),
        sections=letter.sections,
        shows=shows,
    )
