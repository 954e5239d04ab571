"""Abuse reports in the form ARF (RFC 5965), sent by large mail providers to who sent the mail, and lists of affected systems by a CERT.

Subjects are free: `complaint about message from 192.0.2.25`, `FW: your offer`, `Abuse Report`, `[CB-Report#1] Open Portmapper services`.
"""

from __future__ import annotations

import re

from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.types import Message, Recovery, Report, State

_TYPE = re.compile(r"^Feedback-Type: ?([\w-]{1,40})", re.MULTILINE | re.IGNORECASE)
_FIELD = re.compile(
    r"^(?:User-Agent|Version|Source-IP|Original-Mail-From|Original-Rcpt-To|Reported-Domain|Arrival-Date|Received-Date): ?\S",
    re.MULTILINE | re.IGNORECASE,
)
_IN_SUBJECT = re.compile(r"complaint about message from ([\w.:]{2,60})")
_SOURCE = re.compile(r"^Source-IP: ?([\w.:]{2,60})|^Reported-Domain: ?([\w.-]{1,253})", re.MULTILINE | re.IGNORECASE)
_AFFECTED = re.compile(
    r"\b(?:affected|vulnerable|compromised|infected|exposed|abused) (?:systems?|hosts?|servers?|machines?|IPs?|addresses)\b[^.\n]{0,80}"
    r"\byour (?:network|AS|constituency)|^Format: ASN ?\| ?IP\b",
    re.MULTILINE | re.IGNORECASE,
)
_ROW = re.compile(r"^ ?\d{1,10} \| ([0-9a-fA-F.:]{7,45}) \| ", re.MULTILINE)

_COMPLAINT = SectionType(
    name="complaint",
    about="somebody calls a mail of ours spam or fraud [address it came from, else domain]",
    check="abuse",
    recovery=Recovery.SILENCE,
)
_OTHER = SectionType(name="feedback", about="a report that blames nobody: failed authentication, not-spam, opt-out [the same]")
SECTIONS = (_COMPLAINT, _OTHER)
_BLAMELESS = ("auth-failure", "not-spam", "opt-out", "opt-out-list", "dkim")


def claims(message: Message) -> bool:
    """True if the mail is a feedback report by its type, or has no header, and the fields of one stand in it; or lists affected systems."""
    kind = message.header("Content-Type").lower()
    if message.sender == "staff@hotmail.com":  # its reports are older than the standard: the mail alone
        return message.subject.startswith("complaint about message from ")
    text = message.text[:50000]
    if "|" in text and _ROW.search(text) and _AFFECTED.search(text):
        return True
    if message.headers and "feedback-report" not in kind:
        return False
    return "eedback-" in text and bool(_TYPE.search(text)) and bool(_FIELD.search(text))


def report(message: Message) -> Report:
    """One section with the whole report and what it is about."""
    kind = _TYPE.search(message.text)
    source = _SOURCE.search(message.text)
    in_subject = _IN_SUBJECT.match(message.subject)
    row = _ROW.search(message.text[:50000])
    named = (
        row[1] if row else next((group for group in source.groups() if group), "") if source else in_subject.group(1) if in_subject else ""
    )
    is_blameless = bool(kind) and kind.group(1).lower() in _BLAMELESS  # type: ignore[union-attr]
    section = (_OTHER if is_blameless else _COMPLAINT).section(
        body_lines(message.text),
        item=named,
        state=State.INFO if is_blameless else State.PROBLEM,
        summary=f"abuse report: {message.subject}",
    )
    return Report(kind="abuse_report", host=message.host, sections=(section,))
