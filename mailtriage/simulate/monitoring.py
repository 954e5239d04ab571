"""Mails of Nagios, Icinga, Checkmk, Alertmanager, Grafana, monit, Munin, LibreNMS, vCenter, Netdata, Uptime Kuma."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import format_datetime

from mailtriage.simulate.envelope import encoded, message
from mailtriage.simulate.hosts import Host
from mailtriage.simulate.incidents import DAY, Incident, IncidentType, Schedule
from mailtriage.simulate.mail import Draft, Label, Shown, dice
from mailtriage.types import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What a monitoring system writes about one thing: subject, body, and what else its mail has."""

    subject: str
    body: str
    sections: tuple[tuple[str, Label], ...]
    headers: tuple[tuple[str, str], ...] = ()
    is_html: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A state to tell of: of which host, at which time, and which it is: `problem`, `recovery` or `notice`."""

    host: Host
    at: datetime
    word: str
    item: str

    @property
    def address(self) -> str:
        """The address of the host."""
        return self.host.links[0].address

    def pick(self, bad: str, good: str) -> str:
        """What goes with the state."""
        return good if self.word == "recovery" else bad


_LABELS = {"problem": Label.EVENT, "recovery": Label.EVENT, "notice": Label.DIGEST}


def _one(watched: Watched) -> tuple[tuple[str, Label], ...]:
    return ((watched.word, _LABELS[watched.word]),)


def _nagios(watched: Watched) -> Text:
    kind = {"problem": "PROBLEM", "recovery": "RECOVERY", "notice": "ACKNOWLEDGEMENT"}[watched.word]
    state, name = watched.pick("CRITICAL", "OK"), watched.host.name
    output = watched.pick("connect to address {} and port 80: Connection refused", "HTTP OK: HTTP/1.1 200 OK - 3214 bytes").format(
        watched.address
    )
    body = (
        f"***** Nagios *****\n\nNotification Type: {kind}\n\nService: {watched.item}\nHost: {name}\nAddress: {watched.address}\n"
        f"State: {state}\n\nDate/Time: {watched.at:%a %b %e %H:%M:%S UTC %Y}\n\nAdditional Info:\n\n{output}\n"
    )
    return Text(subject=f"** {kind} Service Alert: {name}/{watched.item} is {state} **", body=body, sections=_one(watched))


def _icinga(watched: Watched) -> Text:
    kind = {"problem": "PROBLEM", "recovery": "RECOVERY", "notice": "ACKNOWLEDGEMENT"}[watched.word]
    state, name = watched.pick("WARNING", "OK"), watched.host.name
    output = watched.pick("DISK WARNING - free space: / 1842 MB (9% inode=91%):", "DISK OK - free space: / 9120 MB (44% inode=91%):")
    comment = "\n\nComment by icingaadmin:\n  looking into it" if watched.word == "notice" else ""
    body = (
        f"***** Service Monitoring on mon04.example.net *****\n\nDisk / on {name} is {state}!\n\nInfo:    {output}\n\n"
        f"When:    {watched.at:%Y-%m-%d %H:%M:%S +0000}\nService: {watched.item}\nHost:    {name}\nIPv4:    {watched.address}{comment}"
    )
    return Text(subject=f"[{kind}] Disk / on {name} is {state}!", body=body, sections=_one(watched))


def _checkmk(watched: Watched) -> Text:
    used = watched.at.minute / 20
    event, short, output = {
        "problem": ("OK -> CRITICAL", "OK -> CRIT", f"CRIT - {96 + used:.1f}% used (18.2 of 18.7 GB)(!!)"),
        "recovery": ("CRITICAL -> OK", "CRIT -> OK", f"OK - {41 + used:.1f}% used (7.6 of 18.7 GB)"),
        "notice": ("Downtime Start (OK)", "Downtime Start (OK)", f"OK - {41 + used:.1f}% used (7.6 of 18.7 GB)"),
    }[watched.word]
    name = watched.host.name
    body = (
        f"Host:     {name}\nAlias:    {watched.host.short}\nAddress:  {watched.address}\nService:  {watched.item}\nEvent:    {event}\n"
        f"Output:   {output}\nPerfdata: fs_used={int(180 * (40 + used))};14960;16830;0;18700\n\n"
    )
    return Text(subject=f"Check_MK: {name}/{watched.item} {short}", body=body, sections=_one(watched))


def _alertmanager(watched: Watched) -> Text:
    is_over, severity = watched.word == "recovery", "info" if watched.word == "notice" else "critical"
    state = "Resolved" if is_over else "Firing"
    instance = f"{watched.host.name}:9100"
    labels = {"alertname": "InstanceDown", "instance": instance, "job": "node", "severity": severity}
    shown = "<br>\n".join(f"{name} = {value}" for name, value in labels.items())
    body = (
        "<html>\n<head><title>alerts</title></head>\n<body>\n<table><tr><td>1 alert for alertname=InstanceDown</td></tr></table>\n"
        f"<table><tr><td><a>View in Alertmanager</a></td></tr>\n<tr><td><strong>[1] {state}</strong></td></tr>\n"
        f"<tr><td><strong>Labels</strong><br>\n{shown}<br>\n<strong>Annotations</strong><br>\nsummary = Instance {instance} down<br>\n"
        "<a>Source</a><br></td></tr></table>\n<p><a>Sent by Alertmanager</a></p>\n</body>\n</html>\n"
    )
    name = "information" if watched.word == "notice" else state.lower()
    subject = f"[{'RESOLVED' if is_over else 'FIRING:1'}] InstanceDown ({instance} node {severity})"
    return Text(subject=subject, body=body, sections=((name, _LABELS[watched.word]),), is_html=True)


def _watchdog(watched: Watched) -> Text:
    body = (
        "1 alert for alertname=Watchdog\n\nView in Alertmanager\n\n[1] Firing\n\nLabels\nalertname = Watchdog\n"
        "prometheus = monitoring/k8s\nseverity = none\nAnnotations\nsummary = Ensure entire alerting pipeline is functional\nSource\n\n"
        "Sent by Alertmanager\n"
    )
    sections = (("watchdog", Label.NOISE), ("frame", Label.NOISE))
    return Text(subject="[FIRING:1] Watchdog (monitoring/k8s none)", body=body, sections=sections)


def _grafana(watched: Watched) -> Text:
    is_over, severity = watched.word == "recovery", "info" if watched.word == "notice" else "warning"
    state, count = ("RESOLVED", "0 firing alert(s), and 1 resolved") if is_over else ("FIRING", "1 firing alert(s), and 0 resolved")
    body = (
        f'You have {count} alert(s) for {{alertname="Load", grafana_folder="Hosts"}}\n\n(1) {state}\n-----------\n\nLabels: \n'
        f"    alertname = Load\n    grafana_folder = Hosts\n    instance = {watched.host.name}\n    severity = {severity}\n"
        "Summary: load is over 20\n\nGo to the Alerts page: https://grafana.example.net/alerting/list\n\n\nSent by Grafana v10.4.2\n"
    )
    name = "information" if watched.word == "notice" else state.lower()
    subject = f"[{'RESOLVED' if is_over else 'FIRING:1'}] Load Hosts ({watched.host.name} {severity})"
    return Text(subject=subject, body=body, sections=((name, _LABELS[watched.word]),))


def _monit(watched: Watched) -> Text:
    name = watched.host.name
    event, service, action, described = {
        "problem": (
            "Connection failed",
            "mysql",
            "alert",
            "failed protocol test [MYSQL] at [127.0.0.1]:3306 [TCP/IP] -- Connection refused",
        ),
        "recovery": ("Connection succeeded", "mysql", "alert", "connection succeeded to [127.0.0.1]:3306 [TCP/IP]"),
        "notice": ("Monit instance changed", name, "start", "Monit 5.33.0 started"),
    }[watched.word]
    body = (
        f"{event} Service {service} \n\n\tDate:        {watched.at:%a, %d %b %Y %H:%M:%S}\n\tAction:      {action}\n\tHost:        {name}\n"
        f"\tDescription: {described}\n\nYour faithful employee,\nMonit\n"
    )
    mailer = (("X-Mailer", "Monit 5.33.0"),)
    return Text(subject=f"monit alert --  {event} {service}", body=body, sections=_one(watched), headers=mailer)


def _munin(watched: Watched) -> Text:
    group, name = watched.host.name.partition(".")[2], watched.host.name
    line = {"problem": "CRITICALs: /var is 99.40 (outside range [:98]).", "recovery": "OKs: /var is 60.11."}.get(watched.word, "")
    body = f"{group} :: {name} :: {watched.item}\n\t{line}\n\n"
    return Text(subject=f"Munin notification {group}::{name}", body=body, sections=_one(watched))


def _librenms(watched: Watched) -> Text:
    name, is_over = watched.host.name, watched.word == "recovery"
    rule = "Port status up/down"
    subject = f"Device {name} recovered from {rule}" if is_over else f"Alert for device {name} - {rule}"
    body = (
        f"Severity: critical\n{'Time elapsed: 5m 2s' if is_over else ''}\nTimestamp: {watched.at:%Y-%m-%d %H:%M:%S}\n"
        f"Unique-ID: {watched.at.minute + 4000}\nRule: {rule}\nFaults:\n  #1: sysName = {name}; ifDescr = em1; \n"
        "Alert sent to:\n  NOC <noc@example.org>\n"
    )
    return Text(subject=subject + (" got acknowledged" if watched.word == "notice" else ""), body=body, sections=_one(watched))


def _vcenter(watched: Watched) -> Text:
    name = watched.host.name
    old, new = ("Red", "Green") if watched.word == "recovery" else ("Green", "Red")
    change = f"Alarm 'Virtual machine CPU usage' on {name} changed from {old} to {new}"
    body = (
        f"Target: {name}\nPrevious Status: {old}\nNew Status: {new}\n\nAlarm Definition:\n([Red metric Is above 90%])\n\n"
        f"Current values for metric/state:\n Metric Usage = {watched.pick('93', '41')}%\n\nDescription:\n{change}\n"
    )
    return Text(subject=f"[VMware vCenter - Alarm Virtual machine CPU usage] {change}", body=body, sections=_one(watched))


def _netdata(watched: Watched) -> Text:
    name, is_over = watched.host.name, watched.word == "recovery"
    status, told, severity = ("clear", "recovered", "Recovered from CRITICAL") if is_over else ("critical", "is critical", "CRITICAL")
    value = " (alarm was raised for 12 minutes)" if is_over else " = 98.2%"
    body = (
        f"{name} {told}\n\ndisk space usage{value} disk /var space utilization\n\n\nChart   : disk_space._var\nFamily  : /var\n"
        f"Severity: {severity}\nURL     : http://{name}:19999/\nDate    : {watched.at:%a %b %d %H:%M:%S UTC %Y}\n"
        f"Notification generated on {name}\n"
    )
    thread = f"<disk_space._var-disk_space_usage@{name}>"
    headers = (("In-Reply-To", thread), ("References", thread), ("X-Netdata-Severity", status), ("X-Netdata-Host", name))
    return Text(subject=f"{name} {told} - disk space usage - disk_space._var", body=body, sections=_one(watched), headers=headers)


def _kuma(watched: Watched) -> Text:
    line = f"[{watched.host.name}] " + watched.pick("[🔴 Down] timeout of 48000ms exceeded", "[✅ Up] 200 - OK")
    subject = f"=?UTF-8?B?{base64.b64encode(line.encode()).decode()}?="
    return Text(subject=subject, body=f"{line}\nTime (UTC): {watched.at:%Y-%m-%d %H:%M:%S}\n", sections=_one(watched))


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A monitoring system: its kind, the account and host it sends from ("": the watched host), what it writes."""

    kind: str
    account: str
    server: str
    text: Callable[[Watched], Text]
    item: str = ""
    has_notices: bool = True


_SYSTEMS = (
    System(kind="nagios", account="nagios", server="mon03.example.org", text=_nagios, item="HTTP"),
    System(kind="icinga", account="icinga", server="mon04.example.net", text=_icinga, item="disk"),
    System(kind="checkmk", account="check_mk", server="mon05.example.net", text=_checkmk, item="Filesystem /srv"),
    System(kind="alertmanager", account="alertmanager", server="prom.example.net", text=_alertmanager),
    System(kind="grafana", account="grafana", server="grafana.example.net", text=_grafana),
    System(kind="monit", account="monit", server="", text=_monit, item="mysql: connection"),
    System(kind="munin", account="munin", server="munin.example.org", text=_munin, item="Disk usage in percent", has_notices=False),
    System(kind="librenms", account="librenms", server="nms.example.org", text=_librenms),
    System(kind="vcenter", account="vcenter", server="vcenter01.example.net", text=_vcenter, has_notices=False),
    System(kind="netdata", account="netdata", server="", text=_netdata, has_notices=False),
    System(kind="uptime_kuma", account="kuma", server="status.example.org", text=_kuma, has_notices=False),
)
_BY_KIND = {system.kind: system for system in _SYSTEMS}
_WATCHDOG = System(kind="alertmanager", account="alertmanager", server="", text=_watchdog)
_ITEMS: dict[str, Callable[[Host], str]] = {"alertmanager": lambda host: f"InstanceDown instance={host.name}:9100 job=node"}


def _system_of(host: Host) -> System:
    return _SYSTEMS[host.number % len(_SYSTEMS)]


def _incident(kind: str, severity: Severity) -> IncidentType:
    return IncidentType(
        name=f"{kind}_problem",
        check=kind,
        severity=severity,
        item=lambda host, source: _ITEMS[kind](host) if kind in _ITEMS else _BY_KIND[kind].item,
        where=lambda host: _system_of(host).kind == kind,
        lasts=(0, 1),
        per_host_days=1050,
    )


INCIDENTS: tuple[IncidentType, ...] = (
    _incident("nagios", Severity.HIGH),
    _incident("icinga", Severity.WARNING),
    _incident("checkmk", Severity.HIGH),
    _incident("alertmanager", Severity.CRITICAL),
    _incident("monit", Severity.HIGH),
    _incident("munin", Severity.HIGH),
)


def mails(host: Host, day: date, schedule: Schedule, seed: int) -> Iterator[Draft]:
    """The mails of these senders that are about the host on this local day."""
    source = dice(seed, "monitoring", host.number, day)
    system = _system_of(host)
    for kind in INCIDENTS:
        for incident in schedule.on(host, kind.name):
            for at, word in _told(incident):
                if at.astimezone(host.zone).date() == day:
                    yield _draft(_BY_KIND[kind.check], Watched(host=host, at=at, word=word, item=incident.item), source, incident)
    midnight = datetime(day.year, day.month, day.day, tzinfo=host.zone)
    began = midnight + timedelta(seconds=source.randrange(3600, 80_000))
    # A short problem and its end have the item of the lasting one; they keep out of its way.
    is_quiet = not any(schedule.on(host, kind.name) for kind in INCIDENTS)
    if source.random() < 1 / 40 and is_quiet:
        ended = began + timedelta(minutes=source.uniform(2, 30))
        for at, word in ((began, "problem"), (ended, "recovery")):
            yield _draft(system, Watched(host=host, at=at, word=word, item=system.item), source)
    elif source.random() < 1 / 150 and system.has_notices:
        yield _draft(system, Watched(host=host, at=began, word="notice", item=system.item), source)
    if host.number % 75 == 5:
        yield _draft(_WATCHDOG, Watched(host=host, at=midnight + timedelta(hours=6), word="watchdog", item=""), source)


def _told(incident: Incident) -> Iterator[tuple[datetime, str]]:
    """When it is told: at once, each day again while it lasts, at its end."""
    at = incident.began_at
    for _ in range(60):
        if not incident.is_on(at):
            break
        yield at, "problem"
        at += DAY
    if incident.ended_at is not None:
        yield incident.ended_at, "recovery"


def _draft(system: System, watched: Watched, source: random.Random, incident: Incident | None = None) -> Draft:
    text, host = system.text(watched), watched.host
    server = system.server or host.name
    sender, rcpt = f"{system.account}@{server}", f"root@{server.partition('.')[2]}"
    sent_at = watched.at + timedelta(seconds=source.uniform(1, 20))
    stamp = format_datetime(sent_at)
    queue_id = f"{source.randrange(16**9, 16**10):X}"
    head = [
        ("Received", f"by {server} (Postfix, from userid 114)\n\tid {queue_id}; {stamp}"),
        ("Message-Id", f"<{sent_at:%Y%m%d%H%M%S}.{queue_id}@{server}>"),
        ("Date", stamp),
        ("From", sender),
        ("To", rcpt),
        ("Subject", text.subject),
        *text.headers,
    ]
    content = text.body.encode()
    if text.is_html:
        head += [
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/html; charset=UTF-8"),
            ("Content-Transfer-Encoding", "quoted-printable"),
        ]
        content = encoded(content, "quoted-printable")
    return Draft(
        sent_at=sent_at,
        host=host.name,
        kind=system.kind,
        mail_from=sender,
        rcpt_to=rcpt,
        content=message(head, content),
        sections=text.sections,
        shows=(Shown(incident=incident.id, is_on=watched.word == "problem"),) if incident else (),
        sender=server if system.server else "",
        is_transient=incident is None and watched.word in ("problem", "recovery"),
        item=watched.item,
    )
