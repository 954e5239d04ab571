"""Mails people write: replies that quote a report, questions, forwards. They must always get through."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime

from mailtriage.simulate.envelope import encoded, message
from mailtriage.simulate.hosts import Host
from mailtriage.simulate.mail import Draft, Label, dice, poisson

Letter = Callable[[Host, datetime], tuple[list[tuple[str, str]], str, str, str]]


def _quoting_reply(host: Host, at: datetime) -> tuple[list[tuple[str, str]], str, str, str]:
    body = (
        "I looked at it, the cable was loose. Should be fine tomorrow.\n\n"
        f"On {at - timedelta(hours=5):%a, %d %b %Y} Charlie Root wrote:\n"
        "> Checking status of zfs pools:\n>  state: DEGRADED\n> all pools are healthy\n>\n> -- End of daily output --\n\n-- \nHans\n"
    )
    head = [("In-Reply-To", f"<{at:%Y%m%d}0302.w535M2jB065855@{host.name}>"), ("User-Agent", "Mozilla Thunderbird")]
    return head, f"Re: {host.hostname} daily run output", body, ""


def _question(host: Host, at: datetime) -> tuple[list[tuple[str, str]], str, str, str]:
    body = "Hello,\n\nmy mail to info@ has not arrived since yesterday. Can somebody have a look?\n\nThanks,\nMary\n"
    return [("User-Agent", "Evolution 3.46.4-2")], "Mail does not arrive", body, ""


def _umlauts(host: Host, at: datetime) -> tuple[list[tuple[str, str]], str, str, str]:
    subject = "=?iso-8859-1?Q?Zugang_f=FCr_J=FCrgen?="
    body = "Moin,\n\nkönnt Ihr Jürgen bitte einen Zugang auf dem Server einrichten?\n\nGrüße\nHans\n"
    return [("X-Mailer", "Apple Mail (2.3654.120.0.1.13)")], subject, body, "quoted-printable"


def _forward(host: Host, at: datetime) -> tuple[list[tuple[str, str]], str, str, str]:
    body = (
        "Is this one ours?\n\n---------- Forwarded message ---------\n"
        f"Subject: Cron <root@{host.name.split('.')[0]}> /root/bin/backup.sh\n\nbackup finished, 0 errors\n"
    )
    return [("References", f"<CAF{at:%d%H%M}x@mail.example.com>")], "Fwd: backup?", body, "base64"


def _phone(host: Host, at: datetime) -> tuple[list[tuple[str, str]], str, str, str]:
    return [], f"disk full on {host.short}?", "Saw it on the way home, will look at it in an hour.\n\nSent from my iPhone\n", ""


def _pasted(host: Host, at: datetime) -> tuple[list[tuple[str, str]], str, str, str]:
    body = (
        f"Hi all,\n\nI got this from {host.short} last night. What should we do?\n\n"
        f"This is an automatically generated mail message from mdadm\nrunning on {host.short}\n\n"
        "A DegradedArray event had been detected on md device /dev/md0.\n\nFaithfully yours, etc.\n"
    )
    return [], f"mdadm on {host.short}", body, ""


def _short(host: Host, at: datetime) -> tuple[list[tuple[str, str]], str, str, str]:
    return [], "ok", "ok\n", ""


_LETTERS: tuple[Letter, ...] = (_quoting_reply, _question, _umlauts, _forward, _phone, _pasted, _short)
_PEOPLE = ("Hans Maier <hans@example.org>", "Mary Smith <mary.smith@example.com>", "Jo Tanaka <jo@example.net>")


def mails(hosts: tuple[Host, ...], day: datetime, seed: int) -> Iterator[Draft]:
    """The letters of this day: one in about 100 host-days, and one every other day at least."""
    source = dice(seed, "people", day.date())
    for number in range(max(poisson(source, len(hosts) / 100), day.toordinal() % 2)):
        host = source.choice(hosts)
        at = day + timedelta(hours=7, seconds=source.randrange(12 * 3600))
        own, subject, body, transfer = _LETTERS[(day.toordinal() + number) % len(_LETTERS)](host, at)
        writer = source.choice(_PEOPLE)
        address = writer.rpartition("<")[2].rstrip(">")
        domain = address.split("@")[1]
        charset = "iso-8859-1" if transfer == "quoted-printable" else "utf-8"
        token = base64.b32encode(source.randbytes(10)).decode().lower()
        head = [
            (
                "Received",
                f"from [198.51.100.{source.randint(2, 250)}] by mail.{domain}\n\twith ESMTPSA id {token[:8]};\n\t{format_datetime(at)}",
            ),
            ("Message-ID", f"<{token}@{domain}>"),
            ("Date", format_datetime(at)),
            ("MIME-Version", "1.0"),
            ("From", writer),
            ("To", host.root),
            *own,
            ("Subject", subject),
            ("Content-Type", f"text/plain; charset={charset}"),
            ("Content-Transfer-Encoding", transfer or "7bit"),
        ]
        content = body.encode(charset)
        yield Draft(
            sent_at=at,
            host=host.name,
            kind="human",
            mail_from=address,
            rcpt_to=host.root,
            content=message(head, encoded(content, transfer) if transfer else content),
            sections=(("mail", Label.HUMAN),),
            sender="mail.example.org",
        )
