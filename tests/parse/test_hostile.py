"""Mails made to break a parser: each gives a Message in bounded time, and what was not read forbids a drop."""

from __future__ import annotations

import time

import pytest

from mailtriage.parse import parse
from tests.parse.support import PLAIN, raw

HEAD = b"From: root@web07.example.org\nSubject: s\nMIME-Version: 1.0\n"
HTML = HEAD + b"Content-Type: text/html\n\n"
UNREAD = {
    "a mail of 50 MB": PLAIN + (b"x" * 70 + b"\n") * 740_000,
    "200 nested multiparts": HEAD
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(200))
    + b"\nhello\n",
    "nested messages": HEAD + b"Content-Type: message/rfc822\n\n" * 30_000 + b"\nhello\n",
    "a header of 1 MB": HEAD + b"X-A: " + b"a b, " * 200_000 + b"\n\nhello\n",
    "a folded To of 1 MB": HEAD + b"To: " + b"a@b,\n " * 170_000 + b"\n\nhello\n",
    "100,000 headers": HEAD + b"".join(b"X-%d: a\n" % n for n in range(100_000)) + b"\nhello\n",
    "200,000 parameters": HEAD + b"Content-Type: text/plain" + b";a=b" * 200_000 + b"\n\nhello\n",
    "a header without end": b"X-A:" + b"x" * 3_000_000,
    "huge HTML of comments": HTML + b"<!--" * 200_000 + b"hello",
}
READ = {
    "an empty file": (b"", ""),
    "only NUL bytes": (b"\x00" * 100_000, ""),
    "10,000 parts": (HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nhello\n" * 10_000 + b"--b--\n", "hello"),
    "a body without a header": (b"\nhello there\n", "hello there"),
    "text whose first line is no header": (b"hello there\nSubject: x\n", "hello there"),
    "HTML of unclosed comments": (HTML + b"<!--" * 60_000 + b"hello", "hello"),
    "HTML of unclosed tags": (HTML + b"<a " * 60_000 + b"hello", "hello"),
    "carriage returns": (HEAD + b"\n" + b"\r" * 1_000_000 + b"hello", "hello"),
    "parentheses in To": (HEAD + b"To: " + b"(" * 7_000 + b"\n\nhello", "hello"),
    "a million fake boundaries": (HEAD + b"\n" + b" boundary=" * 300_000 + b"hello", "hello"),
    "no boundary": (HEAD + b"Content-Type: multipart/mixed\n\nhello\n", "hello"),
    "another boundary": (HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n--y\n\nhello\n--y--\n", "hello"),
}
LIMIT_S = 20  # far above what a slow machine needs, far below what quadratic time costs


@pytest.mark.parametrize("name", UNREAD)
def test_what_was_not_read_is_noted(name: str) -> None:
    begun = time.monotonic()
    message = parse(raw(UNREAD[name]))
    assert time.monotonic() - begun < LIMIT_S
    assert message.unread
    assert message.subject in ("s", "", "web07.example.org daily run output")


@pytest.mark.parametrize("name", READ)
def test_what_is_odd_is_read_all_the_same(name: str) -> None:
    data, text = READ[name]
    begun = time.monotonic()
    message = parse(raw(data))
    assert time.monotonic() - begun < LIMIT_S
    assert text in message.text
    assert not message.unread
