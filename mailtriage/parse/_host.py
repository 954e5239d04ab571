"""Which host a mail comes from. From does not name it: local mailers complete `root` with the mail name, which a
cloned image carries to every machine, while the oldest Received line of a local submission tells the truth."""

from __future__ import annotations

import re

_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9_-]{0,62}\.)*[a-z0-9_-]{0,62}[a-z0-9]|[a-z0-9]")
_NO_HOSTS = frozenset({"localhost", "localhost.localdomain", "localhost.my.domain", "localdomain", "unknown", "127.0.0.1"})
_BY = re.compile(r"(?<!invoked )\bby ([A-Za-z0-9._-]+)")
_FROM = re.compile(r"^from ([A-Za-z0-9._-]+|\[[^\]]{0,60}\])(?: \((?:(?:HELO|EHLO) |helo=)?([A-Za-z0-9._-]+))?")
# Written by the host itself as it takes in a local mail: Postfix (`from userid 0`), Exim (`with local`), sendmail
# (`from root@localhost`), dma (`from root (uid 0)`), OpenSMTPD (`[local]`), sSMTP.
_LOCAL = re.compile(
    r"from userid \d|\bwith local\b|^\(from [^ )]+\)|\(uid \d+\)|invoked by uid|\[local\]|^by \S+ \((?:sSMTP|Postfix|OpenSMTPD"
    r"|msmtp|esmtp)"
)
# Handed over the loopback. Where brackets give the peer's address it counts, not the name the peer gives itself: Python says
# `[127.0.1.1]` of itself where it knows no name.
_LOOPBACK = re.compile(
    r"^from (?:[^()]{0,300}\((?:[^()\[]{0,300}\[)?(?:127\.|(?:IPv6:)?::1\b)|\S*localhost\S*\s+(?:by\b|\(\S*localhost)"
    r"|\[127\.[\d.]+\]\s+by\b)"
)
_MAIL_DOMAIN = re.compile(r"[^.]+\.(?:[^.]+|(?:co|com|ac|or|ne|org|net|gov|edu|gob)\.[a-z]{2})")
_LOCAL_ACCOUNTS = frozenset(
    {"root", "cron", "daemon", "operator", "nobody", "www-data", "postgres", "backup", "toor", "mailer-daemon", "postmaster"}
)


def sane_host(name: str) -> str:
    """The name in lower case if it can be a host name, else ""."""
    name = name.strip().rstrip(".").lower() if len(name) <= 260 else ""
    return name if name and name not in _NO_HOSTS and _HOST.fullmatch(name) else ""


def host_of(oldest_received: str, sender: str, helo: str, peer: str) -> str:
    """The host by the order of trust: `by` of the oldest Received if it was a local submission, From, the sending side, the peer."""
    by = sane_host(_group(_BY, oldest_received))
    account, _, after_at = sender.rpartition("@")
    domain = sane_host(after_at) if account else ""
    if by and by[-1].isalpha() and (_LOCAL.search(oldest_received) or _LOOPBACK.match(oldest_received)):
        return domain if "." not in by and domain.startswith(by + ".") else by
    hop = _FROM.match(oldest_received)
    origin = next((name for name in map(sane_host, hop.groups(default="")) if "." in name and not name[-1].isdigit()), "") if hop else ""
    if domain and not origin.endswith("." + domain):
        # A mail domain names no host: what root of one sends comes from the host that handed it in.
        is_masked = bool(origin) and account in _LOCAL_ACCOUNTS and _MAIL_DOMAIN.fullmatch(domain) and not _MAIL_DOMAIN.fullmatch(origin)
        return origin if is_masked else domain
    return origin or domain or by or sane_host(helo) or sane_host(peer)


def _group(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found.group(1) if found else ""
