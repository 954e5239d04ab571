"""vzdump of Proxmox VE.

Subjects: `vzdump backup status (pve1.example.org): backup successful`, `... : backup failed: REASON`.
Up to 7 there is a blank before the second colon.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType
from mailtriage.recognise._stated import size, stated_host, trimmed
from mailtriage.types import Message, Recovery, Report, Section, State

_SUBJECT = re.compile(r"(?:\[[^\]]{1,60}\] )?vzdump backup status \((?P<host>[^()\s]{1,300})\) ?: ?(?P<state>.{1,500})", re.DOTALL)
_TABLE = re.compile(r"VMID +(?:NAME|Name) +(?:STATUS|Status) +(?:TIME|Time) +(?:SIZE|Size) +(?:FILENAME|Filename) *")
_ROW = re.compile(
    r"(?P<vmid>\d{1,9}) +(?P<name>\S.{0,100}?) +(?P<status>ok|OK|err|error|FAILED|failed|todo|\w{2,10})"
    r" +(?P<time>\d{1,3}:\d\d:\d\d|(?:\d{1,4}[dhms] ?){1,4}) +(?P<rest>.{1,500})"
)
_GUEST_LINE = re.compile(r"(\d{1,9}): .*")
_OF_GUEST = re.compile(
    r".{0,40}(?:INFO|ERROR|WARN): (?:Starting|Finished|Failed) ?(?:Backup|backup)? ?of (?:VM|CT|guest) (\d{1,9})\b.{0,500}"
    r"|.{0,40}ERROR: Backup of (?:VM|CT) (\d{1,9}) failed.{0,500}"
)
_COMMAND = re.compile(r"(?:INFO: starting new backup job: )?vzdump (.{1,4900})")
_EXTERNAL = re.compile(r"INFO: skip external VMs: (.{1,1900})")
_RUNNING = re.compile(r"Total running time: (.{1,60})")
_BAD = re.compile(
    r"\b(?:ERROR|WARN): |problems occured|job errors|[Cc]ould not (?:get lock|activate|get storage)|can't acquire lock|does not exist"
)
_SPAN = re.compile(r"(\d{1,6})([dhms])")
_CLOCK = re.compile(r"(\d{1,3}):(\d\d):(\d\d)")
_SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,4})? ?[KMGTP]?i?B?)(?: .*)?")
_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}

_GUEST = SectionType(
    name="guest",
    about="the backup of one guest [VMID]",
    check="vm_backup",
    recovery=Recovery.EXPLICIT,
    measures=("backup_bytes", "backup_duration"),
)
_JOB = SectionType(
    name="job",
    about="the job as a whole, and what belongs to no guest",
    check="vm_backup_job",
    recovery=Recovery.EXPLICIT,
    measures=("backup_duration",),
)
SECTIONS = (_GUEST, _JOB)


def claims(message: Message) -> bool:
    """True if two of these are there: the subject, the head of the table of guests, and a line of vzdump's log or its total."""
    subject = _SUBJECT.fullmatch(message.subject[:900])
    if subject is None and "VMID" not in message.text:
        return False
    head = message.text[:200000]
    marks = (
        subject is not None,
        any(_TABLE.fullmatch(line.strip()) for line in head.split("\n")[:60]),
        "Total running time:" in head or "Detailed backup logs:" in head or "INFO: Starting Backup of " in head,
        "vzdump backup tool" in message.sender_name.lower(),
    )
    return sum(marks) >= 2 and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section `guest` for each guest of the table with its lines of the log, and `job` for the rest."""
    subject = _SUBJECT.fullmatch(message.subject[:900])
    rows: dict[str, re.Match[str]] = {}
    guests: dict[str, list[str]] = {}
    job: list[str] = []
    has_table = False
    here = ""
    for raw in message.text.split("\n"):
        line = raw.rstrip()
        has_table = has_table or bool(_TABLE.fullmatch(line.strip()))
        row = _ROW.fullmatch(line.strip()) if has_table and line[:4].strip()[:1].isdecimal() else None
        prefixed, named = _GUEST_LINE.fullmatch(line), _OF_GUEST.fullmatch(line)
        if row:
            here = row.group("vmid")
            rows[here] = row
        elif prefixed or named:
            here = prefixed.group(1) if prefixed else (named.group(1) or named.group(2)) if named else ""
        elif not line.strip() or line.startswith("TOTAL "):
            here = ""
        if here:
            guests.setdefault(here, []).append(line)
        else:
            job.append(line)
    sections = [_guest(vmid, trimmed(lines), rows.get(vmid)) for vmid, lines in guests.items()]
    state = subject.group("state").strip() if subject else ""
    has_bad_guest = any(section.state is not State.OK for section in sections)
    if message.subject and not (has_bad_guest and state == "backup failed"):
        job.insert(0, f"Subject: {message.subject}")  # else the guests say it, each by its name
    missing = _missing(job, set(rows))
    if missing:
        job.append(f"guests of the command without a row: {', '.join(missing)}")
    is_good = not missing and state in ("", "backup successful") and bool(rows) and not has_bad_guest and not any(map(_BAD.search, job))
    if not rows:
        job.append("no guest is listed")
    sections.append(_job(trimmed(job), is_good=is_good))
    return Report(
        kind="vzdump",
        host=stated_host(subject.group("host"), message.host) if subject else message.host,
        sections=tuple(sections),
    )


def _missing(lines: list[str], rows: set[str]) -> list[str]:
    """The guests that the command names and the table does not; those of another node are told as external."""
    named: list[str] = []
    for line in lines:
        external, command = _EXTERNAL.fullmatch(line[:2000]), _COMMAND.fullmatch(line[:5000])
        if external:
            rows = rows | set(re.split(r"[,\s]+", external.group(1)))
        elif command:
            before = ""
            for word in command.group(1).split():
                if not before.startswith("--") or "=" in before:  # else it is the value of an option
                    named += [one for one in re.split(r"[,;]", word) if one.isdecimal()]
                before = word
    return [vmid for vmid in dict.fromkeys(named) if vmid not in rows]


def _guest(vmid: str, lines: list[str], row: re.Match[str] | None) -> Section:
    measures = []
    is_good = row is not None and row.group("status") in ("ok", "OK")
    if row:
        measures.append(measure("backup_duration", vmid, _seconds(row.group("time"))))
        found = _SIZE.match(row.group("rest"))
        n_bytes = size(found.group(1).replace("GB", "G").replace("MB", "M").replace("KB", "K")) if found else None
        if n_bytes is not None and is_good:
            measures.append(measure("backup_bytes", vmid, n_bytes))
    bad = next((line for line in lines if "ERROR: " in line or "WARN: " in line), "")
    summary = bad or (f"{vmid} {row.group('name')}: {row.group('status')}" if row else lines[0] if lines else vmid)
    state = State.OK if is_good and not bad else State.PROBLEM
    return _GUEST.section(lines, item=vmid, state=state, summary=summary, measures=measures)


def _job(lines: list[str], *, is_good: bool) -> Section:
    found = next((match for match in map(_RUNNING.fullmatch, lines) if match), None)
    measures = [measure("backup_duration", "", _seconds(found.group(1)))] if found else []
    return _JOB.section(lines, state=State.OK if is_good else State.PROBLEM, summary=lines[0] if lines else "", measures=measures)


def _seconds(text: str) -> int:
    clock = _CLOCK.fullmatch(text.strip())
    if clock:
        return int(clock.group(1)) * 3600 + int(clock.group(2)) * 60 + int(clock.group(3))
    return sum(int(number) * _SECONDS[unit] for number, unit in _SPAN.findall(text))
