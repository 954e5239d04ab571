"""The sections of a FreeBSD security report, in the order of /etc/periodic/security and then of pkg."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from mailtriage.simulate import kernel
from mailtriage.simulate.hosts import Host, Profile, System
from mailtriage.simulate.incidents import IncidentType, Moment
from mailtriage.simulate.mail import Label, Part, Shown, address, dice, poisson
from mailtriage.types import Severity


def _has_own_mail(host: Host) -> bool:
    return host.system is System.FREEBSD and host.profile not in (Profile.JAIL, Profile.QUIET, Profile.INLINE)


INCIDENTS = (
    *kernel.INCIDENTS,
    IncidentType(
        name="base_vulnerable",
        check="base_vulnerability",
        severity=Severity.HIGH,
        item=lambda host, source: "FreeBSD-kernel",
        where=lambda host: host.release[0] >= 13 and _has_own_mail(host),
        per_host_days=1050,
    ),
    IncidentType(
        name="setuid_planted",
        check="setuid",
        severity=Severity.HIGH,
        lasts=None,
        item=lambda host, source: source.choice(("/usr/local/bin/helper", "/home/anna/.cache/sh", "/home/hans/bin/su")),
        where=_has_own_mail,
        per_host_days=1050,
    ),
    IncidentType(
        name="key_files_open",
        check="ssh_key",
        severity=Severity.WARNING,
        lasts=(1, 2),
        item=lambda host, source: f"/home/{source.choice(('anna', 'hans', 'backup'))}/.ssh",
        where=_has_own_mail,
        per_host_days=1050,
    ),
)


def sections(moment: Moment) -> list[Part]:
    """All sections of the report of this night."""
    host = moment.host
    major = host.release[0]
    parts = [
        Part(name="setuid", heading="Checking setuid files and devices:"),
        *(_planted(moment) or _setuid_diff(moment)),
        Part(name="neggrpperm", heading="Checking negative group permissions:"),
        _uid0(moment),
        _passwordless(moment),
        Part(name="login_conf", heading="Checking login.conf permissions:"),
    ]
    if major <= 10:
        parts.append(Part(name="port_checksums", heading="Checking for ports with mismatched checksums:"))
    parts += _denied(moment)
    parts += kernel.kernel_messages(moment)
    parts.append(_login_failures(moment))
    parts.append(Part(name="refused_connections", heading=f"{host.hostname} refused connections:", lines=_refused(moment)))
    if major == 9:
        parts.append(
            Part(name="audit_database", heading="Checking for a current audit database:", lines=("Database created: " + _created(moment),))
        )
    if major >= 13:
        parts.append(_base_audit(moment))
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
    return _setuid_part(moment, lines, Label.DIGEST, shows)


def _planted(moment: Moment) -> list[Part]:
    incident = moment.fresh("setuid_planted")
    if incident is None:
        return []
    stamp = incident.began_at.astimezone(moment.host.zone).strftime("%b %e %H:%M:%S %Y")
    inode = dice("planted", incident.draw).randint(10_000, 99_999)
    lines = ["@@ -14,0 +15,1 @@", f"+{inode:>6} -rwsr-xr-x  1 root  wheel  148216 {stamp} {incident.item}"]
    return _setuid_part(
        moment, lines, Label.EVENT, tuple(shown for shown in moment.shows("setuid_planted") if shown.incident == incident.id)
    )


def _setuid_part(moment: Moment, lines: list[str], label: Label, shows: tuple[Shown, ...]) -> list[Part]:
    heading = f"{moment.host.hostname} setuid diffs:"
    return [Part(name="setuid_diff", heading=heading, lines=tuple(lines), label=label, shows=shows, is_success=False)]


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
    opened = moment.active("key_files_open")
    if opened is not None:
        refused = f"sshd[{pid}]: Authentication refused: bad ownership or modes for directory {opened.item}"
        lines += [f"{_stamp(yesterday, 80_000 + n * 61)} {host.short} {refused}" for n in range(3)]
        label = Label.EVENT
    if opened is None and attack is None and source.random() < 1 / 400:
        lines.append(f"{_stamp(yesterday, 86_000)} {host.short} su[{pid}]: BAD SU hans to root on /dev/pts/0")
        label = Label.DIGEST
    heading = f"{host.hostname} login failures:"
    return Part(
        name="login_failures",
        heading=heading,
        lines=tuple(lines),
        label=label,
        shows=moment.shows("attack_wave", "key_files_open"),
        is_success=not lines,
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
            f"Connection closed by invalid user {user} {peer} port {port} [preauth]",
            f"error: maximum authentication attempts exceeded for invalid user {user} from {peer} port {port} ssh2 [preauth]",
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


def _base_audit(moment: Moment) -> Part:
    host, incident = moment.host, moment.active("base_vulnerable")
    found: tuple[str, ...] = ("0 problem(s) in 0 package(s) found.",) * (1 if host.is_jail else 2)
    if incident is not None:
        package = f"{incident.item}-{host.release[0]}.{host.release[1]}" + (f"_{host.patch}" if host.patch else "")
        cve = f"  CVE: CVE-2026-{30_000 + incident.draw % 9_000}"
        www = "  WWW: https://vuxml.FreeBSD.org/freebsd/729008b9-54bf-11ef-a61b-2cf05da270f3.html"
        flaw = (
            f"{package} is vulnerable:",
            "  FreeBSD -- bhyve(8) privileged guest escape",
            cve,
            www,
            "",
            "1 problem(s) in 1 package(s) found.",
        )
        found = (*flaw, *found[1:])
    heading = "Checking for security vulnerabilities in base (userland & kernel):"
    label = Label.EVENT if incident else Label.NOISE
    lines = (*_banner(host), _fetched(moment), *found, *_jail(host, _fetched(moment), "0 problem(s) in 0 package(s) found."))
    shows = moment.shows("base_vulnerable")
    return Part(name="base_audit", heading=heading, lines=lines, label=label, shows=shows, is_success=incident is None)


def _banner(host: Host) -> tuple[str, ...]:
    """What pkg prints above the host's own findings where pkg_jails is set."""
    return ("Host system:",) if host.number % 7 == 2 and not host.is_jail else ()


def _jail(host: Host, *lines: str) -> tuple[str, ...]:
    return ("", "jail: www", *lines) if _banner(host) else ()


def _pkg_audit(moment: Moment) -> Part:
    host = moment.host
    incident = moment.active("pkg_vulnerable")
    lines: tuple[str, ...] = (*_banner(host), _fetched(moment)) if host.release[0] >= 10 else ()
    if incident is None:
        lines += _nothing_found(host)
    elif host.profile is Profile.VERBOSE:
        uuid = "0f445859-7f0e-11ee-94b4-6cc21735f730"
        cve = f"  CVE: CVE-2026-{30_000 + incident.draw % 9_000}"
        www = f"  WWW: https://vuxml.FreeBSD.org/freebsd/{uuid}.html"
        lines += (f"{incident.item} is vulnerable:", "  multiple vulnerabilities", cve, www, "", "1 problem(s) in 1 package(s) found.")
    else:
        lines += (incident.item,)
    if host.release[0] >= 10:
        lines += _jail(host, _fetched(moment))
    label = Label.EVENT if incident else Label.NOISE
    heading = "Checking for packages with security vulnerabilities:"
    return Part(
        name="pkg_audit", heading=heading, lines=lines, label=label, shows=moment.shows("pkg_vulnerable"), is_success=incident is None
    )
