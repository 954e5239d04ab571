"""The texts of security tools as they print them: subject, body, and the true label of each section."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime

from mailtriage.simulate.hosts import Host
from mailtriage.simulate.mail import Label, address

Sections = tuple[tuple[str, Label], ...]
_RULE = "---------------------------------------------------"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail before it has an envelope; `account` is who sends it."""

    kind: str
    subject: str
    body: str
    sections: Sections
    account: str = "root"
    from_name: str = ""
    headers: tuple[tuple[str, str], ...] = ()


_BULK = (
    ("Auto-Submitted", "auto-generated"),
    ("Precedence", "bulk"),
    ("MIME-Version", "1.0"),
    ("Content-Transfer-Encoding", "8bit"),
    ("Content-Type", 'text/plain; charset="UTF-8"'),
)


def sudo(host: Host, local: datetime, user: str, reason: str, label: Label) -> Letter:
    """One line of sudo about a user it refused."""
    stamp = local.strftime("%b %e %H:%M:%S")
    body = f"{host.short} : {stamp} : {user} : {reason} ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/cat /etc/shadow\n"
    return Letter(
        kind="sudo",
        subject=f"*** SECURITY information for {host.short} ***",
        body=body,
        sections=(("refused", label),),
        account=user,
        headers=(("Auto-Submitted", "auto-generated"),),
    )


def logwatch(host: Host, local: datetime, source: random.Random, intruder: str = "") -> Letter:
    """A logwatch report of low detail: attempts by ssh, a root who logged in after them where there is an intruder, disk space."""
    attempts = "".join(f"    {address(source)}: {source.randint(1, 90)} Times\n" for _ in range(source.randint(1, 4)))
    ssh = f" Failed logins from:\n{attempts}"
    sections: list[tuple[str, Label]] = [("header", Label.NOISE), ("sshd", Label.NOISE)]
    if intruder:
        ssh += f"    {intruder}: 41 Times\n \n Users logging in through sshd:\n    root:\n       {intruder}: 1 Time\n"
        sections += [("sshd_logins", Label.EVENT), ("root_login", Label.EVENT)]
    used = source.randint(20, 70)
    body = (
        "\n ################### Logwatch 7.7 (07/22/22) #################### \n"
        f"        Processing Initiated: {local:%a %b %e %H:%M:%S %Y}\n"
        "        Date Range Processed: yesterday\n"
        "                              Period is day.\n"
        "        Detail Level of Output: 0\n"
        "        Type of Output/Format: mail / text\n"
        f"        Logfiles for Host: {host.hostname}\n"
        " ################################################################## \n \n"
        f" --------------------- SSHD Begin ------------------------ \n\n \n{ssh} \n"
        " ---------------------- SSHD End ------------------------- \n\n \n"
        " --------------------- Disk Space Begin ------------------------ \n\n"
        " Filesystem      Size  Used Avail Use% Mounted on\n"
        f" /dev/vda1       100G   {used}G   {100 - used}G  {used}% /\n \n \n"
        " ---------------------- Disk Space End ------------------------- \n\n \n"
        " ###################### Logwatch End ######################### \n\n"
    )
    return Letter(
        kind="logwatch",
        subject=f"Logwatch for {host.hostname} (Linux)",
        body=body,
        sections=(*sections, ("disk", Label.NOISE)),
        account="logwatch",
        headers=_BULK,
    )


def logcheck(host: Host, local: datetime, source: random.Random, intruder: str = "") -> Letter:
    """What logcheck does not know to ignore: attempts by ssh, and a login after them where there is an intruder."""
    lines = []
    attacker = intruder or address(source)
    for _ in range(8 if intruder else source.randint(1, 6)):
        stamp = f"{local:%b %e %H}:{source.randint(0, 59):02d}:{source.randint(0, 59):02d}"
        head = f"{stamp} {host.short} sshd[{source.randint(800, 9000)}]:"
        lines.append(f"{head} Failed password for root from {attacker} port {source.randint(2000, 60000)} ssh2")
    if intruder:
        lines.append(f"{local:%b %e %H}:59:59 {host.short} sshd[811]: Accepted password for root from {intruder} port 4711 ssh2")
    body = (
        "This email is sent by logcheck. If you no longer wish to receive\n"
        "such mail, you can either uninstall the logcheck package or modify\n"
        "its configuration file (/etc/logcheck/logcheck.conf).\n\n"
        "System Events\n=-=-=-=-=-=-=\n" + "\n".join(sorted(lines)) + "\n\n"
    )
    return Letter(
        kind="logcheck",
        subject=f"{host.short} {local:%Y-%m-%d %H:%M %z} System Events",
        body=body,
        sections=(("intro", Label.NOISE), ("system_events", Label.EVENT if intruder else Label.NOISE)),
        account="logcheck",
        from_name="logcheck system account",
        headers=(("Auto-Submitted", "auto-generated"), ("MIME-Version", "1.0 (mime-construct 1.11)")),
    )


def ban(host: Host, source: random.Random) -> Letter:
    """fail2ban blocked a stranger; no whois program is there."""
    attacker = address(source)
    body = (
        f"Hi,\n\nThe IP {attacker} has just been banned by Fail2Ban after\n{source.randint(3, 9)} attempts against sshd.\n\n\n"
        f"Here is more information about {attacker} :\n\nmissing whois program\n\n\n\nRegards,\n\nFail2Ban"
    )
    return Letter(
        kind="fail2ban",
        subject=f"[Fail2Ban] sshd: banned {attacker} from {host.name}",
        body=body,
        sections=(("ban", Label.NOISE), ("whois", Label.NOISE)),
        account="fail2ban",
        from_name="Fail2Ban",
    )


def denied(host: Host, source: random.Random) -> Letter:
    """DenyHosts put strangers into hosts.deny."""
    rows = "\n".join(f"{address(source)} (unknown)" for _ in range(source.randint(1, 3)))
    body = f"Added the following hosts to /etc/hosts.deny:\n\n{rows}\n\n{'-' * 70}\n"
    return Letter(kind="denyhosts", subject=f"DenyHosts Report from {host.name}", body=body, sections=(("added", Label.NOISE),))


def sighting(host: Host, local: datetime, event: str, ip: str, label: Label) -> Letter:
    """arpwatch about one address; a change tells the old MAC too."""
    stamp = f"{local:%A, %B} {local.day}, {local:%Y} {local.hour}:{local:%M:%S %z}"
    rows = [
        ("hostname", "<unknown>"),
        ("ip address", ip),
        ("interface", "eth0"),
        ("ethernet address", "52:54:0:12:34:56"),
        ("ethernet vendor", "<unknown>"),
    ]
    if event == "changed ethernet address":
        rows += [("old ethernet address", "0:d0:b7:23:72:45"), ("old ethernet vendor", "Intel Corporate")]
    rows += [("timestamp", stamp)]
    if event == "new activity":
        rows += [("previous timestamp", stamp.replace(f"{local:%Y}", f"{local.year - 1}")), ("delta", "365 days")]
    section = {"new station": "new_station", "new activity": "new_activity"}.get(event, "changed")
    return Letter(
        kind="arpwatch",
        subject=f"{event} ({ip}) eth0",
        body="".join(f"{name:>20}: {value}\n" for name, value in rows),
        sections=((section, label),),
        account="arpwatch",
        from_name=f"Arpwatch {host.short}",
    )


def rkhunter_update(host: Host) -> Letter:
    """The weekly update of rkhunter's data files, of which there are none any more."""
    files = "".join(f"  Checking file {name:<45}[ No update ]\n" for name in ("mirrors.dat", "programs_bad.dat", "i18n/en"))
    body = (
        "[ Rootkit Hunter version 1.4.6 ]\n\nChecking rkhunter version...\n  This version  : 1.4.6\n  Latest version: 1.4.6\n"
        f"[ Rootkit Hunter version 1.4.6 ]\n\nChecking rkhunter data files...\n{files}"
    )
    return Letter(
        kind="rkhunter", subject=f"[rkhunter] {host.short} - Weekly database update", body=body, sections=(("update", Label.NOISE),)
    )


def rkhunter(host: Host) -> Letter:
    """The report of a healthy host: warnings that every such host shows."""
    body = "Warning: Hidden directory found: /etc/.git\nWarning: Hidden file found: /etc/.etckeeper: ASCII text\n"
    return Letter(kind="rkhunter", subject=f"[rkhunter] {host.short} - Daily report", body=body, sections=(("warning", Label.DIGEST),) * 2)


def chkrootkit(host: Host, infected: str = "") -> Letter:
    """The whole output, with one program infected."""

    def row(what: str, result: str) -> str:
        return f"{what + '...':<60}{result}\n"

    names = ("amd", "biff", "chfn", "cron", "du", "env", "ls", "ps", "netstat", "login", "su", "bindshell")
    tests = "".join(row(f"Checking `{name}'", "INFECTED" if name == infected else "not infected") for name in names)
    body = (
        f"ROOTDIR is `/'\n{tests}"
        + row("Searching for t0rn's default files and dirs", "nothing found")
        + row("Checking `OSX_RSPLUG'", "not tested")
    )
    sections: Sections = (("infected", Label.EVENT), ("output", Label.NOISE)) if infected else (("output", Label.NOISE),)
    return Letter(kind="chkrootkit", subject=f"[chkrootkit] alert for {host.name}", body=body, sections=sections)


def aide(host: Host, local: datetime, paths: tuple[str, ...] = ()) -> Letter:
    """Debian's daily report of AIDE, with changed files."""
    end = f"\nEnd timestamp: {local:%Y-%m-%d %H:%M:%S %z} (run time: 3m 3s)\n"
    start = f"Start timestamp: {local:%Y-%m-%d %H:%M:%S %z} (AIDE 0.18.3)\n"
    if not paths:
        body = f"{start}AIDE found NO differences between database and filesystem. Looks okay!!\n\nNumber of entries:\t104711\n{end}"
        return _aide(host, body, Label.NOISE)
    listed = "".join(f"f >.... mc..H.    : {path}\n" for path in paths)
    body = (
        f"{start}AIDE found differences between database and filesystem!!\n\nSummary:\n  Total number of entries:\t104711\n"
        f"  Added entries:\t\t0\n  Removed entries:\t\t0\n  Changed entries:\t\t{len(paths)}\n\n"
        f"{_RULE}\nChanged entries:\n{_RULE}\n\n{listed}{end}"
    )
    return _aide(host, body, Label.EVENT)


def _aide(host: Host, body: str, label: Label) -> Letter:
    return Letter(kind="aide", subject=f"Daily AIDE report for {host.name}", body=body, sections=(("report", label),))


def tripwire(host: Host, local: datetime, changed: int = 0) -> Letter:
    """A report of tripwire with so many changed files in /etc."""
    double, single = "=" * 79, "-" * 79
    row = f"{'*' if changed else ' '} Critical configuration files    100               0        0        {changed:<9}"
    names = "".join(f"Modified object name:  /etc/cron.d/job{n}\n\n" for n in range(changed)) or "No violations.\n\n"
    body = (
        f"\n\nOpen Source Tripwire(R) 2.4.3.7 Integrity Check Report\n\nReport generated by:          root\n"
        f"Report created on:            {local:%a %b %e %H:%M:%S %Y}\nDatabase last updated on:     Never\n\n"
        f"{double}\nReport Summary:\n{double}\n\nHost name:                    {host.hostname}\n"
        f"Host IP address:              192.0.2.{host.ip_last % 250}\n"
        f"Host ID:                      None\n\n{double}\nRule Summary: \n{double}\n\n{single}\n  Section: Unix File System\n{single}\n\n"
        "  Rule Name                       Severity Level    Added    Removed  Modified \n"
        "  ---------                       --------------    -----    -------  -------- \n"
        f"{row}\n  (/etc)\n\nTotal objects scanned:  24117\nTotal violations found:  {changed}\n\n{double}\nObject Detail: \n{double}\n\n"
        f"{names}{double}\nError Report: \n{double}\n\nNo Errors\n\n{single}\n*** End of report ***\n"
    )
    counts = f"V:{changed} S:{100 if changed else 0} A:0 R:0 C:{changed}"
    return Letter(
        kind="tripwire",
        subject=f"TWReport {host.hostname} {local:%Y%m%d%H%M%S} {counts}",
        body=body,
        sections=(("report", Label.EVENT if changed else Label.NOISE),),
        account="tripwire",
        from_name='"Open Source Tripwire(R) 2.4.3.7.0"',
    )


def samhain(host: Host, local: datetime) -> Letter:
    """samhain's sign of life."""
    stamp = f"{local:%Y-%m-%dT%H:%M:%S%z}"
    body = f"-----BEGIN MESSAGE-----\nMARK   :  [{stamp}] msg=<---- TIMESTAMP ---->\n-----END MESSAGE-----\n"
    return Letter(
        kind="samhain",
        subject=f"{stamp} {host.name}",
        body=body,
        sections=(("mark", Label.DIGEST), ("other", Label.DIGEST)),
        account="daemon",
        from_name="samhain",
    )


def ossec(host: Host, local: datetime, source: random.Random) -> Letter:
    """An alert of OSSEC on the host itself about a stranger who failed to log in."""
    attacker = address(source)
    body = (
        f"\nOSSEC HIDS Notification.\n{local:%Y %b %d %H:%M:%S}\n\nReceived From: {host.name}->/var/log/secure\n"
        'Rule: 5710 fired (level 5) -> "Attempt to login using a non-existent user"\n'
        f"Src IP: {attacker}\nPortion of the log(s):\n\n"
        f"{local:%b %e %H:%M:%S} {host.short} sshd[812]: Invalid user oracle from {attacker} port 4711\n\n\n\n --END OF NOTIFICATION\n\n\n"
    )
    return Letter(
        kind="ossec",
        subject=f"OSSEC Notification - {host.name} - Alert level 5",
        body=body,
        sections=(("login", Label.NOISE),),
        account="ossecm",
        from_name="OSSEC HIDS",
    )
