"""Notices of registrars and domain registries.

Subjects: `Renewal reminder: example.net expires on 2026-12-20`, `[ACTION REQUIRED] ...`, `Important information about your domain`,
`Domain transfer ...`, `Whois Data Reminder`.
"""

from __future__ import annotations

import re

from mailtriage.recognise import _people
from mailtriage.recognise._sections import SectionType, body_lines
from mailtriage.types import Message, Recovery, Report, State

_NAMED = r"(?<![\w.-])(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,30}(?![\w.])"
_DOMAIN = re.compile(r"\b(?:[a-z0-9](?:[a-z0-9-]{0,62})\.){1,4}[a-z][a-z0-9-]{1,30}\b", re.IGNORECASE)
_TOPIC = (
    r"(?:renew\w{0,4}|expir\w{1,6}|transfer\w{0,5}|whois|registration|registrar|verif\w{1,10}|suspen\w{1,6}|name ?servers?|dns change"
    r"|auth(?:orization)? code|contact (?:data|information)|läuft ab|verlänger\w{1,6}|kündig\w{1,6}|inhaberwechsel)"
)
_SUBJECT = re.compile(
    rf".{{0,120}}\bdomains?(?: names?)?\b.{{0,200}}\b{_TOPIC}\b.{{0,200}}|.{{0,120}}\b{_TOPIC}\b.{{0,200}}\bdomains?\b.{{0,200}}"
    r"|.{0,60}\bwhois data reminder\b.{0,200}|.{0,60}\brenewal (?:reminder|notice)\b.{0,200}"
    r"|.{0,60}important information about your domain.{0,100}"
    r"|.{0,60}\bICANN\b.{0,200}"
    rf"|.{{0,200}}{_NAMED}.{{0,120}}\b{_TOPIC}\b.{{0,200}}|.{{0,200}}\b{_TOPIC}\b.{{0,120}}{_NAMED}.{{0,200}}",
    re.IGNORECASE,
)
_BODY = (
    re.compile(r"\bdomain(?: ?name)?s?\b", re.IGNORECASE),
    re.compile(
        r"\b(?:registrar|registrant|registry|ICANN|WHOIS|auto-?renew\w{0,3}|name ?servers?|DENIC"
        r"|auth(?:orization)? code|transfer lock)\b",
        re.IGNORECASE,
    ),
)
_SENDER = re.compile(
    r"regist|domain|icann|nic\.|denic|godaddy|gandi|namecheap|ovh|ionos|inwx|hetzner|enom|tucows|opensrs|verisign|cloudflare|porkbun|joker\.com|key-systems|hover",
    re.IGNORECASE,
)

_NOTICE = SectionType(name="notice", about="a notice about a domain [domain]", check="domain", recovery=Recovery.SILENCE)
SECTIONS = (_NOTICE,)


def claims(message: Message) -> bool:
    """True if the subject is about the registration of a domain, the sender looks like a registrar, and the body has its words."""
    subject = message.subject[:600].lower()
    if not any(word in subject for word in ("domain", "renew", "whois", "icann", "verif", "suspen", "transfer")):
        return False
    if not _SUBJECT.fullmatch(message.subject[:600]) or "certificate" in subject:
        return False
    text = message.text[:20000]
    is_registrar = bool(_SENDER.search(f"{message.sender} {message.sender_name}"))
    return is_registrar and all(pattern.search(text) for pattern in _BODY) and not _people.forbids(message)


def report(message: Message) -> Report:
    """One section, about the domain that the subject, else the body, names."""
    own = message.sender.rpartition("@")[2]
    named = [name.lower() for where in (message.subject, message.text[:20000]) for name in _DOMAIN.findall(where)]
    item = next((name for name in named if not own.endswith(name) and not name.endswith(own)), "") if own else next(iter(named), "")
    section = _NOTICE.section(
        [f"Subject: {message.subject}", *body_lines(message.text)], item=item, state=State.PROBLEM, summary=message.subject
    )
    return Report(kind="registrar", host=message.host, sections=(section,))
