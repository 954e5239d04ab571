"""What the kinds of the security family share: when they may claim a mail, text without its margin, which addresses are our own."""

from __future__ import annotations

import ipaddress
import textwrap
from dataclasses import replace

from mailtriage.recognise import _people
from mailtriage.types import Message

_JOBS = ("Cron <", "fcron <", "Anacron job ", "cron: ")


def may_claim(message: Message) -> bool:
    """True if no person and no cron job sent the mail: what a job printed is of kind cron, whichever program it ran."""
    return not message.subject.startswith(_JOBS) and not _people.forbids(message)


def without_margin(message: Message) -> Message:
    """The message without the blanks that all its lines begin with: a report pasted into a web page has them."""
    first = message.text.lstrip("\n")[:1]
    return replace(message, text=textwrap.dedent(message.text)) if first in (" ", "\t") else message


def is_own(address: str) -> bool:
    """True for a loopback, link-local or private address (RFC 1918, RFC 4193)."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address == "localhost"
    # Addresses for documentation count as private in the library, as strangers here.
    own = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "fc00::/7", "fe80::/10", "::1/128")
    return any(parsed in ipaddress.ip_network(net) for net in own)
