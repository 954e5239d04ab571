"""Every measure a recogniser can take: its name, its unit and what it says. `docs/kinds.md` is made from this table."""

from __future__ import annotations

import re

from mailtriage.types import Measure

# name: (unit, what it is; the subject in brackets)
MEASURES = {
    "fs_used": ("%", "capacity of a file system as df prints it, over 100 where the reserve is used [mount point]"),
    "fs_used_pseudo": ("%", "the same for file systems that are full by nature: devfs, procfs, CDs, images [mount point]"),
    "fs_avail": ("B", "space left, negative where the reserve is used [mount point]"),
    "fs_inodes_used": ("%", "inodes in use, with df -i [mount point]"),
    "pool_used": ("%", "capacity of a ZFS pool [pool]"),
    "pool_frag": ("%", "fragmentation of a ZFS pool [pool]"),
    "pool_errors": ("", "read, write and checksum errors of a vdev since boot or clear [pool/vdev]"),
    "pool_data_errors": ("", "known data errors of a pool [pool]"),
    "pool_resilver": ("%", "how far a resilver has come [pool]"),
    "scrub_age": ("d", "days since the last scrub [pool]"),
    "mirror_rebuild": ("%", "how far the rebuild of a mirror or array has come [mirror]"),
    "if_errors": ("", "input and output errors since boot [interface]"),
    "if_collisions": ("", "collisions since boot [interface]"),
    "if_drops": ("", "dropped packets since boot [interface]"),
    "uptime": ("s", "time since boot [other host, with rwhod]"),
    "load": ("", "load average of the last minute [other host, with rwhod]"),
    "mail_queue": ("", "mails in a queue [local or submit]"),
    "mail_held_nearby": ("", "mails in a queue that do not wait for their recipient's own server [local or submit]"),
    "mail_rejects": ("", "rejected mails of the day"),
    "zone_transfers": ("", "denied zone transfers of the day"),
    "login_failures": ("lines", "lines about failed logins of the day"),
    "refused_connections": ("lines", "lines about refused connections of the day"),
    "kernel_lines": ("lines", "new kernel messages"),
    "setuid_new": ("", "1 for a setuid file that a diff adds without taking its name away [path]"),
    "setuid_mode": ("", "1 for a setuid file whose mode or owner a diff changes [path]"),
    "mount_gone": ("", "1 for a file system that a diff takes away without adding its mount point again [mount point]"),
    "mount_readonly": ("", "1 for a file system that a diff turns from read-write to read-only [mount point]"),
    "boots": ("", "boots the new kernel messages show"),
    "link_downs": ("", "how often a link went down, boots apart [interface]"),
    "link_is_down": ("", "1 for a link that went down and did not come back [interface]"),
    "crashes": ("", "crashes the new kernel messages show [program]"),
    "disk_retries": ("", "commands to a disk that were tried again [device]"),
    "vulnerability": ("", "1 and more for a package, or the base system, with a known vulnerability [package, or jail/package]"),
    "package_damage": ("", "files that differ from their package, or things a package misses [package, or jail/package]"),
    "denied_packets": ("", "packets denied since the counters were cleared [packet filter]"),
    "kernel_version": ("", "__FreeBSD_version of the kernel, where it differs from userland"),
    "userland_version": ("", "__FreeBSD_version of userland, where it differs from the kernel"),
    "pkg_vulnerable": ("", "vulnerable packages or, in base, problems [jail]"),
    "audit_database_age": ("d", "how old the list of vulnerabilities was that packages were held against"),
    "pkg_outdated": ("", "packages out of date [jail]"),
    "unowned_files": ("", "files with an unknown user or group"),
    "ntp_offset": ("ms", "offset to a time server [peer]"),
    "cron_lines": ("", "lines a job printed [job]"),
    "backup_bytes": ("B", "bytes a copy job sent [job]"),
    "backup_size": ("B", "total size of what a copy job looked after [job]"),
    "exit_code": ("", "the exit code a job names [job]"),
    "trouble_lines": ("lines", "lines of a job or an unknown mail that tell of a failure [a word of the first of them]"),
    "zabbix_duration": ("s", "how long a problem lasted, or lasts"),
    "zabbix_value": ("", "the first number of the operational data"),
    "smart_count": ("", "the count a SMART warning names [device]"),
    "smart_change": ("", "how much that count changed [device]"),
    "temperature": ("C", "temperature of a disk, or what a sensor says [device or sensor]"),
    "smart_pending": ("", "sectors that wait to be read again [device]"),
    "smart_uncorrectable": ("", "sectors that could not be read offline [device]"),
    "smart_reallocated": ("", "sectors replaced by spares [device]"),
    "ata_errors": ("", "errors in the log of a disk [device]"),
    "users": ("", "users logged in [other host, with rwhod]"),
    "load5": ("", "load average of five minutes [other host, with rwhod]"),
    "load15": ("", "load average of fifteen minutes [other host, with rwhod]"),
    "if_packets_in": ("", "packets received since boot [interface]"),
    "if_error_rate": ("", "input and output errors for each million packets since boot [interface]"),
    "if_packets_out": ("", "packets sent since boot [interface]"),
    "denied_bytes": ("B", "bytes denied since the counters were cleared [packet filter]"),
    "group_permission_files": ("", "files whose group may do less than others"),
    "dump_age": ("d", "days since the last dump [file system]"),
    "login_hours": ("", "hours logged in this month [user]"),
    "ntp_jitter": ("ms", "jitter of a time server [peer]"),
    "ntp_reach": ("", "reach register of a time server as a decimal number, 255 is all eight polls answered [peer]"),
    "blocker": ("", "1 where the host shows that sshguard, fail2ban, DenyHosts or blacklistd blocks attackers"),
    "failed_logins": ("", "failed logins [address they came from]"),
    "login_after_failures": ("", "failures from an address before it logged in [user@address]"),
    "banned": ("", "addresses banned [jail]"),
    "log_lines": ("lines", "log lines a report shows"),
    "scrub_duration": ("s", "how long the last scrub or resilver took [pool]"),
    "scrub_repaired": ("B", "what the last scrub or resilver repaired [pool]"),
    "scrub_errors": ("", "errors the last scrub or resilver found [pool]"),
    "raid_wanted": ("", "members an array should have [array]"),
    "raid_working": ("", "members an array has [array]"),
    "raid_mismatches": ("", "mismatched blocks an array check found [array]"),
    "array_check": ("%", "how far the check of an array has come [array]"),
    "raid_bad_disks": ("", "disks or volumes that are not well [controller]"),
    "ups_charge": ("%", "charge of the battery [UPS]"),
    "ups_runtime": ("s", "how long the battery will last [UPS]"),
    "ups_load": ("%", "load of a UPS [UPS]"),
    "ups_voltage": ("V", "line voltage [UPS]"),
    "memory_used": ("%", "memory in use [service]"),
    "swap_used": ("%", "swap in use [service]"),
    "metric": ("", "a number of a monitoring mail, in the unit its name says [service label]"),
    "alerts_firing": ("", "alerts that fire in a mail"),
    "alerts_resolved": ("", "alerts that are over in a mail"),
    "backup_files": ("", "files a copy job saw or saved [job]"),
    "backup_duration": ("s", "how long a copy job took [job]"),
    "backup_errors": ("", "errors a copy job counted [job]"),
    "updates_pending": ("", "packages or files that wait to be updated"),
    "updates_security": ("", "of those, the ones that mend a security fault"),
    "updates_held": ("", "packages kept back or on hold"),
    "updates_applied": ("", "packages updated"),
    "reboot_required": ("", "1 where an update waits for a reboot, 0 where none does"),
    "certificate_days": ("d", "days until a certificate expires [name]"),
    "files_added": ("", "files an integrity check found new"),
    "files_removed": ("", "files an integrity check misses"),
    "files_changed": ("", "files an integrity check found changed"),
    "violations": ("", "violations an integrity check counts"),
    "violation_severity": ("", "the highest severity among them, 0 to 100"),
    "warnings": ("", "warnings a check counts"),
    "ansible_changed": ("", "tasks that changed something [host]"),
    "ansible_failed": ("", "tasks that failed [host]"),
    "ansible_unreachable": ("", "1 and more where a host did not answer [host]"),
}

_FACTORS = {"": 1, "B": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4, "P": 1024**5, "E": 1024**6}
_NUMBER = re.compile(r"(-?\d{1,18}(?:\.\d{1,9})?)([BKMGTPEk]?)i?B?", re.ASCII)


def measure(name: str, subject: str, value: float) -> Measure:
    """A measure with the unit of its table row."""
    return Measure(name=name, subject=subject[:200], value=float(value), unit=MEASURES[name][0])


def number(text: str) -> float | None:
    """`1.2K`, `29G`, `-512`, `0B` as a number with powers of 1024, None if it is none."""
    if text.isdecimal() and text.isascii() and len(text) <= 18:
        return float(text)
    found = _NUMBER.fullmatch(text)
    return float(found.group(1)) * _FACTORS[found.group(2).upper()] if found else None


def percent(text: str) -> float | None:
    """`93%` as 93.0, None if it is no percentage."""
    return number(text[:-1]) if text.endswith("%") else None
