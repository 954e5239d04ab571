"""What text a mail has, whatever MIME does to it."""

from __future__ import annotations

import base64

import pytest

from mailtriage.parse import parse
from tests.parse.support import ALTERNATIVE, BASE64, PLAIN, mail, raw

TEXT = "Content-Type: text/plain; charset={}"


def test_a_plain_mail_keeps_its_text_as_it_is() -> None:
    assert parse(raw(PLAIN)).text == PLAIN.partition(b"\n\n")[2].decode()


def test_base64_is_decoded_and_line_ends_are_newlines() -> None:
    assert parse(raw(BASE64)).text.split("\n")[:2] == ["Problem started at 20:41:49 on 2026.11.22", "Problem name: High load on db03"]


def test_an_alternative_gives_its_plain_text_with_soft_breaks_joined() -> None:
    assert parse(raw(ALTERNATIVE)).text.strip() == "reached >= 6.0"


def test_an_alternative_whose_text_is_empty_gives_its_html() -> None:
    assert parse(raw(ALTERNATIVE.replace(b"reached >=3D =\n6.0\n", b"\n"))).text.strip() == "reached 6.0"


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<b>Problem started</b> at 20:41<br><b>Host:</b> db03<br/>", ["Problem started at 20:41", "Host: db03"]),
        ("<table><tr><td>load</td><td>6.0</td></tr><tr><td>swap</td><td>3</td></tr></table>", ["load 6.0", "swap 3"]),
        ("<ul><li>one</li><li>two &amp; three</li></ul><script>no()</script><style>b{}</style>", ["one", "two & three"]),
        ("<pre>a  b\n  c</pre>after<!-- unseen -->", ["a  b", "  c", "after"]),
        ("a < b and <3 and <unclosed", ["a < b and <3 and <unclosed"]),
    ],
)
def test_html_reads_as_a_person_would_see_it(html: str, lines: list[str]) -> None:
    text = parse(mail(html.encode(), "Content-Type: text/html; charset=utf-8")).text
    assert [line for line in text.split("\n") if line.strip()] == lines


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("utf-8", "grün".encode(), "grün"),
        ("utf-8", "grün".encode("latin-1"), "grün"),
        ("us-ascii", "grün".encode(), "grün"),
        ("ANSI_X3.4-1968", "grün".encode(), "grün"),
        ("iso-8859-15", "5 €".encode("iso-8859-15"), "5 €"),
        ("shift_jis", "日本".encode("shift_jis"), "日本"),
        ("no-such-charset", "grün".encode(), "grün"),
        ("base64", b"aGFsbG8=", "aGFsbG8="),
        ("undefined", b"hello", "hello"),
        ("punycode", b"hello-", "hello-"),
        ("utf-16", b"odd", "odd"),
    ],
)
def test_a_charset_that_lies_loses_nothing(charset: str, body: bytes, text: str) -> None:
    assert parse(mail(body, TEXT.format(charset), "Content-Transfer-Encoding: 8bit")).text.strip() == text


@pytest.mark.parametrize(
    "body",
    [
        b"PATH=/usr/bin\ncount=4096 x=deadbeef\n",
        b"total=12 a=b= c\n",
        "größe=12\n".encode(),
    ],
)
def test_bytes_that_only_claim_to_be_quoted_printable_are_kept(body: bytes) -> None:
    message = parse(mail(body, TEXT.format("utf-8"), "Content-Transfer-Encoding: quoted-printable"))
    assert message.text == body.decode()
    assert message.defects == ("declared quoted-printable, read as it came",)


@pytest.mark.parametrize("body", [b"done\n", b"backup finished: 3 files\n", b"No such file or directory\n", b"====\n"])
def test_bytes_that_only_claim_to_be_base64_are_kept(body: bytes) -> None:
    assert parse(mail(body, TEXT.format("utf-8"), "Content-Transfer-Encoding: base64")).text.strip() == body.decode().strip()


def test_a_footer_below_a_base64_block_is_read_too() -> None:
    body = base64.encodebytes(b"the pool is DEGRADED now") + b"_______\nlist footer: https://lists.example.org\n"
    text = parse(mail(body, "Content-Transfer-Encoding: base64")).text
    assert "the pool is DEGRADED now" in text
    assert "list footer" in text


def test_a_lone_carriage_return_makes_no_line() -> None:
    assert parse(mail(b"10%\r20%\r\rSecurity check:\rdone\r\nend\r\r\n")).text == "10% 20%  Security check: done\nend\n"


def test_nul_bytes_are_left_out_and_noted() -> None:
    message = parse(mail(b"DEGR\x00ADED\n"))
    assert message.text == "DEGRADED\n"
    assert "NUL bytes left out" in message.defects


def test_an_attachment_is_noted_as_unread_and_inline_text_is_read() -> None:
    body = (
        b"--b\nContent-Type: text/plain\n\nsee the log\n--b\nContent-Type: text/plain; name=a.log\nContent-Disposition: inline\n\nthe log\n"
        b'--b\nContent-Type: application/gzip; name="b.gz"\nContent-Disposition: attachment\n\nxxxx\n--b--\n'
    )
    message = parse(mail(body, "Content-Type: multipart/mixed; boundary=b"))
    assert message.text.split() == ["see", "the", "log", "the", "log"]
    assert message.unread == ("application/gzip b.gz",)


def test_the_returned_mail_in_a_bounce_is_read() -> None:
    body = (
        b"--b\n\nThis is the mail system at host mx.example.org.\n--b\nContent-Type: message/delivery-status\n\n"
        b"Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; x@example.org\nStatus: 5.1.1\n"
        b"--b\nContent-Type: message/rfc822\n\nSubject: Cron <root@db03> backup\nFrom: root@db03.example.org\n\ndisk full\n--b--\n"
    )
    message = parse(mail(body, "Content-Type: multipart/report; report-type=delivery-status; boundary=b"))
    for line in ("Status: 5.1.1", "Subject: Cron <root@db03> backup", "disk full"):
        assert line in message.text.split("\n")
    assert message.unread == ()


RELATED = (
    b"--r\nContent-Type: multipart/alternative; boundary=a\n\n"
    b"--a\nContent-Type: text/plain\n\nHost: db03 is UP\n--a\nContent-Type: text/html\n\n"
    b'<html><head><title>db03</title></head><body><b>Host:</b> DB03 is {}<img src="cid:graph.png"></body></html>\n--a--\n'
    b"--r\nContent-Type: image/png\nContent-ID: <graph.png>\nContent-Disposition: inline\n\nxxxx\n--r--\n"
)


def test_an_alternative_of_the_same_words_is_read_with_the_pictures_it_shows() -> None:
    message = parse(mail(RELATED.replace(b"{}", b"up"), "Content-Type: multipart/related; boundary=r"))
    assert message.unread == ()
    assert message.text.strip() == "Host: db03 is UP"


@pytest.mark.parametrize("word", [b"DOWN", b"up up", b"up since 3"])
def test_an_alternative_of_more_words_forbids_a_drop(word: bytes) -> None:
    unread = parse(mail(RELATED.replace(b"{}", word), "Content-Type: multipart/related; boundary=r")).unread
    assert "an alternative text that says something else" in unread
    assert "what HTML shows without text" in unread


def test_a_picture_that_no_text_stands_for_is_unread() -> None:
    html = b"--r\nContent-Type: text/html\n\n<b>up</b><img src=cid:g>\n"
    html += b"--r\nContent-Type: image/png\nContent-ID: <g>\n\nxxxx\n--r--\n"
    assert parse(mail(html, "Content-Type: multipart/related; boundary=r")).unread
    other = RELATED.replace(b"{}", b"up").replace(b"<graph.png>", b"<other.png>")
    assert parse(mail(other, "Content-Type: multipart/related; boundary=r")).unread == ("image/png",)


def test_a_title_is_more_only_where_its_words_are_not_in_the_text() -> None:
    html = "<title>{}</title><p>all is well on web07</p>"
    assert parse(mail(html.format("web07").encode(), "Content-Type: text/html")).unread == ()
    assert parse(mail(html.format("web07 FAILED").encode(), "Content-Type: text/html")).unread


def test_the_fields_of_a_feedback_report_are_read() -> None:
    body = b"--b\n\nhello\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nSource-IP: 192.0.2.7\n\n--b--\n"
    text = parse(mail(body, "Content-Type: multipart/report; report-type=feedback-report; boundary=b")).text
    assert "Source-IP: 192.0.2.7" in text.split("\n")


def test_text_after_the_last_part_is_not_lost_silently() -> None:
    body = b"--b\n\nall is well\n--b--\npanic: the rest\n"
    assert parse(mail(body, "Content-Type: multipart/mixed; boundary=b")).unread == ("text after the last part",)
