"""Reads the tables of the running system: netstat, uptime, mail queues, ntpq, versions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mailtriage.recognise._measures import measure, number
from mailtriage.types import Measure

_UPTIME = re.compile(r"\bup\s+(?:(\d{1,5}) days?(?:,\s+|$|\s))?(?:(\d{1,2}):(\d\d)|(\d{1,5}) (hrs?|mins?|secs?))?", re.ASCII)
_RUPTIME = re.compile(r"^(\S+)\s+up\s+(?:(\d{1,5})\+)?(\d{1,2}):(\d\d),", re.ASCII)
_LOAD = re.compile(r"load(?: averages?:)? (\d{1,6}[.,]\d\d)", re.ASCII)
_SECONDS = {"hr": 3600, "min": 60, "sec": 1}
_TOTAL = re.compile(r"(?:Total requests: |-- \d+ \S+ in )(\d{1,9})\b|\((\d{1,9}) requests?\)", re.ASCII)
_QUEUE_EMPTY = re.compile(r"\bis empty\b")
_DMA_ENTRY = re.compile(r"^ID\s*: ")
_EXIM_ENTRY = re.compile(r"^ *\d+[mhdw] +[\d.]+[KM]? +\S{6}-\S{6,11}-\S{2,4} ")
_SHORTENED = re.compile(r"^ +(\d{1,9}) \S+$")
_VERSION = re.compile(r"^(Userland|Kernel) version: (\d{6,8})$", re.ASCII)


def read_interfaces(lines: Iterable[str]) -> tuple[Measure, ...]:
    """Errors, collisions and drops of each interface; its `<Link#N>` row carries the real counters."""
    measures: list[Measure] = []
    names: list[str] = []
    for line in lines:
        words = line.split()
        if words[:1] == ["Name"] and "Ipkts" in words:
            names = words[words.index("Ipkts") :]
        elif names and "<Link#" in line and len(words) >= len(names) + 3:
            cells = dict(zip(names, map(number, words[-len(names) :]), strict=True))
            interface = words[0].rstrip("*")
            for name, columns in (("if_errors", ("Ierrs", "Oerrs")), ("if_collisions", ("Coll",)), ("if_drops", ("Idrop", "Drop"))):
                values = [cells[column] for column in columns if cells.get(column) is not None]
                if values:
                    measures.append(measure(name, interface, sum(value or 0 for value in values)))
    return tuple(measures)


def read_uptime(lines: Iterable[str]) -> tuple[Measure, ...]:
    """Uptime and load; the rows of rwhod name other hosts."""
    measures = []
    for line in lines:
        other = _RUPTIME.match(line)
        subject = other.group(1) if other and not other.group(1)[0].isdigit() else ""
        if other and subject:
            measures.append(
                measure("uptime", subject, int(other.group(2) or 0) * 86400 + int(other.group(3)) * 3600 + int(other.group(4)) * 60)
            )
        else:
            found = _UPTIME.search(line)
            if found and found.end() > found.start() + 3:
                days, hours, minutes, count, unit = found.groups()
                seconds = int(days or 0) * 86400 + int(hours or 0) * 3600 + int(minutes or 0) * 60
                measures.append(measure("uptime", "", seconds + int(count or 0) * _SECONDS.get((unit or "").rstrip("s"), 0)))
        load = _LOAD.search(line)
        if load:
            measures.append(measure("load", subject, float(load.group(1).replace(",", "."))))
    return tuple(measures)


def _may_total(line: str) -> bool:
    """Cheap: a queue has hundreds of lines, and one with the total."""
    return "request" in line or line.startswith("-- ")


def read_queue(lines: Sequence[str], subject: str) -> tuple[Measure, ...]:
    """How many mails wait; sendmail, dma, postfix and exim. No measure where the text is none of theirs."""
    text = [line for line in lines if line.strip()]
    totals = [int(found.group(1) or found.group(2)) for found in map(_TOTAL.search, filter(_may_total, text)) if found]
    if totals:
        return (measure("mail_queue", subject, max(totals)),)
    for entry in (_DMA_ENTRY, _EXIM_ENTRY):
        n = sum(1 for line in text if entry.match(line))
        if n:
            return (measure("mail_queue", subject, n),)
    shortened = [_SHORTENED.match(line) for line in text]
    if text and all(shortened):
        return (measure("mail_queue", subject, sum(int(found.group(1)) for found in shortened if found)),)
    if not text or any(_QUEUE_EMPTY.search(line) for line in text):
        return (measure("mail_queue", subject, 0),)
    return ()


def read_peers(lines: Iterable[str]) -> tuple[Measure, ...]:
    """The offset of each peer of an `ntpq -pn` table."""
    measures = []
    in_table = False
    for line in lines:
        words = line[1:].split()
        if "offset" in words and "jitter" in words:
            in_table = True
        elif in_table and len(words) == 10:
            offset = number(words[8].lstrip("+"))
            if offset is not None:
                measures.append(measure("ntp_offset", words[0], offset))
    return tuple(measures)


def read_versions(lines: Iterable[str]) -> tuple[Measure, ...]:
    """The two versions, where they differ."""
    found = (_VERSION.match(line) for line in lines)
    return tuple(measure(f"{match.group(1).lower()}_version", "", int(match.group(2))) for match in found if match)
