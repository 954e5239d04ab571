"""Reads the tables of the running system: netstat, uptime, mail queues, ntpq, versions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from mailtriage.recognise._measures import measure, number
from mailtriage.recognise._queues import held_far_away
from mailtriage.types import Measure

_UPTIME = re.compile(r"\bup\s+(?:(\d{1,5}) days?(?:,\s+|$|\s))?(?:(\d{1,2}):(\d\d)|(\d{1,5}) (hrs?|mins?|secs?))?", re.ASCII)
_RUPTIME = re.compile(r"^(\S+)\s+up\s+(?:(\d{1,5})\+)?(\d{1,2}):(\d\d),", re.ASCII)
_LOAD = re.compile(r"load(?: averages?:)? +(\d{1,6}[.,]\d\d)(?:,? +(\d{1,6}[.,]\d\d),? +(\d{1,6}[.,]\d\d))?", re.ASCII)
_USERS = re.compile(r"\b(\d{1,6}) users?\b", re.ASCII)
_DUMP = re.compile(r"^[> ] *\S+\s+\( *(\S+)\) Last dump: Level \d, Date (?:[A-Z][a-z]{2} )?([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_OCTAL = re.compile(r"[0-7]{1,6}", re.ASCII)
_HOURS = re.compile(r"^\s{0,16}(\S{1,40}) +(\d{1,7}\.\d\d)$", re.ASCII)
_SECONDS = {"hr": 3600, "min": 60, "sec": 1}
_TOTAL = re.compile(r"(?:Total requests: |-- \d+ \S+ in )(\d{1,9})\b|\((\d{1,9}) requests?\)", re.ASCII)
_FEW = 5  # mails: a queue as short is looked at one by one
_QUEUE_EMPTY = re.compile(r"\bis empty\b")
_DMA_ENTRY = re.compile(r"^ID\s*: ")
_EXIM_ENTRY = re.compile(r"^ *\d+[mhdw] +[\d.]+[KM]? +\S{6}-\S{6,11}-\S{2,4} ")
_SHORTENED = re.compile(r"^ *(\d{1,9}) \S+$")
_VERSION = re.compile(r"^(Userland|Kernel) version: (\d{6,8})$", re.ASCII)


_COUNTERS = (
    ("if_errors", ("Ierrs", "Oerrs")),
    ("if_collisions", ("Coll",)),
    ("if_drops", ("Idrop", "Drop")),
    ("if_packets_in", ("Ipkts",)),
    ("if_packets_out", ("Opkts",)),
)


def read_interfaces(lines: Iterable[str]) -> tuple[Measure, ...]:
    """Packets, errors, collisions and drops of each interface; its `<Link#N>` row carries the real counters."""
    measures: list[Measure] = []
    names: list[str] = []
    for line in lines:
        words = line.split()
        if words[:1] == ["Name"] and "Ipkts" in words:
            names = words[words.index("Ipkts") :]
        elif names and "<Link#" in line and len(words) >= len(names) + 3:
            cells = dict(zip(names, map(number, words[-len(names) :]), strict=True))
            interface = words[0].rstrip("*")
            for name, columns in _COUNTERS:
                values = [cells[column] for column in columns if cells.get(column) is not None]
                if values:
                    measures.append(measure(name, interface, sum(value or 0 for value in values)))
            errors, packets = ((cells.get(one) or 0) + (cells.get(other) or 0) for one, other in (("Ierrs", "Oerrs"), ("Ipkts", "Opkts")))
            measures.append(measure("if_error_rate", interface, errors / max(packets, 1) * 1e6))
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
            averages = zip(("load", "load5", "load15"), load.groups(), strict=True)
            measures += [measure(name, subject, float(value.replace(",", "."))) for name, value in averages if value]
            users = _USERS.search(line)
            if users:
                measures.append(measure("users", subject, int(users.group(1))))
    return tuple(measures)


def _may_total(line: str) -> bool:
    """Cheap: a queue has hundreds of lines, and one with the total."""
    return "request" in line or line.startswith("-- ")


def read_queue(lines: Sequence[str], subject: str) -> tuple[Measure, ...]:
    """How many mails wait, and how many of them for something near; nothing where the text is not of sendmail, dma, postfix or exim."""
    text = [line for line in lines if line.strip()]
    n = _queued(text)
    if n is None:
        return ()
    n_far = held_far_away(lines) if n <= _FEW else 0
    nearby = (measure("mail_held_nearby", subject, n - n_far if n_far <= n else n),) if n else ()
    return (measure("mail_queue", subject, n), *nearby)


def _queued(text: Sequence[str]) -> int | None:
    totals = [int(found.group(1) or found.group(2)) for found in map(_TOTAL.search, filter(_may_total, text)) if found]
    if totals:
        return max(totals)
    for entry in (_DMA_ENTRY, _EXIM_ENTRY):
        n = sum(1 for line in text if entry.match(line))
        if n:
            return n
    shortened = [_SHORTENED.match(line) for line in text]
    if text and all(shortened):
        return sum(int(found.group(1)) for found in shortened if found)
    return 0 if not text or any(_QUEUE_EMPTY.search(line) for line in text) else None


def read_peers(lines: Iterable[str]) -> tuple[Measure, ...]:
    """Offset, jitter and reach of each peer of an `ntpq -pn` table."""
    measures = []
    in_table = False
    for line in lines:
        words = line[1:].split()
        if "offset" in words and "jitter" in words:
            in_table = True
        elif in_table and len(words) == 10:
            offset, jitter = number(words[8].lstrip("+")), number(words[9])
            if offset is not None:
                measures.append(measure("ntp_offset", words[0], offset))
            if jitter is not None:
                measures.append(measure("ntp_jitter", words[0], jitter))
            if _OCTAL.fullmatch(words[6]):
                measures.append(measure("ntp_reach", words[0], int(words[6], 8)))
    return tuple(measures)


def read_versions(lines: Iterable[str]) -> tuple[Measure, ...]:
    """The two versions, where they differ."""
    found = (_VERSION.match(line) for line in lines)
    return tuple(measure(f"{match.group(1).lower()}_version", "", int(match.group(2))) for match in found if match)


def read_dumps(lines: Iterable[str], at: datetime) -> tuple[Measure, ...]:
    """Days since the last dump of each file system. The rows name no year: it is the last one that is not ahead of the report."""
    measures = []
    for line in lines:
        found = _DUMP.match(line[:300])
        if found and found.group(2) in _MONTHS:
            month, day = _MONTHS.index(found.group(2)) + 1, int(found.group(3))
            ages = [_age(at, at.year - back, month, day, int(found.group(4)), int(found.group(5))) for back in (0, 1)]
            # A day of grace: the rows are in the host's own time.
            age = next((age for age in ages if age is not None and age > -1), None)
            if age is not None:
                measures.append(measure("dump_age", found.group(1), max(0, int(age))))
    return tuple(measures)


def _age(at: datetime, year: int, month: int, day: int, hour: int, minute: int) -> float | None:
    try:
        then = datetime(year, month, day, hour, minute, tzinfo=at.tzinfo)
    except ValueError:
        return None
    return (at - then).total_seconds() / 86400


def read_login_hours(lines: Iterable[str]) -> tuple[Measure, ...]:
    """Hours of login by user, and of all in `total`."""
    found = (_HOURS.match(line) for line in lines)
    return tuple(measure("login_hours", match.group(1), float(match.group(2))) for match in found if match)
