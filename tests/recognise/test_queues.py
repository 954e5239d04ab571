"""Which mails of sendmail's queue wait for the recipient's own server."""

from __future__ import annotations

import pytest

from mailtriage.recognise._queues import held_far_away
from mailtriage.recognise._system import read_queue

HEAD = "-----Q-ID----- --Size-- -----Q-Time----- ------------Sender/Recipient-----------"


def entry(reason: str, recipient: str = "anna@example.com", sender: str = "www@mx0.example.net") -> list[str]:
    return [f"u2F1Cq5a012233     2817 Tue Mar 15 02:12 <{sender}>", f"                 (Deferred: {reason})", f"\t\t\t\t\t <{recipient}>"]


@pytest.mark.parametrize(
    "reason",
    [
        "Connection timed out with mail.example.com.",
        "Operation timed out with example.com",
        "450 4.2.1 <anna@example.com>: Recipient address rejected: Greylisted",
    ],
)
def test_a_mail_waits_for_the_server_of_its_recipient(reason: str) -> None:
    assert held_far_away(entry(reason)) == 1


@pytest.mark.parametrize(
    "lines",
    [
        entry("Connection refused by mail.example.com."),
        entry("Connection timed out with relay.example.net."),
        entry("Connection timed out with mail.badexample.com."),
        entry("Connection timed out with mail.example.net.", recipient="root@example.net"),
        entry("Connection timed out with mail.ops.example.net.", recipient="root@ops.example.net"),
        entry("Connection timed out with mail.example.com.", sender="root"),
        entry("450 4.7.1 Client host rejected: cannot find your hostname"),
        entry("Connection timed out with mail.example.com.", recipient="anna@example.com> (too many hops)"),
        entry("Connection timed out with mail.example.com.")[:2],
        [],
    ],
)
def test_a_mail_that_may_wait_for_a_relay_is_near(lines: list[str]) -> None:
    assert held_far_away(lines) == 0


def test_every_mail_counts_as_near_that_is_not_seen_to_be_far() -> None:
    lines = ["/var/spool/mqueue (2 requests)", HEAD, *entry("Connection timed out with mail.example.com."), "\t\tTotal requests: 2"]
    assert {row.name: row.value for row in read_queue(lines, "local")} == {"mail_queue": 2, "mail_held_nearby": 1}


def test_a_long_queue_is_near_as_a_whole() -> None:
    lines = ["/var/spool/mqueue (6 requests)", HEAD, *(entry("Connection timed out with mail.example.com.") * 6), "\t\tTotal requests: 6"]
    assert {row.name: row.value for row in read_queue(lines, "local")} == {"mail_queue": 6, "mail_held_nearby": 6}
