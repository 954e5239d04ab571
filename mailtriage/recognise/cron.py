"""Output of a job run by cron (Vixie, Debian, FreeBSD, cronie, bcron, fcron, busybox, Dillon's, systemd-cron) or anacron.

Subjects: `Cron <root@web07> /usr/local/sbin/backup`, the same with ` (failed)` at its end (Debian's cron -L 4),
`Anacron job 'cron.daily' on web07.example.org`, `cron: /usr/local/sbin/backup` (busybox),
`cron for user root /usr/bin/run-parts /etc/cron.daily` (Dillon's), `[web07] Failure: /etc/cron.daily/backup` (systemd-cron).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from mailtriage.recognise import _jobs, _people
from mailtriage.recognise._hosts import longer_host, sane_host
from mailtriage.recognise._sections import SectionType
from mailtriage.types import Message, Recovery, Report, Section, State

_CRON = re.compile(r"(?:Cron|fcron) <([^\s@<>]{1,64})@([^\s<>]{0,5000})> ?(.*)", re.DOTALL)
_ANACRON = re.compile(r"Anacron job '([^']{1,200})' on (\S{1,5000})")
_BUSYBOX = re.compile(r"cron: (\S.*)", re.DOTALL)
_DILLON = re.compile(r"cron for user (\S{1,64}) (\S.*)", re.DOTALL)
_SYSTEMD = re.compile(r"\[([^\s\]]{1,5000})\] (?:Output|Failure|Success|job|Job)\b:? ?(.*)", re.DOTALL)
_FAILED = " (failed)"
_DAEMON = re.compile(r"[\\(]{0,2}(?:cron daemon|fcron|anacron)[\\)]{0,2}", re.IGNORECASE)
_RUN_HEADING = re.compile(r"(/etc/cron\.(?:hourly|daily|weekly|monthly))/[\w.-]{1,100}:[ \t]{0,10}\n\s{0,100}\S")
_LONGEST_ITEM = 200
_LONGEST_SUBJECT = 8000

_RUN_PARTS = re.compile(r"\brun-parts\b|^cron\.\w+$|\banacron\b")
_SCRIPT = re.compile(r"(/[\w./-]{1,400}[\w-]):")
_OUTPUT = SectionType(
    name="output", about="what a job printed [user: command]", check="cron_job", recovery=Recovery.SILENCE, measures=_jobs.MEASURES
)
_SCRIPT_OUTPUT = SectionType(
    name="script", about="what one script of run-parts printed [path]", check="cron_job", recovery=Recovery.SILENCE, measures=_jobs.MEASURES
)
_EXIT = SectionType(
    name="exit", about="the subject says that the job's exit status was not 0 [user: command]", check="cron_job", recovery=Recovery.SILENCE
)
SECTIONS = (_OUTPUT, _SCRIPT_OUTPUT, _EXIT)


def claims(message: Message) -> bool:
    """True if the subject is cron's and a header or the sender is too; without a header, if the first line is one or run-parts' heading."""
    subject = message.subject
    if not message.headers:
        return bool(_copied_subject(message) or _bare_run(message)) and not _people.forbids(message)
    if not subject.startswith(("Cron <", "fcron <", "Anacron job ", "cron: ", "cron for user ", "[")) or _people.forbids(message):
        return False
    return _is_by_cron(message, subject)


def _is_by_cron(message: Message, subject: str) -> bool:
    account = message.sender.partition("@")[0]
    has_daemon = bool(_DAEMON.fullmatch(message.sender_name) or message.header("X-Cron-Env"))
    if subject.startswith("["):
        return bool(_SYSTEMD.fullmatch(subject)) and message.header("X-Mailer").startswith("systemd-cron")
    if subject.startswith("cron: "):  # busybox writes To and Subject only; the mailer adds the account
        return bool(_BUSYBOX.fullmatch(subject)) and (has_daemon or account in ("root", "cron"))
    if subject.startswith("cron for user "):
        return bool(_DILLON.fullmatch(subject)) and _people.is_system_account(message)
    if subject.startswith("Anacron"):
        return bool(_ANACRON.fullmatch(subject)) and (has_daemon or account in ("root", "anacron"))
    found = _CRON.fullmatch(subject)
    return found is not None and (has_daemon or account == found.group(1).lower() or _people.is_system_account(message))


def report(message: Message) -> Report:
    """The output as one section, or one for each script of run-parts; `exit` where the subject says that the job failed."""
    copied = _copied_subject(message)
    folder = _bare_run(message)
    user, named, command, has_failed = ("root", "", f"run-parts {folder}", False) if folder else _job(copied or message.subject)
    host = sane_host(named)
    host = longer_host(host, message.host) if host else message.host
    item = " ".join(f"{user}: {command}".split())[:_LONGEST_ITEM]
    text = message.text.lstrip().partition("\n")[2] if copied else message.text
    sections = _sections(text, item, command, (message.sent_at or message.received_at).date())
    if copied:
        sections[0] = replace(sections[0], heading=f"{copied} {sections[0].heading}".strip())
    if has_failed:
        sections.append(_EXIT.section(("(failed)",), item=item, state=State.PROBLEM, summary=f"job failed: {item}"))
    return Report(kind="cron", host=host, sections=tuple(sections))


def _copied_subject(message: Message) -> str:
    """The subject that stands as the first line of a text without header, "" if none does."""
    first = "" if message.headers else message.text.lstrip()[:_LONGEST_SUBJECT].partition("\n")[0].strip()
    is_subject = first.startswith(("Cron <", "Anacron job '")) and (_CRON.fullmatch(first) or _ANACRON.fullmatch(first))
    return first if is_subject else ""


def _bare_run(message: Message) -> str:
    """The folder of scripts whose output a text without header is, by the heading of run-parts that it begins with; "" if it does not."""
    found = None if message.headers else _RUN_HEADING.match(message.text.lstrip()[:_LONGEST_SUBJECT])
    return found.group(1) if found else ""


def _job(subject: str) -> tuple[str, str, str, bool]:
    """User, host, command, and whether the subject says that the job failed."""
    has_failed = subject.endswith(_FAILED)
    subject = subject.removesuffix(_FAILED)
    found = _CRON.fullmatch(subject)
    if found:
        return found.group(1), found.group(2), found.group(3), has_failed
    found = _ANACRON.fullmatch(subject)
    if found:
        return "anacron", found.group(2), found.group(1), has_failed
    found = _DILLON.fullmatch(subject)
    if found:
        return found.group(1), "", found.group(2), has_failed
    found = _SYSTEMD.fullmatch(subject)
    if found:  # `[web07] job cron-x-root-1 failed` before version 2.1
        has_failed = has_failed or "] Failure" in subject[: found.start(2)] or found.group(2).endswith(" failed")
        return "root", found.group(1), found.group(2).removesuffix(" failed").removesuffix(" output"), has_failed
    return "root", "", subject.removeprefix("cron: "), has_failed


def _sections(text: str, item: str, command: str, today: date) -> list[Section]:
    lines = _jobs.tidy(text.rstrip()) if text.strip() else []
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
            sections.append(_section(script, own, script or item, today))
    return sections


def _section(script: str, lines: list[str], item: str, today: date) -> Section:
    while lines and not lines[-1].strip():
        lines.pop()
    while lines and not lines[0].strip():
        lines.pop(0)
    kind = _SCRIPT_OUTPUT if script else _OUTPUT
    return kind.section(lines, heading=f"{script}:" if script else "", item=item, measures=_jobs.read_job(lines, item, today))
