"""Each heading that periodic's scripts print begins a section of its own name."""

from __future__ import annotations

import pytest

from mailtriage.recognise._headings import Heading
from mailtriage.recognise._headings_runs import DAILY, MONTHLY, WEEKLY
from mailtriage.recognise._headings_security import SECURITY
from mailtriage.types import Recovery
from tests.recognise.support import names, periodic, section

# heading (HOST stands for the host's name), mail, section, check, recovery
HEADINGS = """
Cleaning disks:|daily|clean_disks|clean_disks|none
Removing old temporary files:|daily|clean_tmps|clean_tmps|none
Removing stale files from /var/preserve:|daily|clean_preserve|clean_preserve|none
Cleaning out old system announcements:|daily|clean_msgs|clean_msgs|none
Removing stale files from /var/rwho:|daily|clean_rwho|clean_rwho|none
Removing stale entries from sendmail host status cache:|daily|clean_hoststat|clean_hoststat|none
Backup passwd and group files:|daily|backup_passwd|backup_passwd|none
HOST passwd diffs:|daily|passwd_diff|account|one-shot
HOST group diffs:|daily|group_diff|account_group|one-shot
Verifying group file syntax:|daily|group_syntax|group_syntax|state
Backing up mail aliases:|daily|backup_aliases|backup_aliases|one-shot
HOST aliases diffs:|daily|aliases_diff|mail_aliases|one-shot
Backing up package db directory:|daily|backup_pkgdb|backup_pkgdb|none
Backup of EFI partition content:|daily|gpart_efi|partitions|state
Backup of MBR record:|daily|gpart_mbr|partitions|state
Backup of boot partition content:|daily|gpart_boot|partitions|state
Backup of partitions information for:|daily|gpart_partitions|partitions|state
Dump of kern.geom.conftxt:|daily|gpart_conftxt|partitions|state
Backup of gmirror information for:|daily|backup_gmirror|backup_gmirror|none
Backup of ZFS information for all imported pools|daily|backup_zfs|backup_zfs|none
Running calendar:|daily|calendar|calendar|none
Rotating accounting logs and gathering statistics:|daily|accounting|accounting|none
Running news.expire:|daily|news_expire|news_expire|none
Disk status:|daily|disk_status|filesystem|state
Last dump(s) done (Dump '>' file systems):|daily|dump_status|dump|state
Checking status of graid(8) devices:|daily|graid|graid|state
Checking status of zfs pools:|daily|zfs_pools|zfs_pool|state
Checking status of ATA raid partitions:|daily|ata_raid|ata_raid|state
Checking status of gmirror(8) devices:|daily|gmirror|gmirror|state
Checking status of 3ware RAID controllers:|daily|tw_cli|tw_cli|state
Checking status of graid3(8) devices:|daily|graid3|graid3|state
Checking status of gstripe(8) devices:|daily|gstripe|gstripe|state
Checking status of gconcat(8) devices:|daily|gconcat|gconcat|state
Checking status of mfi(4) devices:|daily|mfi|mfi|state
Backing up pkg database:|daily|backup_pkg|backup_pkg|none
Backing up pkgng database:|daily|backup_pkg|backup_pkg|none
Running rkhunter...|daily|rkhunter|rkhunter|one-shot
Updating the rkhunter database...|daily|rkhunter_update|rkhunter_update|one-shot
Network interface status:|daily|network|interface|none
Local network system status:|daily|system_status|uptime|none
Local system status:|daily|system_status|uptime|none
Mail in local queue:|daily|mailq_local|mail_queue|state
Mail in submit queue:|daily|mailq_submit|mail_queue|state
Security check:|daily|security_check|security_check|none
Checking for rejected mail hosts:|daily|mail_rejects|mail_rejects|per-day
Checking for denied zone transfers (AXFR and IXFR):|daily|zone_transfers|zone_transfers|per-day
NTP status:|daily|ntp|ntp|state
Changes in installed packages:|daily|pkg_changes|pkg_changes|one-shot
Checking userland and kernel versions:|daily|world_kernel|reboot_pending|state
Scrubbing of zfs pools:|daily|zfs_scrub|zfs_scrub|state
Trimming of zfs pools:|daily|zfs_trim|zfs_trim|state
Running /etc/daily.local:|daily|local|local|none
PostgreSQL maintenance|daily|pgsql|pgsql|none
PostgreSQL backups|daily|pgsql|pgsql|none
PostgreSQL vacuum|daily|pgsql|pgsql|none
Tidying Exim hints databases:|daily|exim_tidy|exim_tidy|none
SMART status:|daily|smart|smart|state
Doing login accounting:|monthly|login_accounting|login_accounting|none
Security check:|monthly|security_check|security_check|none
Running /etc/monthly.local:|monthly|local|local|none
Checking setuid files and devices:|security|setuid|setuid|one-shot
HOST setuid diffs:|security|setuid_diff|setuid|one-shot
Checking negative group permissions:|security|neggrpperm|neggrpperm|state
HOST changes in mounted filesystems:|security|mount_diff|mounts|one-shot
Checking for uids of 0:|security|uid0|uid0|state
Checking for passwordless accounts:|security|passwordless|passwordless|state
Checking for security vulnerabilities in base (userland & kernel):|security|base_audit|base_vulnerability|state
Checking login.conf permissions:|security|login_conf|login_conf|state
Checking for packages with security vulnerabilities:|security|pkg_audit|pkg_vulnerability|state
Checking for ports with mismatched checksums:|security|port_checksums|port_checksums|state
Checking for packages with mismatched checksums:|security|pkg_checksums|pkg_checksums|state
Checking for packages with missing dependencies:|security|pkg_dependencies|pkg_dependencies|state
HOST ipfw denied packets:|security|ipfw_denied|ipfw_denied|one-shot
HOST ipf denied packets:|security|ipf_denied|ipf_denied|one-shot
HOST pf denied packets:|security|pf_denied|pf_denied|one-shot
ipfw log limit reached:|security|ipfw_limit|ipfw_limit|state
HOST ip6fw denied packets:|security|ip6fw_denied|ip6fw_denied|one-shot
ip6fw log limit reached:|security|ipfw_limit|ipfw_limit|state
HOST ipf6 denied packets:|security|ipf6_denied|ipf6_denied|one-shot
HOST kernel log messages:|security|kernel_messages|kernel|one-shot
HOST login failures:|security|login_failures|login_failures|per-day
HOST refused connections:|security|refused_connections|refused_connections|per-day
Checking for a current audit database:|security|audit_database|audit_database|state
Cleaning up kernel database files:|weekly|clean_kvmdb|clean_kvmdb|none
Checking Let's Encrypt certificate status:|weekly|certificates|certificates|none
Deploying Let's Encrypt certificates:|weekly|certificates|certificates|none
Rebuilding locate database:|weekly|locate|locate|none
Rebuilding whatis database:|weekly|whatis|whatis|none
Reformatting manual pages:|weekly|catman|catman|none
Check for files with an unknown user or group:|weekly|noid|noid|none
Check for out of date packages:|weekly|pkg_outdated|pkg_outdated|none
Checking for out of date packages:|weekly|pkg_outdated|pkg_outdated|none
Security check:|weekly|security_check|security_check|none
Running /etc/weekly.local:|weekly|local|local|none
"""
ROWS = [tuple(line.split("|")) for line in HEADINGS.strip().split("\n")]


@pytest.mark.parametrize(("heading", "part", "name", "check", "recovery"), ROWS)
def test_a_heading_begins_its_section(heading: str, part: str, name: str, check: str, recovery: str) -> None:
    line = heading.replace("HOST", "Web07.Example.org")
    found = periodic(f"{line}\nwhat it prints", part=part)
    assert (found.kind, found.host, names(found), found.note) == (f"freebsd_{part}", "web07.example.org", [name], "")
    only = section(found, name)
    assert (only.heading, only.lines, only.check, only.recovery) == (line, ("what it prints",), check, Recovery(recovery))


def test_no_heading_of_the_table_is_left_out_here() -> None:
    def rows(part: str, table: tuple[Heading, ...]) -> set[tuple[str, str]]:
        return {(part, ("HOST " if heading.has_host else "") + heading.text) for heading in table}

    known = rows("daily", DAILY) | rows("weekly", WEEKLY) | rows("monthly", MONTHLY) | rows("security", SECURITY)
    assert known == {(row[1], row[0]) for row in ROWS if not row[0].startswith("Running /")}
