"""Output of a job run by cron (Vixie, Debian, FreeBSD, cronie, bcron, fcron, busybox) or anacron.

Subjects: `Cron <root@web07> /usr/local/sbin/backup`, the same with ` (failed)` at its end (Debian's cron -L 4),
`Anacron job 'cron.daily' on web07.example.org`, `cron: /usr/local/sbin/backup` (busybox).
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._counts import filled
from mailtriage.recognise._df import read_df
from mailtriage.recognise._hosts import longer_host, sane_host
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType
from mailtriage.types import Measure, Message, Recovery, Report, Section, State

_CRON = re.compile(r"(?:Cron|fcron) <([^\s@<>]{1,64})@([^\s<>]{1,5000})> ?(.*)", re.DOTALL)
_ANACRON = re.compile(r"Anacron job '([^']{1,200})' on (\S{1,5000})")
_BUSYBOX = re.compile(r"cron: (\S.*)", re.DOTALL)
_FAILED = " (failed)"
_DAEMON = re.compile(r"\(?(?:cron daemon|fcron|anacron)\)?", re.IGNORECASE)
_LONGEST_ITEM = 200

_RUN_PARTS = re.compile(r"\brun-parts\b|^cron\.\w+$|\banacron\b")
_SCRIPT = re.compile(r"(/[\w./-]{1,400}[\w-]):")
_RETURN_CODE = re.compile(r"run-parts: (/\S{1,400}) exited with return code (\d{1,3})|\(code (\d{1,3})\) at \w+\.c\(")
_SENT = re.compile(r"sent ([\d,.]{1,25}) bytes  received ([\d,.]{1,25}) bytes ")
_TOTAL = re.compile(r"total size is ([\d,.]{1,25})  speedup is ")


_MEASURES = ("cron_lines", "exit_code", "backup_bytes", "backup_size", "fs_used", "fs_avail", "fs_inodes_used", "fs_used_pseudo")
_OUTPUT = SectionType(
    name="output", about="what a job printed [user: command]", check="cron_job", recovery=Recovery.SILENCE, measures=_MEASURES
)
_SCRIPT_OUTPUT = SectionType(
    name="script", about="what one script of run-parts printed [path]", check="cron_job", recovery=Recovery.SILENCE, measures=_MEASURES
)
_EXIT = SectionType(
    name="exit", about="the subject says that the job's exit status was not 0 [user: command]", check="cron_job", recovery=Recovery.SILENCE
)
SECTIONS = (_OUTPUT, _SCRIPT_OUTPUT, _EXIT)


def claims(message: Message) -> bool:
    """True if the subject is cron's and a header or the sender is too."""
    subject = message.subject
    if not subject.startswith(("Cron <", "fcron <", "Anacron job ", "cron: ")) or _people.forbids(message):
        return False
    name, account = message.sender_name, message.sender.partition("@")[0]
    has_daemon = bool(_DAEMON.fullmatch(name) or message.header("X-Cron-Env"))
    if subject.startswith("cron: "):  # busybox writes To and Subject only; the mailer adds the account
        return has_daemon or (account in ("root", "cron") and bool(_BUSYBOX.fullmatch(subject)))
    if subject.startswith("Anacron"):
        return bool(_ANACRON.fullmatch(subject)) and (has_daemon or account in ("root", "anacron"))
    found = _CRON.fullmatch(subject)
    return found is not None and (has_daemon or account in ("root", "cron", found.group(1).lower()))


def report(message: Message) -> Report:
    """The output as one section, or one for each script of run-parts; `exit` where the subject says that the job failed."""
    user, named, command, has_failed = _job(message.subject)
    host = sane_host(named)
    host = longer_host(host, message.host) if host else message.host
    item = " ".join(f"{user}: {command}".split())[:_LONGEST_ITEM]
    sections = _sections(message.text, item, command)
    if has_failed:
        sections.append(_EXIT.section(("(failed)",), item=item, state=State.PROBLEM, summary=f"job failed: {item}"))
    return Report(kind="cron", host=host, sections=tuple(sections))


def _job(subject: str) -> tuple[str, str, str, bool]:
    has_failed = subject.endswith(_FAILED)
    subject = subject.removesuffix(_FAILED)
    found = _CRON.fullmatch(subject)
    if found:
        return found.group(1), found.group(2), found.group(3), has_failed
    found = _ANACRON.fullmatch(subject)
    if found:
        return "anacron", found.group(2), found.group(1), has_failed
    return "root", "", subject.removeprefix("cron: "), has_failed


def _sections(text: str, item: str, command: str) -> list[Section]:
    lines = text.rstrip().split("\n") if text.strip() else []
    while lines and not lines[0].strip():
        lines.pop(0)
    pieces: list[tuple[str, list[str]]] = [("", [])]
    has_scripts = bool(_RUN_PARTS.search(command))
    folder = ""
    for line in lines:
        found = _SCRIPT.fullmatch(line.rstrip()) if has_scripts and line[:1] == "/" else None
        # All scripts of one run are in one folder: a path that a script prints is not a heading.
        if found and folder in ("", found.group(1).rpartition("/")[0]):
            folder = found.group(1).rpartition("/")[0]
            pieces.append((found.group(1), []))
        else:
            pieces[-1][1].append(line)
    sections = []
    for script, own in pieces:
        if script or len(pieces) == 1 or any(line.strip() for line in own):
            sections.append(_section(script, own, script or item))
    return sections


def _section(script: str, lines: list[str], item: str) -> Section:
    while lines and not lines[-1].strip():
        lines.pop()
    while lines and not lines[0].strip():
        lines.pop(0)
    kind = _SCRIPT_OUTPUT if script else _OUTPUT
    return kind.section(lines, heading=f"{script}:" if script else "", item=item, measures=_measures(lines, item))


def _measures(lines: list[str], job: str) -> list[Measure]:
    measures = [measure("cron_lines", job, filled(lines))]
    has_df = False
    for line in lines:
        if line.startswith("Filesystem"):
            has_df = True
        elif line.startswith("sent "):
            measures += _size("backup_bytes", job, _SENT.match(line))
        elif line.startswith("total size is "):
            measures += _size("backup_size", job, _TOTAL.match(line))
        elif line.startswith(("rsync ", "rsync: ", "run-parts: ")):
            found = _RETURN_CODE.search(line)
            if found:
                measures.append(measure("exit_code", job, int(found.group(2) or found.group(3))))
    return measures + list(read_df(lines)) if has_df else measures


def _size(name: str, job: str, found: re.Match[str] | None) -> list[Measure]:
    digits = re.sub(r"[,.]", "", found.group(1)) if found else ""
    return [measure(name, job, int(digits))] if digits else []
