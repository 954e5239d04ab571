"""Dell iDRAC, CMC and OpenManage.

Subject: `Alert from iDRAC: 7ABCDE1`, `iDRAC Alert (db03)`, `Alert from Dell Remote Access Controller: 192.0.2.9`.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._appliance import WORDS, fields, grade, host_of, is_bad, is_good, section_types, told, whole
from mailtriage.types import Message, Report, Severity

_TYPES = section_types("hardware", "service tag, and the part of the message id with its slot")
SECTIONS = tuple(_TYPES.values())
_SUBJECT = re.compile(
    r".{0,120}\b(?:iDRAC\d{0,2}|Dell Remote Access Controller|DRAC\d{0,2}|CMC|OpenManage|OMSA|OME|Server Administrator)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_MARKS = (
    "message",
    "event message",
    "system host name",
    "message id",
    "system name",
    "service tag",
    "severity",
    "recommended action",
    "detailed description",
    "system id",
    "system model",
    "asset tag",
)
_TESTED = re.compile(r"\btest (?:e-?mail|message|alert)\b", re.IGNORECASE)
_SLOT = re.compile(
    r"\b(?:drive|disk|fan|power supply|psu|dimm|slot|cpu|controller|processor|battery)[ _#]{0,2}[A-Z]?\d{1,3}\b", re.IGNORECASE
)


def claims(message: Message) -> bool:
    """True if the lines `Message:`, `Severity:`, `Service Tag:` and their kin stand there, two with the subject, four without."""
    text = message.text[:8000]
    lower = text.lower()
    if "message" not in lower and "service tag" not in lower:
        return False
    if "service tag" not in lower and "message id" not in lower and not _SUBJECT.fullmatch(message.subject):
        return False
    known = fields(text)
    n_marks = sum(mark in known for mark in _MARKS)
    is_dell = "service tag" in known or "message id" in known or "idrac" in lower or "dell" in lower
    return ((n_marks >= 2 and bool(_SUBJECT.fullmatch(message.subject))) or (n_marks >= 4 and is_dell)) and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section: the message."""
    known = fields(message.text)
    sentence = known.get("message") or known.get("event message") or known.get("description") or message.subject
    level = (known.get("severity") or known.get("status") or "").strip().lower()
    severity = WORDS.get(level, None)
    if severity is None and level:
        severity = next((WORDS[word] for word in re.findall(r"[a-z]+", level) if word in WORDS), None)
    # Severity of a pair: PDR1001 fault detected is critical, PDR1016 removed, PSU0800 back is informational.
    if severity in (Severity.WARNING, Severity.HIGH, Severity.CRITICAL):
        name = "problem"
    elif _TESTED.search(sentence):
        name = "notice"
    else:
        name = "recovery" if is_good(sentence) else "problem" if is_bad(sentence) else "notice"
    code = re.sub(r"\d{1,6}$", "", known.get("message id", "").split(" ")[0])
    slot = _SLOT.search(sentence)
    item = f"{known.get('service tag', '')} {code} {slot.group(0).lower() if slot else ''}"
    graded = severity if severity and severity is not Severity.INFO else grade(sentence)
    section = told(_TYPES, name, whole(message), item=item, summary=sentence, severity=graded)
    names = [known.get(key, "") for key in ("system name", "host name", "hostname", "system host name", "server name", "node name")]
    shown = re.search(r"\(([\w.-]{1,254})\)|: ?([\w-]{1,63}\.[\w.-]{1,190})\b", message.subject)
    from_subject = next((word for word in shown.groups() if word), "") if shown else ""
    return Report(kind="idrac", host=host_of(message, *(name.split(" ")[0] for name in names if name), from_subject), sections=(section,))
