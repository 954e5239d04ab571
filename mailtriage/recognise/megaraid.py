"""MegaRAID Storage Manager, LSA and storelib for controllers of LSI, Avago, Broadcom.

Subject: `MegaRAID Storage Manager Notification: db03`, or `[CRITICAL] db03: Controller ID: 0 VD is now DEGRADED`.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._appliance import WORDS, fields, grade, host_of, is_bad, is_good, section_types, told, whole
from mailtriage.types import Message, Report, Severity

_TYPES = section_types("raid_controller", "controller and virtual or physical disk", ("temperature",))
SECTIONS = tuple(_TYPES.values())
_SUBJECT = re.compile(r".{0,200}\b(?:MegaRAID|MSM|LSI Storage|storelib|Controller ID:|LSA\b).*", re.IGNORECASE | re.DOTALL)
_CONTROLLER = re.compile(r"\bController ID ?: {0,4}(\d{1,3})\b ?(.{0,500})", re.IGNORECASE)
_MARKS = (
    re.compile(r"^[\s*]{0,8}(?:EVENT )?SEVERITY(?: LEVEL)?\s{0,4}:", re.MULTILINE | re.IGNORECASE),
    re.compile(
        r"^[\s*]{0,8}(?:CONFIGURED SYSTEM NAME|SYSTEM NAME|EVENT DESCRIPTION|SYSTEM DETAILS|SAS Address|EVENT CODE|EVENT ID)\b",
        re.MULTILINE | re.IGNORECASE,
    ),
    re.compile(r"^[\s*]{0,8}(?:Generated on|EVENT TIME)\s{0,4}:", re.MULTILINE | re.IGNORECASE),
    _CONTROLLER,
)
_HEADLINE = re.compile(r"^[\s*]{0,8}Controller ID ?: {0,4}\d{1,3} +\S.*$", re.MULTILINE | re.IGNORECASE)
_GENERATED = re.compile(r"^[\s*]{0,8}Generated on\s{0,4}:", re.MULTILINE | re.IGNORECASE)
_LEVEL = re.compile(r"^[\s*]{0,8}(?:EVENT )?SEVERITY(?: LEVEL)?\s{0,4}:[\W\d]{0,10}([A-Za-z]{2,15})", re.MULTILINE | re.IGNORECASE)
_BRACKETED = re.compile(r"^\[(\w{4,13})\]")
_DESCRIPTION = re.compile(r"^[\s*]{0,8}EVENT DESCRIPTION\s{0,4}: {0,10}(\S.{0,500})$", re.MULTILINE | re.IGNORECASE)
_OBJECT = re.compile(
    r"\b(?:VD|LD|Virtual Drive|Logical Drive)[ :=#]{1,6}\d{1,4}|\bPort \d{1,2} - \d{1,3}:\d{1,3}:\d{1,3}|\bPD[ :=#]{1,6}[\w:()/]{0,20}\d"
    r"|\b(?:BBU|CacheVault|Battery|Super ?Cap|Enclosure)\b",
    re.IGNORECASE,
)
_IS_OVER = re.compile(
    r"\bis now (?:OPTIMAL|ONLINE)\b|\bto (?:Optimal|Online)\b|\bRebuild complete\b|\bchanging (?:WB|write).{0,40}enabled", re.IGNORECASE
)


def claims(message: Message) -> bool:
    """True if two of these are MSM's: subject, severity level, system name or event description, `Generated on:`, `Controller ID:`."""
    text = message.text[:6000]
    if "ontroller" not in text and "SEVERITY" not in text.upper():
        return False
    if "iDRAC" in message.subject or "Service Tag" in text:
        return False
    marks = sum(bool(mark.search(text)) for mark in _MARKS)
    is_named = bool(_SUBJECT.fullmatch(message.subject)) or "megaraid" in text.lower()
    return (marks >= 3 or (is_named and marks >= 1)) and bool(_CONTROLLER.search(text) or is_named) and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section: what the controller tells."""
    text = message.text[:40000]
    known = fields(text)
    found = _CONTROLLER.search(text) or _CONTROLLER.search(message.subject)
    sentence = found.group(2).strip() if found else ""
    sentence = sentence or known.get("event description", "") or message.subject
    sentence = sentence.lstrip(" :-")
    level = known.get("severity level") or known.get("severity") or known.get("event severity") or _level(message.subject)
    severity = WORDS.get(re.sub(r"^\W*\d*\W*", "", level).split(" ")[0].strip("[]()").lower(), None)
    name = _sort(sentence, severity)
    others = [other for other in _others(text, known, message.subject) if other != " ".join(sentence.split())]
    if name != "problem":
        # If subject or text is bad, it is bad.
        bad = next((other for other in others if _sort(other, None) == "problem"), "")
        levels = [WORDS.get(word.lower(), Severity.INFO) for word in (*_LEVEL.findall(text), *_BRACKETED.findall(message.subject))]
        severity = max((severity or Severity.INFO, *levels), key=lambda level: level.rank)
        name = "problem" if bad or severity is not Severity.INFO else name
        sentence = bad or sentence
        # A site's own subject is the same for all its mails: under a bad one nothing is closed, nor opened.
        name = "notice" if name == "recovery" and not _CONTROLLER.search(message.subject) and is_bad(message.subject) else name
    part = _OBJECT.search(sentence)
    item = f"controller {found.group(1) if found else ''} {part.group(0) if part else ''}"
    worst = _worse(severity, grade(sentence)) if is_bad(sentence) else severity
    section = told(_TYPES, name, whole(message), item=item, summary=sentence, severity=worst or Severity.WARNING)
    system = known.get("configured system name") or known.get("system name") or known.get("hostname") or known.get("server name") or ""
    named = re.search(r"Notification: ([\w.-]{1,254})$|^\[\w{1,20}\] ([\w.-]{1,254}):", message.subject)
    shown = next((word for word in named.groups() if word), "") if named else ""
    n_headlines = max(len(_HEADLINE.findall(text)), len(_GENERATED.findall(text)), len(_LEVEL.findall(text)))
    return Report(
        kind="megaraid",
        host=host_of(message, system.split(" ")[0], shown),
        sections=(section,),
        is_complete=n_headlines < 2,
        note="the text holds more than one report" if n_headlines > 1 else "",
    )


def _others(text: str, known: dict[str, str], subject: str) -> list[str]:
    """All sentences about an event, in one spelling."""
    found = [match[1] for match in _CONTROLLER.findall(text)] + [match[1] for match in _CONTROLLER.findall(subject)]
    return [" ".join(one.lstrip(" :-").split()) for one in (*found, *_DESCRIPTION.findall(text), known.get("event description", "")) if one]


def _level(subject: str) -> str:
    found = re.match(r"\[?(\w{4,13})\]? ?[:-]? ", subject)
    return found.group(1) if found else ""


def _worse(one: Severity | None, other: Severity) -> Severity:
    return other if one is None or (one is Severity.INFO and other.rank > 0) else one


def _sort(sentence: str, severity: Severity | None) -> str:
    if _IS_OVER.search(sentence) or is_good(sentence):
        return "recovery" if severity in (None, Severity.INFO) else "problem"
    if severity in (Severity.WARNING, Severity.HIGH, Severity.CRITICAL):
        return "problem"
    return "problem" if is_bad(sentence) else "notice"
