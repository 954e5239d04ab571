"""Masks are found as if each were tried at every character, and a line nobody thought of stops nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from mailtriage.classify.masks import masked
from mailtriage.classify.scan import MASKS, finds
from mailtriage.simulate import fleet, mails

_EVERYWHERE = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in MASKS))
_WRITTEN = (
    "Mon Mo. di mi, do märz mrt mai MAI Mai. Jan śr so sie lis listopada ſept den the le dnia UTC GMT +0100 pm AM ٣ ² é K "
    "5 12 0 2026 2026-11-23 20261123 23.11. 22/Nov/2026:10:00:00 03:01:22 3:14 10.0.0.1 192.0.2.255 fe80::1 :: ::1 a:b:c:: 1:2:3:4:5:6:7:8 "
    "ab:cd:ef:01:23:45 0x1f 0x0 deadbeef0123 abcdefabcdef aa-bbcc12 _a1b2c3 .abc123 /tmp/tmp.AbC12 /cron-12345 http://x.y/1 ssh://a "
    "<a1bcdefg@x> < a@b> [12] x[12] )[3] 5% % ms s 1m 26s 5K KB bytes 1.2.3 1,234.5 web07 ada0p2 A1B2C3D4 abc123def456 x1 1x "
    "12345678-1234-1234-1234-123456789abc abcdefab-1234-1234-1234-123456789abc , . : - _ / [ ] ( ) < > @"
)
_PIECES = _WRITTEN.split()
_SEPARATORS = ("", "", " ", " ", "-", ".", ", ", ":")


def _found(line: str) -> list[tuple[str | None, int, int]]:
    return [(found.lastgroup, found.start(), found.end()) for found in finds(line)]


def _found_everywhere(line: str) -> list[tuple[str | None, int, int]]:
    return [(found.lastgroup, found.start(), found.end()) for found in _EVERYWHERE.finditer(line)]


@given(st.lists(st.tuples(st.sampled_from(_PIECES), st.sampled_from(_SEPARATORS)), max_size=10))
def test_nothing_is_overlooked_in_lines_made_of_what_masks_look_like(pieces: list[tuple[str, str]]) -> None:
    line = "".join(piece + separator for piece, separator in pieces)
    assert _found(line) == _found_everywhere(line)


@given(st.text("ab01 :.-_/<>[]%,xMmoné٣KTs@+", max_size=30))
def test_nothing_is_overlooked_in_lines_of_odd_characters(line: str) -> None:
    assert _found(line) == _found_everywhere(line)


def test_nothing_is_overlooked_in_the_lines_of_a_fleet() -> None:
    lines = set()
    for mail in mails(fleet(hosts=6, days=2, seed=5, start=datetime(2026, 11, 23, tzinfo=UTC))):
        lines.update(mail.data.decode("utf-8", "replace").split("\n"))
    assert len(lines) > 500
    assert [line for line in lines if _found(line) != _found_everywhere(line)] == []


@given(st.text(max_size=60))
def test_any_text_has_a_shape(line: str) -> None:
    assert masked(line).shape is not None


def test_a_month_in_odd_letters_is_no_date_and_no_fault() -> None:
    assert "ſept" in masked("since ſept 12").shape
