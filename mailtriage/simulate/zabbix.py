"""Mails of three Zabbix servers (2.4, 4.0, 6.0 in text and HTML): short problems, lasting ones, a flapping trigger."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime

from mailtriage.simulate.envelope import encoded, message
from mailtriage.simulate.hosts import Host
from mailtriage.simulate.incidents import DAY, FLAPPING, LASTING, Incident, Schedule
from mailtriage.simulate.mail import Draft, Label, Shown, dice, poisson


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A Zabbix server and the texts its version sends."""

    name: str
    version: tuple[int, int]
    is_html: bool
    digest: str  # the part of In-Reply-To that is the same in all its mails
    base: int  # its event ids count from here


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A trigger: what its events are called, how severe they are, what value they show."""

    name: str
    severity: str
    value: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem event from its beginning to its end."""

    host: Host
    trigger: Trigger
    began_at: datetime
    ended_at: datetime | None
    event_id: int = 0
    incident: Incident | None = None


SERVERS = (
    Server(name="mon01.example.net", version=(6, 0), is_html=False, digest="b3c6f5dee6cbbe145a6c10f996bd2465", base=4_810_000),
    Server(name="mon02.example.org", version=(6, 0), is_html=True, digest="51d2a90be7c04f3c8f1b6e2d7a90c3f4", base=913_000),
    Server(name="zabbix.dc1.example.com", version=(4, 0), is_html=False, digest="9f0c1a72d8e645b0a3b7c25d4e816f03", base=21_540_000),
    Server(name="oldmon.example.org", version=(2, 4), is_html=False, digest="", base=77_000),
)
_NOISY = (
    Trigger(
        name="High CPU utilization (over 90% for 5m)", severity="Warning", value="Current utilization: {:.1f} %", key="system.cpu.util"
    ),
    Trigger(
        name="Load average is too high (per CPU load over 1.5 for 5m)",
        severity="Average",
        value="Load averages(1m 5m 15m): {:.2f}",
        key="system.cpu.load",
    ),
    Trigger(name="High ICMP ping response time", severity="Warning", value="Value: {:.0f} ms", key="icmppingsec"),
    Trigger(name="High ICMP ping loss", severity="Warning", value="Loss: {:.0f} %", key="icmppingloss"),
    Trigger(name="Unavailable by ICMP ping", severity="High", value="Down (0)", key="icmpping"),
    Trigger(
        name="Zabbix agent is not available (for 3m)", severity="Average", value="not available (0)", key="zabbix[host,agent,available]"
    ),
    Trigger(name="Response time of the web page is too high", severity="Warning", value="{:.2f} s", key="web.test.time[shop]"),
    Trigger(name='Disk I/O is overloaded on {{$DISK:"da0"}}', severity="Warning", value="{:.0f} %", key="vfs.dev.util"),
)
_NAMED = (
    Trigger(name=LASTING[0], severity="Average", value="Space used: {:.1f} %", key="vfs.fs.size[/var,pused]"),
    Trigger(name=LASTING[1], severity="High", value="Down (0)", key="net.tcp.service[mysql]"),
    Trigger(name=LASTING[2], severity="High", value="Down (0)", key="icmpping"),
    Trigger(name=LASTING[3], severity="High", value="failed (3)", key="sensor.psu[2]"),
    Trigger(name=FLAPPING, severity="Average", value="Current state: down (2)", key="net.if.status[em0]"),
)
_BY_NAME = {trigger.name: trigger for trigger in _NAMED}
_LOW = Trigger(name="Operating system description has changed", severity="Information", value="FreeBSD", key="system.sw.os")


class Counter:
    """Gives each server's problems their event ids, in the order the problems began."""

    def __init__(self) -> None:
        self._next = {server.name: server.base for server in SERVERS}

    def next_id(self, server: Server, source: random.Random) -> int:
        """The next event id; the recoveries and internal events in between use some up too."""
        self._next[server.name] += source.randint(2, 9)
        return self._next[server.name]


def server_of(host: Host) -> Server:
    """The server that watches this host."""
    return SERVERS[(0, 0, 1, 0, 2, 0, 1, 3)[host.number % 8]]


def mails(hosts: tuple[Host, ...], day: datetime, schedule: Schedule, seed: int, counter: Counter, until: datetime) -> Iterator[Draft]:
    """All mails about problems that begin in the 24 hours from `day`; recoveries may come later."""
    problems = [problem for host in hosts for problem in _problems(host, day, schedule, seed) if problem.began_at < until]
    problems.sort(key=lambda problem: (problem.began_at, problem.host.number))
    for problem in problems:
        server = server_of(problem.host)
        source = dice(seed, "zabbix", problem.host.number, problem.began_at)
        numbered = replace(problem, event_id=counter.next_id(server, source))
        yield _mail(numbered, server, source, is_recovery=False)
        if problem.ended_at is not None:
            yield _mail(numbered, server, source, is_recovery=True)


def _problems(host: Host, day: datetime, schedule: Schedule, seed: int) -> Iterator[Problem]:
    source = dice(seed, "problems", host.number, day.date())
    for _ in range(poisson(source, host.chattiness)):
        began = day + timedelta(seconds=source.randrange(86_400))
        minutes = source.uniform(0.5, 9) if source.random() < 0.85 else source.uniform(9, 45)
        yield Problem(host=host, trigger=source.choice(_NOISY), began_at=began, ended_at=began + timedelta(minutes=minutes))
    if source.random() < 1 / 400:
        yield Problem(host=host, trigger=_LOW, began_at=day + timedelta(seconds=source.randrange(86_400)), ended_at=None)
    for incident in schedule.on(host, "zabbix_problem"):
        if day <= incident.began_at < day + DAY:
            yield Problem(
                host=host, trigger=_BY_NAME[incident.item], began_at=incident.began_at, ended_at=incident.ended_at, incident=incident
            )
    for incident in schedule.on(host, "flapping_trigger"):
        at = incident.began_at
        last = min(incident.ended_at or at + timedelta(hours=6), at + timedelta(hours=9))
        flaps = dice("flaps", incident.draw)
        while at < last - timedelta(minutes=5):
            ended = at + timedelta(seconds=flaps.uniform(20, 110))
            if day <= at < day + DAY:
                yield Problem(host=host, trigger=_BY_NAME[incident.item], began_at=at, ended_at=ended, incident=incident)
            at = ended + timedelta(minutes=flaps.uniform(8, 40))


def _mail(problem: Problem, server: Server, source: random.Random, *, is_recovery: bool) -> Draft:
    host, trigger, incident = problem.host, problem.trigger, problem.incident
    at = problem.ended_at if is_recovery and problem.ended_at else problem.began_at
    sent_at = at + timedelta(seconds=source.uniform(1, 4))
    name = trigger.name.replace("{{", "{").replace("}}", "}")
    value = trigger.value.format(source.uniform(91, 99.9))
    subject, lines = _text(problem, server, name, value, is_recovery)
    address = f"zabbix@{server.name}"
    recipient = f"root@{server.name.split('.', 1)[1]}"
    salt = hashlib.md5(recipient.encode(), usedforsecurity=False).hexdigest()
    head = [("From", f"<{address}>"), ("To", f"<{recipient}>")]
    if server.digest:
        head.append(("In-Reply-To", f"<{problem.event_id}.{salt}.1.{server.digest}@zabbix.com>"))
    kind = "text/html" if server.is_html else "text/plain"
    head += [
        ("Date", format_datetime(sent_at)),
        ("Subject", subject),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'{kind}; charset="UTF-8"'),
        ("Content-Transfer-Encoding", "base64"),
    ]
    body = "<br>".join(lines) if server.is_html else "\r\n".join(lines)
    section = "information" if trigger is _LOW else "recovery" if is_recovery else "problem"
    label = Label.DIGEST if trigger is _LOW else Label.EVENT
    is_short = incident is None and trigger is not _LOW
    is_flap = incident is not None and not incident.type.is_incident
    return Draft(
        sent_at=sent_at,
        host=host.name,
        kind="zabbix",
        mail_from=address,
        rcpt_to=recipient,
        content=message(head, encoded(body.encode(), "base64")),
        sections=((section, label),),
        shows=(Shown(incident=incident.id, is_on=not is_recovery),) if incident else (),
        sender=server.name,
        is_transient=is_short or is_flap,
        item=str(problem.event_id),
    )


def _text(problem: Problem, server: Server, name: str, value: str, is_recovery: bool) -> tuple[str, list[str]]:
    began, severity = problem.began_at, problem.trigger.severity
    if server.version < (3, 4):
        status = "OK" if is_recovery else "PROBLEM"
        lines = [f"Trigger: {name}", f"Trigger status: {status}", f"Trigger severity: {severity}", "Trigger URL: ", "", "Item values:", ""]
        lines.append(f"1. {name.split(' (', maxsplit=1)[0]} ({problem.host.name}:{problem.trigger.key}): {value}")
        lines += [f"{n}. *UNKNOWN* (*UNKNOWN*:*UNKNOWN*): *UNKNOWN*" for n in (2, 3)]
        return f"{status}: {name}", [*lines, "", f"Original event ID: {problem.event_id}"]
    started = f"at {began:%H:%M:%S} on {began:%Y.%m.%d}"
    common = [("Host", problem.host.name), ("Severity", severity)]
    if not is_recovery:
        subject = f"Problem: {name}"
        fields = [("Problem started", started), ("Problem name", name), *common]
        if server.version >= (4, 4):
            fields.append(("Operational data", value))
    else:
        ended = problem.ended_at or began
        duration = _duration(ended - began)
        when = f"at {ended:%H:%M:%S} on {ended:%Y.%m.%d}"
        is_new = server.version >= (5, 4)
        subject = f"Resolved in {duration}: {name}" if is_new else f"Resolved: {name}"
        fields = [("Problem has been resolved", when), ("Problem name", name)]
        if is_new:
            fields.append(("Problem duration", duration))
        fields += common
    fields.append(("Original problem ID", str(problem.event_id)))
    if server.is_html:
        return subject, [f"<b>{key}</b> {text}" if key in _SENTENCES else f"<b>{key}:</b> {text}" for key, text in fields] + [""]
    return subject, [f"{key} {text}" if key in _SENTENCES else f"{key}: {text}" for key, text in fields]


_SENTENCES = ("Problem started", "Problem has been resolved")


def _duration(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    units = ((seconds // 86_400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    words = [f"{number}{unit}" for number, unit in units]
    first = next((n for n, (number, _) in enumerate(units) if number), 3)
    return " ".join(words[first : first + 3] if first else words[:3])
