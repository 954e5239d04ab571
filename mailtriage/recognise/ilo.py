"""HP AlertMail of iLO and of the Onboard Administrator of blade enclosures.

Subject: `iLO AlertMail-003: (CRITICAL) Power Supply #1: Failed`, `HP AlertMail-010: (CRITICAL) ...`.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._appliance import WORDS, fields, grade, host_of, is_bad, is_good, section_types, told, whole
from mailtriage.types import Message, Report, Severity

_TYPES = section_types("hardware", "part of the server")
SECTIONS = tuple(_TYPES.values())
_SUBJECT = re.compile(
    r"(?:HPE? )?(?:iLO |OA )?AlertMail-?(\d{1,6})?:? ?[(\[<]([\w /-]{1,30})[)\]>]:? ?(.{0,500})", re.IGNORECASE | re.DOTALL
)
_EVENT = re.compile(r"^\s{0,4}EVENT \(([^)]{1,60})\): {0,4}(.{1,1000})$", re.MULTILINE)
_BODY = re.compile(
    r"^\s{0,8}(?:iLO (?:URL|Name|Host ?name)|iLO IP|Integrated Lights-Out|Server(?: Name| Serial)?|Enclosure,)\b",
    re.MULTILINE | re.IGNORECASE,
)
_STATE = re.compile(
    r"[:,(-]? ?\b(?:has |is |was |been |status |changed |to:? |now |in )*(?:failed|failure|degraded|repaired|ok|lost"
    r"|restored|removed|inserted|redundant)\b.*",
    re.IGNORECASE,
)
_OVER = re.compile(r"\b(?:changed )?to:? (?:OK|Normal|Redundant)\b|\b(?:repaired|restored)\b", re.IGNORECASE)


def claims(message: Message) -> bool:
    """True if two of these are there: the subject of AlertMail, a line `EVENT (time): `, a line that names the iLO or the enclosure."""
    if "EVENT (" not in message.text[:4000] and "AlertMail" not in message.subject:
        return False
    marks = (
        bool(_SUBJECT.fullmatch(message.subject)),
        bool(_EVENT.search(message.text[:4000])),
        bool(_BODY.search(message.text[:6000])) or message.header("X-OS").startswith("HP"),
    )
    return sum(marks) >= 2 and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section: the event."""
    subject, event = _SUBJECT.fullmatch(message.subject), _EVENT.search(message.text[:20000])
    level = subject.group(2).strip().lower() if subject else ""
    title = subject.group(3).strip() if subject else event.group(2).strip() if event else message.subject
    sentence = f"{title} {event.group(2) if event else ''}"
    severity = WORDS.get(level)
    if level == "repaired" or (severity in (None, Severity.INFO) and is_good(title)):
        name = "recovery"
    elif severity in (None, Severity.INFO):
        name = "problem" if is_bad(sentence) else "notice"
    else:
        name = "problem"
    events = [found.group(2) for found in _EVENT.finditer(message.text[:20000])]
    if name != "problem":
        # If subject or text is bad, it is bad.
        bad = next((text for text in (*events, title) if is_bad(text) and not is_good(text) and not _OVER.search(text)), "")
        name, title, sentence = ("problem", bad, bad) if bad else (name, title, sentence)
    known = fields(message.text)
    names = [known.get(key, "") for key in ("server name", "host name", "hostname", "server", "enclosure name", "ilo name", "ilo hostname")]
    url = re.search(r"https?://([\w.-]{1,254})", message.text[:20000])
    section = told(
        _TYPES,
        name,
        whole(message),
        item=_STATE.sub("", title) or title,
        summary=title,
        severity=severity if severity and severity is not Severity.INFO else grade(sentence),
    )
    return Report(
        kind="ilo",
        host=host_of(message, *(name.split(" ")[0] for name in names if name), url.group(1) if url else ""),
        sections=(section,),
        is_complete=len(events) < 2,
        note="the text holds more than one event" if len(events) > 1 else "",
    )
