"""A fleet and all its mails in the order of time, with the truth about each mail and each incident."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailtriage.simulate import (
    backups,
    cronjobs,
    hardware,
    monitoring,
    people,
    periodic,
    postmaster,
    security_tools,
    smartd,
    updates,
    zabbix,
)
from mailtriage.simulate.hosts import Host, hosts
from mailtriage.simulate.incidents import DAY, TYPES, Incident, Schedule, plan
from mailtriage.simulate.mail import Draft, Role, SimulatedMail, Truth

# Families of senders whose incidents stand beside their mails. They are many, so each is rare: a week of 75 hosts has a few of them.
_FAMILIES = (backups, hardware, monitoring, postmaster, security_tools, updates)
_RARER = 3
_OF_FAMILIES = tuple(
    replace(one, least=0, per_host_days=one.per_host_days * _RARER)
    for family in (cronjobs, periodic, *_FAMILIES)
    for one in family.INCIDENTS
)
ALL_TYPES = (*TYPES, *_OF_FAMILIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Some hosts over some days; all of it follows from these values alone."""

    hosts: tuple[Host, ...]
    days: int
    seed: int
    start: datetime
    schedule: Schedule

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """All incidents, and what only looks like one."""
        return self.schedule.incidents


def fleet(*, hosts: int, days: int, seed: int, start: datetime) -> Fleet:
    """A fleet of `hosts` hosts watched for `days` days from `start` (an aware time; its day begins there)."""
    if start.tzinfo is None:
        raise ValueError("a datetime without a zone")
    chosen = _hosts(hosts, seed)
    return Fleet(hosts=chosen, days=days, seed=seed, start=start, schedule=plan(chosen, days, seed, start, ALL_TYPES))


_hosts = hosts


def mails(fleet: Fleet) -> Iterator[SimulatedMail]:
    """All mails of the fleet in the order they are sent."""
    progress: dict[str, bool] = {}  # incident: whether its last mail showed it on
    for number, draft in enumerate(_in_order(fleet), start=1):
        incidents, roles = [], []
        for shown in draft.shows:
            role = _role(progress.get(shown.incident), shown.is_on)
            if role is not Role.NONE:
                progress[shown.incident] = shown.is_on
                incidents.append(shown.incident)
                roles.append(role)
        truth = Truth(
            label=draft.label,
            kind=draft.kind,
            host=draft.host,
            sections=draft.sections,
            incidents=tuple(incidents),
            roles=tuple(roles),
            is_transient=draft.is_transient,
            item=draft.item,
        )
        yield SimulatedMail(
            number=number, sent_at=draft.sent_at, mail_from=draft.mail_from, rcpt_to=draft.rcpt_to, data=draft.content, truth=truth
        )


def _role(was_on: bool | None, is_on: bool) -> Role:
    if is_on:
        return Role.PROBLEM if was_on is None else Role.REPEAT
    return Role.RECOVERY if was_on else Role.NONE


def _in_order(fleet: Fleet) -> Iterator[Draft]:
    """Drafts day by day, so that a long simulation needs the memory of a few days only."""
    end = fleet.start + fleet.days * DAY
    silent = {incident.host.name: incident.began_at for incident in fleet.incidents if incident.type.name == "host_silent"}
    waiting: list[Draft] = []
    counter = zabbix.Counter()
    for n in range(-1, fleet.days + 1):
        day = fleet.start + n * DAY
        for draft in _drafts(fleet, day, counter, end):
            gone_at = silent.get(draft.host)
            if fleet.start <= draft.sent_at < end and (gone_at is None or draft.sent_at < gone_at or draft.kind == "human"):
                waiting.append(draft)
        waiting.sort(key=lambda draft: (draft.sent_at, draft.host, draft.kind))
        # The next local day of the easternmost host begins half a day before the next day here.
        settled = day + timedelta(hours=12)
        ready = [draft for draft in waiting if draft.sent_at < settled]
        waiting = waiting[len(ready) :]
        yield from ready
    yield from waiting


def _drafts(fleet: Fleet, day: datetime, counter: zabbix.Counter, end: datetime) -> Iterator[Draft]:
    for host in fleet.hosts:
        yield from periodic.reports(host, day.date(), fleet.schedule, fleet.seed)
        yield from cronjobs.mails(host, day.date(), fleet.schedule, fleet.seed)
        yield from smartd.mails(host, day.date(), fleet.schedule, fleet.seed)
        for family in _FAMILIES:
            yield from family.mails(host, day.date(), fleet.schedule, fleet.seed)
    if fleet.start <= day < end and fleet.hosts:
        yield from zabbix.mails(fleet.hosts, day, fleet.schedule, fleet.seed, counter, end)
        yield from people.mails(fleet.hosts, day, fleet.seed)


def truth_document(fleet: Fleet, sent: Iterable[SimulatedMail]) -> dict[str, object]:
    """What `truth.json` holds: per mail what it should become, per incident when it began, ended and was seen."""
    listed: list[dict[str, object]] = []
    first: dict[str, str] = {}
    recovered: dict[str, str] = {}
    items = {incident.id: incident.item for incident in fleet.incidents}
    for mail in sent:
        name = f"{mail.stem}.eml"
        for incident, role in zip(mail.truth.incidents, mail.truth.roles, strict=True):
            if role is Role.PROBLEM:
                first[incident] = name
                if mail.truth.is_shown:  # of a flapping trigger each pair has its own number
                    items[incident] = mail.truth.item or items[incident]
            elif role is Role.RECOVERY:
                recovered[incident] = name
        listed.append(
            {
                "file": name,
                "at": mail.sent_at.isoformat(),
                "host": mail.truth.host,
                "kind": mail.truth.kind,
                "label": mail.truth.label.value,
                "role": mail.truth.role.value,
                "shown": mail.truth.is_shown,
                "item": mail.truth.item,
                "incidents": list(mail.truth.incidents),
            }
        )
    incidents = [_listed(incident, items[incident.id], first, recovered) for incident in fleet.incidents]
    return {
        "seed": fleet.seed,
        "hosts": len(fleet.hosts),
        "days": fleet.days,
        "start": fleet.start.isoformat(),
        "mails": listed,
        "incidents": incidents,
    }


def _listed(incident: Incident, item: str, first: dict[str, str], recovered: dict[str, str]) -> dict[str, object]:
    return {
        "id": incident.id,
        "type": incident.type.name,
        "host": incident.host.name,
        "check": incident.type.check,
        "item": item,
        "severity": incident.type.severity.value,
        "label": incident.type.label.value,
        "is_incident": incident.type.is_incident,
        "began_at": incident.began_at.isoformat(),
        "ended_at": incident.ended_at.isoformat() if incident.ended_at else None,
        "first_mail": first.get(incident.id),
        "recovery_mail": recovered.get(incident.id),
    }
