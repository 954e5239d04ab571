"""arpwatch: subject `new station (printer.example.org) eth0`, `flip flop (192.0.2.17) eth0`; the host is the one that watches."""

from __future__ import annotations

import re

from mailtriage.recognise._hosts import longer_host, sane_host
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.recognise._security import may_claim
from mailtriage.types import Message, Recovery, Report, State

_EVENTS = {
    "new station": "new_station",
    "new activity": "new_activity",
    "changed ethernet address": "changed",
    "flip flop": "flip_flop",
    "reused old ethernet address": "reused",
}
_SUBJECT = re.compile(rf"(?:arpwatch: )?({'|'.join(_EVENTS)})(?: \(([^)]{{1,5000}})\))?(?: (\S{{1,40}}))?", re.IGNORECASE)
_ROW = re.compile(
    r"\s{0,40}(hostname|ip address|interface|(?:old )?ethernet (?:address|vendor)|(?:previous )?timestamp|delta):\s{0,8}(\S.{0,5000})?",
    re.IGNORECASE,
)
# The MACs of VRRP and CARP, of HSRP 1 and 2.
_VIRTUAL = re.compile(r"0:0:5e:0:[12]:[0-9a-f]{1,2}|0:0:c:7:ac:[0-9a-f]{1,2}|0:0:c:9f:f[0-9a-f]:[0-9a-f]{1,2}")
_FROM = re.compile(r"Arpwatch (\S{1,254})", re.IGNORECASE)

_TYPES = {
    name: SectionType(name=name, about=f"{about} [IP address]", check="arpwatch", recovery=Recovery.SILENCE)
    for name, about in {
        "new_station": "an address not seen before",
        "new_activity": "an address not seen for half a year",
        "changed": "an address has another MAC",
        "flip_flop": "an address went back to the MAC before the last",
        "virtual_router": "a flip flop in which one of the MACs is that of a virtual router",
        "reused": "an address went back to a MAC it once had",
        "sighting": "an address, the event being unknown",
    }.items()
}
SECTIONS = tuple(_TYPES.values())


def claims(message: Message) -> bool:
    """True if the text is arpwatch's block with `ip address:` and `ethernet address:`, and `hostname:` or its subject stands with it."""
    head = message.text[:3000]
    if "ethernet address:" not in head or "ip address:" not in head:
        return False
    first = head.lstrip().partition("\n")[0]
    if not _ROW.fullmatch(first.rstrip()):
        return False
    return ("hostname:" in head or bool(_SUBJECT.fullmatch(message.subject))) and may_claim(message)


def report(message: Message) -> Report:
    """One section, named by the event of the subject; without a subject by whether an old MAC is told."""
    lines = body_lines(message.text)
    rows = {found.group(1).lower(): (found.group(2) or "").strip() for found in map(_ROW.fullmatch, lines) if found}
    subject = _SUBJECT.fullmatch(message.subject)
    name = _EVENTS[subject.group(1).lower()] if subject else "changed" if "old ethernet address" in rows else "sighting"
    if name in ("new_station", "new_activity") and "old ethernet address" in rows:
        name = "changed"
    if name == "flip_flop" and any(map(_is_virtual, (rows.get("ethernet address", ""), rows.get("old ethernet address", "")))):
        name = "virtual_router"
    item = rows.get("ip address", "")
    words = name.replace("_", " ")
    section = _TYPES[name].section(
        lines,
        item=item,
        state=State.PROBLEM if name in ("changed", "flip_flop", "reused") else State.INFO,
        summary=f"{words}: {item} is {rows.get('ethernet address', '?')}"
        + (f", was {old}" if (old := rows.get("old ethernet address")) else ""),
    )
    watcher = _FROM.fullmatch(message.sender_name)
    host = sane_host(watcher.group(1)) if watcher else ""
    return Report(kind="arpwatch", host=longer_host(host, message.host) if host else message.host, sections=(section,))


def _is_virtual(mac: str) -> bool:
    """arpwatch writes a MAC without leading zeros, other systems' ports with them."""
    return bool(_VIRTUAL.fullmatch(":".join(part.lstrip("0") or "0" for part in mac.lower().split(":"))))
