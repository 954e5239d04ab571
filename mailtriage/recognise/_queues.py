"""Reads sendmail's mail queue: which mails wait for the recipient's own server, and which for something nearer."""

from __future__ import annotations

import re
from collections.abc import Iterable

# `v2BK22aa012346     2234 Mon Mar 11 21:21 <anna@example.net>`, the reason in brackets below it, then the recipients.
_ENTRY = re.compile(r"[\w-]{8,24}[*X]?\s{1,8}\d{1,12} [A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d <?([^\s<>]{1,320})>?\s{0,8}", re.ASCII)
_RECIPIENT = re.compile(r"\s{2,40}<?([^\s<>@]{1,64}@[\w.-]{1,254})>?\s{0,8}", re.ASCII)
_TIMED_OUT = re.compile(r"\s{1,40}\(Deferred: (?:Connection|Operation) timed out with ([\w.-]{1,254}?)\.?\)\s{0,8}", re.ASCII)
_GREYLISTED = re.compile(r"\s{1,40}\(Deferred: 4\d\d[ -][^()]{0,200}\bgrey-?list[^()]{0,200}\)\s{0,8}", re.ASCII | re.IGNORECASE)


def held_far_away(lines: Iterable[str]) -> int:
    """How many mails of the queue are held up by the server of their recipient's domain, that domain being another's.

    A server that bears another name than the domain it serves is taken for a relay: that is how a relay looks.
    """
    entries: list[list[str]] = []
    for line in lines:
        if _ENTRY.fullmatch(line[:500]):
            entries.append([line])
        elif entries and line[:1] in " \t" and line.strip() and not line.strip().startswith("Total requests: "):
            entries[-1].append(line)
    return sum(map(_is_held_far_away, entries))


def _is_held_far_away(entry: list[str]) -> bool:
    if len(entry) < 3:
        return False
    head, reason, *rest = entry
    sender = _ENTRY.fullmatch(head[:500])
    recipients = [_RECIPIENT.fullmatch(line[:500]) for line in rest]
    if sender is None or not all(recipients):
        return False
    # The host's own name is the sender's domain, as a rule; all of its parent domain is near.
    own = sender.group(1).rpartition("@")[2].lower()
    if "." not in own:
        return False
    own = own.partition(".")[2] if own.count(".") > 1 else own
    domains = {found.group(1).rpartition("@")[2].lower() for found in recipients if found}
    if any(_is_within(own, domain) or _is_within(domain, own) for domain in domains):
        return False
    timed_out = _TIMED_OUT.fullmatch(reason[:500])
    if timed_out:
        return all(_is_within(timed_out.group(1).lower(), domain) for domain in domains)
    return _GREYLISTED.fullmatch(reason[:500]) is not None


def _is_within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")
