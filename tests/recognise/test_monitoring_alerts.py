"""Mails of Alertmanager and Grafana: a section for each alert."""

from __future__ import annotations

import pytest

from mailtriage.types import Severity, State
from tests.recognise.support import measures, names, report, section

FIRING = """1 alert for alertname=InstanceDown

View in Alertmanager

[1] {}

Labels
alertname = {}
instance = db01.example.org:9100
severity = {}
Annotations
summary = it is down
Source

Sent by Alertmanager
"""
TWO = """2 alerts for alertname=Disk

View in Alertmanager

[1] Firing

Labels
alertname = Disk
instance = web07.example.org:9100
severity = warning
Source

[1] Resolved

Labels
alertname = Disk
instance = web08.example.org:9100
severity = warning
Source

Sent by Alertmanager
"""
ALERTMANAGER = "alertmanager@mon01.example.net"


def test_an_alert_has_the_host_of_its_instance_and_its_labels_as_key() -> None:
    found = report(FIRING.format("Firing", "InstanceDown", "critical"), subject="[FIRING:1] InstanceDown", sender=ALERTMANAGER)
    only = section(found, "firing")
    assert (found.kind, found.host, only.severity, only.state) == ("alertmanager", "db01.example.org", Severity.CRITICAL, State.PROBLEM)
    assert (only.item, only.summary) == ("InstanceDown instance=db01.example.org:9100", "InstanceDown: it is down")
    over = report(FIRING.format("Resolved", "InstanceDown", "critical"), subject="[RESOLVED] InstanceDown", sender=ALERTMANAGER)
    assert (section(over, "resolved").item, section(over, "resolved").state) == (only.item, State.OK)


def test_one_firing_and_one_resolved_are_two_sections() -> None:
    found = report(TWO, subject="[FIRING:1] Disk ", sender=ALERTMANAGER)
    assert names(found) == ["firing", "resolved", "frame"]
    assert measures(section(found, "frame")) == {("alerts_firing", ""): 1, ("alerts_resolved", ""): 1}
    assert found.host == "mon01.example.net"


@pytest.mark.parametrize(
    ("word", "severity", "name"),
    [
        ("critical", Severity.CRITICAL, "firing"),
        ("page", Severity.CRITICAL, "firing"),
        ("error", Severity.HIGH, "firing"),
        ("warning", Severity.WARNING, "firing"),
        ("whatever", Severity.WARNING, "firing"),
        ("info", Severity.INFO, "information"),
        ("none", Severity.INFO, "information"),
    ],
)
def test_the_label_says_how_severe_it_is(word: str, severity: Severity, name: str) -> None:
    found = report(FIRING.format("Firing", "X", word), subject="[FIRING:1] X", sender=ALERTMANAGER)
    assert section(found, name).severity is severity


@pytest.mark.parametrize(("state", "name", "told"), [("Firing", "watchdog", State.OK), ("Resolved", "watchdog_gone", State.PROBLEM)])
def test_a_watchdog_is_well_while_it_fires(state: str, name: str, told: State) -> None:
    found = report(FIRING.format(state, "Watchdog", "none"), subject="[FIRING:1] Watchdog (none)", sender=ALERTMANAGER)
    assert section(found, name).state is told


def test_a_subject_that_fires_over_a_text_that_does_not_is_doubted() -> None:
    found = report(FIRING.format("Resolved", "X", "warning"), subject="[FIRING:1] X", sender=ALERTMANAGER)
    assert found.note == "the subject says FIRING, the text lists 0 alerts that fire"
    assert report(FIRING.format("Firing", "X", "warning"), subject="[RESOLVED] X", sender=ALERTMANAGER).note


def test_a_text_without_a_list_goes_by_its_subject() -> None:
    found = report("View in Alertmanager\nsomething is wrong\n", subject="[FIRING:3] Disk prod", sender=ALERTMANAGER)
    assert (section(found, "firing").item, section(found, "firing").state) == ("Disk prod", State.PROBLEM)


@pytest.mark.parametrize(
    ("word", "name", "state"),
    [
        ("Alerting", "firing", State.PROBLEM),
        ("No Data", "firing", State.PROBLEM),
        ("OK", "resolved", State.OK),
        ("Paused", "information", State.INFO),
    ],
)
def test_legacy_grafana_goes_by_its_subject(word: str, name: str, state: State) -> None:
    found = report(
        "View your Alert rule:\nhttps://x\n\nSent by Grafana v7.5.17\n", subject=f"[{word}] CPU of web07", sender="g@mon01.example.net"
    )
    assert (found.kind, section(found, name).item, section(found, name).state) == ("grafana", "CPU of web07", state)


@pytest.mark.parametrize(
    "labels", ["Labels: alertname=Load, instance=web07.example.org", "Labels: \n    alertname = Load\n    instance = web07.example.org"]
)
def test_unified_grafana_lists_labels_in_two_ways(labels: str) -> None:
    body = f"You have 1 firing alert(s)\n\n(1) FIRING\n-----------\n\n{labels}\nSummary: x\n\nSent by Grafana v10.4.2\n"
    found = report(body, subject="[FIRING:1] Load", sender="g@mon01.example.net")
    assert (found.kind, found.host, section(found, "firing").item) == ("grafana", "web07.example.org", "Load instance=web07.example.org")


def test_bare_bodies_are_claimed() -> None:
    assert report(FIRING.format("Firing", "X", "warning")).kind == "alertmanager"
    assert report("(1) FIRING\n\nLabels: alertname=Load\n\nSent by Grafana v10.4.2\n").kind == "grafana"


@pytest.mark.parametrize("body", [TWO, FIRING.format("Firing", "Watchdog", "none")])
def test_every_line_of_the_mail_is_in_a_section(body: str) -> None:
    kept = {line for one in report(body, subject="[FIRING:1] x", sender=ALERTMANAGER).sections for line in one.lines}
    assert {line.rstrip() for line in body.split("\n") if line.strip()} <= kept


def test_a_person_who_forwards_it_is_not_the_machine() -> None:
    assert report(TWO, subject="Fwd: [FIRING:1] Disk", sender="anna@example.org").kind == "human"


@pytest.mark.parametrize(
    ("body", "subject"),
    [
        (TWO.partition("\n[1] Resolved")[0], "[FIRING:1] Disk "),
        (TWO.replace("Sent by Alertmanager", ""), "[FIRING:1] Disk "),
        (TWO, "[FIRING:2] Disk "),
        (TWO.replace("[1] Firing", "[2] Firing"), "[FIRING:1] Disk "),
    ],
)
def test_a_mail_that_lists_fewer_alerts_than_it_counts_is_cut_off(body: str, subject: str) -> None:
    assert not report(body, subject=subject, sender=ALERTMANAGER).is_complete
    assert report(TWO, subject="[FIRING:1] Disk ", sender=ALERTMANAGER).is_complete


def test_alerts_about_several_hosts_in_one_mail_are_events_of_their_own_hosts() -> None:
    alert = "Labels\nalertname = DiskFull\ninstance = {}:9100\nseverity = critical\nSource\n\n"
    alerts = alert.format("web07.example.org") + alert.format("db01.example.org")
    body = f"2 alerts for alertname=DiskFull\n\n[2] Firing\n\n{alerts}Sent by Alertmanager\n"
    found = report(body, subject="[FIRING:2] DiskFull (critical)", sender="alerts@mon01.example.net")
    assert [one.host for one in found.sections if one.name == "firing"] == ["web07.example.org", "db01.example.org"]
