"""Notices that a certificate expires: Let's Encrypt and its like, commercial CAs, ssl-cert-check, certwatch, scripts.

Subjects: `Let's Encrypt certificate expiration notice for domain "www.example.org" (and 2 more)`,
`Certificate for www.example.org will expire in 30-days or less`, `SSL certificate for www.example.org expires in 7 days`.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._hosts import sane_host
from mailtriage.recognise._measures import measure
from mailtriage.recognise._sections import SectionType, body_lines, first_line
from mailtriage.types import Measure, Message, Recovery, Report, State

_CERTIFICATE = r"(?:certificates?|certs?|zertifikate?s?|certificats?|certificados?|SSL|TLS)"
_EXPIRES = r"(?:expir\w{1,10}|l(?:ä|ae)uft|laufen|abgelaufen|ablauf\w{0,8}|abläuft|caduc\w{1,6}|renewal (?:notice|reminder))"
_SUBJECT = re.compile(
    rf".{{0,120}}\b{_CERTIFICATE}\b.{{0,200}}\b{_EXPIRES}\b.{{0,200}}|.{{0,120}}\b{_EXPIRES}\b.{{0,120}}\b{_CERTIFICATE}\b.{{0,200}}",
    re.IGNORECASE,
)
# These have recognisers of their own: a check of theirs may be named so.
_OTHERS = re.compile(
    r"(?:\*\* |\[FIRING|\[RESOLVED|PROBLEM\b|RECOVERY\b|OK: |Problem\b|Resolved\b|Updated problem|Cron <|Anacron |Alert\b|monit "
    r"|CRITICAL - |Build |\[?Jenkins|Checkmk)",
)
_ACME = re.compile(r"Your certificate \(or certificates\) for the names listed below will expire in\s{1,3}\d{1,4} days?")
_SENTENCE = re.compile(rf"{_CERTIFICATE}.{{0,300}}?\b{_EXPIRES}|{_EXPIRES}.{{0,300}}?{_CERTIFICATE}", re.IGNORECASE)
_DAYS = (
    re.compile(
        r"(?:expires?|expiring|will expire|l(?:ä|ae)uft|valid for|left|remaining|noch|caduca)[^.\n\d]{0,60}?"
        r"\b(?:in|for|less than|within|only)?\s{0,2}(-?\d{1,5})[ -]?(?:more )?(?:days?|tagen?|jours?|d[ií]as?)\b",
        re.IGNORECASE,
    ),
    re.compile(r"\b(-?\d{1,5})[ -](?:days?|tagen?|jours?|d[ií]as?)\b", re.IGNORECASE),
)
_TODAY = re.compile(r"\bexpires? (?:today|tomorrow)\b|\bl(?:ä|ae)uft (?:heute|morgen) ab\b", re.IGNORECASE)
_GONE = re.compile(
    r"\b(?:has|have|is|already) expired\b|\bexpired (?:on|at|\d{1,4} days? ago)\b|\babgelaufen\b|\ba expiré\b|\bha caducado\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,62})\.){1,8}[a-z][a-z0-9-]{1,30}", re.IGNORECASE)
_CA = re.compile(
    r"cert|ssl|sectigo|comodo|globalsign|thawte|geotrust|entrust|zerossl|buypass|acme|no-?reply|gandi|ionos|hosting|support@|orders?@|billing@",
    re.IGNORECASE,
)
_BLANK = re.compile(r"\s{1,100}")

_EXPIRY = SectionType(
    name="expiry",
    about="a certificate that ends soon, or has ended [its names]",
    check="certificate",
    recovery=Recovery.SILENCE,
    measures=("certificate_days",),
)
_UNDATED = SectionType(
    name="undated",
    about="the same where the days that are left could not be read [its names]",
    check="certificate",
    recovery=Recovery.SILENCE,
)
SECTIONS = (_EXPIRY, _UNDATED)


def claims(message: Message) -> bool:
    """True if subject and body both speak of a certificate and its end, or the body has the sentence of an ACME CA and its names."""
    subject, text = message.subject, message.text[:20000]
    if "ertif" not in text and "ertif" not in subject and "SSL" not in subject:
        return False
    joined = _BLANK.sub(" ", text)
    is_acme = bool(_ACME.search(text)) and len(_names(text)) > 0
    has_sentence, has_days = bool(_SENTENCE.search(joined)), any(pattern.search(joined) for pattern in _DAYS)
    is_named = bool(_SUBJECT.fullmatch(subject[:800])) and not _OTHERS.match(subject) and (has_sentence or has_days)
    is_named = is_named and not _is_person(message)
    first = first_line(text)
    is_bare = not message.headers and bool(_SENTENCE.search(first) and _NAME.search(first)) and has_days and not _OTHERS.match(first)
    return (is_acme or is_named or is_bare) and not _is_other(message) and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section, with the days that are left."""
    text = message.text[:20000]
    names = _names(text) or _NAME.findall(message.subject) or _NAME.findall(text)[:1]
    measures = _measures(message.subject, text, names[0] if names else "")
    section = (_EXPIRY if measures else _UNDATED).section(
        [f"Subject: {message.subject}", *body_lines(message.text)] if message.subject else body_lines(message.text),
        item=" ".join(sorted({name.lower() for name in names}))[:200],
        state=State.PROBLEM,
        summary=message.subject,
        measures=measures,
    )
    host = sane_host(names[0].removeprefix("*.")) if names else ""
    return Report(kind="certificate", host=host or message.host, sections=(section,))


def _is_person(message: Message) -> bool:
    """Whether a person may write of a certificate: an address that is no program's and no CA's, and the signs of a person."""
    return not _CA.search(f"{message.sender} {message.sender_name}") and bool(_people.sign(message))


def _is_other(message: Message) -> bool:
    """Whether headers show a sender that has a recogniser of its own."""
    names = {name.lower() for name, _ in message.headers}
    return not names.isdisjoint(("x-cron-env", "x-jenkins-job", "x-gitlab-project", "x-zabbix-event")) or "zabbix" in message.sender


def _names(text: str) -> list[str]:
    """The names an ACME CA lists one a line; of other texts none is sure."""
    found = _ACME.search(text)
    lines = text[found.end() :].split("\n")[:200] if found else []
    return [line.strip(" -*\t\r") for line in lines if _NAME.fullmatch(line.strip(" -*\t\r"))]


def _measures(subject: str, text: str, name: str) -> list[Measure]:
    joined = _BLANK.sub(" ", text)
    for where in (subject, joined):
        if _GONE.search(where):
            return [measure("certificate_days", name, 0)]
    for pattern in _DAYS:
        days = [int(found) for where in (subject, joined) for found in pattern.findall(where)[:20]]
        if days:
            return [measure("certificate_days", name, min(days))]
    return [measure("certificate_days", name, 1)] if _TODAY.search(f"{subject} {joined}") else []
