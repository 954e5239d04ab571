"""Mails of `freebsd-update cron`: updates that wait, a release past its end, a fetch that fails; and runs of periodic(8) elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from mailtriage.simulate.envelope import local_mail
from mailtriage.simulate.hosts import Host, Profile, System
from mailtriage.simulate.incidents import Incident, IncidentType, Schedule
from mailtriage.simulate.mail import Draft, Label, Shown, dice
from mailtriage.types import Severity

SUNDAY = 6


def _is_own_system(host: Host) -> bool:
    return host.system is System.FREEBSD and not host.is_jail


def _runs_nightly(host: Host) -> bool:
    return _is_own_system(host) and host.profile is Profile.ZFS


INCIDENTS: tuple[IncidentType, ...] = (
    IncidentType(
        name="os_updates_pending", check="os_updates", severity=Severity.WARNING, lasts=(2, 4), where=_is_own_system, per_host_days=1050
    ),
    IncidentType(
        name="release_past_end",
        check="end_of_life",
        severity=Severity.HIGH,
        lasts=None,
        where=lambda host: _is_own_system(host) and host.release[0] < 13,
        per_host_days=1050,
    ),
    IncidentType(
        name="nightly_dump_failing",
        check="backup",
        severity=Severity.HIGH,
        item=lambda host, source: "pg_dump",
        lasts=(1, 2),
        where=_runs_nightly,
        per_host_days=1050,
    ),
)


def mails(host: Host, day: date, schedule: Schedule, seed: int) -> Iterator[Draft]:
    """The mails about the base system of the host on this local day, and those of its own nightly run."""
    if not _is_own_system(host):
        return
    source = dice(seed, "freebsd-update", host.number, day)
    at = datetime.combine(day, time(2, 0), tzinfo=host.zone).astimezone(schedule.start.tzinfo) + timedelta(seconds=source.uniform(60, 3600))
    for name in ("os_updates_pending", "release_past_end"):
        for incident in schedule.on(host, name):
            if incident.is_on(at):
                yield _update_mail(host, incident, at, seed)
    if _runs_nightly(host):
        yield from _nightly(host, day, schedule, seed)


def _update_mail(host: Host, incident: Incident, at: datetime, seed: int) -> Draft:
    release = f"{host.release[0]}.{host.release[1]}-RELEASE"
    lines = [
        *(["src component not installed, skipped"] if host.number % 2 else []),
        f"Looking up update.FreeBSD.org mirrors... {1 + incident.draw % 3} mirrors found.",
        f"Fetching metadata signature for {release} from update{1 + incident.draw % 5}.freebsd.org... done.",
        "Fetching metadata index... done.",
        "Inspecting system... done.",
        "Preparing to download files... done.",
    ]
    sections = [("fetch", Label.NOISE)]
    if incident.type.name == "release_past_end":
        lines += [
            "",
            f"No updates needed to update system to {host.version}.",
            "",
            f"WARNING: FreeBSD {host.version} HAS PASSED ITS END-OF-LIFE DATE.",
            "Any security issues discovered after Thu Jan  1 01:00:00 UTC 2026",
            "will not have been corrected.",
        ]
        sections.append(("end_of_life", Label.EVENT))
    else:
        target = f"{release}-p{host.patch + 1}"
        where = [f"to {target}:"] if host.release[0] < 11 else ["to", f"{target}:"]
        lines += ["", f"The following files will be updated as part of updating {where[0]}", *where[1:]]
        lines += ["/bin/freebsd-version", "/boot/kernel/kernel", "/usr/lib/libssl.so.111", "/usr/sbin/sshd"][: 2 + incident.draw % 3]
        sections.append(("updates", Label.EVENT))
    source = dice(seed, "freebsd-update", host.number, at)
    content = local_mail(host, at, source, subject=f"{host.hostname} security updates", body="\n".join(lines) + "\n")
    return Draft(
        sent_at=at,
        host=host.name,
        kind="freebsd_update",
        mail_from=host.root,
        rcpt_to=host.root,
        content=content,
        sections=tuple(sections),
        shows=(Shown(incident=incident.id, is_on=True),),
    )


def _nightly(host: Host, day: date, schedule: Schedule, seed: int) -> Iterator[Draft]:
    """`periodic /usr/local/etc/nightly`: silent on most days, a few words on Sundays, the complaint of a dump that fails."""
    at = datetime.combine(day, time(1, 40), tzinfo=host.zone).astimezone(schedule.start.tzinfo) + timedelta(seconds=7)
    failing = next((incident for incident in schedule.on(host, "nightly_dump_failing") if incident.is_on(at)), None)
    if failing is None and (day.weekday() != SUNDAY or schedule.on(host, "zpool_degraded") or host.number % 3):
        return
    if failing is not None:
        lines = ["Saving the shop:", 'pg_dump: error: connection to server at "db01", port 5432 failed: Connection refused']
        sections = (("preamble", Label.EVENT),)
    else:
        lines = ["Checking status of zfs pools:", "all pools are healthy"]
        sections = (("zfs_pools", Label.NOISE),)
    body = "\n".join(["", *lines, "", "-- End of /usr/local/etc/nightly output --"]) + "\n"
    content = local_mail(host, at, dice(seed, "nightly", host.number, day), subject=f"{host.hostname} nightly run output", body=body)
    yield Draft(
        sent_at=at,
        host=host.name,
        kind="freebsd_custom",
        mail_from=host.root,
        rcpt_to=host.root,
        content=content,
        sections=sections,
        shows=(Shown(incident=failing.id, is_on=True),) if failing else (),
    )
