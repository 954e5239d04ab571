"""The sections of a FreeBSD security report, in the order of /etc/periodic/security and then of pkg."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from mailtriage.simulate.hosts import Host, Profile
from mailtriage.simulate.incidents import Incident, Moment
from mailtriage.simulate.mail import Label, Part, address, dice, poisson


def sections(moment: Moment) -> list[Part]:
    """All sections of the report of this night."""
    host = moment.host
    major = host.release[0]
    parts = [
        Part(name="setuid", heading="Checking setuid files and devices:"),
        *_setuid_diff(moment),
        Part(name="neggrpperm", heading="Checking negative group permissions:"),
        _uid0(moment),
        _passwordless(moment),
        Part(name="login_conf", heading="Checking login.conf permissions:"),
    ]
    if major <= 10:
        parts.append(Part(name="port_checksums", heading="Checking for ports with mismatched checksums:"))
    parts += _denied(moment)
    parts += _kernel_messages(moment)
    parts.append(_login_failures(moment))
    parts.append(Part(name="refused_connections", heading=f"{host.hostname} refused connections:", lines=_refused(moment)))
    if major == 9:
        parts.append(
            Part(name="audit_database", heading="Checking for a current audit database:", lines=("Database created: " + _created(moment),))
        )
    if major >= 13:
        heading = "Checking for security vulnerabilities in base (userland & kernel):"
        parts.append(Part(name="base_audit", heading=heading, lines=(_fetched(moment), *_nothing_found(host))))
    parts.append(_pkg_audit(moment))
    if host.profile is Profile.VERBOSE:
        parts.append(Part(name="pkg_checksums", heading="Checking for packages with mismatched checksums:"))
    if major >= 14:
        parts.append(Part(name="pkg_dependencies", heading="Checking for packages with missing dependencies:"))
    return parts


def _setuid_diff(moment: Moment) -> list[Part]:
    change = moment.fresh("upgrade") or moment.fresh("reboot_pending")
    if change is None:
        return []
    source = dice("setuid", change.draw)
    now = change.began_at.astimezone(moment.host.zone)
    lines = [
        f"--- /var/log/setuid.yesterday\t{(moment.local - timedelta(days=41)).strftime('%Y-%m-%d %H:%M:%S.%f000 %z')}",
        f"+++ /tmp/security.{source.randrange(16**8):08X}\t{moment.local.strftime('%Y-%m-%d %H:%M:%S.%f000 %z')}",
        "@@ -1,8 +1,8 @@",
    ]
    for name in ("at", "chpass", "crontab", "login", "lock", "passwd", "quota", "su"):
        inode, size = source.randint(10_000, 99_999), source.randint(11_000, 61_000)
        for sign, number, stamp in (("-", inode, "Jun 24 03:12:31 2025"), ("+", inode + 331, now.strftime("%b %e %H:%M:%S %Y"))):
            lines.append(f"{sign}{number:>6} -r-sr-xr-x  1 root  wheel  {size:>6} {stamp} /usr/bin/{name}")
    shows = tuple(shown for shown in moment.shows(change.type.name) if shown.incident == change.id)
    heading = f"{moment.host.hostname} setuid diffs:"
    return [Part(name="setuid_diff", heading=heading, lines=tuple(lines), label=Label.DIGEST, shows=shows, is_success=False)]


def _uid0(moment: Moment) -> Part:
    incident = moment.active("uid0_account")
    lines = ["root 0", "toor 0"]
    if incident is not None:
        lines.append(f"{incident.item} 0")
    label = Label.EVENT if incident else Label.NOISE
    shows = moment.shows("uid0_account")
    return Part(name="uid0", heading="Checking for uids of 0:", lines=tuple(lines), label=label, shows=shows, is_success=incident is None)


def _passwordless(moment: Moment) -> Part:
    incident = moment.active("passwordless_account")
    lines = (f"{incident.item}::1044:1044::0:0:User &:/home/{incident.item}:/bin/sh",) if incident else ()
    label = Label.EVENT if incident else Label.NOISE
    shows = moment.shows("passwordless_account")
    return Part(
        name="passwordless",
        heading="Checking for passwordless accounts:",
        lines=lines,
        label=label,
        shows=shows,
        is_success=incident is None,
    )


def _denied(moment: Moment) -> list[Part]:
    host, source = moment.host, moment.source
    if host.number % 6 == 0 and not host.is_jail:
        packets = int(1000 * (1 + moment.age + host.booted_days))
        lines = (
            f"+00300 {packets:>8} {packets * 54:>10} deny ip from any to any in via {host.links[0].name}",
            f"+65000 {packets // 7:>8} {packets * 8:>10} deny log tcp from any to me dst-port 23",
        )
        return [Part(name="ipfw_denied", heading=f"{host.hostname} ipfw denied packets:", lines=lines, is_success=False)]
    if host.number % 6 == 4 and not host.is_jail:
        seen = source.randint(2000, 90_000)
        passed = seen // 90
        rule = f"+block drop in log on {host.links[0].name} all [ Evaluations: {seen} Packets: {passed} Bytes: {passed * 51} States: 0 ]"
        return [Part(name="pf_denied", heading=f"{host.hostname} pf denied packets:", lines=(rule,), is_success=False)]
    return []


def _kernel_messages(moment: Moment) -> list[Part]:
    host, source = moment.host, moment.source
    if host.is_jail:
        return []
    lines: list[str] = []
    label = Label.NOISE
    boots = [found for found in (moment.fresh("reboot"), moment.fresh("upgrade"), moment.over("reboot_pending")) if found]
    shows = [shown for shown in moment.shows("reboot", "upgrade") if any(shown.incident == boot.id for boot in boots)]
    if boots:
        lines += _boot_text(host, boots[0])
        label = Label.DIGEST
    elif source.random() < 0.12:
        rate = source.randint(210, 900)
        lines += [f"+Limiting closed port RST response from {rate} to 200 packets/sec" for _ in range(source.randint(1, 4))]
    elif source.random() < 1 / 400:
        old, new = (":".join(f"{source.randrange(256):02x}" for _ in range(6)) for _ in range(2))
        lines.append(f"+arp: 192.0.2.{source.randint(2, 250)} moved from {old} to {new} on {host.links[0].name}")
        label = Label.DIGEST
    cam = moment.fresh("cam_error")
    if cam is not None:
        lines += _cam_text(dice("cam", cam.draw))
        label = Label.EVENT
        shows += [shown for shown in moment.shows("cam_error") if shown.incident == cam.id]
    if not lines and source.random() > 0.03:  # now and then the heading stands alone: old lines fell out of the buffer
        return []
    if lines and host.release[0] == 9:
        stamp = moment.local.strftime("%Y-%m-%d %H:%M:%S.%f000 %z")
        lines.insert(0, f"+++ /tmp/security.{source.randrange(16**8):08x}\t{stamp}")
    heading = f"{host.hostname} kernel log messages:"
    return [Part(name="kernel_messages", heading=heading, lines=tuple(lines), label=label, shows=tuple(shows), is_success=False)]


def _cam_text(source: random.Random) -> list[str]:
    lba = " ".join(f"{source.randrange(256):02x}" for _ in range(6))
    block = [
        f"+(ada0:ahcich0:0:0:0): READ_FPDMA_QUEUED. ACB: 60 08 {lba} 00 00 00",
        "+(ada0:ahcich0:0:0:0): CAM status: ATA Status Error",
        "+(ada0:ahcich0:0:0:0): ATA status: 41 (DRDY ERR), error: 40 (UNC )",
        f"+(ada0:ahcich0:0:0:0): RES: 41 40 {lba[:14]} 40 00 00 00 00 00",
    ]
    return [
        *block,
        "+(ada0:ahcich0:0:0:0): Retrying command, 3 more tries remain",
        *block,
        "+(ada0:ahcich0:0:0:0): Error 5, Retries exhausted",
    ]


def _boot_text(host: Host, boot: Incident) -> list[str]:
    built = "Thu Nov 27 14:06:24 UTC 2025"
    banner = "---<<BOOT>>---"
    lines = [
        *([banner] if host.release[0] >= 12 else []),
        f"Copyright (c) 1992-20{10 + host.release[0]} The FreeBSD Project.",
        "Copyright (c) 1979, 1980, 1983, 1986, 1988, 1989, 1991, 1992, 1993, 1994",
        "\tThe Regents of the University of California. All rights reserved.",
        "FreeBSD is a registered trademark of The FreeBSD Foundation.",
        f"FreeBSD {host.version} GENERIC amd64",
        f"FreeBSD clang version 14.0.5, built {built}",
        "VT(vga): resolution 640x480",
        "CPU: Intel(R) Xeon(R) CPU E3-1230 v5 @ 3.40GHz (3408.18-MHz K8-class CPU)",
        "real memory  = 17179869184 (16384 MB)",
        f"avail memory = {16_500_000_000 + boot.draw % 10**8} (15{700 + boot.draw % 99} MB)",
        f"{host.links[0].name}: <Intel(R) Gigabit Network Connection> port 0xe000-0xe01f at device 0.0 on pci2",
        f"{host.links[0].name}: Ethernet address: {host.links[0].mac}",
        f"{host.links[0].name}: link state changed to DOWN",
        'Timecounter "TSC-low" frequency 1704091000 Hz quality 1000',
        "ada0 at ahcich0 bus 0 scbus0 target 0 lun 0",
        "ada0: <WDC WD40EFRX-68N32N0 82.00A82> ACS-3 ATA SATA 3.x device",
        f"ada0: Serial Number {host.serial}",
        "Trying to mount root from ufs:/dev/ada0p2 [rw]..."
        if not host.pool
        else f"Trying to mount root from zfs:{host.pool}/ROOT/default []...",
        f"{host.links[0].name}: link state changed to UP",
    ]
    return [f"+{line}" for line in lines]


_USERS = ("admin", "test", "oracle", "ubuntu", "git", "postgres", "pi", "ftpuser", "user", "hadoop", "support", "mysql")


def _login_failures(moment: Moment) -> Part:
    host, source = moment.host, moment.source
    attack = moment.active("attack_wave")
    count = poisson(source, host.login_failures)
    if attack is not None:
        source = dice("attack", attack.draw)
        count = source.randint(400, 1500)
    yesterday = moment.local - timedelta(days=1)
    seconds = sorted(source.randrange(86_400) for _ in range(count))
    attackers = [address(source) for _ in range(3 + count // 60)]
    pid = source.randint(2_000, 60_000)
    lines = [_failure(yesterday, second, host, source, attackers, pid + n * 3) for n, second in enumerate(seconds)]
    if attack is not None:  # a name chosen by the attacker; it stays inside its line
        middle = len(lines) // 2
        stamp = _stamp(yesterday, seconds[middle])
        lines.insert(middle, f"{stamp} {host.short} sshd[{pid}]: Invalid user -- End of security output -- from {attackers[0]} port 40022")
    label = Label.DIGEST if attack else Label.NOISE
    if attack is None and source.random() < 1 / 400:
        lines.append(f"{_stamp(yesterday, 86_000)} {host.short} su[{pid}]: BAD SU hans to root on /dev/pts/0")
        label = Label.DIGEST
    heading = f"{host.hostname} login failures:"
    return Part(
        name="login_failures", heading=heading, lines=tuple(lines), label=label, shows=moment.shows("attack_wave"), is_success=not lines
    )


def _stamp(day: datetime, second: int) -> str:
    return f"{day.strftime('%b %e')} {second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def _failure(day: datetime, second: int, host: Host, source: random.Random, attackers: list[str], pid: int) -> str:
    peer, user, port = source.choice(attackers), source.choice(_USERS), source.randint(32_768, 65_000)
    text = source.choice(
        (
            f"Invalid user {user} from {peer} port {port}",
            f"Failed password for invalid user {user} from {peer} port {port} ssh2",
            f"error: PAM: authentication error for illegal user {user} from {peer}",
            f"Failed keyboard-interactive/pam for invalid user {user} from {peer} port {port} ssh2",
            f"Failed password for root from {peer} port {port} ssh2",
            f"Bad protocol version identification 'GET / HTTP/1.1' from {peer} port {port}",
        )
    )
    mark = "<4.3> " if host.number % 13 == 5 else ""
    return f"{_stamp(day, second)} {mark}{host.short} sshd[{pid % 99_999}]: {text}"


def _refused(moment: Moment) -> tuple[str, ...]:
    host, source = moment.host, moment.source
    if host.number % 5:
        return ()
    day = moment.local - timedelta(days=1)
    seconds = sorted(source.randrange(86_400) for _ in range(poisson(source, 2)))
    return tuple(
        f"{_stamp(day, second)} {host.short} sshd[{source.randint(900, 90_000)}]: refused connect from {peer} ({peer})"
        for second, peer in ((second, address(source)) for second in seconds)
    )


def _created(moment: Moment) -> str:
    return (moment.local - timedelta(hours=6)).strftime("%a %b %e %H:%M:00 %Z %Y")


def _fetched(moment: Moment) -> str:
    at = moment.local - timedelta(hours=5, minutes=moment.source.randint(0, 59))
    if moment.host.release[0] >= 13:
        offset = at.strftime("%z")
        return f"Database fetched: {at.strftime('%Y-%m-%dT%H:%M')}{offset[:3]}:{offset[3:]}"
    return f"Database fetched: {at.strftime('%a %b %e %H:%M:%S %Z %Y')}"


def _nothing_found(host: Host) -> tuple[str, ...]:
    if host.release[0] == 9:
        return ("0 problem(s) in your installed packages found.",)
    return ("0 problem(s) in 0 installed package(s) found.",) if host.profile is Profile.VERBOSE else ()


def _pkg_audit(moment: Moment) -> Part:
    host = moment.host
    incident = moment.active("pkg_vulnerable")
    lines: tuple[str, ...] = (_fetched(moment),) if host.release[0] >= 10 else ()
    if incident is None:
        lines += _nothing_found(host)
    elif host.profile is Profile.VERBOSE:
        uuid = "0f445859-7f0e-11ee-94b4-6cc21735f730"
        cve = f"  CVE: CVE-2026-{30_000 + incident.draw % 9_000}"
        www = f"  WWW: https://vuxml.FreeBSD.org/freebsd/{uuid}.html"
        lines += (f"{incident.item} is vulnerable:", "  multiple vulnerabilities", cve, www, "", "1 problem(s) in 1 package(s) found.")
    else:
        lines += (incident.item,)
    label = Label.EVENT if incident else Label.NOISE
    heading = "Checking for packages with security vulnerabilities:"
    return Part(
        name="pkg_audit", heading=heading, lines=lines, label=label, shows=moment.shows("pkg_vulnerable"), is_success=incident is None
    )
