"""Reads the logs of the security run: failed logins, and the counters of the packet filters with the blockers they show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailtriage.recognise._counts import filled, read_denied
from mailtriage.recognise._measures import measure
from mailtriage.recognise._syslog import read_logins
from mailtriage.types import Measure

# Tables that sshguard, fail2ban and blacklistd fill (pf.conf and ipfw of their manuals); blacklistd makes one a port.
_BLOCKED = re.compile(r"(?:<|table\()(?:sshguard|fail2ban|f2b[\w-]{0,40}|denyhosts|b(?:lack|lock)listd[\w/-]{0,40}|port\d{1,5})[>)]")
_PF_BYTES = re.compile(r"Bytes: (\d{1,18})\b")
_IPFW_BYTES = re.compile(r"[+>] ?\d{5} +\d{1,18} +(\d{1,18}) ")


def read_login_failures(lines: Sequence[str]) -> tuple[Measure, ...]:
    """How many lines, and what they say of logins."""
    return (measure("login_failures", "", filled(lines)), *read_logins(lines))


def read_firewall(lines: Sequence[str], subject: str) -> tuple[Measure, ...]:
    """Packets and bytes a packet filter denied, and whether a blocker's rule is among those that denied them."""
    return (*read_denied(lines, subject), *_read_firewall(lines, subject))


def _read_firewall(lines: Sequence[str], subject: str) -> Iterator[Measure]:
    pattern = {"pf": _PF_BYTES, "ipfw": _IPFW_BYTES}.get(subject)
    found = [int(match.group(1)) for match in map(pattern.search, lines) if match] if pattern else []
    if found:
        yield measure("denied_bytes", subject, sum(found))
    if any(_BLOCKED.search(line[:1000]) for line in lines):
        yield measure("blocker", "", 1)
