"""BMCs of Supermicro and others, and their event logs (SEL).

Subject: `Alert from 192.0.2.30`, `PEF Alert`, `IPMI alert: Power Supply 1`; the body names sensor, event and reading.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._appliance import fields, grade, host_of, is_bad, is_good, section_types, told, whole
from mailtriage.recognise._sections import body_lines
from mailtriage.types import Message, Report, Section, Severity

_TYPES = section_types("hardware", "sensor")
SECTIONS = tuple(_TYPES.values())
_SUBJECT = re.compile(
    r".{0,80}\b(?:PEF\b|IPMI|BMC\b|SEL\b|IMM\b|XClarity|iRMC|CIMC|ILOM|Supermicro|SuperDoctor|System Event Log"
    r"|Sensor (?:alert|event)|Server Sensor).*",
    re.IGNORECASE | re.DOTALL,
)
_MARKS = (
    "system ip",
    "system guid",
    "sensor type",
    "sensor no.",
    "sensor number",
    "sensor name",
    "event type",
    "event data",
    "bmc ip",
    "bmc mac",
    "host ip",
    "entity id",
    "sensor",
    "event description",
    "event severity",
    "sensor reading",
    "event direction",
    "device name",
    "event time",
    "event source",
)
_SEL = re.compile(r"^\s{0,8}(?:[0-9a-f]{1,6}|\d{1,6}) {0,4}\| .{6,40}\| .{1,60}\| .{1,200}$", re.MULTILINE | re.IGNORECASE)
_UNCORRECTED = re.compile(r"uncorrectable|non-?recoverable|bus fatal|machine check|\bIERR\b|thermal trip", re.IGNORECASE)
_CORRECTED = re.compile(r"(?<!un)correctable", re.IGNORECASE)
_TYPES_OF_SENSOR = {
    "01": "temperature",
    "02": "voltage",
    "03": "current",
    "04": "fan",
    "05": "chassis intrusion",
    "07": "processor",
    "08": "power supply",
    "0c": "memory",
}


def claims(message: Message) -> bool:
    """True if `Sensor Type:`, `Event Type:` and their kin stand there, or lines of an event log and a subject that says so."""
    text = message.text[:8000]
    if not any(word in text for word in ("ensor", "|", "BMC", "vent ")):
        return False
    if "Service Tag" in text or message.subject.startswith(("Cron <", "Anacron")):
        return False
    known = fields(text)
    n_marks = sum(mark in known for mark in _MARKS)
    is_named = bool(_SUBJECT.fullmatch(message.subject))
    n_rows = len(_SEL.findall(text))
    return (n_marks >= 3 or (is_named and (n_marks >= 1 or n_rows >= 1))) and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section for each row of an event log, else one for the mail; a row that is asserted and deasserted later is over."""
    known = fields(message.text)
    host = host_of(
        message,
        *(
            known.get(key, "").split(" ")[0]
            for key in ("host name", "hostname", "system name", "server name", "device name")
            if known.get(key)
        ),
    )
    if host == message.host:
        host = host_of(message, known.get("system ip", ""), known.get("host ip", ""), known.get("bmc ip", ""))
    rows = [line for line in body_lines(message.text) if _SEL.fullmatch(line)]
    if rows:
        rest = [line for line in whole(message) if line not in set(rows)]
        sections = list(_rows(rows))
        if any(line.strip() for line in rest):
            sections.append(told(_TYPES, "notice", rest, item="", summary=message.subject))
        return Report(kind="ipmi", host=host, sections=tuple(sections))
    return Report(kind="ipmi", host=host, sections=(_single(message, known),))


def _single(message: Message, known: dict[str, str]) -> Section:
    sensor = (
        known.get("sensor name")
        or known.get("sensor")
        or _TYPES_OF_SENSOR.get(known.get("sensor type", "").lower(), known.get("sensor type", ""))
    )
    words = [
        known.get(key, "")
        for key in ("event description", "event", "description", "message", "event data", "event severity", "severity", "event direction")
    ]
    sentence = " ".join(word for word in (message.subject, sensor, *words) if word)
    return told(_TYPES, _sort(sentence, is_known=False), whole(message), item=sensor, summary=sentence, severity=_severity(sentence))


def _sort(sentence: str, *, is_known: bool) -> str:
    if re.search(r"\blog (?:area )?(?:reset|cleared)", sentence, re.IGNORECASE):
        return "notice"
    if re.search(r"\bdeassert", sentence, re.IGNORECASE) or is_good(sentence):
        return "recovery"
    if re.search(r"\btest\b", sentence, re.IGNORECASE) and not is_bad(sentence):
        return "notice"
    # PEF mails hold numbers, no words: a filter of the admin's let them pass, so they mean something.
    return "problem" if is_bad(sentence) or not is_known else "notice"


def _severity(sentence: str) -> Severity:
    if _UNCORRECTED.search(sentence):
        return Severity.CRITICAL
    return Severity.WARNING if _CORRECTED.search(sentence) else grade(sentence)


def _rows(rows: list[str]) -> list[Section]:
    by_sensor: dict[str, list[str]] = {}
    for line in rows:
        cells = [cell.strip() for cell in line.split("|")]
        sensor = next(
            (cell for cell in cells[1:] if re.search(r"[A-Za-z]{3}", cell) and not re.search(r"\d\d:\d\d|[A-Z][a-z]{2}-\d", cell)), ""
        )
        by_sensor.setdefault(sensor, []).append(line)
    sections = []
    for sensor, lines in by_sensor.items():
        last = lines[-1].partition("|")[2]
        name = _sort(last, is_known=True)
        sections.append(told(_TYPES, name, lines, item=sensor, summary=last, severity=_severity(" ".join(lines))))
    return sections
