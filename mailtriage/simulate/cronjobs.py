"""Mails of cron and anacron: the jobs of each host, what they print on a good day, and the jobs that begin to fail."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mailtriage.simulate import joboutput
from mailtriage.simulate.envelope import local_mail
from mailtriage.simulate.hosts import Host, Mta, Profile, System
from mailtriage.simulate.incidents import LEFTOVERS, PG_DUMP, RSYNC, Incident, IncidentType, Schedule
from mailtriage.simulate.mail import Draft, Label, Shown, dice, grouped
from mailtriage.types import Severity

Output = Callable[[Host, random.Random, datetime], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A line of a crontab and what it prints when all is well (nothing: no mail)."""

    command: str
    output: Output
    hour: int
    minute: int
    user: str = "root"
    weekday: int | None = None  # None: every day
    where: Callable[[Host], bool] = lambda host: True
    every: int = 1  # on every n-th host it could run on
    incident: str = ""  # the incident that breaks it
    charset: str = "utf-8"
    section: str = "output"
    subject: str = ""  # anacron and other senders that word it differently


def _silent(host: Host, source: random.Random, at: datetime) -> list[str]:
    return []


def _rsync(host: Host, source: random.Random, at: datetime) -> list[str]:
    names = ("hans", "mary", "ops", "www")
    paths = [f"{source.choice(names)}/{source.choice(('Mail/cur/', 'doc/', '.cache/', 'src/'))}" for _ in range(source.randint(1, 12))]
    sent, received = source.randint(10**5, 10**9), source.randint(1000, 90_000)
    total = int(8e9 + host.ip_last * 1e8 + at.timestamp() % 1e6)
    speed = f"sent {grouped(sent)} bytes  received {grouped(received)} bytes  {sent / source.uniform(40, 400):,.2f} bytes/sec"
    vanished = "rsync warning: some files vanished before they could be transferred (code 24) at main.c(1338) [sender=3.2.7]"
    return [
        "sending incremental file list",
        *sorted(set(paths)),
        "",
        speed,
        f"total size is {grouped(total)}  speedup is {total / sent:.2f}",
        *([vanished] if source.random() < 0.05 else []),
    ]


def _portsnap(host: Host, source: random.Random, at: datetime) -> list[str]:
    if source.random() < 0.5:
        return ["Ports tree is already up to date."]
    origins = ("devel/git", "www/nginx", "lang/python311", "databases/postgresql15-server", "mail/dovecot", "security/sudo", "net/rsync")
    return [
        "Removing old files and directories... done.",
        "Extracting new files:",
        *(f"/usr/ports/{name}/" for name in sorted(source.sample(origins, k=4))),
        "Building new INDEX files... done.",
    ]


def _certbot(host: Host, source: random.Random, at: datetime) -> list[str]:
    line = "- " * 40
    expiry = (at + timedelta(days=89 - (at.toordinal() + host.ip_last) % 58)).strftime("%Y-%m-%d")
    folder = "/usr/local/etc/letsencrypt" if host.system is System.FREEBSD else "/etc/letsencrypt"
    return [
        f"Saving debug log to /var/log/letsencrypt/letsencrypt.log\n\n{line.rstrip()}",
        f"Processing {folder}/renewal/{host.name}.conf\n{line.rstrip()}",
        "Certificate not yet due for renewal\n",
        line.rstrip(),
        "The following certificates are not due for renewal yet:",
        f"  {folder}/live/{host.name}/fullchain.pem expires on {expiry} (skipped)",
        "No renewals were attempted.",
        line.rstrip(),
    ]


def _backup(host: Host, source: random.Random, at: datetime) -> list[str]:
    files = 40_000 + host.ip_last * 311 + source.randint(0, 900)
    began = at - timedelta(minutes=source.randint(4, 40))
    return [
        f"{began:%Y-%m-%d %H:%M:%S} backup of {host.short} started",
        f"{grouped(files)} files, {files / 9100:.1f} GB copied",
        f"{at:%Y-%m-%d %H:%M:%S} backup finished, 0 errors",
    ]


def _german_backup(host: Host, source: random.Random, at: datetime) -> list[str]:
    return [
        f"Sicherung für {host.short} läuft ...",
        f"{source.randint(900, 1400)} Dateien übertragen, 0 Fehler",
        f"Sicherung am {at:%d.%m.%Y} um {at:%H:%M} Uhr abgeschlossen",
    ]


def _tar(host: Host, source: random.Random, at: datetime) -> list[str]:
    return [
        "tar: Removing leading '/' from member names" if host.system is System.FREEBSD else "tar: Removing leading `/' from member names"
    ]


def _find(host: Host, source: random.Random, at: datetime) -> list[str]:
    folder = "/var/tmp"  # noqa: S108 -- printed, never opened
    return sorted(f"{folder}/upload-{source.randrange(16**8):08x}" for _ in range(source.randint(0, 6)))


def _mysqldump(host: Host, source: random.Random, at: datetime) -> list[str]:
    return ["mysqldump: [Warning] Using a password on the command line interface can be insecure."]


def _awstats(host: Host, source: random.Random, at: datetime) -> list[str]:
    lines = source.randint(4_000, 90_000)
    return [
        'Create/Update database for config "/usr/local/etc/awstats/awstats.www.conf" by AWStats version 7.8 (build 20200416)',
        'From data in log file "/var/log/httpd-access.log"...',
        "Phase 1 : First bypass old records, searching new record...",
        "Searching new records from beginning of log file...",
        f"Jumped lines in file: {source.randint(0, 900)}",
        f"Parsed lines in file: {lines}",
        " Found 0 dropped records,",
        f" Found {source.randint(0, 40)} comments,",
        " Found 0 blank records,",
        " Found 0 corrupted records,",
        " Found 0 old records,",
        f" Found {lines - source.randint(0, 900)} new qualified records.",
    ]


def _php(host: Host, source: random.Random, at: datetime) -> list[str]:
    return [
        "PHP Deprecated:  Function strftime() is deprecated in /var/www/shop/cron/orders.php on line 212",
        f"{source.randint(1, 90)} orders exported",
    ]


def _snapshots(host: Host, source: random.Random, at: datetime) -> list[str]:
    return [f"{host.pool}/{name}@daily-{at:%Y-%m-%d}" for name in ("ROOT/default", "home", "var")]


def _wget(host: Host, source: random.Random, at: datetime) -> list[str]:
    size = source.randint(2000, 90_000)
    return [
        f"--{at:%Y-%m-%d %H:%M:%S}--  http://lists.example.net/blocklist.txt",
        "Resolving lists.example.net (lists.example.net)... 198.51.100.80",
        "Connecting to lists.example.net (lists.example.net)|198.51.100.80|:80... connected.",
        "HTTP request sent, awaiting response... 200 OK",
        f"Length: {size} ({size / 1024:.0f}K) [text/plain]",
        "Saving to: '/etc/blocklist.txt'",
        "",
        f"{at:%Y-%m-%d %H:%M:%S} ({source.uniform(1, 90):.1f} MB/s) - '/etc/blocklist.txt' saved [{size}/{size}]",
    ]


def _run_parts(host: Host, source: random.Random, at: datetime) -> list[str]:
    pages = source.sample(("systemctl.1", "perlfunc.1p", "git-log.1", "zsh.1", "ip-route.8"), k=source.randint(1, 3))
    lines = ["/etc/cron.daily/man-db:", *(f"mandb: warning: /usr/share/man/man1/{page}.gz is a dangling symlink" for page in sorted(pages))]
    if source.random() < 0.4:
        lines += ["/etc/cron.daily/apt-local:", "verbose level 1", "check_stamp: interval=86400", "autoclean (success)"]
    return lines


def _anacron(host: Host, source: random.Random, at: datetime) -> list[str]:
    return [
        "/etc/cron.daily/rhsmd:",
        "",
        "System is current",
        "/etc/cron.daily/mlocate.cron:",
        "",
        f"{source.randint(300, 900)} directories skipped",
    ]


def _statistics(host: Host, source: random.Random, at: datetime) -> list[str]:
    return [
        f"requests {grouped(source.randint(10_000, 900_000))}",
        f"visitors {grouped(source.randint(300, 9_000))}",
        f"mean response {source.randint(40, 240)} ms",
    ]


def _is_freebsd(host: Host) -> bool:
    return host.system is System.FREEBSD


def _is_linux(host: Host) -> bool:
    return host.system is not System.FREEBSD


def _is_debian(host: Host) -> bool:
    return host.system is System.DEBIAN


def _named(*names: str) -> Callable[[Host], bool]:
    return lambda host: host.name.startswith(names)


BORG = "/usr/local/sbin/borg-backup"
RESTIC = "restic backup --exclude-caches /srv"
_RUN_PARTS = "test -x /usr/sbin/anacron || ( cd / && run-parts --report /etc/cron.daily )"
JOBS: tuple[Job, ...] = (
    Job(command=RSYNC, output=_rsync, hour=1, minute=30, where=_is_freebsd, every=6, incident="cron_rsync_failing"),
    Job(command=PG_DUMP, output=_silent, hour=2, minute=15, user="postgres", where=_is_debian, every=1, incident="cron_pg_dump_failing"),
    Job(command=LEFTOVERS, output=_silent, hour=6, minute=40, where=_is_freebsd, incident="merge_leftover"),
    Job(
        command="/usr/sbin/portsnap cron update",
        output=_portsnap,
        hour=4,
        minute=2,
        where=lambda host: _is_freebsd(host) and host.release[0] < 13,
        every=3,
    ),
    Job(
        command="/usr/local/bin/certbot renew",
        output=_certbot,
        hour=5,
        minute=17,
        where=lambda host: _is_freebsd(host) and _named("web", "mx", "proxy")(host),
        every=2,
    ),
    Job(command="certbot renew", output=_certbot, hour=12, minute=44, where=_is_linux, every=3),
    Job(command="/root/bin/backup.sh", output=_backup, hour=23, minute=10, where=_is_freebsd, every=4),
    Job(command="/usr/local/bin/sicherung.sh", output=_german_backup, hour=22, minute=5, where=_is_linux, every=4, charset="iso-8859-1"),
    Job(command="tar czf /backup/etc.tgz /etc", output=_tar, hour=3, minute=40, every=7),
    Job(command="find /var/tmp -name 'upload-*' -mtime +7 -print -delete", output=_find, hour=4, minute=50, every=7),
    Job(
        command="mysqldump --all-databases -ubackup -pxxxx > /backup/all.sql",
        output=_mysqldump,
        hour=2,
        minute=50,
        where=_named("db", "app"),
        every=2,
    ),
    Job(
        command="/usr/local/www/cgi-bin/awstats.pl -config=www -update",
        output=_awstats,
        hour=0,
        minute=20,
        where=_named("web", "proxy"),
        every=2,
    ),
    Job(command="php /var/www/shop/cron/orders.php", output=_php, hour=7, minute=0, user="www", where=_named("web", "app"), every=3),
    Job(command="/root/bin/snapshot daily", output=_snapshots, hour=0, minute=5, where=lambda host: host.profile is Profile.ZFS, every=2),
    Job(
        command="wget -O /etc/blocklist.txt http://lists.example.net/blocklist.txt",
        output=_wget,
        hour=6,
        minute=11,
        where=_named("mx", "proxy", "ns"),
        every=3,
    ),
    Job(command=_RUN_PARTS, output=_run_parts, hour=6, minute=25, where=_is_debian, section="script"),
    Job(
        command="cron.daily",
        output=_anacron,
        hour=3,
        minute=27,
        where=lambda host: host.system is System.RHEL,
        section="script",
        subject="Anacron job '{command}' on {name}",
    ),
    Job(command=BORG, output=joboutput.borg, hour=2, minute=5, weekday=6, where=_is_linux, every=4, incident="cron_borg_failing"),
    Job(command=RESTIC, output=joboutput.restic, hour=3, minute=5, weekday=5, where=_is_linux, every=3, incident="cron_restic_failing"),
    Job(command="mysqlcheck --all-databases", output=joboutput.mysqlcheck, hour=4, minute=15, weekday=6, where=_named("db"), every=3),
    Job(
        command="/usr/local/bin/statistics --yesterday",
        output=_statistics,
        hour=1,
        minute=5,
        user="www",
        where=_named("web", "cache", "proxy"),
        every=3,
    ),
)


INCIDENTS: tuple[IncidentType, ...] = (
    IncidentType(
        name="cron_borg_failing",
        check="cron_job",
        severity=Severity.HIGH,
        item=lambda host, source: f"root: {BORG}",
        where=_is_linux,
        per_host_days=1050,
    ),
    IncidentType(
        name="cron_restic_failing",
        check="cron_job",
        severity=Severity.HIGH,
        item=lambda host, source: f"root: {RESTIC}",
        where=_is_linux,
        per_host_days=1050,
    ),
    IncidentType(
        name="script_alarm",
        check="mail",
        severity=Severity.WARNING,
        item=lambda host, source: joboutput.ALARM_SUBJECT,
        where=_is_freebsd,
        per_host_days=1050,
    ),
)


def jobs_of(host: Host) -> list[Job]:
    """The jobs in this host's crontabs."""
    return [job for n, job in enumerate(JOBS) if job.where(host) and (host.number + n) % job.every == 0]


def mails(host: Host, day: date, schedule: Schedule, seed: int) -> Iterator[Draft]:
    """All cron and anacron mails of the host on this local day."""
    jobs = jobs_of(host)
    jobs += [job for job in JOBS if job.incident and schedule.on(host, job.incident) and job not in jobs]
    for job in jobs:
        source = dice(seed, "cron", host.number, job.command, day)
        began = datetime.combine(day, time(job.hour, job.minute, 1), tzinfo=host.zone).astimezone(schedule.start.tzinfo)
        at = began + timedelta(seconds=source.lognormvariate(3, 1.2))
        incidents = [found for found in schedule.on(host, job.incident) if found.began_at <= at]
        broken = next((found for found in incidents if found.is_on(at)), None)
        if job.weekday not in (None, day.weekday()) and not broken:  # what failed is tried again each night
            continue
        lines = _broken(job, broken, source) if broken else job.output(host, source, at.astimezone(host.zone))
        if lines:
            shows = tuple(Shown(incident=found.id, is_on=found.is_on(at)) for found in incidents)
            yield _mail(host, job, at, source, lines, shows, Label.EVENT if broken else Label.NOISE)
    yield from _script_mails(host, day, schedule, seed)


def _script_mails(host: Host, day: date, schedule: Schedule, seed: int) -> Iterator[Draft]:
    """Mails a script sends by itself with mail -s: a list each Monday on some hosts, an alarm while its incident lasts."""
    source = dice(seed, "script", host.number, day)
    at = datetime.combine(day, time(5, source.randrange(60), 7), tzinfo=host.zone).astimezone(schedule.start.tzinfo)
    if host.number % 25 == 4 and day.weekday() == 0:
        yield _script_mail(host, at, source, "inventory", f"{source.randint(12, 90)} machines counted, nothing new\n", Label.DIGEST, ())
    for incident in schedule.on(host, "script_alarm"):
        if incident.is_on(at):
            body = f"{joboutput.ALARMS[incident.draw % len(joboutput.ALARMS)]}\n"
            yield _script_mail(host, at, source, incident.item, body, Label.EVENT, (Shown(incident=incident.id, is_on=True),))


def _script_mail(host: Host, at: datetime, source: random.Random, subject: str, body: str, label: Label, shows: tuple[Shown, ...]) -> Draft:
    content = local_mail(host, at, source, subject=subject, body=body)
    sections = (("mail", label),)
    return Draft(
        sent_at=at, host=host.name, kind="unknown", mail_from=host.root, rcpt_to=host.root, content=content, sections=sections, shows=shows
    )


def _broken(job: Job, incident: Incident, source: random.Random) -> list[str]:
    if job.incident == "cron_rsync_failing":
        if incident.draw % 2:
            return [
                "ssh: connect to host backup.example.net port 22: Connection refused",
                "rsync: connection unexpectedly closed (0 bytes received so far) [sender]",
                "rsync error: unexplained error (code 255) at io.c(228) [sender=3.2.7]",
            ]
        return [
            "sending incremental file list",
            'rsync: [sender] change_dir "/home" failed: No such file or directory (2)',
            "",
            f"sent {source.randint(20, 90)} bytes  received 12 bytes  {source.uniform(20, 90):.2f} bytes/sec",
            "total size is 0  speedup is 0.00",
            "rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1338) [sender=3.2.7]",
        ]
    if job.incident == "cron_pg_dump_failing":
        return [
            'pg_dump: error: connection to server at "db.example.net" (192.0.2.77), port 5432 failed: Connection refused',
            "\tIs the server running on that host and accepting TCP/IP connections?",
        ]
    if job.incident in joboutput.BACKUP_FAULTS:
        faults = joboutput.BACKUP_FAULTS[job.incident]
        return list(faults[incident.draw % len(faults)])
    names = ("/etc/ssh/sshd_config", "/etc/syslog.conf", "/etc/mail/mailer.conf", "/etc/newsyslog.conf")
    return sorted(dice("merge", incident.draw).sample(names, k=2))


def _mail(host: Host, job: Job, at: datetime, source: random.Random, lines: list[str], shows: tuple[Shown, ...], label: Label) -> Draft:
    is_failed = label is Label.EVENT and host.system is System.DEBIAN and host.number % 2 == 0 and job.incident == "cron_pg_dump_failing"
    form = job.subject or "Cron <{user}@{short}> {command}"
    subject = form.format(user=job.user, short=host.short, command=job.command, name=host.name)
    sections = [(job.section, label)]
    if is_failed:  # the daemon was started with `-L` bit 4: it marks jobs that did not end with 0
        subject += " (failed)"
        sections.append(("exit", label))
    owner = "root" if host.system is System.DEBIAN else job.user
    content = local_mail(
        host,
        at,
        source,
        subject=subject,
        body="\n".join(lines) + "\n",
        headers=_headers(host, job),
        from_header=_from(host, job, f"{owner}@{host.mail_domain}"),
        user=owner,
        charset=job.charset,
    )
    return Draft(
        sent_at=at,
        host=host.name,
        kind="cron",
        mail_from=f"{owner}@{host.mail_domain}",
        rcpt_to=host.root,
        content=content,
        sections=tuple(sections),
        shows=shows,
    )


def _from(host: Host, job: Job, address: str) -> str:
    if job.subject:
        return f"Anacron <{address}>"
    if host.system is System.RHEL:  # cronie 1.5 and later
        return f'"(Cron Daemon)" <{address}>'
    if host.mta is Mta.SENDMAIL:  # it turns the comment into a name
        return f"Cron Daemon <{address}>"
    return f"{address} (Cron Daemon)"


def _headers(host: Host, job: Job) -> tuple[tuple[str, str], ...]:
    charset = "UTF-8" if job.charset == "utf-8" else job.charset.upper()
    if job.subject:
        return (("MIME-Version", "1.0"), ("Content-Type", f'text/plain; charset="{charset}"'), ("Content-Transfer-Encoding", "8bit"))
    home = "/root" if job.user == "root" else f"/home/{job.user}"
    names = [("HOME", home), ("PATH", "/usr/bin:/bin"), ("LOGNAME", job.user), ("USER", job.user)]
    if host.system is System.FREEBSD:
        path = (
            ("SHELL", "/bin/sh"),
            ("PATH", "/etc:/bin:/sbin:/usr/bin:/usr/sbin"),
            ("HOME", home),
            ("LOGNAME", job.user),
            ("USER", job.user),
        )
        return tuple(("X-Cron-Env", f"<{name}={value}>") for name, value in path)
    mime = [("MIME-Version", "1.0"), ("Content-Type", f"text/plain; charset={charset}"), ("Content-Transfer-Encoding", "8bit")]
    if host.system is System.RHEL:
        names = [("XDG_SESSION_ID", "4711"), ("XDG_RUNTIME_DIR", "/run/user/0"), ("LANG", "en_US.UTF-8"), *names]
        mime += [("Auto-Submitted", "auto-generated"), ("Precedence", "bulk")]
    return (*mime, *(("X-Cron-Env", f"<{name}={value}>") for name, value in (("SHELL", "/bin/sh"), *names)))
