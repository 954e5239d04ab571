"""Rows of tables whose columns are known: judged by their numbers, not by the name in front.

`df`, `netstat -i`, `zpool list`, `uptime` and `ruptime` print one row a file system, interface, pool or host. A new name there
is no new kind of line; a row that is gone is noticed by its name, a value by its column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a known table: `shape` without its subject, `name` with it."""

    shape: str
    name: str
    values: tuple[tuple[str, float], ...]  # slot type and number
    subject: tuple[str, str] | None = None  # where a device is mounted, and the device


_SIZE = r"-?\d+(?:\.\d+)?[KMGTPE]?i?B?"
_DF = re.compile(
    rf"(?P<device>\S+)\s+(?:(?P<type>[a-z][a-z0-9.]*)\s+)?(?P<size>{_SIZE})\s+(?P<used>{_SIZE})\s+(?P<avail>{_SIZE})\s+(?P<level>\d+)%\s+(?P<mount>/[^:]*)"
)
_PSEUDO_DEVICES = "devfs procfs linprocfs linsysfs fdescfs udev devtmpfs proc sysfs efivarfs none cgroup cgroup2"
_READ_ONLY_IMAGE = re.compile(r"/dev/(?:loop\d+|cd\d+|sr\d+)\Z")
_INTERFACE = re.compile(
    r"(?P<name>[a-z][a-z0-9_.-]*\d)(?P<down>\*?)\s+(?P<mtu>\d+[kK]?|-)\s+(?P<network><Link#\d+>|[0-9a-fA-F.:%a-z-]+/\d+|[0-9a-fA-F:.]+%?\S*|[a-z][a-z0-9.-]*)\s+"
    r"(?:(?P<address>\S*[.:a-zA-Z‹\x01]\S*)\s+)?(?P<counters>(?:(?:\d+|-)\s+){3,}(?:\d+|-))"
)
_POOL = re.compile(
    rf"(?P<pool>[A-Za-z][\w.:-]*)\s+(?P<size>{_SIZE})\s+(?P<alloc>{_SIZE})\s+(?P<free>{_SIZE})\s+(?P<more>(?:\S+\s+){{0,3}}?)(?P<level>\d+)%\s+"
    r"(?P<dedup>\d+\.\d+x)\s+(?P<health>[A-Z]+)\s+(?P<altroot>\S+)"
)
_LOADS = r"load(?: averages?:)? (?P<loads>\d+[.,]\d+(?:,? \d+[.,]\d+){2})"
_UPTIME = re.compile(
    rf"(?:\d{{1,2}}:\d\d(?::\d\d)?(?:[AP]M)? |(?P<host>\S+) )up (?:(?P<days>\d+)(?: days?(?:, )?|\+))?"
    rf"(?:(?P<hours>\d+):(?P<minutes>\d\d)|(?P<some>\d+) (?P<unit>min|mins|hr|hrs|secs?))?, (?P<users>\d+) users?, {_LOADS}"
)
_UNIT = {"m": 60.0, "h": 3600.0, "s": 1.0}
_POWER = {letter: 1024.0 ** (n + 1) for n, letter in enumerate("KMGTPE")}


def row(line: str) -> Row | None:
    """The row this line is, if it is one of a known table."""
    text = line.strip()
    if "%" in text:
        if found := _DF.fullmatch(text):
            return _file_system(found)
        if found := _POOL.fullmatch(text):
            return _pool(found)
        return None
    if text[-1:].isdigit() or text.endswith("-"):
        if "load" in text and (found := _UPTIME.fullmatch(" ".join(text.split()))):
            return _uptime(found)
        found = _INTERFACE.fullmatch(text)
        return _interface(found) if found else None
    return None


def _bytes(text: str) -> float:
    number = text.rstrip("Bi")
    power = _POWER.get(number[-1], 1.0)
    return float(number.rstrip("KMGTPE")) * power


def _file_system(found: re.Match[str]) -> Row:
    mount = " ".join(found["mount"].split())
    is_pseudo = found["device"] in _PSEUDO_DEVICES.split() or (
        _READ_ONLY_IMAGE.match(found["device"]) is not None and mount != "/" and found["level"] == "100"
    )
    if is_pseudo:
        return Row("‹df› pseudo file system", f"‹df› pseudo {mount}", ())
    avail = _bytes(found["avail"])
    shape = "‹df› over-full" if avail < 0 else "‹df› file system"
    if float(found["level"]) <= 90 and not _is_level(float(found["level"]), found["used"], found["avail"]):
        shape = "‹df› sizes that do not fit the level"
    values = (("c", float(found["level"])), ("s", _bytes(found["size"])), ("s", avail))
    return Row(shape, f"{shape} {found['device']} {mount}", values, (mount, found["device"]))


def _is_level(level: float, used: str, avail: str) -> bool:
    """Whether used and available space, each rounded as printed, can make this level; df computes it from these two."""
    shares = []
    for sign in (-1, 1):
        full, free = max(0.0, _bytes(used) + sign * _step(used)), max(0.0, _bytes(avail) - sign * _step(avail))
        shares.append(100 * full / (full + free) if full + free else (0.0, 100.0)[sign > 0])
    return shares[0] - 3 <= level <= shares[1] + 3


def _step(text: str) -> float:
    """The size that the last digit stands for."""
    number = text.rstrip("Bi")
    fraction = number.rstrip("KMGTPE").partition(".")[2]
    return float(_POWER.get(number[-1], 1.0) / 10 ** len(fraction))


def _interface(found: re.Match[str]) -> Row:
    network = "link" if found["network"].startswith("<Link") else "address"
    counters = found["counters"].split()
    # One that is down and has never moved a packet is not used; one that has is no longer up.
    is_used = any(counter not in ("-", "0") for counter in counters)
    state = (" down in use" if is_used else " down") if found["down"] else ""
    shape = f"‹netstat› {network}{state} {len(counters)} " + "".join("-" if counter == "-" else "n" for counter in counters)
    # Packets say nothing, whatever follows them up to the next packet count is errors, drops and collisions.
    n_input = 3 if len(counters) == 7 else 2
    packets = {0, n_input}
    values = tuple(("n", float(counter)) for at, counter in enumerate(counters) if counter != "-" and at not in packets)
    return Row(shape, f"{shape} {found['name']}", values)


def _pool(found: re.Match[str]) -> Row:
    more = found["more"].split()
    fragmentation = [float(word[:-1]) for word in more if word.endswith("%") and word[:-1].isdigit()]
    words = " ".join("%" if word.endswith("%") else word if word == "-" else "‹s›" for word in more)
    values = (("c", float(found["level"])), ("s", _bytes(found["size"])), *(("%", value) for value in fragmentation))
    shape = f"‹zpool› {words} {found['health']} {found['altroot']}"
    return Row(shape, f"{shape} {found['pool']}", values)


def _uptime(found: re.Match[str]) -> Row:
    seconds = 86400.0 * float(found["days"] or 0) + 3600.0 * float(found["hours"] or 0) + 60.0 * float(found["minutes"] or 0)
    if found["some"]:
        seconds += float(found["some"]) * _UNIT[found["unit"][0]]
    load = max(*(float(number.replace(",", ".")) for number in re.findall(r"\d+[.,]\d+", found["loads"])))
    # Most mails are daily: who has been up for less has started anew since the last one.
    shape = ("‹ruptime›" if found["host"] else "‹uptime›") + (" less than a day" if seconds < 86_400 else "")
    return Row(shape, f"{shape} {found['host'] or ''}".rstrip(), (("u", seconds), ("n", float(found["users"])), ("l", load)))
