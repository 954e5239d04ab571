"""Mails of backupninja, Bacula, vzdump, Proxmox Backup Server, Amanda, BackupPC, Veeam."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime

from mailtriage.simulate.envelope import local_mail
from mailtriage.simulate.hosts import Host, System
from mailtriage.simulate.incidents import DAY, Incident, IncidentType, Schedule
from mailtriage.simulate.mail import Draft, Label, Shown, dice, grouped
from mailtriage.types import Severity

NINJA = "/etc/backup.d/20-db.mysql"
_AMANDA = "DailySet1"
_VEEAM = "Nightly files"
_GUESTS = ("100", "102", "105")


def _is_debian(host: Host) -> bool:
    return host.system is System.DEBIAN


def _bacula_job(host: Host) -> str:
    return f"{host.name.partition('.')[0]}-home"


def _job_of(host: Host, source: random.Random) -> str:
    """The job of a host that has one of its own, by its number."""
    return (NINJA, _bacula_job(host), _AMANDA, _VEEAM)[host.number % 4]


INCIDENTS: tuple[IncidentType, ...] = (
    IncidentType(
        name="backup_failing",
        check="backup",
        severity=Severity.HIGH,
        item=_job_of,
        where=lambda host: host.system is not System.FREEBSD,
        per_host_days=1050,
    ),
    IncidentType(
        name="guest_backup_failing",
        check="vm_backup",
        severity=Severity.HIGH,
        item=lambda host, source: source.choice(_GUESTS),
        where=_is_debian,
        per_host_days=1050,
    ),
    IncidentType(
        name="pbs_verify_failing",
        check="pbs_verify",
        severity=Severity.HIGH,
        item=lambda host, source: "v-1234",
        where=_is_debian,
        per_host_days=1050,
    ),
    IncidentType(
        name="host_without_backup",
        check="backup",
        severity=Severity.HIGH,
        lasts=None,
        item=lambda host, source: host.name,
        where=lambda host: not host.is_jail and host.system is System.FREEBSD,
        per_host_days=1050,
    ),
)


def mails(host: Host, day: date, schedule: Schedule, seed: int) -> Iterator[Draft]:
    """The mails of these senders that are about the host on this local day."""
    source = dice(seed, "backups", host.number, day)
    yield from _backuppc(host, day, schedule, source)
    if host.system is System.FREEBSD:
        return
    at = host.at(day, 2, 10 + host.number % 45)
    incident = schedule.lately(host, "backup_failing", at)
    if incident or day.weekday() == host.number % 7:
        yield _OF_NUMBER[host.number % 4](host, at, source, incident)
    if not _is_debian(host):
        return
    at = host.at(day, 3, 20 + host.number % 30)
    incident = schedule.lately(host, "guest_backup_failing", at)
    if incident or (day.weekday() == 5 and host.number % 2 == 0):
        yield _vzdump(host, at, source, incident)
    at = host.at(day, 4, 5 + host.number % 30)
    incident = schedule.lately(host, "pbs_verify_failing", at)
    if incident or (day.weekday() == 6 and host.number % 3 == 0):
        yield _pbs(host, at, source, incident)


def _draft(
    host: Host,
    at: datetime,
    source: random.Random,
    kind: str,
    subject: str,
    body: str,
    sections: tuple[tuple[str, Label], ...],
    incident: Incident | None,
    from_header: str = "",
) -> Draft:
    content = local_mail(
        host, at, dice(kind, host.number, source.random()), subject=subject, body=body, from_header=from_header or f"root <{host.root}>"
    )
    shows = (Shown(incident=incident.id, is_on=incident.is_on(at)),) if incident else ()
    return Draft(
        sent_at=at, host=host.name, kind=kind, mail_from=host.root, rcpt_to=host.root, content=content, sections=sections, shows=shows
    )


def _is_bad(incident: Incident | None, at: datetime) -> bool:
    return incident is not None and incident.is_on(at)


def _ninja(host: Host, at: datetime, source: random.Random, incident: Incident | None) -> Draft:
    home = "/etc/backup.d/10-home.rdiff"
    if _is_bad(incident, at):
        body = (
            f"success -- {home}\n*failed* -- {NINJA}\n\n== fatal errors from {NINJA} ==\n\nFatal: Failed to dump mysql databases shop\n\n"
        )
        label, word = Label.EVENT, "FAILED"
    else:
        body, label, word = f"success -- {home}\nsuccess -- {NINJA}\n\n", Label.NOISE, ""
    return _draft(host, at, source, "backupninja", f"backupninja: {host.name} {word}", body, (("action", label),), incident)


def _bacula(host: Host, at: datetime, source: random.Random, incident: Incident | None) -> Draft:
    local = at.astimezone(host.zone)
    job, number = f"{_bacula_job(host)}.{local:%Y-%m-%d_%H.%M.00}_03", source.randint(100, 9000)
    is_bad = _is_bad(incident, at)
    files, size = (0, 0) if is_bad else (source.randint(200, 9000), source.randint(10**6, 10**9))
    stamp = f"{local:%d-%b %H:%M} bacula-dir JobId {number}:"
    client = host.name.partition(".")[0]
    error = f"{stamp} Fatal error: bsock.c:133 Unable to connect to Client: {client}-fd. ERR=Connection refused\n"
    body = (
        f"{stamp} Start Backup JobId {number}, Job={job}\n{error if is_bad else ''}{stamp} Bacula bacula-dir 9.6.7 (10Dec20):\n"
        f"  Build OS:               x86_64-pc-linux-gnu debian bookworm/sid\n"
        f"  JobId:                  {number}\n  Job:                    {job}\n"
        f"  Backup Level:           Incremental, since={local - DAY:%Y-%m-%d %H:%M:%S}\n"
        f'  Client:                 "{client}-fd" 9.6.7 (10Dec20)\n'
        f"  Start time:             {local:%d-%b-%Y %H:%M:%S}\n  Elapsed time:           {source.randint(1, 59)} secs\n"
        f"  FD Files Written:       {grouped(files)}\n  FD Bytes Written:       {grouped(size)} ({size / 1e6:.1f} MB)\n"
        f"  Non-fatal FD errors:    {1 if is_bad else 0}\n  SD Errors:              0\n"
        f"  FD termination status:  {'Error' if is_bad else 'OK'}\n  SD termination status:  OK\n"
        f"  Termination:            {'*** Backup Error ***' if is_bad else 'Backup OK'}\n\n{stamp} End auto prune.\n\n"
    )
    subject = f"Bacula: Backup {'Error' if is_bad else 'OK'} of {client}-fd Incremental"
    sections = (("job", Label.EVENT if is_bad else Label.NOISE),)
    return _draft(host, at, source, "bacula", subject, body, sections, incident, f"(Bacula) <{host.root}>")


def _amanda(host: Host, at: datetime, source: random.Random, incident: Incident | None) -> Draft:
    is_bad = _is_bad(incident, at)
    when = f"{at.astimezone(host.zone):%B %d, %Y}"
    size = source.randint(10**5, 10**7)
    failure = f"FAILURE DUMP SUMMARY:\n  {host.name} /home lev 1  FAILED [data timeout]\n\n\n" if is_bad else ""
    row = f"{host.name} /home 1 FAILED" if is_bad else f"{host.name} /home 1 {size * 2} {size} 50.0 38:10 1746.7 38:10 1746.7"
    body = (
        f"Hostname: {host.name}\nOrg     : {_AMANDA}\nConfig  : {_AMANDA}\nDate    : {when}\n\nThese dumps were to tape {_AMANDA}-003.\n"
        f"The next tape Amanda expects to use is: {_AMANDA}-004.\n\n\n{failure}STATISTICS:\n"
        "                          Total       Full      Incr.   Level:#\n"
        "                        --------   --------   --------  --------\n"
        f"Run Time (hrs:min)          1:{source.randint(10, 59)}\nDLEs Dumped                    1          0          1  1:1\n\n\n"
        f"DUMP SUMMARY:\n{row}\n\n(brought to you by Amanda version 3.5.1)\n"
    )
    subject = f"{_AMANDA}{' FAIL:' if is_bad else ''} AMANDA MAIL REPORT FOR {when}"
    label = Label.EVENT if is_bad else Label.NOISE
    sections = (("run", label), *((("failures", label),) if is_bad else ()))
    return _draft(host, at, source, "amanda", subject, body, sections, incident)


def _veeam(host: Host, at: datetime, source: random.Random, incident: Incident | None) -> Draft:
    is_bad = _is_bad(incident, at)
    body = (
        f"Agent job: {_VEEAM}\n{'Failed' if is_bad else 'Success'}\nStart time 02:10:12\nTotal size {source.randint(20, 400)}.0 GB\n"
        f"Backup size 12.{source.randint(0, 9)} GB\nError {1 if is_bad else 0}\n"
        f"Duration 0:{source.randint(10, 59)}:59\n\nVeeam Agent for Linux 6.1\n"
    )
    subject = f"[{'Failed' if is_bad else 'Success'}] {_VEEAM}"
    sections = (("job", Label.EVENT if is_bad else Label.DIGEST),)
    return _draft(host, at, source, "veeam", subject, body, sections, incident, f"Veeam Agent <{host.root}>")


_OF_NUMBER: tuple[Callable[[Host, datetime, random.Random, Incident | None], Draft], ...] = (_ninja, _bacula, _amanda, _veeam)


def _vzdump(host: Host, at: datetime, source: random.Random, incident: Incident | None) -> Draft:
    is_bad = _is_bad(incident, at)
    stamp = f"{at.astimezone(host.zone):%Y-%m-%d %H:%M:%S}"
    rows, logs, sections = [], [], []
    for guest in _GUESTS:
        fails = is_bad and incident is not None and guest == incident.item
        minutes, size = source.randint(1, 50), source.randint(1, 90)
        result = (
            "err     2s     0 B        null"
            if fails
            else f"ok     {minutes}m 4s     {size}.001 GiB        vm/{guest}/{at:%Y-%m-%dT%H:%M:%SZ}"
        )
        rows.append(f"{guest}     guest{guest}     {result}")
        end = (
            f"ERROR: Backup of VM {guest} failed - no such volume"
            if fails
            else f"INFO: Finished Backup of VM {guest} (00:{minutes:02d}:04)"
        )
        logs += [f"{guest}: {stamp} INFO: Starting Backup of VM {guest} (qemu)", f"{guest}: {stamp} {end}", ""]
        sections.append(("guest", Label.EVENT if fails else Label.NOISE))
    body = (
        "Details\n=======\nVMID    Name    Status    Time    Size    Filename\n" + "\n".join(rows) + "\n\n"
        "Total running time: 51m\nTotal size: 99.001 GiB\n\nLogs\n====\nvzdump 100 102 105 --storage pbs --quiet 1\n\n" + "\n".join(logs)
    )
    subject = f"vzdump backup status ({host.name}): backup {'failed' if is_bad else 'successful'}"
    labels = (*sections, ("job", Label.NOISE))
    return _draft(host, at, source, "vzdump", subject, body, labels, incident, f"vzdump backup tool <{host.root}>")


def _pbs(host: Host, at: datetime, source: random.Random, incident: Incident | None) -> Draft:
    is_bad = _is_bad(incident, at)
    what = "Verification failed on these snapshots/groups:\n\n  vm/100/2026-11-20T01:00:02Z" if is_bad else "Verification successful."
    body = (
        f"\n\nJob ID:    v-1234\nDatastore: store1\n\n{what}\n\n\nPlease visit the web interface for further details:\n\n"
        f"<https://{host.name}:8007/#DataStore-store1>\n\n"
    )
    subject = f"Verify Datastore 'store1' {'failed' if is_bad else 'successful'}"
    sections = (("verify", Label.EVENT if is_bad else Label.NOISE),)
    return _draft(host, at, source, "pbs", subject, body, sections, incident, f"Proxmox Backup Server - {host.short} <{host.root}>")


def _backuppc(host: Host, day: date, schedule: Schedule, source: random.Random) -> Iterator[Draft]:
    for incident in schedule.on(host, "host_without_backup"):
        number = (day - incident.began_at.astimezone(host.zone).date()).days
        if number < 0 or number % 7:
            continue
        body = (
            f"Dear root,\n\nYour PC ({host.name}) has not been successfully backed up for {7 + number}.2 days.\n"
            "Your PC has been correctly backed up 41 times from 201.2 to 8.2 days\nago.\n\n"
            "Regards,\nBackupPC Genie\nhttp://backuppc.sourceforge.net\n"
        )
        subject = f"BackupPC: no recent backups on {host.name}"
        yield _draft(host, incident.began_at + number * DAY, source, "backuppc", subject, body, (("notice", Label.EVENT),), incident)
