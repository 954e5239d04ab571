"""Icinga 2, by its scripts mail-host-notification.sh and mail-service-notification.sh, before and after 2.7.

Subjects: `[PROBLEM] Disk / on Web 07 is CRITICAL!`, `[RECOVERY] Host web07.example.org is UP!`.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._monitoring import (
    STATE_WORDS,
    TYPE_WORDS,
    bad_states,
    each,
    monitored_host,
    notification,
    notification_types,
    settled,
    told,
)
from mailtriage.recognise._sections import body_lines
from mailtriage.types import Message, Report

_STARS = re.compile(r"\*{3,8} ?(Icinga ?2? )?(?:Service|Host) Monitoring on (.{1,255}?) ?\*{3,8}", re.IGNORECASE)
_SUBJECT = re.compile(
    rf"\[(?P<type>{TYPE_WORDS})\] (?:(?P<what>.{{1,300}}) on (?P<on>.{{1,255}})"
    rf"|(?:Host )?(?P<host>.{{1,255}})) is (?P<state>{STATE_WORDS})!?"
)
_SENTENCE = re.compile(rf"(?:==> )?(.{{1,500}}) is ({STATE_WORDS})!?(?: <==)?")
_FIELD = re.compile(r"\s{0,8}(Info|When|Service|Host|IPv4|IPv6|State|Notification Type|Output)\s{0,4}[:?]\s{0,12}(.*)", re.IGNORECASE)
_COMMENT = re.compile(r"^Comment by .{1,100}:$", re.MULTILINE)
_DISPLAY = re.compile(r"(.{1,300}?) ?\((?:Display Name:|aka) \"(.{0,300}?)\"?\)")
_TYPES = notification_types("icinga")
SECTIONS = tuple(_TYPES.values())


def claims(message: Message) -> bool:
    """True if first line (in stars) or subject is the script's, and one more of both, the sentence on the state, its lines, the sender."""
    text = message.text[:20000]
    lines = body_lines(text)[:12]
    first = lines[0].strip() if lines else ""
    subject = message.subject.startswith("[") and bool(_SUBJECT.fullmatch(message.subject.strip()[:700]))
    if not (first.startswith("*") or subject):
        return False
    is_starred = bool(_STARS.fullmatch(first[:400]))
    has_sentence = any(_SENTENCE.fullmatch(line.strip()) for line in lines[1:])
    has_lines = {"when", "host"} <= {match.group(1).lower() for match in map(_FIELD.fullmatch, body_lines(text)[:60]) if match}
    marks = (is_starred, subject, has_sentence, has_lines, message.sender.startswith("icinga"))
    return sum(marks) >= 2 and (is_starred or subject) and not _people.forbids(message)


def report(message: Message) -> Report:
    """A section for each notification: `problem`, `recovery`, or `notice` for acknowledgements, downtimes and flapping."""
    return each(message, _headline, _one, _TYPES["notice"], seen=("subject",))


def _headline(line: str) -> str:
    if line.startswith("*"):
        return "stars" if _STARS.fullmatch(line[:400]) else ""
    line = line.removeprefix("Subject: ")
    if line.startswith("["):
        return "subject" if _SUBJECT.fullmatch(line) else ""
    return "sentence" if line.rstrip(" <=").endswith("!") and _SENTENCE.fullmatch(line) else ""


def _one(message: Message) -> Report:
    lines = body_lines(message.text[:20000])
    found, output = _fields(lines)
    subject = _SUBJECT.fullmatch(message.subject.strip()[:700])
    sentence = next((match for match in (_SENTENCE.fullmatch(line.strip()) for line in lines[1:6]) if match), None)
    kinds = [found.get("notification type", ""), subject["type"] if subject else ""]
    if not any(kinds) and _COMMENT.search(message.text[:20000]):
        kinds = ["CUSTOM"]  # Icinga gives a comment to what people do, never to a problem or a recovery
    states = [sentence.group(2) if sentence else "", found.get("state", ""), subject["state"] if subject else "", *bad_states(message.text)]
    name, state = settled(message.subject, *told(kinds, states))
    service = found.get("service", "") or (subject["what"] or "" if subject else "")
    host, prefix = monitored_host(found.get("host", "") or _named_host(lines, subject), found.get("ipv4", ""), message)
    what = sentence.group(1) if sentence else " on ".join(part for part in (service, host) if part)
    section = notification(
        message, _TYPES[name], what, states, kinds, item=prefix + (service or "host"), state=state, output=output, service=service
    )
    return Report(kind="icinga", host=host, sections=(section,))


def _fields(lines: tuple[str, ...]) -> tuple[dict[str, str], str]:
    """The object names and the first line of the output; what stands in stars is another machine."""
    found: dict[str, str] = {}
    output = ""
    for line in lines[:200]:
        match = _FIELD.fullmatch(line[:2000])
        if not match or not match.group(2).strip():
            continue
        key, value = match.group(1).lower(), match.group(2).strip()
        display = _DISPLAY.fullmatch(value)
        if key in ("info", "output"):
            output = output or value.partition("|")[0].strip()[:200]
        else:
            # The output may hold such lines of its own; those of the script come after it.
            found[key] = display.group(1) if display else value
    return found, output


def _named_host(lines: tuple[str, ...], subject: re.Match[str] | None) -> str:
    """Before 2.7 the line in stars names the monitored host; the subject has the display name."""
    stars = _STARS.fullmatch(lines[0].strip()[:400]) if lines else None
    if stars and stars.group(1):
        return stars.group(2)
    return (subject["on"] or subject["host"] or "") if subject else ""
