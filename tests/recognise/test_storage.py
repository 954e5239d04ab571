"""Mails of mdadm, ZED, MegaRAID and of the makers of NAS."""

from __future__ import annotations

import pytest

from mailtriage.types import Recovery, Report, Severity, State
from tests.recognise.support import measures, names, report, section

MDADM = """This is an automatically generated mail message from mdadm
running on db03

A {event} event {verb} been detected on md device {device}.

Faithfully yours, etc.

P.S. The /proc/mdstat file currently contains the following:

Personalities : [raid1] [raid6] [raid5] [raid4]
{table}
unused devices: <none>
"""
WELL = "md0 : active raid1 sdb1[1] sda1[0]\n      976630336 blocks super 1.2 [2/2] [UU]\n"
ONE_LEFT = "md0 : active raid1 sda1[0]\n      976630336 blocks super 1.2 [2/1] [U_]\n"
RAID5 = "md0 : active raid5 sdd[3] sdc[1] sdb[0](F)\n      29298 blocks super 1.2 level 5, 512k chunk, algorithm 2 [4/3] [_UUU]\n"
RAID6 = "md0 : active raid6 sdd[3] sdc[2] sdb[1]\n      29298 blocks super 1.2 level 6, 512k chunk, algorithm 2 [4/3] [_UUU]\n"
REBUILT = RAID5 + "      [=>...]  recovery = 40.2% (39276/97663) finish=1271.6min speed=76523K/sec\n"


def mdadm(event: str, table: str, device: str = "/dev/md0", verb: str = "had") -> Report:
    return report(MDADM.format(event=event, table=table, device=device, verb=verb), subject=f"{event} event on {device}:db03")


@pytest.mark.parametrize(
    ("event", "table", "severity"),
    [
        ("DegradedArray", ONE_LEFT, Severity.CRITICAL),
        ("DegradedArray", RAID5, Severity.CRITICAL),
        ("DegradedArray", RAID6, Severity.HIGH),
        ("DegradedArray", REBUILT, Severity.WARNING),
        ("DegradedArray", "", Severity.HIGH),
        ("Fail", REBUILT, Severity.CRITICAL),
        ("SparesMissing", WELL, Severity.WARNING),
        ("FailSpare", WELL, Severity.WARNING),
    ],
)
def test_an_array_is_as_bad_as_what_is_left_of_it(event: str, table: str, severity: Severity) -> None:
    found = mdadm(event, table)
    only = section(found, "array")
    assert (found.kind, found.host, only.item, only.severity, only.recovery) == ("mdadm", "db03", "md0", severity, Recovery.SILENCE)


def test_the_numbers_of_an_array_are_measures() -> None:
    assert measures(section(mdadm("DegradedArray", REBUILT), "array")) == {
        ("raid_wanted", "md0"): 4,
        ("raid_working", "md0"): 3,
        ("mirror_rebuild", "md0"): 40.2,
    }


def test_a_degraded_array_in_the_table_of_a_test_mail_is_told() -> None:
    assert names(mdadm("TestMessage", WELL)) == ["test"]
    found = mdadm("TestMessage", WELL + ONE_LEFT.replace("md0", "md1"))
    assert (names(found), section(found, "array").item) == (["test", "array"], "md1")


def test_both_spellings_and_a_bare_body_are_known() -> None:
    assert mdadm("Fail", ONE_LEFT, verb="has").kind == "mdadm"
    bare = report(MDADM.format(event="Fail", table=ONE_LEFT, device="/dev/md0", verb="had"))
    assert (bare.kind, bare.host) == ("mdadm", "db03")


def test_a_name_of_the_admins_is_the_array_that_is_degraded() -> None:
    assert section(mdadm("DegradedArray", ONE_LEFT.replace("md0", "md127"), "/dev/md/home"), "array").item == "md127"
    assert section(mdadm("DegradedArray", ONE_LEFT, "/dev/md/0"), "array").item == "md0"


def test_one_mark_alone_is_no_mdadm_mail() -> None:
    assert report("All is well.\n", subject="DegradedArray event on /dev/md0:db03").kind != "mdadm"
    assert report("> " + MDADM.format(event="Fail", table="", device="/dev/md0", verb="had"), subject="Re: Fail event").kind != "mdadm"


SCRUB = """ZFS has finished a scrub:

   eid: 41
 class: scrub_finish
  host: db03
  time: 2026-11-08 09:11:04+0000
  pool: tank
 state: {state}
  scan: scrub repaired {repaired} in 08:47:03 with {errors} errors on Sun Nov  8 09:11:04 2026
config:

\tNAME        STATE     READ WRITE CKSUM
\ttank        {state}   0     0     0
\t  mirror-0  {state}   0     0     0
\t    sda     ONLINE    0     0     0
\t    sdb     {disk}

errors: No known data errors
"""
GOOD_DISK = "ONLINE    0     0     0"


@pytest.mark.parametrize(
    ("state", "repaired", "errors", "disk", "wanted"),
    [
        ("ONLINE", "0B", 0, GOOD_DISK, State.OK),
        ("ONLINE", "4K", 0, GOOD_DISK, State.INFO),
        ("ONLINE", "0B", 2, GOOD_DISK, State.INFO),
        ("DEGRADED", "0B", 0, "FAULTED   3   211     0  too many errors", State.PROBLEM),
        ("ONLINE", "0B", 0, "ONLINE    0     0     7", State.PROBLEM),
    ],
)
def test_a_scrub_is_well_only_where_all_of_it_says_so(state: str, repaired: str, errors: int, disk: str, wanted: State) -> None:
    found = report(SCRUB.format(state=state, repaired=repaired, errors=errors, disk=disk))
    assert (found.kind, found.host, section(found, "scrub").item, section(found, "scrub").state) == ("zed", "db03", "tank", wanted)


def test_a_disk_has_one_key_in_its_fault_and_in_the_table() -> None:
    body = (
        "The number of I/O errors associated with a ZFS device exceeded\nacceptable levels. ZFS has marked the device as faulted.\n\n"
        " impact: Fault tolerance of the pool may be compromised.\n    eid: 77\n  class: statechange\n  state: FAULTED\n   host: db03\n"
        "   time: 2026-11-08 04:02:11+0000\n  vpath: /dev/sdb1\n   pool: tank (0x8C1E2E4B4BA0B5B4)\n"
    )
    fault = section(report(body, subject="ZFS device fault for pool tank on db03"), "fault")
    table = report(SCRUB.format(state="ONLINE", repaired="0B", errors=0, disk=GOOD_DISK))
    assert (fault.item, fault.severity) == ("tank sdb", Severity.CRITICAL)
    assert ("tank sdb", State.OK) in {(one.item, one.state) for one in table.sections}


def test_the_raid_controller_closes_what_it_opened() -> None:
    body = "Controller ID:  0   {told}\nGenerated on:Sun Nov 22 06:24:51 2026\n\nSEVERITY LEVEL: {level}\n\nCONFIGURED SYSTEM NAME: db03\n"
    subject = "MegaRAID Storage Manager Notification: db03"
    bad = section(report(body.format(told="VD is now DEGRADED   VD   0", level="Critical"), subject=subject), "problem")
    good = section(report(body.format(told="VD is now OPTIMAL   VD   0", level="Information"), subject=subject), "recovery")
    assert (bad.item, bad.severity, good.state) == (good.item, Severity.CRITICAL, State.OK)
    assert names(report(body.format(told="Patrol Read complete", level="Information"), subject=subject)) == ["notice"]


def test_a_raid_controller_is_as_bad_as_the_worst_its_mail_tells() -> None:
    body = "Controller ID:  0   VD is now OPTIMAL   VD   0\nGenerated on:x\n\nSEVERITY LEVEL: Information\n\nEVENT DESCRIPTION: {}\n"
    plain = "MegaRAID Storage Manager Notification: db03"
    assert names(report(body.format("VD is now OPTIMAL   VD   0"), subject=plain)) == ["recovery"]
    assert names(report(body.format("VD is now DEGRADED   VD   0"), subject=plain)) == ["problem"]
    worse = "[CRITICAL] db03: Controller ID: 0 VD is now DEGRADED VD 0"
    assert names(report(body.format("VD is now OPTIMAL   VD   0"), subject=worse)) == ["problem"]


def test_a_second_report_of_a_raid_controller_is_told_and_closes_nothing() -> None:
    body = "Controller ID:  0   {}\nGenerated on:x\n\nSEVERITY LEVEL: {}\n\nEVENT DESCRIPTION: {}\n"
    good, bad = "VD is now OPTIMAL   VD   0", "PD removed:   Port 0 - 3:1:4"
    found = report(
        body.format(good, "Information", good) + body.format(bad, "Warning", bad), subject="MegaRAID Storage Manager Notification: db03"
    )
    assert (names(found), found.sections[0].item, found.is_complete) == (["problem"], "controller 0 Port 0 - 3:1:4", False)


def test_a_second_test_mail_in_one_body_is_judged_by_its_own_table() -> None:
    two = WELL + WELL.replace("md0", "md1")
    mail = MDADM.format(event="TestMessage", table=two, device="/dev/md0", verb="had")
    second = MDADM.format(event="TestMessage", table=WELL, device="/dev/md1", verb="had")
    subject = "TestMessage event on /dev/md0:db03"
    assert names(report(mail + mail, subject=subject)) == ["test", "test"]
    found = report(mail + second, subject=subject)
    assert [(one.name, one.item) for one in found.sections] == [("test", "md0"), ("array", "md1")]
    headless = second.partition("\n\n")[2]
    assert names(report(mail + headless, subject=subject)) == ["test", "array"]


@pytest.mark.parametrize(
    ("subject", "host"),
    [("ZFS scrub_finish event for backup on db03", "db03"), ("ZFS scrub_finish event for tank on web07", "db03")],
)
def test_a_scrub_of_another_pool_or_host_than_the_subject_says_closes_nothing(subject: str, host: str) -> None:
    body = SCRUB.format(state="ONLINE", repaired="0B", errors=0, disk=GOOD_DISK)
    found = report(body, subject=subject)
    assert host in body
    assert not found.is_complete
    assert State.OK not in [one.state for one in found.sections]


def test_a_pool_may_be_called_like_a_fault() -> None:
    body = SCRUB.format(state="ONLINE", repaired="0B", errors=0, disk=GOOD_DISK).replace("tank", "errors")
    assert names(report(body, subject="ZFS scrub_finish event for errors on db03"))[0] == "scrub"


def test_truenas_alerts_are_cut_into_new_gone_and_current() -> None:
    body = (
        "TrueNAS @ nas1.example.org\n\nNew alerts:\n* Pool tank state is DEGRADED: a device\n  was removed.\n"
        "* Scrub of pool 'tank' finished.\n\n"
        'The following alert has been cleared:\n* Space usage for pool "tank" is 82%.\n\nCurrent alerts:\n* An update is available\n'
    )
    found = report(body)
    assert (found.kind, found.host) == ("truenas", "nas1.example.org")
    assert names(found) == ["problem", "notice", "recovery", "current", "frame"]
    kept = {line.strip() for one in found.sections for line in one.lines}
    assert {line.strip() for line in body.split("\n")} <= kept | {""}


def test_an_alert_of_another_disk_is_another_alert() -> None:
    body = "TrueNAS @ nas1\n\nNew alerts:\n* Device: /dev/ada2, {} Currently unreadable (pending) sectors\n"
    first, second = (section(report(body.format(count)), "problem").item for count in (8, 16))
    assert first == second
    qnap = "NAS Name: nas2\nSeverity: Error\nDate/Time: 2026/11/22 06:24:51\nApp Name: Storage\nMessage: Disk {} failed.\n"
    assert section(report(qnap.format(3)), "problem").item != section(report(qnap.format(4)), "problem").item


def test_a_synology_volume_is_closed_by_its_repair() -> None:
    body = "Dear user,\n\nThe volume 1 on nas3 {}.\n\nSincerely,\nSynology DiskStation\n"
    bad, good = section(report(body.format("has degraded")), "problem"), section(report(body.format("has been repaired")), "recovery")
    assert (bad.item, good.state) == (good.item, State.OK)


@pytest.mark.parametrize("host", ["a" * 4000, "", "\x1b[31mdb03", "db03; rm -rf /"])
def test_odd_host_names_never_fail(host: str) -> None:
    assert report(MDADM.format(event="Fail", table=ONE_LEFT, device="/dev/md0", verb="had").replace("on db03", f"on {host}")).sections
    body = SCRUB.format(state="ONLINE", repaired="0B", errors=0, disk=GOOD_DISK)
    assert report(body.replace("host: db03", f"host: {host}")).kind == "zed"


def test_a_truenas_mail_of_html_without_its_header_keeps_its_lines_as_they_were() -> None:
    body = "TrueNAS @ nas1<br><br>New alerts:\n<ul>\n<li>Pool tank state is DEGRADED: a device.</li>\n</ul>\n"
    found = report(body)
    assert names(found) == ["problem", "frame", "source"]
    assert "<li>Pool tank state is DEGRADED: a device.</li>" in section(found, "source").lines


@pytest.mark.parametrize("margin", ["    ", "\t"])
def test_mails_of_mdadm_with_a_margin_are_read(margin: str) -> None:
    body = MDADM.format(event="DegradedArray", table=RAID5, device="/dev/md0", verb="had")
    bare, found = report(body), report("\n".join(f"{margin}{line}" for line in body.split("\n")))
    assert (found.kind, found.host) == ("mdadm", "db03")
    assert found.sections == bare.sections
