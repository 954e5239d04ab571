"""What backup programs and database checks print by cron, and how they fail; what scripts say when they sound an alarm."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from mailtriage.simulate.hosts import Host

BACKUP_FAULTS = {
    "cron_borg_failing": (
        ("Failed to create/acquire the lock /srv/borg/lock.exclusive (timeout).",),
        ("Repository /srv/borg does not exist.",),
        (
            "Remote: ssh: connect to host backup.example.net port 22: Connection refused",
            "Connection closed by remote host. Is borg working on the server?",
        ),
    ),
    "cron_restic_failing": (
        ("Fatal: wrong password or no key found",),
        ("unable to create lock in backend: repository is already locked by PID 18211 on backup by root (UID 0, GID 0)",),
        (
            "Fatal: unable to open config file: stat /srv/restic/config: no such file or directory",
            "Is there a repository at the following location?",
            "/srv/restic",
        ),
    ),
}
ALARM_SUBJECT = "nightly copy failed"
ALARMS = ("see /var/log/copy.log", "copy: no answer from backup.example.net", "rsync exit code 30")


def borg(host: Host, source: random.Random, at: datetime) -> list[str]:
    """What `borg create --stats` prints."""
    dashes = "-" * 78
    seconds, files = source.randint(20, 900), 40_000 + host.ip_last * 311 + source.randint(0, 900)
    began, total = at - timedelta(seconds=seconds), 40 + host.ip_last / 3
    return [
        dashes,
        f"Repository: /srv/borg/{host.short}",
        f"Archive name: {host.short}-{began:%Y-%m-%dT%H:%M:%S}",
        f"Archive fingerprint: {source.randrange(16**64):064x}",
        f"Time (start): {began:%a, %Y-%m-%d %H:%M:%S}",
        f"Time (end):   {at:%a, %Y-%m-%d %H:%M:%S}",
        f"Duration: {seconds // 60} minutes {seconds % 60}.{source.randrange(100):02d} seconds",
        f"Number of files: {files}",
        "Utilization of max. archive size: 0%",
        dashes,
        "                       Original size      Compressed size    Deduplicated size",
        f"This archive: {total:>20.2f} GB {total * 0.7:>17.2f} GB {source.uniform(20, 400):>17.2f} MB",
        f"All archives: {total * 14:>20.2f} GB {total * 9.8:>17.2f} GB {total * 0.9:>17.2f} GB",
        "",
        "                       Unique chunks         Total chunks",
        f"Chunk index:            {files * 2:>12} {files * 29:>20}",
        dashes,
    ]


def restic(host: Host, source: random.Random, at: datetime) -> list[str]:
    """What `restic backup` prints."""
    files = 40_000 + host.ip_last * 311 + source.randint(0, 900)
    added = source.uniform(3, 400)
    return [
        f"using parent snapshot {source.randrange(16**8):08x}",
        "",
        f"Files:       {source.randint(1, 90):>5} new, {source.randint(1, 90):>5} changed, {files:>5} unmodified",
        f"Dirs:        {0:>5} new, {source.randint(1, 40):>5} changed, {files // 8:>5} unmodified",
        f"Added to the repository: {added:.3f} MiB ({added / 2.4:.3f} MiB stored)",
        "",
        f"processed {files} files, {files / 1540:.3f} GiB in {source.randint(0, 9)}:{source.randint(10, 59)}",
        f"snapshot {source.randrange(16**8):08x} saved",
    ]


def mysqlcheck(host: Host, source: random.Random, at: datetime) -> list[str]:
    """What `mysqlcheck --all-databases` prints."""
    tables = ("shop.customers", "shop.error_log", "shop.orders", "wiki.page", "wiki.revision")
    return [f"{table:<51}OK" for table in tables]
