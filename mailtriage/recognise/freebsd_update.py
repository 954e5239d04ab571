"""`freebsd-update cron` (FreeBSD 6 to 14): subject `HOST security updates`, the log of the fetch.

It is sent only when updates wait or the fetch failed, and then every night; nothing is sent when all is well again.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._hosts import longer_host, sane_host
from mailtriage.recognise._measures import measure
from mailtriage.recognise._periodic_marks import text_of
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.types import Message, Recovery, Report, Section, State

_FETCH = SectionType(name="fetch", about="the log of the fetch", check="os_updates_fetch", recovery=Recovery.SILENCE)
_UPDATES = SectionType(
    name="updates",
    about="files of the base system that wait to be updated",
    check="os_updates",
    recovery=Recovery.SILENCE,
    measures=("updates_pending",),
)
_MODIFIED = SectionType(name="modified", about="files that were changed by hand and so are not updated", check="os_updates")
_END_OF_LIFE = SectionType(name="end_of_life", about="the release gets no more fixes, or soon none", recovery=Recovery.SILENCE)
SECTIONS = (_FETCH, _UPDATES, _MODIFIED, _END_OF_LIFE)

_SUBJECT = re.compile(r"(\S{1,5000}) security updates")
_UPDATE_WORDS = re.compile(
    r"^(?:Looking up update\S* mirrors\.\.\.|Fetching metadata (?:signature|index)\b|Inspecting system\.\.\."
    r"|Preparing to download files\.\.\."
    r"|The following files (?:will be (?:updated|added|removed) |are affected by updates)"
    r"|WARNING: \S+ \S+ (?:HAS PASSED ITS END-OF-LIFE DATE|is approaching its End-of-Life date)"
    r"|No updates needed to update system to |No mirrors remaining, giving up)",
    re.MULTILINE,
)
_STARTS = (
    (re.compile(r"The following files will be (?:updated|added|removed)\b"), _UPDATES),
    (re.compile(r"The following files are affected by updates"), _MODIFIED),
    (re.compile(r"WARNING: .{1,200}(?:END-OF-LIFE|End-of-Life)"), _END_OF_LIFE),
    (re.compile(r"(?:No updates needed|Looking up|Fetching|Inspecting|Preparing|Applying|src component)\b"), _FETCH),
)
# What ends the log of a fetch: what waits, that nothing waits, or why it went no further.
_ENDS = re.compile(r"^No updates needed|giving up\.|failed\.|incorrect hash|invalid|corrupt|^Cowardly refusing", re.MULTILINE)


def claims(message: Message) -> bool:
    """True if the subject is `HOST security updates`, or no header is there, and the body is the log of freebsd-update's fetch."""
    if message.headers and not _SUBJECT.fullmatch(message.subject):
        return False
    text = text_of(message)[:100_000]
    found = _UPDATE_WORDS.search(text)
    if not found or _people.forbids(message):
        return False
    # A bare body needs two of its sentences, the first of them early.
    return bool(message.headers) or (found.start() < 2000 and bool(_UPDATE_WORDS.search(text, found.end())))


def report(message: Message) -> Report:
    """The log, and what it found."""
    named = _SUBJECT.fullmatch(message.subject)
    host = sane_host(named.group(1)) if named else ""
    pieces: list[tuple[SectionType, list[str]]] = []
    for line in body_lines(text_of(message)):
        started = next((section for pattern, section in _STARTS if pattern.match(line)), None)
        current = pieces[-1][0] if pieces else _FETCH
        if not pieces or (started is not None and started is not current):
            pieces.append((started or _FETCH, []))
        pieces[-1][1].append(line)
    sections = tuple(_section(kind, lines) for kind, lines in _merged(pieces))
    is_complete = any(section.name != "fetch" for section in sections) or bool(_ENDS.search(text_of(message)))
    return Report(
        kind="freebsd_update", host=longer_host(host, message.host) if host else message.host, sections=sections, is_complete=is_complete
    )


def _merged(pieces: list[tuple[SectionType, list[str]]]) -> list[tuple[SectionType, list[str]]]:
    """One piece for each type, in the order of the mail."""
    merged: dict[str, tuple[SectionType, list[str]]] = {}
    for kind, lines in pieces:
        merged.setdefault(kind.name, (kind, []))[1].extend(lines)
    return list(merged.values())


def _section(kind: SectionType, lines: list[str]) -> Section:
    while lines and not lines[-1]:
        lines.pop()
    is_bad = kind in (_UPDATES, _END_OF_LIFE)
    n_files = sum(1 for line in lines if line.startswith("/"))
    measures = (measure("updates_pending", "", n_files),) if kind is _UPDATES else ()
    return kind.section(lines, state=State.PROBLEM if is_bad else State.INFO, measures=measures)
