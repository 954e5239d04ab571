"""The floor, both ways: bad news in many wordings is on it, statements of health are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailtriage.rulebook.floor import NAMES, entries_in

BAD = """
io_error: hard errors 10
io_error: hard errors 0 of 3
io_error: 3 hard errors
medium_error: media errors 0, media errors 3
degraded: tank DEGRADED 0 0 0
degraded: pool tank: state=degraded
degraded: VDEV_DEGRADED
degraded: A DegradedArray event had been detected on md device /dev/md0.
degraded: mirror/gm0  DEGRADED  ada1 (ACTIVE)
degraded: mfid1 (   18T) RAID-1      64K PARTIALLY DEGRADED Disabled <DATA>
degraded: no errors in pool tank, but pool zroot DEGRADED
degraded: 1 pool degraded, 0 errors
faulted: 	    ada1p3  FAULTED      0     0     0  too many errors
faulted: One or more devices are faulted in response to IO failures.
faulted: errors=0 faulted=1
faulted: pool 'tank' has been suspended
faulted: state: SUSPENDED
unavail: state: UNAVAIL
unavail: One or more devices could not be opened.
unavail: disk da3 is unavailable
offline_volume: mfid1 (   18T) RAID-1      64K OFFLINE Disabled <DATA>
offline_volume: VD 0 is now offline
offline_volume: State : Offline
io_error: blk_update_request: I/O error, dev sdb, sector 0 op 0x0:(READ) flags 0x80700
io_error: Buffer I/O error on dev sdb1, logical block 0, async page read
io_error: cp: /var/x: Input/output error
io_error: swap_pager: I/O error - pagein failed; blkno 3,size 4096, error 5
io_error: (ada0:ahcich0:0:0:0): CAM status: ATA Status Error
io_error: swap_pager: indefinite wait buffer: bufobj: 0, blkno: 1, size: 4096
io_error: 3 I/O errors
io_error: md/raid1:md0: read error corrected (8 sectors at 2 on sdb)
panic: panic: page fault
panic: Kernel panic - not syncing: Attempted to kill init!
panic: PANIC(8): open of /dev/console failed
panic: Panic String: vm_fault
out_of_space: tar: /backup: No space left on device
out_of_space: there is not enough free space in /var
out_of_space: errno=ENOSPC
out_of_space: ran out of inodes
filesystem_full: pid 812 (mysqld), uid 88 inumber 4 on /var: filesystem full
filesystem_full: /var: write failed, filesystem is full
filesystem_full: The disk is nearly full
filesystem_full: volume 100% full
uncorrectable: Device: /dev/sdc [SAT], 16 Offline uncorrectable sectors
uncorrectable: 10 uncorrectable errors
uncorrectable: Uncorrectable errors: 10
uncorrectable: 198 Offline_Uncorrectable   0x0030   100   100   000    Old_age   Offline      -       16
uncorrectable: 198 Offline_Uncorrectable   0x0030   100   100   000    Old_age   Offline      FAILING_NOW 0
uncorrectable: 187 Reported_Uncorrect      0x0032   099   099   000    Old_age   Always       -       1
uncorrectable: One or more devices has experienced an unrecoverable error.
uncorrectable: MCA: Bank 8, UNCOR, PCC
uncorrectable: 0 uncorrectable, 3 unrecoverable errors
medium_error: SCSI sense: MEDIUM ERROR asc:11,0 (Unrecovered read error)
medium_error: (ada0:ahcich0:0:0:0): ATA status: 51 (DRDY SERV ERR), error: 40 (UNC )
medium_error: Device: /dev/sdc [SAT], 16 Currently unreadable (pending) sectors (changed +8)
medium_error: 197 Current_Pending_Sector  0x0032   200   200   000    Old_age   Always       -       8
medium_error: Media and Data Integrity Errors:    3
medium_error: 12 bad blocks found
out_of_memory: pid 4711 (java), jid 0, uid 0, was killed: out of swap space
out_of_memory: pid 4711 (java), uid 0, was killed: failed to reclaim memory
out_of_memory: Out of memory: Killed process 812 (mysqld)
out_of_memory: mysqld invoked oom-killer: gfp_mask=0x201da
out_of_memory: fork: Cannot allocate memory
out_of_memory: swap_pager_getswapspace(16): failed
fatal_trap: Fatal trap 12: page fault while in kernel mode
fatal_trap: KDB: stack backtrace:
fatal_trap: kernel BUG at mm/slub.c:305!
fatal_trap: Dumping 1023 out of 16231 MB
fatal_trap: watchdog: BUG: soft lockup - CPU#3 stuck for 22s!
smart_failed: SMART overall-health self-assessment test result: FAILED!
smart_failed: Checking health of /dev/ada1: FAILED
smart_failed: Checking health of /dev/ada1: OK (but has failed in the past)
smart_failed: Device: /dev/sda [SAT], FAILED SMART self-check. BACK UP DATA NOW!
smart_failed: SMART Health Status: FAILURE PREDICTION THRESHOLD EXCEEDED
smart_failed: SMART Prefailure Attribute: 5 Reallocated_Sector_Ct changed from 100 to 1
smart_failed: Critical Warning (0x04): Reliability
smart_failed: Critical Warning:                   0x04
smart_failed: # 1  Extended offline    Completed: read failure       90%     31459         8812
data_errors: errors: Permanent errors have been detected in the following files:
data_errors: errors: 3 data errors, use '-v' for a list
data_errors: errors: 10 data errors, use '-v' for a list
data_errors: scan: scrub repaired 0B in 08:47:03 with 3 errors on Fri Nov 20 10:49:13 2026
corruption: EXT4-fs error (device sda1): ext4_find_entry:1455: inode #2: comm ls
corruption: pkg-1.2: checksum mismatch for /usr/local/bin/x
corruption: index is corrupt
corruption: XFS (dm-3): Metadata I/O error in "xfs_trans_read_buf_map"
corruption: /dev/ada0p2: UNEXPECTED SOFT UPDATE INCONSISTENCY
corruption: Checksum does not match
disk_failure: Drive failed in bay 3
disk_failure: Hard disk failure
disk_failure: Failed Disks : 1
disk_failure: Fault detected on drive 3: failed disk
disk_failure: physicaldrive 1I:1:2 (port 1I): Failed
raid_failed: ar0: ATA RAID1 status: BROKEN
raid_failed: A Fail event had been detected on md device /dev/md0.
raid_failed:       97536 blocks [2/1] [U_]
raid_failed: md0 : active raid1 sdb1[1](F) sda1[0]
raid_failed: There is at least one disk/array in a NOT OPTIMAL state.
raid_failed: The volume 1 on nas01 has crashed
retries_exhausted: (ada0:ahcich0:0:0:0): Retries exhausted
lost_device: (da1:mps0:0:9:0): lost device - 0 outstanding, 1 refs
lost_device: GEOM_MIRROR: Device gm0: provider ada1 disconnected.
lost_device: Device: /dev/sdb, unable to open ATA device
lost_device: 	    ada1    REMOVED      0     0     0
read_only_remount: EXT4-fs (sda1): Remounting filesystem read-only
read_only_remount: touch: /x: Read-only file system
read_only_remount: / was switched to read-only
hardware_failure: Power Supply 2 failed
hardware_failure: iLO AlertMail-003: (Critical) Power Supply Failed
"""

HEALTHY = """
0 hard errors
no hard errors
drive 3: 120 loads, hard errors 0
media errors 0, crc errors 0
errors: No known data errors
all pools are healthy
0 uncorrectable
0 uncorrectable errors
Uncorrectable errors: 0
Uncorrectable Error Count: 0
no uncorrectable or unrecoverable errors
198 Offline_Uncorrectable   0x0030   100   100   000    Old_age   Offline      -       0
187 Reported_Uncorrect      0x0032   100   100   000    Old_age   Always       -       0
197 Current_Pending_Sector  0x0032   200   200   000    Old_age   Always       -       0
  5 Reallocated_Sector_Ct   0x0033   100   100   010    Pre-fail  Always       -       0
ID# ATTRIBUTE_NAME          FLAG     VALUE WORST THRESH TYPE      UPDATED  WHEN_FAILED RAW_VALUE
0 errors
0 read errors, 0 write errors
  scan: scrub repaired 0B in 08:47:03 with 0 errors on Fri Nov 20 10:49:13 2026
  scan: resilvered 952G in 36h47m with 0 errors on Fri Nov 28 10:49:13 2026
	tank                       ONLINE       0     0     0
SMART overall-health self-assessment test result: PASSED
SMART Health Status: OK
Checking health of /dev/ada0: OK
Media and Data Integrity Errors:    0
Critical Warning:                   0x00
Media Error Count: 0
Predictive Failure Count: 0
Failed Disks    : 0
  Degraded        : 0
  Offline         : 0
  Critical Disks  : 0
Failed Devices : 0
# 1  Extended offline    Completed without error       00%     31459         -
# 2  Short offline       Completed without error       00%     31000         -
Auto Offline Data Collection: Enabled.
Offline data collection status:  (0x82) Offline data collection activity
SMART Error Log Version: 1
No Errors Logged
/dev/ada0p2    484M    20M    425M     5%    /
devfs          1.0K    1.0K      0B   100%    /dev
Installed packages to be REMOVED:
md0 : active raid1 sdb1[1] sda1[0]
      97536 blocks [2/2] [UU]
There were no corrupted files
Total lines with read errors: 0
mirror/gm0  COMPLETE  ada0 (ACTIVE)
 mfid0 (  930G) RAID-1      64K OPTIMAL Disabled
ar0: ATA RAID1 status: READY subdisks:
Checking for packages with mismatched checksums:
Checking setuid files and devices:
Checking status of ATA raid partitions:
Backup of /var finished, 0 failed, 0 missing
Nov 21 03:01:02 web07 sshd[123]: Failed password for root from 192.0.2.1 port 22 ssh2
Nov 21 03:01:02 web07 sshd[123]: Invalid user admin from 192.0.2.7 port 4711
Mail queue is empty
/var/mqueue is empty
ix0    1500 <Link#1>      00:00:5e:00:53:01 12345678     0     0 87654321     0     0
 3:01AM  up 41 days, 11:18, 0 users, load averages: 0.31, 0.29, 0.24
ada0: <WDC WD40EFRX-68N32N0 82.00A82> ACS-2 ATA SATA 3.x device
ix0: link state changed to UP
/dev/ada0p2 on /mnt (ufs, local, read-only)
"""


def lines(text: str) -> list[str]:
    """The lines of a table above."""
    return [line for line in text.split("\n") if line]


@pytest.mark.parametrize("case", lines(BAD))
def test_bad_news_is_on_the_floor_in_any_case(case: str) -> None:
    name, _, line = case.partition(": ")
    assert name in entries_in(line)
    assert name in entries_in(f"Nov 21 03:01:02 db03 kernel: {line}") or line[0] in " \t" or line[0].isdigit()
    if "BAD" not in line:  # lower and upper case alike
        assert name in entries_in(line.upper())


@pytest.mark.parametrize("line", lines(HEALTHY))
def test_a_statement_of_health_is_not_on_the_floor(line: str) -> None:
    assert entries_in(line) == ()


@pytest.mark.parametrize("healthy", ["errors: No known data errors", "0 uncorrectable errors", "Failed Disks : 0", "no degraded pools"])
@pytest.mark.parametrize("bad", ["tank DEGRADED", "I/O error", "panic: x", "3 uncorrectable errors"])
def test_health_beside_bad_news_hides_nothing(healthy: str, bad: str) -> None:
    assert entries_in(f"{healthy}, {bad}")
    assert entries_in(f"{bad}; {healthy}")


def test_every_entry_has_a_line_here() -> None:
    assert {line.partition(":")[0] for line in lines(BAD)} == set(NAMES)


def test_the_manual_lists_every_entry() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "rules.md").read_text().partition("## The floor")[2]
    assert [name for name in NAMES if f"`{name}`" not in manual] == []


def test_a_huge_line_is_judged_at_once_and_kept_in_doubt() -> None:
    assert entries_in("0 errors, " * 500_000) == ()
    assert entries_in("0 uncorrectable errors, " * 200_000) == ("uncorrectable",)
