"""The kernel messages of a FreeBSD security report: scans, links, crashes, sick disks, and the boot text after a reboot."""

from __future__ import annotations

import random
from collections.abc import Callable

from mailtriage.simulate.hosts import Host, Profile, System
from mailtriage.simulate.incidents import Incident, IncidentType, Moment
from mailtriage.simulate.mail import Label, Part, dice
from mailtriage.types import Severity

_DAEMONS = ("named", "httpd", "php-fpm", "dovecot")


def _has_kernel(host: Host) -> bool:
    """Hosts whose security mail comes by itself and shows kernel messages."""
    return host.system is System.FREEBSD and host.profile not in (Profile.JAIL, Profile.QUIET, Profile.INLINE)


def _type(name: str, item: Callable[[Host, random.Random], str], severity: Severity) -> IncidentType:
    return IncidentType(name=name, check="kernel", severity=severity, lasts=None, item=item, where=_has_kernel, per_host_days=1050)


INCIDENTS = (
    _type("link_lost", lambda host, source: host.links[0].name, Severity.WARNING),
    _type("crash_loop", lambda host, source: source.choice(_DAEMONS), Severity.HIGH),
    _type("memory_short", lambda host, source: "memory", Severity.HIGH),
)


def kernel_messages(moment: Moment) -> list[Part]:
    """The section, where the night has one."""
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
        if host.number % 4 == 1:  # it runs jails or guests
            lines += [f"+epair{rate % 9}a: link state changed to {state}" for state in ("DOWN", "UP")]
    elif source.random() < 1 / 400:
        lines += _oddity(host, source)
        label = Label.DIGEST
    for name, text in _TROUBLE.items():
        incident = moment.fresh(name)
        if incident is not None:
            lines += text(incident, dice("kernel", name, incident.draw))
            label = Label.EVENT
            shows += [shown for shown in moment.shows(name) if shown.incident == incident.id]
    if not lines and source.random() > 0.03:  # now and then the heading stands alone: old lines fell out of the buffer
        return []
    if lines and host.release[0] == 9:
        stamp = moment.local.strftime("%Y-%m-%d %H:%M:%S.%f000 %z")
        lines.insert(0, f"+++ /tmp/security.{source.randrange(16**8):08x}\t{stamp}")
    heading = f"{host.hostname} kernel log messages:"
    return [Part(name="kernel_messages", heading=heading, lines=tuple(lines), label=label, shows=tuple(shows), is_success=False)]


def _oddity(host: Host, source: random.Random) -> list[str]:
    """Something to look at in the morning, no fault."""
    link = host.links[0].name
    old, new = (":".join(f"{source.randrange(256):02x}" for _ in range(6)) for _ in range(2))
    return source.choice(
        (
            [f"+arp: 192.0.2.{source.randint(2, 250)} moved from {old} to {new} on {link}"],
            [f"+{link}: link state changed to DOWN", f"+{link}: link state changed to UP"],
            [f"+{link}: promiscuous mode enabled", f"+{link}: promiscuous mode disabled"],
            [f"+pid {source.randint(900, 60_000)} (irssi), jid 0, uid 1004: exited on signal 11 (core dumped)"],
            ["+ugen0.3: <APC UPS> at usbus0 (disconnected)", "+ugen0.3: <APC UPS> at usbus0"],
        )
    )


def _link_text(incident: Incident, source: random.Random) -> list[str]:
    return [f"+{incident.item}: link state changed to {state}" for state in ("DOWN", "UP") * source.randint(0, 2) + ("DOWN",)]


def _crash_text(incident: Incident, source: random.Random) -> list[str]:
    pid = source.randint(900, 40_000)
    return [
        f"+pid {pid + n * 13} ({incident.item}), jid 0, uid 80: exited on signal 11 (core dumped)" for n in range(source.randint(7, 20))
    ]


def _memory_text(incident: Incident, source: random.Random) -> list[str]:
    full = [f"+swap_pager_getswapspace({source.choice((2, 5, 16, 32))}): failed" for _ in range(source.randint(1, 5))]
    return [*full, f"+pid {source.randint(900, 60_000)} (mysqld), jid 0, uid 88, was killed: failed to reclaim memory"]


def _cam_text(incident: Incident, source: random.Random) -> list[str]:
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


_TROUBLE: dict[str, Callable[[Incident, random.Random], list[str]]] = {
    "cam_error": _cam_text,
    "link_lost": _link_text,
    "crash_loop": _crash_text,
    "memory_short": _memory_text,
}
