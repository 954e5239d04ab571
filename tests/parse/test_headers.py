"""What a Message says of subject, sender, host, program and date."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailtriage.parse import parse
from tests.parse.support import ALTERNATIVE, CRON, PLAIN, mail, raw


def test_a_folded_subject_is_one_line() -> None:
    assert parse(mail(b"", "Subject: Cron <root@h> /usr/bin/one\n two\n\tthree")).subject == "Cron <root@h> /usr/bin/one two three"


def test_encoded_words_are_decoded_and_cannot_make_lines() -> None:
    assert parse(raw(ALTERNATIVE)).subject == "web07 ü"
    assert "\n" not in parse(mail(b"", "Subject: =?utf-8?q?a=0AFrom:_x?=")).subject


def test_raw_utf8_and_latin1_in_a_subject_are_read() -> None:
    assert parse(raw("Subject: Größe\n\n".encode())).subject == "Größe"
    assert parse(raw("Subject: Größe\n\n".encode("latin-1"))).subject == "Größe"


@pytest.mark.parametrize(
    ("value", "sender", "name"),
    [
        ("Charlie Root <root@web07.example.org>", "root@web07.example.org", "Charlie Root"),
        ("root (Cron Daemon)", "root", "Cron Daemon"),
        ('"(Cron Daemon)" <root>', "root", "(Cron Daemon)"),
        ("root@web07.example.org (Cron Daemon)", "root@web07.example.org", "Cron Daemon"),
        ("<Zabbix@Mon01.example.net>", "zabbix@mon01.example.net", ""),
        ("MAILER-DAEMON <>", "", "MAILER-DAEMON"),
        ("=?utf-8?q?J=C3=BCrgen?= <j@example.org>", "j@example.org", "Jürgen"),
        ('"Doe, Jane" <jane@example.org>', "jane@example.org", "Doe, Jane"),
    ],
)
def test_the_sender_is_read_from_every_usual_form(value: str, sender: str, name: str) -> None:
    message = parse(mail(b"", f"From: {value}"))
    assert (message.sender, message.sender_name) == (sender, name)


@pytest.mark.parametrize(
    ("received", "sender", "host"),
    [
        (
            "by web07.example.org (Postfix, from userid 0)\n\tid DC9; Sun, 22 Nov 2026 03:01:51 +0000",
            "root@db03.example.net",
            "web07.example.org",
        ),
        ("(from root@localhost)\n\tby rh8.example.net (8.15.2/8.15.2/Submit) id w535M2;", "root@db03.example.net", "rh8.example.net"),
        (
            "from root (uid 0)\n\t(envelope-from x@h)\n\tid e06d1\n\tby fb14.example.org (DragonFly Mail Agent v0.13);",
            "x@h",
            "fb14.example.org",
        ),
        ("from root by deb12.example.org with local (Exim 4.96)\n\t(envelope-from <root@MAILNAME>)", "root@mailname", "deb12.example.org"),
        ("from localhost (localhost [127.0.0.1])\n\tby rh8.example.net (Postfix) with ESMTP", "root@db03.example.net", "rh8.example.net"),
        ("from web07.example.org (web07.example.org [192.0.2.7])\n\tby mx.example.org (Postfix)", "root@example.org", "web07.example.org"),
        ("from x (unknown [192.0.2.7])\n\tby mx.example.org (Postfix)", "root@web07.example.org", "web07.example.org"),
        ("by localhost (Postfix, from userid 0)", "root@web07.example.org", "web07.example.org"),
        (
            "from localhost (web07.example.org [local])\n\tby web07.example.org (OpenSMTPD) with ESMTPA",
            "root@db03.example.net",
            "web07.example.org",
        ),
        ("by web07.example.org (sSMTP sendmail emulation); x", "root@db03.example.net", "web07.example.org"),
        ("from [127.0.1.1] (web07.example.org [192.0.2.7])\n\tby mx.example.net (Postfix)", "root@example.org", "web07.example.org"),
        ("from [127.0.0.1] by web07.example.org with ESMTP", "root@db03.example.net", "web07.example.org"),
        ("from web07.example.org (localhost [IPv6:::1])\n\tby web07.example.org (8.17.1)", "root@db03.example.net", "web07.example.org"),
        ("from [192.0.2.7] (helo=web07.example.org)\n\tby mx.example.net with esmtp", "root@example.org", "web07.example.org"),
        ("from unknown (HELO web07.example.org) (192.0.2.7)\n\tby mx.example.net with SMTP", "root@example.org", "web07.example.org"),
        ("from web07.dc1.example.net (192.0.2.7) by x.example.com with Microsoft SMTP Server", "root@example.org", "web07.dc1.example.net"),
        ("by 10.2.3.4 with SMTP id x", "alice@example.org", "example.org"),
        ("by mail-ed1.example.com with SMTP id x", "alice@example.org", "example.org"),
        ("by web07 (Postfix, from userid 0)", "root@web07.example.org", "web07.example.org"),
        ("(nullmailer pid 7777 invoked by uid 0)", "root@web07.example.org", "web07.example.org"),
        ("by " + "a" * 4000 + ".org (Postfix, from userid 0)", "root@web07.example.org", "web07.example.org"),
    ],
)
def test_the_host_is_the_one_that_took_the_mail_in_first(received: str, sender: str, host: str) -> None:
    newer = "from relay.example.org (relay [192.0.2.1])\n\tby mx.example.org (Postfix)"
    assert parse(mail(b"", f"Received: {newer}", f"Received: {received}", f"From: {sender}")).host == host


def test_without_received_and_from_the_peer_names_the_host() -> None:
    assert parse(raw(b"Subject: x\n\n", helo="Web07.example.org")).host == "web07.example.org"
    assert parse(raw(b"Subject: x\n\n", helo="a b", peer="192.0.2.7")).host == "192.0.2.7"
    assert parse(raw(b"Subject: x\n\n")).host == ""


def test_the_program_is_the_mailer_or_the_comment_of_from() -> None:
    assert parse(mail(b"", "X-Mailer: mail (GNU Mailutils 3.15)")).program == "mail (gnu mailutils 3.15)"
    assert parse(raw(CRON)).program == "cron daemon"


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("Sun, 22 Nov 2026 03:01:51 +0100 (CET)", datetime(2026, 11, 22, 2, 1, 51, tzinfo=UTC)),
        ("22 Nov 2026 03:01 GMT", datetime(2026, 11, 22, 3, 1, tzinfo=UTC)),
        ("Mon, 22 Nov 2026 03:01:51 -0000", datetime(2026, 11, 22, 3, 1, 51, tzinfo=UTC)),
        ("yesterday", None),
        ("Sun, 31 Feb 2026 03:01:51 +0000", None),
    ],
)
def test_the_date_is_read_in_utc_or_is_none(value: str, moment: datetime | None) -> None:
    assert parse(mail(b"", f"Date: {value}")).sent_at == moment


def test_repeated_headers_are_all_there_in_order() -> None:
    assert parse(raw(CRON)).headers_named("x-cron-env") == ("<SHELL=/bin/sh>", "<HOME=/root>")
    assert parse(raw(PLAIN)).header("SUBJECT") == "web07.example.org daily run output"
