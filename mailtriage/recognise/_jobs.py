"""Reads what jobs print, wherever it lands: copies and backups, exit codes, certificates, kernels that wait, file systems."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from mailtriage.recognise._counts import filled
from mailtriage.recognise._df import read_df
from mailtriage.recognise._jobs_words import read_trouble
from mailtriage.recognise._local import read_temperatures
from mailtriage.recognise._measures import measure
from mailtriage.types import Measure

MEASURES = (
    "cron_lines",
    "trouble_lines",
    "exit_code",
    "backup_bytes",
    "backup_size",
    "backup_files",
    "backup_duration",
    "backup_errors",
    "certificate_days",
    "reboot_required",
    "temperature",
    "fs_used",
    "fs_avail",
    "fs_inodes_used",
    "fs_used_pseudo",
)
_LONGEST = 1000
_UNITS = {"": 1.0, "B": 1.0, "bytes": 1.0}
for _power, _letter in enumerate("KMGTPE", 1):
    _UNITS |= {_letter: 1024.0**_power, f"{_letter}iB": 1024.0**_power, f"{_letter}B": 1000.0**_power}
_UNITS["kB"] = _UNITS["KB"]
_SIZE = r"([\d.,]{1,25}) ?([kKMGTPE]?i?B?|bytes)"
_PGBACKREST = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} P\d\d {1,5}INFO: "
# What a line begins with, what it must look like, and the measure its size (or number) is; a second measure for a second number.
_SIZES = (
    ("sent ", re.compile(rf"sent {_SIZE} bytes  received .{{1,60}}"), "backup_bytes"),
    ("total size is ", re.compile(rf"total size is {_SIZE}  speedup is .{{1,30}}"), "backup_size"),
    ("This archive:", re.compile(rf"This archive: {{1,40}}{_SIZE} {{1,40}}.{{1,60}}"), "backup_size"),
    ("This archive:", re.compile(rf"This archive: .{{1,60}} {{2,40}}{_SIZE}"), "backup_bytes"),
    ("Added to the repo", re.compile(rf"Added to the repo(?:sitory)?: {_SIZE} {{0,10}}(?:\(.{{1,40}}\))?"), "backup_bytes"),
    ("processed ", re.compile(rf"processed \d{{1,12}} files, {_SIZE} in [\d:]{{1,12}}"), "backup_size"),
    ("SourceFileSize ", re.compile(rf"SourceFileSize {_SIZE} \(.{{1,30}}\)"), "backup_size"),
    ("20", re.compile(rf"{_PGBACKREST}\w{{4}} backup size = {_SIZE}, file total = \d{{1,12}}"), "backup_bytes"),
    ("TotalDestinationSizeChange ", re.compile(rf"TotalDestinationSizeChange {_SIZE} \(.{{1,30}}\)"), "backup_bytes"),
)
_COUNTS = (
    ("Number of files:", re.compile(r"Number of files: ([\d,]{1,20})(?: \(.{1,100}\))?"), "backup_files"),
    ("processed ", re.compile(r"processed (\d{1,12}) files, .{1,40}"), "backup_files"),
    ("SourceFiles ", re.compile(r"SourceFiles (\d{1,12})"), "backup_files"),
    ("Errors ", re.compile(r"Errors (\d{1,12})"), "backup_errors"),
    ("ElapsedTime ", re.compile(r"ElapsedTime ([\d.]{1,20}) \(.{1,60}\)"), "backup_duration"),
    ("20", re.compile(rf"{_PGBACKREST}\w{{4}} backup size = [\d.]{{1,12}}[KMGT]?B, file total = (\d{{1,12}})"), "backup_files"),
    ("20", re.compile(rf"{_PGBACKREST}backup command end: completed successfully \((\d{{1,10}})ms\)"), "milliseconds"),
    ("NEEDRESTART-KSTA:", re.compile(r"NEEDRESTART-KSTA: (\d)"), "needrestart"),
)
_RETURN_CODE = re.compile(
    r"run-parts: (?:/\S{1,400}) exited with return code (\d{1,3})|rsync.{1,300}\(code (\d{1,3})\) at \w{1,30}\.c\(.{1,60}"
)
_BORG_TIME = re.compile(r"Duration: (?:(\d{1,4}) hours? )?(?:(\d{1,2}) minutes? )?([\d.]{1,10}) seconds?")
_RESTIC_TIME = re.compile(r"processed .{1,60} in (?:(\d{1,4}):)?(\d{1,2}):(\d\d)")
_EXPIRES = re.compile(r" {1,4}/\S{1,300}/live/([\w.*-]{1,253})/\S{1,40} expires on (\d{4})-(\d\d)-(\d\d) \((\w{1,20})\)")


def tidy(text: str) -> list[str]:
    """The lines without trailing blanks, and without the margin that all of them share: texts copied from the web come so."""
    lines = [line.rstrip() for line in text.split("\n")]
    margin = min((len(line) - len(line.lstrip()) for line in lines if line), default=0)
    return [line[margin:] for line in lines] if margin else lines


def read_job(lines: Sequence[str], job: str, today: date | None = None, *, n_words: int | None = None) -> tuple[Measure, ...]:
    """The measures of what a job printed; `today` is the day the mail was sent, for what expires.

    Words of trouble are looked for in the first `n_words` lines only, where it is given.
    """
    return (measure("cron_lines", job, filled(lines)), *read_trouble(lines[:n_words]), *_of_lines(lines, job, today), *_of_tables(lines))


def _of_lines(lines: Sequence[str], job: str, today: date | None) -> Iterator[Measure]:
    for line in lines:
        if len(line) > _LONGEST:
            continue
        yield from _sizes(line, job)
        yield from _counts(line, job)
        if line.startswith(("rsync", "run-parts: ")) and (found := _RETURN_CODE.fullmatch(line)):
            yield measure("exit_code", job, int(found.group(1) or found.group(2)))
        elif line.startswith(("Duration: ", "processed ")) and (found := _BORG_TIME.fullmatch(line) or _RESTIC_TIME.fullmatch(line)):
            yield from _duration(found, job)
        elif today is not None and line.startswith("  ") and (found := _EXPIRES.fullmatch(line)):
            yield from _days(found, today)


def _sizes(line: str, job: str) -> Iterator[Measure]:
    for start, pattern, name in _SIZES:
        if line.startswith(start) and (found := pattern.fullmatch(line.rstrip())):
            value, factor = _float(found.group(1)), _UNITS.get(found.group(2))
            if value is not None and factor is not None:
                yield measure(name, job, value * factor)


def _counts(line: str, job: str) -> Iterator[Measure]:
    for start, pattern, name in _COUNTS:
        if line.startswith(start) and (found := pattern.fullmatch(line.rstrip())):
            value = _float(found.group(1))
            if value is not None and name == "needrestart":  # 1: the kernel runs that is installed, 2 and 3: a newer one is
                yield from (measure("reboot_required", "", value > 1) for _ in range(value > 0))
            elif value is not None and name == "milliseconds":
                yield measure("backup_duration", job, value / 1000)
            elif value is not None:
                yield measure(name, job, value)


def _duration(found: re.Match[str], job: str) -> Iterator[Measure]:
    seconds = _float(found.group(3))
    if seconds is not None:
        yield measure("backup_duration", job, int(found.group(1) or 0) * 3600 + int(found.group(2) or 0) * 60 + seconds)


def _days(found: re.Match[str], today: date) -> Iterator[Measure]:
    try:
        end = date(int(found.group(2)), int(found.group(3)), int(found.group(4)))
    except ValueError:
        return
    n_days = (end - today).days
    # certbot skips none that has ended: the mail is older than the day it came on.
    if n_days >= 0 or found.group(5) != "skipped":
        yield measure("certificate_days", found.group(1), n_days)


def _of_tables(lines: Sequence[str]) -> Iterator[Measure]:
    if any(line.startswith("Filesystem") for line in lines):
        yield from read_df(lines)
    yield from read_temperatures(lines)


def _float(text: str) -> float | None:
    """`1,234` and `95.10` as numbers; a comma before three digits groups thousands."""
    try:
        return float(re.sub(r",(?=\d{3}(?:\D|$))", "", text).replace(",", "."))
    except ValueError:
        return None
