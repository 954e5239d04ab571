"""The numbers that are read from sections."""

from __future__ import annotations

import pytest

from mailtriage.recognise._headings_runs import OF_RUN
from mailtriage.recognise._measures import MEASURES, number
from tests.recognise.support import measures, periodic, section

DF = {
    "-h": (
        "Filesystem     Size    Used   Avail Capacity  Mounted on\n/dev/ada0p2     29G     25G    2.1G    92%    /\n"
        "devfs          1.0K    1.0K      0B   100%    /dev\n/dev/ada0p4     29G     31G   -2.1G   108%    /my disk",
        {("fs_used", "/"): 92, ("fs_used_pseudo", "/dev"): 100, ("fs_used", "/my disk"): 108, ("fs_avail", "/"): 2.1 * 1024**3},
    ),
    "-k": (
        "Filesystem  1K-blocks     Used    Avail Capacity  Mounted on\n/dev/ada0p2  30000000 25000000 -1000000   101%    /var",
        {("fs_used", "/var"): 101, ("fs_avail", "/var"): -1000000 * 1024},
    ),
    "-i -T": (
        "Filesystem   Type     Size    Used   Avail Capacity iused ifree %iused  Mounted on\n"
        "tank/my data zfs       1T     10G    900G     1%     12k   1.9M    1%   /tank/my data\n"
        "linprocfs linprocfs 4.0K 4.0K 0B 100% 1 0 100% /compat/linux/proc",
        {("fs_used", "/tank/my data"): 1, ("fs_inodes_used", "/tank/my data"): 1, ("fs_used_pseudo", "/compat/linux/proc"): 100},
    ),
    "Linux": (
        "Filesystem      Size  Used Avail Use% Mounted on\n/dev/sda1        40G   38G  2.0G  96% /\n"
        "/dev/loop1       56M   56M     0 100% /snap/core",
        {("fs_used", "/"): 96, ("fs_used_pseudo", "/snap/core"): 100},
    ),
}


@pytest.mark.parametrize("flags", DF)
def test_df_is_read_by_the_names_of_its_columns(flags: str) -> None:
    table, expected = DF[flags]
    found = measures(section(periodic("Disk status:\n" + table), "disk_status"))
    assert expected.items() <= found.items()
    assert {subject for _, subject in found} == {subject for _, subject in expected}


SICK = """NAME   SIZE  ALLOC   FREE  CKPOINT  EXPANDSZ   FRAG    CAP  DEDUP    HEALTH  ALTROOT
tank  3.62T  2.51T  1.11T        -         -    21%    69%  1.00x  DEGRADED  -

  pool: tank
 state: DEGRADED
status: One or more devices is currently being resilvered.
  scan: resilver in progress since Sun Nov 22 01:00:00 2026
\t1.2T scanned out of 2.5T at 100M/s, 3h41m to go, 47.20% done
config:

\tNAME          STATE     READ WRITE CKSUM
\ttank          DEGRADED     0     0     0
\t  mirror-0    DEGRADED     0     0     0
\t    ada0      ONLINE       3     0  1.2K
\t    ada1      UNAVAIL      0     0     0  was /dev/ada1

errors: 4 data errors, use '-v' for a list"""


def test_a_sick_pool_gives_its_capacity_errors_and_progress() -> None:
    found = measures(section(periodic("Checking status of zfs pools:\n" + SICK), "zfs_pools"))
    assert found[("pool_used", "tank")] == 69
    assert found[("pool_errors", "tank")] == 0
    assert found[("pool_errors", "tank/ada0")] == 3 + 1.2 * 1024
    assert found[("pool_resilver", "tank")] == 47.2
    assert found[("pool_data_errors", "tank")] == 4


@pytest.mark.parametrize(
    ("body", "name", "expected"),
    [
        (
            "Checking status of gmirror(8) devices:\n      Name    Status  Components\n"
            "mirror/gm0  DEGRADED  ada1 (ACTIVE)\n                      ada0 (SYNCHRONIZING, 64%)",
            "gmirror",
            {("mirror_rebuild", "mirror/gm0"): 64, ("raid_working", "mirror/gm0"): 1},
        ),
        (
            "Checking status of ATA raid partitions:\nar0: ATA RAID1 status: REBUILDING 12% completed",
            "ata_raid",
            {("mirror_rebuild", "ar0"): 12},
        ),
        (
            "Network interface status:\nName Mtu Network Address Ipkts Ierrs Idrop Opkts Oerrs Coll Drop\n"
            "em0 1500 <Link#1> 00:11:22:33:44:55 100 3 4 100 1 2 5\n"
            "em0 - 192.0.2.0/24 192.0.2.7 100 - - 100 - - -\npflog0* 33160 <Link#3> 0 0 0 7 0 0 0",
            "network",
            {
                ("if_errors", "em0"): 4,
                ("if_collisions", "em0"): 2,
                ("if_drops", "em0"): 9,
                ("if_error_rate", "em0"): 20000,
                ("if_packets_in", "em0"): 100,
                ("if_packets_out", "em0"): 100,
                ("if_errors", "pflog0"): 0,
                ("if_collisions", "pflog0"): 0,
                ("if_drops", "pflog0"): 0,
                ("if_error_rate", "pflog0"): 0,
                ("if_packets_in", "pflog0"): 0,
                ("if_packets_out", "pflog0"): 7,
            },
        ),
        (
            "Network interface status:\nName Mtu Network Address Ipkts Ierrs Opkts Oerrs Coll\n"
            "fxp0 1500 <Link#1> 00:11:22:33:44:55 100 3 100 1 2",
            "network",
            {
                ("if_errors", "fxp0"): 4,
                ("if_collisions", "fxp0"): 2,
                ("if_error_rate", "fxp0"): 20000,
                ("if_packets_in", "fxp0"): 100,
                ("if_packets_out", "fxp0"): 100,
            },
        ),
        (
            "Local system status:\n 3:01AM  up 44 days, 18:50, 2 users, load averages: 0.05, 0.12, 0.09",
            "system_status",
            {
                ("uptime", ""): 44 * 86400 + 18 * 3600 + 50 * 60,
                ("load", ""): 0.05,
                ("load5", ""): 0.12,
                ("load15", ""): 0.09,
                ("users", ""): 2,
            },
        ),
        (
            "Local system status:\n 3:01AM  up 1 day,  3:23, 0 users, load averages: 1.00, 0, 0",
            "system_status",
            {("uptime", ""): 98580, ("load", ""): 1, ("users", ""): 0},
        ),
        (
            "Local system status:\n 3:01AM  up 23:59, load averages: 12.50, 0.12, 0.09",
            "system_status",
            {("uptime", ""): 86340, ("load", ""): 12.5, ("load5", ""): 0.12, ("load15", ""): 0.09},
        ),
        (
            "Local system status:\n 3:01AM  up 4 mins, 1 user, load averages: 0.05, 0.12, 0.09",
            "system_status",
            {("uptime", ""): 240, ("load", ""): 0.05, ("load5", ""): 0.12, ("load15", ""): 0.09, ("users", ""): 1},
        ),
        (
            "Local system status:\n 3:01AM  up 10 secs, 1 user, load averages: 0.05, 0.12, 0.09",
            "system_status",
            {("uptime", ""): 10, ("load", ""): 0.05, ("load5", ""): 0.12, ("load15", ""): 0.09, ("users", ""): 1},
        ),
        (
            "Local system status:\n 3:01AM  up 2 days, 14 mins, 1 user, load averages: 0.05, 0.1, 0.0",
            "system_status",
            {("uptime", ""): 173640, ("load", ""): 0.05, ("users", ""): 1},
        ),
        (
            "Local network system status:\nweb08   up 44+18:50,     2 users,  load 0.05, 0.12, 0.09\nweb09 down  3+04:12",
            "system_status",
            {
                ("uptime", "web08"): 44 * 86400 + 18 * 3600 + 50 * 60,
                ("load", "web08"): 0.05,
                ("load5", "web08"): 0.12,
                ("load15", "web08"): 0.09,
                ("users", "web08"): 2,
            },
        ),
        ("Mail in local queue:\n/var/spool/mqueue is empty\n\t\tTotal requests: 0", "mailq_local", {("mail_queue", "local"): 0}),
        (
            "Mail in local queue:\n\t\t/var/spool/mqueue (97 requests)\nx\n\t\tTotal requests: 97",
            "mailq_local",
            {("mail_queue", "local"): 97, ("mail_held_nearby", "local"): 97},
        ),
        ("Mail in submit queue:\nMail queue is empty", "mailq_submit", {("mail_queue", "submit"): 0}),
        (
            "Mail in submit queue:\nID: a1\nFrom: x\nTo: y\n--\nID: a2\nFrom: x\nTo: y",
            "mailq_submit",
            {("mail_queue", "submit"): 2, ("mail_held_nearby", "submit"): 2},
        ),
        (
            "Mail in local queue:\n-Queue ID- --Size--\n-- 27 Kbytes in 11 Requests.",
            "mailq_local",
            {("mail_queue", "local"): 11, ("mail_held_nearby", "local"): 11},
        ),
        (
            "Mail in local queue:\n 2h  1.2K 1abcde-000012-1n <a@b>\n          c@d\n",
            "mailq_local",
            {("mail_queue", "local"): 1, ("mail_held_nearby", "local"): 1},
        ),
        (
            "Mail in local queue:\n12 other@host\n3 user@host",
            "mailq_local",
            {("mail_queue", "local"): 15, ("mail_held_nearby", "local"): 15},
        ),
        ("Mail in local queue:\nmailq: cannot connect", "mailq_local", {}),
        (
            "Checking for rejected mail hosts:\n  12 550 check_rcpt spam.example User\n   3 554 x y z",
            "mail_rejects",
            {("mail_rejects", ""): 15},
        ),
        (
            "Checking for denied zone transfers (AXFR and IXFR):\n   3 example.org from 192.0.2.1 (h)",
            "zone_transfers",
            {("zone_transfers", ""): 3},
        ),
        (
            "NTP status:\n     remote           refid      st t when poll reach   delay   offset  jitter\n=====\n"
            "*192.0.2.1   .GPS.   1 u   33   64  377    0.345   -0.012   0.045",
            "ntp",
            {("ntp_offset", "192.0.2.1"): -0.012, ("ntp_jitter", "192.0.2.1"): 0.045, ("ntp_reach", "192.0.2.1"): 255},
        ),
        (
            "Checking userland and kernel versions:\nUserland and kernel are not in sync\n"
            "Userland version: 1302001\nKernel version: 1301000",
            "world_kernel",
            {("userland_version", ""): 1302001, ("kernel_version", ""): 1301000},
        ),
        (
            "Scrubbing of zfs pools:\n   skipping scrubbing of pool 'tank':\n"
            "      last scrubbing is 12 days ago, threshold is set to 35 days",
            "zfs_scrub",
            {("scrub_age", "tank"): 12},
        ),
        (
            "Checking status of ATA raid partitions:\nar0: ATA RAID1 status: DEGRADED subdisks: 0 ad4  ONLINE 1 MISSING",
            "ata_raid",
            {("raid_wanted", "ar0"): 2, ("raid_working", "ar0"): 1},
        ),
        (
            "Checking status of mfi(4) devices:\nmfi0 Volumes:\n  Id     Size    Level   Stripe  State   Cache   Name\n"
            " mfid0 (   68G) RAID-1      64K OPTIMAL Disabled\n mfid1 (   18T) RAID-6      64K PARTIALLY DEGRADED Disabled <DATA>",
            "mfi",
            {("raid_bad_disks", "mfi0"): 1},
        ),
        (
            "Checking status of mfi(4) devices:\nmfi0 Volumes:\n  Id     Size    Level   Stripe  State   Cache   Name\n"
            " mfid0 (   68G) RAID-1      64K OPTIMAL Disabled\n     1 (   18T) RAID-5      64K OFFLINE Disabled <DATA>",
            "mfi",
            {("raid_bad_disks", "mfi0"): 1},
        ),
        (
            "Checking status of 3ware RAID controllers:\n\nController c0:\n"
            "-u0    RAID-5    OK             -       -       64K     2793.94   RiW    ON\n"
            "+u0    RAID-5    REBUILDING     41%     -       64K     2793.94   RiW    ON\n"
            " p0    OK               u0   931.51 GB SATA  0   -            ST31000340NS\n"
            "+p1    DEGRADED         u0   931.51 GB SATA  1   -            ST31000340NS",
            "tw_cli",
            {("raid_bad_disks", "c0"): 2, ("mirror_rebuild", "c0/u0"): 41},
        ),
        (
            "Last dump(s) done (Dump '>' file systems):\n> /dev/ada0p2\t(     /) Last dump: Level 0, Date Sun Nov  1 02:00\n"
            "  /dev/ada0p4\t(  /var) Last dump: Level 1, Date Wed Dec 31 02:00\n  /dev/ada0p5\t(  /usr) Last dump: never",
            "dump_status",
            {("dump_age", "/"): 21, ("dump_age", "/var"): 326},
        ),
        (
            "SMART status:\nChecking health of /dev/ada0:\n"
            "  5 Reallocated_Sector_Ct   0x0033   100   100   010    Pre-fail  Always       -       3\n"
            "194 Temperature_Celsius     0x0022   114   103   000    Old_age   Always       -       38 (Min/Max 19/49)\n"
            "197 Current_Pending_Sector  0x0032   200   200   000    Old_age   Always       -       16\nATA Error Count: 7\n"
            "Checking health of /dev/nvme0:\nTemperature:                        41 Celsius\nMedia and Data Integrity Errors:    2",
            "smart",
            {
                ("smart_reallocated", "/dev/ada0"): 3,
                ("temperature", "/dev/ada0"): 38,
                ("smart_pending", "/dev/ada0"): 16,
                ("ata_errors", "/dev/ada0"): 7,
                ("temperature", "/dev/nvme0"): 41,
                ("smart_uncorrectable", "/dev/nvme0"): 2,
            },
        ),
        (
            "Running /etc/daily.local:\nhw.acpi.thermal.tz0.temperature: 27.8C\ndev.cpu.0.temperature: 41.0C\n/dev/ada0: WDC WD40: 38 C\n"
            "Filesystem  Size  Used  Avail Capacity  Mounted on\n/dev/da1p1  1T  10G  900G  1%  /backup",
            "local",
            {
                ("temperature", "tz0"): 27.8,
                ("temperature", "0"): 41,
                ("temperature", "ada0"): 38,
                ("fs_used", "/backup"): 1,
                ("fs_avail", "/backup"): 900 * 1024**3,
            },
        ),
    ],
)
def test_a_section_of_the_daily_mail_gives_its_numbers(body: str, name: str, expected: dict[tuple[str, str], float]) -> None:
    assert measures(section(periodic(body), name)) == expected


@pytest.mark.parametrize(
    ("scan", "duration", "repaired", "errors"),
    [
        ("  scan: scrub repaired 0 in 5h37m with 0 errors on Sun Nov 22 08:38:10 2026", 5 * 3600 + 37 * 60, 0, 0),
        ("  scan: scrub repaired 0B in 1 days 01:12:09 with 3 errors on Sun Nov 22 08:38:10 2026", 86400 + 4329, 0, 3),
        ("  scan: resilvered 952G in 01:12:09 with 0 errors on Sun Nov 22 08:38:10 2026", 4329, 952 * 1024**3, 0),
        (" scrub: scrub completed after 0h4m with 0 errors on Sun Nov 22 08:38:10 2009", 240, None, 0),
        ("  scan: none requested", None, None, None),
    ],
)
def test_the_last_scrub_gives_its_length_and_what_it_found(
    scan: str, duration: float | None, repaired: float | None, errors: float | None
) -> None:
    found = measures(section(periodic(f"Checking status of zfs pools:\n  pool: tank\n state: ONLINE\n{scan}"), "zfs_pools"))
    wanted = {"scrub_duration": duration, "scrub_repaired": repaired, "scrub_errors": errors}
    assert found == {(name, "tank"): value for name, value in wanted.items() if value is not None}


@pytest.mark.parametrize("tab", ["\t", "        ", ""])
def test_the_monthly_mail_gives_hours_of_login(tab: str) -> None:
    body = f"Doing login accounting:\n{tab}total       142.81\n{tab}anna        101.20"
    found = section(periodic(body, part="monthly"), "login_accounting")
    assert measures(found) == {("login_hours", "total"): 142.81, ("login_hours", "anna"): 101.2}


def test_packages_out_of_date_are_counted_by_jail() -> None:
    body = "Checking for out of date packages:\nHost system:\n\n\njail: www\ncurl-8.4.0   <   needs updating (remote has 8.5.0)"
    found = section(periodic(body, part="weekly"), "pkg_outdated")
    assert measures(found) == {("pkg_outdated", ""): 0, ("pkg_outdated", "www"): 1}


@pytest.mark.parametrize("part", ["daily", "weekly", "monthly"])
def test_what_a_section_measures_is_what_its_heading_declares(part: str) -> None:
    for heading in OF_RUN[part]:
        if heading.read is not None:
            assert heading.measures, heading.text
    assert {name for heading in OF_RUN[part] for name in heading.measures} <= set(MEASURES)


@pytest.mark.parametrize(
    ("body", "name", "expected"),
    [
        ("web07.example.org login failures:\nNov 21 a\nNov 21 b", "login_failures", {("login_failures", ""): 2}),
        ("web07.example.org kernel log messages:", "kernel_messages", {("kernel_lines", ""): 0}),
        (
            "web07.example.org pf denied packets:\n+block drop in log on em0 all [ Evaluations: 9211 Packets: 37 Bytes: 1896 States: 0 ]",
            "pf_denied",
            {("denied_packets", "pf"): 37},
        ),
        (
            "web07.example.org ipfw denied packets:\n+00300  1234   98765 deny log ip from any to any",
            "ipfw_denied",
            {("denied_packets", "ipfw"): 1234},
        ),
        (
            "Checking for packages with security vulnerabilities:\nDatabase fetched: 2026-11-22T12:19+00:00\nopenjpeg-2.3.0_3\ncurl-8.4.0",
            "pkg_audit",
            {("pkg_vulnerable", ""): 2},
        ),
        (
            "Checking for packages with security vulnerabilities:\nHost system:\n"
            "0 problem(s) in 0 installed package(s) found.\n\njail: www\ncurl-8.4.0",
            "pkg_audit",
            {("pkg_vulnerable", ""): 0, ("pkg_vulnerable", "www"): 1},
        ),
        (
            "Checking for packages with security vulnerabilities:\ncurl-8.4.0 is vulnerable:\n  title\n"
            "  CVE: CVE-2023-38545\n\n2 problem(s) in 1 package(s) found.",
            "pkg_audit",
            {("pkg_vulnerable", ""): 1},
        ),
    ],
)
def test_a_section_of_the_security_mail_gives_its_numbers(body: str, name: str, expected: dict[tuple[str, str], float]) -> None:
    found = measures(section(periodic(body, part="security"), name))
    asked = {measured for measured, _ in expected}
    assert {key: value for key, value in found.items() if key[0] in asked} == expected


def test_every_measure_has_a_unit_and_says_what_it_is() -> None:
    assert all(unit in ("%", "B", "", "s", "d", "ms", "C", "V", "lines") and text for unit, text in MEASURES.values())


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.2K", 1228.8), ("0B", 0), ("-5", -5), ("12k", 12288), ("3Gi", 3 * 1024**3), ("x", None), ("1.2.3", None), ("٣", None)],
)
def test_sizes_are_powers_of_1024(text: str, value: float | None) -> None:
    assert number(text) == value
