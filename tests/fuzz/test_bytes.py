"""Random bytes, mail-like bytes and random changes of real forms: parse and recognise take all of them, and lose no line."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailtriage.parse import parse, parse_fully
from mailtriage.recognise import recognise
from mailtriage.types import Message
from tests.parse.support import ALTERNATIVE, BASE64, CRON, PLAIN, raw
from tests.recognise.test_freebsd import SECURITY

QUICK = settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
HEADERS = st.sampled_from(
    [
        *(
            b"Subject: web07 daily run output",
            b"Subject: Cron <root@a> b (failed)",
            b"Subject: Problem: x",
            b"Subject: =?x?b?=?=",
            b"From: a (b) <c>",
        ),
        *(
            b"From: root@a.example.org (Cron Daemon)",
            b"Date: Sun, 22 Nov 2026 03:01:51 +0000",
            b"Date: \xff",
            b"Received: by a (Postfix, from userid 0)",
        ),
        *(
            b"Content-Type: text/html",
            b"Content-Type: multipart/mixed; boundary=b",
            b"Content-Type: text/plain; charset=utf-7",
            b"Content-Type: message/rfc822",
        ),
        *(
            b"Content-Transfer-Encoding: base64",
            b"Content-Transfer-Encoding: quoted-printable",
            b"Content-Transfer-Encoding: uuencode",
            b"In-Reply-To: <1.a.1.b@zabbix.com>",
        ),
        *(b"X\xe9: y", b" folded", b"no header at all", b"Content-Disposition: attachment; filename*=utf-8''%ff"),
    ]
)
PIECES = st.sampled_from(
    [
        *(
            b"--b\n",
            b"--b--\n",
            b"\n",
            b"\r",
            b"\x00",
            b"<b>",
            b"&#x110000;",
            b"=\n",
            b"=3D",
            b"SGVsbG8=\n",
            b"Disk status:\n",
            b"-- End of daily output --\n",
        ),
        *(
            b"Filesystem Size Used Avail Capacity Mounted on\n",
            b"/dev/a 1 2 3 4% /\n",
            b"Checking status of zfs pools:\n",
            b"NAME SIZE CAP\n",
            b"tank 1 9%\n",
        ),
        *(
            b"Problem started at 1\n",
            b"Severity: High\n",
            b"Name Ipkts Ierrs\n",
            b"em0 <Link#1> 1 2\n",
            b"begin 644 x\n",
            b"\xff\xfe",
            b"Content-Type: text/html\n\n",
        ),
    ]
)


def check(data: bytes) -> Message:
    message = parse(raw(data))
    assert message == parse_fully(raw(data))
    assert "\r" not in message.text
    assert "\x00" not in message.text
    message.text.encode("utf-8")
    found = recognise(message)
    assert found.sections or not message.text.strip()
    assert "failed" not in found.note
    kept = {line.strip() for section in found.sections for line in (*section.lines, section.heading)}
    missing = {line.strip() for line in message.text.split("\n")} - kept - {""}
    assert all(line.startswith("-- End of ") for line in missing), missing
    return message


@QUICK
@given(st.binary(max_size=2000))
def test_any_bytes_give_a_message_and_a_report(data: bytes) -> None:
    check(data)


@QUICK
@given(st.lists(HEADERS, max_size=8), st.lists(PIECES | st.binary(max_size=20), max_size=20))
def test_any_headers_over_any_body_give_a_message_and_a_report(headers: list[bytes], pieces: list[bytes]) -> None:
    check(b"\n".join(headers) + b"\n\n" + b"".join(pieces))


@QUICK
@given(st.integers(), st.sampled_from([PLAIN, CRON, BASE64, ALTERNATIVE]), st.integers(1, 12))
def test_any_change_of_a_mail_loses_no_line(seed: int, data: bytes, n_changes: int) -> None:
    source = random.Random(seed)
    changed = bytearray(data)
    for _ in range(n_changes):
        at, to = source.randrange(len(changed)), source.randrange(len(changed))
        changed[at : at + source.randint(0, 3)] = source.choice(
            (b"", b"\n", b"\n\n", changed[to : to + 30], bytes([source.randrange(256)]))
        )
    check(bytes(changed))


@QUICK
@given(st.integers())
def test_any_order_of_lines_loses_none(seed: int) -> None:
    lines = SECURITY.format(failures="Nov 21 03:00:01 web07 sshd[1]: x").split("\n")
    random.Random(seed).shuffle(lines)
    check(b"Subject: web07.example.org security run output\n\n\nChecking setuid files and devices:\n" + "\n".join(lines).encode())
