"""The headings of the daily, weekly and monthly runs. Rows in the order the scripts run."""

from __future__ import annotations

from functools import partial

from mailtriage.recognise import _counts, _pools, _system
from mailtriage.recognise._df import read_df
from mailtriage.recognise._headings import ONE_SHOT, PER_DAY, PORTS, STATE, Table, line_count, row

_GPART = "gpart_conftxt gpart_partitions gpart_boot gpart_mbr gpart_efi"
_ACCOUNTS = "backup_passwd passwd_diff"

DAILY = (
    row(100, "Cleaning disks:", "clean_disks", is_log=True),
    row(110, "Removing old temporary files:", "clean_tmps", is_log=True),
    row(120, "Removing stale files from /var/preserve:", "clean_preserve"),
    row(130, "Cleaning out old system announcements:", "clean_msgs"),
    row(140, "Removing stale files from /var/rwho:", "clean_rwho"),
    row(150, "Removing stale entries from sendmail host status cache:", "clean_hoststat"),
    row(200, "Backup passwd and group files:", "backup_passwd"),
    row(200, "HOST passwd diffs:", "passwd_diff", ONE_SHOT, check="account", after=_ACCOUNTS),
    row(200, "HOST group diffs:", "group_diff", ONE_SHOT, check="account_group", after=_ACCOUNTS),
    row(200, "Verifying group file syntax:", "group_syntax", STATE, after=_ACCOUNTS + " group_diff"),
    row(210, "Backing up mail aliases:", "backup_aliases", ONE_SHOT),
    row(210, "HOST aliases diffs:", "aliases_diff", ONE_SHOT, check="mail_aliases", after="backup_aliases"),
    row(220, "Backing up package db directory:", "backup_pkgdb"),
    row(221, "Dump of kern.geom.conftxt:", "gpart_conftxt", STATE, check="partitions", after=_GPART),
    row(221, "Backup of partitions information for:", "gpart_partitions", STATE, check="partitions", after=_GPART),
    row(221, "Backup of boot partition content:", "gpart_boot", STATE, check="partitions", after=_GPART),
    row(221, "Backup of MBR record:", "gpart_mbr", STATE, check="partitions", after=_GPART),
    row(221, "Backup of EFI partition content:", "gpart_efi", STATE, check="partitions", after=_GPART),
    row(222, "Backup of gmirror information for:", "backup_gmirror"),
    row(223, "Backup of ZFS information for all imported pools", "backup_zfs"),
    row(300, "Running calendar:", "calendar", is_log=True),
    row(310, "Rotating accounting logs and gathering statistics:", "accounting"),
    row(330, "Running news.expire:", "news_expire"),
    row(400, "Disk status:", "disk_status", STATE, check="filesystem", read=read_df),
    row(400, "Last dump(s) done (Dump '>' file systems):", "dump_status", STATE, check="dump"),
    row(401, "Checking status of graid(8) devices:", "graid", STATE, read=_pools.read_rebuilds),
    row(404, "Checking status of zfs pools:", "zfs_pools", STATE, check="zfs_pool", read=_pools.read_pools),
    row(405, "Checking status of ATA raid partitions:", "ata_raid", STATE, read=_pools.read_rebuilds),
    row(406, "Checking status of gmirror(8) devices:", "gmirror", STATE, read=_pools.read_rebuilds),
    row(407, "Checking status of graid3(8) devices:", "graid3", STATE, read=_pools.read_rebuilds),
    row(408, "Checking status of gstripe(8) devices:", "gstripe", STATE),
    row(409, "Checking status of gconcat(8) devices:", "gconcat", STATE),
    row(410, "Checking status of mfi(4) devices:", "mfi", STATE),
    row(420, "Network interface status:", "network", check="interface", read=_system.read_interfaces),
    row(430, "Local network system status:", "system_status", check="uptime", read=_system.read_uptime),
    row(430, "Local system status:", "system_status", check="uptime", read=_system.read_uptime),
    row(
        440,
        "Mail in local queue:",
        "mailq_local",
        STATE,
        check="mail_queue",
        item="local",
        is_log=True,
        read=partial(_system.read_queue, subject="local"),
    ),
    row(
        440,
        "Mail in submit queue:",
        "mailq_submit",
        STATE,
        check="mail_queue",
        item="submit",
        is_log=True,
        read=partial(_system.read_queue, subject="submit"),
    ),
    row(450, "Security check:", "security_check"),
    row(
        460,
        "Checking for rejected mail hosts:",
        "mail_rejects",
        PER_DAY,
        is_log=True,
        read=partial(_counts.leading_numbers, "mail_rejects"),
    ),
    row(
        470,
        "Checking for denied zone transfers (AXFR and IXFR):",
        "zone_transfers",
        PER_DAY,
        is_log=True,
        read=partial(_counts.leading_numbers, "zone_transfers"),
    ),
    row(480, "NTP status:", "ntp", STATE, read=_system.read_peers),
    row(490, "Changes in installed packages:", "pkg_changes", ONE_SHOT),
    row(510, "Checking userland and kernel versions:", "world_kernel", STATE, check="reboot_pending", read=_system.read_versions),
    row(800, "Scrubbing of zfs pools:", "zfs_scrub", STATE, read=_pools.read_scrubs),
    row(801, "Trimming of zfs pools:", "zfs_trim", STATE),
    row(PORTS + 407, "Checking status of 3ware RAID controllers:", "tw_cli", STATE),
    row(PORTS + 411, "Backing up pkg database:", "backup_pkg"),
    row(PORTS + 411, "Backing up pkgng database:", "backup_pkg"),
    row(PORTS + 415, "Updating the rkhunter database...", "rkhunter_update", ONE_SHOT),
    row(PORTS + 415, "Running rkhunter...", "rkhunter", ONE_SHOT),
    row(PORTS + 999, "Tidying Exim hints databases:", "exim_tidy"),
    row(PORTS + 999, "SMART status:", "smart", STATE),
)

WEEKLY = (
    row(310, "Rebuilding locate database:", "locate"),
    row(320, "Rebuilding whatis database:", "whatis"),
    row(330, "Reformatting manual pages:", "catman"),
    row(340, "Check for files with an unknown user or group:", "noid", is_log=True, read=line_count("unowned_files")),
    row(400, "Check for out of date packages:", "pkg_outdated", read=line_count("pkg_outdated")),
    row(450, "Security check:", "security_check"),
    row(PORTS + 400, "Checking for out of date packages:", "pkg_outdated", read=line_count("pkg_outdated")),
)

MONTHLY = (
    row(200, "Doing login accounting:", "login_accounting"),
    row(450, "Security check:", "security_check"),
)

OF_RUN = {"daily": DAILY, "weekly": WEEKLY, "monthly": MONTHLY}
TABLES = {part: Table(*headings) for part, headings in OF_RUN.items()}
