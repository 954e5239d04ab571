"""Whatever no other kind claims: any subject. No shipped rule explains a subject line, so a mail with one is never dropped by them."""

from __future__ import annotations

import re

from mailtriage.recognise import _jobs
from mailtriage.recognise._hosts import sane_host
from mailtriage.recognise._sections import SectionType
from mailtriage.types import Message, Recovery, Report

_MAIL = SectionType(
    name="mail",
    about="the whole mail; its first line is `Subject: ` and the subject, for a script may say there alone that it failed"
    " [the subject, without its numbers]",
    recovery=Recovery.SILENCE,
    measures=_jobs.MEASURES,
)
SECTIONS = (_MAIL,)
_NUMBER = re.compile(r"(?<![\w.-])\d[\d.,:/-]{0,40}")
_LONGEST_ITEM = 120
# Where a script names its host, for mails that came without a header to tell it.
_STATED_HOST = re.compile(
    r"^(?:host(?: ?name)?|server|machine|node|system)[ \t]{0,20}[:=][ \t]{0,20}([\w.-]{2,253})[ \t]{0,20}$", re.IGNORECASE | re.MULTILINE
)
_SUBJECT_HOST = re.compile(r"\b(?:on|at|for|from|host|server) ([a-z][\w-]{0,62}(?:\.[\w-]{1,62}){1,6})\b", re.IGNORECASE)


def claims(message: Message) -> bool:
    """True for everything; asked last."""
    return True


def report(message: Message, note: str = "") -> Report:
    """The mail as one section."""
    subject = (f"Subject: {message.subject}",) if message.subject else ()
    lines = (*subject, *message.text.rstrip("\n").split("\n"))
    item = " ".join(_NUMBER.sub("#", message.subject[:1000]).split())[:_LONGEST_ITEM]
    day = (message.sent_at or message.received_at).date()
    section = _MAIL.section(lines, item=item, summary=message.subject, measures=_jobs.read_job(lines, item, day))
    return Report(kind="unknown", host=message.host or _stated_host(message), sections=(section,), note=note)


def _stated_host(message: Message) -> str:
    """The host a script names in its subject or text."""
    found = _STATED_HOST.search(message.text[:20000]) or _SUBJECT_HOST.search(message.subject[:1000])
    return sane_host(found.group(1)) if found else ""
