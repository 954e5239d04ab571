"""One line for each thing that happens to a mail, and nothing in a mail can break it."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from mailtriage import maillog


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    text = io.StringIO()
    maillog.configure(stream=text)
    yield text
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_line_names_the_mail_and_what_happened(stream: io.StringIO) -> None:
    maillog.received("06h0g627yr515fa0", size=5012, peer="192.0.2.7", mail_from="", rcpt_tos=("root", "toor"))
    time, line = stream.getvalue().split(" ", 1)
    assert time.startswith("time=2")
    assert time.endswith("Z")
    assert line == "level=info what=received id=06h0g627yr515fa0 size=5012 peer=192.0.2.7 mail_from=<> rcpt_tos=root,toor\n"


def test_text_from_a_mail_cannot_forge_a_line(stream: io.StringIO) -> None:
    maillog.raised("a", key="web07/zfs_pool/tank", severity="high", summary='x" what=closed\r\nlevel=info \x1b[31mred\x1b[0m \\ \u202e')
    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().endswith('summary="x\\" what=closed level=info red \\\\"\n')


def test_a_fault_is_one_line_with_its_place(stream: io.StringIO) -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logging.getLogger("mailtriage.service").exception("worker stopped")
    line = stream.getvalue()
    assert line.count("\n") == 1
    assert 'level=error logger=mailtriage.service msg="worker stopped" error="ValueError: two lines" at=' in line


def test_empty_fields_are_left_out(stream: io.StringIO) -> None:
    maillog.closed("", key="web07/smart/-")
    assert stream.getvalue().endswith("what=closed id=- key=web07/smart/-\n")
