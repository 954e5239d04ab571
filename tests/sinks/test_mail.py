from __future__ import annotations

import email
import email.policy
from typing import Any

import pytest

from mailtriage.sinks import Answer
from mailtriage.sinks.mail import Settings, send
from mailtriage.store.values import Delivery, What
from mailtriage.types import RawMail
from tests.sinks.servers import relay
from tests.store.build import NOW

READERS = ("ann@example.org", "bob@example.org")


def settings(port: int, **more: Any) -> Settings:
    return Settings(**{"host": "127.0.0.1", "port": port, "to": READERS, "instance": "triage1", "domain": "example.org", **more})


def digest(**more: Any) -> Delivery:
    fields = {"subject": "3 need you — web07\r\nBcc: evil@example.org", "text": "Größe\n.\nend\n", "html": "<p>Größe</p>", **more}
    return Delivery(id="d1", sink="mail", what=What.DIGEST, order_key="digest", mail_id="", created_at=NOW, **fields)


def passed(content: bytes, mail_from: str = "carl@example.com", rcpt_tos: tuple[str, ...] = ("root@example.org",)) -> Delivery:
    raw = RawMail(id="m1", received_at=NOW, data=content, mail_from=mail_from, rcpt_tos=rcpt_tos)
    return Delivery(id="d2", sink="mail", what=What.PASS, order_key="m1", mail_id="m1", created_at=NOW, raw=raw)


def test_a_digest_arrives_as_text_and_html_marked_as_ours() -> None:
    with relay() as target:
        assert send(digest(), settings(target.port)).answer is Answer.DONE
    sender, recipients, content, _ = target.mails[0]
    assert sender in ("", "<>")
    assert tuple(recipients) == READERS
    assert content.isascii()
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == "Größe\n.\nend\n"
    assert html.get_content().strip() == "<p>Größe</p>"
    assert mail["Subject"] == "3 need you — web07 Bcc: evil@example.org"
    assert mail["Bcc"] is None
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Mailtriage-Loop"] == "triage1"
    assert mail["Message-ID"] == "<d1.digest@example.org>"
    assert mail["Precedence"] == "bulk"
    assert mail["List-Id"] == "<triage1.example.org>"
    assert mail["Date"].datetime == NOW


def test_our_own_mail_is_known_when_it_comes_back() -> None:
    from mailtriage.receive.loop import is_own

    with relay() as target:
        send(digest(), settings(target.port))
        send(passed(b"Subject: hi\r\n\r\nhi\r\n"), settings(target.port))
    assert [is_own(content, "triage1") for _, _, content, _ in target.mails] == [True, True]


@pytest.mark.parametrize(
    "content",
    [
        b"Received: from a by b; Mon, 23 Nov 2026 03:01:07 +0000\r\nSubject: hi\r\n\r\nHello\r\n.\r\n..\r\nBye\r\n",
        b"Subject: 8 bit\r\n\r\nGr\xc3\xb6\xdfe \xff\x00 x\r\n",
        b"Subject: =?utf-8?q?hi?=\r\nDKIM-Signature: v=1;\r\n b=abc\r\n\r\n" + b"x" * 900 + b"\r\n",
    ],
)
def test_a_persons_mail_is_passed_on_byte_for_byte_below_our_lines(content: bytes) -> None:
    with relay() as target:
        assert send(passed(content), settings(target.port)).answer is Answer.DONE
    sender, recipients, got, _ = target.mails[0]
    assert (sender, recipients) == ("carl@example.com", ["root@example.org"])
    assert got == b"X-Mailtriage-Loop: triage1\r\nX-Mailtriage-Id: m1\r\n" + content


def test_line_ends_become_crlf_and_a_mbox_separator_is_left_out() -> None:
    with relay() as target:
        send(passed(b"From carl Mon Nov 23 03:01:07 2026\nSubject: hi\n\nHello\n.\nMAIL FROM:<evil@example.org>\n"), settings(target.port))
    (mail,) = target.mails
    assert mail[2].endswith(b"m1\r\nSubject: hi\r\n\r\nHello\r\n.\r\nMAIL FROM:<evil@example.org>\r\n")


def test_the_envelope_is_kept_or_sent_where_the_site_wants_it() -> None:
    with relay() as target:
        send(passed(b"Subject: bounce\r\n\r\nx\r\n", mail_from=""), settings(target.port, pass_to=("ann@example.org",)))
    assert target.mails[0][0] in ("", "<>")
    assert target.mails[0][1] == ["ann@example.org"]


def test_an_international_address_is_sent_as_such() -> None:
    with relay() as target:
        assert (
            send(passed("Subject: Gruß\r\n\r\nx\r\n".encode(), mail_from="jörg@example.org"), settings(target.port)).answer is Answer.DONE
        )
    assert target.mails[0][0] == "jörg@example.org"
    assert "SMTPUTF8" in target.mails[0][3]


@pytest.mark.parametrize(
    ("rcpt", "answer"),
    [
        ({}, Answer.DONE),
        ({"ann@example.org": "550 no such user"}, Answer.DONE),
        ({"ann@example.org": "451 greylisted"}, Answer.AGAIN),
        ({"ann@example.org": "550 no", "bob@example.org": "451 later"}, Answer.AGAIN),
        ({"ann@example.org": "550 no", "bob@example.org": "550 no"}, Answer.NEVER),
    ],
)
def test_recipients_that_are_refused(rcpt: dict[str, str], answer: Answer) -> None:
    with relay() as target:
        target.rcpt = rcpt
        assert send(passed(b"x", rcpt_tos=READERS), settings(target.port)).answer is answer


@pytest.mark.parametrize(("said", "answer"), [("451 try later", Answer.AGAIN), ("554 spam", Answer.NEVER)])
def test_a_mail_that_is_refused(said: str, answer: Answer) -> None:
    with relay() as target:
        target.answer = said
        result = send(passed(b"x"), settings(target.port))
    assert result.answer is answer
    assert said in result.detail


def test_a_digest_that_is_refused_waits_for_the_mended_relay() -> None:
    with relay() as target:
        target.answer = "554 relay access denied"
        result = send(digest(), settings(target.port))
        assert (result.answer, result.detail) == (Answer.AGAIN, "554 relay access denied")
        target.answer, target.rcpt = "250 OK", dict.fromkeys(READERS, "550 no such user")
        assert send(digest(), settings(target.port)).answer is Answer.AGAIN


def test_a_relay_that_is_down_is_asked_again() -> None:
    with relay() as target:
        port = target.port
    assert send(digest(), settings(port, timeout_s=2)).answer is Answer.AGAIN


def test_what_cannot_go_by_mail_is_given_up() -> None:
    assert send(passed(b"x", rcpt_tos=()), settings(9)).answer is Answer.NEVER
    assert send(passed(b"x", rcpt_tos=("a@example.org\r\nRCPT TO:<b@example.org>",)), settings(9)).answer is Answer.NEVER
    assert send(digest(), settings(9, to=())).answer is Answer.NEVER
