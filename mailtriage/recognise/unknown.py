"""Whatever no other kind claims: any subject. A subject is one line more, which few shipped rules explain (jobs_mails.toml)."""

from __future__ import annotations

import re

from mailtriage.recognise import _jobs, _people, _typed
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
_N_OF_PROSE = 3  # lines of prose that are read for words of trouble, the subject among them
_OWN_LINES = 4  # with words of I and you
_MOST_READ = 20_000
# Where a script names its host, for mails that came without a header to tell it.
_STATED_HOST = re.compile(
    r"^(?:host(?: ?name)?|server|machine|node|system)[ \t]{0,20}[:=][ \t]{0,20}([\w.-]{2,253})[ \t]{0,20}$", re.IGNORECASE | re.MULTILINE
)
# The script that half the world copied: `Running out of space "/dev/sda1 (95%)" on web07 as on Tue Mar  3 06:25:01 UTC 2015`.
_SPACE_HOST = re.compile(r"^.{0,40}\brunning out of (?:disk )?space\b[^\n]{1,200} on ([\w.-]{2,253}) as on ", re.IGNORECASE | re.MULTILINE)
_SUBJECT_HOST = re.compile(r"\b(?:on|at|for|from|host|server) ([a-z][\w-]{0,62}(?:\.[\w-]{1,62}){1,6})\b", re.IGNORECASE)


def claims(message: Message) -> bool:
    """True for everything; asked last."""
    return True


def report(message: Message, note: str = "") -> Report:
    """The mail as one section; a word or two without a header may be somebody's, and is not dropped."""
    if not note and not message.headers and _typed.is_a_word(message.text):
        note = "a word or two without a header may be a person's answer"
    subject = (f"Subject: {message.subject}",) if message.subject else ()
    lines = (*subject, *_jobs.tidy(message.text.rstrip("\n")))
    item = " ".join(_NUMBER.sub("#", message.subject[:1000]).split())[:_LONGEST_ITEM]
    day = (message.sent_at or message.received_at).date()
    n_words = _N_OF_PROSE if _is_prose(message) else None
    section = _MAIL.section(lines, item=item, summary=message.subject, measures=_jobs.read_job(lines, item, day, n_words=n_words))
    return Report(kind="unknown", host=message.host or _stated_host(message), sections=(section,), note=note)


def _is_prose(message: Message) -> bool:
    """Whether it is written for people, who cannot, will not and do not without any trouble: letters, advertisements, lists."""
    if message.header("List-Unsubscribe"):
        return True
    return sum(map(_people.has_own_words, message.text[:_MOST_READ].split("\n"))) >= _OWN_LINES


def _stated_host(message: Message) -> str:
    """The host a script names in its subject or text."""
    text = message.text[:_MOST_READ]
    found = _STATED_HOST.search(text) or _SPACE_HOST.search(text) or _SUBJECT_HOST.search(message.subject[:1000])
    return sane_host(found.group(1)) if found else ""
