"""The headings of FreeBSD's periodic scripts, in the order the scripts run: base system first, then ports.

One row a heading. `order` is the script's number (ports: plus PORTS); headings of one script share it.
Written from the scripts of FreeBSD 9 to 14, pkg and the ports named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from mailtriage.recognise import _counts, _diffs, _pools, _system
from mailtriage.recognise._df import read_df
from mailtriage.recognise._measures import measure
from mailtriage.types import Measure, Recovery

PORTS = 1000  # /usr/local/etc/periodic runs after /etc/periodic
Read = Callable[[Sequence[str]], tuple[Measure, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """One heading: what its section is called, feeds and measures, and where it may begin."""

    text: str  # exactly; for a host's headings what follows the host name
    section: str
    order: int
    check: str = ""
    item: str = ""
    recovery: Recovery = Recovery.NONE
    has_host: bool = False  # "web07.example.org login failures:"
    is_log: bool = False  # holds text that strangers choose
    after: tuple[str, ...] = ()  # sections in which it may begin without an empty line
    read: Read | None = None


STATE, ONE_SHOT, PER_DAY = Recovery.STATE, Recovery.ONE_SHOT, Recovery.PER_DAY


def _row(
    order: int,
    text: str,
    section: str,
    recovery: Recovery = Recovery.NONE,
    *,
    check: str = "",
    item: str = "",
    is_log: bool = False,
    after: str = "",
    read: Read | None = None,
) -> Heading:
    has_host = text.startswith("HOST ")
    return Heading(
        text=text.removeprefix("HOST "),
        section=section,
        order=order,
        check=check,
        item=item,
        recovery=recovery,
        has_host=has_host,
        is_log=is_log,
        after=tuple(after.split()),
        read=read,
    )


def _lines(name: str) -> Read:
    def read(lines: Sequence[str]) -> tuple[Measure, ...]:
        return (measure(name, "", _counts.filled(lines)),)

    return read


_GPART = "gpart_conftxt gpart_partitions gpart_boot gpart_mbr gpart_efi"
_ACCOUNTS = "backup_passwd passwd_diff"

DAILY = (
    _row(100, "Cleaning disks:", "clean_disks", is_log=True),
    _row(110, "Removing old temporary files:", "clean_tmps", is_log=True),
    _row(120, "Removing stale files from /var/preserve:", "clean_preserve"),
    _row(130, "Cleaning out old system announcements:", "clean_msgs"),
    _row(140, "Removing stale files from /var/rwho:", "clean_rwho"),
    _row(150, "Removing stale entries from sendmail host status cache:", "clean_hoststat"),
    _row(200, "Backup passwd and group files:", "backup_passwd"),
    _row(200, "HOST passwd diffs:", "passwd_diff", ONE_SHOT, check="account", after=_ACCOUNTS),
    _row(200, "HOST group diffs:", "group_diff", ONE_SHOT, check="account_group", after=_ACCOUNTS),
    _row(200, "Verifying group file syntax:", "group_syntax", STATE, after=_ACCOUNTS + " group_diff"),
    _row(210, "Backing up mail aliases:", "backup_aliases", ONE_SHOT),
    _row(210, "HOST aliases diffs:", "aliases_diff", ONE_SHOT, check="mail_aliases", after="backup_aliases"),
    _row(220, "Backing up package db directory:", "backup_pkgdb"),
    _row(221, "Dump of kern.geom.conftxt:", "gpart_conftxt", STATE, check="partitions", after=_GPART),
    _row(221, "Backup of partitions information for:", "gpart_partitions", STATE, check="partitions", after=_GPART),
    _row(221, "Backup of boot partition content:", "gpart_boot", STATE, check="partitions", after=_GPART),
    _row(221, "Backup of MBR record:", "gpart_mbr", STATE, check="partitions", after=_GPART),
    _row(221, "Backup of EFI partition content:", "gpart_efi", STATE, check="partitions", after=_GPART),
    _row(222, "Backup of gmirror information for:", "backup_gmirror"),
    _row(223, "Backup of ZFS information for all imported pools", "backup_zfs"),
    _row(300, "Running calendar:", "calendar", is_log=True),
    _row(310, "Rotating accounting logs and gathering statistics:", "accounting"),
    _row(330, "Running news.expire:", "news_expire"),
    _row(400, "Disk status:", "disk_status", STATE, check="filesystem", read=read_df),
    _row(400, "Last dump(s) done (Dump '>' file systems):", "dump_status", STATE, check="dump"),
    _row(401, "Checking status of graid(8) devices:", "graid", STATE, read=_pools.read_rebuilds),
    _row(404, "Checking status of zfs pools:", "zfs_pools", STATE, check="zfs_pool", read=_pools.read_pools),
    _row(405, "Checking status of ATA raid partitions:", "ata_raid", STATE, read=_pools.read_rebuilds),
    _row(406, "Checking status of gmirror(8) devices:", "gmirror", STATE, read=_pools.read_rebuilds),
    _row(407, "Checking status of graid3(8) devices:", "graid3", STATE, read=_pools.read_rebuilds),
    _row(408, "Checking status of gstripe(8) devices:", "gstripe", STATE),
    _row(409, "Checking status of gconcat(8) devices:", "gconcat", STATE),
    _row(410, "Checking status of mfi(4) devices:", "mfi", STATE),
    _row(420, "Network interface status:", "network", check="interface", read=_system.read_interfaces),
    _row(430, "Local network system status:", "system_status", check="uptime", read=_system.read_uptime),
    _row(430, "Local system status:", "system_status", check="uptime", read=_system.read_uptime),
    _row(
        440,
        "Mail in local queue:",
        "mailq_local",
        STATE,
        check="mail_queue",
        item="local",
        is_log=True,
        read=partial(_system.read_queue, subject="local"),
    ),
    _row(
        440,
        "Mail in submit queue:",
        "mailq_submit",
        STATE,
        check="mail_queue",
        item="submit",
        is_log=True,
        read=partial(_system.read_queue, subject="submit"),
    ),
    _row(450, "Security check:", "security_check"),
    _row(
        460,
        "Checking for rejected mail hosts:",
        "mail_rejects",
        PER_DAY,
        is_log=True,
        read=partial(_counts.leading_numbers, "mail_rejects"),
    ),
    _row(
        470,
        "Checking for denied zone transfers (AXFR and IXFR):",
        "zone_transfers",
        PER_DAY,
        is_log=True,
        read=partial(_counts.leading_numbers, "zone_transfers"),
    ),
    _row(480, "NTP status:", "ntp", STATE, read=_system.read_peers),
    _row(490, "Changes in installed packages:", "pkg_changes", ONE_SHOT),
    _row(510, "Checking userland and kernel versions:", "world_kernel", STATE, check="reboot_pending", read=_system.read_versions),
    _row(800, "Scrubbing of zfs pools:", "zfs_scrub", STATE, read=_pools.read_scrubs),
    _row(801, "Trimming of zfs pools:", "zfs_trim", STATE),
    _row(PORTS + 407, "Checking status of 3ware RAID controllers:", "tw_cli", STATE),
    _row(PORTS + 411, "Backing up pkg database:", "backup_pkg"),
    _row(PORTS + 411, "Backing up pkgng database:", "backup_pkg"),
    _row(PORTS + 415, "Updating the rkhunter database...", "rkhunter_update", ONE_SHOT),
    _row(PORTS + 415, "Running rkhunter...", "rkhunter", ONE_SHOT),
    _row(PORTS + 999, "Tidying Exim hints databases:", "exim_tidy"),
    _row(PORTS + 999, "SMART status:", "smart", STATE),
)

SECURITY = (
    _row(100, "Checking setuid files and devices:", "setuid", ONE_SHOT, is_log=True),
    _row(100, "HOST setuid diffs:", "setuid_diff", ONE_SHOT, check="setuid", is_log=True, read=_diffs.read_setuid),
    _row(110, "Checking negative group permissions:", "neggrpperm", STATE, is_log=True),
    _row(200, "HOST changes in mounted filesystems:", "mount_diff", ONE_SHOT, check="mounts", read=_diffs.read_mounts),
    _row(300, "Checking for uids of 0:", "uid0", STATE),
    _row(400, "Checking for passwordless accounts:", "passwordless", STATE),
    _row(410, "Checking login.conf permissions:", "login_conf", STATE),
    _row(460, "Checking for ports with mismatched checksums:", "port_checksums", STATE),
    _row(500, "HOST ipfw denied packets:", "ipfw_denied", ONE_SHOT, read=partial(_counts.read_denied, subject="ipfw")),
    _row(510, "HOST ipf denied packets:", "ipf_denied", ONE_SHOT, read=partial(_counts.read_denied, subject="ipf")),
    _row(520, "HOST pf denied packets:", "pf_denied", ONE_SHOT, read=partial(_counts.read_denied, subject="pf")),
    _row(550, "ipfw log limit reached:", "ipfw_limit", STATE),
    _row(610, "HOST ipf6 denied packets:", "ipf6_denied", ONE_SHOT, read=partial(_counts.read_denied, subject="ipf6")),
    _row(700, "HOST kernel log messages:", "kernel_messages", ONE_SHOT, check="kernel", is_log=True, read=_lines("kernel_lines")),
    _row(800, "HOST login failures:", "login_failures", PER_DAY, is_log=True, read=_lines("login_failures")),
    _row(900, "HOST refused connections:", "refused_connections", PER_DAY, is_log=True, read=_lines("refused_connections")),
    _row(
        PORTS + 405,
        "Checking for security vulnerabilities in base (userland & kernel):",
        "base_audit",
        STATE,
        check="base_vulnerability",
    ),
    _row(
        PORTS + 410,
        "Checking for packages with security vulnerabilities:",
        "pkg_audit",
        STATE,
        check="pkg_vulnerability",
        read=_counts.read_vulnerable,
    ),
    _row(PORTS + 460, "Checking for packages with mismatched checksums:", "pkg_checksums", STATE),
    _row(PORTS + 470, "Checking for packages with missing dependencies:", "pkg_dependencies", STATE),
    _row(PORTS + 400, "Checking for a current audit database:", "audit_database", STATE),
)

WEEKLY = (
    _row(310, "Rebuilding locate database:", "locate"),
    _row(320, "Rebuilding whatis database:", "whatis"),
    _row(330, "Reformatting manual pages:", "catman"),
    _row(340, "Check for files with an unknown user or group:", "noid", is_log=True, read=_lines("unowned_files")),
    _row(400, "Check for out of date packages:", "pkg_outdated", read=_lines("pkg_outdated")),
    _row(450, "Security check:", "security_check"),
    _row(PORTS + 400, "Checking for out of date packages:", "pkg_outdated", read=_lines("pkg_outdated")),
)

MONTHLY = (
    _row(200, "Doing login accounting:", "login_accounting"),
    _row(450, "Security check:", "security_check"),
)

LOCAL = _row(999, "", "local", is_log=True)  # "Running /etc/daily.local:", its output may be anything
PREAMBLE = _row(0, "", "preamble")

HEADING_ENDS = ":.s"  # the last characters of all headings: most lines need no closer look
_LOCAL_LINE = re.compile(r"Running /\S{1,200}:")
_HOST_LINE = re.compile(
    r"(\S{1,255}) ((?:[a-z0-9]+ ){1,2}(?:diffs|packets|failures|connections|messages):|changes in mounted filesystems:)"
)


class Table:
    """The headings one kind of mail may hold, looked up by line."""

    def __init__(self, *headings: Heading) -> None:
        self._exact = {heading.text: heading for heading in headings if not heading.has_host}
        self._of_host = {heading.text: heading for heading in headings if heading.has_host}

    def find(self, line: str, is_own_host: Callable[[str], bool]) -> Heading | None:
        """The heading this line is, None if it is none; a host's heading only for the report's own host."""
        if not line or line[-1] not in HEADING_ENDS:
            return None
        heading = self._exact.get(line)
        if heading is None and line[-1] == ":":
            if line.startswith("Running /"):
                return LOCAL if _LOCAL_LINE.fullmatch(line) else None
            found = _HOST_LINE.fullmatch(line)
            if found and is_own_host(found.group(1)):
                heading = self._of_host.get(found.group(2))
        return heading


TABLES = {
    "daily": Table(*DAILY),
    "weekly": Table(*WEEKLY),
    "monthly": Table(*MONTHLY),
    "security": Table(*SECURITY),
}
