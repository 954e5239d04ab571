"""What a mask hides and what it keeps."""

from __future__ import annotations

from datetime import date

import pytest

from mailtriage.classify.dates import days_from, parsed
from mailtriage.classify.masks import host_mask, hosts_masked, masked


def shape(line: str, *hosts: str) -> str:
    return masked(hosts_masked(line, host_mask(hosts))).shape


SAME = [
    ("took 1m 26s", "took 58s"),
    ("sent 940M", "sent 1.1G"),
    ("sent 1,234,567 bytes", "sent 89 bytes"),
    ("started Mon Nov 23 03:01:22 UTC 2026", "started Tue Nov 24 03:02:01 UTC 2026"),
    ("vom 23.11.2026 03:01 Uhr", "vom 1.2.2027 13:01 Uhr"),
    ("le 23 novembre 2026", "le 1 février 2027"),
    ("kopia 21 lis 2026", "kopia 2 sty 2027"),
    ("op di 24 mrt 2026", "op wo 25 mrt 2026"),
    ("sshd[811]: from 10.0.0.1", "sshd[9]: from 192.168.7.7"),
    ("id 12345678-1234-1234-1234-123456789abc", "id 02345678-1234-1234-1234-123456789abd"),
    ("dump-20261123.tar.gz", "dump-20261124.tar.gz"),
    ("---------------", "-----"),
    ("/var/tmp/upload-09a45158", "/var/tmp/upload-aaabbf6a"),
    ("fe80::1 up", "fd00:1:2::3 up"),
]
APART = [
    ("0 errors", "0 warnings"),
    ("pool ONLINE", "pool DEGRADED"),
    ("12 %", "12"),
    ("12 ms", "12 s"),
    ("from 10.0.0.1", "from 203.0.113.1"),
    ("[UU]", "[U_]"),
    ("sda1[0]", "sda1[0](F)"),
    ("temp -3", "temp 3"),
    ("No errors", "no errors"),
    ("node-dead is up", "node-beef is up"),
]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_lines_that_differ_from_day_to_day_have_one_shape(first: str, second: str) -> None:
    assert shape(first) == shape(second)


@pytest.mark.parametrize(("first", "second"), APART)
def test_lines_that_mean_something_else_have_two_shapes(first: str, second: str) -> None:
    assert shape(first) != shape(second)


def test_the_mails_own_host_is_masked_and_others_of_its_domain_too() -> None:
    one = shape("web07 says hello to db3.example.org", "web07.example.org")
    assert one == shape("zeus says hello to hera.example.net", "zeus.example.net")
    assert "hello" in one
    assert "elsewhere.org" in shape("mirror.elsewhere.org is used", "web07.example.org")


def test_a_host_called_like_a_word_of_reports_hides_no_word() -> None:
    assert "failed" in shape("backup failed", "failed.example.org")


def test_zero_is_told_from_other_numbers_for_the_classifier() -> None:
    assert masked("0 errors").wording != masked("3 errors").wording
    assert masked("0 errors").shape == masked("3 errors").shape


def test_a_very_long_line_has_a_shape_of_its_own() -> None:
    assert shape("a" * 5000) != shape("a" * 5001)


def test_rows_of_known_tables_keep_what_says_sick() -> None:
    healthy = "tank   3.62T  1.20T  2.42T        -         -    12%    33%  1.00x    ONLINE  -"
    assert shape(healthy) == shape(healthy.replace("tank", "pool2").replace("33%", "44%"))
    assert shape(healthy) != shape(healthy.replace("ONLINE", "DEGRADED"))
    card = "em0    1500 <Link#1>      00:25:90:aa:bb:cc  1234567     0     0  7654321     0     0    0"
    assert shape(card) == shape(card.replace("em0", "igb1"))
    assert shape(card) != shape(card.replace("em0 ", "em0*"))
    assert masked(card.replace(" 0     0  765", " 9     0  765")).values[0].number == 9


def test_pseudo_file_systems_may_be_full_and_real_ones_count() -> None:
    assert masked("devfs          1.0K    1.0K      0B   100%    /dev").values == ()
    assert masked("/dev/ada0p2    9.7G    9.7G      0B   100%    /").values[0].type == "c"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-11-22T03:01:02+01:00", -1), ("20261124-030102", 1), ("23.11.2026", 0), ("Nov 22 13:04:11", -1), ("Dec 31", 38),
        ("1 Jan 2027", 39), ("11/24/26", 1), ("22/Nov/2026:10:00:00 +0100", -1), ("22 listopada 2026", -1), ("22. November 2026", -1),
        ("22-11-2026", -1),
    ],
)  # fmt: skip
def test_a_date_counts_from_the_mails_own(text: str, days: int) -> None:
    assert masked(text).shape.removesuffix(" ‹time›") == "‹date›"
    day = parsed(text)
    assert day is not None
    assert days_from(day, date(2026, 11, 23)) == days


def test_new_year_is_near_in_both_directions() -> None:
    assert days_from((0, 12, 31), date(2027, 1, 1)) == -1
    assert days_from((0, 1, 1), date(2026, 12, 31)) == 1
    assert days_from((0, 2, 29), date(2027, 2, 28)) == 1
