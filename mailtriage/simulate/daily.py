"""The sections of a FreeBSD daily report, in the order of /etc/periodic/daily and then of the ports."""

from __future__ import annotations

from datetime import timedelta

from mailtriage.simulate import storage
from mailtriage.simulate.hosts import Mta, Profile
from mailtriage.simulate.incidents import DAY, Moment
from mailtriage.simulate.mail import Label, Part, address, dice, poisson


def sections(moment: Moment, security: list[Part] | None) -> list[Part]:
    """All sections of the report; `security` are those of the security report where it is shown inline."""
    return [*_housekeeping(moment), *_status(moment), *_checks(moment, security), *_late(moment)]


def _housekeeping(moment: Moment) -> list[Part]:
    host = moment.host
    parts = [_removed_files(moment)] if host.profile in (Profile.VERBOSE, Profile.QUIET) else []
    parts += [
        Part(name="clean_preserve", heading="Removing stale files from /var/preserve:"),
        Part(name="clean_msgs", heading="Cleaning out old system announcements:"),
        Part(name="clean_rwho", heading="Removing stale files from /var/rwho:"),
        *_accounts(moment),
        Part(name="backup_aliases", heading="Backing up mail aliases:"),
    ]
    if host.release[0] <= 10:
        parts.append(Part(name="backup_pkgdb", heading="Backing up package db directory:"))
    if host.release[0] >= 14 and not host.is_jail:
        parts += _partitions(moment)
    if host.profile is Profile.VERBOSE:
        parts.append(_accounting(moment))
    if host.profile is Profile.ZFS and host.number % 2:
        parts.append(Part(name="backup_zfs", heading="Backup of ZFS information for all imported pools"))
    return parts


def _status(moment: Moment) -> list[Part]:
    parts = storage.disk_status(moment)
    if moment.host.pool:
        parts.append(storage.zfs_pools(moment))
    if moment.host.profile is Profile.GMIRROR:
        parts.append(storage.gmirror(moment))
    if moment.host.profile is Profile.MFI:
        parts.append(storage.mfi(moment))
    return [*parts, _network(moment), _uptime(moment), *_mail_queues(moment)]


def _checks(moment: Moment, security: list[Part] | None) -> list[Part]:
    lines = ("    (output mailed separately)",) if security is None else ()
    parts = [Part(name="security_check", heading="Security check:", lines=lines), *(security or ()), _mail_rejects(moment)]
    if moment.host.release[0] == 9:
        parts.append(Part(name="zone_transfers", heading="Checking for denied zone transfers (AXFR and IXFR):"))
    if moment.host.profile is Profile.VERBOSE:
        parts.append(_ntp(moment))
    if moment.host.release[0] >= 10:
        parts.append(_world_kernel(moment))
    return parts


def _late(moment: Moment) -> list[Part]:
    host = moment.host
    parts: list[Part] = []
    if host.pool:
        parts.append(storage.scrub(moment))
        if host.release[0] >= 14:
            parts.append(Part(name="zfs_trim", heading="Trimming of zfs pools:"))
    if host.profile is Profile.STOCK and host.number % 4 == 0:
        parts.append(Part(name="local", heading="Running /etc/daily.local:", lines=("Ports tree is already up to date.",)))
    if host.release[0] >= 10:
        spelling = "Backing up pkgng database:" if host.release[0] == 10 else "Backing up pkg database:"
        parts.append(Part(name="backup_pkg", heading=spelling))
    if host.profile is Profile.VERBOSE:
        parts.append(_sensors(moment))
    if host.mta is Mta.EXIM:
        parts.append(_exim(moment))
    if storage.has_smart_section(host):
        parts.append(storage.smart(moment))
    return parts


def _accounting(moment: Moment) -> Part:
    """What sa(8) counted: calls, minutes of real and processor time, I/O, memory."""
    rows = [("", 12_043), ("perl", 61), ("sh*", 543), ("***other", 2_212)]
    lines = tuple(
        f"{calls + moment.source.randint(0, 99):>9} {moment.source.uniform(1, 2000):>10.2f}re {moment.source.uniform(0, 70):>9.2f}cp "
        f"{0:>9}avio {moment.source.randint(100, 4000):>9}k   {name}".rstrip()
        for name, calls in rows
    )
    return Part(name="accounting", heading="Rotating accounting logs and gathering statistics:", lines=lines)


def _sensors(moment: Moment) -> Part:
    lines = tuple(f"dev.cpu.{n}.temperature: {moment.source.uniform(31, 58):.1f}C" for n in range(4))
    return Part(name="local", heading="Running /etc/daily.local:", lines=lines)


def _exim(moment: Moment) -> Part:
    gone = tuple(f"deleted T:mx{n}.example.com:198.51.100.{n} (too old)" for n in range(1, poisson(moment.source, 1) + 1))
    lines = (
        *("", "Tidying Exim hints database /var/spool/exim/db/callout", "Tidying complete", ""),
        *("Tidying Exim hints database /var/spool/exim/db/retry", *gone, "Tidying complete"),
    )
    return Part(name="exim_tidy", heading="Tidying Exim hints databases:", lines=lines)


def _removed_files(moment: Moment) -> Part:
    names = tuple(f"  /tmp/{name}" for name in ("sess_{:x}", "php{:05x}", "mc-root-{:x}"))
    lines = tuple(moment.source.choice(names).format(moment.source.randrange(16**6)) for _ in range(poisson(moment.source, 2)))
    return Part(name="clean_tmps", heading="Removing old temporary files:", lines=lines, is_success=not lines)


_ENTRIES = {
    "uid0_account": "{0}:(password):0:0::0:0:User &:/root:/bin/sh",
    "passwordless_account": "{0}:(password):1044:1044::0:0:User &:/home/{0}:/bin/sh",
}


def _accounts(moment: Moment) -> list[Part]:
    parts = [Part(name="backup_passwd", heading="Backup passwd and group files:")]
    for name, entry in _ENTRIES.items():
        came, gone = moment.fresh(name), moment.over(name)
        change = came or gone
        if change is None:
            continue
        parts.append(
            Part(
                name="passwd_diff",
                heading=f"{moment.host.hostname} passwd diffs:",
                lines=_diff(moment, "+" if came else "-", entry.format(change.item)),
                label=Label.EVENT if came and name == "uid0_account" else Label.DIGEST,
                shows=tuple(shown for shown in moment.shows(name) if shown.incident == change.id),
                is_success=False,
                has_gap=False,
            )
        )
    parts.append(_group_syntax(moment))
    return parts


def _group_syntax(moment: Moment) -> Part:
    broken = moment.active("group_file_broken")
    line = 20 + (broken.draw if broken else 0) % 9
    return Part(
        name="group_syntax",
        heading="Verifying group file syntax:",
        lines=tuple(f"chkgrp: /etc/group: line {n}: missing field(s)" for n in (line, line + 4)) if broken else ("/etc/group is fine",),
        label=Label.EVENT if broken else Label.NOISE,
        shows=moment.shows("group_file_broken"),
        is_success=broken is None,
    )


def _diff(moment: Moment, sign: str, entry: str) -> tuple[str, ...]:
    if moment.host.release[0] == 9:
        return ("27a28", f"> {entry}") if sign == "+" else ("28d27", f"< {entry}")
    stamp = (moment.local - DAY).strftime("%Y-%m-%d %H:%M:%S.%f000 %z")
    now = moment.local.strftime("%Y-%m-%d %H:%M:%S.%f000 %z")
    head = (f"--- /var/backups/master.passwd.bak\t{stamp}", f"+++ /etc/master.passwd\t{now}")
    if moment.host.release[0] >= 14:
        return (*head, "@@ -27,0 +28 @@" if sign == "+" else "@@ -28 +27,0 @@", f"{sign}{entry}")
    around = (
        " www:(password):80:80::0:0:World Wide Web Owner:/nonexistent:/usr/sbin/nologin",
        " nobody:(password):65534:65534::0:0:Unprivileged user:/nonexistent:/usr/sbin/nologin",
    )
    return (*head, "@@ -24,2 +24,3 @@" if sign == "+" else "@@ -24,3 +24,2 @@", around[0], f"{sign}{entry}", around[1])


def _partitions(moment: Moment) -> list[Part]:
    disks = ("mfid0", "mfid1") if moment.host.profile is Profile.MFI else tuple(f"ada{n}" for n in range(moment.host.n_disks))
    return [
        Part(name="gpart_conftxt", heading="Dump of kern.geom.conftxt:"),
        Part(name="gpart_partitions", heading="Backup of partitions information for:", lines=disks),
        Part(name="gpart_boot", heading="Backup of boot partition content:", lines=tuple(f"{disk}p1" for disk in disks)),
        Part(name="gpart_efi", heading="Backup of EFI partition content:", lines=tuple(f"{disk}p2" for disk in disks[:1])),
    ]


def _network(moment: Moment) -> Part:
    host = moment.host
    up_s = (moment.at - moment.schedule.booted_at(host, moment.at)).total_seconds()
    is_wide = host.release[0] >= 11  # from 11 on the script passes -W
    name_width, network_width, address_width = (8, 20, 34) if is_wide else (5, 13, 17)
    drop_in, drop_out = ("Idrop", "Drop") if host.release[0] >= 9 else ("", "")
    lines = [
        f"{'Name':<{name_width}} {'Mtu':>5} {'Network':<{network_width}} {'Address':<{address_width}} "
        f"{'Ipkts':>10} {'Ierrs':>5} {drop_in:>5} {'Opkts':>10} {'Oerrs':>5} {'Coll':>5} {drop_out:>5}".rstrip()
    ]
    for number, link in enumerate(host.links, start=1):
        received, sent = int(link.packets_in * up_s), int(link.packets_out * up_s)
        mtu = 16384 if link.name == "lo0" else 1500
        rows = [
            (f"<Link#{number}>", link.mac, received, "0", "0", sent, "0", "0", "0"),
            (link.network, link.address, received // 3 * 2, "-", "-", sent // 3 * 2, "-", "-", "-"),
        ]
        for network, where, packets, ierrs, idrop, out, oerrs, coll, drop in rows:
            lines.append(
                f"{link.name:<{name_width}} {mtu if network.startswith('<') else '-':>5} {network[:network_width]:<{network_width}} "
                f"{where[:address_width]:<{address_width}} {packets:>10} {ierrs:>5} {idrop:>5} {out:>10} {oerrs:>5} {coll:>5} {drop:>5}"
            )
        if number == 1 and host.number % 5 == 0 and host.profile is not Profile.JAIL:  # a second port that nobody uses
            cells = "".join(
                f" {'0':>{width}}"
                for width, column in zip((10, 5, 5, 10, 5, 5, 5), (1, 1, drop_in, 1, 1, 1, drop_out), strict=True)
                if column
            )
            lines.append(f"{link.name[:-1] + '1*':<{name_width}} {mtu:>5} {'<Link#9>':<{network_width}} {link.mac:<{address_width}}{cells}")
    return Part(name="network", heading="Network interface status:", lines=tuple(lines))


def _uptime(moment: Moment) -> Part:
    host = moment.host
    up = moment.at - moment.schedule.booted_at(host, moment.at)
    loads = [max(0.0, host.load * moment.source.lognormvariate(0, 0.4)) for _ in range(3)]
    if host.release[0] == 9 and host.number % 2:
        users = host.users + 1
        peers = (("gw", 0.11), (host.short.lower(), loads[0]), ("ns1", 0.04))
        lines = tuple(
            f"{name:<13} up  {up.days + n * 3}+{up.seconds // 3600:02d}:{up.seconds // 60 % 60:02d},   {users:>3} users,  "
            f"load {load:.2f}, {load * 0.9:.2f}, {load * 0.8:.2f}"
            for n, (name, load) in enumerate(sorted(peers))
        )
        return Part(name="system_status", heading="Local network system status:", lines=lines, is_success=False)
    users_text = f", {host.users} user{'s' if host.users != 1 else ''}" if host.users or host.release[0] < 13 else ""
    clock = f"{moment.local.hour % 12 or 12:>2}:{moment.local:%M%p}"
    line = f"{clock}  up {_up(up)}{users_text}, load averages: " + ", ".join(f"{load:.2f}" for load in loads)
    label = Label.NOISE if up.days else Label.DIGEST  # rebooted since yesterday
    return Part(name="system_status", heading="Local system status:", lines=(line,), label=label, is_success=False)


def _up(up: timedelta) -> str:
    minutes = up.seconds // 60
    hours = f"{minutes // 60}:{minutes % 60:02d}" if minutes >= 60 else f"{minutes} min{'s' if minutes != 1 else ''}"
    if up.days:
        return f"{up.days} day{'s' if up.days > 1 else ''}, {hours:>5}"
    return hours


def _mail_queues(moment: Moment) -> list[Part]:
    host = moment.host
    incident = moment.active("mail_queue_grows")
    waiting = 0
    if incident is not None:
        waiting = int(40 + 90 * (moment.at - incident.began_at) / DAY) + incident.draw % 20
    label = Label.EVENT if waiting else Label.NOISE
    shows = moment.shows("mail_queue_grows")
    empty: tuple[str, ...] = () if host.mta is Mta.EXIM else ("Mail queue is empty",)
    if host.mta is Mta.SENDMAIL:
        empty = ("/var/spool/mqueue is empty", "\t\tTotal requests: 0")
    lines = _waiting(moment, waiting) if waiting else empty
    local = Part(name="mailq_local", heading="Mail in local queue:", lines=lines, label=label, shows=shows, is_success=not waiting)
    if host.mta is Mta.SENDMAIL:
        lines = ("/var/spool/clientmqueue is empty", "\t\tTotal requests: 0")
        return [local, Part(name="mailq_submit", heading="Mail in submit queue:", lines=lines)]
    # The others have one queue, print it twice, and the script takes their word for empty as a full one.
    is_success = host.mta is Mta.EXIM and not waiting
    return [local, Part(name="mailq_submit", heading="Mail in submit queue:", lines=lines, label=label, is_success=is_success)]


def _waiting(moment: Moment, waiting: int) -> tuple[str, ...]:
    host = moment.host
    source = dice("queue", host.number, int(moment.age))
    users = ("info", "sales", "hans", "mary", "list-owner", "newsletter")
    letters = "ABCDEFGHJKMNPQRSTUVWXYZ"
    rows: list[str] = []
    day = (moment.local - timedelta(hours=5)).strftime("%a %b %e")
    for _ in range(waiting):
        clock = f"{source.randint(0, 23):02d}:{source.randint(0, 59):02d}"
        to = f"{source.choice(users)}@example.com"
        if host.mta is Mta.SENDMAIL:
            queue_id = f"{source.choice(letters).lower()}AG{source.randrange(10**7):07d}{source.randrange(10**4):04d}"
            rows += [
                f"{queue_id:<14} {source.randint(400, 90_000):>7} {day} {clock} <www@{host.name}>",
                "                 (Deferred: Connection refused by relay.example.net.)",
                f"\t\t\t\t\t <{to}>",
            ]
        elif host.mta is Mta.DMA:
            rows += ["--"] if rows else []
            rows += [f"ID: {source.randrange(16**5):05x}", f"From: www@{host.name}", f"To: {to}"]
        else:
            queue_id = f"{source.randrange(16**10):010X}"
            rows += [
                f"{queue_id} {source.randint(400, 90_000):>8} {day} {clock}:11  www@{host.name}",
                "(connect to relay.example.net[192.0.2.25]:25: Connection refused)",
                f"                                         {to}",
                "",
            ]
    if host.mta is Mta.SENDMAIL:
        head = f"\t\t/var/spool/mqueue ({waiting} requests)"
        return (
            head,
            "-----Q-ID----- --Size-- -----Q-Time----- ------------Sender/Recipient-----------",
            *rows,
            f"\t\tTotal requests: {waiting}",
        )
    if host.mta is Mta.DMA:
        return tuple(rows)
    return ("-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------", *rows, f"-- {waiting * 7} Kbytes in {waiting} Requests.")


def _mail_rejects(moment: Moment) -> Part:
    lines: tuple[str, ...] = ()
    if moment.host.mta is Mta.SENDMAIL and moment.host.name.startswith("mx"):
        lines = tuple(
            f"{moment.source.randint(1, 30):>4} 550 check_rcpt {address(moment.source)} unknown" for _ in range(poisson(moment.source, 3))
        )
    return Part(name="mail_rejects", heading="Checking for rejected mail hosts:", lines=tuple(sorted(lines, reverse=True)))


def _ntp(moment: Moment) -> Part:
    lines = ["     remote           refid      st t when poll reach   delay   offset  jitter", "=" * 78]
    source = moment.source
    for mark, n in (("*", 1), ("+", 2), ("-", 3)):
        delay, offset, jitter = source.uniform(0.3, 20), source.gauss(0, 0.8), source.uniform(0.02, 2)
        peer = f"{mark}192.0.2.{n:<7}  203.0.113.{n:<4}  2 u {source.randint(5, 900):>4} 1024  377"
        lines.append(f"{peer} {delay:>7.3f} {offset:>+8.3f} {jitter:>7.3f}")
    return Part(name="ntp", heading="NTP status:", lines=tuple(lines))


def _world_kernel(moment: Moment) -> Part:
    host = moment.host
    incident = moment.active("reboot_pending")
    heading = "Checking userland and kernel versions:"
    shows = moment.shows("reboot_pending")
    if incident is None:
        return Part(name="world_kernel", heading=heading, lines=("Userland and kernel are in sync.",), shows=shows)
    lines = ("Userland and kernel are not in sync", f"Userland version: {host.osreldate}", f"Kernel version: {host.osreldate - 1000}")
    return Part(name="world_kernel", heading=heading, lines=lines, label=Label.DIGEST, shows=shows, is_success=False)
