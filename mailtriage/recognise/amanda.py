"""Amanda: subject `DailySet1 AMANDA MAIL REPORT FOR November 22, 2026`, with ` FAIL:` behind the name where something was wrong."""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType
from mailtriage.recognise._stated import stated_host, trimmed
from mailtriage.types import Measure, Message, Recovery, Report, Section, State

_SUBJECT = re.compile(r"(?P<name>.{1,120}?)(?P<fail>:? FAIL:)? AMANDA (?:MAIL REPORT|VAULTING|FLUSH) ?(?:FOR|REPORT FOR)? .{1,80}")
_HEADING = re.compile(r"([A-Z][A-Z ]{3,40}):")
_FIELD = re.compile(r"(Hostname|Org|Config|Date) *: (.{1,200})")
_END = re.compile(r"\(brought to you by Amanda version .{1,80}\)")
_TOTALS = {
    "Output Size (meg)": ("backup_bytes", 1024 * 1024),
    "DLEs Dumped": ("backup_files", 1),
    "Filesystems Dumped": ("backup_files", 1),
}
_BAD = re.compile(r"^\*{3} |\b(?:FAILED|MISSING|PARTIAL|ERROR)\b|DID NOT FINISH")
_COUNTED = re.compile(r"(?:DLEs|Filesystems) (Dumped|Taped) {1,40}(\d{1,9})\b.{0,100}")
_DUMP_ROW = re.compile(r"\S{1,120} .{0,200}\d{1,5}:\d\d .{1,100}")
_RUN_TIME = re.compile(r"Run Time \(hrs:min\) +(\d{1,5}):(\d\d)")
_ROW = re.compile(r"([A-Z][A-Za-z ]{3,30}(?: \(\w{1,10}\))?) {2,}([\d.]{1,18})\b.{0,100}")

_RUN = SectionType(
    name="run",
    about="a run and its statistics [configuration]",
    check="backup",
    recovery=Recovery.EXPLICIT,
    measures=("backup_bytes", "backup_files", "backup_duration"),
)
_FAILURES = SectionType(
    name="failures", about="dumps that failed, or are strange [configuration]", check="backup", recovery=Recovery.SILENCE
)
_NOTES = SectionType(name="notes", about="what planner, driver and taper note")
SECTIONS = (_RUN, _FAILURES, _NOTES)


def claims(message: Message) -> bool:
    """True if two of these are there: the subject, the fields with which the report begins, its last line, and its statistics."""
    text = message.text
    if "manda" not in text and "AMANDA" not in message.subject:
        return False
    fields = {found.group(1) for line in text[:3000].split("\n")[:12] if (found := _FIELD.fullmatch(line.strip()))}
    marks = (
        bool(_SUBJECT.fullmatch(message.subject[:400])),
        fields >= {"Org", "Config", "Date"},
        bool(_END.search(text[-2000:])),
        "\nSTATISTICS:" in text or "FAILURE DUMP SUMMARY:" in text or "DUMP SUMMARY:" in text,
    )
    return sum(marks) >= 2 and not _people.forbids(message)


def report(message: Message) -> Report:
    """Section `run` with all that is told of every run, `failures` for the parts about what failed, `notes`."""
    subject = _SUBJECT.fullmatch(message.subject[:400])
    pieces: dict[str, list[str]] = {"run": [], "failures": [], "notes": []}
    here = "run"
    for line in message.text.split("\n"):
        heading = _HEADING.fullmatch(line.rstrip())
        if heading:
            words = heading.group(1)
            here = "failures" if "FAIL" in words or "STRANGE" in words else "notes" if words == "NOTES" else "run"
        elif _END.fullmatch(line.strip()):
            here = "run"
        pieces[here].append(line)
    if subject and subject.group("fail"):
        pieces["run"].insert(0, "FAIL in the subject")
    fields = {found.group(1): found.group(2).strip() for line in pieces["run"][:15] if (found := _FIELD.fullmatch(line.strip()))}
    item = fields.get("Config", "")[:100]
    has_end = bool(_END.search(message.text[-2000:]))
    return Report(
        kind="amanda",
        host=stated_host(fields.get("Hostname", ""), message.host),
        sections=tuple(_sections(pieces, item)),
        is_complete=has_end or bool(trimmed(pieces["failures"])),
    )


def _sections(pieces: dict[str, list[str]], item: str) -> list[Section]:
    run, failures, notes = (trimmed(pieces[name]) for name in ("run", "failures", "notes"))
    doubt = _doubt(run)
    run += [doubt] if doubt else []
    is_good = not failures and not doubt and run[:1] != ["FAIL in the subject"] and not any(map(_BAD.search, run))
    sections = [_RUN.section(run, item=item, state=State.OK if is_good else State.PROBLEM, measures=_measures(run, item))]
    if failures:
        sections.append(_FAILURES.section(failures, item=item, state=State.PROBLEM, summary=next(iter(failures[1:2]), failures[0]).strip()))
    if notes:
        sections.append(_NOTES.section(notes))
    return sections


def _doubt(run: list[str]) -> str:
    """What the tables say against a good run: each dump that is counted has a row, and was taped. "" if they agree."""
    counts = {found.group(1): int(found.group(2)) for found in map(_COUNTED.fullmatch, run) if found}
    if not counts:
        return ""  # the usual statistics are missing: nothing explains such a report
    start = next((number for number, line in enumerate(run) if line.startswith("DUMP SUMMARY:")), len(run))
    rows = sum(1 for line in run[start:] if _DUMP_ROW.fullmatch(line[:500]))
    if rows < counts.get("Dumped", 0):
        return f"the summary has {rows} rows for {counts['Dumped']} dumps"
    if counts.get("Taped", rows) < counts.get("Dumped", 0):
        return f"{counts['Taped']} of {counts['Dumped']} dumps were taped"
    return ""


def _measures(lines: list[str], item: str) -> list[Measure]:
    measures = []
    for line in lines:
        found, time = _ROW.fullmatch(line), _RUN_TIME.match(line)
        if time:
            measures.append(measure("backup_duration", item, int(time.group(1)) * 3600 + int(time.group(2)) * 60))
        elif found and found.group(1).strip() in _TOTALS and found.group(2).replace(".", "", 1).isdecimal():
            name, factor = _TOTALS[found.group(1).strip()]
            measures.append(measure(name, item, float(found.group(2)) * factor))
    return measures
