"""QNAP QTS and QuTS hero: subject `[Warning][Storage & Snapshots] Notification from your device: nas2`."""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._appliance import WORDS, fields, grade, host_of, is_bad, is_good, section_types, told, whole, without_values
from mailtriage.types import Message, Report, Severity

_TYPES = section_types("nas", "application, and the message without numbers")
SECTIONS = tuple(_TYPES.values())
_SUBJECT = re.compile(
    r"(?:\[[^\]]{1,80}\] ?){0,4}.{0,80}(?:Notification from your device|QNAP|Turbo NAS|NAS (?:alert|notification)).{0,300}",
    re.IGNORECASE | re.DOTALL,
)
_NAS = ("nas name", "server name", "device name")
_OTHERS = (
    "severity",
    "level",
    "type",
    "date/time",
    "app name",
    "application",
    "category",
    "message",
    "content",
    "description",
    "ip address",
    "date",
    "time",
    "user",
)


def claims(message: Message) -> bool:
    """True if the lines `NAS Name:`, `Severity:`, `Message:` and their kin stand there: three of them, or two with QNAP's subject."""
    text = message.text[:8000]
    if "NAS" not in text and "QNAP" not in f"{message.subject} {text}":
        return False
    known = fields(text)
    has_nas = any(name in known for name in _NAS)
    n_marks = sum(name in known for name in _OTHERS)
    is_named = bool(_SUBJECT.fullmatch(message.subject)) or "QNAP" in f"{message.sender_name} {text}"
    return ((has_nas and n_marks >= 3) or (is_named and has_nas + n_marks >= 2)) and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section: the message."""
    known = fields(message.text)
    sentence = next((known[key] for key in ("message", "content", "description") if known.get(key)), message.subject)
    brackets = re.findall(r"\[([^\]]{1,60})\]", message.subject[:400])
    level = next((known[key] for key in ("severity", "level", "type") if known.get(key)), brackets[0] if brackets else "").lower()
    severity = WORDS.get(level)
    if severity in (Severity.WARNING, Severity.HIGH, Severity.CRITICAL):
        name = "problem"
    else:
        name = "recovery" if is_good(sentence) else "problem" if is_bad(sentence) else "notice"
    app = known.get("app name") or known.get("application") or (brackets[1] if len(brackets) > 1 else "")
    item = f"{app}: {without_values(sentence)}"
    graded = severity if severity and severity is not Severity.INFO else grade(sentence)
    section = told(_TYPES, name, whole(message), item=item, summary=sentence, severity=graded)
    shown = re.search(r"from your device: ?([\w.-]{1,254})", message.subject)
    host = host_of(message, *(known.get(key, "").split(" ")[0] for key in _NAS if known.get(key)), shown.group(1) if shown else "")
    return Report(kind="qnap", host=host, sections=(section,))
