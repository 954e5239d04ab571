"""Monitoring mails of a megabyte, or without sense: they are recognised in bounded time, and none makes a recogniser fail."""

from __future__ import annotations

import time

import pytest

from tests.recognise.support import report
from tests.recognise.test_monitoring import BODIES

N = 1_000_000
TEXTS = {
    "stars": ("** PROBLEM Service Alert: a/b is DOWN **", "*" * N),
    "nagios fields": ("** PROBLEM Service Alert: a/b is DOWN **", "***** Nagios *****\nNotification Type: PROBLEM\n" + "Host: " * (N // 6)),
    "many fields": ("x", "***** Nagios *****\nNotification Type: PROBLEM\n" + "Host: a\nState: OK\n" * (N // 17)),
    "perfdata": ("x", "***** Nagios *****\nNotification Type: PROBLEM\nInfo: |" + "'a'=1;" * (N // 6)),
    "icinga": ("[PROBLEM] " + "a on " * 60 + "b is DOWN!", "***** Service Monitoring on a *****\n" + "a is " * (N // 5) + "\nHost: a"),
    "checkmk": ("Check_MK: " + "a/" * 150 + " OK -> CRIT", "Host: a\nEvent: OK -> CRIT\n" * (N // 26)),
    "hosts": ("Check_MK: 3 notifications for a", "Host: a\n" * (N // 8)),
    "labels": ("[FIRING:1] a", "View in Alertmanager\n[1] Firing\n" + "Labels\na = b\n" * (N // 13)),
    "inline labels": ("[FIRING:1] a", "Sent by Grafana v1\n(1) FIRING\nLabels: " + "a=b" * (N // 3)),
    "one label": ("[FIRING:1] a", "Sent by Alertmanager\n[1] Firing\nLabels\n" + "a" * N),
    "monit": ("monit alert --  " + "a " * 150, "Connection failed Service a\nAction: x\nHost: a\nDescription: " + "usage of 1" * (N // 10)),
    "munin": ("x", "a :: b :: c\n\tCRITICALs: " + "a is 1, " * (N // 8)),
    "graphs": ("x", "a :: b :: c\n\tOKs: a is 1.\n" * (N // 30)),
    "librenms": ("Alert for device " + "a - " * 60, "Severity: critical\nRule: " + "a " * (N // 2)),
    "vcenter": (
        "[alarm.A] " + "a on " * 60 + " changed from green to red",
        "Target: a\n" + ("a on " * 150 + "changed from a\n") * (N // 760),
    ),
    "zabbix fields": ("Problem: x", "Problem started at 1\n" + "a: b\n" * (N // 5)),
    "zabbix change": ("Updated problem: x", "a" * N + " changed severity from " + "a " * (N // 2)),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_long_text_is_recognised_in_bounded_time(name: str) -> None:
    subject, body = TEXTS[name]
    begun = time.process_time()
    found = report(body, subject=subject, sender="zabbix@mon01.example.net")
    assert time.process_time() - begun < 10
    assert "failed" not in found.note


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("name", ["a" * 4000, "", "\x1b[2J", "web07 web08", "-", "München", "::1", "localhost"])
def test_an_odd_host_name_never_loses_the_mail(kind: str, name: str) -> None:
    body = BODIES[kind]
    for host in ("web07.example.org", "web07.example.net", "web07", "db03.example.net", "esx01.example.org", "sw01.example.org"):
        body = body.replace(host, name)
    found = report(body, subject="x", sender="monitor@mon01.example.net")
    assert "failed" not in found.note
    assert found.sections
    assert all(len(one.item) <= 120 for one in found.sections)
