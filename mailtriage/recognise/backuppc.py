"""BackupPC; it mails only when something is wrong.

Subjects: `BackupPC administrative attention needed`, `BackupPC: no backups of web07 have succeeded`,
`BackupPC: no recent backups on web07`, `BackupPC: Outlook files on web07 need to be backed up`.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.recognise._stated import stated_host
from mailtriage.types import Message, Recovery, Report, State

_SUBJECT = re.compile(r"BackupPC(?:: .{1,300}| administrative attention needed.{0,100})")
_HOST = re.compile(
    r"^(?:BackupPC: (?:no backups of|no recent backups on|Outlook files on) (\S{1,300})|Your PC \((\S{1,300}?)\) has)", re.MULTILINE
)
_SIGNATURE = re.compile(r"^[ \t]{0,8}(?:BackupPC|PC Backup) Genie[ \t]{0,8}$", re.MULTILINE)
_SENTENCE = re.compile(
    r"^[ \t]{0,8}(?:Your PC \(\S{1,300}\) has |BackupPC requires |The Outlook files on your PC |The following hosts had an error )",
    re.MULTILINE,
)
_BODY = re.compile(r"\bBackupPC\b|backuppc\.|PC backup software|\b(?:BackupPC|PC Backup) Genie\b")

_NOTICE = SectionType(
    name="notice", about="a host without backups, or a fault of the server [host]", check="backup", recovery=Recovery.SILENCE
)
SECTIONS = (_NOTICE,)


def claims(message: Message) -> bool:
    """True if the subject is BackupPC's and the body names the program, or a body without headers has its signature and its sentence."""
    text = message.text[:20000]
    if "ackupPC" not in message.subject and "Backup" not in text[-2000:]:
        return False
    is_named = bool(_SUBJECT.fullmatch(message.subject)) and bool(_BODY.search(text))
    # It greets its users by name, as people do.
    is_bare = not message.headers and bool(_SIGNATURE.search(text) and _SENTENCE.search(text))
    return is_bare or (is_named and not _people.forbids(message))


def report(message: Message) -> Report:
    """One section, about the host that is not backed up, or the server itself."""
    found = _HOST.search(f"{message.subject}\n{message.text[:20000]}")
    named = (found.group(1) or found.group(2)) if found else ""
    section = _NOTICE.section(
        [*([f"Subject: {message.subject}"] if message.subject else []), *body_lines(message.text)],
        item=named,
        state=State.PROBLEM,
        summary=message.subject,
    )
    return Report(kind="backuppc", host=stated_host(named, message.host), sections=(section,))
