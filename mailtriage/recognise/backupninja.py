"""backupninja: subject `backupninja: web07 ` with WARNING, ERROR, FAILED or HALTED behind the host where something was wrong."""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._df import read_df
from mailtriage.recognise._sections import SectionType, first_line
from mailtriage.recognise._stated import stated_host, trimmed
from mailtriage.types import Message, Recovery, Report, Section, State

_SUBJECT = re.compile(r"backupninja: (\S{1,300})\s*(\w{0,20})\s*")
_RESULT = re.compile(r"(?:success|\*(?:warning|error|failed|halt)s?\*) -- (/\S{1,400})")
_BLOCK = re.compile(r"== .{1,40} from (/\S{1,400}?) ?==")
_SPACE = re.compile(r"Filesystem\s.*(?:Use%|Capacity|Mounted).*")

_ACTION = SectionType(name="action", about="how one action ended [path of its file]", check="backup", recovery=Recovery.EXPLICIT)
_STATUS = SectionType(
    name="status", about="the subject says that something was wrong, and no action does", check="backup", recovery=Recovery.SILENCE
)
_DISK = SectionType(
    name="space",
    about="the file systems of the backups",
    check="filesystem",
    recovery=Recovery.STATE,
    measures=("fs_used", "fs_avail", "fs_inodes_used", "fs_used_pseudo"),
)
SECTIONS = (_ACTION, _STATUS, _DISK)


def claims(message: Message) -> bool:
    """True if the first line says how an action ended, and the subject is backupninja's or the file lies in a folder of backups."""
    first = first_line(message.text)
    found = _RESULT.fullmatch(first) if " -- /" in first else None
    if found is None:
        return False
    is_named = bool(_SUBJECT.fullmatch(message.subject)) or (not message.headers and "backup" in found.group(1))
    return is_named and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section `action` for each action with what it said, `space` for df's table."""
    subject = _SUBJECT.fullmatch(message.subject)
    actions: dict[str, list[str]] = {}
    space: list[str] = []
    here: list[str] = []
    for line in message.text.split("\n"):
        stripped = line.strip()
        result, block = _RESULT.fullmatch(stripped), _BLOCK.fullmatch(stripped)
        named = result or block
        if named:
            here = actions.setdefault(named.group(1), [])
        elif _SPACE.fullmatch(stripped):
            here = space
        here.append(stripped if named else line)
    sections = [_action(path, trimmed(lines)) for path, lines in actions.items()]
    word = subject.group(2) if subject else ""
    if word and all(section.state is State.OK for section in sections):
        sections.append(_STATUS.section([f"{word} in the subject"], state=State.PROBLEM, summary=message.subject))
    if space:
        sections.append(_DISK.section(trimmed(space), measures=read_df(space)))
    host = stated_host(subject.group(1), message.host) if subject else message.host
    return Report(kind="backupninja", host=host, sections=tuple(sections))


def _action(path: str, lines: list[str]) -> Section:
    is_good = lines == [f"success -- {path}"]
    return _ACTION.section(lines, item=path, state=State.OK if is_good else State.PROBLEM, summary=lines[0] if lines else path)
