"""sudo, as the user who used it: subject `*** SECURITY information for web07 ***`, in the words of the user's language.

One line: `web07 : Nov 22 20:14:42 : www2 : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id`.
"""

from __future__ import annotations

import re

from mailtriage.recognise._hosts import longer_host, sane_host
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.recognise._security import may_claim
from mailtriage.types import Message, Recovery, Report, State

_SUBJECT = re.compile(r"(?:\[[^\]]{1,40}\] )?\*\*\* .{3,60}? (\S{1,5000}) \*\*\*")
_DATE = r"[A-Z][a-z]{2} [ \d]?\d \d\d:\d\d:\d\d(?: \d{4})?"
_HEAD = re.compile(
    rf"\s{{0,8}}(\S{{1,5000}}?) {{0,4}}: {{0,4}}{_DATE} {{0,4}}: {{0,4}}(\S{{1,256}}?) {{0,4}}: {{0,4}}(\S.{{0,20000}})?", re.DOTALL
)
# Mailers drop the blanks, and old releases add fields of their own.
_FIELD = re.compile(r"(?:^|\s?;\s?|\s)(?:HOST|TTY|CHROOT|PWD|USER|GROUP|TSID|ENV|COMMAND)=")

_REFUSED = SectionType(
    name="refused", about="somebody used sudo and may not, or failed to [user: reason]", check="sudo", recovery=Recovery.SILENCE
)
_USED = SectionType(name="used", about="somebody used sudo, where all use is mailed [user]", check="sudo", recovery=Recovery.SILENCE)
SECTIONS = (_REFUSED, _USED)


def claims(message: Message) -> bool:
    """True if the first line is `HOST : DATE : USER : ` with a reason or fields, and fields like `TTY=` or sudo's subject stand with it."""
    if " : " not in message.text[:6000] and ";TTY=" not in message.text[:6000] and not _SUBJECT.fullmatch(message.subject):
        return False
    found = _HEAD.match(message.text.lstrip()[:25000])
    if found is None:
        return False
    rest = found.group(3) or ""
    return bool(_FIELD.search(rest[:4000]) or _SUBJECT.fullmatch(message.subject)) and may_claim(message)


def report(message: Message) -> Report:
    """One section: `refused`, or `used` where sudo gives no reason."""
    lines = body_lines(message.text)
    found = _HEAD.match("\n".join(lines)[:25000])
    named, user, rest = found.groups() if found else ("", "", "")
    rest = rest or ""
    field = _FIELD.search(rest[:4000])
    reason = " ".join((rest[: field.start()] if field else rest.partition("\n")[0]).split())[:120].strip(" ;")
    kind = _REFUSED if reason else _USED
    section = kind.section(
        lines,
        item=f"{user}: {re.sub(r'[0-9]+', '#', reason)}" if reason else user,
        state=State.PROBLEM if reason else State.INFO,
        summary=f"sudo: {user}: {reason or 'used sudo'}",
    )
    host = sane_host(named)
    subject = _SUBJECT.fullmatch(message.subject)
    stated = sane_host(subject.group(1)) if subject else ""
    host = longer_host(host, stated) if host else stated
    return Report(kind="sudo", host=longer_host(host, message.host) if host else message.host, sections=(section,))
