"""Synology DSM: subject `[nas1] Volume 1 has degraded`, or `Volume 1 on nas1 has degraded`."""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._appliance import grade, host_of, is_bad, is_good, section_types, told, whole, without_values
from mailtriage.recognise._sections import body_lines, first_line
from mailtriage.types import Message, Report

_TYPES = section_types("nas", "the sentence without numbers")
SECTIONS = tuple(_TYPES.values())
_GREETING = re.compile(r"Dear (?:user|administrator|admin|customer)s?\W?|Sehr geehrte.{1,40}|Cher utilisateur\W?|Bonjour\W?", re.IGNORECASE)
_SIGNED = re.compile(
    r"^\s{0,8}(?:Synology (?:DiskStation|RackStation|NAS|Router|Inc)\b.{0,60}|From ([\w.-]{1,254})"
    r"|(?:---? ?)?Sent from (?:your )?Synology .{0,60})\s{0,8}$",
    re.MULTILINE,
)
_ON = re.compile(r"\b(?:on|of|auf|sur) ([A-Za-z][\w.-]{1,62})(?= (?:has|is|was|have|been|are|to)\b|[.,]| \()")
_SUBJECT_HOST = re.compile(r"\[([\w.-]{1,254})\]")
_VERB = re.compile(r" (?:has|have|had|is|are|was|were|experienced|failed|completed)\b")
_MODEL = re.compile(r"\bSynology\b|\bDiskStation\b|\bDSM\b|\bHyper Backup\b|\bStorage Manager\b|\bRackStation\b")


def claims(message: Message) -> bool:
    """True if the text greets the user and the station signs it, or the station signs it and subject or sender name Synology."""
    text = message.text[:8000]
    if "ynology" not in f"{text} {message.subject} {message.sender} {message.sender_name}" and "From " not in text[-400:]:
        return False
    is_greeted = bool(_GREETING.fullmatch(first_line(text)))
    is_signed = bool(_SIGNED.search(text[-600:]))
    named = sum(bool(_MODEL.search(part)) for part in (message.subject, message.sender_name, text))
    is_station = bool(_MODEL.search(text + message.subject + message.sender_name))
    is_from_it = "ynology" in f"{message.sender} {message.sender_name} {message.subject}" or message.sender.startswith(
        ("synology", "diskstation")
    )
    is_known = (is_signed and is_station and (is_greeted or named >= 2 or is_from_it)) or (is_greeted and is_station and is_from_it)
    return (is_known or (is_signed and is_greeted)) and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section: the sentence of the mail."""
    lines = [line.strip() for line in body_lines(message.text) if line.strip()]
    inner = [
        line
        for line in lines
        if not _GREETING.fullmatch(line) and not _SIGNED.fullmatch(line) and not re.fullmatch(r"Sincerely,?|-+", line)
    ]
    sentence = " ".join(inner)[:2000]
    shown = inner[0] if inner else message.subject
    both = f"{message.subject} {sentence}"
    name = "recovery" if is_good(both) else "problem" if is_bad(both) else "notice"
    signed, bracket = _SIGNED.search(message.text[-600:]), _SUBJECT_HOST.search(message.subject[:400])
    on = _ON.search(both)
    host = host_of(message, *(found.group(1) or "" for found in (signed, bracket, on) if found))
    item = without_values(_VERB.split(re.split(r"[.:] ", shown)[0])[0].lower())
    section = told(_TYPES, name, whole(message), item=item, summary=shown, severity=grade(both))
    return Report(kind="synology", host=host, sections=(section,))
