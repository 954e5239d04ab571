"""Bacula and Bareos.

Subjects: `Bacula: Backup OK of web07-fd Full`, `Bareos: Backup Error of ...`, `Bacula: Intervention needed for ...`.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType
from mailtriage.recognise._stated import digits, stated_host, trimmed
from mailtriage.types import Measure, Message, Recovery, Report, State

_SUBJECT = re.compile(r"(?:\[[^\]]{1,40}\] )?(?:Bacula|Bareos)(?: \S{1,60})?: ?.{1,300}", re.IGNORECASE)
_LINE = re.compile(r"\S{1,12}[- ]\S{1,12}(?:-\d{2,4})? \d\d:\d\d(?::\d\d)? \S{1,120}(?: JobId \d{1,12})?: .{1,2000}")
_FIELD = re.compile(r" {0,4}([A-Z][\w /()-]{2,30}?): +(\S.{0,500})")
_TERMINATION = re.compile(r"^ {0,4}Termination: {1,30}(.{1,100})$", re.MULTILINE)
_MOUNT = re.compile(
    r"Please mount (?:append )?Volume|Intervention needed|Please use the \"label\" command"
    r"|is waiting for an appendable Volume|Cannot find any appendable"
)
_ERROR_LINE = re.compile(r" JobId \d{1,12}: (?:Fatal error|Error): ")
_STAMP = re.compile(r"\.\d{4}-\d\d-\d\d_\d\d\.\d\d\.\d\d.{0,6}")
_CLIENT = re.compile(r"\"?([\w.-]{1,200})\"?.{0,300}")
_ELAPSED = re.compile(r"(\d{1,6}) (day|hour|min|sec)s?")
_IN_LINE = re.compile(r"\bJob(?:=|:? {1,20})\"?([\w.-]{1,200}?)\.\d{4}-\d\d-\d\d_")
_FILES = ("FD Files Written", "SD Files Written", "Files Written")
_BYTES = ("FD Bytes Written", "SD Bytes Written", "Bytes Written")
_FEW_BYTES = 1000
_SECONDS = {"day": 86400, "hour": 3600, "min": 60, "sec": 1}

_JOB = SectionType(
    name="job",
    about="one run of a job with all it said [job]",
    check="backup",
    recovery=Recovery.EXPLICIT,
    measures=("backup_files", "backup_bytes", "backup_duration", "backup_errors"),
)
_WAITS = SectionType(name="mount", about="a job that waits for a volume [job]", check="backup_volume", recovery=Recovery.SILENCE)
_DAEMON = SectionType(name="daemon", about="what a daemon says outside of a job", check="backup_daemon", recovery=Recovery.SILENCE)
SECTIONS = (_JOB, _WAITS, _DAEMON)


def claims(message: Message) -> bool:
    """True if a line is written as the daemons write theirs, and the subject is theirs or the summary of a job with its end follows."""
    text = message.text
    if "acula" not in text and "areos" not in text and "JobId" not in text and "Volume" not in text:
        return False
    has_line = any(_LINE.fullmatch(line.strip()) for line in text[:20000].split("\n")[:40])
    has_summary = "JobId:" in text and bool(_TERMINATION.search(text))
    is_named = (
        bool(_SUBJECT.fullmatch(message.subject)) or "(bacula)" in message.sender_name.lower() or "bareos" in message.sender_name.lower()
    )
    return ((is_named and (has_line or has_summary)) or (has_line and has_summary)) and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section: `job` with its summary, `mount` while it waits for a volume, else `daemon`."""
    lines = trimmed(message.text.split("\n"))
    fields = _fields(lines)
    job = _STAMP.sub("", fields.get("Job", ""))[:200]
    named = _CLIENT.fullmatch(fields.get("Client", ""))
    client = re.sub(r"[-_](?:fd|client)$", "", named.group(1)) if named else ""
    host = stated_host(client, message.host)
    termination = fields.get("Termination", "")
    if not termination:
        in_line = _IN_LINE.search(message.text[:20000])
        is_waiting = bool(_MOUNT.search(message.text[:20000]) or "Intervention" in message.subject)
        section = (_WAITS if is_waiting else _DAEMON).section(
            [f"Subject: {message.subject}", *lines] if message.subject else lines,
            item=in_line.group(1) if in_line else "",
            state=State.PROBLEM,
            summary=message.subject,
        )
        return Report(kind="bacula", host=host, sections=(section,))
    subject = [f"Subject: {message.subject}"] if message.subject else []
    measures = _measures(fields, job)
    has_error = bool(_ERROR_LINE.search(message.text))
    doubt = _doubt(fields, message.text)
    is_good = (
        termination == "Backup OK" and not has_error and not doubt and not any(one.value for one in measures if one.name == "backup_errors")
    )
    job_section = _JOB.section(
        [*subject, *lines, *([doubt] if doubt else [])],
        item=job,
        state=State.OK if is_good else State.PROBLEM,
        summary=f"{job}: {termination}",
        measures=measures,
    )
    return Report(kind="bacula", host=host, sections=(job_section,))


def _fields(lines: list[str]) -> dict[str, str]:
    """The fields of the last summary; of a name that comes twice the last counts."""
    fields: dict[str, str] = {}
    for line in lines:
        found = _FIELD.fullmatch(line)
        if found:
            fields[found.group(1)] = found.group(2).strip()
    return fields


def _doubt(fields: dict[str, str], text: str) -> str:
    """What the counters say against an end that is called good, "" if they agree."""
    if fields.get("Termination", "") != "Backup OK":
        return ""
    if len(_TERMINATION.findall(text)) > 1:
        return "the summaries of several jobs stand in one mail"
    files = [digits(fields[key]) for key in _FILES if key in fields]
    sizes = [digits(fields[key].partition("(")[0]) for key in _BYTES if key in fields]
    if not files or not sizes:
        return "the summary does not count files and bytes"
    return _miscounted(files, sizes, is_part=fields.get("Backup Level", "").startswith(("Incremental", "Differential")))


def _miscounted(files: list[int], sizes: list[int], *, is_part: bool) -> str:
    if len(set(files)) > 1:
        return "client and storage count different numbers of files"
    if not files[0]:
        return "bytes were saved, but no file" if any(sizes) else ""
    is_small = min(sizes) <= _FEW_BYTES and (files[0] > 1 or not is_part)
    return "files were saved, but hardly a byte" if is_small else ""


def _measures(fields: dict[str, str], job: str) -> list[Measure]:
    measures = []
    for name, keys in (("backup_files", _FILES), ("backup_bytes", _BYTES)):
        value = next((fields[key] for key in keys if key in fields), "")
        if value:
            measures.append(measure(name, job, digits(value.partition("(")[0])))
    elapsed = _ELAPSED.findall(fields.get("Elapsed time", ""))
    if elapsed:
        measures.append(measure("backup_duration", job, sum(int(number) * _SECONDS[unit] for number, unit in elapsed)))
    errors = [fields[key] for key in ("Non-fatal FD errors", "SD Errors", "FD Errors") if key in fields]
    if errors:
        measures.append(measure("backup_errors", job, sum(map(digits, errors))))
    return measures
