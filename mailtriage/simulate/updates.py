"""Mails of unattended-upgrades, apticron, cron-apt, apt-listchanges, debsecan, dnf-automatic, yum-cron, of CAs and registrars."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from mailtriage.simulate.envelope import local_mail
from mailtriage.simulate.hosts import Host, System
from mailtriage.simulate.incidents import DAY, Incident, IncidentType, Schedule
from mailtriage.simulate.mail import Draft, Label, Shown, dice
from mailtriage.types import Severity

_Sections = tuple[tuple[str, Label], ...]
_APT = ("unattended_upgrades", "apticron", "cron_apt")
_PACKAGES = ("openssl", "curl", "tzdata", "bind9-dnsutils", "sudo", "vim-tiny", "libxml2", "ca-certificates", "rsync", "git")


def _is_debian(host: Host) -> bool:
    return host.system is System.DEBIAN


def _is_rhel(host: Host) -> bool:
    return host.system is System.RHEL


INCIDENTS: tuple[IncidentType, ...] = (
    IncidentType(name="apt_failing", check="update_failed", severity=Severity.HIGH, where=_is_debian, per_host_days=1050),
    IncidentType(name="rpm_update_failing", check="update_failed", severity=Severity.HIGH, where=_is_rhel, per_host_days=1050),
    IncidentType(
        name="security_update_waits",
        check="security_updates",
        severity=Severity.WARNING,
        where=_is_debian,
        per_host_days=1050,
        lasts=(2, 3),
    ),
    IncidentType(
        name="certificate_ends",
        check="certificate",
        severity=Severity.HIGH,
        lasts=None,
        item=lambda host, source: host.name,
        where=lambda host: not host.is_jail,
        per_host_days=1050,
    ),
)


def mails(host: Host, day: date, schedule: Schedule, seed: int) -> Iterator[Draft]:
    """The mails of these senders that are about the host on this local day."""
    source = dice(seed, "updates", host.number, day)
    yield from _certificate(host, day, schedule, source)
    if _is_debian(host):
        yield from _debian(host, day, schedule, source)
    elif _is_rhel(host):
        yield from _rhel(host, day, schedule, source)
    if host.number == 0 and day.day in (5, 20):
        yield _registrar(host, host.at(day, 9, 12), source)


def _debian(host: Host, day: date, schedule: Schedule, source: random.Random) -> Iterator[Draft]:
    at = host.at(day, 6, 20 + host.number % 30)
    is_regular = day.weekday() == host.number % 7
    incident = schedule.lately(host, "apt_failing", at)
    sender = _APT[incident.draw % 3] if incident else ""
    if is_regular or sender == "unattended_upgrades":
        yield _unattended(host, at, source, incident if sender == "unattended_upgrades" else None)
    if sender == "apticron" or (day.weekday() == 0 and host.number % 3 == 0):
        yield _apticron(host, at + timedelta(minutes=5), source, incident if sender == "apticron" else None)
    if sender == "cron_apt" or (day.weekday() == 2 and host.number % 3 == 1):
        yield _cron_apt(host, at - timedelta(hours=2), source, incident if sender == "cron_apt" else None)
    if is_regular and source.random() < 0.1:
        yield _changelogs(host, at + timedelta(minutes=1), source)
    waiting = schedule.lately(host, "security_update_waits", at)
    if waiting or (day.weekday() == 4 and host.number % 3 == 2):
        yield _debsecan(host, at + timedelta(hours=3), source, waiting)


def _rhel(host: Host, day: date, schedule: Schedule, source: random.Random) -> Iterator[Draft]:
    at = host.at(day, 5, 10 + host.number % 40)
    incident = schedule.lately(host, "rpm_update_failing", at)
    if incident or day.weekday() == host.number % 7:
        yield (_dnf if host.release[0] >= 8 else _yum)(host, at, source, incident)


def _draft(
    host: Host,
    at: datetime,
    source: random.Random,
    kind: str,
    subject: str,
    body: str,
    sections: _Sections,
    incident: Incident | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Draft:
    content = local_mail(
        host, at, dice(kind, host.number, source.random()), subject=subject, body=body, headers=headers, from_header=f"root <{host.root}>"
    )
    shows = (Shown(incident=incident.id, is_on=incident.is_on(at)),) if incident else ()
    return Draft(
        sent_at=at, host=host.name, kind=kind, mail_from=host.root, rcpt_to=host.root, content=content, sections=sections, shows=shows
    )


def _unattended(host: Host, at: datetime, source: random.Random, incident: Incident | None) -> Draft:
    names = sorted(source.sample(_PACKAGES, k=source.randint(1, 4)))
    stamp = at.astimezone(host.zone).strftime("%Y-%m-%d  %H:%M:%S")
    is_bad = incident is not None and incident.is_on(at)
    needs_reboot = not is_bad and source.random() < 0.12
    versions = [
        (name, f"{source.randint(1, 9)}.{source.randint(0, 20)}-{source.randint(1, 6)}+deb12u{source.randint(1, 9)}") for name in names
    ]
    log = [f"Unpacking {name} ({version}) over ({version[:-1]}0) ..." for name, version in versions]
    log += [f"Setting up {name} ({version}) ..." for name, version in versions]
    log += ["Processing triggers for man-db (2.11.2-2) ..."]
    if is_bad:
        log += [f"dpkg: error processing package {names[0]} (--configure):", "Errors were encountered while processing:", f" {names[0]}"]
        log += ["E:Sub-process /usr/bin/dpkg returned an error code (1)"]
    else:
        log += ["", "Running kernel seems to be up-to-date.", "", "No services need to be restarted."]
    reboot = "Warning: A reboot is required to complete this upgrade, or a previous one.\n\n" if needs_reboot else ""
    what = "attempted to upgrade" if is_bad else "were upgraded"
    own = [
        "Starting unattended upgrades script",
        "Allowed origins are: origin=Debian,codename=bookworm,label=Debian, origin=Debian,codename=bookworm,label=Debian-Security",
        "Initial blacklist: ",
        "Initial whitelist (not strict): ",
        f"Packages that will be upgraded: {' '.join(names)}",
        "Writing dpkg log to /var/log/unattended-upgrades/unattended-upgrades-dpkg.log",
        "Installing the upgrades failed!" if is_bad else "All upgrades installed",
    ]
    body = (
        f"Unattended upgrade result: All upgrades installed\n\n{reboot}Packages that {what}:\n {' '.join(names)}\n\n"
        f"Package installation log:\nLog started: {stamp}\n" + "\n".join(log) + f"\nLog ended: {stamp}\n\n\n\n"
        "Unattended-upgrades log:\n" + "\n".join(own) + "\n"
    )
    result = "FAILURE" if is_bad else "SUCCESS"
    flag = "[reboot required] " if needs_reboot else ""
    sections = (
        ("result", Label.EVENT if is_bad else Label.NOISE),
        *(() if is_bad else (("packages", Label.NOISE),)),
        ("held", Label.NOISE),
        ("reboot", Label.DIGEST if needs_reboot else Label.NOISE),
    )
    subject = f"{flag}unattended-upgrades result for {host.name}: {result}"
    return _draft(host, at, source, "unattended_upgrades", subject, body, sections, incident, (("Auto-Submitted", "auto-generated"),))


def _entry(name: str, source: random.Random) -> str:
    number = source.randint(1000, 9999)
    return (
        f"{name} (1.{number % 50}-1+deb12u1) bookworm-security; urgency=high\n\n  * Fix CVE-2026-{number}: a fatal error, then a panic.\n\n"
        " -- The Maintainer <maintainer@example.org>  Sun, 15 Nov 2026 12:00:00 +0000\n"
    )


def _apticron(host: Host, at: datetime, source: random.Random, incident: Incident | None) -> Draft:
    names = sorted(source.sample(_PACKAGES, k=source.randint(1, 4)))
    rule = "=" * 72
    is_bad = incident is not None and incident.is_on(at)
    error = "E: Could not get lock /var/lib/apt/lists/lock - open (11: Resource temporarily unavailable)\n" if is_bad else ""
    body = (
        f"apticron report [{at.astimezone(host.zone):%a, %d %b %Y %H:%M:%S %z}]\n{rule}\n\n"
        f"apticron has detected that some packages need upgrading on:\n\n\t{host.name} \n\t[ 192.0.2.{host.ip_last} ]\n\n"
        "The following packages are currently pending an upgrade:\n\n"
        + "".join(f"\t{name} 1.{source.randint(0, 50)}-1\n" for name in names)
        + f"{error}\n{rule}\n\nPackage Details:\n\napt-listchanges: Changelogs\n---------------------------\n\n"
        + "\n".join(_entry(name, source) for name in names)
        + f"\n{rule}\n\nYou can perform the upgrade by issuing the command:\n\n\tapt-get dist-upgrade\n\n"
        f"as root on {host.name}\n\n--\napticron\n"
    )
    sections = (("pending", Label.EVENT if is_bad else Label.DIGEST), ("changelog", Label.DIGEST))
    return _draft(host, at, source, "apticron", f"{len(names)} Debian package update(s) for {host.name}", body, sections, incident)


def _cron_apt(host: Host, at: datetime, source: random.Random, incident: Incident | None) -> Draft:
    is_bad = incident is not None and incident.is_on(at)
    lines = [
        f"CRON-APT RUN [/etc/cron-apt/config]: {at.astimezone(host.zone):%a %b %e %H:%M:%S} UTC {at.year}",
        "CRON-APT ACTION: 3-download",
    ]
    lines += ["CRON-APT LINE: /usr/bin/apt-get -d -y -o APT::Get::Show-Upgraded=true dist-upgrade", "Reading package lists..."]
    if is_bad:
        lines.append("E: The repository 'http://deb.example.org bookworm InRelease' is not signed.")
    else:
        lines += [
            "Building dependency tree...",
            "Reading state information...",
            "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.",
        ]
    sections = (("run", Label.EVENT if is_bad else Label.NOISE), ("action", Label.EVENT if is_bad else Label.NOISE))
    subject = f"CRON-APT {'error' if is_bad else 'completed'} on {host.short} [/etc/cron-apt/config]"
    return _draft(host, at, source, "cron_apt", subject, "\n".join(lines) + "\n", sections, incident)


def _changelogs(host: Host, at: datetime, source: random.Random) -> Draft:
    name = "news" if source.random() < 0.3 else "changelog"
    subject = f"apt-listchanges: {'news' if name == 'news' else 'changelogs'} for {host.short}"
    body = _entry(source.choice(_PACKAGES), source)
    return _draft(
        host, at, source, "apt_listchanges", subject, body, ((name, Label.DIGEST),), None, (("Auto-Submitted", "auto-generated"),)
    )


def _debsecan(host: Host, at: datetime, source: random.Random, incident: Incident | None) -> Draft:
    is_bad = incident is not None and incident.is_on(at)
    lines = ["Security report based on the bookworm release", ""]
    if is_bad or incident is None:
        number = source.randint(1000, 9999)
        urgency = "high" if is_bad else "medium"
        lines += ["*** Available security updates", "", f"CVE-2026-{number} A buffer overflow in the handling of ..."]
        lines += [
            f"  <https://security-tracker.debian.org/tracker/CVE-2026-{number}>",
            f"  - openssl (remotely exploitable, {urgency} urgency)",
        ]
    else:
        lines += ["No known vulnerabilities were found on the system."]
    label = Label.EVENT if is_bad else Label.DIGEST if incident is None else Label.NOISE
    subject = f"Debian security status of {host.short}"
    return _draft(host, at, source, "debsecan", subject, "\n".join(lines) + "\n", (("available", label),), incident)


def _table(source: random.Random, heading: str) -> list[str]:
    names = sorted(source.sample(("bash", "openssl-libs", "curl", "systemd", "sudo", "vim-minimal"), k=source.randint(1, 4)))
    rule = "=" * 80
    rows = [
        f" {name:<16} x86_64   {source.randint(1, 9)}.{source.randint(0, 30)}-{source.randint(1, 40)}.el9   baseos   "
        f"{source.randint(1, 900)} k"
        for name in names
    ]
    head = [rule, " Package          Arch     Version     Repository     Size", rule, heading, *rows, "", "Transaction Summary", rule]
    return [*head, f"Upgrade  {len(names)} Package{'s' if len(names) > 1 else ''}"]


def _dnf(host: Host, at: datetime, source: random.Random, incident: Incident | None) -> Draft:
    is_bad = incident is not None and incident.is_on(at)
    if is_bad:
        body = f"Failed to apply updates on '{host.name}':\nError: Transaction test error:\n  package needs 31MB on the /boot filesystem\n"
        subject = f"Failed to apply updates on '{host.name}'."
    else:
        lines = [f"The following updates have been applied on '{host.name}':", *_table(source, "Upgrading:"), ""]
        body = "\n".join([*lines, f"Updates completed at {at.astimezone(host.zone):%a %d %b %Y %H:%M:%S %p} UTC"]) + "\n"
        subject = f"Updates applied on '{host.name}'."
    return _draft(host, at, source, "dnf_automatic", subject, body, (("applied", Label.EVENT if is_bad else Label.NOISE),), incident)


def _yum(host: Host, at: datetime, source: random.Random, incident: Incident | None) -> Draft:
    is_bad = incident is not None and incident.is_on(at)
    last = (
        "Updates failed to install with the following error message: \nrpmdb open failed"
        if is_bad
        else "The updates were successfully applied"
    )
    body = "\n".join([f"The following updates will be applied on {host.name}:", *_table(source, "Updating:"), last]) + "\n"
    subject = f"Yum: {'Failed to install updates' if is_bad else 'Updates installed'} on {host.name}"
    return _draft(host, at, source, "yum_cron", subject, body, (("applied", Label.EVENT if is_bad else Label.NOISE),), incident)


def _certificate(host: Host, day: date, schedule: Schedule, source: random.Random) -> Iterator[Draft]:
    for incident in schedule.on(host, "certificate_ends"):
        number = (day - incident.began_at.astimezone(host.zone).date()).days
        at = incident.began_at + number * DAY
        days_left = 10 - number
        if number < 0 or days_left not in (10, 7, 3, 1):
            continue
        body = f"The certificate of {incident.item} expires in {days_left} day{'s' if days_left > 1 else ''}.\nIssuer: Example CA\n"
        subject = f"SSL certificate of {incident.item} expires in {days_left} days"
        yield _draft(host, at, source, "certificate", subject, body, (("expiry", Label.EVENT),), incident)


def _registrar(host: Host, at: datetime, source: random.Random) -> Draft:
    domain = host.name.partition(".")[2]
    body = (
        f"Dear customer,\n\nthe registration of your domain name {domain} expires in {source.randint(50, 90)} days.\n"
        "With auto-renew switched on nothing has to be done.\n\nExample Registrar\n"
    )
    subject = f"Renewal reminder: domain {domain}"
    content = local_mail(
        host,
        at,
        dice("registrar", source.random()),
        subject=subject,
        body=body,
        from_header="Example Registrar <support@registrar.example.com>",
    )
    return Draft(
        sent_at=at,
        host=host.name,
        kind="registrar",
        mail_from="support@registrar.example.com",
        rcpt_to=host.root,
        content=content,
        sections=(("notice", Label.DIGEST),),
    )
