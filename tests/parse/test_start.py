"""Where the header ends: bare bodies lose no line, copies without their empty line are read as mails."""

from __future__ import annotations

import time

import pytest

from mailtriage.parse import parse, parse_fully
from tests.parse.support import CRON, PLAIN, raw

BODIES = {
    "smartd": "Device: /dev/sda [SAT], 8 Currently unreadable (pending) sectors\n",
    "a note": "NOTE: the pool is DEGRADED\n\nmore\n",
    "run-parts": "/etc/cron.daily/backup:\ndisk full\n",
    "arpwatch": "            hostname: db03\n          ip address: 192.0.2.3\n",
    "indented": "  pool: tank\n state: DEGRADED\n",
    "fields": "Host: db03\nStatus: DOWN\nDate: Sun\nfoo\n",
    "one word with a hyphen": "run-parts: /etc/cron.daily/x exited with return code 1\n\nfoo\n",
    "a feedback report": "Feedback-Type: abuse\nUser-Agent: x\nVersion: 1\n",
    "a colon": ": x\n",
}


@pytest.mark.parametrize("name", BODIES)
def test_a_bare_body_whose_lines_look_like_headers_loses_none(name: str) -> None:
    message = parse(raw(BODIES[name].encode()))
    assert message.headers == ()
    assert message.text == BODIES[name]
    assert message == parse_fully(raw(BODIES[name].encode()))


@pytest.mark.parametrize("line", ["Device: /dev/sda, 8 sectors", "/etc/cron.daily/backup:", "the disk is full", "NOTE: x"])
def test_a_copy_without_its_empty_line_keeps_the_first_line_of_its_body(line: str) -> None:
    message = parse(raw(f"From: root@web07.example.org\nSubject: s\n{line}\nmore\n".encode()))
    assert (message.subject, message.text) == ("s", f"{line}\nmore\n")


def test_headers_nobody_knows_stay_headers_between_others() -> None:
    data = b"From: root@web07.example.org\nZabbix: 1\nX-Odd.Name: 2\nWeather-Report: 3\nSubject: s\n\nbody\n"
    assert [name for name, _ in parse(raw(data)).headers] == ["From", "Zabbix", "X-Odd.Name", "Weather-Report", "Subject"]


@pytest.mark.parametrize("before", [b"\n", b"\n\n\n", b"\r\n", b" \n\n", b"\xef\xbb\xbf"])
def test_empty_lines_before_the_header_are_left_out(before: bytes) -> None:
    assert parse(raw(before + PLAIN)) == parse(raw(PLAIN))


@pytest.mark.parametrize("mark", [b"From root Sun Nov 22 03:01:51 2026\n", b">From root Sun Nov 22 03:01:51 2026\n"])
def test_the_line_of_an_mbox_is_no_header(mark: bytes) -> None:
    message = parse(raw(mark + CRON))
    assert (message.subject, message.text) == (parse(raw(CRON)).subject, parse(raw(CRON)).text)


def test_an_escaped_mbox_line_within_the_header_does_not_end_it() -> None:
    data = b"From root Sun Nov 22 03:01:51 2026\n>From root Sun Nov 22 03:01:51 2026\n" + PLAIN
    assert parse(raw(data)).subject == "web07.example.org daily run output"


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_the_line_ends_of_other_systems_are_read(end: bytes) -> None:
    assert parse(raw(PLAIN.replace(b"\n", end))).text.strip() == parse(raw(PLAIN)).text.strip()


@pytest.mark.parametrize(
    "data", [b"X-A: b\n" * 300_000, b"X-A: b\n" + b" c\n" * 900_000, b"\n" * 2_000_000, b" " * 2_000_000, b"Word: b\n" * 300_000]
)
def test_the_end_of_a_header_is_found_in_bounded_time(data: bytes) -> None:
    begun = time.monotonic()
    parse(raw(data))
    assert time.monotonic() - begun < 10


def test_a_bare_body_loses_the_margin_that_all_its_lines_share() -> None:
    text = "ZFS has finished a scrub:\n\n   eid: 11\n class: scrub_finish\n  host: db03\n"
    for margin in ("  ", "    ", "\t"):
        indented = "".join(f"{margin}{line}\n" if line else "\n" for line in text.splitlines())
        assert parse(raw(indented.encode())).text.strip() == text.strip()


def test_what_a_program_itself_indents_keeps_its_blanks() -> None:
    for text in (
        " 3:01AM  up 44 days\n web07 down\n db01 down\n",
        "    one line\n    and another\n",
        "mirror/gm0  COMPLETE\n      ada1\n      ada2\n",
    ):
        assert parse(raw(text.encode())).text.rstrip("\n") == text.rstrip("\n")
