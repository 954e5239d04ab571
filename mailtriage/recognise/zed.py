"""zed, the event daemon of OpenZFS: subject `ZFS scrub_finish event for tank on db03`, `ZFS device fault for pool tank on db03`."""

from __future__ import annotations

import re
from dataclasses import replace

from mailtriage.recognise import _people
from mailtriage.recognise._appliance import host_of
from mailtriage.recognise._pools import read_pools
from mailtriage.recognise._sections import SectionType, body_lines, first_line
from mailtriage.recognise._security import without_margin
from mailtriage.types import Message, Recovery, Report, Section, Severity, State

_SUBJECT = re.compile(r"ZFS (.{1,60}?) (?:event |error )?for (?:pool )?([^\s:]{1,200})(?: \(.{1,100}\))? on (\S{1,255})")
_FIRST = re.compile(
    r"ZFS has (?:finished a (?P<task>scrub|resilver|trim|\w{1,20})|detected (?:a|an|that)\b.*"
    r"|posted the following event|marked the device as).*"
    r"|The number of .{1,60}\bZFS device\b.*|A ZFS .*|(?:The |One of the )?ZFS (?:vdev|device|pool)\b.*",
    re.IGNORECASE,
)
_ENDED = re.compile(r"ZFS has finished a ", re.IGNORECASE)
_FAULT = re.compile(r"\b(?:fault|error|degraded|removed|unavail|offline|suspended|io_failure|checksum|statechange)", re.IGNORECASE)
_FIELD = re.compile(
    r"^[ \t]{0,12}(eid|class|subclass|host|time|pool|state|status|vpath|vdev|vguid|scan|errors|error|objid):[ \t]{0,8}(.*)$", re.MULTILINE
)
_ROW = re.compile(
    r"\s{0,40}(\S{1,200})\s{1,80}([A-Z]{4,10})(?:\s{1,20}([\d.]{1,12}[KMGTPE]?)\s{1,20}([\d.]{1,12}[KMGTPE]?)\s{1,20}([\d.]{1,12}[KMGTPE]?))?(.*)"
)
_GROUP = re.compile(r"(?:mirror|raidz\d?|draid\d?\S*|spare|replacing|logs?|cache|special|dedup|spares)(?:-\d.*)?")
_MEASURES = (
    "pool_errors", "pool_data_errors", "pool_resilver", "scrub_duration", "scrub_repaired", "scrub_errors",
)  # fmt: skip
_POOL = {
    name: SectionType(name=name, about=about, check="zfs_pool", recovery=Recovery.EXPLICIT, measures=_MEASURES)
    for name, about in {
        "scrub": "a scrub ended [pool]",
        "resilver": "a resilver ended [pool]",
        "trim": "a trim ended [pool]",
        "vdev": "the row of one disk in the table of its pool [pool disk]",
        "fault": "a disk changed its state, or has too many errors [pool disk]",
        "data_error": "data cannot be read [pool]",
        "notice": "another event of ZFS [pool]",
    }.items()
}
SECTIONS = tuple(_POOL.values())


def claims(message: Message) -> bool:
    """True if the first line is one of ZED's, and the subject or the block with `eid:`, `class:` and `host:` is too."""
    first = first_line(message.text)
    if "ZFS" not in first or not _FIRST.fullmatch(first):
        return False
    message = without_margin(message)
    found = {name for name, _ in _FIELD.findall(message.text[:6000])}
    is_block = "eid" in found and len(found & {"class", "host", "time", "pool", "state"}) >= 2
    return (is_block or bool(_SUBJECT.fullmatch(message.subject))) and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section for the pool or the disk, and one for each disk of the table."""
    message = without_margin(message)
    first = _FIRST.fullmatch(first_line(message.text))
    subject = _SUBJECT.fullmatch(message.subject)
    told = dict(reversed(_FIELD.findall(message.text[:100000])))
    pool = (told.get("pool", "").split() or [subject.group(2) if subject else ""])[0]
    name = _name(first.group("task") if first and first.group("task") else "", told, message)
    lines, rows = _split(body_lines(message.text), pool)
    state = _state(name, told, lines, rows)
    note = _doubt(message, told, subject)
    state = State.INFO if state is State.OK and note else state
    disk = _disk(told.get("vpath") or told.get("vdev") or "")
    section = _POOL[name].section(
        lines,
        item=f"{pool} {disk}".strip() if name == "fault" else pool,
        state=state,
        severity=Severity.CRITICAL if name == "fault" else Severity.HIGH if state is State.PROBLEM else None,
        summary=_summary(name, pool, disk, told),
        measures=read_pools(body_lines(message.text)),
    )
    host = host_of(message, told.get("host", ""), subject.group(3) if subject else "")
    disks = (_row(pool, row) for row in rows)
    if note:  # no disk is well by the words of another report
        disks = (replace(disk, state=State.INFO) if disk.state is State.OK else disk for disk in disks)
    return Report(kind="zed", host=host, sections=(section, *disks), is_complete=not note, note=note)


def _doubt(message: Message, told: dict[str, str], subject: re.Match[str] | None) -> str:
    """Why the text may not be the one of the subject, or hold more than one report."""
    pools = {value.split()[0] for name, value in _FIELD.findall(message.text) if name == "pool" and value.strip()}
    pools |= {subject.group(2)} if subject and pools and not subject.group(2).startswith("0x") else set()
    if len(pools) > 1:
        return f"subject and text name different pools: {', '.join(sorted(pools))}"[:300]
    if _tells_of_a_fault(message.subject) and _ENDED.match(first_line(message.text)):
        return "the subject tells of a fault, the text of the end of a task"
    headlines = [line for line in body_lines(message.text) if line.lstrip().startswith("ZFS has ") and _FIRST.fullmatch(line.strip())]
    if len(headlines) > 1:
        return "the text holds more than one report"
    hosts = {name.strip().lower().partition(".")[0] for name in (told.get("host", ""), subject.group(3) if subject else "") if name.strip()}
    return "subject and text name different hosts" if len(hosts) > 1 else ""


def _tells_of_a_fault(subject: str) -> bool:
    """By the words before the pool: that may have any name."""
    found = _SUBJECT.fullmatch(subject)
    return bool(_FAULT.search(subject[: found.start(2)] if found else subject))


def _name(task: str, told: dict[str, str], message: Message) -> str:
    if task in ("scrub", "resilver", "trim"):
        return "fault" if _tells_of_a_fault(message.subject) else task
    if "objid" in told or "data error" in message.subject or "data error" in first_line(message.text):
        return "data_error"
    words = f"{message.subject} {first_line(message.text)} {told.get('class', '')}"
    bad = told.get("state", "") in ("FAULTED", "DEGRADED", "REMOVED", "UNAVAIL", "OFFLINE", "SUSPENDED")
    return "fault" if bad or re.search(r"fault|removed|exceeded|\berror|statechange|marked|io_failure", words, re.IGNORECASE) else "notice"


def _split(lines: tuple[str, ...], pool: str) -> tuple[list[str], list[str]]:
    """The lines without the rows of single disks, and those rows."""
    kept: list[str] = []
    rows: list[str] = []
    is_table = False
    for line in lines:
        words = line.split()
        is_table = "CKSUM" in words or (is_table and not line.strip().startswith("errors:"))
        row = _ROW.fullmatch(line[:1000]) if is_table else None
        (rows if row and row.group(1) != pool and not _GROUP.fullmatch(row.group(1)) and "CKSUM" not in words else kept).append(line)
    return kept, rows


def _state(name: str, told: dict[str, str], lines: list[str], rows: list[str]) -> State:
    """OK only for a pool of which every line is well; the event rules see what is not."""
    if name == "fault":
        return State.PROBLEM
    if name not in ("scrub", "resilver"):
        return State.PROBLEM if name == "data_error" else State.INFO
    is_well = told.get("state") == "ONLINE" and "status" not in told and told.get("errors", "").startswith("No known data errors")
    is_clean = bool(re.match(r"(?:scrub repaired 0B? in|resilvered \S+ in) .*with 0 errors ", told.get("scan", "")))
    bad_rows = [line for line in (*lines, *rows) if (row := _ROW.fullmatch(line[:1000])) and row.group(3) and not _is_well(row)]
    if is_well and is_clean and not bad_rows:
        return State.OK
    return State.PROBLEM if told.get("state") != "ONLINE" or bad_rows else State.INFO


def _is_well(row: re.Match[str]) -> bool:
    return row.group(2) == "ONLINE" and row.group(3, 4, 5) == ("0", "0", "0") and not row.group(6).strip()


def _row(pool: str, line: str) -> Section:
    row = _ROW.fullmatch(line[:1000])
    disk = row.group(1) if row else ""
    is_spare = bool(row) and row.group(2) in ("AVAIL", "INUSE") if row else False
    is_well = bool(row and _is_well(row))
    return _POOL["vdev"].section(
        (line,),
        item=f"{pool} {_disk(disk)}",
        state=State.OK if is_well else State.INFO if is_spare else State.PROBLEM,
        summary=f"{pool}: {' '.join(line.split())}"[:200],
    )


def _disk(path: str) -> str:
    """The name of a disk without its directory and partition, the same in an event and in the table."""
    name = path.strip().rpartition("/")[2]
    name = re.sub(r"-part\d{1,3}$", "", name)
    found = re.fullmatch(r"((?:sd|vd|hd|xvd)[a-z]{1,3})\d{1,3}|(nvme\d{1,3}n\d{1,3})p\d{1,3}", name)
    return (found.group(1) or found.group(2)) if found else name[:90]


def _summary(name: str, pool: str, disk: str, told: dict[str, str]) -> str:
    state = told.get("state", "")
    if name == "fault":
        return f"{pool}: {disk or 'a disk'} {state}".strip()
    return f"{pool}: {name} ended, {state}" if name in ("scrub", "resilver", "trim") else f"{pool}: {name.replace('_', ' ')}"
