"""The short way and mail-parser's give the same Message: on plain mails, on broken ones, and on what random changes make of them."""

from __future__ import annotations

import random

import pytest

from mailtriage.parse import _plain, parse, parse_fully
from tests.parse.support import ALTERNATIVE, BASE64, CRON, PLAIN, raw

MAILS = {"plain": PLAIN, "cron": CRON, "alternative": ALTERNATIVE, "base64": BASE64}
PIECES = (
    *(
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b" ",
        b"\t",
        b":",
        b";",
        b"=",
        b"=20\n",
        b"=?utf-8?q?x?=",
        b"\x00",
        b"\x0c",
        b"\x1b[31m",
        b"\xff",
        b"\xc3\xa4",
        b"<",
        b">",
        b"(",
    ),
    *(
        b")",
        b'"',
        b"@",
        b",",
        b"--b1",
        b"From: a@b\n",
        b"Date: x\n",
        b"Content-Type: text/html\n",
        b"Content-Type: text/plain; charset=latin1\n",
    ),
    *(
        b"Content-Transfer-Encoding: base64\n",
        b"Content-Transfer-Encoding: quoted-printable\n",
        b"Content-Disposition: attachment\n",
        b"From x Sun\n",
        b"Sun, ",
    ),
    *(b"Received: by a (x\n", b"X: \n", b" \n", b"29 Feb", b"+9999", b"\xe2\x80\xa8", b"\x85", b"\x1c", b"Content-Length: 3\n"),
)


@pytest.mark.parametrize("name", MAILS)
def test_the_two_ways_agree_on_whole_mails(name: str) -> None:
    for data in (MAILS[name], MAILS[name].replace(b"\n", b"\r\n"), MAILS[name].replace(b"\n\n", b"\n", 1)):
        assert parse(raw(data)) == parse_fully(raw(data))


@pytest.mark.parametrize("name", MAILS)
def test_the_two_ways_agree_on_changed_mails(name: str) -> None:
    source = random.Random(name)
    n_short = 0
    for _ in range(600):
        data = bytearray(MAILS[name])
        for _ in range(source.randint(1, 3)):
            at = source.randrange(len(data) if source.random() < 0.4 else data.find(b"\n\n") + 2)
            data[at : at + source.choice((0, 0, 0, 1, 5, 40))] = source.choice(PIECES)
        changed = raw(bytes(data))
        n_short += _plain.read(changed) is not None
        assert parse(changed) == parse_fully(changed), bytes(data)
    assert n_short > 100 or name == "alternative"


def test_ordinary_report_mails_take_the_short_way() -> None:
    assert all(_plain.read(raw(data)) is not None for data in (PLAIN, CRON, BASE64))
