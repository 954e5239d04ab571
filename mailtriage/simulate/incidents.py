"""The incidents a fleet goes through: a registry of types, and a schedule that says when each begins and ends on which host.

A new type is one line in TYPES; the mail families ask a Moment whether it is on.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailtriage.simulate.hosts import Host, Profile, System
from mailtriage.simulate.mail import Label, Shown, dice
from mailtriage.types import Severity

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentType:
    """A kind of incident: on which hosts, for how many days, what it should become."""

    name: str
    check: str
    severity: Severity
    label: Label = Label.EVENT
    is_incident: bool = True
    lasts: tuple[int, int] | None = (1, 3)  # days; None: it has no end
    item: Callable[[Host, random.Random], str] = lambda host, source: ""
    where: Callable[[Host], bool] = lambda host: _mails_daily(host)  # noqa: PLW0108 -- defined further down
    per_host_days: float = 525.0  # one in so many
    least: int = 1  # in a fleet; 0: it may also not occur


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident, as the truth knows it."""

    id: str
    type: IncidentType
    host: Host
    item: str
    began_at: datetime
    ended_at: datetime | None
    draw: int  # seeds what its mails vary in

    def is_on(self, at: datetime) -> bool:
        """Whether it is going on at this time."""
        return self.began_at <= at and (self.ended_at is None or at < self.ended_at)


def _is_freebsd(host: Host) -> bool:
    return host.system is System.FREEBSD


def _mails_daily(host: Host) -> bool:
    return _is_freebsd(host) and not host.is_jail and host.profile is not Profile.QUIET


def _has_own_security_mail(host: Host) -> bool:
    return _mails_daily(host) and host.profile is not Profile.INLINE


def _has_plain_disks(host: Host) -> bool:
    return _mails_daily(host) and host.profile is not Profile.ZFS


def _of(profile: Profile) -> Callable[[Host], bool]:
    return lambda host: host.profile is profile and _is_freebsd(host)


def _mount_that_fills(host: Host, source: random.Random) -> str:
    return next((volume.mount for volume in host.volumes if volume.mount == "/var"), host.volumes[-1].mount)


RSYNC = "/usr/local/bin/rsync -av --delete /home/ backup.example.net:/backup/home/"
PG_DUMP = "pg_dump -Fc -h db.example.net -f /backup/shop.dump shop"
FLAPPING = "Interface em0: Link down"
LASTING = (
    "/var: Disk space is critically low (used > 90%)",
    "MySQL: Service is down",
    "Unavailable by ICMP ping",
    "Power supply 2 is in critical state",
)
LEFTOVERS = "grep -rl '<<<<<<<' /etc"

TYPES: tuple[IncidentType, ...] = (
    IncidentType(
        name="host_silent", check="silence", severity=Severity.WARNING, lasts=None, where=_has_own_security_mail, per_host_days=1050
    ),
    IncidentType(
        name="zpool_degraded", check="zfs_pool", severity=Severity.HIGH, item=lambda host, source: host.pool, where=_of(Profile.ZFS)
    ),
    IncidentType(name="disk_full", check="filesystem", severity=Severity.HIGH, item=_mount_that_fills, where=_has_plain_disks),
    IncidentType(
        name="smart_pending",
        check="smart",
        severity=Severity.HIGH,
        lasts=None,
        item=lambda host, source: f"{host.serial} CurrentPendingSector",
        where=lambda host: not host.is_jail,
        per_host_days=1050,
    ),
    IncidentType(
        name="uid0_account",
        check="uid0",
        severity=Severity.HIGH,
        item=lambda host, source: source.choice(("admin", "support", "backup")),
        where=_has_own_security_mail,
        per_host_days=1050,
    ),
    IncidentType(
        name="passwordless_account",
        check="passwordless",
        severity=Severity.HIGH,
        item=lambda host, source: source.choice(("guest", "ftp", "scanner")),
        where=_has_own_security_mail,
        per_host_days=1050,
    ),
    IncidentType(
        name="cron_rsync_failing", check="cron_job", severity=Severity.HIGH, item=lambda host, source: f"root: {RSYNC}", where=_is_freebsd
    ),
    IncidentType(
        name="cron_pg_dump_failing",
        check="cron_job",
        severity=Severity.HIGH,
        item=lambda host, source: f"postgres: {PG_DUMP}",
        where=lambda host: host.system is System.DEBIAN,
        per_host_days=1050,
    ),
    IncidentType(
        name="zabbix_problem",
        check="zabbix",
        item=lambda host, source: source.choice(LASTING),
        severity=Severity.HIGH,
        where=lambda host: True,
        least=2,
        lasts=(0, 2),
        per_host_days=260,
    ),
    IncidentType(
        name="flapping_trigger",
        check="zabbix",
        item=lambda host, source: FLAPPING,
        severity=Severity.WARNING,
        is_incident=False,
        lasts=(0, 0),
        where=lambda host: True,
    ),
    IncidentType(
        name="reboot_pending",
        check="reboot_pending",
        severity=Severity.INFO,
        label=Label.DIGEST,
        where=lambda host: host.release[0] >= 10 and _has_own_security_mail(host),
    ),
    IncidentType(
        name="merge_leftover",
        check="merge_leftover",
        severity=Severity.WARNING,
        item=lambda host, source: f"root: {LEFTOVERS}",
        where=_is_freebsd,
        per_host_days=1050,
    ),
    IncidentType(name="group_file_broken", check="group_syntax", severity=Severity.WARNING, per_host_days=1050),
    IncidentType(name="mail_queue_grows", check="mail_queue", severity=Severity.WARNING, lasts=(2, 3), item=lambda host, source: "local"),
    IncidentType(
        name="attack_wave",
        check="login_failures",
        severity=Severity.INFO,
        label=Label.DIGEST,
        is_incident=False,
        lasts=(1, 1),
        where=_has_own_security_mail,
    ),
    IncidentType(
        name="gmirror_degraded",
        check="gmirror",
        severity=Severity.HIGH,
        lasts=(2, 2),
        item=lambda host, source: "mirror/gm0",
        where=_of(Profile.GMIRROR),
        per_host_days=1050,
    ),
    IncidentType(
        name="mfi_degraded",
        check="mfi",
        severity=Severity.HIGH,
        item=lambda host, source: "mfid1",
        where=_of(Profile.MFI),
        per_host_days=1050,
    ),
    IncidentType(
        name="cam_error",
        check="kernel",
        severity=Severity.HIGH,
        lasts=None,
        item=lambda host, source: "ada0",
        where=lambda host: _has_own_security_mail(host) and host.profile is not Profile.MFI,
        per_host_days=1050,
    ),
    IncidentType(
        name="pkg_vulnerable",
        check="pkg_vulnerability",
        severity=Severity.WARNING,
        item=lambda host, source: source.choice(("curl-8.4.0", "sudo-1.9.15", "openssl-3.0.12_1,1", "vim-9.0.1976")),
        where=lambda host: host.release[0] >= 10 and _has_own_security_mail(host),
    ),
    IncidentType(
        name="report_cut_off",
        check="report",
        severity=Severity.WARNING,
        label=Label.DIGEST,
        lasts=(1, 1),
        item=lambda host, source: "freebsd_daily",
        per_host_days=1050,
    ),
    IncidentType(
        name="prior_run_stuck",
        check="prior_run",
        severity=Severity.WARNING,
        lasts=(1, 1),
        where=_has_own_security_mail,
        per_host_days=1050,
    ),
    IncidentType(
        name="reboot",
        check="kernel",
        severity=Severity.INFO,
        label=Label.DIGEST,
        is_incident=False,
        lasts=None,
        where=_has_own_security_mail,
    ),
    IncidentType(
        name="upgrade",
        check="setuid",
        severity=Severity.INFO,
        label=Label.DIGEST,
        is_incident=False,
        lasts=None,
        where=_has_own_security_mail,
    ),
)


class Schedule:
    """All incidents of a fleet, found by host and type."""

    def __init__(self, incidents: tuple[Incident, ...], start: datetime) -> None:
        self.incidents = incidents
        self.start = start
        self._by_host: dict[tuple[int, str], list[Incident]] = {}
        for incident in incidents:
            self._by_host.setdefault((incident.host.number, incident.type.name), []).append(incident)

    def on(self, host: Host, type_name: str) -> list[Incident]:
        """The incidents of this type on this host."""
        return self._by_host.get((host.number, type_name), [])

    def lately(self, host: Host, type_name: str, at: datetime) -> Incident | None:
        """The incident of this type that a mail of this time shows: it is on, or ended a day or two before."""
        found = (one for one in self.on(host, type_name) if one.began_at <= at and (one.ended_at is None or at < one.ended_at + 2 * DAY))
        return next(found, None)

    def booted_at(self, host: Host, at: datetime) -> datetime:
        """When the host came up last before `at`."""
        boots = [incident.began_at for name in ("reboot", "upgrade") for incident in self.on(host, name)]
        boots += [incident.ended_at for incident in self.on(host, "reboot_pending") if incident.ended_at]
        return max((boot for boot in boots if boot <= at), default=self.start - host.booted_days * DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One host at one time, as a program that runs there then sees it."""

    host: Host
    at: datetime
    schedule: Schedule
    source: random.Random

    @property
    def local(self) -> datetime:
        """The time on the host's clock."""
        return self.at.astimezone(self.host.zone)

    @property
    def age(self) -> float:
        """Days since the start of the simulation."""
        return (self.at - self.schedule.start) / DAY

    def active(self, type_name: str) -> Incident | None:
        """The incident of this type that is on now."""
        return next((incident for incident in self.schedule.on(self.host, type_name) if incident.is_on(self.at)), None)

    def fresh(self, type_name: str) -> Incident | None:
        """The incident of this type that began in the last 24 hours."""
        return next((found for found in self.schedule.on(self.host, type_name) if self.at - DAY < found.began_at <= self.at), None)

    def over(self, type_name: str) -> Incident | None:
        """The incident of this type that ended in the last 24 hours."""
        ended = (found for found in self.schedule.on(self.host, type_name) if found.ended_at)
        return next((found for found in ended if found.ended_at and self.at - DAY < found.ended_at <= self.at), None)

    def shows(self, *type_names: str) -> tuple[Shown, ...]:
        """What a section that reads this state says of the incidents so far."""
        return tuple(
            Shown(incident=incident.id, is_on=incident.is_on(self.at))
            for name in type_names
            for incident in self.schedule.on(self.host, name)
            if incident.began_at <= self.at
        )


def plan(hosts: tuple[Host, ...], days: int, seed: int, start: datetime, types: tuple[IncidentType, ...] = TYPES) -> Schedule:
    """Deals out the incidents: each type as often as it must be where a host can have it, one incident a host as far as hosts go."""
    source = dice(seed, "incidents", len(hosts), days)
    busy: set[int] = set()
    silent: set[int] = set()
    incidents: list[Incident] = []
    for kind in types:
        able = [host for host in hosts if kind.where(host) and host.number not in silent]
        expected = len(hosts) * days / kind.per_host_days
        count = max(kind.least, round(expected)) if kind.least else int(expected) + (source.random() < expected % 1)
        count = count if days else 0
        for _ in range(count):
            free = [host for host in able if host.number not in busy]
            # A host can have several incidents, but only one of a type: their mails would run into each other.
            reserve = [host for host in able if not any(known.host is host and known.type is kind for known in incidents)]
            if kind.name == "host_silent" and (days < 3 or len(hosts) < 2):
                break  # too short to know what is missing
            if not (free or reserve):
                break
            host = source.choice(free or reserve)
            busy.add(host.number)
            if kind.name == "host_silent":
                silent.add(host.number)
            incidents.append(_incident(kind, host, len(incidents) + 1, days, start, source))
    return Schedule(tuple(incidents), start)


def _incident(kind: IncidentType, host: Host, number: int, days: int, start: datetime, source: random.Random) -> Incident:
    lasts = source.randint(*kind.lasts) if kind.lasts else 0
    first = 0 if days > 2 else -1
    first_day = source.randint(first, max(first, days - 3 - lasts))
    if kind.name == "host_silent":
        first_day = max(first_day, min(2, days - 2))  # it has to be known before it can be missed
    began = start + first_day * DAY + timedelta(seconds=source.randint(11 * 3600, 22 * 3600)) - (host.zone.utcoffset(None) or timedelta())
    ended: datetime | None = None
    if kind.lasts and lasts:
        ended = began + lasts * DAY + timedelta(seconds=source.randint(-3600, 3600))
    elif kind.lasts:
        ended = began + timedelta(seconds=source.randint(4 * 3600, 9 * 3600))
    if ended is not None and ended >= start + days * DAY:
        ended = None
    item = kind.item(host, source)
    return Incident(
        id=f"{kind.name}-{number:03d}", type=kind, host=host, item=item, began_at=began, ended_at=ended, draw=source.randrange(2**30)
    )
