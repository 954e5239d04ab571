"""rkhunter: subjects `[rkhunter] web07 - Daily report`, `[rkhunter] Warnings found for web07`, `rkhunter Daily Run on web07` (Red Hat)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailtriage.recognise._hosts import longer_host, sane_host
from mailtriage.recognise._integrity import short
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.recognise._security import may_claim, without_margin
from mailtriage.types import Message, Recovery, Report, Section, State

_SUBJECT = re.compile(
    r"\[rkhunter\] (?:(?:Warnings found for|Daily report for) (\S{1,5000})|(\S{1,5000}) - (?:Daily report"
    r"|Weekly (?:rkhunter )?database update))"
    r"|(?:\[\S{1,40}\] )?rkhunter Daily (?:Run|Scan)(?: Report)?(?: (?:on|for) (\S{1,5000}))?",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"(?:Warning: \S.{0,2000}|Please inspect this machine, because it may be infected\.|\[ Rootkit Hunter version [\w.]{1,20} \]"
    r"|-{5,60} Start Rootkit Hunter \w{1,20} -{5,60})"
)
# Warnings in words that no other program uses: the second mark of a body without its header.
_OWN_WARNING = re.compile(
    r"Warning: (?:The file properties have changed|Hidden (?:file|directory) found|The command '/|Suspicious file types found in "
    r"|Changes found in the (?:group|passwd) file|(?:User|Group) '|Network (?:TCP|UDP) port \d{1,5} is being used"
    r"|The file '/.{1,300}' exists on the system, but it is not present in|The (?:kernel )?modules (?:directory|file) '/"
    r"|The following processes are using deleted files|The following suspicious \(large\) shared memory"
    r"|The SSH (?:and rkhunter )?configuration option|Found passwordless account|Checking for possible rootkit"
    r"|Known bad kernel module|Possible promiscuous interfaces|Hidden (?:ports|processes) found|Account '.{1,64}' is root equivalent)"
)
_FRAME = re.compile(r"\[ Rootkit Hunter version [\w.]{1,20} \]|-{5,60} (?:Start|End) Rootkit Hunter \w{1,20} -{5,60}")
_FILE = re.compile(r"\s{4,12}File: (/\S.{0,400})")
_ACCOUNT = re.compile(
    r"Warning: (?:User|Group) '|Warning: Changes found in the (?:group|passwd|password) file"
    r"|Warning: (?:Found )?.{0,60}(?:passwordless account|(?:UID|uid)(?: = |=| )0|root equivalent)",
    re.IGNORECASE,
)
_ROOTKIT = re.compile(
    r"Warning: .{0,200}(?:\brootkit\b|\bmalware\b|\bbackdoor\b|\btrojan\b|\bsniffer\b|possibly infected|\bworm\b|\[ Warning \])",
    re.IGNORECASE,
)
_MENTIONS_ONLY = re.compile(
    r"Warning: (?:The command|Hidden (?:file|directory) found|Checking for (?:prerequisites|hidden))", re.IGNORECASE
)
_UPDATE = re.compile(r"Checking rkhunter (?:data files|version)|^\s{1,4}Checking file \S{1,60} |^\s{1,4}(?:This|Latest) version *:")
_VERSION = re.compile(r"\s{1,4}(This|Latest) version *: ([\w.]{1,20})")
_DATA_FILE = re.compile(r"\s{1,4}Checking file \S{1,60}(?: versions)? .{0,80}\[ ([\w ]{2,20}) \]")
_CHECK = re.compile(r"\s{0,8}(?:Checking|Performing|Scanning) (?!file )\S.{0,120}\[ ([\w ]{2,20}) \]")
_CHANGED = "Warning: The file properties have changed"
_MOST = 300

_PROPERTIES = SectionType(
    name="file_changed",
    about="programs that have other properties than stored [path, where it is one]",
    check="rkhunter_file",
    recovery=Recovery.SILENCE,
)
_ROOTKITS = SectionType(
    name="rootkit", about="signs of a rootkit or of malware [warning]", check="rkhunter_rootkit", recovery=Recovery.SILENCE
)
_ACCOUNTS = SectionType(
    name="account", about="a user or group appeared, vanished or changed [warning]", check="rkhunter_account", recovery=Recovery.SILENCE
)
_WARNING = SectionType(
    name="warning", about="any other warning [warning]", check="rkhunter", recovery=Recovery.SILENCE, measures=("warnings",)
)
_CHECKS = SectionType(name="checks", about="lines that belong to no warning", check="rkhunter_checks")
_POINTER = SectionType(name="pointer", about="the mail that says that there are warnings, without them", check="rkhunter_pointer")
_DATABASE = SectionType(name="update", about="the weekly update of its data files", check="rkhunter_update")
SECTIONS = (_PROPERTIES, _ROOTKITS, _ACCOUNTS, _WARNING, _CHECKS, _POINTER, _DATABASE)


def claims(message: Message) -> bool:
    """True if the subject is rkhunter's or Rootkit Hunter is named, and the first line is one of its own."""
    if "rkhunter" not in message.subject.lower() and "Rootkit Hunter" not in message.text[:2000] and "Warning: " not in message.text[:200]:
        return False
    message = without_margin(message)
    lines = [line.strip() for line in message.text[:8000].split("\n") if line.strip()]
    if not lines:
        return False
    has_first = bool(_FIRST.fullmatch(lines[0])) or lines[0].startswith("Please inspect this machine")
    if _SUBJECT.fullmatch(message.subject):
        return (has_first or any(map(_FIRST.fullmatch, lines[:20])) or bool(_UPDATE.search(message.text[:4000]))) and may_claim(message)
    second = "Rootkit Hunter" in lines[0] or "[ Rootkit Hunter version" in message.text[:4000] or any(map(_OWN_WARNING.match, lines[:40]))
    return has_first and second and may_claim(message) and bool(_UPDATE.search(message.text[:4000]) or "Warning: " in message.text)


def report(message: Message) -> Report:
    """A section for each warning; what stands between them is `checks`, a weekly update `update`."""
    message = without_margin(message)
    lines = body_lines(message.text)
    sections: list[Section] = []
    rest: list[str] = []
    changed: list[str] = []
    block: list[str] = []
    n_warnings = 0
    for line in (*lines, ""):
        # A warning ends where a line is not indented; everything further is its own.
        if block and (line[:4].strip() or not line.strip()):
            n_warnings += 1
            if block[0].startswith(_CHANGED):
                changed += block
            elif len(sections) < _MOST:
                sections.append(_warning(block))
            else:
                rest += block
            block = []
        if line.startswith("Warning: "):
            block = [line]
        elif block:
            block.append(line)
        elif line.strip():
            rest.append(line)
    if changed:
        sections.insert(0, _changed(changed))
    if rest:
        sections.append(_rest(rest, message, n_warnings))
    subject = _SUBJECT.fullmatch(message.subject)
    host = sane_host(next((found for found in subject.groups() if found), "")) if subject else ""
    return Report(kind="rkhunter", host=longer_host(host, message.host) if host else message.host, sections=tuple(sections))


def _changed(lines: list[str]) -> Section:
    """All changed programs as one section: an update changes hundreds."""
    paths = [found.group(1) for found in map(_FILE.fullmatch, lines) if found]
    item = paths[0] if len(paths) == 1 else ""
    return _PROPERTIES.section(lines, item=item, state=State.PROBLEM, summary=f"file properties have changed: {short(paths)}")


def _warning(block: list[str]) -> Section:
    first = " ".join(block[0].split())
    item = first.removeprefix("Warning: ")[:160]
    kind = _WARNING
    if _ACCOUNT.match(first):
        kind = _ACCOUNTS
    elif _ROOTKIT.match(first) and not _MENTIONS_ONLY.match(first):
        kind = _ROOTKITS
    measures = [measure("warnings", "", 1)] if kind is _WARNING else []
    return kind.section(block, item=item, state=State.PROBLEM, summary=item, measures=measures)


def _rest(lines: list[str], message: Message, n_warnings: int) -> Section:
    if not n_warnings and lines[0].strip().startswith("Please inspect this machine"):
        return _POINTER.section(lines, summary=message.subject)
    lines = [*lines, *_doubts(lines)]
    has_scan = any("Start Rootkit Hunter Scan" in line for line in lines)
    if not n_warnings and not has_scan and any(_UPDATE.search(line) for line in lines):
        return _DATABASE.section(lines)
    return _CHECKS.section(lines)


def _doubts(lines: list[str]) -> Iterator[str]:
    """What no single line shows, as lines of our own that no rule explains: another version is out, or nothing was looked at."""
    versions = {found.group(2) for found in map(_VERSION.fullmatch, lines) if found}
    if len(versions) > 1:
        yield f"(another version is out: {', '.join(sorted(versions))})"
    for pattern, what in ((_DATA_FILE, "data file"), (_CHECK, "check")):
        results = {found.group(1) for found in map(pattern.fullmatch, lines) if found}
        if results == {"Skipped"}:
            yield f"(every {what} was skipped)"
