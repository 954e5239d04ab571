"""Mails of Netdata and Uptime Kuma."""

from __future__ import annotations

import pytest

from mailtriage.types import Severity, State
from tests.recognise.support import measures, report, section

NETDATA = """web07.example.org {}

disk space usage = 98.2% disk /var space utilization


Chart   : disk_space._var
Family  : /var
Severity: {}
Date    : Sun Nov 22 20:50:01 UTC 2026
Notification generated on web07.example.org
"""
THREAD = (
    "In-Reply-To: <disk_space._var-x@web07.example.org>",
    "References: <disk_space._var-x@web07.example.org>",
    "X-Netdata-Host: web07.example.org",
)
KUMA = "[shop.example.org] [{}] some words\nTime (UTC): 2026-11-22 20:50:01\n"


@pytest.mark.parametrize(
    ("word", "stated", "name", "severity"),
    [
        ("is critical", "CRITICAL", "problem", Severity.CRITICAL),
        ("is critical", "Escalated to CRITICAL", "problem", Severity.CRITICAL),
        ("needs attention", "WARNING", "problem", Severity.WARNING),
        ("needs attention", "Demoted to WARNING", "problem", Severity.WARNING),
        ("recovered", "Recovered from CRITICAL", "recovery", None),
        ("recovered", "CRITICAL", "problem", Severity.CRITICAL),
    ],
)
def test_netdata_is_known_in_its_threads_and_closes_by_alarm_and_chart(
    word: str, stated: str, name: str, severity: Severity | None
) -> None:
    subject = f"web07.example.org {word} - disk space usage - disk_space._var"
    found = report(NETDATA.format(word, stated), subject=subject, sender="netdata@web07.example.org", headers=THREAD)
    only = section(found, name)
    assert (found.kind, found.host, only.item, only.severity) == (
        "netdata",
        "web07.example.org",
        "disk space usage disk_space._var",
        severity,
    )
    assert measures(only) == {("metric", "disk_space._var disk space usage"): 98.2}


def test_the_newer_subject_of_netdata_is_known() -> None:
    subject = "web07.example.org is critical: disk space usage (disk_space._var)"
    assert (
        report("x\n", subject=subject, sender="netdata@a.example.org", headers=THREAD).sections[0].item
        == "disk space usage disk_space._var"
    )


def test_a_reply_to_netdata_is_a_persons() -> None:
    subject = "Re: web07.example.org is critical - disk space usage - disk_space._var"
    assert report("I am on it.\n", subject=subject, sender="anna@example.org", headers=THREAD[:2]).kind == "human"


@pytest.mark.parametrize(
    ("word", "subject", "state"),
    [
        ("🔴 Down", "🔴 Down", State.PROBLEM),
        ("✅ Up", "✅ Up", State.OK),
        ("🔴 Down", "✅ Up", State.PROBLEM),
        ("✅ Up", "🔴 Down", State.PROBLEM),
    ],
)
def test_a_monitor_of_uptime_kuma_is_down_if_subject_or_text_says_so(word: str, subject: str, state: State) -> None:
    found = report(KUMA.format(word), subject=f"[shop.example.org] [{subject}] some words", sender="kuma@mon01.example.net")
    assert (found.kind, found.host, found.sections[0].state) == ("uptime_kuma", "shop.example.org", state)


def test_bare_bodies_are_claimed() -> None:
    assert report(NETDATA.format("is critical", "CRITICAL")).kind == "netdata"
    assert report(KUMA.format("🔴 Down")).kind == "uptime_kuma"


def test_one_mark_alone_is_not_enough() -> None:
    assert report("hello\n", subject="web07 is critical - x - y", sender="root@web07.example.org").kind == "unknown"
    assert report("[shop] [🔴 Down] x\n", subject="hello", sender="root@web07.example.org").kind == "unknown"
