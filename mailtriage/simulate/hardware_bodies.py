"""What storage, power and management hardware writes: the texts of the mails that `hardware` sends."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime

from mailtriage.simulate.hosts import Host
from mailtriage.simulate.mail import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail before it has an envelope."""

    kind: str
    subject: str
    body: str
    sections: tuple[tuple[str, Label], ...]
    from_name: str = ""


def mdadm(host: Host, *, is_degraded: bool) -> Letter:
    """The event of a degraded mirror, or the test mail."""
    event = "DegradedArray" if is_degraded else "TestMessage"
    members, state = ("sda1[0]", "[2/1] [U_]") if is_degraded else ("sdb1[1] sda1[0]", "[2/2] [UU]")
    body = (
        f"This is an automatically generated mail message from mdadm\nrunning on {host.short}\n\n"
        f"A {event} event had been detected on md device /dev/md0.\n\nFaithfully yours, etc.\n\n"
        "P.S. The /proc/mdstat file currently contains the following:\n\nPersonalities : [raid1] \n"
        f"md0 : active raid1 {members}\n      976630336 blocks super 1.2 {state}\n      bitmap: 0/8 pages [0KB], 65536KB chunk\n\n"
        "unused devices: <none>\n"
    )
    sections = (("array", Label.EVENT) if is_degraded else ("test", Label.NOISE),)
    return Letter(
        kind="mdadm", subject=f"{event} event on /dev/md0:{host.short}", body=body, sections=sections, from_name="mdadm monitoring"
    )


DISK = "ata-WDC_WD40EFRX"


def zed_finish(host: Host, at: datetime, task: str, *, has_features: bool = True) -> Letter:
    """A scrub or resilver that ended well."""
    scan = "scrub repaired 0B in 03:47:03" if task == "scrub" else "resilvered 1.21T in 05:12:44"
    status = "" if has_features else "status: Some supported features are not enabled on the pool. The pool can\n\tstill be used.\n"
    body = (
        f"ZFS has finished a {task}:\n\n   eid: {at.day * 7 + 11}\n class: {task}_finish\n  host: {host.short}\n"
        f"  time: {at:%Y-%m-%d %H:%M:%S%z}\n  pool: tank\n state: ONLINE\n{status}"
        f"  scan: {scan} with 0 errors on {at:%a %b %e %H:%M:%S %Y}\n"
        "config:\n\n\tNAME                  STATE     READ WRITE CKSUM\n\ttank                  ONLINE       0     0     0\n"
        f"\t  mirror-0            ONLINE       0     0     0\n\t    {DISK}  ONLINE       0     0     0\n"
        "\t    ata-WDC_WD40EFZX  ONLINE       0     0     0\n\nerrors: No known data errors\n"
    )
    label = Label.NOISE if task == "scrub" and has_features else Label.DIGEST
    sections = ((task, label), ("vdev", Label.NOISE), ("vdev", Label.NOISE))
    return Letter(kind="zed", subject=f"ZFS {task}_finish event for tank on {host.short}", body=body, sections=sections)


def zed_fault(host: Host, at: datetime) -> Letter:
    """A disk that was taken out of use."""
    body = (
        "The number of I/O errors associated with a ZFS device exceeded\nacceptable levels. ZFS has marked the device as faulted.\n\n"
        " impact: Fault tolerance of the pool may be compromised.\n"
        f"    eid: 77\n  class: statechange\n  state: FAULTED\n   host: {host.short}\n   time: {at:%Y-%m-%d %H:%M:%S%z}\n"
        f"  vpath: /dev/disk/by-id/{DISK}-part1\n  vguid: 0x2E6D1E4B4BA0B5B4\n   pool: tank (0x8C1E2E4B4BA0B5B4)\n"
    )
    return Letter(kind="zed", subject=f"ZFS device fault for pool tank on {host.short}", body=body, sections=(("fault", Label.EVENT),))


def ups(host: Host, at: datetime, item: str, source: random.Random, *, is_over: bool) -> Letter:
    """The power of a UPS failed or is back: by NUT where the item is `name@host`, else by apcupsd."""
    sections = (("power", Label.EVENT),)
    if "@" in item:
        line = f"UPS {item} on {'line power' if is_over else 'battery'}"
        return Letter(
            kind="nut", subject=f"UPS alert from {host.short}", body=f"{line}\n", sections=sections, from_name="Network UPS Tools"
        )
    first = f"{host.short} UPS {item} " + ("Power has returned" if is_over else "Power Failure !!!")
    body = (
        f"{first}\n \nAPC      : 001,036,0877\nDATE     : {at:%Y-%m-%d %H:%M:%S %z}  \nHOSTNAME : {host.short}\n"
        f"VERSION  : 3.14.14 (31 May 2016) debian\nUPSNAME  : {item}\nSTATUS   : {'ONLINE' if is_over else 'ONBATT'} \n"
        f"LINEV    : {229 + source.random() * 4 if is_over else 0:.1f} Volts\nLOADPCT  : {source.uniform(18, 42):.1f} Percent\n"
        f"BCHARGE  : {source.uniform(60, 99):.1f} Percent\nTIMELEFT : {source.uniform(18, 40):.1f} Minutes\n"
        f"END APC  : {at:%Y-%m-%d %H:%M:%S %z}  \n"
    )
    return Letter(kind="apcupsd", subject=first, body=body, sections=sections)


def board(host: Host, at: datetime, item: str, *, is_over: bool) -> Letter:
    """A power supply, told by the management board the item belongs to: iLO, iDRAC, or the event log of another."""
    name = "recovery" if is_over else "problem"
    if item.startswith("Power Supply #1"):
        word, state = ("REPAIRED", "Repaired") if is_over else ("CRITICAL", "Failed")
        body = (
            f"EVENT ({at:%d %b %H:%M}): Power Supply #1 Status has changed to: {'OK' if is_over else 'Failed'}.\n\n"
            f"iLO URL: https://ilo-{host.name}\nServer Name: {host.name}\n"
        )
        subject = f"iLO AlertMail-{at.day:03d}: ({word}) Power Supply #1: {state}"
        return Letter(kind="ilo", subject=subject, body=body, sections=((name, Label.EVENT),))
    if item.startswith("Power Supply #0x62"):
        line = f"   4 | {at:%m/%d/%Y} | {at:%H:%M:%S} | Power Supply #0x62 | Failure detected | {'Deasserted' if is_over else 'Asserted'}"
        sections = ((name, Label.EVENT), ("notice", Label.DIGEST))
        return Letter(kind="ipmi", subject=f"{host.short}: IPMI SEL entries", body=f"{line}\n", sections=sections)
    tag = item.split(" ", maxsplit=1)[0]
    told = "The input power for power supply 1 has been restored." if is_over else "The power input for power supply 1 is lost."
    body = (
        f"System Host Name: {host.name}\n\nEvent Message: {told}\n\nDate/Time: {at:%a %b %d %Y %H:%M:%S}\n"
        f"Severity: {'Informational' if is_over else 'Critical'}\nMessage ID: {'PSU0900' if is_over else 'PSU0003'}\nService Tag: {tag}\n"
        "Model: PowerEdge R640\nRecommended Action: Check the power cable.\n"
    )
    return Letter(kind="idrac", subject=f"Alert from iDRAC: {tag}", body=body, sections=((name, Label.EVENT),))


def controller(host: Host, at: datetime, *, is_over: bool) -> Letter:
    """A virtual drive of a MegaRAID controller that is degraded, or optimal again."""
    level, told = ("Information", "VD is now OPTIMAL   VD   0") if is_over else ("Critical", "VD is now DEGRADED   VD   0")
    return _megaraid(host, at, level, told, "recovery" if is_over else "problem", Label.EVENT)


def patrol_read(host: Host, at: datetime) -> Letter:
    """A patrol read that is complete."""
    return _megaraid(host, at, "Information", "Patrol Read complete", "notice", Label.NOISE)


def _megaraid(host: Host, at: datetime, level: str, told: str, name: str, label: Label) -> Letter:
    body = (
        f"Controller ID:  0   {told}\nGenerated on:{at:%a %b %d %H:%M:%S %Y}\n\nSEVERITY LEVEL: {level}\n\n"
        f"CONFIGURED SYSTEM NAME: {host.short}\nEVENT DESCRIPTION: {told}\n"
    )
    subject = f"MegaRAID Storage Manager Notification: {host.short}"
    return Letter(kind="megaraid", subject=subject, body=body, sections=((name, label),))


def synology(host: Host) -> Letter:
    """A backup that is complete."""
    body = f"Dear user,\n\nNetwork backup task home on {host.short} has been completed.\n\nSincerely,\nSynology DiskStation\n"
    subject = f"[{host.short}] Network backup completed"
    return Letter(kind="synology", subject=subject, body=body, sections=(("notice", Label.NOISE),), from_name="Synology DiskStation")


def ilo_started(host: Host, at: datetime) -> Letter:
    """A server that was switched on."""
    body = f"EVENT ({at:%d %b %H:%M}): Server power on.\n\niLO URL: https://ilo-{host.name}\nServer Name: {host.name}\n"
    subject = f"iLO AlertMail-{at.day:03d}: (INFO) Server power on"
    return Letter(kind="ilo", subject=subject, body=body, sections=(("notice", Label.DIGEST),))


def idrac_tested(host: Host, at: datetime) -> Letter:
    """The test mail of an iDRAC."""
    body = (
        f"System Host Name: {host.name}\n\nEvent Message: This is a test message.\n\nDate/Time: {at:%a %b %d %Y %H:%M:%S}\n"
        "Severity: Informational\nMessage ID: SYS1000\nService Tag: 7ABCDE1\nModel: PowerEdge R640\n"
    )
    return Letter(kind="idrac", subject="Alert from iDRAC: 7ABCDE1", body=body, sections=(("notice", Label.DIGEST),))


def log_cleared(host: Host, at: datetime) -> Letter:
    """The event log of a board, after it was cleared."""
    line = f"   1 | {at:%m/%d/%Y} | {at:%H:%M:%S} | Event Logging Disabled #0x72 | Log area reset/cleared | Asserted"
    sections = (("notice", Label.DIGEST), ("notice", Label.DIGEST))
    return Letter(kind="ipmi", subject=f"{host.short}: IPMI SEL entries", body=f"{line}\n", sections=sections)


def qnap(host: Host, at: datetime) -> Letter:
    """A firmware that can be installed."""
    body = (
        f"NAS Name: {host.short}\nSeverity: Information\nDate/Time: {at:%Y/%m/%d %H:%M:%S}\n\nApp Name: Firmware Update\n"
        "Category: Firmware\nMessage: [Firmware Update] A firmware update is available.\n"
    )
    subject = f"[Information][Firmware Update] Notification from your device: {host.short}"
    return Letter(kind="qnap", subject=subject, body=body, sections=(("notice", Label.DIGEST),))


def truenas(host: Host, told: str, label: Label) -> Letter:
    """One new alert of TrueNAS."""
    body = f"TrueNAS @ {host.name}\n\nNew alerts:\n* {told}\n"
    sections = (("notice", label), ("frame", Label.NOISE))
    return Letter(kind="truenas", subject=f"TrueNAS {host.name}: Alerts", body=body, sections=sections)


def pfsense(host: Host, at: datetime) -> Letter:
    """A gateway that was away for a minute."""
    body = (
        f"Notifications in this message: 2\n{'=' * 35}\n\n{at:%H:%M:03} MONITOR: WAN_DHCP is down, omitting from routing group Failover\n"
        f"{at:%H:%M:41} MONITOR: WAN_DHCP is available now, adding to routing group Failover\n"
    )
    sections = (("notice", Label.DIGEST), ("notice", Label.DIGEST))
    return Letter(kind="pfsense", subject=f"{host.name} - Notification", body=body, sections=sections)
