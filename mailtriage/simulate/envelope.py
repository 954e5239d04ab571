"""The header a host's own mail system puts around a mail: Received, Message-Id and From in the shape of each MTA."""

from __future__ import annotations

import base64
import quopri
import random
import string
from datetime import datetime
from email.utils import format_datetime

from mailtriage.simulate.hosts import Host, Mta, System

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SENDMAIL = {9: "8.14.9/8.14.9", 10: "8.15.2/8.15.2", 12: "8.15.2/8.15.2", 13: "8.17.1/8.17.1", 14: "8.18.1/8.18.1"}


def local_mail(
    host: Host,
    at: datetime,
    source: random.Random,
    *,
    subject: str,
    body: str,
    headers: tuple[tuple[str, str], ...] = (),
    from_header: str = "",
    user: str = "root",
    charset: str = "utf-8",
) -> bytes:
    """A mail handed to the host's MTA by a local program; `headers` and `from_header` are what the program wrote itself."""
    local = at.astimezone(host.zone)
    date = f"{format_datetime(local)} ({host.zone_name})" if host.mta is Mta.POSTFIX else format_datetime(local)
    address = f"{user}@{host.mail_domain}"
    own = [*headers, ("To", host.root), ("Subject", subject)]
    content = body.encode(charset, "replace")
    if host.transfer:
        own = [(name, value) for name, value in own if name.lower() not in _MIME]
        own += [
            ("MIME-Version", "1.0"),
            ("Content-Type", f'text/plain; charset="{charset}"'),
            ("Content-Transfer-Encoding", host.transfer),
        ]
        content = encoded(content, host.transfer)
    made = _MADE_BY[host.mta](host, local, date, source, address, from_header)
    head = [*made, *own] if host.mta in (Mta.SENDMAIL, Mta.EXIM) else [made[0], *own, *made[1:]]
    return message(head, content, charset)


_MIME = ("mime-version", "content-type", "content-transfer-encoding")


def message(head: list[tuple[str, str]], content: bytes, charset: str = "utf-8") -> bytes:
    """Header and body as bytes whose lines all end with CRLF."""
    text = "".join(f"{name}: {value}\n" for name, value in head) + "\n"
    whole = (text.encode(charset, "replace") + content).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return whole if whole.endswith(b"\r\n") else whole + b"\r\n"  # SMTP ends every line


def encoded(content: bytes, transfer: str) -> bytes:
    """The body in the named Content-Transfer-Encoding."""
    return base64.encodebytes(content) if transfer == "base64" else quopri.encodestring(content)


def _sendmail(host: Host, local: datetime, date: str, source: random.Random, address: str, from_header: str) -> list[tuple[str, str]]:
    version = _SENDMAIL.get(host.release[0], "8.15.2/8.15.2") if host.system is System.FREEBSD else "8.17.1/8.17.1"
    queue_id = "".join(source.choices(_BASE62[10:], k=3)) + f"{local.day:X}{local.hour:02d}" + f"{source.randrange(900_000):06d}"
    user = address.split("@", maxsplit=1)[0]
    return [
        ("Received", f"(from {user}@localhost)\n\tby {host.name} ({version}/Submit) id {queue_id};\n\t{date}\n\t(envelope-from {user})"),
        ("Date", date),
        ("From", from_header or f"Charlie Root <{address}>"),
        ("Message-Id", f"<{local:%Y%m%d%H%M}.{queue_id}@{host.name}>"),
    ]


def _dma(host: Host, local: datetime, date: str, source: random.Random, address: str, from_header: str) -> list[tuple[str, str]]:
    queue_id = f"{source.randrange(0x10000, 0xFFFFF):x}"
    user = address.split("@", maxsplit=1)[0]
    made_by = f"{user} (uid {0 if user == 'root' else 770})"
    return [
        (
            "Received",
            f"from {made_by}\n\t(envelope-from {address})\n\tid {queue_id}\n"
            f"\tby {host.name} (DragonFly Mail Agent v0.13+ on {host.name});\n\t{date}",
        ),
        ("Date", date),
        ("Message-Id", f"<{int(local.timestamp()):x}.{queue_id}.{source.randrange(2**32):08x}@{host.name}>"),
        ("From", from_header or f"<{address}>"),
    ]


def _postfix(host: Host, local: datetime, date: str, source: random.Random, address: str, from_header: str) -> list[tuple[str, str]]:
    queue_id = f"{source.randrange(16**9, 16**10):X}"
    user = address.split("@", maxsplit=1)[0]
    is_old = host.release[0] < 13  # before Postfix 3.3 the full name stood in a comment
    return [
        ("Received", f"by {host.name} (Postfix, from userid {0 if user == 'root' else 770})\n\tid {queue_id}; {date}"),
        ("Message-Id", f"<{local:%Y%m%d%H%M%S}.{queue_id}@{host.name}>"),
        ("Date", date),
        ("From", from_header or (f"{address} (Charlie Root)" if is_old else f"Charlie Root <{address}>")),
    ]


def _exim(host: Host, local: datetime, date: str, source: random.Random, address: str, from_header: str) -> list[tuple[str, str]]:
    stamp = _base62(int(local.timestamp()), 6)
    queue_id = f"{stamp}-{_base62(source.randrange(10**6), 6)}-{_base62(source.randrange(3000), 2)}"
    user = address.split("@", maxsplit=1)[0]
    return [
        (
            "Received",
            f"from {user} by {host.name} with local (Exim 4.96)\n\t(envelope-from <{address}>)\n\tid {queue_id}\n\tfor {host.root}; {date}",
        ),
        ("Message-Id", f"<E{queue_id}@{host.name}>"),
        ("From", from_header or f"Charlie Root <{address}>"),
        ("Date", date),
    ]


def _base62(number: int, width: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 62)
        text = _BASE62[digit] + text
    return text.rjust(width, "0")[-width:]


_MADE_BY = {Mta.SENDMAIL: _sendmail, Mta.DMA: _dma, Mta.POSTFIX: _postfix, Mta.EXIM: _exim}
