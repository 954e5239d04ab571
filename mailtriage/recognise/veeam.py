"""Veeam Backup & Replication and Veeam Agent: subjects `[Success] Daily VMs (3 VMs)`, `[Warning] ...`, `[Failed] ... (3 VMs) 1 failed`."""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType
from mailtriage.recognise._stated import size, trimmed
from mailtriage.types import Measure, Message, Recovery, Report, State

_SUBJECT = re.compile(r"\[(Success|Warning|Failed|Error)\] (.{1,300})", re.IGNORECASE)
_COUNT_AT_END = re.compile(r"\s*\(\d{1,6} [\w ]{1,40}\).{0,80}$")
_WORDS = re.compile(r"\bVeeam (?:Backup|Agent|ONE|Cloud)\b")
_TOTALS = re.compile(
    r"\b(?:Total size|Backup size|Data (?:read|size)|Transferred|Objects processed|(?:VMs|objects|of \d{1,6} \w{2,12}) processed)\b"
)
_STARTS = re.compile(r"\bStart time\b")
_JOB = re.compile(
    r"^\s*(?:[\w ]{0,30}job|Agent[\w ]{0,30}): ?(\S.{0,200}?)(?: (?:Success|Warning|Failed|Error))?\s*$", re.MULTILINE | re.IGNORECASE
)
_SIZES = (
    ("backup_size", re.compile(r"Total size:? (\d{1,12}(?:\.\d{1,3})? ?[KMGT]?B)\b")),
    ("backup_bytes", re.compile(r"(?:Backup size|Transferred):? (\d{1,12}(?:\.\d{1,3})? ?[KMGT]?B)\b")),
)
_BAD = re.compile(r"\bjob: .{1,120} (?:Failed|Error) *$|^ *(?:Failed|Error) *$|\bProcessing .{1,120} Error: ", re.MULTILINE | re.IGNORECASE)
_DURATION = re.compile(r"Duration:? (?:(\d{1,3})\.)?(\d{1,3}):(\d\d):(\d\d)\b")
_ERRORS = re.compile(r"\bErrors?:? (\d{1,6})\b")
_PROCESSED = re.compile(r"(?:^|Success )(\d{1,6}) of (\d{1,6}) [\w ]{2,20} processed$", re.MULTILINE)
_SUCCEEDED = re.compile(r"^Success (\d{1,6}) Start time\b", re.MULTILINE)
_ROW = re.compile(r"^\S.{0,120} Success \d{1,2}:\d\d:\d\d\b", re.MULTILINE)
_COUNTED = re.compile(r"\((\d{1,6}) \w{2,12}\)$")

_JOB_SECTION = SectionType(
    name="job",
    about="one run of a job [job]",
    check="backup",
    recovery=Recovery.EXPLICIT,
    measures=("backup_size", "backup_bytes", "backup_duration", "backup_errors"),
)
SECTIONS = (_JOB_SECTION,)


def claims(message: Message) -> bool:
    """True if the subject begins with the state in brackets or the body names a job, and the body has Veeam's name or words."""
    text = message.text[:50000]
    subject = _SUBJECT.fullmatch(message.subject[:600])
    if subject is None and "Veeam" not in text:
        return False
    has_words = bool(_TOTALS.search(text) and _STARTS.search(text))
    is_named = bool(_WORDS.search(text)) or "veeam" in message.sender_name.lower() or "veeam" in message.sender
    is_report = (subject is not None and (is_named or has_words)) or (is_named and has_words and bool(_JOB.search(text)))
    return is_report and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section, the job's, with the state of the subject as its first line."""
    subject = _SUBJECT.fullmatch(message.subject[:600])
    text = message.text[:200000]
    named = _JOB.search(text)
    item = _COUNT_AT_END.sub("", subject.group(2)) if subject else named.group(1) if named else ""
    measures = _measures(text, item)
    is_good = (
        subject is not None
        and subject.group(1).lower() == "success"
        and not _BAD.search(text)
        and not any(one.value for one in measures if one.name == "backup_errors")
    )
    doubt = _doubt(message.subject, text) if is_good else ""
    is_good = is_good and not doubt
    section = _JOB_SECTION.section(
        [
            *([f"Subject: {message.subject}"] if message.subject else []),
            *trimmed(message.text.split("\n")),
            *([doubt] if doubt else []),
        ],
        item=item,
        state=State.OK if is_good else State.PROBLEM,
        summary=message.subject or item,
        measures=measures,
    )
    return Report(kind="veeam", host=message.host, sections=(section,))


def _doubt(subject: str, text: str) -> str:
    """What the counts say against a good run: subject, headline, total and rows name as many guests. "" if they agree."""
    processed, succeeded, counted = _PROCESSED.search(text), _SUCCEEDED.search(text), _COUNTED.search(subject)
    counts = [*(processed.groups() if processed else ()), *(found.group(1) for found in (succeeded, counted) if found)]
    if processed and succeeded:
        counts.append(str(len(_ROW.findall(text))))
    return f"the counts of guests differ: {', '.join(counts)}" if len({int(count) for count in counts}) > 1 else ""


def _measures(text: str, item: str) -> list[Measure]:
    measures = []
    for name, pattern in _SIZES:
        found = pattern.search(text)
        n_bytes = size(found.group(1)) if found else None
        if n_bytes is not None:
            measures.append(measure(name, item, n_bytes))
    duration, errors = _DURATION.search(text), _ERRORS.search(text)
    if duration:
        days, hours, minutes, seconds = (int(number or 0) for number in duration.groups())
        measures.append(measure("backup_duration", item, days * 86400 + hours * 3600 + minutes * 60 + seconds))
    if errors:
        measures.append(measure("backup_errors", item, int(errors.group(1))))
    return measures
